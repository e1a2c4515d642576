// Following one build at Buildkite to its end: webhooks move what is shown, a read confirms what matters, and the shared poll
// stands in while it is silent.
import { log, rootCause } from '@temporalio/workflow';
import { cancelling, confirming, peers } from './ask.ts';
import { blockedStep, endOf, isBlocked, isFailing, looksDifferent, named } from './build-facts.ts';
import { report, tellBlock, type Build } from './build-state.ts';
import { guarded, isFailureOf } from './guarded.ts';
import { startFollowing } from './hear-build.ts';
import type { BuildEnd, BuildFacts } from './build-vocabulary.ts';
import type { Millis } from './vocabulary.ts';

export interface Ended {
  readonly how: BuildEnd;
  readonly build: BuildFacts;
}

interface Following {
  readonly build: Build;
  /** The request's own build: it hears of it and may have it cancelled. Another one is only waited for. */
  readonly isOwn: boolean;
  /** When the build is (again) to be asked to stop, once that is wished; Infinity while it is asked, or was. */
  stopAt: Millis;
  stopPauseMs: Millis;
  /** UUID of the build that is followed: of two builds of the request the other one may turn out to be the one that stays. */
  uuid: string;
  /** What the request was told last. */
  told: BuildFacts | null;
  toldAt: Millis;
  registeredAt: Millis;
  registerPauseMs: Millis;
  /** How often a read did not show the end that a webhook told. */
  doubts: number;
}

const DOUBTS_MAX = 4;
const DOUBT_MS = 5_000;

/** Follows until the build has ended, as a read confirmed. */
export async function followToEnd(build: Build, facts: BuildFacts, isOwn: boolean): Promise<Ended> {
  const { clock, input } = build;
  startFollowing(build, facts);
  // What is known of another build may be old: it may have ended while it was waited for.
  if (!isOwn || input.follow !== null) build.isSuspect = true;
  const following: Following = {
    build,
    isOwn,
    stopAt: -Infinity,
    stopPauseMs: input.timing.askAgainMs,
    uuid: facts.uuid,
    told: null,
    toldAt: -Infinity,
    registeredAt: -Infinity,
    registerPauseMs: input.timing.askAgainMs,
    doubts: 0,
  };
  for (;;) {
    const followed = build.followed ?? facts;
    if (followed.uuid !== following.uuid) turnTo(following, followed);
    if (mustStop(following)) void askToStop(following, followed);
    const end = build.isSuspect ? await confirm(following, followed) : null;
    if (end !== null) return end;
    tellProgress(following, build.followed ?? followed);
    if (clock.now() >= pollDueAt(following)) await registerWithPoll(following, followed);
    const { sightings } = build;
    const hasNews = (): boolean => build.isSuspect || mustStop(following) || build.sightings !== sightings;
    await clock.until(hasNews, Math.min(lookAgainAt(following), pollDueAt(following)), 'look after the build');
  }
}

/** From now on another build is followed: it is told anew, asked to stop if that is wished, and read before anything is believed of it. */
function turnTo(following: Following, { uuid }: BuildFacts): void {
  Object.assign(following, { uuid, told: null, toldAt: -Infinity, stopAt: -Infinity, registeredAt: -Infinity, doubts: 0 });
  following.build.isSuspect = true;
}

const mustStop = ({ build, isOwn, stopAt }: Following): boolean =>
  ((isOwn && build.isCancelled) || build.stopsFollowed) && build.clock.now() >= stopAt;

/** Tried until it is done, beside the following: a build that ends meanwhile is told as what it is. */
async function askToStop(following: Following, { pipeline, number }: BuildFacts): Promise<void> {
  const { clock, input } = following.build;
  const { organization, timing } = input;
  following.stopAt = Infinity;
  const summary = `cancel build ${number}`;
  try {
    await guarded(() => cancelling.cancelBuild.executeWithOptions({ summary }, [{ organization, pipeline, number }]));
  } catch (error) {
    log.warn('the build could not be cancelled; it is asked again', { number, error });
    following.stopAt = clock.now() + following.stopPauseMs;
    following.stopPauseMs = Math.min(following.stopPauseMs * 2, timing.askAgainMaxMs);
    clock.wakeAt(following.stopAt, 'ask the build to stop again');
  }
}

/** One read decides whether the build has ended or waits at a block step. Null: neither, or not known yet. */
async function confirm(following: Following, before: BuildFacts): Promise<Ended | null> {
  const { build } = following;
  const { clock, input } = build;
  const { pipeline, number } = before;
  build.isSuspect = false;
  let read: BuildFacts;
  try {
    read = await confirming.readBuild.executeWithOptions({ summary: `read build ${number}` }, [
      { organization: input.organization, pipeline, number },
    ]);
  } catch (error) {
    // Deleted at Buildkite: proven absent.
    if (isFailureOf(error, 'NotFound')) return { how: 'canceled', build: before };
    await clock.pause(input.timing.askAgainMs, 'read the build again');
    build.isSuspect = true;
    return null;
  }
  // Another build with the same number, in a pipeline that was made anew: ours is gone.
  if (read.uuid !== before.uuid) return { how: 'canceled', build: before };
  build.followed = named(read, before);
  if (following.isOwn && (isBlocked(read) || isBlocked(before))) tellBlock(build, build.followed);
  const how = endOf(read);
  if (how !== null) return { how, build: build.followed };
  await doubt(following, isBlocked(read));
  return null;
}

/** A webhook may be ahead of the read that should confirm it: then it is read again, a few times. */
async function doubt(following: Following, isExplained: boolean): Promise<void> {
  const { build } = following;
  if (isExplained || !build.saidToEnd || following.doubts >= DOUBTS_MAX) {
    following.doubts = 0;
    build.saidToEnd = false;
    return;
  }
  following.doubts += 1;
  await build.clock.pause(Math.min(DOUBT_MS * following.doubts, build.input.timing.askAgainMs), 'read the build again');
  build.isSuspect = true;
}

/** The first news, a block step and its end, and that it is going to fail at once; mere progress every now and then. */
function tellProgress(following: Following, facts: BuildFacts): void {
  const { build, isOwn, told } = following;
  if (!isOwn || (told !== null && isBlocked(told) && isBlocked(facts))) return;
  if (!isBlocked(facts) && told !== null && !isBlocked(told)) {
    const isUrgent = build.input.timing.failingAtOnce === true && isFailing(facts) && !isFailing(told);
    if (!looksDifferent(told, facts) || (progressDueAt(following) !== Infinity && !isUrgent)) return;
  }
  following.told = facts;
  following.toldAt = build.clock.now();
  report(build, isBlocked(facts) ? { kind: 'blocked', build: facts, step: blockedStep(facts) } : { kind: 'progress', build: facts });
}

/** When the next progress may be told; Infinity once that time has come. */
function progressDueAt({ build, told, toldAt }: Following): Millis {
  const at = toldAt + build.input.timing.progressMs;
  return told === null || isBlocked(told) || at <= build.clock.now() ? Infinity : at;
}

/**
 * When something that was seen but not told must be told at last. Where the shared poll is what we hear, its next sighting is waited for
 * first: telling at a sighting is fresher than telling an old one, and costs no timer.
 */
function lookAgainAt(following: Following): Millis {
  const { build, told } = following;
  if (told === null || build.followed === null || !looksDifferent(told, build.followed)) return Infinity;
  const { timing } = build.input;
  const isPolled = build.isWatched && build.clock.now() >= build.heardAt + timing.silentMs;
  return progressDueAt(following) + (isPolled ? timing.progressMs : 0);
}

/** When the shared poll must be asked (again): no signed webhook for a while. */
function pollDueAt({ build, registeredAt, registerPauseMs }: Following): Millis {
  return Math.max(build.heardAt + build.input.timing.silentMs, registeredAt + registerPauseMs);
}

async function registerWithPoll(following: Following, { pipeline, number, uuid, createdAt }: BuildFacts): Promise<void> {
  const { build } = following;
  const { target, deployId, organization, timing } = build.input;
  const watched = { target, deployId, pipeline, number, uuid, since: createdAt ?? build.clock.now() };
  following.registeredAt = build.clock.now();
  following.registerPauseMs = Math.min(following.registerPauseMs * 2, timing.askAgainMaxMs);
  try {
    await peers.registerWatch.executeWithOptions({ summary: `poll for build ${number}` }, [{ organization, watched }]);
    build.isWatched = true;
  } catch (error) {
    log.warn('the shared poll could not be asked', { number, cause: rootCause(error) });
  }
}
