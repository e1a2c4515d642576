// Reads that many wait for and that may be a little old: who is in a group, who is linked to whom.

/** An answer that is older is read again in the background when somebody asks for it, so that the next click need not wait. */
const REFRESH_AFTER_MS = 45_000;

interface Reading<T> {
  /** That is how old the answer is at least. */
  readonly startedAt: number;
  readonly answer: Promise<T>;
}

/**
 * One read per moment: who asks while one is under way shares it, if it began late enough for them. A failed read is nothing
 * to remember, and does not take away an answer that is still young enough.
 */
export function createSharedReads<T>(read: () => Promise<T>, now: () => number): (maxAgeMs: number) => Promise<T> {
  let last: Reading<T> | null = null;
  let running: Reading<T> | null = null;

  function start(): Reading<T> {
    const mine: Reading<T> = { startedAt: now(), answer: read() };
    running = mine;
    const ended = (): void => {
      if (running === mine) running = null;
    };
    // Whoever waits for it is told of a failure; a read in the background has nobody to tell.
    mine.answer.then(() => {
      ended();
      if (last === null || last.startedAt < mine.startedAt) last = mine;
    }, ended);
    return mine;
  }

  return (maxAgeMs) => {
    const ageOf = (reading: Reading<T>): number => now() - reading.startedAt;
    // Not `<=`: 0 asks for a read that begins now, not for one that began within the same millisecond.
    const isYoung = (reading: Reading<T> | null): reading is Reading<T> => reading !== null && ageOf(reading) < maxAgeMs;
    if (isYoung(last)) {
      if (ageOf(last) > REFRESH_AFTER_MS && running === null) start();
      return last.answer;
    }
    return (isYoung(running) ? running : start()).answer;
  };
}
