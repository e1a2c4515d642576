// Waiting, with as few events in the history as possible: one timer serves everybody who waits for a later moment too. A timer that
// nobody needs any more is left alone (cancelling it costs an event, and it dies with the workflow), unless its wish is taken back.
import { CancellationScope, condition, isCancellation, sleep } from '@temporalio/workflow';
import { now } from './held-time.ts';
import type { Millis } from './vocabulary.ts';

export interface Clock {
  /** The time of the history: the same in every replay. */
  now(): Millis;
  /**
   * Makes sure that waiting conditions are looked at again at that time. `why` is shown in Temporal's UI. What it answers takes the wish
   * back: worth one event for a timer that would otherwise fire for nobody, which costs four.
   */
  wakeAt(at: Millis, why: string): () => void;
  /** Waits until `holds` or until that time; answers whether `holds`. */
  until(holds: () => boolean, at: Millis, why: string): Promise<boolean>;
  pause(ms: Millis, why: string): Promise<void>;
}

interface Wish {
  readonly why: string;
  count: number;
}

const NOTHING = (): void => undefined;

export function createClock(): Clock {
  const armed = new Map<Millis, CancellationScope>();
  const wanted = new Map<Millis, Wish>();

  function arm(): void {
    const due = Math.min(...wanted.keys());
    if (due === Infinity || due >= Math.min(...armed.keys())) return;
    // One millisecond more: a timer that fires within the millisecond before would have to be set again.
    const summary = wanted.get(due)?.why ?? '';
    void CancellationScope.nonCancellable(async () => {
      const scope = new CancellationScope();
      armed.set(due, scope);
      try {
        await scope.run(() => sleep(Math.max(0, due - now()) + 1, { summary }));
      } catch (error) {
        if (isCancellation(error)) return;
        throw error;
      }
      armed.delete(due);
      for (const at of wanted.keys()) if (at <= now()) wanted.delete(at);
      arm();
    });
  }

  function wakeAt(at: Millis, why: string): () => void {
    if (!Number.isFinite(at)) return NOTHING;
    const wish = wanted.get(at) ?? { why, count: 0 };
    wish.count += 1;
    wanted.set(at, wish);
    arm();
    return () => takeBack(at, wish);
  }

  function takeBack(at: Millis, wish: Wish): void {
    wish.count -= 1;
    if (wish.count > 0 || wanted.get(at) !== wish) return;
    wanted.delete(at);
    const scope = armed.get(at);
    if (scope === undefined) return;
    armed.delete(at);
    scope.cancel();
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
