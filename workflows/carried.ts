// What one run of `environment` hands to the next. WIRE FORMAT.
import type { EnvironmentState, Join } from './status.ts';
import type { BuildEnd, BuildFacts } from './build-vocabulary.ts';
import type { Millis } from './vocabulary.ts';

export interface CarriedEnvironment {
  readonly state: EnvironmentState;
  readonly queue: readonly WaitingJoin[];
  /** Turns that are over, newest last, bounded. */
  readonly ended: readonly EndedTurn[];
  /** Unfinished builds at Buildkite that no request waits for: each holds the target until it has ended. */
  readonly strays: readonly BuildFacts[];
  /** The holder's `build` runs on: a foreign one to this run. */
  readonly holder: Holder | null;
  /** Pipelines whose builds must be read before the next turn is granted. */
  readonly unread: readonly string[];
  /** A `build` ended abnormally: the next one asks Buildkite before it claims. */
  readonly look: { readonly notBefore: Millis } | null;
}
export interface WaitingJoin extends Join {
  readonly joinedAt: Millis;
}
/** Who has the turn: an entry of the queue, a build that is only followed, or (both null) one that nobody knows. */
export interface Holder {
  readonly entry: WaitingJoin | null;
  readonly follow: BuildFacts | null;
  readonly deployId: string | null;
  readonly since: Millis;
}
export interface EndedTurn {
  readonly deployId: string;
  readonly turn: number;
  readonly how: BuildEnd | 'not-built';
  readonly build: BuildFacts | null;
  /** Of the request, as in its join. */
  readonly seal?: string;
}
