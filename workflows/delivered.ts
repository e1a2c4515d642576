// A message that may fail: trouble with messages never holds a workflow up.
import { log } from '@temporalio/workflow';

/** What the message answered; null: it was not delivered. */
export async function delivered<T>(what: string, message: Promise<T>): Promise<T | null> {
  try {
    return await message;
  } catch (error) {
    log.warn(`${what} was not delivered`, { error });
    return null;
  }
}
