// A build that deploys though nobody asked for it: read once before anybody is told, told once, looked after until it has ended.
import { allHandlersFinished, condition, getExternalWorkflowHandle, log, setHandler, workflowInfo } from '@temporalio/workflow';
import { answerOnce, RIGHTS_UNREAD } from './answers.ts';
import type { NotAttested } from './attest-contract.ts';
import { judgingOutside, readingOutside, tellingOutside, tellingOutsideAtLast } from './ask.ts';
import { createClock, type Clock } from './clock.ts';
import { buildSeen } from './build-contract.ts';
import { actArrived, buildId, cancel, environmentId, strayBuildSeen, type LateAct, type Receipt } from './contract.ts';
import { guarded, isFailureOf } from './guarded.ts';
import { createLine } from './line.ts';
import {
  OUTSIDE_TIMING,
  outsideChanged,
  outsideStatus,
  type Claimed,
  type ClaimedBuild,
  type OutsideBuild,
  type OutsideClaim,
  type OutsideInput,
  type OutsidePhase,
  type OutsideStatus,
} from './outside-contract.ts';
import type { ActReason } from './reasons.ts';
import { stopBuild } from './stop-build.ts';
import type { BuildFacts } from './build-vocabulary.ts';
import type { Cards } from './status.ts';
import type { Millis, Person, Target } from './vocabulary.ts';

interface Outside {
  readonly input: OutsideInput;
  readonly clock: Clock;
  readonly openedAt: Millis;
  build: OutsideBuild | null;
  /** What the request that it names said; null: it was not asked. */
  claim: NonNullable<OutsideStatus['claim']> | null;
  phase: OutsidePhase;
  /** Somebody, or policy, wants it stopped; null by policy. */
  stop: { readonly by: Person | null } | null;
  isSuspect: boolean;
}

export async function outside(input: OutsideInput): Promise<OutsideStatus | null> {
  const clock = createClock();
  const open: Outside = { input, clock, openedAt: clock.now(), build: null, claim: null, phase: { kind: 'running' }, stop: null, isSuspect: false };
  const receipts = createLine();
  const desk = { acts: createLine(), receipts, apply: (act: LateAct) => applyAct(open, act), kindOf: () => 'cancel' as const };
  const answer = answerOnce<LateAct>(desk);
  setHandler(cancel, (act) => answer({ act: 'cancel', input: act }, 'update'), { description: 'Stop the build.' });
  setHandler(actArrived, async (act) => void (await answer(act, 'signal')), { description: 'An act whose Update got no answer in time.' });
  setHandler(outsideChanged, () => guarded(async () => void (open.isSuspect = true)), { description: 'Something changed about the build.' });
  setHandler(outsideStatus, () => statusOf(open), { description: 'The build as its message shows it.' });
  return guarded(async () => {
    await lookAfter(open);
    await condition(() => allHandlersFinished() && receipts.isIdle());
    return statusOf(open);
  });
}

const statusOf = ({ input, build, claim, phase, openedAt }: Outside): OutsideStatus | null =>
  build === null ? null : { workflowId: workflowInfo().workflowId, input, build, phase, openedAt, ...(claim === null ? {} : { claim }) };

const isDone = ({ phase }: Outside): boolean => phase.kind === 'ended' || phase.kind === 'left' || phase.kind === 'claimed';

async function lookAfter(open: Outside): Promise<void> {
  const { input, clock, openedAt } = open;
  const { lookMs, lookMaxMs, leaveMs } = input.timing ?? OUTSIDE_TIMING;
  if (input.claim !== undefined && (await isClaimedRightly(open, input.claim))) return;
  await readAgain(open);
  const { build } = open;
  if (build === null || !(await isStrange(open, build))) return;
  // One that names a request may be its own after all (a history is kept for so long, and can be reset), and is for people to judge.
  if (input.policy === 'cancel' && !build.isMarked) open.stop = { by: null };
  await holdTarget(build);
  let card: Cards['slack'] = null;
  let pauseMs = lookMs;
  for (;;) {
    if (open.stop !== null && open.phase.kind === 'running') {
      open.phase = { kind: 'cancelling', by: open.stop.by };
      await stopBuild(input);
    }
    card = await tell(open, card);
    if (isDone(open)) return;
    const wantsStop = (): boolean => open.stop !== null && open.phase.kind === 'running';
    await clock.until(() => open.isSuspect || wantsStop(), Math.min(clock.now() + pauseMs, openedAt + leaveMs), 'look after the build');
    pauseMs = Math.min(pauseMs * 2, lookMaxMs);
    if (!wantsStop()) await readAgain(open);
    await askAgain(open);
    if (!isDone(open) && clock.now() >= openedAt + leaveMs) open.phase = { kind: 'left', at: clock.now() };
  }
}

/** What a token may be told about a build that carries our meta-data, and that is still none of ours. */
const STRANGE: readonly NotAttested[] = ['no-request', 'not-approved', 'other-build', 'other-pipeline'];

/** Whether what was read bears out what was seen. */
async function isStrange(open: Outside, { uuid, isMarked, claim }: OutsideBuild): Promise<boolean> {
  const { why, uuid: seen } = open.input;
  if (uuid !== seen) return false;
  if (!isMarked || (why.kind === 'attestation' && STRANGE.includes(why.reason))) return true;
  if (open.claim !== null && open.claim.said !== 'not-known-yet') return true;
  // A webhook may come without the meta-data that the build has, or before a job of it wrote some.
  const named = open.input.claim ?? claim;
  return named !== undefined && !(await isClaimedRightly(open, named));
}

/** People were told of doubts: what the request knows by now may end them. */
async function askAgain(open: Outside): Promise<void> {
  const named = open.input.claim ?? open.build?.claim;
  if (open.claim?.said !== 'not-known-yet' || named === undefined || open.stop !== null) return;
  if (await isClaimedRightly(open, named)) open.phase = { kind: 'claimed', at: open.clock.now() };
}

/** Asks the request that it names until it knows, for the first minutes; later once. What can't be shown to be its own is not. */
async function isClaimedRightly(open: Outside, { code, ...named }: OutsideClaim): Promise<boolean> {
  const { clock, input, openedAt } = open;
  const { organization, pipeline, number, uuid } = input;
  const { askMs, askMaxMs, doubtMs } = { ...OUTSIDE_TIMING, ...input.timing };
  const giveUpAt = openedAt + doubtMs;
  for (let pauseMs = askMs; ; pauseMs = Math.min(pauseMs * 2, askMaxMs)) {
    const said = await askClaimed({ organization, pipeline, number, uuid, ...named });
    if (said === 'its-own') return true;
    open.claim = { code, said };
    if (said !== 'not-known-yet' || clock.now() >= giveUpAt) return false;
    await clock.pause(Math.min(pauseMs, giveUpAt - clock.now()), 'ask the request that it names again');
  }
}

async function askClaimed(build: ClaimedBuild): Promise<Claimed> {
  try {
    return await judgingOutside.askClaimed(build);
  } catch (error) {
    log.warn('the request that it names could not be asked', { number: build.number, error });
    return 'not-known-yet';
  }
}

/** Nobody is granted a turn on its target until it has ended. Where no environment runs, nobody waits for one. */
function holdTarget({ onTarget }: OutsideBuild): Promise<void> {
  return tellPeer(onTarget, (build, target) => getExternalWorkflowHandle(environmentId(target)).signal(strayBuildSeen, { build }));
}

/** Its webhooks do not name the target, so whoever follows it there hears of its end from here. */
function freeTarget({ onTarget }: OutsideBuild): Promise<void> {
  return tellPeer(onTarget, (build, target) =>
    getExternalWorkflowHandle(buildId(target)).signal(buildSeen, { deployId: null, build, by: 'webhook' }),
  );
}

async function tellPeer(build: BuildFacts | undefined, tell: (build: BuildFacts, target: Target) => Promise<void>): Promise<void> {
  if (build === undefined || build.target === null) return;
  try {
    // Cast at the boundary: a target is what builds are marked with.
    await tell(build, build.target as Target);
  } catch (error) {
    log.info('nobody to tell of the build', { error });
  }
}

async function readAgain(open: Outside): Promise<void> {
  const { organization, pipeline, number } = open.input;
  open.isSuspect = false;
  try {
    open.build = await readingOutside.readOutside.executeWithOptions({ summary: `read build ${number}` }, [{ organization, pipeline, number }]);
  } catch (error) {
    if (!isFailureOf(error, 'NotFound') || open.build === null) {
      log.warn('the build could not be read', { number, error });
      return;
    }
    open.build = { ...open.build, state: 'deleted', isOver: true };
  }
  if (!open.build.isOver) return;
  await freeTarget(open.build);
  open.phase = { kind: 'ended', state: open.build.state, by: open.stop?.by ?? null, cancelled: open.stop !== null, at: open.clock.now() };
}

async function tell(open: Outside, card: Cards['slack']): Promise<Cards['slack']> {
  const status = statusOf(open);
  if (status === null) return card;
  try {
    if (card === null) return await tellingOutsideAtLast.postOutside(status);
    await (isDone(open) ? tellingOutsideAtLast : tellingOutside).updateOutside({ status, card });
  } catch (error) {
    log.warn('a message could not be delivered', { error });
  }
  return card;
}

async function applyAct(open: Outside, { input: act }: LateAct): Promise<Receipt> {
  const { organization, pipeline, number, code } = open.input;
  const refused = (...reasons: readonly ActReason[]): Receipt => ({ kind: 'refused', reasons, code });
  if (isDone(open)) return refused({ code: 'build-over', build: number });
  try {
    const allowed = await judgingOutside.authoriseOutside({ organization, pipeline, by: act.by });
    if (allowed.kind === 'refused') return refused(...allowed.reasons);
    open.stop ??= { by: allowed.person };
    return { kind: 'cancelling', build: number };
  } catch {
    return refused(...RIGHTS_UNREAD.reasons);
  }
}
