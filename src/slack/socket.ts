// Socket Mode: Slack without a public address, for development. https://docs.slack.dev/apis/events-api/using-socket-mode
import { SocketModeReceiver } from '@slack/bolt';
import { REQUEST_TIME } from './heard.ts';
import { createBolt, type SlackAppOptions } from './ingress.ts';
import { isForUs } from './payload.ts';
import { sdkLogger } from './sdk-logger.ts';

export interface SlackSocketOptions extends SlackAppOptions {
  /** `xapp-…` with `connections:write`. */
  readonly appToken: string;
}

export interface SlackSocket {
  /** Resolves once connected; reconnects by itself afterwards. */
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const OPEN_TIMEOUT_MS = 10_000;

/** The same listeners as over HTTP. The connection itself is what authenticates Slack: there is no signature to verify. */
export async function createSlackSocket(options: SlackSocketOptions): Promise<SlackSocket> {
  const receiver = new SocketModeReceiver({
    appToken: options.appToken,
    logger: sdkLogger(options.log),
    customPropertiesExtractor: () => ({ [REQUEST_TIME]: options.now() }),
    // The SDK's own retries stay on: a reconnection that gave up would end the process.
    installerOptions: { clientOptions: { slackApiUrl: options.apiUrl, timeout: OPEN_TIMEOUT_MS } },
  });
  const app = await createBolt(options, receiver);
  app.use(async ({ body, next }) => {
    if (isForUs({ ...body }, options)) await next();
    else options.log.warn('a payload for another workspace or app was ignored');
  });
  return {
    start: async () => {
      await app.start();
    },
    stop: async () => {
      await app.stop();
    },
  };
}
