// A message that may fail: trouble with messages never holds a workflow up.
import { log } from '@temporalio/workflow';
import type { Clock } from './clock.ts';
import { rarer } from './rarer.ts';
import type { Millis } from './vocabulary.ts';

const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 600_000;

/** Asked after each try: how long to wait before what was not delivered is tried again. Infinity: it was. */
export function createPatience(clock: Clock): (isDelivered: boolean) => Millis {
  let pauseMs = FIRST_PAUSE_MS;
  let failingSince: Millis | null = null;
  return (isDelivered) => {
    if (isDelivered) {
      pauseMs = FIRST_PAUSE_MS;
      failingSince = null;
      return Infinity;
    }
    failingSince ??= clock.now();
    const nextMs = rarer(pauseMs, clock.now() - failingSince);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    return nextMs;
  };
}

/** What the message answered; null: it was not delivered. */
export async function delivered<T>(what: string, message: Promise<T>): Promise<T | null> {
  try {
    return await message;
  } catch (error) {
    log.warn(`${what} was not delivered`, { error });
    return null;
  }
}
