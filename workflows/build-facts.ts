// What Buildkite's words mean for us. Unknown states are shown as they are and never taken for an end.
import type { BuildEnd, BuildFacts, BuildOrder, BuildStep } from './build-vocabulary.ts';
import { isOf, sealIn } from './seal.ts';

const ENDS: Readonly<Record<string, BuildEnd>> = {
  passed: 'passed',
  failed: 'failed',
  canceled: 'canceled',
  skipped: 'skipped',
  not_run: 'not_run',
};

/** How far a build is: its display never goes back. `running` and `failing` may alternate, and a block step may be unblocked. */
const PROGRESS: Readonly<Record<string, number>> = { creating: 0, scheduled: 1, waiting: 1, canceling: 3 };
const RUNNING = 2;
const ENDED = 4;

/** A build that waits at a block step may say `passed` and carry a finishing time: only `blocked` tells the truth. */
export const isBlocked = (build: BuildFacts): boolean => build.blocked || build.state === 'blocked';

/** How the build ended; null while it has not. */
export function endOf(build: BuildFacts): BuildEnd | null {
  if (isBlocked(build)) return null;
  const end = ENDS[build.state] ?? null;
  // `skipped` and `not_run` builds never started, so they may lack a finishing time.
  return end === 'skipped' || end === 'not_run' || build.finishedAt !== null ? end : null;
}

/** Whether it builds what was ordered. What carries our id but builds something else, or elsewhere, or lacks our seal, was not asked for by us. */
export function isOrdered(order: BuildOrder, build: BuildFacts): boolean {
  return build.pipeline === order.pipeline && build.commit === order.sha && isOf(order, build);
}

/** The build with what a newer sighting adds; null when the sighting is older than what is known. */
export function advance(known: BuildFacts, seen: BuildFacts): BuildFacts | null {
  if (progressOf(seen) < progressOf(known)) return null;
  return { ...named(seen, known), steps: mergeSteps(known.steps, seen.steps) };
}

/** What it was marked with when it was made stays: a source that does not carry it takes nothing away, and what a job of it writes over it changes nothing. */
export function named(seen: BuildFacts, known: BuildFacts): BuildFacts {
  const { deployId, target, service, environment, seal } = known;
  return {
    ...seen,
    deployId: deployId ?? seen.deployId,
    target: target ?? seen.target,
    service: service ?? seen.service,
    environment: environment ?? seen.environment,
    ...sealIn(seal ?? seen.seal),
  };
}

const FAILING: readonly string[] = ['failing', 'started_failing', 'waiting_failed'];
/** A step has failed, and the others go on. `failing_at` does not say so: it stays when the failed job is tried again. */
export const isFailing = ({ state }: BuildFacts): boolean => FAILING.includes(state);

/** Whether people would see a difference. */
export function looksDifferent(one: BuildFacts, other: BuildFacts): boolean {
  return one.state !== other.state || one.startedAt !== other.startedAt || JSON.stringify(one.steps) !== JSON.stringify(other.steps);
}

/** The step a blocked build waits at. */
export function blockedStep(build: BuildFacts): string {
  const waiting = build.steps.find((step) => (step.type === 'block' || step.type === 'input') && step.state === 'blocked');
  return waiting?.label ?? 'a block step';
}

function progressOf(build: BuildFacts): number {
  if (isBlocked(build)) return RUNNING;
  return endOf(build) === null ? (PROGRESS[build.state] ?? RUNNING) : ENDED;
}

/** A webhook carries no steps, or one; a read carries all. */
function mergeSteps(known: readonly BuildStep[], seen: readonly BuildStep[]): readonly BuildStep[] {
  if (seen.length >= known.length) return seen;
  const isSame = (one: BuildStep, other: BuildStep): boolean => (one.jobId === null ? one.label === other.label : one.jobId === other.jobId);
  return known.map((step) => seen.find((news) => isSame(step, news)) ?? step);
}
