// `POST /slack/events`: verified, read, told apart, and only then handed to Bolt.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { App, type Receiver, type ReceiverEvent } from '@slack/bolt';
import type { Logger } from 'pino';
import type { SlackFrontDoor } from '../bot/front-door.ts';
import type { RawRequest, RawResponse, Route } from '../ingress.ts';
import { REQUEST_TIME } from './heard.ts';
import { addListeners } from './listeners.ts';
import { isForUs, parseBody, type Payload } from './payload.ts';
import { UrlVerification } from './schema.ts';
import { sdkLogger } from './sdk-logger.ts';
import { verifiedAt } from './signature.ts';
import { createSlackWeb } from './web.ts';

export interface SlackAppOptions {
  /** The workspace this app is installed in; payloads of others have no effect. */
  readonly team: string;
  /** null: unknown, not compared. */
  readonly appId: string | null;
  readonly bot: string;
  readonly botUser: string;
  /** The slash command, `/deploy` unless configured. */
  readonly command: string;
  readonly token: () => string;
  /** With the slash at its end. */
  readonly apiUrl: string;
  readonly frontDoor: SlackFrontDoor;
  readonly log: Logger;
  readonly now: () => number;
}

export interface SlackIngressOptions extends SlackAppOptions {
  /** The current one and, while it is being rotated, the previous one. Read at every request. */
  readonly signingSecrets: () => readonly string[];
}

const PATH = '/slack/events';
const BODY_MAX_BYTES = 256 * 1024;

const OK: RawResponse = { status: 200 };
const BAD_REQUEST: RawResponse = { status: 400 };
/** The same for a wrong signature, an old or future time, and another workspace: it teaches nothing. */
const UNAUTHORISED: RawResponse = { status: 401 };
const BROKEN: RawResponse = { status: 500 };

/** Throws a plain `Error` when there is no signing secret: an empty one would be known to everybody. */
export async function createSlackIngress(options: SlackIngressOptions): Promise<Route> {
  if (!options.signingSecrets().some((secret) => secret !== '')) throw new Error('the Slack signing secret is empty');
  const app = await createBolt(options, ROUTED);
  return { path: PATH, maxBytes: () => BODY_MAX_BYTES, handle: (request) => handle(request, options, app) };
}

/** Requests come through `Route`, so Bolt's receiver has nothing to listen to. */
const ROUTED: Receiver = { init: () => undefined, start: () => Promise.resolve(), stop: () => Promise.resolve() };

/** A Bolt app with our listeners, which asks Slack nothing by itself and keeps no state. */
export async function createBolt(options: SlackAppOptions, receiver: Receiver): Promise<App> {
  const app = new App({
    receiver,
    // Not `token`: that would be read once, and cost an `auth.test` per event.
    authorize: () => Promise.resolve({ botToken: options.token(), botId: options.bot, botUserId: options.botUser }),
    clientOptions: { slackApiUrl: options.apiUrl, retryConfig: { retries: 0 }, allowAbsoluteUrls: false },
    logger: sdkLogger(options.log),
    convoStore: false,
    tokenVerificationEnabled: false,
    deferInitialization: true,
  });
  addListeners(app, { ...options, web: createSlackWeb(options) });
  await app.init();
  return app;
}

async function handle(request: RawRequest, options: SlackIngressOptions, app: App): Promise<RawResponse> {
  const at = verifiedAt(request, { secrets: options.signingSecrets(), now: options.now() });
  if (at === null) return UNAUTHORISED;
  const body = parseBody(request);
  if (body.kind === 'unreadable') return BAD_REQUEST;
  if (body.kind === 'certificate-check') return OK;
  const verification = UrlVerification.safeParse(body.payload);
  if (verification.success) return json({ challenge: verification.data.challenge });
  if (!isForUs(body.payload, options)) return UNAUTHORISED;
  return deliver(app, { payload: body.payload, at, log: options.log });
}

/** Answers with what a listener acknowledges; what nobody listens to is answered 200 without effect. */
function deliver(app: App, event: { payload: Payload; at: number; log: Logger }): Promise<RawResponse> {
  return new Promise((resolve) => {
    const ack: ReceiverEvent['ack'] = async (answer: unknown) => {
      resolve(answer === undefined || answer === '' ? OK : json(answer));
      // The answer leaves first; drawing and sending what else the person hears comes after it.
      await nextTurn();
    };
    app
      .processEvent({ body: { ...event.payload }, ack, customProperties: { [REQUEST_TIME]: event.at } })
      .then(() => resolve(OK))
      .catch((error: unknown) => {
        event.log.error({ err: error }, 'handling a request from Slack broke');
        resolve(BROKEN);
      });
  });
}

function json(answer: unknown): RawResponse {
  return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(answer) };
}
