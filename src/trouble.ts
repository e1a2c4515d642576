/** Who was in trouble. */
export type TroubleSource = 'github' | 'slack' | 'buildkite' | 'temporal' | 'redis';

/**
 * - `unavailable`: no answer, or a 5xx; a read may be tried again.
 * - `rate-limited`: refused before it was processed; try after `retryAfterMs`.
 * - `unauthorised`: our credential was refused.
 * - `not-found`, `invalid`: trying again will not help.
 * - `not-sent`: proven that nothing left this machine (connection refused, no token of the quota).
 * - `unclear`: a write whose answer does not say whether it happened.
 */
export type TroubleKind = 'unavailable' | 'rate-limited' | 'unauthorised' | 'not-found' | 'invalid' | 'not-sent' | 'unclear';

/**
 * Trouble from the world. Adapters throw it; `src/activities/failures.ts` is the one place that maps it to a Temporal failure.
 * `message` names what was being done, in lower case: `reading checks: github answered 502`.
 */
export class Trouble extends Error {
  override readonly name = 'Trouble';
  readonly source: TroubleSource;
  readonly kind: TroubleKind;
  /** HTTP status, or null without an answer. */
  readonly status: number | null;
  /** How long to wait before trying again, if the world said so. */
  readonly retryAfterMs: number | null;

  constructor(facts: {
    source: TroubleSource;
    kind: TroubleKind;
    doing: string;
    found: string;
    status?: number | null;
    retryAfterMs?: number | null;
    cause?: unknown;
  }) {
    super(`${facts.doing}: ${facts.found}`, { cause: facts.cause });
    this.source = facts.source;
    this.kind = facts.kind;
    this.status = facts.status ?? null;
    this.retryAfterMs = facts.retryAfterMs ?? null;
  }
}

export function isTrouble(error: unknown, kind?: TroubleKind): error is Trouble {
  return error instanceof Trouble && (kind === undefined || error.kind === kind);
}

/** For the `default:` of an exhaustive switch. */
export function assertNever(value: never): never {
  throw new Error(`impossible value: ${JSON.stringify(value)}`);
}
