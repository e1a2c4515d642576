// The time of a workflow. It stands still while what its workflow task brought is held back (`interceptors.ts`).
import type { Millis } from './vocabulary.ts';

let isHeld = false;
let last: Millis = 0;

/** The time of the history: the same in every replay. */
export function now(): Millis {
  if (!isHeld) last = Date.now();
  return last;
}

export function holdTime(isSo: boolean): void {
  isHeld = isSo;
}
