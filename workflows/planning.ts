// Plans and revisions: the first plan, and a new one when somebody pushes before the last vote.
import { rootCause, setHandler } from '@temporalio/workflow';
import type { PlanResult } from './activities.ts';
import { deciding } from './ask.ts';
import { headChanged, type HeadChange } from './contract.ts';
import { accountKey, enter, enterWaiting, followsPushes, isApproved, isOver, nameOf, tellWithin, type Deploy } from './deploy-state.ts';
import { keepGone } from './gone-votes.ts';
import { heard } from './guarded.ts';
import { obeyClosure } from './pull-request.ts';
import type { VoidVote } from './reasons.ts';
import type { RevisionNote } from './status.ts';
import type { Millis, Plan } from './vocabulary.ts';

const PLAN_WITHIN_MS = 120_000;

/** Registers the handler of pushes. */
export function hearPushes(deploy: Deploy): void {
  setHandler(
    headChanged,
    heard((change) => notePush(deploy, change)),
    { description: 'Somebody pushed to the branch of the request.' },
  );
}

/** The first plan. A request that is too old starts none (I10); a dry run ends with it. */
export async function planFirst(deploy: Deploy): Promise<void> {
  const { request, timing, clock } = deploy;
  const leftMs = request.askedAt + timing.maxAgeMs - clock.now();
  if (leftMs <= 0) {
    const reasons = [{ code: 'too-old', askedAt: request.askedAt }] as const;
    return enter(deploy, { kind: 'refused', reasons, gates: [], sha: null });
  }
  const { pushers } = deploy;
  const result = await askForPlan(deploy, { revision: 1, expectedHead: null, withinMs: Math.min(leftMs, PLAN_WITHIN_MS) });
  if (isOver(deploy)) return;
  if (result.kind === 'refused') return enter(deploy, refusal(result));
  adopt(deploy, result.plan);
  if (request.dryRun) return enter(deploy, { kind: 'planned' });
  deploy.moved = earlyPush(deploy, result.plan, deploy.pushers !== pushers);
  // Nobody is shown a plan that is old already: the story goes on with the next revision.
  if (deploy.moved !== null) return;
  if (isApproved(deploy)) tellWithin(deploy, 0);
  enterNextPhase(deploy, result.plan);
}

/** A push before the last vote: a new plan of the new head, and every vote is void. */
export async function planAgain(deploy: Deploy, before: Plan, push: HeadChange): Promise<void> {
  const { pushers } = deploy;
  const result = await askForPlan(deploy, { revision: before.revision + 1, expectedHead: push.sha, withinMs: PLAN_WITHIN_MS });
  // Another push in the meantime: this plan is old already, or lacks somebody who counts as a requester.
  if (isOver(deploy) || deploy.moved !== push || deploy.pushers !== pushers) return;
  deploy.moved = null;
  deploy.voided = deploy.votes
    .filter((vote) => vote.kind === 'approve')
    .map((vote): VoidVote => ({ by: vote.by, why: 'new-revision', detail: null }));
  keepGone(deploy, deploy.voided);
  deploy.votes = [];
  deploy.unconfirmed = [];
  deploy.votesVersion += 1;
  if (result.kind === 'refused') return enter(deploy, refusal(result));
  deploy.revision = noteRevision(before, result.plan, push);
  deploy.isNews = true;
  adopt(deploy, result.plan);
  enterNextPhase(deploy, result.plan);
}

function adopt(deploy: Deploy, plan: Plan): void {
  deploy.plan = plan;
  deploy.plannedAt = deploy.clock.now();
  deploy.tally = plan.tally;
  deploy.escalated = null;
}

/** Without a rule nobody has to approve, and the queue comes next. */
function enterNextPhase(deploy: Deploy, plan: Plan): void {
  obeyClosure(deploy, plan);
  if (!isApproved(deploy)) enterWaiting(deploy, plan);
}

function notePush(deploy: Deploy, push: HeadChange): void {
  const { plan, newestPush } = deploy;
  if (isOver(deploy) || (plan !== null && !followsPushes(plan))) return;
  const isNewest = newestPush === null || isLater(push, newestPush);
  if (isNewest) deploy.newestPush = push;
  const isNewHead = isNewest && (plan === null || isAhead(deploy, plan, push));
  const isNewPusher = ![deploy.request.requester, ...deploy.pushers].some((account) => accountKey(account) === accountKey(push.by));
  // Told late, the head may be in the plan already; whoever pushed it must count as a requester all the same.
  const isMissing = isNewPusher && (isNewHead || isAfterCommand(deploy, push));
  if (!isNewHead && !isMissing) return;
  if (isMissing) deploy.pushers = [...deploy.pushers, push.by];
  if (plan !== null && isApproved(deploy)) {
    deploy.laterPush = isNewHead ? push : (deploy.laterPush ?? { ...push, sha: plan.sha });
    tellWithin(deploy, deploy.timing.settleMs);
  } else if (isNewHead) deploy.moved = push;
  else if (plan !== null) deploy.moved ??= { ...push, sha: plan.sha };
}

/** The push, told while the first plan was made, that calls for another one; null when that plan has it all. */
function earlyPush(deploy: Deploy, plan: Plan, lacksPusher: boolean): HeadChange | null {
  const { moved } = deploy;
  if (moved === null || !followsPushes(plan)) return null;
  if (isAhead(deploy, plan, moved)) return moved;
  return lacksPusher ? { ...moved, sha: plan.sha } : null;
}

/** By GitHub's time, which has whole seconds; within one, by what each push replaced. The same one told again is not later. */
function isLater(push: HeadChange, known: HeadChange): boolean {
  return push.at === known.at ? push.sha !== known.sha && push.sha !== known.before : push.at > known.at;
}

/** Whether the push made a head that the plan does not have. What was pushed before the command, the plan has seen. */
function isAhead(deploy: Deploy, plan: Plan, push: HeadChange): boolean {
  return push.sha !== plan.sha && (push.before === plan.sha || isAfterCommand(deploy, push));
}

/** In doubt, within the same second, it was. */
const isAfterCommand = ({ request }: Deploy, { at }: HeadChange): boolean => at + 1_000 > request.askedAt;

interface PlanWish {
  readonly revision: number;
  readonly expectedHead: string | null;
  readonly withinMs: Millis;
}

async function askForPlan(deploy: Deploy, { revision, expectedHead, withinMs }: PlanWish): Promise<PlanResult> {
  const { request, id, pushers } = deploy;
  const summary = revision === 1 ? `plan ${request.service} to ${request.environment}` : `plan revision ${revision}`;
  const input = { request, workflowId: id, revision, pushers, expectedHead };
  try {
    return await deciding.makePlan.executeWithOptions({ summary, scheduleToCloseTimeout: withinMs }, [input]);
  } catch (error) {
    const why = rootCause(error) ?? 'no answer';
    return { kind: 'refused', reasons: [{ code: 'unreadable', what: 'what the plan needs', why }], gates: [], sha: null, target: null };
  }
}

const refusal = ({ reasons, gates, sha }: Extract<PlanResult, { kind: 'refused' }>) => ({ kind: 'refused', reasons, gates, sha }) as const;

function noteRevision(before: Plan, after: Plan, push: HeadChange): RevisionNote {
  const commitPath = `/commit/${after.sha}`;
  const compareUrl = after.commitUrl.endsWith(commitPath)
    ? `${after.commitUrl.slice(0, -commitPath.length)}/compare/${before.sha}...${after.sha}`
    : null;
  return { from: before.sha, to: after.sha, by: nameOf(push.by), compareUrl };
}
