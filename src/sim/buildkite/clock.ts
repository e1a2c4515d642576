// Time for the simulator. `now` is what timestamps, quota windows and signatures use; `after` is what durations use.

export interface SimClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs `act` when `ms` simulated milliseconds have passed; returns what cancels it. */
  after(ms: number, act: () => void): () => void;
  /** Drops everything that is still to come. */
  stop(): void;
}

/**
 * Wall-clock time. `speed` shortens waiting only (a step of 60 s takes 6 s at speed 10): timestamps stay true,
 * because the product compares them with its own clock and checks the age of signatures.
 */
export function realClock(speed = 1): SimClock {
  const timers = new Set<NodeJS.Timeout>();
  return {
    now: () => Date.now(),
    after: (ms, act) => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        act();
      }, ms / speed).unref();
      timers.add(timer);
      return () => {
        clearTimeout(timer);
        timers.delete(timer);
      };
    },
    stop: () => {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

export interface ManualClock extends SimClock {
  /** Lets `ms` pass: everything due happens, in order, at its own time. */
  advance(ms: number): void;
}

/** Time that stands still until it is told to pass: for tests that must not depend on the machine. */
export function manualClock(start = Date.UTC(2026, 10, 23, 12)): ManualClock {
  let time = start;
  let due: { readonly at: number; readonly act: () => void }[] = [];
  return {
    now: () => time,
    after: (ms, act) => {
      const entry = { at: time + ms, act };
      due.push(entry);
      return () => {
        due = due.filter((other) => other !== entry);
      };
    },
    advance: (ms) => {
      const end = time + ms;
      for (;;) {
        const next = due.filter((entry) => entry.at <= end).reduce<(typeof due)[number] | null>((a, b) => (a === null || b.at < a.at ? b : a), null);
        if (next === null) break;
        due = due.filter((entry) => entry !== next);
        time = Math.max(time, next.at);
        next.act();
      }
      time = end;
    },
    stop: () => {
      due = [];
    },
  };
}
