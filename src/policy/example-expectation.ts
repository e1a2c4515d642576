// An example's expectation against what the policy made of it. Pure.
import type { Verdict } from './example.ts';

/** What is left out is not compared. */
export interface Expectation {
  readonly outcome: Verdict['outcome'];
  readonly reasons?: readonly string[] | undefined;
  readonly needs?: readonly string[] | undefined;
  /** Codes why a vote does not count, by the name of who cast it. */
  readonly uncounted?: Readonly<Record<string, readonly string[]>> | undefined;
}

export interface Difference {
  /** `outcome`, `reasons`, `needs`, `uncounted Ann`. */
  readonly what: string;
  readonly expected: string;
  readonly found: string;
}

/** Empty: it came out as expected. */
export function differences(expect: Expectation, verdict: Verdict): readonly Difference[] {
  const found = uncountedIn(verdict);
  const names = expect.uncounted === undefined ? [] : [...new Set([...Object.keys(expect.uncounted), ...Object.keys(found)])];
  return [
    different('outcome', [expect.outcome], [verdict.outcome]),
    expect.reasons === undefined
      ? null
      : different(
          'reasons',
          expect.reasons,
          verdict.reasons.map(({ code }) => code),
        ),
    expect.needs === undefined
      ? null
      : different(
          'needs',
          expect.needs,
          verdict.missing.map(({ group }) => group),
        ),
    ...names.map((name) => different(`uncounted ${name}`, expect.uncounted?.[name] ?? [], found[name] ?? [])),
  ].filter((each) => each !== null);
}

function uncountedIn({ votes }: Verdict): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(votes.filter(({ reasons }) => reasons.length > 0).map(({ by, reasons }) => [by.name, reasons]));
}

function different(what: string, expected: readonly string[], found: readonly string[]): Difference | null {
  const [wanted, got] = [worded(expected), worded(found)];
  return wanted === got ? null : { what, expected: wanted, found: got };
}

/** As a set: in which order reasons come is nobody's policy. */
function worded(words: readonly string[]): string {
  return words.length === 0 ? 'nothing' : [...new Set(words)].toSorted().join(', ');
}
