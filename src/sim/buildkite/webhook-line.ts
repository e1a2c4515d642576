// The way to one receiver of webhooks: in order, one after the other, unless a fault says otherwise.
import type { SimClock } from './clock.ts';
import type { WebhookEvent } from './webhook-payload.ts';

export interface Delivery {
  readonly at: number;
  readonly event: WebhookEvent;
  /** null: a ping, which is about no build. */
  readonly pipeline: string | null;
  readonly number: number | null;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  fate: 'lost' | 'under-way' | 'answered' | 'unanswered';
  /** The receiver's answer, if there was one. */
  status: number | null;
}

export interface Journey {
  readonly delayMs: number;
  /** How often it is sent. */
  readonly copies: number;
  /** Each pair arrives the other way round; a single one waits for a second at most. */
  readonly reorder: boolean;
  /** How often a delivery that was not answered 2xx is tried, at intervals that grow from a second. Buildkite documents no retry: 1. */
  readonly tries: number;
}
export interface Line {
  /** `make` is called when it is sent, at each copy and each try. */
  send(make: () => Delivery, journey: Journey): void;
  settled(): Promise<void>;
}

const REORDER_WAIT_MS = 1_000;
const RETRY_WAIT_MS = 1_000;
const TIMEOUT_MS = 10_000;

export function createLine(clock: SimClock, stop: AbortSignal): Line {
  let tail = Promise.resolve();
  let heldBack: (() => void) | null = null;
  const pause = (ms: number): Promise<void> => (ms === 0 ? Promise.resolve() : new Promise((resolve) => void clock.after(ms, resolve)));
  const attempt = async (make: () => Delivery, tries: number): Promise<void> => {
    for (let tried = 0; tried < tries && !stop.aborted; tried += 1) {
      if (tried > 0) await pause(RETRY_WAIT_MS * 2 ** (tried - 1));
      if (await post(make(), stop)) return;
    }
  };
  const queue = (make: () => Delivery, { copies, delayMs, tries }: Journey): void => {
    for (let copy = 0; copy < copies; copy += 1) {
      // Delays run side by side: each webhook is late by that much, not by the sum.
      const due = pause(delayMs);
      tail = tail.then(() => due).then(() => attempt(make, tries));
    }
  };
  const swapPairs = (send: () => void): void => {
    const first = heldBack;
    heldBack = first === null ? send : null;
    if (first !== null) {
      send();
      first();
      return;
    }
    clock.after(REORDER_WAIT_MS, () => {
      if (heldBack !== send) return;
      heldBack = null;
      send();
    });
  };
  return {
    send: (make, journey) => {
      const send = (): void => queue(make, journey);
      if (journey.reorder) swapPairs(send);
      else send();
    },
    settled: async () => {
      for (let seen: Promise<void> | null = null; seen !== tail;) {
        seen = tail;
        await seen;
      }
    },
  };
}

/** Was it taken? */
async function post(delivery: Delivery, stop: AbortSignal): Promise<boolean> {
  try {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]);
    const response = await fetch(delivery.url, { method: 'POST', headers: delivery.headers, body: delivery.body, signal });
    delivery.status = response.status;
    delivery.fate = 'answered';
    await response.body?.cancel();
    return response.ok;
  } catch {
    // Whatever the reason (refused, cut, too slow): Buildkite would not say.
    delivery.fate = 'unanswered';
    return false;
  }
}
