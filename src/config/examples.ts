// Files of example requests → examples to be judged by a configuration, or every problem at once.
import { dirname, join } from 'node:path';
import { findService, policyOf, type Config } from './config.ts';
import { problemAt } from './draft.ts';
import { parseDuration } from './duration.ts';
import { ExampleFile, type ExampleEntry } from './example-schema.ts';
import { suggest, type Problem } from './problem.ts';
import { checkShape } from './shape.ts';
import { readSource, type FileReader, type Path, type Source } from './source.ts';
import { githubPersonKey } from '../ids.ts';
import type { EnvironmentPolicy } from '../policy/environment-policy.ts';
import type { Example, ExampleFacts } from '../policy/example.ts';
import type { Groups } from '../policy/people.ts';
import type { Person } from '../../workflows/vocabulary.ts';

/** One example with the policy that judges it, and where it was written. */
export interface PlacedExample {
  readonly file: string;
  readonly line: number;
  readonly policy: EnvironmentPolicy;
  readonly example: Example;
  readonly groups: Groups;
  readonly expect: ExampleEntry['expect'];
}

export interface LoadedExamples {
  readonly examples: readonly PlacedExample[];
  readonly problems: readonly Problem[];
}

/** Beside the configuration, unless files are named. */
export const EXAMPLES_PATTERN = 'policy-tests/*.yml';

export function findExampleFiles(configPath: string, read: FileReader): readonly string[] {
  const directory = dirname(configPath);
  return read
    .glob(EXAMPLES_PATTERN, directory)
    .map((file) => join(directory, file))
    .toSorted();
}

export function loadExamples(files: readonly string[], config: Config, read: FileReader): LoadedExamples {
  const loaded = files.map((file) => loadFile(file, config, read));
  return { examples: loaded.flatMap(({ examples }) => examples), problems: loaded.flatMap(({ problems }) => problems) };
}

function loadFile(file: string, config: Config, read: FileReader): LoadedExamples {
  const source = readSource(file, read);
  if (!('value' in source)) return { examples: [], problems: source };
  const { problems } = checkShape(source, ExampleFile);
  if (problems.length > 0) return { examples: [], problems };
  const placed = ExampleFile.parse(source.value).examples.map((entry, at) => place({ entry, at, source, config }));
  return {
    examples: placed.flatMap((each) => ('example' in each ? [each] : [])),
    problems: placed.flatMap((each) => ('example' in each ? [] : each)),
  };
}

interface Entry {
  readonly entry: ExampleEntry;
  readonly at: number;
  readonly source: Source;
  readonly config: Config;
}

function place({ entry, at, source, config }: Entry): PlacedExample | readonly Problem[] {
  const { service, environment } = entry.request;
  const policy = policyOf(config, service, environment);
  const named = namedPeople(entry);
  const unknown = named
    .filter(({ name }) => personNamed(config, name) === null)
    .map(({ name, path }) => unknownPerson({ name, path, at, source, config }));
  if (policy === null) return [unknownPlace({ entry, at, source, config }), ...unknown];
  if (unknown.length > 0) return unknown;
  const line = source.lineOf(['examples', at]);
  return { file: source.file, line, policy, example: toExample(entry, policy, config), groups: groupsOf(entry, config), expect: entry.expect };
}

/** Whose names must be known: everybody but the requester, who may be a stranger. */
function namedPeople({ given, votes, expect }: ExampleEntry): readonly { readonly name: string; readonly path: Path }[] {
  return [
    ...(given?.authors ?? []).map((name, at) => ({ name, path: ['given', 'authors', at] })),
    ...Object.entries(given?.groups ?? {}).flatMap(([group, names]) => names.map((name, at) => ({ name, path: ['given', 'groups', group, at] }))),
    ...(votes ?? []).map(({ by }, at) => ({ name: by, path: ['votes', at, 'by'] })),
    ...(expect.unconfirmed ?? []).map((name, at) => ({ name, path: ['expect', 'unconfirmed', at] })),
    ...Object.keys(expect.uncounted ?? {}).map((name) => ({ name, path: ['expect', 'uncounted', name] })),
  ];
}

function unknownPerson({ name, path, at, source, config }: Omit<Entry, 'entry'> & { readonly name: string; readonly path: Path }): Problem {
  const found = `there is nobody named "${name}" in people`;
  return problemAt(source, ['examples', at, ...path], {
    found,
    fix: suggest(
      name,
      config.people.map((person) => person.name),
    ),
  });
}

function unknownPlace({ entry, at, source, config }: Entry): Problem {
  const { service, environment } = entry.request;
  const known = findService(config, service);
  if (known === null) {
    const fix = suggest(
      service,
      config.services.map(({ name }) => name),
    );
    return problemAt(source, ['examples', at, 'request', 'service'], { found: `there is no service "${service}"`, fix });
  }
  const found = `service "${known.name}" has no environment "${environment}"`;
  return problemAt(source, ['examples', at, 'request', 'environment'], { found, fix: suggest(environment, known.order) });
}

function toExample({ name, request, given, votes }: ExampleEntry, policy: EnvironmentPolicy, config: Config): Example {
  return {
    name,
    requester: personNamed(config, request.by) ?? stranger(request.by),
    role: request.role ?? 'write',
    surface: request.in ?? 'github',
    ref: (request.ref ?? 'pull-request') as Example['ref'],
    parameters: request.parameters ?? {},
    facts: toFacts(given ?? {}, policy, config),
    emergency: request.emergency ?? null,
    votes: (votes ?? []).map((vote) => ({
      by: personNamed(config, vote.by) ?? stranger(vote.by),
      reject: vote.reject ?? null,
      surface: vote.in ?? 'github',
    })),
  };
}

/** Far beyond any account: an example's stranger is nobody real. */
const STRANGER_ID = Number.MAX_SAFE_INTEGER;

function stranger(login: string): Person {
  return { key: githubPersonKey(STRANGER_ID), name: login, mapped: false, github: { id: STRANGER_ID, login }, slack: null };
}

function personNamed({ people }: Config, name: string): Person | null {
  return people.find((person) => person.name === name) ?? null;
}

function groupsOf({ given }: ExampleEntry, config: Config): Groups {
  const told = Object.entries(given?.groups ?? {}).map(
    ([group, names]) => [group, names.flatMap((name) => personNamed(config, name) ?? [])] as const,
  );
  // Who is in a team or a user group nobody can know here: the example says it, or the group is empty.
  const listed = Object.entries(config.groups).map(([group, source]) => [group, source.kind === 'people' ? source.people : []] as const);
  return { ...Object.fromEntries(listed), ...Object.fromEntries(told) };
}

function toFacts(given: NonNullable<ExampleEntry['given']>, { gates }: EnvironmentPolicy, config: Config): ExampleFacts {
  const { checks = {} } = given;
  const isGreen = given.checks === undefined;
  const absent = (given.notBefore ?? []).map((environment) => [environment, NOT_THERE] as const);
  const since = Object.entries(given.before ?? {}).map(([environment, age]) => [environment, parseDuration(age)] as const);
  const wanted = Array.isArray(gates.checks) ? gates.checks : ['a check'];
  return {
    checks:
      checks === 'none'
        ? { passed: [], failed: [], pending: [] }
        : { passed: isGreen ? wanted : (checks.passed ?? []), failed: checks.failed ?? [], pending: checks.pending ?? [] },
    review: given.review ?? 'approved',
    behind: given.behind ?? 0,
    draft: given.draft ?? false,
    fork: given.fork ?? false,
    pushedSince: given.pushedSince ?? false,
    authors: (given.authors ?? []).flatMap((name) => personNamed(config, name) ?? []),
    files: given.files ?? null,
    lines: given.lines ?? given.files?.length ?? 0,
    labels: given.labels ?? [],
    live: given.live ?? 'ancestor',
    before: Object.fromEntries([...since, ...absent]),
    unreadable: given.unreadable ?? [],
  };
}

/** A negative age: this commit is not live there. */
const NOT_THERE = -1;
