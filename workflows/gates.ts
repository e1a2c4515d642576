// The gates of a request and what they found. WIRE FORMAT, like vocabulary.ts.

export type GateName =
  | 'permission'
  | 'ref'
  | 'head'
  | 'fork'
  | 'draft'
  | 'checks'
  | 'review'
  | 'up-to-date'
  | 'order'
  | 'keeps-live'
  | 'parameters'
  | 'identity';

/** One precondition with its result. `unknown` blocks like `fail`. `note` says what was found, in plain words. */
export interface GateResult {
  readonly gate: GateName;
  readonly state: 'pass' | 'fail' | 'pending' | 'unknown' | 'not-applicable';
  readonly note: string;
  /** It would not let the request through, and an emergency skips it. */
  readonly skipped?: true;
}
