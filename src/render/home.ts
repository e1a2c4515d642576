// What the home tab shows, as data. Drawn by home-slack.ts. Types only.
import type { BlockStatus } from '../../workflows/block-contract.ts';
import type { ReviewStatus } from '../../workflows/review-contract.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import type { Person } from '../../workflows/vocabulary.ts';
import type { Place } from './live.ts';
import type { Unread } from './unread.ts';

export interface Home {
  readonly person: Person;
  /** Open requests in which this person could still fill a place. */
  readonly waiting: readonly DeployStatus[];
  /** Steps that builds wait at, in which this person could still fill a place. */
  readonly steps: readonly BlockStatus[];
  /** Emergencies that this person could still sign off, or dispute. */
  readonly toReview: readonly ReviewStatus[];
  /** Emergencies of this person that nobody has looked at yet. */
  readonly owing: readonly ReviewStatus[];
  /** Open requests of this person. */
  readonly asked: readonly DeployStatus[];
  /** Where this person may approve. */
  readonly live: readonly Place[];
  /** There are more open requests than were looked at. */
  readonly isPartial: boolean;
  readonly unread: Unread;
  /** Whether links and delegations could be read; without them people are who the configuration says. */
  readonly knowsLinks: boolean;
}
