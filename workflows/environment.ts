// One target, for ever: its queue, its turns, its live version. Grants one turn at a time by starting `build` as a child whose
// fixed id is the mutex. It decides who is next; whether that request may start is for the request itself to judge.
import { allHandlersFinished, condition, makeContinueAsNewFunc, setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import { confirming, reading } from './ask.ts';
import { endOf } from './build-facts.ts';
import type { BuildResult } from './build-contract.ts';
import {
  emergencyReviewed,
  environmentState,
  holderEnded,
  join,
  placeGivenUp,
  strayBuildSeen,
  type EnvironmentInput,
  type Join,
  type JoinAnswer,
} from './contract.ts';
import { openEnvironment, type Environment } from './environment-state.ts';
import { grantTurn, watchForeignHolder } from './grant.ts';
import { guarded, heard } from './guarded.ts';
import { tellPlaces } from './places.ts';
import { carry, joinQueue, learn, leaveQueue, nextHolder, release, stateOf, type Queue } from './queue.ts';
import { isCopy, knowsEnd, noteReview, ownerOf, record } from './records.ts';
import type { BuildFacts } from './build-vocabulary.ts';

interface HolderEnd {
  readonly deployId: string | null;
  readonly turn: number;
  readonly result: BuildResult;
}

export async function environment(input: EnvironmentInput): Promise<void> {
  const here = openEnvironment(input);
  const { queue, clock } = here;
  const joined = (wish: Join): Promise<JoinAnswer> =>
    guarded(async () => {
      const answer = joinQueue(queue, wish, clock.now());
      if (answer.kind === 'queued') here.told.set(wish.deployId, `${answer.position} ${answer.ahead}`);
      // It went before others, whose places it changed.
      if (wish.emergency !== undefined) tellPlaces(here);
      return answer;
    });
  const left = heard((turn: Pick<Join, 'deployId' | 'turn'>) => {
    leaveQueue(queue, turn);
    tellPlaces(here);
  });
  const ended = heard(({ deployId, turn, result }: HolderEnd) => {
    if (here.hasForeignHolder && queue.holder?.deployId === deployId) release(queue, result, clock.now(), turn);
  });
  setHandler(join, joined, { description: 'Joins the queue, or tells what became of the turn.' });
  setHandler(placeGivenUp, left, { description: 'A request gives its place up.' });
  setHandler(holderEnded, ended, { description: 'The end of a build that this run did not start.' });
  setHandler(strayBuildSeen, ({ build }) => guarded(() => noteStray(here, build)), { description: 'A build of this target that nobody follows.' });
  setHandler(
    emergencyReviewed,
    heard((news) => noteReview(queue, news)),
    { description: 'The review of an emergency is over.' },
  );
  setHandler(environmentState, () => stateOf(queue), { description: 'Live version, holder, queue and last deploys.' });
  return guarded(() => serve(here, input));
}

async function serve(here: Environment, input: EnvironmentInput): Promise<never> {
  const { queue, timing } = here;
  const isLong = (): boolean => workflowInfo().continueAsNewSuggested || workflowInfo().historyLength >= (timing.eventsMax ?? Infinity);
  const isQuiet = (): boolean => allHandlersFinished() && here.errands.isIdle();
  const isFree = (): boolean => queue.holder === null && (queue.unread.length > 0 || nextHolder(queue) !== null);
  const isForeign = (): boolean => queue.holder !== null && here.hasForeignHolder;
  for (;;) {
    setCurrentDetails(detailsOf(queue));
    await condition(() => (isLong() && isQuiet()) || isFree() || isForeign());
    if (isLong() && isQuiet()) break;
    if (isForeign()) await watchForeignHolder(here);
    else if (queue.unread.length > 0) await readBuildkite(here);
    else await grantTurn(here);
    tellPlaces(here);
  }
  const continueAsNew = makeContinueAsNewFunc<(input: EnvironmentInput) => Promise<void>>();
  return continueAsNew({ ...input, pipelines: queue.pipelines, carried: carry(queue) });
}

/** A fresh environment, one that lost sight of a holder, and one that hears of another pipeline ask Buildkite before anything is granted. */
async function readBuildkite({ queue, organization, target, clock, timing }: Environment): Promise<void> {
  const pipelines = queue.unread;
  const list = (pipeline: string): Promise<readonly BuildFacts[]> =>
    reading.listTargetBuilds.executeWithOptions({ summary: `builds of ${target}` }, [{ organization, pipeline, target }]);
  try {
    learn(queue, (await Promise.all(pipelines.map(list))).flat(), pipelines);
  } catch {
    await clock.pause(timing.retryMaxMs, 'ask Buildkite again');
  }
}

/** A build that no running `build` follows: somebody revived or started it. Believed after one read. */
async function noteStray({ target, queue, organization, clock }: Environment, seen: BuildFacts): Promise<void> {
  // Anybody's build may carry the name of a target: only those that deploy to it are looked at.
  if (!queue.pipelines.includes(seen.pipeline)) return;
  const isKnown = queue.strays.some(({ uuid }) => uuid === seen.uuid) || queue.holder?.follow?.uuid === seen.uuid;
  // An end that was recorded, or is about to be, is no news; and before Buildkite was read nothing is missed.
  const isHolders = seen.deployId !== null && seen.deployId === queue.holder?.deployId && !isCopy(queue, seen);
  const isEndKnown = endOf(seen) !== null && (knowsEnd(queue, seen) || isHolders);
  if (!queue.known || isKnown || isEndKnown) return;
  let build: BuildFacts;
  try {
    build = await guarded(() => confirming.readBuild({ organization, pipeline: seen.pipeline, number: seen.number }));
  } catch {
    return;
  }
  if (build.target !== target) return;
  if (endOf(build) !== null) record(queue, { build, code: null, deployId: ownerOf(queue, build), place: null, now: clock.now() });
  else if (!queue.strays.some(({ uuid }) => uuid === build.uuid)) queue.strays = [...queue.strays, build];
}

function detailsOf({ target, known, live, holder, waiting }: Queue): string {
  const lines = [
    `**${target}**`,
    ...(known ? live.map(({ service, environment: where, sha }) => `live: ${service} → ${where} \`${sha.slice(0, 7)}\``) : ['live: not known yet']),
    `holder: ${holder === null ? 'nobody' : (holder.entry?.code ?? holder.deployId ?? 'a build from outside')}`,
    ...waiting.map((entry, index) => `${index + 1}. ${entry.code} ${entry.service} → ${entry.environment}`),
  ];
  return lines.join('\n\n');
}
