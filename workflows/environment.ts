// One target, for ever: its queue, its turns, its live version. Grants one turn at a time by starting `build` as a child whose
// fixed id is the mutex. It decides who is next; whether that request may start is for the request itself to judge.
import { allHandlersFinished, condition, makeContinueAsNewFunc, setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import { reading } from './ask.ts';
import { endOf } from './build-facts.ts';
import { createClock, type Clock } from './clock.ts';
import { environmentState, holderEnded, join, placeGivenUp, strayBuildSeen, type EnvironmentInput } from './contract.ts';
import { grantTurn, watchForeignHolder } from './grant.ts';
import { guarded } from './guarded.ts';
import { createLine, type Line } from './line.ts';
import { tellPlaces } from './places.ts';
import { carry, joinQueue, knowsEnd, learn, leaveQueue, nextHolder, openQueue, record, release, stateOf, type Queue } from './queue.ts';
import { ENVIRONMENT_TIMING, type EnvironmentTiming } from './timing.ts';
import type { BuildFacts, Millis } from './vocabulary.ts';

/** What an environment knows and uses. */
export interface Environment extends Pick<EnvironmentInput, 'target' | 'organization' | 'pipelines'> {
  readonly timing: EnvironmentTiming;
  readonly queue: Queue;
  readonly clock: Clock;
  /** Signals to other workflows. */
  readonly errands: Line;
  /** What each request in the queue was told of its place. */
  readonly told: Map<string, string>;
  /** The holder's `build` was not started by this run, which therefore is not told its end unless it asks. */
  hasForeignHolder: boolean;
  /** Pause before the next try, growing while things go wrong. */
  retryMs: Millis;
}

export async function environment(input: EnvironmentInput): Promise<void> {
  const here = openEnvironment(input);
  const { queue, clock } = here;
  setHandler(
    join,
    (wish) => {
      const answer = joinQueue(queue, wish, clock.now());
      if (answer.kind === 'queued') here.told.set(wish.deployId, `${answer.position} ${answer.ahead}`);
      return answer;
    },
    { description: 'Joins the queue, or tells what became of the turn.' },
  );
  setHandler(placeGivenUp, (turn) => leaveQueue(queue, turn));
  setHandler(holderEnded, ({ deployId, turn, result }) => {
    if (here.hasForeignHolder && queue.holder?.deployId === deployId) release(queue, result, clock.now(), turn);
  });
  setHandler(strayBuildSeen, ({ build }) => noteStray(here, build));
  setHandler(environmentState, () => stateOf(queue), { description: 'Live version, holder, queue and last deploys.' });
  return guarded(() => serve(here, input));
}

function openEnvironment(input: EnvironmentInput): Environment {
  const { target, organization, pipelines, carried, timing = ENVIRONMENT_TIMING } = input;
  const queue = openQueue(target, carried);
  const hasForeignHolder = queue.holder !== null;
  return {
    target,
    organization,
    pipelines,
    timing,
    queue,
    clock: createClock(),
    errands: createLine(),
    told: new Map(),
    hasForeignHolder,
    retryMs: timing.retryMs,
  };
}

async function serve(here: Environment, input: EnvironmentInput): Promise<never> {
  const { queue, timing } = here;
  const isLong = (): boolean => workflowInfo().continueAsNewSuggested || workflowInfo().historyLength >= (timing.eventsMax ?? Infinity);
  const isQuiet = (): boolean => allHandlersFinished() && here.errands.isIdle();
  const isFree = (): boolean => queue.holder === null && (!queue.known || nextHolder(queue) !== null);
  const isForeign = (): boolean => queue.holder !== null && here.hasForeignHolder;
  for (;;) {
    setCurrentDetails(detailsOf(queue));
    await condition(() => (isLong() && isQuiet()) || isFree() || isForeign());
    if (isLong() && isQuiet()) break;
    if (isForeign()) await watchForeignHolder(here);
    else if (!queue.known) await readBuildkite(here);
    else await grantTurn(here);
    tellPlaces(here);
  }
  const continueAsNew = makeContinueAsNewFunc<(input: EnvironmentInput) => Promise<void>>();
  return continueAsNew({ ...input, carried: carry(queue) });
}

/** A fresh environment, and one that lost sight of a holder, asks Buildkite before it grants anything. */
async function readBuildkite({ queue, organization, pipelines, target, clock, ...here }: Environment): Promise<void> {
  const list = (pipeline: string): Promise<readonly BuildFacts[]> =>
    reading.listTargetBuilds.executeWithOptions({ summary: `builds of ${target}` }, [{ organization, pipeline, target }]);
  try {
    learn(queue, (await Promise.all(pipelines.map(list))).flat());
  } catch {
    await clock.pause(here.timing.retryMaxMs, 'ask Buildkite again');
  }
}

/** A build that no running `build` follows: somebody revived or started it. Believed after one read. */
async function noteStray({ queue, organization, clock }: Environment, seen: BuildFacts): Promise<void> {
  const isKnown = queue.strays.some(({ uuid }) => uuid === seen.uuid) || queue.holder?.follow?.uuid === seen.uuid;
  // An end that was recorded is no news, and before Buildkite was read nothing is missed.
  if (!queue.known || isKnown || (endOf(seen) !== null && knowsEnd(queue, seen))) return;
  let build: BuildFacts;
  try {
    build = await guarded(() => reading.readBuild({ organization, pipeline: seen.pipeline, number: seen.number }));
  } catch {
    return;
  }
  if (endOf(build) !== null) record(queue, { build, code: null, deployId: build.deployId, now: clock.now() });
  else if (!queue.strays.some(({ uuid }) => uuid === build.uuid)) queue.strays = [...queue.strays, build];
}

function detailsOf({ target, known, live, holder, waiting }: Queue): string {
  const lines = [
    `**${target}**`,
    known ? `live: ${live === null ? 'nothing' : `\`${live.sha.slice(0, 7)}\``}` : 'live: not known yet',
    `holder: ${holder === null ? 'nobody' : (holder.entry?.code ?? holder.deployId ?? 'a build from outside')}`,
    ...waiting.map((entry, index) => `${index + 1}. ${entry.code} ${entry.service} → ${entry.environment}`),
  ];
  return lines.join('\n\n');
}
