// Plans and revisions: the first plan, and a new one when somebody pushes before the last vote.
import { rootCause, setHandler, workflowInfo } from '@temporalio/workflow';
import { accountKey, isSamePerson, nameOf } from './accounts.ts';
import type { PlanInput, PlanResult } from './activities.ts';
import { deciding } from './ask.ts';
import { headChanged, type HeadChange } from './contract.ts';
import { enter, enterWaiting, followsPushes, isApproved, isOver, isReady, tellWithin, type Deploy } from './deploy-state.ts';
import { keepGone } from './gone-votes.ts';
import { heard } from './guarded.ts';
import { obeyClosure } from './pull-request.ts';
import type { VoidVote } from './reasons.ts';
import type { Account, Millis, Person, Plan } from './vocabulary.ts';

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
  if (request.emergency !== undefined && overtaken(deploy, result.plan)) return;
  adopt(deploy, result.plan);
  if (request.dryRun) return enter(deploy, { kind: 'planned' });
  deploy.moved = earlyPush(deploy, result.plan, deploy.pushers !== pushers);
  // Nobody is shown a plan that is old already: the story goes on with the next revision.
  if (deploy.moved !== null) return;
  if (isApproved(deploy)) tellWithin(deploy, 0);
  enterNextPhase(deploy, result.plan);
}

/** An emergency asks nobody, so nobody would look at what was pushed while it was planned: it ends instead of following. */
function overtaken(deploy: Deploy, plan: Plan): boolean {
  const { moved } = deploy;
  if (moved === null || !followsPushes(plan) || !isAhead(deploy, plan, moved)) return false;
  const reason = { code: 'head-moved', sha: moved.sha, pushedAt: moved.at, by: nameOf(moved.by) } as const;
  enter(deploy, { kind: 'refused', reasons: [reason], gates: plan.gates, sha: plan.sha });
  return true;
}

/** A push before the last vote: a new plan of the new head, and every vote is void. */
export async function planAgain(deploy: Deploy, before: Plan, push: HeadChange): Promise<void> {
  const { pushers, votes, votesVersion } = deploy;
  const wish = {
    revision: before.revision + 1,
    expectedHead: push.sha,
    withinMs: PLAN_WITHIN_MS,
    before: { plan: before, votes, tally: deploy.tally },
  };
  const result = await askForPlan(deploy, wish);
  // Another push in the meantime: this plan is old already, or lacks somebody who counts as a requester.
  if (isOver(deploy) || deploy.moved !== push || deploy.pushers !== pushers) return;
  deploy.moved = null;
  const by = (result.kind === 'planned' ? result.pushedBy : undefined) ?? push.by;
  if (isNewAccount(deploy, by)) deploy.pushers = [...deploy.pushers, by];
  // Somebody who took a vote back meanwhile must not find it standing again.
  revise(deploy, before, { result, by: nameOf(by), how: 'push', mayStand: deploy.votesVersion === votesVersion });
}

/** The requester goes back to the commit of an earlier plan. The votes for it are gone all the same: whoever gave them asks anew. */
export async function keepEarlier(deploy: Deploy, before: Plan, keep: Plan): Promise<void> {
  const result = await askForPlan(deploy, { revision: before.revision + 1, expectedHead: null, withinMs: PLAN_WITHIN_MS, keep });
  if (isOver(deploy) || deploy.keeping !== keep) return;
  deploy.keeping = null;
  deploy.beforePush = null;
  // It can't be had: the request goes on with what was pushed.
  if (result.kind === 'refused') {
    deploy.keepRefused = result.reasons;
    deploy.isNews = true;
    return tellWithin(deploy, 0);
  }
  // Pushed while it was planned: named, like any push from now on.
  deploy.laterPush = deploy.moved ?? deploy.newestPush;
  deploy.moved = null;
  deploy.kept = true;
  revise(deploy, before, { result, by: nameOf(deploy.request.requester), how: 'keep', mayStand: false });
}

interface Revision {
  readonly result: PlanResult;
  readonly by: string;
  readonly how: 'push' | 'keep';
  readonly mayStand: boolean;
}

function revise(deploy: Deploy, before: Plan, { result, by, how, mayStand }: Revision): void {
  const approvals = deploy.votes.filter((vote) => vote.kind === 'approve');
  const standing = (mayStand && result.kind === 'planned' ? result.standing : undefined) ?? null;
  deploy.voided = standing?.voided ?? approvals.map((vote): VoidVote => ({ by: vote.by, why: 'new-revision', detail: null }));
  keepGone(deploy, deploy.voided);
  deploy.votes = standing?.votes ?? [];
  deploy.unconfirmed = [];
  deploy.votesVersion += 1;
  if (result.kind === 'refused') return enter(deploy, refusal(result));
  const { plan, pending = [], delta = null } = result;
  const isAsked = (person: Person): boolean => !plan.requesters.some((requester) => isSamePerson(requester, person));
  deploy.revision = {
    from: before.sha,
    to: plan.sha,
    by,
    compareUrl: how === 'keep' ? null : compareUrlOf(before, plan),
    delta,
    how,
    askedAgain: standing === null ? approvals.map((vote) => vote.by).filter(isAsked) : [],
    stands: standing?.votes.map((vote) => vote.by) ?? [],
  };
  deploy.isNews = true;
  deploy.beforePush = how === 'push' ? before : null;
  deploy.keepRefused = [];
  adopt(deploy, plan);
  if (standing !== null) deploy.tally = standing.tally;
  deploy.pending = pending.length === 0 ? null : { reasons: pending, since: deploy.clock.now() };
  enterNextPhase(deploy, plan);
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
  if (!isReady(deploy)) enterWaiting(deploy, plan);
}

function notePush(deploy: Deploy, push: HeadChange): void {
  const { plan, newestPush } = deploy;
  if (isOver(deploy) || (plan !== null && !followsPushes(plan))) return;
  const isNewest = newestPush === null || isLater(push, newestPush);
  if (isNewest) deploy.newestPush = push;
  if (deploy.kept) {
    if (!isNewest) return;
    deploy.laterPush = push;
    return tellWithin(deploy, deploy.timing.settleMs);
  }
  const isNewHead = isNewest && (plan === null || isAhead(deploy, plan, push));
  const isNewPusher = isNewAccount(deploy, push.by);
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

const isNewAccount = ({ request, pushers }: Deploy, by: Account): boolean =>
  ![request.requester, ...pushers].some((account) => accountKey(account) === accountKey(by));

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
  readonly before?: NonNullable<PlanInput['before']>;
  readonly keep?: Plan;
}

async function askForPlan(deploy: Deploy, { withinMs, ...wish }: PlanWish): Promise<PlanResult> {
  const { request, id, pushers, timing } = deploy;
  const summary = wish.revision === 1 ? `plan ${request.service} to ${request.environment}` : `plan revision ${wish.revision}`;
  const sealed = timing.seals === true ? { firstRun: workflowInfo().firstExecutionRunId } : {};
  const input = { request, workflowId: id, pushers, ...wish, ...sealed };
  try {
    const result = await deciding.makePlan.executeWithOptions({ summary, scheduleToCloseTimeout: withinMs }, [input]);
    if (result.kind === 'planned') deploy.seal = result.seal ?? deploy.seal;
    return result;
  } catch (error) {
    const why = rootCause(error) ?? 'no answer';
    return { kind: 'refused', reasons: [{ code: 'unreadable', what: 'what the plan needs', why }], gates: [], sha: null, target: null };
  }
}

const refusal = ({ reasons, gates, sha }: Extract<PlanResult, { kind: 'refused' }>) => ({ kind: 'refused', reasons, gates, sha }) as const;

function compareUrlOf(before: Plan, after: Plan): string | null {
  const commitPath = `/commit/${after.sha}`;
  if (!after.commitUrl.endsWith(commitPath)) return null;
  return `${after.commitUrl.slice(0, -commitPath.length)}/compare/${before.sha}...${after.sha}`;
}
