// The acts of people, applied one at a time by the state at that moment. Whether a vote counts is judged outside (`src/policy`);
// here is the order, and what an act changes. Everything after the judge's answer happens without a further await.
import { votesOfOthers } from './accounts.ts';
import type { JudgeInput, Verdict } from './activities.ts';
import { RIGHTS_UNREAD } from './answers.ts';
import { judging } from './ask.ts';
import type { Cancel, CastVote, Receipt, Withdraw } from './contract.ts';
import { enter, isApproved, isOver, isReady, loseApproval, tellWithin, type Deploy } from './deploy-state.ts';
import { keepGone } from './gone-votes.ts';
import { missingOf } from './missing.ts';
import type { ActReason } from './reasons.ts';
import { keepUnconfirmed, settleUnconfirmed, withdrawUnconfirmed } from './step-up.ts';
import { passOnCancel } from './turn.ts';
import type { Account, Plan, Vote } from './vocabulary.ts';

/** Approve or reject. */
export async function applyVote(deploy: Deploy, input: CastVote): Promise<Receipt> {
  const before = whyNotVote(deploy, input);
  const { plan } = deploy;
  if (before !== null || plan === null) return refused(deploy, before ?? { code: 'not-planned-yet' });
  const verdict = await judged(deploy, plan, input);
  if (verdict.kind === 'refused') return refused(deploy, ...verdict.reasons);
  // The judge may have taken a moment, in which a push, the expiry or the start came first.
  const after = whyNotVote(deploy, input) ?? whyReplanned(deploy, plan);
  if (after !== null) return refused(deploy, after);
  if (verdict.kind === 'to-confirm') return keepUnconfirmed(deploy, plan, { input, by: verdict.person });
  settleUnconfirmed(deploy, verdict.person);
  const { kind, at, key, reason } = input;
  const vote: Vote = { kind, by: verdict.person, surface: input.by.surface, at, contract: plan.contract, reason, key };
  deploy.votes = [...votesOfOthers(deploy.votes, vote.by), vote];
  deploy.votesVersion += 1;
  if (kind === 'reject') {
    enter(deploy, { kind: 'rejected', by: vote.by, reason: reason ?? '', at: deploy.clock.now() });
    return { kind: 'rejected', service: plan.service, environment: plan.environment };
  }
  deploy.tally = verdict.tally;
  const { have, need, satisfied } = verdict.tally;
  deploy.isNews = true;
  // The last vote is told by the phase that follows.
  if (!isReady(deploy)) tellWithin(deploy, 0);
  const undo = satisfied && plan.rule.undoMs !== undefined ? { undoMs: plan.rule.undoMs } : {};
  const byEmail = vote.by.binding === 'email' ? ({ isMatchedByEmail: true } as const) : {};
  return { kind: 'counted', vote: 'approve', have, need, missing: missingOf(verdict.tally), last: satisfied, ...undo, ...byEmail };
}

/** Takes one's vote back. After the last vote that means waiting for approval again. */
export async function applyWithdraw(deploy: Deploy, input: Withdraw): Promise<Receipt> {
  const before = whyNotWithdraw(deploy);
  const { plan } = deploy;
  if (before !== null || plan === null) return refused(deploy, before ?? { code: 'not-planned-yet' });
  const taken = withdrawUnconfirmed(deploy, input.by);
  if (taken !== null) return taken;
  const verdict = await judged(deploy, plan, { ...input, kind: 'withdraw', contract: null, sha: null });
  if (verdict.kind !== 'counts')
    return refused(deploy, ...(verdict.kind === 'refused' ? verdict.reasons : [{ code: 'nothing-to-withdraw' } as const]));
  const after = whyNotWithdraw(deploy) ?? whyReplanned(deploy, plan);
  if (after !== null) return refused(deploy, after);
  const votes = votesOfOthers(deploy.votes, verdict.person);
  if (votes.length === deploy.votes.length) return refused(deploy, { code: 'nothing-to-withdraw' });
  const { tally } = verdict;
  keepGone(deploy, [{ by: verdict.person, why: 'withdrawn', detail: input.reason }]);
  deploy.isNews = true;
  if (isApproved(deploy) && !tally.satisfied) {
    loseApproval(deploy, plan, { votes, tally });
  } else {
    deploy.votes = votes;
    deploy.tally = tally;
    deploy.votesVersion += 1;
    tellWithin(deploy, 0);
  }
  return { kind: 'withdrawn', have: tally.have, need: tally.need };
}

/** Before the point of no return nothing is built; after it the build is asked to stop. */
export async function applyCancel(deploy: Deploy, input: Cancel): Promise<Receipt> {
  if (isOver(deploy)) return refused(deploy, tooLate(deploy));
  const allowed = await authorised(deploy, input.by, 'cancel');
  if (allowed.kind === 'refused') return refused(deploy, ...allowed.reasons);
  if (isOver(deploy)) return refused(deploy, tooLate(deploy));
  if (deploy.go === null && deploy.build === null) {
    const during = deploy.phase.kind;
    enter(deploy, { kind: 'cancelled', by: allowed.person, reason: input.reason, during, at: deploy.clock.now(), surface: input.by.surface });
    return { kind: 'cancelled', during };
  }
  if (deploy.cancelling === null) deploy.cancelReason = input.reason;
  deploy.cancelling ??= allowed.person;
  deploy.isNews = true;
  if (deploy.phase.kind === 'building') deploy.phase = { ...deploy.phase, cancelling: deploy.cancelling };
  tellWithin(deploy, 0);
  if (deploy.plan !== null) passOnCancel(deploy, deploy.plan);
  return { kind: 'cancelling', build: deploy.build?.number ?? null };
}

export function refused(deploy: Deploy, ...reasons: readonly ActReason[]): Receipt {
  return { kind: 'refused', reasons, code: deploy.request.code };
}

async function judged(deploy: Deploy, plan: Plan, act: JudgeInput['act']): Promise<Verdict> {
  const { kind, by, contract, sha, reason } = act;
  try {
    return await judging.judgeVote({ plan, votes: deploy.votes, act: { kind, by, contract, sha, reason }, ...escalation(deploy) });
  } catch {
    return RIGHTS_UNREAD;
  }
}

/** Whether this person may do it: read now, and refused when that can't be read. */
export async function authorised(deploy: Deploy, by: Account, act: 'cancel' | 'extend' | 'keep'): ReturnType<typeof judging.authorise> {
  const { request, plan, phase } = deploy;
  const window = phase.kind === 'approved' ? { inUndoWindow: true } : {};
  try {
    return await judging.authorise({ request, plan, by, act, ...escalation(deploy), ...window });
  } catch {
    return RIGHTS_UNREAD;
  }
}

const escalation = ({ escalated }: Deploy): { readonly escalated?: true } => (escalated === null ? {} : { escalated: true });

/** Why the state, whoever acts, takes no such vote; null when it does. */
function whyNotVote(deploy: Deploy, act: CastVote): ActReason | null {
  const { plan, moved } = deploy;
  const { kind, contract, sha, reason } = act;
  if (isOver(deploy)) return tooLate(deploy);
  if (plan === null) return { code: 'not-planned-yet' };
  if (plan.emergency !== undefined) return { code: 'emergency-runs' };
  if (plan.rule.tree === null) return { code: 'no-approval-needed', environment: plan.environment };
  if (moved !== null) return { code: 'stale-card', seen: sha ?? plan.sha, now: moved.sha, compareUrl: null };
  if (deploy.keeping !== null) return { code: 'stale-card', seen: sha ?? plan.sha, now: deploy.keeping.sha, compareUrl: null };
  if (contract !== null && contract !== plan.contract)
    return { code: 'stale-card', seen: sha, now: plan.sha, compareUrl: deploy.revision?.compareUrl ?? null };
  if (meansEarlierPlan(deploy, act))
    return { code: 'stale-card', seen: deploy.revision?.from ?? null, now: plan.sha, compareUrl: deploy.revision?.compareUrl ?? null };
  if (kind === 'approve' && isApproved(deploy)) return { code: 'already-approved', at: deploy.votes.at(-1)?.at ?? deploy.clock.now() };
  if (deploy.go !== null) return { code: 'already-starting' };
  if (kind === 'reject' && (reason ?? '').trim() === '') return { code: 'reason-needed' };
  return null;
}

/** Words without a contract mean what was there when they were written. GitHub's time has whole seconds: in doubt the earlier plan. */
const meansEarlierPlan = ({ plan, plannedAt }: Deploy, { contract, at }: CastVote): boolean =>
  plan !== null && plan.revision > 1 && contract === null && at < plannedAt;

function whyNotWithdraw(deploy: Deploy): ActReason | null {
  if (isOver(deploy)) return tooLate(deploy);
  if (deploy.plan === null) return { code: 'not-planned-yet' };
  return deploy.go === null ? null : { code: 'already-starting' };
}

/** A new revision was planned while the judge was asked about the old one. */
function whyReplanned(deploy: Deploy, judgedPlan: Plan): ActReason | null {
  const { plan, revision } = deploy;
  // Gates that opened meanwhile are no other plan.
  if (plan === null || plan.revision === judgedPlan.revision) return null;
  return { code: 'stale-card', seen: judgedPlan.sha, now: plan.sha, compareUrl: revision?.compareUrl ?? null };
}

export function tooLate({ phase, request }: Deploy): ActReason {
  const { service, environment } = request;
  return { code: 'too-late', ended: phase.kind, at: 'at' in phase ? phase.at : null, service, environment };
}
