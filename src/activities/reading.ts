// Reads that may fail: a failed one becomes "not known, because …", and whether trying again could help is kept.
import { activityInfo } from '@temporalio/activity';
import type { Read } from '../policy/facts.ts';
import { isTrouble, type Trouble } from '../trouble.ts';

/** After this many attempts an unreadable fact is told as such instead of being read again. */
const ATTEMPTS_MAX = 4;

export interface Reader {
  /** The value, or why it is not known. `what` names it for people: `the checks`. */
  read<T>(what: string, call: () => Promise<T>): Promise<Read<T>>;
  /** Throws the first passing trouble while another attempt of this activity could still help. */
  throwIfWorthRetrying(): void;
}

/** `once`: for somebody who waits; what can't be read now is not known. */
export function createReader(patience: 'retried' | 'once' = 'retried'): Reader {
  const passing: Trouble[] = [];
  return {
    async read(what, call) {
      try {
        return { known: true, value: await call() };
      } catch (error) {
        if (!isTrouble(error)) throw error;
        if (error.kind === 'unavailable' || error.kind === 'rate-limited' || error.kind === 'not-sent') passing.push(error);
        return { known: false, why: `${what}: ${error.message}` };
      }
    },
    throwIfWorthRetrying() {
      const [first] = passing;
      if (first !== undefined && patience === 'retried' && activityInfo().attempt < ATTEMPTS_MAX) throw first;
    },
  };
}

export const known = <T>(value: T): Read<T> => ({ known: true, value });

/** Goes on with a known value; an unknown one stays unknown. */
export async function andThen<T, U>(first: Read<T>, next: (value: T) => Promise<Read<U>> | Read<U>): Promise<Read<U>> {
  return first.known ? next(first.value) : first;
}
