// What `outside` asks of the world. Names are WIRE FORMAT, like activities.ts.
import type { Authorised } from './activities.ts';
import type { BuildAddress } from './build-vocabulary.ts';
import type { Claimed, ClaimedBuild, OutsideBuild, OutsideStatus } from './outside-contract.ts';
import type { Cards } from './status.ts';
import type { Account } from './vocabulary.ts';

/** Queue `buildkite`: one request. */
export interface OutsideReading {
  readOutside(at: BuildAddress): Promise<OutsideBuild>;
}
/** On the workflows' own queue, local: short and read-only. */
export interface OutsideJudging {
  /** Whether this person may cancel builds of the pipeline. */
  authoriseOutside(input: { readonly organization: string; readonly pipeline: string; readonly by: Account }): Promise<Authorised>;
  /** Whether the request that this build names says that it is its own. */
  askClaimed(build: ClaimedBuild): Promise<Claimed>;
}
/** Queue `notify`. */
export interface OutsideTelling {
  /** Finds the message that an earlier attempt posted before it posts one. */
  postOutside(status: OutsideStatus): Promise<NonNullable<Cards['slack']>>;
  updateOutside(input: { readonly status: OutsideStatus; readonly card: NonNullable<Cards['slack']> }): Promise<void>;
}
