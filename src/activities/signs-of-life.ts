// Signs of life: an activity whose worker was killed is tried again as soon as it has been silent for its heartbeat time-out, instead of
// at the end of its start-to-close time-out.
import { Context } from '@temporalio/activity';
import { wrapped } from './wrapped.ts';

/** Signs within one time-out: one that gets lost does no harm. */
const SIGNS = 3;

/** What an attempt wants the next one to know; every further sign carries it along. */
const progress = new WeakMap<Context, unknown>();

/** Wraps activities. One without a heartbeat time-out is left alone. */
export function withSignsOfLife<T extends object>(activities: T): T {
  return wrapped(activities, async (call) => {
    const context = Context.current();
    const { heartbeatTimeoutMs } = context.info;
    if (heartbeatTimeoutMs === undefined || heartbeatTimeoutMs === 0) return call();
    const timer = setInterval(() => context.heartbeat(progress.get(context) ?? context.info.heartbeatDetails), heartbeatTimeoutMs / SIGNS);
    try {
      return await call();
    } finally {
      clearInterval(timer);
    }
  });
}

/** Tells the next attempt, should there be one, how far this one came. */
export function noteProgress(details: unknown): void {
  const context = Context.current();
  progress.set(context, details);
  context.heartbeat(details);
}
