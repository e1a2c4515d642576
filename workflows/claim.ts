// The claim: at its turn `build` asks whether it may start. The request alone judges, after everything was read again.
import { rootCause, setHandler } from '@temporalio/workflow';
import { isSamePerson } from './accounts.ts';
import type { Recheck } from './activities.ts';
import { deciding } from './ask.ts';
import { claimStart, type Claim, type ClaimStart } from './contract.ts';
import { enter, isOver, loseApproval, type Deploy } from './deploy-state.ts';
import { keepGone } from './gone-votes.ts';
import { guarded } from './guarded.ts';
import { createLine } from './line.ts';
import { autoApprovals } from './rule-approvals.ts';
import type { BuildOrder, Signatures } from './build-vocabulary.ts';
import { sealIn } from './seal.ts';
import type { LiveVersion, Plan } from './vocabulary.ts';

const LONGEST_PAUSE_MS = 60_000;

/** Registers the handler of claims. One re-check at a time: a second claim for the turn finds the answer of the first. */
export function answerClaims(deploy: Deploy): void {
  const line = createLine();
  setHandler(claimStart, (claim) => line.run(() => guarded(() => judgeClaim(deploy, claim))), {
    description: 'May the build of this turn start? Everything is read again first.',
  });
}

async function judgeClaim(deploy: Deploy, claim: ClaimStart): Promise<Claim> {
  const { clock, timing } = deploy;
  const giveUpAt = clock.now() + timing.unreadableMs;
  let pauseMs = timing.unreadablePauseMs;
  for (;;) {
    const early = answerWithoutCheck(deploy, claim);
    const { plan, votesVersion } = deploy;
    if (early !== null || plan === null) return early ?? { kind: 'no', reason: 'other-turn' };
    if (deploy.phase.kind !== 'checking') enter(deploy, { kind: 'checking', unread: null }, timing.settleMs);
    const checked = await recheck(deploy, plan);
    // From here to the answer nothing waits: whatever was applied before has won, whatever comes later finds the answer given.
    const late = answerWithoutCheck(deploy, claim);
    if (late !== null) return late;
    if (deploy.votesVersion !== votesVersion) continue;
    if (checked.kind !== 'unknown') return answer(deploy, { plan, run: claim.run, checked });
    if (clock.now() >= giveUpAt) return stop(deploy, [{ code: 'unreadable', what: checked.what, why: 'it could not be read at its turn' }]);
    if (deploy.phase.kind !== 'checking' || deploy.phase.unread !== checked.what) enter(deploy, { kind: 'checking', unread: checked.what });
    await clock.until(() => answerWithoutCheck(deploy, claim) !== null, clock.now() + pauseMs, `read again: ${checked.what}`);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

/** The answer that needs no re-check, or null when the present turn asks for the first time. */
function answerWithoutCheck(deploy: Deploy, { turn }: ClaimStart): Claim | null {
  if (isOver(deploy)) return { kind: 'no', reason: 'ended' };
  if (turn !== deploy.turn) return { kind: 'no', reason: 'other-turn' };
  const { go, cancelling } = deploy;
  if (go !== null) return { kind: 'go', order: go.order, again: true, cancel: cancelling !== null, ...ownBuild(deploy) };
  return deploy.inLine ? null : { kind: 'no', reason: 'void-votes' };
}

/** Which build is its own, as far as that was heard of. */
function ownBuild({ attested, build, seal }: Deploy): Pick<Extract<Claim, { kind: 'go' }>, 'attested' | 'known'> {
  const known = build === null || seal === null ? {} : { known: { number: build.number, uuid: build.uuid } };
  return attested === null ? known : { attested, ...known };
}

async function recheck(deploy: Deploy, plan: Plan): Promise<Recheck> {
  const { request, votes, tally, escalated } = deploy;
  const input = { plan, request, votes, tally, ...(escalated === null ? {} : { escalated: true }) };
  try {
    return await deciding.recheck.executeWithOptions({ summary: 'everything once more, just before the build' }, [input]);
  } catch (error) {
    return { kind: 'unknown', what: rootCause(error) ?? 'the facts' };
  }
}

interface Checked {
  readonly plan: Plan;
  readonly run: string;
  readonly checked: Exclude<Recheck, { kind: 'unknown' }>;
}

function answer(deploy: Deploy, { plan, run, checked }: Checked): Claim {
  if (checked.kind === 'gates') return stop(deploy, checked.reasons);
  const voided = checked.kind === 'void' ? checked.votes : [];
  const votes = deploy.votes.filter((vote) => !voided.some(({ by }) => isSamePerson(by, vote.by)));
  deploy.voided = voided;
  keepGone(deploy, voided);
  if (!checked.tally.satisfied) {
    loseApproval(deploy, plan, { votes, tally: checked.tally });
    return { kind: 'no', reason: 'void-votes' };
  }
  deploy.votes = votes;
  deploy.tally = checked.tally;
  const live = checked.live !== undefined ? checked.live : plan.live;
  const order = orderOf(deploy, plan, live);
  deploy.go = { order, run };
  deploy.heardAt = deploy.clock.now();
  enter(deploy, { kind: 'starting', waitingFor: 'nothing', until: null }, deploy.timing.settleMs);
  return { kind: 'go', order, again: false, cancel: false };
}

function stop(deploy: Deploy, reasons: Extract<Recheck, { kind: 'gates' }>['reasons']): Claim {
  enter(deploy, { kind: 'stopped', reasons, at: deploy.clock.now() });
  return { kind: 'no', reason: 'gates' };
}

function orderOf(deploy: Deploy, plan: Plan, live: LiveVersion | null): BuildOrder {
  return {
    deployId: deploy.id,
    code: deploy.request.code,
    organization: plan.organization,
    pipeline: plan.pipeline,
    service: plan.service,
    environment: plan.environment,
    target: plan.target,
    sha: plan.sha,
    branch: plan.ref.branch,
    ref: plan.ref.name,
    pullRequest: plan.pullRequest?.number ?? null,
    requester: plan.requester.name,
    approvers: deploy.votes.filter((vote) => vote.kind === 'approve').map((vote) => vote.by.name),
    previousSha: live?.sha ?? null,
    parameters: plan.parameters,
    contract: plan.contract,
    signatures: signaturesOf(deploy, plan),
    ...sealIn(deploy.seal),
    ...(plan.emergency === undefined ? {} : { emergency: { reason: plan.emergency.reason } }),
    ...(plan.blocks === undefined ? {} : { blocks: plan.blocks }),
  };
}

function signaturesOf({ request, votes, cards, tally }: Deploy, plan: Plan): Signatures {
  const rules = autoApprovals(tally?.tree ?? null).map(({ name, when = [] }) => ({
    name,
    why: when.map(({ wanted, found }) => `${wanted} (${found})`).join(' and '),
  }));
  const approvals = votes.filter((vote) => vote.kind === 'approve');
  return {
    asked: { by: plan.requester.name, surface: request.origin.surface, at: request.askedAt },
    approved: approvals.map(({ by, surface, at }) => ({ by: by.name, key: by.key, surface, at })),
    ...(rules.length === 0 ? {} : { rules }),
    cards: { slack: cards.slack?.url ?? null, github: cards.github?.url ?? null },
  };
}
