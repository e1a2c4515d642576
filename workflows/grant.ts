// Granting a turn: one holder per target, whatever ended abnormally before.
import { getExternalWorkflowHandle, log, ParentClosePolicy, startChild, type ChildWorkflowHandle } from '@temporalio/workflow';
import type { HolderFacts } from './activities.ts';
import { looking } from './ask.ts';
import type { build } from './build.ts';
import type { Holder } from './carried.ts';
import { tellMeYourEnd, type BuildInput } from './build-contract.ts';
import { buildId, buildReported, environmentId } from './contract.ts';
import type { Environment } from './environment-state.ts';
import { guarded, isAlreadyStarted } from './guarded.ts';
import { endTurn, hold, loseSight, nextHolder, putBack, release } from './queue.ts';
import { isSecond } from './records.ts';
import { isOf, sealIn } from './seal.ts';

/** The re-check reads GitHub and Slack: a second or two, unless one of them is slow. */
const CLAIM_MS = 3_000;

/** Grants the next turn, or finds out why not yet. */
export async function grantTurn(here: Environment): Promise<void> {
  const { queue, clock, timing } = here;
  const next = nextHolder(queue);
  if (next === null) return;
  const facts = await describe(here, next.entry?.deployId ?? null);
  if (facts === null) return pauseLonger(here);
  const wasRunning = facts.build.status === 'running';
  if (!wasRunning && facts.build.status !== 'completed' && facts.build.status !== 'missing')
    queue.look = { notBefore: (facts.build.closedAt ?? clock.now()) + timing.build.createMs };
  // The place may have been given up meanwhile.
  const still = nextHolder(queue);
  if (still === null || still.entry !== next.entry || still.follow !== next.follow) return;
  if (wasRunning) return holdForeign(here, facts.build.deployId);
  if (next.entry !== null && facts.deploy !== 'running' && queue.look === null) {
    // Closed before its turn: nothing of it can be under way.
    const { deployId, turn, seal } = next.entry;
    return endTurn(queue, { deployId, turn, how: 'not-built', build: null, ...sealIn(seal) });
  }
  await startBuild(here, { ...next, since: clock.now() });
}

/** Waits for the end of a `build` that an earlier run (or nobody) started, and keeps asking whether it still lives. */
export async function watchForeignHolder(here: Environment): Promise<void> {
  const { queue, clock, target } = here;
  const isGone = (): boolean => queue.holder === null;
  await tellHolder(here);
  if (await clock.until(isGone, clock.now() + here.retryMs, 'ask the holder again')) return calmDown(here);
  const facts = await describe(here, queue.holder?.deployId ?? null);
  if (isGone()) return calmDown(here);
  if (facts === null || facts.build.status === 'running') return growRetry(here);
  calmDown(here);
  here.hasForeignHolder = false;
  if (facts.build.result != null) return release(queue, facts.build.result, clock.now());
  log.warn('the end of the holder was missed', { target, status: facts.build.status });
  loseSight(queue);
}

async function startBuild(here: Environment, holder: Holder): Promise<void> {
  const { queue, target, clock } = here;
  const { entry, follow, deployId } = holder;
  const adoptsStray = entry !== null && queue.strays.some((stray) => isOf(entry, stray));
  const look = queue.look ?? (adoptsStray ? { notBefore: clock.now() } : null);
  hold(queue, holder);
  here.hasForeignHolder = false;
  const input: BuildInput = {
    target,
    environmentId: environmentId(target),
    organization: here.organization,
    pipeline: follow?.pipeline ?? entry?.pipeline ?? '',
    pipelines: queue.pipelines,
    deployId,
    code: entry?.code ?? null,
    turn: entry?.turn ?? 0,
    look: follow === null ? look : null,
    follow,
    ...(follow === null ? { keepsOne: true } : isSecond(queue, follow) ? { stops: true } : {}),
    ...sealIn(entry?.seal),
    claimMs: here.timing.claimMs ?? CLAIM_MS,
    timing: here.timing.build,
  };
  const what = entry === null ? `follow build ${follow?.number}` : `${entry.service} to ${entry.environment} (${entry.code}, turn ${entry.turn})`;
  try {
    const child = await startChild<typeof build>('build', {
      workflowId: buildId(target),
      args: [input],
      // It holds the target whatever becomes of this run.
      parentClosePolicy: ParentClosePolicy.ABANDON,
      memo: { deployId },
      staticSummary: what,
    });
    void watchChild(here, holder, child, input.look !== null);
  } catch (error) {
    if (!isAlreadyStarted(error)) throw error;
    putBack(queue);
    await pauseLonger(here);
  }
}

async function watchChild(here: Environment, holder: Holder, child: ChildWorkflowHandle<typeof build>, hasLooked: boolean): Promise<void> {
  const { queue, clock } = here;
  try {
    const result = await guarded(() => child.result());
    if (queue.holder !== holder) return;
    if (hasLooked) queue.look = null;
    calmDown(here);
    release(queue, result, clock.now());
  } catch (error) {
    if (queue.holder !== holder) return;
    log.warn('a build ended abnormally; its turn is granted again', { deployId: holder.deployId, error });
    const { entry } = holder;
    if (entry !== null) reportRestart(here, entry);
    // How it closed, and when, is what `grantTurn` finds out before it starts the next one.
    await pauseLonger(here);
    if (queue.holder === holder) putBack(queue);
  }
}

function holdForeign(here: Environment, deployId: string | null): void {
  const { queue, clock } = here;
  const entry = queue.waiting.find((waiting) => waiting.deployId === deployId) ?? null;
  hold(queue, { entry, follow: null, deployId, since: clock.now() });
  here.hasForeignHolder = true;
}

function reportRestart(here: Environment, { deployId, turn }: NonNullable<Holder['entry']>): void {
  void here.errands.run(async () => {
    try {
      await guarded(() => getExternalWorkflowHandle(deployId).signal(buildReported, { turn, report: { kind: 'restarted' } }));
    } catch (error) {
      log.info('the request is gone', { deployId, error });
    }
  });
}

async function tellHolder({ target }: Environment): Promise<void> {
  try {
    await getExternalWorkflowHandle(buildId(target)).signal(tellMeYourEnd, { environmentId: environmentId(target) });
  } catch (error) {
    log.info('the holder is gone', { target, error });
  }
}

async function describe({ target }: Environment, deployId: string | null): Promise<HolderFacts | null> {
  try {
    return await looking.describeHolders({ deployId, target });
  } catch (error) {
    log.warn('the holders could not be described', { target, error });
    return null;
  }
}

async function pauseLonger(here: Environment): Promise<void> {
  const pauseMs = here.retryMs;
  growRetry(here);
  await here.clock.pause(pauseMs, 'try again');
}

function growRetry(here: Environment): void {
  here.retryMs = Math.min(here.retryMs * 2, here.timing.retryMaxMs);
}

function calmDown(here: Environment): void {
  here.retryMs = here.timing.retryMs;
}
