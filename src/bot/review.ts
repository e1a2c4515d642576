// The review that an emergency owes: shown, signed off, disputed.
import type { LateReview, ReviewPhase, ReviewStatus } from '../../workflows/review-contract.ts';
import { reviewId } from '../../workflows/review-contract.ts';
import type { ActReason } from '../../workflows/reasons.ts';
import type { Command } from '../command/command.ts';
import { deployCode } from '../ids.ts';
import { isFinal } from '../render/phase.ts';
import type { Reply } from '../render/reply.ts';
import { actOn, findRequest } from './act.ts';
import type { BotDeps } from './deps.ts';
import type { Incoming } from './front-door.ts';

export async function review(deps: BotDeps, incoming: Incoming, command: Extract<Command, { kind: 'review' }>): Promise<Reply> {
  const { code, act: kind, reason } = command;
  const found = await findRequest(deps, incoming.from, code);
  if (found === null) return refuse({ code: 'unknown-request', named: code });
  const { key, by, at, from } = incoming;
  if (kind !== 'show') return reviewOn(deps, found.workflowId, { act: 'castReview', input: { key, by, at, replyTo: from, kind, reason } });
  const open = await deps.gateway.reviewStatus(found.workflowId);
  return open === null ? whyNone(deps, found.workflowId) : { kind: 'one-review', review: open };
}

/** `deployId`: the request whose review it is. */
export async function reviewOn(deps: BotDeps, deployId: string, late: LateReview): Promise<Reply> {
  const reply = await actOn(deps, reviewId(deployId), late);
  if (reply !== null) return reply;
  const over = await deps.gateway.reviewStatus(deployId);
  return over === null || over.phase.kind === 'owed' ? whyNone(deps, deployId) : refuse(alreadyReviewed(over, over.phase));
}

function alreadyReviewed({ votes }: ReviewStatus, phase: Exclude<ReviewPhase, { kind: 'owed' }>): ActReason {
  const by = phase.kind === 'disputed' ? [phase.by.name] : votes.map((vote) => vote.by.name);
  return { code: 'already-reviewed', how: phase.kind, by, at: phase.at };
}

/** There is no review: the request goes on, was no emergency, or was refused before it began. */
async function whyNone(deps: BotDeps, deployId: string): Promise<Reply> {
  const status = await deps.gateway.deployStatus(deployId);
  if (status === null) return refuse({ code: 'unknown-request', named: deployCode(deployId) });
  const isOwed = status.request.emergency !== undefined && !(isFinal(status.phase) && status.plan === null);
  return refuse({ code: isOwed ? 'review-not-open' : 'not-an-emergency' });
}

function refuse(reason: ActReason): Reply {
  return { kind: 'refused', reasons: [reason] };
}
