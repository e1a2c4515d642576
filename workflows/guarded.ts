// How a workflow tells its story: to the end, and without an ordinary error.
import { ActivityFailure, ApplicationFailure, CancellationScope, ContinueAsNew, TemporalFailure, TimeoutFailure } from '@temporalio/workflow';

/**
 * Runs a story or a handler. An ordinary error would not fail the workflow, it would wedge it for ever (every task of it fails
 * and is tried again): a bug becomes a failure that can be seen and after which peers start anew.
 * A cancel request from Temporal's own UI is not obeyed: a request is cancelled by the update `cancel`, which tells people and
 * Buildkite; whoever must end a workflow without that, terminates it.
 */
export async function guarded<T>(story: () => Promise<T>): Promise<T> {
  try {
    return await CancellationScope.nonCancellable(story);
  } catch (error) {
    if (error instanceof TemporalFailure || error instanceof ContinueAsNew) throw error;
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw ApplicationFailure.create({ type: 'Bug', message, nonRetryable: true, ...(error instanceof Error ? { cause: error } : {}) });
  }
}

/** A handler of facts, guarded like a story. It runs at once, as a plain one does. */
export const heard =
  <T>(handler: (fact: T) => void) =>
  (fact: T): Promise<void> =>
    guarded(async () => handler(fact));

/** Whether an activity failed with this type (`src/activities/failures.ts`). */
export function isFailureOf(error: unknown, type: string): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure && cause.type === type;
}

/** What a failed activity of several steps had done all the same: it says so in its failure, or in its last sign of life. */
export function stepsDoneBefore(error: unknown): readonly string[] {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure) return namesIn(cause.lastHeartbeatDetails);
  const details: unknown = cause instanceof ApplicationFailure ? cause.details?.[0] : null;
  return details !== null && typeof details === 'object' && 'done' in details ? namesIn(details.done) : [];
}

const namesIn = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter((name) => typeof name === 'string') : []);

/** Whether a child was not started because its id is taken. The class is not exported to workflow code. */
export const isAlreadyStarted = (error: unknown): boolean =>
  error instanceof TemporalFailure && error.name === 'WorkflowExecutionAlreadyStartedError';
