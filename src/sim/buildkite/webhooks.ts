// Outgoing webhooks: delivery, and everything that may go wrong with it.
// Buildkite documents neither retries nor order nor a delivery id: there are no retries here either.
import type { SimClock } from './clock.ts';
import type { BuildkiteEvent } from './engine.ts';
import type { SimBuild } from './state.ts';
import { payloadOf, webhookHeaders, type Happening, type PayloadContext, type Proof } from './webhook-payload.ts';

export interface WebhookService {
  readonly url: string;
  readonly token: string;
  readonly mode: Proof['mode'];
  /** Everything but `job.scheduled`, unless given. */
  readonly events?: readonly BuildkiteEvent[];
}

export interface WebhookFaults {
  /** Never sent. `true`: none at all. */
  readonly lose: boolean | ((event: BuildkiteEvent, build: Readonly<SimBuild>) => boolean);
  readonly delayMs: number;
  /** How often each one is sent. */
  readonly copies: number;
  /** Each pair of webhooks arrives the other way round; a single one waits for a second at most. */
  readonly reorder: boolean;
  /** The payload shows the build as it is when it is sent, not when the event happened. Noticeable with a delay. */
  readonly newerPayload: boolean;
  /** `wrong`: made with another token. `old`: made ten minutes ago. */
  readonly signature: 'good' | 'wrong' | 'old';
}

export interface Delivery {
  readonly at: number;
  readonly event: BuildkiteEvent;
  readonly pipeline: string;
  readonly number: number;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  fate: 'lost' | 'under-way' | 'answered' | 'unanswered';
  /** The receiver's answer, if there was one. */
  status: number | null;
}

export interface Webhooks {
  /** In the order of sending; lost ones too. */
  readonly deliveries: readonly Delivery[];
  add(service: WebhookService): void;
  /** Replaces the named faults; the others stay. */
  setFaults(faults: Partial<WebhookFaults>): void;
  emit(happening: Happening): void;
  /** Resolves when nothing is under way any more. */
  settled(): Promise<void>;
  stop(): void;
}

const NO_FAULTS: WebhookFaults = { lose: false, delayMs: 0, copies: 1, reorder: false, newerPayload: false, signature: 'good' };
const DEFAULT_EVENTS: readonly BuildkiteEvent[] = [
  'build.scheduled',
  'build.running',
  'build.failing',
  'build.finished',
  'build.skipped',
  'job.started',
  'job.finished',
  'job.activated',
];
const REORDER_WAIT_MS = 1_000;
const TIMEOUT_MS = 10_000;
const OLD_MS = 600_000;

export function createWebhooks(options: {
  readonly clock: SimClock;
  /** Asked for at each delivery: the address is known only when the server listens. */
  readonly context: () => PayloadContext;
}): Webhooks {
  const { clock } = options;
  const services: { readonly service: WebhookService; readonly line: Line }[] = [];
  const deliveries: Delivery[] = [];
  const stopped = new AbortController();
  let faults = NO_FAULTS;

  /** Makes the webhook as it leaves: with the faults of when it happened, signed when it is sent. */
  const prepare = (service: WebhookService, happening: Happening): (() => Delivery) => {
    const { signature, newerPayload } = faults;
    const payload = (): string => JSON.stringify(payloadOf(happening, options.context()));
    const asItHappened = payload();
    return () => {
      const body = newerPayload ? payload() : asItHappened;
      const at = clock.now();
      const token = signature === 'wrong' ? `not ${service.token}` : service.token;
      const headers = webhookHeaders(happening.event, body, { mode: service.mode, token, at: signature === 'old' ? at - OLD_MS : at });
      const { pipeline, number } = happening.build;
      const delivery: Delivery = {
        at,
        event: happening.event,
        pipeline: pipeline.slug,
        number,
        url: service.url,
        headers,
        body,
        fate: 'under-way',
        status: null,
      };
      deliveries.push(delivery);
      return delivery;
    };
  };
  return {
    deliveries,
    add: (service) => void services.push({ service, line: createLine(clock, stopped.signal) }),
    setFaults: (changed) => {
      faults = { ...faults, ...changed };
    },
    emit: (happening) => {
      const { event, build } = happening;
      for (const { service, line } of services) {
        if (!(service.events ?? DEFAULT_EVENTS).includes(event)) continue;
        const make = prepare(service, happening);
        if (faults.lose === true || (typeof faults.lose === 'function' && faults.lose(event, build))) make().fate = 'lost';
        else line.send(make, faults);
      }
    },
    settled: async () => {
      for (const { line } of services) await line.settled();
    },
    stop: () => stopped.abort(),
  };
}

/** What is sent to one receiver: in order, one after the other, unless a fault says otherwise. */
interface Line {
  send(make: () => Delivery, faults: WebhookFaults): void;
  settled(): Promise<void>;
}

function createLine(clock: SimClock, stop: AbortSignal): Line {
  let tail = Promise.resolve();
  let heldBack: (() => void) | null = null;
  const pause = (ms: number): Promise<void> => (ms === 0 ? Promise.resolve() : new Promise((resolve) => void clock.after(ms, resolve)));
  const queue = (make: () => Delivery, { copies, delayMs }: WebhookFaults): void => {
    for (let copy = 0; copy < copies; copy += 1) {
      // Delays run side by side: each webhook is late by that much, not by the sum.
      const due = pause(delayMs);
      tail = tail.then(() => due).then(() => (stop.aborted ? undefined : post(make(), stop)));
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
    send: (make, faults) => {
      const send = (): void => queue(make, faults);
      if (faults.reorder) swapPairs(send);
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

async function post(delivery: Delivery, stop: AbortSignal): Promise<void> {
  try {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]);
    const response = await fetch(delivery.url, { method: 'POST', headers: delivery.headers, body: delivery.body, signal });
    delivery.status = response.status;
    delivery.fate = 'answered';
    await response.body?.cancel();
  } catch {
    // Whatever the reason (refused, cut, too slow): Buildkite would not say, and would not try again.
    delivery.fate = 'unanswered';
  }
}
