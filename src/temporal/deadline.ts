// Deadlines of calls to Temporal, and what their failures mean.
import {
  isGrpcServiceError,
  QueryNotRegisteredError,
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { Trouble } from '../trouble.ts';
import { isRefusal } from './access.ts';

/**
 * Runs a call with a gRPC deadline and a race of our own on top: against an unreachable server the client's back-off
 * overshoots its deadline. Throws `Trouble` (unavailable) when time ran out or the server could not be reached; other errors as they are.
 */
export async function within<T>(client: Client, limits: { deadlineMs: number; doing: string }, call: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(unavailable(limits.doing, `no answer within ${limits.deadlineMs} ms`)), limits.deadlineMs + 100);
  });
  const running = client.connection.withDeadline(Date.now() + limits.deadlineMs, call);
  running.catch(() => {}); // It may fail after the race was lost; the race has told the caller.
  try {
    return await Promise.race([running, timeUp]);
  } catch (error) {
    // A key that is being replaced: what was asked can be asked again.
    if (isRefusal(error)) throw unavailable(limits.doing, 'the server refuses our credential', error);
    // The worker failed just now, or is of a version that does not know the question.
    if (error instanceof QueryNotRegisteredError) throw unavailable(limits.doing, 'its worker could not answer', error);
    if (isUnreachable(error)) throw unavailable(limits.doing, 'the server cannot be reached, or is too slow', error);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** The workflow is closed or was never there. */
export function isClosed(error: unknown): boolean {
  return error instanceof WorkflowNotFoundError || (error instanceof WorkflowUpdateFailedError && isCompletedBeforeUpdate(error));
}

/** A query asked of a workflow that was ended before any worker looked at it. */
export function wasNeverRun(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(cause) && NEVER_RUN_CODES.has(cause.code);
}

/** For what need not reach a workflow that is closed or was never there. */
export async function unlessClosed(telling: Promise<unknown>): Promise<void> {
  await telling.catch((error: unknown) => {
    if (!isClosed(error)) throw error;
  });
}

/** `known`: its id is taken, and another is not started. */
export async function unlessKnown(starting: Promise<unknown>): Promise<'started' | 'known'> {
  try {
    await starting;
    return 'started';
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return 'known';
    throw error;
  }
}

function isCompletedBeforeUpdate(error: WorkflowUpdateFailedError): boolean {
  return /completed|closed|terminated/i.test(error.cause?.message ?? '');
}

const NEVER_RUN_CODES: ReadonlySet<number> = new Set([9]); // failed precondition
const UNREACHABLE_CODES: ReadonlySet<number> = new Set([1, 4, 8, 14]); // cancelled, deadline exceeded, resource exhausted, unavailable

function isUnreachable(error: unknown): boolean {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  const cause = error instanceof ServiceError ? error.cause : error;
  if (isGrpcServiceError(cause)) return UNREACHABLE_CODES.has(cause.code);
  return error instanceof ServiceError && cause === undefined;
}

function unavailable(doing: string, found: string, cause?: unknown): Trouble {
  return new Trouble({ source: 'temporal', kind: 'unavailable', doing, found, cause });
}
