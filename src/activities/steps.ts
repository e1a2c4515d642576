// Several messages in one activity: each is sent once, whatever becomes of the others and of the process.
import { activityInfo } from '@temporalio/activity';
import type { Logger } from 'pino';
import { isTrouble } from '../trouble.ts';
import { afterSteps } from './failures.ts';
import { noteProgress } from './signs-of-life.ts';

/** `-card` and `-mark` at the end of a name: it may be repeated, so what became of it need not stay unclear. */
export type Step = readonly [name: string, run: () => Promise<void>];

/** Throws the first trouble that another attempt could mend; that attempt skips what is done. */
export async function runOnce(log: Logger, steps: readonly Step[]): Promise<void> {
  const before: unknown = activityInfo().heartbeatDetails;
  const done = new Set<string>(Array.isArray(before) ? (before as string[]) : []);
  const troubles: unknown[] = [];
  for (const [name, run] of steps) {
    if (done.has(name)) continue;
    try {
      await run();
    } catch (error) {
      // A card that is gone, or a channel we were thrown out of, must not keep the other surface from being told.
      const settled =
        isTrouble(error) && (error.kind === 'not-found' || error.kind === 'invalid' || (error.kind === 'unclear' && !/-(?:card|mark)$/.test(name)));
      log.warn({ err: error, step: name }, 'a message was not delivered');
      if (!settled) {
        troubles.push(error);
        continue;
      }
    }
    done.add(name);
    noteProgress([...done]);
  }
  if (troubles.length > 0) throw afterSteps(troubles[0], [...done]);
}
