// Break glass in the world as workflows see it: planned without a rule, owing a review by two of sre.
import type { CastReview } from '../../workflows/review-contract.ts';
import { castReview, reviewId, reviewStatus, type ReviewStatus } from '../../workflows/review-contract.ts';
import type { Receipt } from '../../workflows/contract.ts';
import type { Tally } from '../../workflows/vocabulary.ts';
import { asked } from './asked.ts';
import { tallyOf, voteOf, type Name } from './deploy-examples.ts';
import type { World } from './deploy-world.ts';
import type { Story } from './story.ts';

export const REASON = 'the shop is down';
const NOBODY_ASKED: Tally = { satisfied: true, have: 0, need: 0, tree: null };

/** From now on an emergency is planned as one; other requests as before. */
export function breakTheGlass(world: World, remindMs = 3_600_000): void {
  const { plan, recheck } = world;
  world.plan = async (input) => {
    const result = await plan(input);
    if (result.kind === 'refused' || input.request.emergency === undefined) return result;
    const review = { kind: 'group', group: 'sre', count: 2 } as const;
    const emergency = { reason: input.request.emergency.reason, review, remindMs, tally: tallyOf([]) };
    const rule = { ...result.plan.rule, tree: null };
    return { kind: 'planned', plan: { ...result.plan, rule, tally: NOBODY_ASKED, emergency, slack: { channel: 'C0DEPLOYS', also: ['C0ALL'] } } };
  };
  world.recheck = (input) => (input.request.emergency === undefined ? recheck(input) : { kind: 'good', tally: NOBODY_ASKED });
}

/** Asks for one, which starts at once. */
export const askInEmergency = (story: Story): Promise<string> => story.ask({ emergency: { reason: REASON } });

export function review(story: Story, deployId: string): Promise<ReviewStatus> {
  return asked(() => story.client.workflow.getHandle(reviewId(deployId)).query(reviewStatus));
}

export function reviewedBy(name: Name, surface: 'slack' | 'github', change: Partial<CastReview> = {}): CastReview {
  const { key, by, at, replyTo } = voteOf(name, surface);
  return { key, by, at, replyTo, kind: 'sign', reason: null, ...change };
}

export function sign(story: Story, deployId: string, act: CastReview): Promise<Receipt> {
  return story.client.workflow.getHandle(reviewId(deployId)).executeUpdate(castReview, { args: [act], updateId: act.key });
}
