// Waiting, with as few events in the history as possible: one timer serves everybody who waits for a later moment too, and a
// timer that nobody needs any more is left alone (cancelling it would cost an event, and it dies with the workflow).
import { CancellationScope, condition, sleep } from '@temporalio/workflow';
import type { Millis } from './vocabulary.ts';

export interface Clock {
  /** The time of the history: the same in every replay. */
  now(): Millis;
  /** Makes sure that waiting conditions are looked at again at that time. `why` is shown in Temporal's UI. */
  wakeAt(at: Millis, why: string): void;
  /** Waits until `holds` or until that time; answers whether `holds`. */
  until(holds: () => boolean, at: Millis, why: string): Promise<boolean>;
  pause(ms: Millis, why: string): Promise<void>;
}

export function createClock(): Clock {
  const now = (): Millis => Date.now();
  const armed = new Set<Millis>();
  const wanted = new Map<Millis, string>();

  function arm(): void {
    const due = Math.min(...wanted.keys());
    if (due === Infinity || due >= Math.min(...armed)) return;
    armed.add(due);
    const summary = wanted.get(due) ?? '';
    void CancellationScope.nonCancellable(() => sleep(Math.max(1, due - now()), { summary })).then(() => {
      armed.delete(due);
      for (const at of wanted.keys()) if (at <= now()) wanted.delete(at);
      arm();
    });
  }

  function wakeAt(at: Millis, why: string): void {
    if (!Number.isFinite(at)) return;
    if (!wanted.has(at)) wanted.set(at, why);
    arm();
  }

  async function until(holds: () => boolean, at: Millis, why: string): Promise<boolean> {
    if (holds()) return true;
    wakeAt(at, why);
    await condition(() => holds() || now() >= at);
    return holds();
  }

  return { now, wakeAt, until, pause: async (ms, why) => void (await until(() => false, now() + ms, why)) };
}
