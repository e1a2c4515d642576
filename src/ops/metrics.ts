// What we count. Labels are closed lists: no user, SHA or repository.
import type { ActKind } from '../../workflows/activities.ts';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export type WebhookSource = 'github' | 'slack' | 'buildkite';

export interface Metrics {
  /** `outcome`: accepted, ignored, refused, unreachable … */
  webhookReceived(webhook: { readonly source: WebhookSource; readonly event: string; readonly outcome: string }): void;
  webhookAnswered(webhook: { readonly source: WebhookSource; readonly seconds: number }): void;
  /** `outcome`: the kind of reply. */
  command(command: { readonly source: 'github' | 'slack'; readonly outcome: string }): void;
  /** `outcome`: the kind of receipt, or that it was recorded, or too late. */
  vote(vote: { readonly source: 'github' | 'slack'; readonly act: ActKind; readonly outcome: string }): void;
  deployEnded(deploy: { readonly environment: string; readonly outcome: string }): void;
  /** `deferred`: handed back to Temporal without a request, because the quota is used up; null: no answer came. */
  buildkiteAnswered(request: { readonly lane: string; readonly method: string; readonly status: number | 'deferred' | null }): void;
  /** In Prometheus' text format. */
  text(): Promise<{ readonly type: string; readonly body: string }>;
}

const ACK_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 2.5, 3, 5, 10];

/** `quota` and `limiter` are asked when the metrics are read. */
export function createMetrics(options: {
  readonly quota: () => readonly { readonly scope: string; readonly remaining: number }[];
  readonly limiter: () => { readonly mode: string; readonly processes: number; readonly waiting: number };
  /** Of Buildkite that run out, likewise. */
  readonly tokens?: () => readonly { readonly zone: string; readonly expiresAt: number | null }[];
  readonly version: string;
}): Metrics {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> =>
    new Counter({ name: `countersign_${name}`, help, labelNames, registers: [register] });
  const received = counter('webhook_received_total', 'Webhooks by what became of them', ['source', 'event', 'outcome']);
  const commands = counter('commands_total', 'Commands by what became of them', ['source', 'outcome']);
  const votes = counter('votes_total', 'Votes by whether they counted', ['source', 'act', 'outcome']);
  const deploys = counter('deploys_total', 'Requests by how they ended', ['environment', 'outcome']);
  const requests = counter('buildkite_requests_total', 'Requests to Buildkite by lane and status', ['lane', 'method', 'status']);
  const ack = new Histogram({
    name: 'countersign_webhook_ack_seconds',
    help: 'Time until a webhook was answered',
    labelNames: ['source'],
    buckets: ACK_SECONDS,
    registers: [register],
  });
  const remaining = new Gauge({
    name: 'countersign_buildkite_quota_remaining',
    help: 'Requests left in the present window, as the last response told',
    labelNames: ['scope'],
    registers: [register],
    collect: () => options.quota().forEach((quota) => remaining.set({ scope: quota.scope }, quota.remaining)),
  });
  const limiter = (name: string, help: string, valueOf: (state: ReturnType<typeof options.limiter>) => number): Gauge =>
    new Gauge({
      name: `countersign_limiter_${name}`,
      help,
      registers: [register],
      collect() {
        this.set(valueOf(options.limiter()));
      },
    });
  limiter('degraded', '1 while Redis can not be reached and this process keeps to its part of the quota', ({ mode }) =>
    mode === 'degraded' ? 1 : 0,
  );
  limiter('processes', 'Processes that share the quota', ({ processes }) => processes);
  limiter('waiting', 'Requests to Buildkite that wait here for their token', ({ waiting }) => waiting);
  const expiry = new Gauge({
    name: 'countersign_buildkite_token_expiry_seconds',
    help: 'Seconds until the token for Buildkite runs out, where it is one that does',
    labelNames: ['zone'],
    registers: [register],
    collect: () => {
      expiry.reset();
      for (const { zone, expiresAt } of options.tokens?.() ?? [])
        if (expiresAt !== null) expiry.set({ zone }, Math.round((expiresAt - Date.now()) / 1_000));
    },
  });
  const build = new Gauge({ name: 'countersign_build_info', help: 'The running version', labelNames: ['version'], registers: [register] });
  build.set({ version: options.version }, 1);
  return {
    webhookReceived: (labels) => received.inc(labels),
    webhookAnswered: ({ source, seconds }) => ack.observe({ source }, seconds),
    command: (labels) => commands.inc(labels),
    vote: (labels) => votes.inc(labels),
    deployEnded: (labels) => deploys.inc(labels),
    buildkiteAnswered: ({ lane, method, status }) => requests.inc({ lane, method, status: String(status ?? 'none') }),
    text: async () => ({ type: register.contentType, body: await register.metrics() }),
  };
}
