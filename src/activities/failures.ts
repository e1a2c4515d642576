// The one place where trouble from the world becomes a Temporal failure.
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { isTrouble, type Trouble, type TroubleKind } from '../trouble.ts';
import { wrapped } from './wrapped.ts';

/** Failure types as retry policies name them: stable, they are in histories. */
const FAILURE_TYPE: Readonly<Record<TroubleKind, string>> = {
  unavailable: 'Unavailable',
  'rate-limited': 'RateLimited',
  unauthorised: 'Unauthorised',
  'not-found': 'NotFound',
  invalid: 'Invalid',
  'not-sent': 'NotSent',
  unclear: 'Unclear',
};

/** Wraps every activity: `Trouble` becomes an `ApplicationFailure`; anything else is a bug and stays what it is. */
export function withFailures<T extends object>(activities: T): T {
  return wrapped(activities, async (call) => {
    try {
      return await call();
    } catch (error) {
      throw isTrouble(error) ? toFailure(error) : error;
    }
  });
}

const stepsDone = new WeakMap<Trouble, readonly string[]>();

/** The same trouble, which tells the workflow what of several steps was done all the same. */
export function afterSteps<T>(trouble: T, done: readonly string[]): T {
  if (isTrouble(trouble)) stepsDone.set(trouble, done);
  return trouble;
}

function toFailure(trouble: Trouble): ApplicationFailure {
  const done = stepsDone.get(trouble);
  const waits = trouble.kind === 'rate-limited' || trouble.kind === 'not-sent';
  return ApplicationFailure.create({
    message: trouble.message,
    type: FAILURE_TYPE[trouble.kind],
    details: [{ source: trouble.source, status: trouble.status, ...(done === undefined ? {} : { done }) }],
    // Waiting for a quota is no incident: it is logged at debug and not counted as a failure.
    ...(waits ? { category: ApplicationFailureCategory.BENIGN } : {}),
    ...(trouble.retryAfterMs === null ? {} : { nextRetryDelay: Math.max(trouble.retryAfterMs, 1) }),
  });
}
