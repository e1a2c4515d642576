// What a `build` knows while it carries out one turn, and how it hears and speaks. No waiting here.
import { getExternalWorkflowHandle, log, setHandler } from '@temporalio/workflow';
import { reporting } from './ask.ts';
import { advance, endOf, isBlocked } from './build-facts.ts';
import { buildAttested, type Attested } from './attest-contract.ts';
import { createClock, type Clock } from './clock.ts';
import {
  buildLeft,
  buildSeen,
  cancelAsked,
  tellMeYourEnd,
  watchEnded,
  type BuildInput,
  type BuildReport,
  type BuildResult,
} from './build-contract.ts';
import { buildWatchId, holderEnded, strayBuildSeen } from './contract.ts';
import { guarded, heard } from './guarded.ts';
import { createLine, type Line } from './line.ts';
import type { BuildFacts, BuildOrder } from './build-vocabulary.ts';
import type { Millis } from './vocabulary.ts';

export interface Build {
  readonly input: BuildInput;
  readonly clock: Clock;
  /** Signals to other workflows. */
  readonly errands: Line;
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
  /** The build that proved, from within, to be the request's own: if there are two, this one stays. */
  attested: Attested | null;
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
    followed: null,
    early: [],
    isSuspect: false,
    saidToEnd: false,
    sightings: 0,
    heardAt: clock.now(),
    isWatched: false,
    isCancelled: false,
    attested: null,
    askers: [],
    result: null,
    order: null,
  };
}

/** Registers the handlers. */
export function hearOfBuild(build: Build): void {
  const { input, clock } = build;
  const seen = heard((sighting: { readonly build: BuildFacts; readonly by: 'webhook' | 'poll' }) => {
    if (sighting.by === 'webhook' && isOurs(build, sighting.build)) build.heardAt = clock.now();
    noteSighting(build, sighting.build);
  });
  const left = heard(({ uuid }: { readonly uuid: string }) => {
    if (build.followed?.uuid !== uuid) return;
    build.isSuspect = true;
    build.saidToEnd = true;
  });
  const cancelled = heard(({ deployId }: { readonly deployId: string }) => {
    if (deployId === input.deployId) build.isCancelled = true;
  });
  const asked = heard(({ environmentId }: { readonly environmentId: string }) => {
    if (build.result !== null) tellEnd(build, environmentId, build.result);
    else if (!build.askers.includes(environmentId)) build.askers = [...build.askers, environmentId];
  });
  const attested = heard(({ deployId, build: own }: { readonly deployId: string; readonly build: Attested }) => {
    if (deployId === input.deployId) build.attested = own;
  });
  setHandler(buildAttested, attested, { description: 'A job proved which build is the request’s own.' });
  setHandler(buildSeen, seen, { description: 'A webhook or the shared poll saw a build.' });
  setHandler(buildLeft, left, { description: 'The shared poll no longer sees the build.' });
  setHandler(cancelAsked, cancelled, { description: 'A person cancelled the request.' });
  setHandler(tellMeYourEnd, asked, { description: 'An environment that did not start this build wants to know its end.' });
}

function isOurs({ followed, input }: Build, seen: BuildFacts): boolean {
  if (seen.uuid === followed?.uuid || seen.uuid === input.follow?.uuid) return true;
  return seen.deployId !== null && seen.deployId === input.deployId;
}

/** A sighting moves what is shown, never back; an end or a block step is only suspected until it was read. */
function noteSighting(build: Build, seen: BuildFacts): void {
  const { followed } = build;
  if (followed?.uuid !== seen.uuid) {
    const mayBeOurs = isOurs(build, seen) && followed?.deployId !== build.input.deployId;
    if (mayBeOurs) build.early = [...build.early.filter(({ uuid }) => uuid !== seen.uuid), seen];
    else tellStray(build, seen);
    build.sightings += 1;
    return;
  }
  const next = advance(followed, seen);
  if (next === null) return;
  build.sightings += 1;
  if (endOf(seen) !== null) build.saidToEnd = true;
  if (endOf(seen) !== null || isBlocked(seen) !== isBlocked(followed)) build.isSuspect = true;
  else if (!isBlocked(followed)) build.followed = next;
}

/** From now on this one is followed; what was seen of it before counts, other builds of the request are strays. */
export function startFollowing(build: Build, facts: BuildFacts): void {
  build.followed = facts;
  build.heardAt = build.clock.now();
  build.isSuspect = endOf(facts) !== null || isBlocked(facts);
  const { early } = build;
  build.early = [];
  for (const seen of early) noteSighting(build, seen);
}

/** Tells the request. A report that does not arrive changes nothing: the request asks its environment when it hears nothing. */
export function report(build: Build, what: BuildReport): void {
  const { deployId, turn } = build.input;
  if (deployId === null) return;
  errand(build, () => reporting.reportBuild({ deployId, turn, report: what }));
}

/** A build that nobody follows: the environment judges it. */
export function tellStray(build: Build, seen: BuildFacts): void {
  errand(build, () => getExternalWorkflowHandle(build.input.environmentId).signal(strayBuildSeen, { build: seen }));
}

/** The turn is over: whoever asked to know is told, and the shared poll is asked no longer. */
export function tellOver(build: Build, result: BuildResult): void {
  build.result = result;
  for (const asker of build.askers) tellEnd(build, asker, result);
  const uuid = build.followed?.uuid;
  if (!build.isWatched || uuid === undefined) return;
  errand(build, () => getExternalWorkflowHandle(buildWatchId(build.input.organization)).signal(watchEnded, { uuid }));
}

function tellEnd(build: Build, environmentId: string, result: BuildResult): void {
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
