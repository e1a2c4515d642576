// A GitHub that lives in this process and is reached over real HTTP. Wires state, routes, webhooks and the driver.
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { startSimServer } from '../http.ts';
import { createBranchDriver } from './drive-branches.ts';
import { createHistoryDriver } from './drive-history.ts';
import { createPeopleDriver } from './drive-people.ts';
import { createReviewDriver } from './drive-reviews.ts';
import { createWorldDriver } from './drive-world.ts';
import { commentEvent, lineCommentEvent } from './events.ts';
import { graphqlRoutes } from './graphql.ts';
import { errorResponse, notFound } from './responses.ts';
import { createRoutes } from './router.ts';
import { appRoutes } from './routes-app.ts';
import { checkRoutes } from './routes-checks.ts';
import { commitRoutes } from './routes-commits.ts';
import { deploymentRoutes } from './routes-deployments.ts';
import { pullRoutes } from './routes-pulls.ts';
import { repositoryRoutes } from './routes-repository.ts';
import { reviewRoutes } from './routes-reviews.ts';
import { teamRoutes } from './routes-teams.ts';
import { createSignIn } from './sign-in.ts';
import { createViews } from './views.ts';
import { createWebhooks } from './webhooks.ts';
import type { BranchDriver } from './drive-branches.ts';
import type { HistoryDriver } from './drive-history.ts';
import type { PeopleDriver } from './drive-people.ts';
import type { ReviewDriver } from './drive-reviews.ts';
import type { WorldDriver } from './drive-world.ts';
import type { Json } from './payloads.ts';
import type { Exchange, RouteTable } from './router.ts';
import type { SimLineComment } from './state-marks.ts';
import type { GithubState, Level, Permissions, SimUser } from './state.ts';
import type { SignInDriver } from './sign-in.ts';
import type { Views } from './views.ts';
import type { Delivery, Webhooks, WebhookTarget } from './webhooks.ts';
import type { SimServer } from '../http.ts';

export type { CommentView, ReactionView } from './views.ts';

export interface GithubSimOptions {
  readonly port?: number;
  /** Clock of everything that GitHub stamps, and of token expiry. The system's when left out. */
  readonly now?: () => number;
  /** What the app is granted where it is installed; give it `default_permissions` of the manifest to prove them sufficient. */
  readonly permissions?: Permissions;
  /** Events that the app subscribes to. */
  readonly events?: readonly string[];
  readonly app?: { readonly id?: number; readonly slug?: string };
  /** PEM of the app's private key; a fresh one when left out. */
  readonly privateKey?: string;
  readonly webUrl?: string;
  /** Requests an hour and token. */
  readonly rateLimit?: number;
  /** When GitHub gives up on a webhook; ten seconds like the real one when left out. */
  readonly webhookTimeoutMs?: number;
}

export interface GithubSim
  extends WorldDriver, HistoryDriver, BranchDriver, PeopleDriver, ReviewDriver, SignInDriver, Views, Omit<SimServer, 'close'> {
  /** Base address of the API: `GITHUB_API_URL` of the product. */
  readonly url: string;
  readonly appId: number;
  readonly appPrivateKey: string;
  readonly clientId: string;
  /** Login of the app's bot, such as `countersign[bot]`. */
  readonly botLogin: string;
  /** Grows with every change of state. */
  readonly version: number;
  onChange(listener: () => void): void;
  onExchange(listener: (exchange: Exchange) => void): void;
  /** Permissions that the requests served so far needed, at the highest level each. */
  readonly permissionsUsed: Readonly<Record<string, Level>>;

  /** Where webhooks go; null: nowhere. */
  webhook(target: WebhookTarget | null): void;
  /** Delivers this payload as it is. `secret` overrides the target's. */
  deliver(event: string, payload: Json, options?: { readonly secret?: string; readonly guid?: string }): Promise<Delivery | null>;
  /** The same GUID and payload once more. */
  redeliver(guid: string): Promise<Delivery>;
  /** The next deliveries get lost on their way. */
  loseWebhooks(times: number): void;
  /** Newest first. */
  readonly deliveries: readonly Delivery[];
  /** Until no webhook is under way: those of the app's own comments go out after the answer. */
  settled(): Promise<void>;

  close(): Promise<void>;
}

const DEFAULT_PERMISSIONS: Permissions = {
  checks: 'write',
  contents: 'read',
  deployments: 'write',
  issues: 'read',
  members: 'read',
  metadata: 'read',
  pull_requests: 'write',
  statuses: 'read',
};
const RATE_LIMIT = 5000;
const WEBHOOK_TIMEOUT_MS = 10_000;
/** Ids of GitHub's own accounts are the real ones. */
const WEB_FLOW_ID = 19_864_447;

/** Starts a simulated GitHub on loopback. Close it when done. */
export async function createGithubSim(options: GithubSimOptions = {}): Promise<GithubSim> {
  const listeners: (() => void)[] = [];
  const watchers: ((exchange: Exchange) => void)[] = [];
  let version = 0;
  const state = createState(options, () => {
    version += 1;
    for (const listener of listeners) listener();
  });
  const appPrivateKey = options.privateKey ?? generatePrivateKey();
  const webhooks = createWebhooks(state, { timeoutMs: options.webhookTimeoutMs ?? WEBHOOK_TIMEOUT_MS });
  const routes = createRoutes(allRoutes(state, webhooks), {
    state,
    publicKey: createPublicKey(appPrivateKey).export({ type: 'spki', format: 'pem' }).toString(),
    rateLimit: options.rateLimit ?? RATE_LIMIT,
    exchanged: (exchange) => watchers.forEach((watch) => watch(exchange)),
  });
  const signIn = createSignIn(state);
  const server = await startSimServer({
    routes: { ...routes, ...signIn.routes },
    notFound: () => errorResponse(notFound()),
    ...(options.port === undefined ? {} : { port: options.port }),
  });
  state.apiUrl = server.url;
  return {
    ...server,
    ...createWorldDriver(state, { permissions: options.permissions ?? DEFAULT_PERMISSIONS }),
    ...createHistoryDriver(state),
    ...createBranchDriver({ state, webhooks }),
    ...createPeopleDriver({ state, webhooks }),
    ...createReviewDriver({ state, webhooks }),
    ...createViews(state),
    ...webhookControls(webhooks),
    ...signIn.driver,
    clientId: state.app.clientId,
    appId: state.app.id,
    appPrivateKey,
    botLogin: `${state.app.slug}[bot]`,
    permissionsUsed: state.permissionsUsed,
    onChange: (listener) => void listeners.push(listener),
    onExchange: (listener) => void watchers.push(listener),
    get version() {
      return version;
    },
    get deliveries() {
      return webhooks.newestFirst();
    },
    close: async () => {
      await webhooks.close();
      await server.close();
    },
  };
}

function createState(options: GithubSimOptions, touch: () => void): GithubState {
  const now = options.now ?? Date.now;
  const slug = options.app?.slug ?? 'countersign';
  let lastId = 1_000_000;
  const nextId = (): number => (lastId += 1);
  const account = (id: number, login: string, type: SimUser['type']): SimUser => ({ id, login, name: null, type, createdAt: now() });
  const bot = account(nextId(), `${slug}[bot]`, 'Bot');
  const owner = account(nextId(), `${slug}-maker`, 'Organization');
  const webFlow = account(WEB_FLOW_ID, 'web-flow', 'User');
  const id = options.app?.id ?? 271_828;
  const events = options.events ?? ['issue_comment', 'pull_request', 'pull_request_review', 'pull_request_review_comment'];
  return {
    now,
    webUrl: options.webUrl ?? 'https://github.com',
    apiUrl: '',
    app: { id, slug, clientId: `Iv23li${id}`, bot: bot.id, owner: owner.id, events, createdAt: now() },
    webFlow: WEB_FLOW_ID,
    users: new Map([bot, owner, webFlow].map((user) => [user.id, user])),
    repositories: new Map(),
    renamed: new Map(),
    commits: new Map(),
    comments: new Map(),
    lineComments: new Map(),
    installations: new Map(),
    tokens: new Map(),
    teams: [],
    permissionsUsed: {},
    nextId,
    touch,
  };
}

function generatePrivateKey(): string {
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
}

function allRoutes(state: GithubState, webhooks: Webhooks): RouteTable {
  return {
    ...appRoutes(webhooks),
    ...repositoryRoutes,
    ...teamRoutes,
    ...commitRoutes,
    ...checkRoutes,
    ...deploymentRoutes,
    ...reviewRoutes(lineCommentWritten(state, webhooks)),
    ...pullRoutes(commentEvents(state, webhooks)),
    ...graphqlRoutes,
  };
}

/** GitHub tells an app of its own comments too: a bot that answers them talks to itself for ever. */
function commentEvents(state: GithubState, webhooks: Webhooks): Parameters<typeof pullRoutes>[0] {
  const send = (payload: Json | null): void => {
    if (payload !== null && state.app.events.includes('issue_comment')) webhooks.deliverLater('issue_comment', payload);
  };
  const sender = state.app.bot;
  return {
    written: (comment) => send(commentEvent(state, comment, { change: { action: 'created' }, sender })),
    rewritten: (comment, before) => send(commentEvent(state, comment, { change: { action: 'edited', before }, sender })),
  };
}

function lineCommentWritten(state: GithubState, webhooks: Webhooks): (comment: SimLineComment) => void {
  return (comment) => {
    const payload = lineCommentEvent(state, comment, state.app.bot);
    if (payload !== null && state.app.events.includes('pull_request_review_comment')) webhooks.deliverLater('pull_request_review_comment', payload);
  };
}

function webhookControls(webhooks: Webhooks): Pick<GithubSim, 'webhook' | 'deliver' | 'redeliver' | 'loseWebhooks' | 'settled'> {
  return {
    webhook: (target) => webhooks.setTarget(target),
    deliver: (event, payload, how) => webhooks.deliver(event, payload, how),
    redeliver: (guid) => webhooks.redeliver(guid),
    loseWebhooks: (times) => webhooks.lose(times),
    settled: () => webhooks.settled(),
  };
}
