// A build that waits at a block step: the same approval is asked for as for a deploy, and then Buildkite is asked to let the build go
// on. One step at a time, the first that waits: a later one could be unblocked before what comes before it has been looked at.
import { allHandlersFinished, condition, getExternalWorkflowHandle, log, rootCause, workflowInfo } from '@temporalio/workflow';
import { judging } from './ask.ts';
import { lookingUp, planningBlock, readingHalt } from './block-ask.ts';
import { keepPeopleTold } from './block-cards.ts';
import { stoppedAtBlock, type BlockInput, type BlockPhase, type BlockResult } from './block-contract.ts';
import { enter, hearOfHalt, isSettled, openHalt, type Halt, type OpenStep } from './block-state.ts';
import { readMembers, release, waitingFrom } from './block-release.ts';
import type { HaltedBuild, ManualJob } from './block-vocabulary.ts';
import { delivered } from './delivered.ts';
import { guarded, isFailureOf } from './guarded.ts';
import type { BlockStop } from './status.ts';
import { stopBuild } from './stop-build.ts';
import type { Millis, Tally } from './vocabulary.ts';

export async function block(input: BlockInput): Promise<BlockResult> {
  const halt = openHalt(input);
  hearOfHalt(halt);
  return guarded(async () => {
    await lookAfter(halt);
    await condition(() => allHandlersFinished() && halt.receipts.isIdle() && halt.telling === 0);
    return { steps: halt.ended };
  });
}

/** Until the build waits for nobody any more. */
async function lookAfter(halt: Halt): Promise<void> {
  const { clock, timing: pauses } = halt;
  const leftUntil = clock.now() + pauses.leftMs;
  let lookMs = pauses.lookMs;
  for (;;) {
    const { sightings } = halt;
    const build = await read(halt);
    const waiting = build === null ? null : settleBy(halt, build);
    if (build === null || waiting === null) return settleGone(halt, build);
    const isNew = halt.step?.job.id !== waiting.id && !halt.left.includes(waiting.id);
    if (isNew) await ask(halt, build, waiting);
    if (isNew || halt.sightings !== sightings) lookMs = pauses.lookMs;
    const { step } = halt;
    if (step === null || step.job.id !== waiting.id || isSettled(step)) {
      if (clock.now() >= leftUntil) return;
      await clock.until(() => halt.sightings !== sightings, clock.now() + lookMs, 'look after the build');
    } else {
      await attend(halt, step, { sightings, lookAt: clock.now() + lookMs });
    }
    lookMs = Math.min(lookMs * 2, pauses.lookMaxMs);
  }
}

/** null: it is not there any more. */
async function read(halt: Halt): Promise<HaltedBuild | null> {
  const { organization, pipeline, number } = halt.input;
  const reading = (): Promise<HaltedBuild> =>
    readingHalt.readHalted.executeWithOptions({ summary: `steps of build ${number}` }, [{ organization, pipeline, number }]);
  try {
    return await patiently(halt, 'read the build again', { step: reading, final: ['NotFound'] });
  } catch {
    return null;
  }
}

interface Try<T> {
  readonly step: () => Promise<T>;
  /** Types of failures that another attempt would only repeat. */
  readonly final: readonly string[];
}

/** Until it works: people may come to the build meanwhile, and nothing is held up but what can't be known. */
async function patiently<T>({ clock, timing: { retryMs, retryMaxMs } }: Halt, why: string, { step, final }: Try<T>): Promise<T> {
  let pauseMs = retryMs;
  for (;;) {
    try {
      return await step();
    } catch (error) {
      if (final.some((type) => isFailureOf(error, type))) throw error;
      log.warn('that did not work; it is tried again', { why, cause: rootCause(error) });
      await clock.pause(pauseMs, why);
      pauseMs = Math.min(pauseMs * 2, retryMaxMs);
    }
  }
}

/** Settles the open step if it does not wait any more. Answers the step that waits now; null: none does. */
function settleBy(halt: Halt, build: HaltedBuild): ManualJob | null {
  const { step, clock } = halt;
  const open = step === null || isSettled(step) ? null : (build.manual.find(({ id }) => id === step.job.id) ?? null);
  if (open?.state === 'blocked' && !build.isOver) return open;
  if (step !== null && open !== null) {
    const by = open.unblockedBy?.name ?? null;
    const at = clock.now();
    if (open.state === 'unblocked') enter(halt, step, { kind: isOurs(step, open) ? 'unblocked' : 'unblocked-elsewhere', by, at }, null);
    else enter(halt, step, { kind: 'gone', state: open.state, at }, null);
  }
  if (build.isOver || !build.blocked) return null;
  return build.manual.find(({ state, unblockable }) => state === 'blocked' && unblockable) ?? null;
}

/** An answer of ours may have got lost on its way here. */
function isOurs({ askedAt, unblocker }: OpenStep, { unblockedBy, unblockedAt }: ManualJob): boolean {
  if (askedAt === null) return false;
  return unblocker === null ? (unblockedAt ?? 0) >= askedAt - 2_000 : unblockedBy?.id === unblocker;
}

function settleGone(halt: Halt, build: HaltedBuild | null): void {
  const { step, clock } = halt;
  if (step !== null) enter(halt, step, { kind: 'gone', state: build?.state ?? 'deleted', at: clock.now() }, null);
}

/** Of a push, the creator is only whom the commit names. */
const isStarterSignedIn = ({ creator, source }: HaltedBuild): boolean =>
  creator !== null && creator.person !== null && (source === 'ui' || source === 'api');

/** Opens the approval of a step, or leaves it to Buildkite. */
async function ask(halt: Halt, build: HaltedBuild, job: ManualJob): Promise<void> {
  const { input, clock } = halt;
  const { organization, pipeline, deployId } = input;
  const steps = await lookingUp.readManualSteps({ organization, pipeline }).catch(() => null);
  // Who might have started it is told by their ids: an address can be changed, and changed back.
  const members =
    deployId === null && !isStarterSignedIn(build) ? await patiently(halt, 'read the members', { step: () => readMembers(halt), final: [] }) : {};
  const planned = await plan(halt, { build, job, steps, organization, deployId, members });
  if (planned.kind === 'left') {
    log.info('the step is left to Buildkite', { step: job.label, why: planned.why });
    halt.left = [...halt.left, job.id];
    halt.ended = [...halt.ended, { label: job.label, how: 'left' }];
    return;
  }
  const openedAt = clock.now();
  const step: OpenStep = {
    build,
    job,
    plan: planned.plan,
    openedAt,
    phase: await waitingFrom(planned.plan.rule, openedAt),
    votes: [],
    tally: planned.tally,
    filled: null,
    filledAt: openedAt,
    fillings: 0,
    voided: null,
    version: 0,
    askedAt: null,
    isAsking: false,
    unblocker: null,
    isNews: true,
    news: null,
  };
  // The one before is not in the build any more.
  if (halt.step !== null) enter(halt, halt.step, { kind: 'gone', state: 'deleted', at: openedAt }, null);
  halt.step = step;
  void keepPeopleTold(halt, step);
}

async function plan(
  halt: Halt,
  input: Omit<Parameters<typeof planningBlock.planBlock>[0], 'workflowId'>,
): ReturnType<typeof planningBlock.planBlock> {
  const { workflowId } = workflowInfo();
  const planning = (): ReturnType<typeof planningBlock.planBlock> =>
    planningBlock.planBlock.executeWithOptions({ summary: `who unblocks ${input.job.label}` }, [{ ...input, workflowId }]);
  try {
    return await patiently(halt, 'read once more who unblocks it', { step: planning, final: ['Invalid', 'NotFound'] });
  } catch (error) {
    return { kind: 'left', why: rootCause(error) ?? 'it can not be planned' };
  }
}

/** Until the step is settled, or Buildkite is to be read again. */
async function attend(halt: Halt, step: OpenStep, until: { readonly sightings: number; readonly lookAt: Millis }): Promise<void> {
  const { clock } = halt;
  const isStale = (): boolean => halt.sightings !== until.sightings || clock.now() >= until.lookAt;
  for (;;) {
    const { phase } = step;
    if (phase.kind === 'rejected') return cancelBuild(halt, { kind: 'rejected', step: step.job.label, by: phase.by, reason: phase.reason });
    if (isSettled(step)) return;
    if (step.tally.satisfied) return (await release(halt, step)) === 'too-late' ? expire(halt, step) : undefined;
    if (phase.kind !== 'waiting') return;
    if (clock.now() >= phase.expiresAt) return expire(halt, step);
    if (isStale()) return;
    const [nextReminder = Infinity] = phase.remindAt;
    if (clock.now() >= nextReminder) await remind(halt, step, phase);
    const { version } = step;
    const wakeAt = Math.min(phase.expiresAt, until.lookAt, nextReminder > clock.now() ? nextReminder : Infinity);
    await clock.until(() => step.version !== version || isStale(), wakeAt, 'remind, expire or look again');
  }
}

/** People come and go in the meantime: only who could approve now is called. */
async function remind(halt: Halt, step: OpenStep, phase: Extract<BlockPhase, { kind: 'waiting' }>): Promise<void> {
  const { plan: planned, votes, version } = step;
  const tally = await judging.surveyWaiting({ plan: planned, votes, escalated: false }).then(
    (survey): Tally => survey?.tally ?? step.tally,
    () => step.tally,
  );
  if (step.version !== version || step.phase !== phase) return;
  step.tally = tally.satisfied ? step.tally : tally;
  enter(halt, step, { ...phase, remindAt: phase.remindAt.filter((at) => at > halt.clock.now()) }, 'reminder');
}

async function expire(halt: Halt, step: OpenStep): Promise<void> {
  const { onExpire } = step.plan;
  enter(halt, step, { kind: 'expired', build: onExpire, at: halt.clock.now() }, null);
  if (onExpire === 'cancel') await cancelBuild(halt, { kind: 'expired', step: step.job.label });
  else halt.left = [...halt.left, step.job.id];
}

/** The request is told first, so that it does not take it for something that happened outside. */
async function cancelBuild({ input }: Halt, stop: BlockStop): Promise<void> {
  const { deployId } = input;
  if (deployId !== null) await delivered('why the build stops', getExternalWorkflowHandle(deployId).signal(stoppedAtBlock, stop));
  await stopBuild(input);
}
