// Break glass as the plan freezes it. WIRE FORMAT, like vocabulary.ts.
import type { Millis, RuleNode, Tally } from './vocabulary.ts';

/** What an emergency owes once it has ended: who must sign it off (or dispute it), frozen with the plan. */
export interface PlannedEmergency {
  readonly reason: string;
  readonly review: RuleNode;
  /** Who could sign, at the time of the plan; for display only. */
  readonly tally: Tally;
  /** Pause before the first reminder; each further one is twice as long, up to a day. */
  readonly remindMs: Millis;
}
