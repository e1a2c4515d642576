// When a part of an approval rule applies: what the configuration wants, and what a plan found. WIRE FORMAT, like vocabulary.ts.

/** What is named must hold, all of it. In the policy digest. */
export interface RuleCondition {
  /** Globs: some changed file matches one of them. */
  readonly files?: readonly string[];
  /** Globs: every changed file matches one of them. */
  readonly onlyFiles?: readonly string[];
  /** The pull request has one of these. */
  readonly labels?: readonly string[];
  /** Names of people and groups of the configuration: whoever wrote it is among them. */
  readonly author?: readonly string[];
  /** Bounds such as `<= 50`. */
  readonly size?: { readonly lines?: string; readonly files?: string };
  /** Words of `refs`: it is one of these kinds. */
  readonly ref?: readonly string[];
}

/** One fact of a condition, as it was when the request was planned. `wanted` and `found` are words for people, with names in backticks. */
export interface FoundFact {
  readonly fact: 'files' | 'only-files' | 'labels' | 'author' | 'lines' | 'file-count' | 'ref' | 'live';
  readonly state: 'holds' | 'fails' | 'unknown';
  readonly wanted: string;
  readonly found: string;
}

/** A condition judged once, when the request was planned. `applies`: an unknown fact never makes a rule weaker. */
export interface JudgedCondition {
  readonly applies: boolean;
  readonly facts: readonly FoundFact[];
}
