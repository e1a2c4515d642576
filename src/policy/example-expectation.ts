// An example's expectation against what the policy made of it. Pure.
import type { Verdict } from './example.ts';

/** What is left out is not compared. */
export interface Expectation {
  readonly outcome: Verdict['outcome'];
  readonly reasons?: readonly string[] | undefined;
  readonly needs?: readonly string[] | undefined;
  readonly owes?: readonly string[] | undefined;
  readonly unconfirmed?: readonly string[] | undefined;
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
    wanted('reasons', expect.reasons, codesOf(verdict)),
    wanted('needs', expect.needs, groupsOf(verdict.missing)),
    wanted('owes', expect.owes, groupsOf(verdict.owes ?? [])),
    wanted('unconfirmed', expect.unconfirmed, unconfirmedIn(verdict)),
    ...names.map((name) => different(`uncounted ${name}`, expect.uncounted?.[name] ?? [], found[name] ?? [])),
  ].filter((each) => each !== null);
}

function wanted(what: string, expected: readonly string[] | undefined, found: readonly string[]): Difference | null {
  return expected === undefined ? null : different(what, expected, found);
}

const codesOf = ({ reasons }: Verdict): readonly string[] => reasons.map(({ code }) => code);
const groupsOf = (missing: Verdict['missing']): readonly string[] => missing.map(({ group }) => group);

/** Confirmed since: then it counts. */
function unconfirmedIn({ votes }: Verdict): readonly string[] {
  return votes.flatMap(({ by, isToConfirm }, at) => (isToConfirm && !votes.slice(at + 1).some((later) => later.by.key === by.key) ? [by.name] : []));
}

function uncountedIn({ votes }: Verdict): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(votes.filter(({ reasons }) => reasons.length > 0).map(({ by, reasons }) => [by.name, reasons]));
}

function different(what: string, expected: readonly string[], found: readonly string[]): Difference | null {
  const [hoped, got] = [worded(expected), worded(found)];
  return hoped === got ? null : { what, expected: hoped, found: got };
}

/** As a set: in which order reasons come is nobody's policy. */
function worded(words: readonly string[]): string {
  return words.length === 0 ? 'nothing' : [...new Set(words)].toSorted().join(', ');
}
