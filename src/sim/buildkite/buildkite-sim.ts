// The simulated Buildkite: one organization, real HTTP, real signatures, and a driver's seat.
import { seededRandom } from '../faults.ts';
import { startSimServer, type Fault, type LoggedRequest, type SimRoutes } from '../http.ts';
import { createAgentApi } from './agent-routes.ts';
import { decorated, type Api } from './access.ts';
import { realClock, type SimClock } from './clock.ts';
import { createDriver, type BuildDriver } from './driver.ts';
import type { BuildkiteEvent, Engine, EngineTiming } from './engine.ts';
import { createEventLog, type LoggedEvent } from './event-log.ts';
import { createLag, type LagOf } from './lag.ts';
import { webhookTime } from './objects.ts';
import { createOidcIssuer, type OidcIssuer } from './oidc.ts';
import { createQuotaBook, QUOTA_DEFAULTS, type Gauge, type QuotaOptions } from './quota.ts';
import { accountRoutes } from './routes-account.ts';
import { annotationRoutes } from './routes-annotations.ts';
import { buildRoutes } from './routes-builds.ts';
import { jobRoutes } from './routes-jobs.ts';
import { createOauth, type OauthSeat } from './oauth.ts';
import { logRoutes } from './routes-log.ts';
import { pageRoutes } from './routes-page.ts';
import { peopleRoutes } from './routes-people.ts';
import { serviceRoutes } from './routes-services.ts';
import { uuid7, type SimState } from './state.ts';
import type { Delivery } from './webhook-line.ts';
import { createWebhooks, type WebhookFault, type WebhookFaults, type WebhookService } from './webhooks.ts';

export interface BuildkiteSimOptions {
  /** Slug of the one organization; `acme` unless given. */
  readonly organization?: string;
  readonly port?: number;
  /** Makes steps, queueing and cancelling that much shorter; timestamps and quota windows stay true. Not together with `clock`. */
  readonly speed?: number;
  readonly clock?: SimClock;
  readonly timing?: Partial<EngineTiming>;
  readonly quota?: Partial<QuotaOptions>;
  /** What Buildkite does not document: does a rebuild carry the meta-data along? No unless said. */
  readonly rebuildCopiesMetaData?: boolean;
  /** Likewise: do builds that end as `skipped` or `not_run` have `finished_at`? No unless said. */
  readonly finishedAtWhenNotRun?: boolean;
  /** Leaves out up to two numbers between builds. */
  readonly numberGaps?: boolean;
  /** Lists are refused beyond this many builds; 10,000 unless given. */
  readonly deepestBuild?: number;
  /** Decides what is left to chance; 1 unless given. */
  readonly seed?: number;
}

export interface Change {
  /** null: something that has no webhook. */
  readonly event: BuildkiteEvent | null;
  readonly pipeline: string;
  readonly number: number;
}

export interface BuildkiteSim extends BuildDriver {
  /** Base address without `/v2`. */
  readonly url: string;
  readonly requests: readonly LoggedRequest[];
  readonly unknownRoutes: readonly string[];
  /** From now on requests go wrong as told; `TROUBLE` has the usual ways. */
  fault(fault: Fault): void;
  /** Registers a webhook service. */
  webhook(service: WebhookService): void;
  /** Changes the named faults; the others stay as they are. */
  webhookFaults(faults: Partial<WebhookFaults>): void;
  /** From now on some webhooks go wrong as told. */
  webhookFault(fault: WebhookFault): void;
  /** Ends all faults, of requests and of webhooks. */
  mend(): void;
  readonly deliveries: readonly Delivery[];
  /** Resolves when no webhook is under way. */
  deliveriesSettled(): Promise<void>;
  /** The organization's quota first, then that of every user seen. */
  quota(): readonly Gauge[];
  setQuota(limits: { readonly organization?: number; readonly user?: number }): void;
  /** Other clients of the organization ask this often from now on; 0 ends it. */
  foreignTraffic(perMinute: number): void;
  /** Other clients have asked this often at once. */
  consumeQuota(requests: number): void;
  /** For so long, lists do not show builds made from now on; `everything`: nothing shows what happens from now on. */
  staleReadsFor(ms: number, of?: LagOf): void;
  /** Signs tokens for jobs; its address is `url`. */
  readonly oidc: OidcIssuer;
  /** What a real agent registers with; it gets the jobs of held pipelines. */
  readonly registrationToken: string;
  /** Applications and workload identities that are given tokens at `/oauth/token`. */
  readonly oauth: OauthSeat;
  /** All that happened so far. `eventLines` makes text of it. */
  readonly events: readonly LoggedEvent[];
  /** Called after every change of a build; returns what ends it. */
  onChange(listener: (change: Change) => void): () => void;
  close(): Promise<void>;
}

const TIMING: EngineTiming = { creatingMs: 0, queueMs: 500, cancelGraceMs: 10_000, stepMs: 3_000 };
const OWNER = { name: 'Olga Owner', email: 'owner@example.test' };

/** Starts the simulator on loopback. Close it: its server keeps the process alive. */
export async function createBuildkiteSim(options: BuildkiteSimOptions = {}): Promise<BuildkiteSim> {
  const clock = options.clock ?? realClock(options.speed);
  const state = emptyState(options.organization ?? 'acme', clock.now());
  const log = createEventLog(() => clock.now());
  const changes = createChanges();
  const random = seededRandom(options.seed ?? 1);
  const webhooks = createWebhooks({
    clock,
    random,
    context: () => ({ state, wording: { base: server.url, organization: state.organization.slug, time: webhookTime } }),
  });
  const engine: Engine = {
    state,
    clock,
    timing: { ...TIMING, ...options.timing },
    finishedAtWhenNotRun: options.finishedAtWhenNotRun ?? false,
    numberGap: () => (options.numberGaps === true ? Math.floor(random() * 3) : 0),
    emit: (event, build, job) => {
      log.record(event, build, job);
      if (event !== null) webhooks.emit({ event, build, job });
      changes.tell({ event, pipeline: build.pipeline.slug, number: build.number });
    },
  };
  const settings = { rebuildCopiesMetaData: options.rebuildCopiesMetaData ?? false, deepestBuild: options.deepestBuild ?? 10_000 };
  const api: Api = {
    engine,
    quota: createQuotaBook(() => clock.now(), { ...QUOTA_DEFAULTS, ...options.quota }),
    settings,
    lag: createLag(() => clock.now()),
    ping: (service) => webhooks.ping(service),
  };
  const driver = createDriver(engine, settings);
  const oauth = createOauth(state, () => clock.now());
  const owner = driver.addUser(OWNER, 'admin');
  const oidc = createOidcIssuer(engine, () => server.url);
  const agents = createAgentApi(engine, oidc);
  const server = await startSimServer({
    routes: { ...oidc.routes, ...agents.routes, ...oauth.routes, ...apiRoutes(api), ...pageRoutes(engine) },
    notFound: ({ path }) => decorated({ status: 404, body: { message: `No route matches ${path}` } }, {}),
    world: { now: () => clock.now(), random },
    ...(options.port === undefined ? {} : { port: options.port }),
  });
  return {
    ...driver,
    url: server.url,
    requests: server.requests,
    unknownRoutes: server.unknownRoutes,
    fault: (fault) => server.fault(fault),
    webhook: (service) => webhooks.add(service, owner),
    webhookFaults: (faults) => webhooks.setFaults(faults),
    webhookFault: (fault) => webhooks.fault(fault),
    mend: () => {
      server.mend();
      webhooks.mend();
    },
    deliveries: webhooks.deliveries,
    deliveriesSettled: () => webhooks.settled(),
    oidc,
    registrationToken: agents.registrationToken,
    oauth: oauth.seat,
    ...limits(api),
    events: log.events,
    onChange: changes.listen,
    close: async () => {
      clock.stop();
      webhooks.stop();
      await server.close();
    },
  };
}

const apiRoutes = (api: Api): SimRoutes => ({
  ...accountRoutes(api),
  ...peopleRoutes(api),
  ...serviceRoutes(api),
  ...buildRoutes(api),
  ...jobRoutes(api),
  ...logRoutes(api),
  ...annotationRoutes(api),
});

type Limits = Pick<BuildkiteSim, 'quota' | 'setQuota' | 'foreignTraffic' | 'consumeQuota' | 'staleReadsFor'>;

function limits({ quota, lag, engine }: Api): Limits {
  return {
    quota: () => quota.gauges(),
    setQuota: (to) => quota.setLimits(to),
    foreignTraffic: (perMinute) => quota.foreignTraffic(perMinute),
    consumeQuota: (requests) => quota.consume(requests),
    staleReadsFor: (ms, of = 'lists') => lag.begin(ms, of, engine.state.builds),
  };
}

function createChanges(): { readonly tell: (change: Change) => void; readonly listen: BuildkiteSim['onChange'] } {
  const listeners = new Set<(change: Change) => void>();
  return {
    tell: (change) => {
      for (const listener of listeners) listener(change);
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function emptyState(slug: string, now: number): SimState {
  return {
    organization: { id: uuid7(now), slug, name: slug, createdAt: now },
    users: [],
    tokens: [],
    pipelines: [],
    services: [],
    teams: [],
    builds: [],
  };
}
