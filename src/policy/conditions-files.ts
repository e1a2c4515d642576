// Conditions on what a deploy changes: which files, how many, how many lines. Pure.
import { ALL_NEW } from './live.ts';
import { matchesPath } from './path-pattern.ts';
import type { ChangedFile, ChangedFiles, Read } from './facts.ts';
import type { FoundFact } from '../../workflows/conditions.ts';

const WORDS_MAX = 160;

export function told(fact: FoundFact['fact'], state: FoundFact['state'], { wanted, found }: Pick<FoundFact, 'wanted' | 'found'>): FoundFact {
  return { fact, state, wanted: cut(wanted), found: cut(found) };
}

/** `a, b or c`, each as code; of many the first three. */
export function coded(words: readonly string[], last = ' or '): string {
  return several(
    words.map((word) => `\`${word.replaceAll('`', "'")}\``),
    last,
  );
}

/** `a, b or c`; of many the first three. */
export function several(words: readonly string[], last = ' or '): string {
  if (words.length > 4) return `${words.slice(0, 3).join(', ')} and ${words.length - 3} more`;
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')}${last}${words.at(-1) ?? ''}`;
}

/** `files`: some changed file matches; `only-files`: all do. A change of nothing has neither. */
export function judgeFiles(fact: 'files' | 'only-files', globs: readonly string[], changed: Read<ChangedFiles | null>): FoundFact {
  const wanted = fact === 'files' ? `a change in ${coded(globs)}` : `changes in ${coded(globs)} only`;
  const known = present(changed);
  if (typeof known === 'string') return told(fact, 'unknown', { wanted, found: known });
  const { files, isComplete, isExact } = known;
  const matches = (path: string): boolean => globs.some((glob) => matchesPath(glob, path));
  const matching = files.filter((file) => pathsOf(file).some(matches));
  const outside = files.filter((file) => !pathsOf(file).every(matches));
  // What shows the answer by itself: a file inside, or one outside.
  const proof = fact === 'files' ? matching : outside;
  const proves = fact === 'files' ? 'holds' : 'fails';
  if (proof.length > 0)
    return told(fact, isExact ? proves : 'unknown', {
      wanted,
      found: `${coded(
        proof.map(({ path }) => path),
        ' and ',
      )}${isExact ? '' : MAYBE}`,
    });
  if (!isComplete) return told(fact, 'unknown', { wanted, found: `more than the ${files.length} files that GitHub lists` });
  if (files.length === 0) return told(fact, 'fails', { wanted, found: 'no changed file' });
  return fact === 'files'
    ? told(fact, 'fails', { wanted, found: `none of ${count(files.length)}` })
    : told(fact, 'holds', { wanted, found: allOf(files) });
}

const MAYBE = ', perhaps the same on both sides';

function allOf(files: readonly ChangedFile[]): string {
  return files.length === 1 ? `only ${coded([files[0]?.path ?? ''])}` : `all ${count(files.length)}`;
}

/** `limit`: `<= 50`. Judged by what is certain: at least so many, at most so many. */
export function judgeSize(fact: 'lines' | 'file-count', limit: string, changed: Read<ChangedFiles | null>): FoundFact {
  const noun = fact === 'lines' ? 'changed lines' : 'changed files';
  const { sign, bound } = parseLimit(limit);
  const wanted = `${sign} ${bound} ${noun}`;
  const known = present(changed);
  if (typeof known === 'string') return told(fact, 'unknown', { wanted, found: known });
  const { least, most } = fact === 'lines' ? linesIn(known) : filesIn(known);
  const certain = (amount: number): boolean => compare(amount, sign, bound);
  const found = most === null ? `${least} ${noun} at least` : least === most ? `${least} ${noun}` : `${most} ${noun} at most`;
  // Every amount between the two answers alike when both ends do, since a limit cuts the numbers once.
  const low = certain(least);
  const high = most === null ? sign.startsWith('>') : certain(most);
  return told(fact, low !== high ? 'unknown' : low ? 'holds' : 'fails', { wanted, found });
}

interface Span {
  readonly least: number;
  /** null: nobody knows. */
  readonly most: number | null;
}

function linesIn({ files, isComplete, isExact }: ChangedFiles): Span {
  const counted = files.reduce((sum, { lines }) => sum + (lines ?? 0), 0);
  const isCounted = isComplete && files.every(({ lines }) => lines !== null);
  return { least: isExact ? counted : 0, most: isCounted ? counted : null };
}

function filesIn({ files, isComplete, isExact }: ChangedFiles): Span {
  return { least: isExact ? files.length : 0, most: isComplete ? files.length : null };
}

type Sign = '<' | '<=' | '>' | '>=';

function parseLimit(limit: string): { readonly sign: Sign; readonly bound: number } {
  const [, sign, bound] = /^(<=|>=|<|>) ?(\d+)$/.exec(limit) ?? [];
  // The configuration lets nothing else in; should it appear, nothing is small enough.
  return sign === undefined ? { sign: '<', bound: 0 } : { sign: sign as Sign, bound: Number(bound) };
}

function compare(amount: number, sign: Sign, bound: number): boolean {
  switch (sign) {
    case '<':
      return amount < bound;
    case '<=':
      return amount <= bound;
    case '>':
      return amount > bound;
    case '>=':
      return amount >= bound;
    default:
      return sign satisfies never;
  }
}

function present(changed: Read<ChangedFiles | null>): ChangedFiles | string {
  if (!changed.known) return `the changed files can't be read: ${changed.why}`;
  return changed.value ?? ALL_NEW;
}

const pathsOf = ({ path, before }: ChangedFile): readonly string[] => (before === null ? [path] : [path, before]);
const count = (files: number): string => (files === 1 ? '1 changed file' : `${files} changed files`);
const cut = (words: string): string => (words.length <= WORDS_MAX ? words : `${words.slice(0, WORDS_MAX - 1)}…`);
