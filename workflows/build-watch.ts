// One poll for all running builds of an organization, while any of them is silent: its cost does not grow with their number.
import {
  allHandlersFinished,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  log,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { polling } from './ask.ts';
import { looksDifferent } from './build-facts.ts';
import { createClock, type Clock } from './clock.ts';
import { buildLeft, buildSeen, watchAsked, watchEnded, type BuildWatchInput, type Watched } from './build-contract.ts';
import { buildId } from './contract.ts';
import { guarded, heard } from './guarded.ts';
import { BUILD_WATCH_TIMING } from './timing.ts';
import type { BuildFacts } from './build-vocabulary.ts';

/** Beyond a thousand builds that run at once a build is read by itself, when it has been silent for long. */
const PAGES_MAX = 10;

interface Watch extends Pick<BuildWatchInput, 'organization'> {
  readonly pages: boolean;
  readonly clock: Clock;
  readonly watched: Map<string, Watched>;
  /** What each build was told last; null: that it left the list. */
  readonly told: Map<string, BuildFacts | null>;
  /** Somebody registered since the last poll. */
  hasNewcomer: boolean;
}

export async function buildWatch(input: BuildWatchInput): Promise<void> {
  const { organization, carried, timing = BUILD_WATCH_TIMING } = input;
  const watched = new Map(carried.map((one) => [one.uuid, one]));
  const watch: Watch = { organization, pages: input.pages === true, clock: createClock(), watched, told: new Map(), hasNewcomer: false };
  const asked = heard((one: Watched) => {
    watch.hasNewcomer ||= !watched.has(one.uuid);
    watched.set(one.uuid, one);
    // Who asks again may have missed what it was told.
    watch.told.delete(one.uuid);
  });
  const ended = heard(({ uuid }: { readonly uuid: string }) => forget(watch, uuid));
  setHandler(watchAsked, asked, { description: 'A silent build is to be polled for.' });
  setHandler(watchEnded, ended, { description: 'A build needs no poll any more.' });
  return guarded(async () => {
    for (;;) {
      if (watched.size === 0 && (await isIdle(watch))) return;
      await poll(watch);
      const isOld = [...watched.values()].every(({ since }) => watch.clock.now() - since >= timing.slowAfterMs);
      const nextAt = watch.clock.now() + (isOld ? timing.slowPollMs : timing.pollMs);
      await watch.clock.until(() => watch.hasNewcomer || watched.size === 0, nextAt, 'the next poll');
      const isLong = workflowInfo().continueAsNewSuggested || workflowInfo().historyLength >= (timing.eventsMax ?? Infinity);
      if (isLong && watched.size > 0 && allHandlersFinished()) {
        await continueAsNew<typeof buildWatch>({ ...input, carried: [...watched.values()] });
      }
    }
  });
}

async function isIdle({ watched }: Watch): Promise<boolean> {
  await condition(allHandlersFinished);
  return watched.size === 0;
}

/** One request for all. Each build is told what changed for it since the last poll. */
async function poll(watch: Watch): Promise<void> {
  const { organization, watched } = watch;
  watch.hasNewcomer = false;
  if (watched.size === 0) return;
  setCurrentDetails(`${watched.size} running builds of ${organization}`);
  let running: Running;
  try {
    running = await listRunning(watch);
  } catch (error) {
    log.warn('the shared poll got no answer', { organization, error });
    return;
  }
  const found = (uuid: string): BuildFacts | undefined => running.builds.find((build) => build.uuid === uuid);
  // What is not on the pages that were asked for may be on a later one.
  const seen = [...watched.values()].filter(({ uuid }) => running.isWhole || found(uuid) !== undefined);
  await Promise.all(seen.map((one) => tellBuild(watch, one, found(one.uuid) ?? null)));
}

interface Running {
  readonly builds: readonly BuildFacts[];
  /** All that run are among them. */
  readonly isWhole: boolean;
}

/** A page holds a hundred builds, newest first: more than one is asked for only while a build is looked for that was there before. */
async function listRunning({ organization, pages, watched, told }: Watch): Promise<Running> {
  const summary = `${watched.size} builds`;
  if (!pages) return { builds: await polling.listRunningBuilds.executeWithOptions({ summary }, [{ organization }]), isWhole: true };
  const wanted = [...watched.keys()].filter((uuid) => told.get(uuid) !== null);
  const builds: BuildFacts[] = [];
  for (let page = 1; ; page += 1) {
    const answer = await polling.listRunningPage.executeWithOptions({ summary: page === 1 ? summary : `${summary}, page ${page}` }, [
      { organization, page },
    ]);
    builds.push(...answer.builds);
    const isFound = wanted.every((uuid) => builds.some((build) => build.uuid === uuid));
    if (answer.isLast || isFound || page === PAGES_MAX) return { builds, isWhole: answer.isLast };
  }
}

async function tellBuild(watch: Watch, { target, deployId, uuid }: Watched, now: BuildFacts | null): Promise<void> {
  const before = watch.told.get(uuid);
  const isNews = before === undefined || (now === null) !== (before === null) || (now !== null && before !== null && differs(before, now));
  if (!isNews) return;
  watch.told.set(uuid, now);
  const build = getExternalWorkflowHandle(buildId(target));
  try {
    if (now === null) await build.signal(buildLeft, { deployId, uuid });
    else await build.signal(buildSeen, { deployId, build: now, by: 'poll' });
  } catch {
    // Nobody follows it any more.
    forget(watch, uuid);
  }
}

const differs = (before: BuildFacts, now: BuildFacts): boolean => before.blocked !== now.blocked || looksDifferent(before, now);

function forget({ watched, told }: Watch, uuid: string): void {
  watched.delete(uuid);
  told.delete(uuid);
}
