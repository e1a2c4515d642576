// A Slack workspace on loopback: the Web API for the app, and people who type and click.
import { startSimServer, type Fault, type LoggedRequest, type SimRequest, type SimResponse } from '../http.ts';
import { readArguments } from './arguments.ts';
import { createCourier, type Courier } from './delivery.ts';
import { METHODS } from './methods.ts';
import { createPeople, type People } from './people.ts';
import { SlackRefusal } from './refusal.ts';
import { useResponseUrl } from './responses.ts';
import { createWorld, directChannel, userFrom, type UserWish, type SimEphemeral, type SimMessage, type SimView, type SlackWorld } from './world.ts';

export interface SlackSimOptions {
  readonly port?: number;
  readonly now?: () => number;
  /** Scopes of the bot token; left out: all that any method needs. */
  readonly scopes?: readonly string[];
  /** How long Slack waits for an answer, and a trigger lives if that is longer than with the real Slack. Real Slack: 3,000. */
  readonly answerWithinMs?: number;
}

/** At most `calls` in any window of `perMs`, per channel if so said; beyond it 429 with Retry-After. */
export interface SimRateLimit {
  readonly method: string;
  readonly calls: number;
  readonly perMs: number;
  readonly perChannel?: boolean;
}

export interface SlackSim extends People {
  readonly url: string;
  /** For `SLACK_API_URL`, with the slash. */
  readonly apiUrl: string;
  readonly botToken: string;
  readonly team: string;
  readonly appId: string;
  readonly bot: string;
  readonly botUser: string;
  readonly signingSecret: () => string;
  /** From now on requests are signed with this. */
  readonly rotateSecret: (secret: string) => void;
  /** The app's request URL. */
  readonly deliverTo: (url: string) => void;
  /** The same id again changes the person. */
  readonly addUser: (user: UserWish) => void;
  /** Everybody is in it unless `members` says who; the bot is, unless `botIn` says no. */
  readonly addChannel: (channel: { id: string; name: string; members?: readonly string[]; botIn?: boolean }) => void;
  /** The same id again changes the group. */
  readonly addGroup: (group: { id: string; members: readonly string[]; disabled?: boolean }) => void;
  /** A message by somebody else, a person or another app (which may carry any metadata); returns its ts. */
  readonly say: (message: { user: string; channel: string; text: string; metadata?: Readonly<Record<string, unknown>> }) => string;
  readonly rateLimit: (limit: SimRateLimit) => void;
  /** Oldest first, thread replies too. */
  readonly messages: (channel: string) => readonly SimMessage[];
  readonly directMessages: (user: string) => readonly SimMessage[];
  readonly ephemerals: (user: string) => readonly SimEphemeral[];
  /** Open modals, the topmost last. */
  readonly views: (user: string) => readonly SimView[];
  /** What the app published on this person's home tab; null: nothing yet. */
  readonly home: (user: string) => SimView | null;
  readonly replay: Courier['replay'];
  readonly requests: readonly LoggedRequest[];
  readonly unknownRoutes: readonly string[];
  readonly fault: (fault: Fault) => void;
  /** Calls the listener after every change; returns how to stop it. */
  readonly onChange: (listener: () => void) => () => void;
  readonly close: () => Promise<void>;
}

const IDS = { team: 'T01ACME', appId: 'A01COUNTERSIGN', botUser: 'U01COUNTERSIGN', bot: 'B01COUNTERSIGN' } as const;
const BOT_TOKEN = 'xoxb-simulated-bot-token';
const OTHER_TEAM = 'T02OTHER';
/** Both of the real Slack. */
const ANSWER_WITHIN_MS = 3_000;
const TRIGGER_LIFE_MS = 3_000;

export async function createSlackSim(options: SlackSimOptions = {}): Promise<SlackSim> {
  const now = options.now ?? Date.now;
  const { answerWithinMs = ANSWER_WITHIN_MS } = options;
  const world = createWorld({ ...IDS, now, triggerLifeMs: Math.max(TRIGGER_LIFE_MS, answerWithinMs) });
  world.users.set(IDS.botUser, userFrom({ id: IDS.botUser, name: 'Countersign', bot: true }, IDS.team));
  const limits: SimRateLimit[] = [];
  const calls = new Map<string, number[]>();
  let secret = 'simulated-signing-secret-0123456789abcdef';
  let requestUrl = 'http://127.0.0.1:9/slack/events';

  const server = await startSimServer({
    ...(options.port === undefined ? {} : { port: options.port }),
    notFound: () => ({ status: 404, body: { ok: false, error: 'unknown_method' } }),
    routes: {
      ...Object.fromEntries(
        Object.keys(METHODS).flatMap((method) => {
          const call = (request: SimRequest): SimResponse => callMethod(method, request, world, { limits, calls, scopes: options.scopes ?? null });
          return [`GET /api/${method}`, `POST /api/${method}`].map((route) => [route, call] as const);
        }),
      ),
      'POST /actions/:team/:id': (request) => useResponseUrl(world, request.params['id'] ?? '', request.rawBody.toString('utf8')),
      'POST /commands/:team/:id': (request) => useResponseUrl(world, request.params['id'] ?? '', request.rawBody.toString('utf8')),
    },
  });
  const courier = createCourier({
    requestUrl: () => requestUrl,
    secret: () => secret,
    now,
    answerWithinMs,
  });
  return {
    ...IDS,
    ...createPeople(world, courier, () => server.url),
    url: server.url,
    apiUrl: `${server.url}/api/`,
    botToken: BOT_TOKEN,
    signingSecret: () => secret,
    rotateSecret: (next) => void (secret = next),
    deliverTo: (url) => void (requestUrl = url),
    addUser: (user) => {
      world.users.set(user.id, userFrom(user, user.stranger === true ? OTHER_TEAM : IDS.team));
      world.changed();
    },
    addChannel: ({ id, name, members, botIn = true }) => {
      world.channels.set(id, { id, name, isIm: false, members: members ?? null, botIn });
      world.changed();
    },
    addGroup: ({ id, members, disabled = false }) => void world.groups.set(id, { members, disabled }),
    say: ({ user, channel, text, metadata = null }) => {
      const message = { user, channel, text, metadata, ts: world.nextTs(), blocks: [], threadTs: null, edited: false, versions: [] };
      world.messages.push(message);
      world.changed();
      return message.ts;
    },
    rateLimit: (limit) => void limits.push(limit),
    messages: (channel) => world.messages.filter((message) => message.channel === channel),
    directMessages: (user) => world.messages.filter((message) => message.channel === directChannel(world, user).id),
    ephemerals: (user) => world.ephemerals.filter((ephemeral) => ephemeral.user === user),
    home: (user) => world.homes.get(user) ?? null,
    views: (user) => world.views.filter((view) => view.user === user),
    replay: courier.replay,
    requests: server.requests,
    unknownRoutes: server.unknownRoutes,
    fault: (fault) => server.fault(fault),
    onChange: world.onChange,
    close: () => server.close(),
  };
}

/** One Web API call, from quota to answer. */
function callMethod(
  name: string,
  request: SimRequest,
  world: SlackWorld,
  rules: { limits: readonly SimRateLimit[]; calls: Map<string, number[]>; scopes: readonly string[] | null },
): SimResponse {
  const method = METHODS[name];
  const args = readArguments(request);
  if (method === undefined || args === null) return { status: 200, body: { ok: false, error: 'invalid_post_type' } };
  if (args.token === null) return { status: 200, body: { ok: false, error: 'not_authed' } };
  if (args.token !== BOT_TOKEN) return { status: 200, body: { ok: false, error: 'invalid_auth' } };
  const waitSeconds = retryAfter(rules.limits, rules.calls, { method: name, channel: args.text('channel') ?? '', now: world.now() });
  if (waitSeconds !== null) return { status: 429, headers: { 'retry-after': String(waitSeconds) }, body: { ok: false, error: 'ratelimited' } };
  const has = (scope: string): boolean => rules.scopes === null || rules.scopes.includes(scope);
  if (method.scope !== null && !has(method.scope))
    return { status: 200, body: { ok: false, error: 'missing_scope', needed: method.scope, provided: rules.scopes?.join(',') ?? '' } };
  try {
    const warning = args.warning === null ? {} : { warning: args.warning, response_metadata: { warnings: [args.warning] } };
    return { status: 200, body: { ok: true, ...warning, ...method.run(args, world, has) } };
  } catch (error) {
    if (!(error instanceof SlackRefusal)) throw error;
    const { error: word, messages } = error.refused;
    return { status: 200, body: { ok: false, error: word, ...(messages.length > 0 ? { response_metadata: { messages } } : {}) } };
  }
}

/** Seconds to wait, or null when the call is within every limit; a refused call does not count. */
function retryAfter(
  limits: readonly SimRateLimit[],
  calls: Map<string, number[]>,
  call: { method: string; channel: string; now: number },
): number | null {
  const mine = limits.filter((limit) => limit.method === call.method);
  const key = (limit: SimRateLimit): string => `${limit.method} ${limit.perChannel === true ? call.channel : ''}`;
  const recent = (limit: SimRateLimit): number[] => (calls.get(key(limit)) ?? []).filter((at) => at > call.now - limit.perMs);
  const full = mine.find((limit) => recent(limit).length >= limit.calls);
  if (full !== undefined) return Math.max(1, Math.ceil(((recent(full)[0] ?? call.now) + full.perMs - call.now) / 1_000));
  for (const limit of mine) calls.set(key(limit), [...recent(limit), call.now]);
  return null;
}
