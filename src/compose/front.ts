// The front door: every public route, wired to the bot.
import type { Logger } from 'pino';
import { attest } from '../bot/attest.ts';
import { createBot } from '../bot/bot.ts';
import type { FrontDoor, SlackFrontDoor } from '../bot/front-door.ts';
import { createAttestRoute, type AttestDoor } from '../buildkite/attest-route.ts';
import { createBuildkiteRoute } from '../buildkite/ingress.ts';
import { createTokenVerifier } from '../buildkite/oidc.ts';
import type { Config } from '../config/config.ts';
import type { Settings, SignInSettings } from '../config/env.ts';
import { createGithubIngress } from '../github/ingress.ts';
import { createGithubProbot } from '../github/probot.ts';
import { createSignIn } from '../github/sign-in.ts';
import { createLinkRoutes } from '../linking/routes.ts';
import type { RawRequest, Route } from '../ingress.ts';
import type { Metrics, WebhookSource } from '../ops/metrics.ts';
import { startWebServer, type WebServer } from '../ops/web-server.ts';
import type { SlackApi } from '../slack/api.ts';
import { createSlackIngress, type SlackAppOptions } from '../slack/ingress.ts';
import { createSlackSocket, type SlackSocket } from '../slack/socket.ts';
import { isTrouble, Trouble } from '../trouble.ts';
import { createDirectory } from './directory.ts';
import type { Platforms } from './platforms.ts';
import { configOfZone } from './task.ts';
import type { Reach, ServedZone } from './zones.ts';

export interface Front {
  readonly port: number;
  close(): Promise<void>;
}

export interface FrontOptions {
  readonly settings: Settings;
  readonly config: Config;
  readonly platforms: Platforms;
  readonly reach: Reach;
  readonly zones: readonly ServedZone[];
  readonly log: Logger;
}

/** Listens. Throws `Trouble` when Slack does not know our token. */
export async function startFront(options: FrontOptions): Promise<Front> {
  const { settings, config, platforms, reach, log } = options;
  const { gateway } = reach;
  const now = Date.now;
  const directory = createDirectory({ config, platforms, gateway, now });
  const linksAt = settings.github.signIn?.publicUrl ?? null;
  const botOf = (reaching: Reach, knowing = config): SlackFrontDoor =>
    createBot({ config: knowing, ...reaching, directory, metrics: platforms.metrics, log, now, linksAt });
  const bot = botOf(reach);
  const slack = await slackOptions(options, bot);
  const routes: Route[] = [githubRoute(settings, bot, log)];
  const pages = settings.github.signIn === null ? [] : await linkRoutes(options, settings.github.signIn);
  const socket = await openSocket(settings, slack);
  if (socket === null) routes.push(await createSlackIngress({ ...slack, signingSecrets: () => revealed(settings.slack.signingSecrets) }));
  for (const zone of options.zones) {
    const tokens = settings.buildkite.webhookTokens[zone.name] ?? [];
    // Whoever holds the token of one zone moves nothing in another.
    if (tokens.length > 0)
      routes.push(
        createBuildkiteRoute({
          path: webhookPath(zone.name),
          tokens: () => revealed(tokens),
          frontDoor: botOf({ gateway: zone.gateway, zones: reach.zones.filter(({ name }) => name === zone.name) }, configOfZone(config, zone.name)),
          now,
          log,
        }),
      );
  }
  if (settings.publicUrl !== null)
    routes.push(attestRoute(settings.buildkite.oidcIssuer, settings.publicUrl, { attest: (token) => attest({ config, gateway }, token), log }));
  const web = await startWebServer({ port: settings.port, routes: [...routes.map((route) => counted(route, platforms.metrics)), ...pages], log });
  await socket?.start();
  return { port: web.port, close: () => close(web, socket) };
}

function githubRoute(settings: Settings, frontDoor: FrontDoor, log: Logger): Route {
  const { appId, privateKey, apiUrl, webhookSecrets } = settings.github;
  const probot = createGithubProbot({ appId, privateKey: privateKey.reveal(), baseUrl: apiUrl, log });
  return createGithubIngress({ secrets: () => revealed(webhookSecrets), frontDoor, probot, log });
}

function attestRoute(issuer: string, audience: string, door: Omit<AttestDoor, 'verifier'>): Route {
  return createAttestRoute({ ...door, verifier: createTokenVerifier({ issuer, audience, now: Date.now }) });
}

async function slackOptions({ settings, config, platforms, log }: FrontOptions, frontDoor: SlackFrontDoor): Promise<SlackAppOptions> {
  const me = await identify(platforms.slack, log);
  if (me.team !== config.slack.team) {
    const found = `slack.team is ${config.slack.team}, but the bot token belongs to ${me.team}: every command would be refused. Write team: ${me.team}, or use the token of the other workspace`;
    throw new Trouble({ source: 'slack', kind: 'invalid', doing: 'checking the workspace', found });
  }
  return {
    team: config.slack.team,
    appId: me.app,
    bot: me.bot,
    botUser: me.botUser,
    command: config.slack.command,
    token: () => settings.slack.botToken.reveal(),
    apiUrl: settings.slack.apiUrl,
    frontDoor,
    log,
    now: Date.now,
  };
}

/** The pages on which people link their accounts. */
async function linkRoutes({ settings, config, platforms, reach, log }: FrontOptions, signIn: SignInSettings): Promise<readonly Route[]> {
  const { teamName } = await identify(platforms.slack, log);
  const { clientId, clientSecret, webUrl, publicUrl } = signIn;
  return createLinkRoutes({
    publicUrl,
    signIn: createSignIn({ clientId, clientSecret: () => clientSecret.reveal(), webUrl, apiUrl: settings.github.apiUrl }),
    people: reach.gateway.people,
    reviewed: config.people,
    workspace: teamName,
    prefix: config.slack.command,
    log,
    now: Date.now,
  });
}

const ASK_SLACK_AGAIN_MS = 2_000;

/** Who we are in Slack; an outage of Slack at start is waited out, a wrong token is not. */
async function identify(slack: SlackApi, log: Logger): ReturnType<SlackApi['whoAmI']> {
  for (;;) {
    try {
      return await slack.whoAmI();
    } catch (error) {
      if (!isPassing(error)) throw error;
      log.warn({ err: error }, 'Slack can not be asked who we are; trying again');
      await new Promise((resolve) => setTimeout(resolve, ASK_SLACK_AGAIN_MS));
    }
  }
}

function isPassing(error: unknown): boolean {
  return isTrouble(error, 'unavailable') || isTrouble(error, 'rate-limited') || isTrouble(error, 'not-sent');
}

async function openSocket(settings: Settings, slack: SlackAppOptions): Promise<SlackSocket | null> {
  const { appToken } = settings.slack;
  return appToken === null ? null : createSlackSocket({ ...slack, appToken: appToken.reveal() });
}

/** Every request is counted by source and outcome, and timed until its answer. */
function counted(route: Route, metrics: Metrics): Route {
  const source: WebhookSource = route.path.includes('github') ? 'github' : route.path.includes('slack') ? 'slack' : 'buildkite';
  const handle = async (request: RawRequest): ReturnType<Route['handle']> => {
    const began = process.hrtime.bigint();
    const answer = await route.handle(request);
    metrics.webhookReceived({ source, event: eventOf(request), outcome: String(answer.status) });
    metrics.webhookAnswered({ source, seconds: Number(process.hrtime.bigint() - began) / 1e9 });
    return answer;
  };
  return { ...route, handle };
}

const KNOWN_EVENTS: ReadonlySet<string> = new Set([
  'issue_comment',
  'pull_request',
  'pull_request_review',
  'pull_request_review_comment',
  'ping',
  'build.scheduled',
  'build.running',
  'build.failing',
  'build.finished',
  'build.skipped',
  'job.activated',
  'job.started',
]);

/** A closed list: a label must not be whatever somebody sends. */
function eventOf({ headers }: RawRequest): string {
  const name = headers['x-github-event'] ?? headers['x-buildkite-event'];
  return typeof name === 'string' && KNOWN_EVENTS.has(name) ? name : 'other';
}

async function close(web: WebServer, socket: SlackSocket | null): Promise<void> {
  await Promise.all([web.close(), socket?.stop()]);
}

function revealed(secrets: readonly { reveal(): string }[]): readonly string[] {
  return secrets.map((secret) => secret.reveal());
}

function webhookPath(zone: string): string {
  return zone === 'default' ? '/buildkite/webhooks' : `/buildkite/webhooks/${zone}`;
}
