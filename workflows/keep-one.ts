// Buildkite has two builds of one request: an unclear create may show itself after another was sent. One stays, and people are told.
import { log } from '@temporalio/workflow';
import { cancelling } from './ask.ts';
import { endOf, isOrdered } from './build-facts.ts';
import { report, tellStray, type Build } from './build-state.ts';
import { guarded } from './guarded.ts';
import type { BuildFacts } from './build-vocabulary.ts';

/** Whether this is a second build as the request ordered it. Anybody may write our id into a build of another pipeline: that is none of ours. */
export function isDouble({ input, order, followed }: Build, seen: BuildFacts): boolean {
  if (input.keepsOne !== true || order === null || followed === null) return false;
  return isOrdered(order, seen) && isOrdered(order, followed) && seen.uuid !== followed.uuid;
}

/**
 * The one that proved itself from within stays, else the one that is known to be ours, else the first. The other is asked to stop; it
 * still holds the target, which the environment sees to. Answers which one stays.
 */
export function keepOne(build: Build, seen: BuildFacts): 'followed' | 'seen' {
  const { followed, attested, known, stopped } = build;
  if (followed === null || stopped.includes(seen.uuid)) {
    if (endOf(seen) !== null) tellStray(build, seen);
    return 'followed';
  }
  // Our seal is no secret any more once our build exists: a job of an older build may write it into that.
  const isProven = (one: BuildFacts): boolean => one.uuid === (attested ?? known)?.uuid;
  const seenStays = isProven(seen) || (!isProven(followed) && seen.number < followed.number);
  const [kept, other] = seenStays ? [seen, followed] : [followed, seen];
  build.stopped = [...stopped, other.uuid];
  report(build, { kind: 'doubled', kept: kept.number, other: other.number });
  void build.stops.run(() => stop(build, other));
  return seenStays ? 'seen' : 'followed';
}

async function stop(build: Build, other: BuildFacts): Promise<void> {
  const { pipeline, number } = other;
  const { organization } = build.input;
  const summary = `cancel build ${number}: the request has another`;
  try {
    await guarded(() => cancelling.cancelBuild.executeWithOptions({ summary }, [{ organization, pipeline, number }]));
  } catch (error) {
    log.warn('a second build could not be cancelled', { number, error });
  }
  tellStray(build, other);
}
