// Exactly one build per request, whatever Buildkite answers or does not answer: a create is tried once, and after an unclear
// answer the next one is only tried when the build was looked for and proven absent.
import { ActivityFailure, ApplicationFailure, patched, TimeoutFailure } from '@temporalio/workflow';
import type { CreateOutcome } from './buildkite-activities.ts';
import { creating, reading } from './ask.ts';
import { isOrdered } from './build-facts.ts';
import { report, tellStray, type Build } from './build-state.ts';
import type { BuildFacts, BuildOrder } from './build-vocabulary.ts';
import { rarer } from './rarer.ts';
import { sealIn } from './seal.ts';
import type { Millis } from './vocabulary.ts';

export type Created =
  | { readonly kind: 'built'; readonly build: BuildFacts }
  | { readonly kind: 'refused'; readonly answer: string }
  /** A cancel came before anything was built. */
  | { readonly kind: 'cancelled-first' };

const LOOKS = 3;
const WORTH_TELLING_MS = 5_000;

/** Creates the build, or finds the one that an unclear answer left behind. `mayExist`: an earlier run of the same turn may have created it. */
export async function createOnce(build: Build, order: BuildOrder, mayExist: boolean): Promise<Created> {
  const { clock, input } = build;
  const { roundMs, roundMaxMs } = input.timing;
  let pauseMs = roundMs;
  let isUnclear = mayExist;
  let mayBeMade = mayExist;
  let heldUpSince: Millis | null = null;
  for (let round = 0; ; round += 1) {
    if (isUnclear) {
      const found = await findOrProveAbsent(build, order);
      if (found !== null) return { kind: 'built', build: ours(build, order, found) };
      if (round > 1) {
        report(build, { kind: 'unclear', until: clock.now() + pauseMs });
        await clock.until(() => build.isCancelled, clock.now() + pauseMs, 'the next try to create the build');
        pauseMs = Math.min(pauseMs * 2, roundMaxMs);
      }
    }
    const told = mayBeMade ? toldOf(build, order) : null;
    if (told !== null) return { kind: 'built', build: ours(build, order, told) };
    if (build.isCancelled) return { kind: 'cancelled-first' };
    const outcome = await tryCreate(build, order);
    if (outcome.kind === 'created') return { kind: 'built', build: ours(build, order, outcome.build) };
    if (outcome.kind === 'refused') {
      const before = mayBeMade ? toldOf(build, order) : null;
      return before === null ? refusedWith(outcome) : { kind: 'built', build: ours(build, order, before) };
    }
    isUnclear = outcome.kind === 'unclear';
    mayBeMade ||= isUnclear;
    if (outcome.kind === 'unclear') await waitUntilOver(build, order, outcome.overAt);
    else await waitToSend(build, outcome, (heldUpSince ??= clock.now()));
  }
}

const refusedWith = ({ status, answer }: Extract<CreateOutcome, { kind: 'refused' }>): Created => ({
  kind: 'refused',
  answer: `${status}: ${answer}`,
});

/** Histories from before went on as if nothing had been told. */
const PATCH = 'told-of-build';

/** The build that a signed webhook told of, whatever no look-up shows yet: a second one must not be sent, nor be said that there is none. */
function toldOf({ early }: Build, order: BuildOrder): BuildFacts | null {
  const [first] = early.filter((seen) => isOrdered(order, seen)).toSorted((one, other) => one.number - other.number);
  return first !== undefined && patched(PATCH) ? first : null;
}

/**
 * What Buildkite answers to our create is ours, whatever it leaves out of the answer; and so is what was found with our seal, before
 * another has read the seal off it.
 */
function ours(build: Build, { seal }: BuildOrder, { uuid, number, ...facts }: BuildFacts): BuildFacts {
  if (seal !== undefined) build.known = { uuid, number };
  return { uuid, number, ...facts, ...sealIn(seal) };
}

type NotSent = Extract<CreateOutcome, { kind: 'not-sent' }>;
/** `overAt`: when no such create can be under way any more. */
type Unclear = { readonly kind: 'unclear'; readonly overAt: Millis };

async function tryCreate(build: Build, order: BuildOrder): Promise<CreateOutcome | Unclear> {
  const { createMs } = build.input.timing;
  try {
    // What mends an outage goes before what was only wished for.
    const lane = order.emergency === undefined ? 'create' : 'rollback';
    return await creating({ createMs, lane }).createBuild(order);
  } catch (error) {
    return { kind: 'unclear', overAt: overAt(error, build.clock.now(), createMs) };
  }
}

/** A create can be under way until its start-to-close time after its start; the start is at the latest when it failed. */
function overAt(error: unknown, now: Millis, createMs: Millis): Millis {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure && cause.timeoutType === 'START_TO_CLOSE') return now;
  const details: unknown = cause instanceof ApplicationFailure ? cause.details?.[0] : null;
  return Math.min(now, startedAtOf(details) ?? now) + createMs;
}

/** `createBuild` may say in its failure when it was started. */
function startedAtOf(details: unknown): Millis | null {
  if (typeof details !== 'object' || details === null || !('startedAt' in details)) return null;
  return typeof details.startedAt === 'number' ? details.startedAt : null;
}

async function waitUntilOver(build: Build, order: BuildOrder, at: Millis): Promise<void> {
  const { clock } = build;
  report(build, { kind: 'unclear', until: Math.max(at, clock.now()) });
  if (at > clock.now()) await clock.until(() => wasSeen(build, order), at, 'no create can be under way any more');
}

const WAITS_FOR: Readonly<Record<NotSent['why'], string>> = {
  quota: 'Buildkite’s quota',
  unreachable: 'Buildkite can be reached again',
  credential: 'a token that Buildkite takes',
  'too-late': 'Buildkite can be reached again',
};

/** Proven not sent: waiting is safe. When its quota is filled again, Buildkite says itself. */
async function waitToSend(build: Build, { why, retryAfterMs }: NotSent, since: Millis): Promise<void> {
  const { clock } = build;
  const until = clock.now() + (why === 'quota' ? retryAfterMs : rarer(retryAfterMs, clock.now() - since));
  if (why === 'quota') report(build, { kind: 'waiting-for-quota', until });
  if (why === 'unreachable') report(build, { kind: 'unreachable', until });
  // A token that was just replaced is no news for anybody.
  if (why === 'credential' && retryAfterMs >= WORTH_TELLING_MS) report(build, { kind: 'credential', until });
  await clock.until(() => build.isCancelled, until, WAITS_FOR[why]);
}

/** Looks until it is clear. A cancel does not end it: the target is only free when the build is found or proven absent. */
async function findOrProveAbsent(build: Build, order: BuildOrder): Promise<BuildFacts | null> {
  const { clock, input } = build;
  let pauseMs = input.timing.roundMs;
  for (;;) {
    try {
      return await look(build, order);
    } catch {
      report(build, { kind: 'unclear', until: clock.now() + pauseMs });
      await clock.pause(pauseMs, 'look for the build again');
      pauseMs = Math.min(pauseMs * 2, input.timing.roundMaxMs);
    }
  }
}

/** A webhook told of it already. */
const wasSeen = ({ early }: Build, order: BuildOrder): boolean => early.some((seen) => isOrdered(order, seen));

/** A second build of the request is judged as soon as the first is followed; what is no build of ours, by the environment. */
function noteOther(build: Build, order: BuildOrder, other: BuildFacts): void {
  if (build.input.keepsOne === true && isOrdered(order, other)) build.early = [...build.early, other];
  else tellStray(build, other);
}

async function look(build: Build, order: BuildOrder): Promise<BuildFacts | null> {
  const { organization, pipeline, deployId, code, seal } = order;
  const ourOwn = (build.attested ?? build.known)?.uuid;
  for (let times = 1; ; times += 1) {
    const summary = `is there a build of ${code}? (${times} of ${LOOKS})`;
    const found = await reading.findBuild.executeWithOptions({ summary }, [{ organization, pipeline, deployId, ...sealIn(seal) }]);
    const own = found.find(({ uuid }) => uuid === ourOwn) ?? found.find((one) => isOrdered(order, one)) ?? null;
    if (own !== null || times === LOOKS) {
      for (const other of found.filter((one) => one !== own)) noteOther(build, order, other);
      return own;
    }
    await build.clock.until(() => wasSeen(build, order), build.clock.now() + build.input.timing.findPauseMs, 'look once more');
  }
}
