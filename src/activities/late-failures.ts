// A local activity that fails is answered a moment later than it could be. A Query's answer ends the workflow task: a failure that is there
// by then is written down with that task and told in the next. What the workflow then asks `patched` for (workflows/at-once.ts) no replay
// finds where it was asked, and from a restart on nobody could go on with that workflow (docs/adr/0030).
import { Context } from '@temporalio/activity';
import { wrapped } from './wrapped.ts';

/** By then the task that asked has ended, if it was to end before. */
const LATER_MS = 50;

/** Wraps activities. Those that are not local are left alone. */
export function withLateFailures<T extends object>(activities: T): T {
  return wrapped(activities, async (call) => {
    try {
      return await call();
    } catch (error) {
      if (Context.current().info.isLocal) await new Promise((resolve) => setTimeout(resolve, LATER_MS));
      throw error;
    }
  });
}
