// One at a time, in the order of arrival.

export interface Line {
  /** Runs the step after all steps before it have ended, well or badly. */
  run<T>(step: () => Promise<T>): Promise<T>;
  /** Nothing is under way and nothing waits. */
  isIdle(): boolean;
}

export function createLine(): Line {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return {
    run<T>(step: () => Promise<T>): Promise<T> {
      waiting += 1;
      const mine = last.then(step).finally(() => {
        waiting -= 1;
      });
      last = mine.catch(() => undefined);
      return mine;
    },
    isIdle: () => waiting === 0,
  };
}
