// Webhooks on their way: who gets which, and what goes wrong. Buildkite documents neither retry nor order nor a delivery id.
import { createFaultList, type When } from '../faults.ts';
import type { SimClock } from './clock.ts';
import { matchesBranches } from './patterns.ts';
import { uuid7, type SimBuild, type SimUser } from './state.ts';
import type { SimService } from './organization.ts';
import { createLine, type Delivery, type Journey, type Line } from './webhook-line.ts';
import { payloadOf, pingPayload, webhookHeaders, type Happening, type PayloadContext, type Proof, type WebhookEvent } from './webhook-payload.ts';
import type { BuildkiteEvent } from './engine.ts';

export interface WebhookService {
  readonly url: string;
  readonly token: string;
  readonly mode: Proof['mode'];
  /** Everything but `job.scheduled`, unless given. */
  readonly events?: readonly BuildkiteEvent[];
  /** How often a delivery is tried; once, unless given. */
  readonly tries?: number;
}

export interface WebhookFaults extends Omit<Journey, 'tries'> {
  /** Never sent. `true`: none at all. */
  readonly lose: boolean | ((event: BuildkiteEvent, build: Readonly<SimBuild>) => boolean);
  /** The payload shows the build as it is when it is sent, not when the event happened. Noticeable with a delay. */
  readonly newerPayload: boolean;
  /** `wrong`: made with another token. `old`: made ten minutes ago. */
  readonly signature: 'good' | 'wrong' | 'old';
}
/** Those that hit the same webhook add up. */
export interface WebhookFault extends When {
  readonly event?: BuildkiteEvent;
  readonly pipeline?: string;
  readonly effect: Partial<WebhookFaults>;
}

export interface Webhooks {
  /** In the order of sending; lost ones too. */
  readonly deliveries: readonly Delivery[];
  add(service: WebhookService, by: SimUser): void;
  /** Replaces the named faults of all webhooks; the others stay. */
  setFaults(faults: Partial<WebhookFaults>): void;
  /** Adds a rule, for some. */
  fault(fault: WebhookFault): void;
  /** Ends all faults. */
  mend(): void;
  emit(happening: Happening): void;
  ping(service: SimService): void;
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
const OLD_MS = 600_000;

interface Message {
  readonly event: WebhookEvent;
  readonly build: SimBuild | null;
  readonly payload: () => string;
}

export function createWebhooks(options: {
  readonly clock: SimClock;
  readonly random: () => number;
  /** Asked for at each delivery: the address is known only when the server listens. */
  readonly context: () => PayloadContext;
}): Webhooks {
  const { clock, context } = options;
  const lines = new Map<SimService, Line>();
  const deliveries: Delivery[] = [];
  const stopped = new AbortController();
  const rules = createFaultList<Happening, Partial<WebhookFaults>>({ now: () => clock.now(), random: options.random });
  let general = NO_FAULTS;

  const lineOf = (service: SimService): Line => {
    const line = lines.get(service) ?? createLine(clock, stopped.signal);
    lines.set(service, line);
    return line;
  };
  /** Makes the webhook as it leaves: with the faults of when it happened, signed when it is sent. */
  const prepare = (service: SimService, message: Message, faults: WebhookFaults): (() => Delivery) => {
    const asItHappened = message.payload();
    return () => {
      const delivery = sealed(service, message, { body: faults.newerPayload ? message.payload() : asItHappened, faults, at: clock.now() });
      deliveries.push(delivery);
      return delivery;
    };
  };
  const send = (service: SimService, message: Message, faults: WebhookFaults): void =>
    lineOf(service).send(prepare(service, message, faults), { ...faults, tries: service.tries });
  return {
    deliveries,
    add: (service, by) => void context().state.services.push(serviceOf(service, { by, now: clock.now() })),
    setFaults: (changed) => {
      general = { ...general, ...changed };
    },
    fault: ({ event, pipeline, effect, ...when }) =>
      rules.add({
        match: (happening) =>
          (event ?? happening.event) === happening.event && (pipeline ?? happening.build.pipeline.slug) === happening.build.pipeline.slug,
        when,
        effect,
      }),
    mend: () => {
      rules.clear();
      general = NO_FAULTS;
    },
    emit: (happening) => {
      const { event, build } = happening;
      const listening = context().state.services.filter((service) => wants(service, happening));
      if (listening.length === 0) return;
      const faults: WebhookFaults = Object.assign({ ...general }, ...rules.take(happening));
      const lost = typeof faults.lose === 'function' ? faults.lose(event, build) : faults.lose;
      for (const service of listening) {
        const message = { event, build, payload: () => JSON.stringify(payloadOf(happening, service, context())) };
        if (lost) prepare(service, message, faults)().fate = 'lost';
        else send(service, message, faults);
      }
    },
    ping: (service) => send(service, { event: 'ping', build: null, payload: () => JSON.stringify(pingPayload(service, context())) }, NO_FAULTS),
    settled: async () => {
      for (const line of lines.values()) await line.settled();
    },
    stop: () => stopped.abort(),
  };
}

/** A new service, for all pipelines and branches. */
export function serviceOf(service: WebhookService, made: { readonly by: SimUser; readonly now: number }): SimService {
  return {
    id: uuid7(made.now),
    createdAt: made.now,
    createdBy: made.by,
    description: '',
    enabled: true,
    scope: 'all',
    scopeUuids: [],
    branchConfiguration: '',
    buildStates: {},
    settings: {
      url: service.url,
      version: 3,
      token: service.token,
      token_mode: service.mode,
      events: service.events ?? DEFAULT_EVENTS,
      tls_verify: true,
    },
    tries: service.tries ?? 1,
  };
}

function wants(service: SimService, { event, build }: Happening): boolean {
  return (
    service.enabled &&
    service.settings.events.includes(event) &&
    (service.scope === 'all' || service.scopeUuids.includes(build.pipeline.id)) &&
    matchesBranches(service.branchConfiguration, build.branch)
  );
}

function sealed(
  { settings }: SimService,
  { event, build }: Message,
  as: { readonly body: string; readonly faults: WebhookFaults; readonly at: number },
): Delivery {
  const { body, faults, at } = as;
  const proof = {
    mode: settings.token_mode,
    token: faults.signature === 'wrong' ? `not ${settings.token}` : settings.token,
    at: faults.signature === 'old' ? at - OLD_MS : at,
  };
  return {
    at,
    event,
    pipeline: build?.pipeline.slug ?? null,
    number: build?.number ?? null,
    url: settings.url,
    headers: webhookHeaders(event, body, proof),
    body,
    fate: 'under-way',
    status: null,
  };
}
