// Outgoing webhooks: signed like GitHub's, given up after ten seconds, never repeated unless asked to, all on record.
import { createHmac, randomUUID } from 'node:crypto';
import { iso, UnknownInSim } from './lookup.ts';
import type { Json } from './payloads.ts';
import type { GithubState } from './state.ts';

export interface WebhookTarget {
  readonly url: string;
  readonly secret: string;
}

/** One attempt to deliver; a redelivery is an attempt of its own with the same `guid`. */
export interface Delivery {
  readonly id: number;
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  readonly installation: number | null;
  readonly repository: number | null;
  readonly deliveredAt: number;
  readonly redelivery: boolean;
  readonly durationSeconds: number;
  /** `OK`, or GitHub's words for what went wrong. */
  readonly status: string;
  readonly statusCode: number;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly payload: string;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly responseBody: string;
}

/** What `GET /app/hook/deliveries` needs. */
export interface DeliveryLog {
  newestFirst(): readonly Delivery[];
  find(id: number): Delivery | null;
  redeliverLater(delivery: Delivery): void;
}

export interface Webhooks extends DeliveryLog {
  setTarget(target: WebhookTarget | null): void;
  /** null when no target is set. `secret` overrides the target's, to send what must be refused. */
  deliver(event: string, payload: Json, options?: { readonly secret?: string; readonly guid?: string }): Promise<Delivery | null>;
  deliverLater(event: string, payload: Json): void;
  redeliver(guid: string): Promise<Delivery>;
  /** The next deliveries never arrive; GitHub records them as failed. */
  lose(times: number): void;
  /** Until nothing is on its way any more. */
  settled(): Promise<void>;
  /** Gives up what is on its way; nothing goes out any more. */
  close(): Promise<void>;
}

export function createWebhooks(state: GithubState, options: { readonly timeoutMs: number }): Webhooks {
  const deliveries: Delivery[] = [];
  let target: WebhookTarget | null = null;
  let toLose = 0;
  const closing = new AbortController();

  const attempt = async (message: Message, to: WebhookTarget, redelivery: boolean): Promise<Delivery> => {
    const isLost = toLose > 0;
    if (isLost) toLose -= 1;
    const timeout = AbortSignal.timeout(options.timeoutMs);
    const delivery = await send(state, message, { to, redelivery, isLost, signal: AbortSignal.any([timeout, closing.signal]) });
    deliveries.push(delivery);
    state.touch();
    return delivery;
  };
  const underWay = createBackground();
  const again = (delivery: Delivery): Promise<Delivery> => {
    if (target === null) throw new UnknownInSim('no webhook target is set');
    return attempt(delivery, target, true);
  };
  const webhooks: Webhooks = {
    setTarget: (next) => void (target = next),
    deliver: async (event, payload, options = {}) => {
      if (target === null) return null;
      const message = { guid: options.guid ?? randomUUID(), event, payload: JSON.stringify(payload) };
      return attempt(message, { url: target.url, secret: options.secret ?? target.secret }, false);
    },
    deliverLater: (event, payload) => underWay.add(webhooks.deliver(event, payload)),
    redeliver: (guid) => {
      const known = deliveries.find((delivery) => delivery.guid === guid);
      if (known === undefined) throw new UnknownInSim(`no delivery ${guid}`);
      return again(known);
    },
    redeliverLater: (delivery) => underWay.add(again(delivery)),
    lose: (times) => void (toLose += times),
    settled: () => underWay.settled(),
    close: () => {
      target = null;
      closing.abort();
      return underWay.settled();
    },
    newestFirst: () => deliveries.toReversed(),
    find: (id) => deliveries.find((delivery) => delivery.id === id) ?? null,
  };
  return webhooks;
}

/** Work that nobody waits for, except at the end. */
function createBackground(): { add(work: Promise<unknown>): void; settled(): Promise<void> } {
  const works = new Set<Promise<unknown>>();
  return {
    add: (work) => {
      const tracked = work.finally(() => works.delete(tracked));
      works.add(tracked);
    },
    settled: async () => {
      while (works.size > 0) await Promise.all(works);
    },
  };
}

type Message = Pick<Delivery, 'guid' | 'event' | 'payload'>;

async function send(
  state: GithubState,
  message: Message,
  how: { to: WebhookTarget; redelivery: boolean; isLost: boolean; signal: AbortSignal },
): Promise<Delivery> {
  const requestHeaders = headersFor(state, message, how.to.secret);
  const started = performance.now();
  const outcome = how.isLost ? UNREACHABLE : await post(how.to.url, { headers: requestHeaders, body: message.payload, signal: how.signal });
  const { action, installation, repository } = JSON.parse(message.payload) as {
    action?: string;
    installation?: { id: number };
    repository?: { id: number };
  };
  return {
    ...outcome,
    id: state.nextId(),
    guid: message.guid,
    event: message.event,
    action: action ?? null,
    installation: installation?.id ?? null,
    repository: repository?.id ?? null,
    deliveredAt: state.now(),
    redelivery: how.redelivery,
    durationSeconds: Math.round(performance.now() - started) / 1000,
    requestHeaders,
    payload: message.payload,
  };
}

function headersFor(state: GithubState, message: Message, secret: string): Readonly<Record<string, string>> {
  const sign = (algorithm: string): string => createHmac(algorithm, secret).update(message.payload).digest('hex');
  return {
    accept: '*/*',
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/044aadd',
    'x-github-delivery': message.guid,
    'x-github-event': message.event,
    'x-github-hook-id': '512380012',
    'x-github-hook-installation-target-id': String(state.app.id),
    'x-github-hook-installation-target-type': 'integration',
    'x-hub-signature': `sha1=${sign('sha1')}`,
    'x-hub-signature-256': `sha256=${sign('sha256')}`,
  };
}

type Outcome = Pick<Delivery, 'status' | 'statusCode' | 'responseHeaders' | 'responseBody'>;
const UNREACHABLE: Outcome = { status: 'failed to connect to host', statusCode: 502, responseHeaders: {}, responseBody: '' };
const TIMED_OUT: Outcome = { status: 'timed out', statusCode: 504, responseHeaders: {}, responseBody: '' };

async function post(
  url: string,
  init: { readonly headers: Readonly<Record<string, string>>; readonly body: string; readonly signal: AbortSignal },
): Promise<Outcome> {
  try {
    const response = await fetch(url, { ...init, method: 'POST', redirect: 'manual' });
    const responseBody = await response.text();
    return {
      status: response.ok ? 'OK' : `Invalid HTTP Response: ${response.status}`,
      statusCode: response.status,
      responseHeaders: Object.fromEntries(response.headers),
      responseBody,
    };
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError' ? TIMED_OUT : UNREACHABLE;
  }
}

/** As in the list of deliveries. */
export function deliveryJson(delivery: Delivery): Json {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: iso(delivery.deliveredAt),
    redelivery: delivery.redelivery,
    duration: delivery.durationSeconds,
    status: delivery.status,
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: delivery.installation,
    repository_id: delivery.repository,
    throttled_at: null,
  };
}

/** With what was sent and what came back. */
export function deliveryDetailsJson(delivery: Delivery): Json {
  return {
    ...deliveryJson(delivery),
    url: '',
    request: { headers: delivery.requestHeaders, payload: JSON.parse(delivery.payload) as unknown },
    response: { headers: delivery.responseHeaders, payload: delivery.responseBody },
  };
}
