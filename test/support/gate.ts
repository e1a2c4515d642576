// A door in a story: what waits at it goes on when the test says so.

export interface Gate {
  /** Waits until the gate is opened. */
  pass(): Promise<void>;
  open(): void;
  /** How many have arrived so far. */
  readonly arrivals: number;
}

export function createGate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>();
  let arrivals = 0;
  return {
    pass() {
      arrivals += 1;
      return promise;
    },
    open: () => resolve(),
    get arrivals() {
      return arrivals;
    },
  };
}
