// What a review knows, and how people's acts change it: one at a time, judged outside, applied once, answered always.
import { ApplicationFailure, setHandler, workflowInfo } from '@temporalio/workflow';
import { votesOfOthers } from './accounts.ts';
import type { Verdict } from './activities.ts';
import { answerOnce, RIGHTS_UNREAD } from './answers.ts';
import { judging } from './ask.ts';
import { createClock, type Clock } from './clock.ts';
import type { Receipt } from './contract.ts';
import { createLine, type Line } from './line.ts';
import type { ActReason } from './reasons.ts';
import {
  castReview,
  reviewArrived,
  type CastReview,
  type LateReview,
  type ReviewInput,
  type ReviewNews,
  type ReviewPhase,
  type ReviewStatus,
} from './review-contract.ts';
import type { DeployStatus } from './status.ts';
import type { Millis, Plan, Tally, Vote } from './vocabulary.ts';

const HOUR_MS = 3_600_000;

export interface Review {
  readonly deploy: DeployStatus;
  /** The request's plan with the rule of its review in place of the one for its approval: votes are judged by it. */
  readonly plan: Plan;
  readonly remindMs: Millis;
  readonly clock: Clock;
  readonly acts: Line;
  readonly receipts: Line;
  settled: Exclude<ReviewPhase, { kind: 'owed' }> | null;
  votes: readonly Vote[];
  tally: Tally;
  reminders: number;
  remindAt: Millis;
  /** What people have not been told yet. */
  news: ReviewNews | null;
}

export function openReview({ deploy }: ReviewInput): Review {
  const clock = createClock();
  const { plan } = deploy;
  const owed = plan?.emergency;
  if (plan === null || owed === undefined) throw ApplicationFailure.nonRetryable('only a planned emergency owes a review', 'Bug');
  const remindMs = owed.remindMs > 0 ? owed.remindMs : HOUR_MS;
  return {
    deploy,
    plan: { ...plan, rule: { tree: owed.review, exclude: ['requester'], expireMs: 0 }, tally: owed.tally },
    remindMs,
    clock,
    acts: createLine(),
    receipts: createLine(),
    settled: null,
    votes: [],
    tally: owed.tally,
    reminders: 0,
    remindAt: clock.now() + remindMs,
    news: null,
  };
}

export const isSettled = ({ phase }: ReviewStatus): boolean => phase.kind !== 'owed';

export function reviewStatusOf({ deploy, settled, votes, tally, reminders, remindAt }: Review): ReviewStatus {
  return { workflowId: workflowInfo().workflowId, deploy, phase: settled ?? { kind: 'owed', remindAt }, votes, tally, reminders };
}

/** Registers the handlers of people's acts. */
export function hearReviewers(review: Review): void {
  const { acts, receipts } = review;
  const answer = answerOnce<LateReview>({ acts, receipts, apply: ({ input }) => apply(review, input), kindOf: ({ input }) => input.kind });
  setHandler(castReview, (input) => answer({ act: 'castReview', input }, 'update'), {
    description: 'Sign the emergency off, or dispute it, once per key.',
  });
  setHandler(reviewArrived, async (act) => void (await answer(act, 'signal')), { description: 'An act whose Update got no answer in time.' });
}

/** Everything after the judge's answer happens without a further await. */
async function apply(review: Review, input: CastReview): Promise<Receipt> {
  const before = whyNot(review, input);
  if (before !== null) return refused(review, before);
  const verdict = await judged(review, input);
  if (verdict.kind !== 'counts') return refused(review, ...(verdict.kind === 'refused' ? verdict.reasons : []));
  const { plan, clock } = review;
  const { key, at, kind, reason } = input;
  const by = verdict.person;
  const vote: Vote = { kind: kind === 'sign' ? 'approve' : 'reject', by, surface: input.by.surface, at, contract: plan.contract, reason, key };
  review.votes = [...votesOfOthers(review.votes, by), vote];
  if (kind === 'dispute') {
    review.settled = { kind: 'disputed', by, reason: reason ?? '', at: clock.now() };
    review.news = 'ended';
    return { kind: 'disputed' };
  }
  review.tally = verdict.tally;
  const { have, need, satisfied: last } = verdict.tally;
  if (last) review.settled = { kind: 'signed', at: clock.now() };
  review.news = last ? 'ended' : 'signed';
  return { kind: 'signed', have, need, last };
}

function whyNot({ settled, votes }: Review, { kind, reason }: CastReview): ActReason | null {
  if (settled?.kind === 'disputed') return { code: 'already-reviewed', how: 'disputed', by: [settled.by.name], at: settled.at };
  if (settled !== null) return { code: 'already-reviewed', how: 'signed', by: votes.map((vote) => vote.by.name), at: settled.at };
  return kind === 'dispute' && (reason ?? '').trim() === '' ? { code: 'reason-needed' } : null;
}

async function judged({ plan, votes }: Review, { kind, by, reason }: CastReview): Promise<Verdict> {
  try {
    const act = { kind: kind === 'sign' ? 'approve' : 'reject', by, contract: null, sha: null, reason } as const;
    return await judging.judgeVote({ plan, votes, act });
  } catch {
    return RIGHTS_UNREAD;
  }
}

function refused({ deploy }: Review, ...reasons: readonly ActReason[]): Receipt {
  return { kind: 'refused', reasons, code: deploy.request.code };
}
