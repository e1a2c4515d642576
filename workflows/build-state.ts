// What a `build` knows while it carries out one turn, and how it speaks. No waiting here.
import { getExternalWorkflowHandle, log, ParentClosePolicy, startChild } from '@temporalio/workflow';
import { reporting } from './ask.ts';
import type { Attested } from './attest-contract.ts';
import type { block } from './block.ts';
import { blockId, haltSeen } from './block-contract.ts';
import { isBlocked } from './build-facts.ts';
import { createClock, type Clock } from './clock.ts';
import { watchEnded, type BuildInput, type BuildReport, type BuildResult } from './build-contract.ts';
import { buildWatchId, holderEnded, strayBuildSeen } from './contract.ts';
import { guarded, isAlreadyStarted } from './guarded.ts';
import { createLine, type Line } from './line.ts';
import type { BuildFacts, BuildOrder } from './build-vocabulary.ts';
import type { Millis } from './vocabulary.ts';

export interface Build {
  readonly input: BuildInput;
  readonly clock: Clock;
  /** Signals to other workflows. */
  readonly errands: Line;
  /** Second builds of the request that are being asked to stop. */
  readonly stops: Line;
  /** The build at Buildkite that is followed now; null before there is one. */
  followed: BuildFacts | null;
  /** Builds of our request that were seen before we knew which one is ours. */
  early: readonly BuildFacts[];
  /** Something says that it ended, or that it waits at a block step or no longer does: to be confirmed by a read. */
  isSuspect: boolean;
  /** A webhook, or the shared poll, said that it ended. */
  saidToEnd: boolean;
  /** Grows with each sighting. */
  sightings: number;
  /** When a signed webhook was last heard. */
  heardAt: Millis;
  isWatched: boolean;
  isCancelled: boolean;
  /** Of a build that is only followed: its request, which is there all the same, wants it stopped. */
  stopsFollowed: boolean;
  /** UUIDs of second builds that were asked to stop. */
  stopped: readonly string[];
  /** The build that proved, from within, to be the request's own: if there are two, this one stays. */
  attested: Attested | null;
  /** The build that is ours by Buildkite's answer to the create, by the look-up, or by what an earlier run told; null where the order has no seal. */
  known: Attested | null;
  /** Environments that did not start us and want to know our end. */
  askers: readonly string[];
  /** What may be built, once the start was granted to this run. */
  order: BuildOrder | null;
  result: BuildResult | null;
}

export function openBuild(input: BuildInput): Build {
  const clock = createClock();
  return {
    input,
    clock,
    errands: createLine(),
    stops: createLine(),
    stopped: [],
    followed: null,
    early: [],
    isSuspect: false,
    saidToEnd: false,
    sightings: 0,
    heardAt: clock.now(),
    isWatched: false,
    isCancelled: false,
    stopsFollowed: false,
    attested: null,
    known: null,
    askers: [],
    result: null,
    order: null,
  };
}

/** Tells the request. A report that does not arrive changes nothing: the request asks its environment when it hears nothing. */
export function report(build: Build, what: BuildReport): void {
  const { deployId, turn } = build.input;
  if (deployId === null) return;
  const told = { deployId, turn, report: what };
  errand(build, () => reporting.reportBuild(told));
}

/** A build that nobody follows: the environment judges it. */
export function tellStray(build: Build, seen: BuildFacts): void {
  errand(build, () => getExternalWorkflowHandle(build.input.environmentId).signal(strayBuildSeen, { build: seen }));
}

/**
 * The build waits at a block step, or does no longer: its approval looks at it. Only what this run was granted has one; whatever else is
 * followed is left to Buildkite.
 */
export function tellBlock(build: Build, followed: BuildFacts): void {
  const { order, input } = build;
  if (order?.blocks === undefined) return;
  const { organization, pipeline, deployId, code } = order;
  const { uuid, number } = followed;
  const workflowId = blockId(organization, uuid);
  if (!isBlocked(followed)) return errand(build, () => getExternalWorkflowHandle(workflowId).signal(haltSeen));
  errand(build, async () => {
    try {
      await startChild<typeof block>('block', {
        workflowId,
        args: [{ organization, pipeline, number, uuid, deployId }],
        // It ends by itself once nothing waits, whatever becomes of this turn.
        parentClosePolicy: ParentClosePolicy.ABANDON,
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        staticSummary: `build ${number} of ${input.target} waits at a block step (${code})`,
      });
    } catch (error) {
      if (!isAlreadyStarted(error)) throw error;
      await getExternalWorkflowHandle(workflowId).signal(haltSeen);
    }
  });
}

/** The turn is over: whoever asked to know is told, and the shared poll is asked no longer. */
export function tellOver(build: Build, result: BuildResult): void {
  build.result = result;
  for (const asker of build.askers) tellEnd(build, asker, result);
  const uuid = build.followed?.uuid;
  if (!build.isWatched || uuid === undefined) return;
  errand(build, () => getExternalWorkflowHandle(buildWatchId(build.input.organization)).signal(watchEnded, { uuid }));
}

export function tellEnd(build: Build, environmentId: string, result: BuildResult): void {
  const { deployId, turn } = build.input;
  errand(build, () => getExternalWorkflowHandle(environmentId).signal(holderEnded, { deployId, turn, result }));
}

function errand(build: Build, step: () => Promise<void>): void {
  void build.errands.run(async () => {
    try {
      await guarded(step);
    } catch (error) {
      log.info('a peer could not be told', { error });
    }
  });
}
