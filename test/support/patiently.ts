// Calls with a deadline of their own, on a machine that is busy with other tests.
import { isTrouble } from '../../src/trouble.ts';

const TRIES = 20;

/** Calls again what got no answer in time: whoever tells us of something does so, too. For what may be repeated. */
export async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call();
    } catch (error) {
      if (!isTrouble(error) || tries === TRIES) throw error;
    }
  }
}
