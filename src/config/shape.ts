// What the schema finds, in words; and what is left when the broken parts are taken out, so that the other checks can go on.
import type { z } from 'zod';
import { quote, suggest, type Problem } from './problem.ts';
import { DraftFile, LATER_KEYS } from './schema.ts';
import type { Path, Source } from './source.ts';

type Issue = z.core.$ZodIssue;

export interface Shaped {
  readonly problems: readonly Problem[];
  readonly draft: DraftFile;
  /** Indexes that the people of the draft have in the file. */
  readonly peopleAt: readonly number[];
}

/** Checks one file against its schema. */
export function checkShape(source: Source, schema: z.ZodType): Shaped {
  const checked = schema.safeParse(source.value);
  const issues = checked.success ? [] : checked.error.issues.flatMap(deepest);
  const problems = issues.flatMap((issue) => problemsOf(issue, source));
  const { value, peopleAt } = withoutBroken(source.value, issues);
  const draft = DraftFile.safeParse(value);
  return { problems, draft: draft.success ? draft.data : {}, peopleAt };
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inside, part) => {
    if (Array.isArray(inside)) return inside[Number(part)] as unknown;
    return isRecord(inside) && Object.hasOwn(inside, part) ? inside[String(part)] : undefined;
  }, value);
}

export function dotted(path: Path): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : part))
    .reduce((whole, part) => (part.startsWith('[') || whole === '' ? whole + part : `${whole}.${part}`), '');
}

// Of a union, the branch that got furthest into the value is the one that was meant.
function deepest(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const inner = issue.errors.find((branch) => branch.some(({ path, code }) => path.length > 0 || code === 'unrecognized_keys'));
  return inner === undefined ? [issue] : inner.flatMap((part) => deepest({ ...part, path: [...issue.path, ...part.path] }));
}

function problemsOf(issue: Issue, source: Source): readonly Problem[] {
  const path = toPath(issue.path);
  const at = (inside: Path): Pick<Problem, 'file' | 'line' | 'path'> => ({ file: source.file, line: source.lineOf(inside), path: dotted(inside) });
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ ...at([...path, key]), ...unknownKey(key, issue.message.split(',')) }));
  }
  const value = valueAt(source.value, path);
  if (issue.code === 'invalid_key') {
    return [{ ...at(path), found: `${quote(path.at(-1))} can't be a name here`, fix: `Write ${issue.issues[0]?.message ?? 'another'}` }];
  }
  if (value === undefined || value === null) return [{ ...at(path), found: 'this is missing', fix: `Write ${expectation(issue)}` }];
  const found = issue.code === 'too_big' ? 'this is too much' : `found ${quote(value)}`;
  return [{ ...at(path), found, fix: fixOf(issue, value) }];
}

function unknownKey(key: string, known: readonly string[]): Pick<Problem, 'found' | 'fix'> {
  if (LATER_KEYS.includes(key)) return { found: `${quote(key)} is not in this version`, fix: 'Take it out until you update' };
  return { found: `unknown key ${quote(key)}`, fix: suggest(key, known) };
}

function fixOf(issue: Issue, value: unknown): string {
  if (issue.code === 'invalid_value' && typeof value === 'string') return suggest(value, issue.values.map(String));
  return `Write ${expectation(issue)}`;
}

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'text (in quotes if it looks like a number or true/false)',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a map',
  record: 'a map',
  array: 'a list',
};

// Forms and unions carry our own words as their message (schema.ts); the rest are zod's.
function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.message.startsWith('Invalid input') ? (EXPECTED[issue.expected] ?? issue.expected) : issue.message;
    case 'invalid_value':
      return issue.values.map(String).join(' or ');
    case 'too_small':
      return issue.origin === 'array' ? 'at least one' : issue.origin === 'string' ? 'some text' : `${issue.minimum} or more`;
    case 'too_big':
      return `${issue.maximum} or less`;
    default:
      return issue.message;
  }
}

function withoutBroken(value: unknown, issues: readonly Issue[]): { readonly value: unknown; readonly peopleAt: readonly number[] } {
  if (!isRecord(value)) return { value: {}, peopleAt: [] };
  const copy = structuredClone(value);
  for (const issue of issues) {
    const path = toPath(issue.path);
    if (issue.code === 'unrecognized_keys') for (const key of issue.keys) remove(copy, [...path, key]);
    else if (path[0] === 'services' && path.length === 3 && path[2] === 'repo') replace(copy, path, ANY_REPO);
    else remove(copy, partOf(path));
  }
  const people: readonly unknown[] = Array.isArray(copy['people']) ? copy['people'] : [];
  if (people.length > 0) copy['people'] = people.filter((person) => person !== BROKEN);
  return { value: copy, peopleAt: people.flatMap((person, at) => (person === BROKEN ? [] : [at])) };
}

const BROKEN = null;
// The draft of a broken file is never built; a repository in place of the broken one lets the service's other parts be checked.
const ANY_REPO = 'owner/name';

// The least part that can go without changing the meaning of the rest.
function partOf(path: Path): Path {
  const [section] = path;
  if (section === 'services' && path[2] === 'environments' && path.length > 3) return [...path.slice(0, 4), ...partOfEnvironment(path.slice(4))];
  if (section === 'services') return path.length > 3 ? path.slice(0, 3) : path;
  if (section === 'defaults') return path.length > 3 ? [...path.slice(0, 3), ...partOfEnvironment(path.slice(3))] : path;
  return section === 'people' || section === 'groups' || section === 'zones' || section === 'pipelines' ? path.slice(0, 2) : path.slice(0, 1);
}

function partOfEnvironment(path: Path): Path {
  return path.slice(0, path[0] === 'may' || path[0] === 'gates' || path[0] === 'parameters' ? 2 : 1);
}

function replace(value: unknown, path: Path, by: string): void {
  const holder = valueAt(value, path.slice(0, -1));
  if (isRecord(holder)) holder[String(path.at(-1))] = by;
}

function remove(value: unknown, path: Path): void {
  const holder = valueAt(value, path.slice(0, -1));
  const last = path.at(-1);
  if (last === undefined) return;
  if (Array.isArray(holder)) holder[Number(last)] = BROKEN;
  else if (isRecord(holder)) delete holder[String(last)];
}

function toPath(path: readonly PropertyKey[]): Path {
  return path.map((part) => (typeof part === 'number' ? part : String(part)));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
