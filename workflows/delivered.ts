// A message that may fail: trouble with messages never holds a workflow up.
import { log } from '@temporalio/workflow';
import type { Millis } from './vocabulary.ts';

/** How long to wait before what was not delivered is tried again. */
export const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 600_000;
export const nextPauseMs = (pauseMs: Millis, isDelivered: boolean): Millis =>
  isDelivered ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS);

/** What the message answered; null: it was not delivered. */
export async function delivered<T>(what: string, message: Promise<T>): Promise<T | null> {
  try {
    return await message;
  } catch (error) {
    log.warn(`${what} was not delivered`, { error });
    return null;
  }
}
