// One request to Slack's Web API, sent once: retries and waiting are Temporal's.
import { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import { slackTrouble, type CallKind } from './failures.ts';
import { sdkLogger } from './sdk-logger.ts';

export interface SlackWebOptions {
  /** Read at every call: a token may be rotated while we run. */
  readonly token: () => string;
  /** `https://slack.com/api/`, with the slash. */
  readonly apiUrl: string;
  readonly log: Logger;
}

/** Calls Slack once. Throws `Trouble`. */
export type SlackWeb = <T>(call: { readonly doing: string; readonly kind: CallKind }, send: (client: WebClient) => Promise<T>) => Promise<T>;

const TIMEOUT_MS = 10_000;

export function createSlackWeb(options: SlackWebOptions): SlackWeb {
  const logger = sdkLogger(options.log);
  let current: { readonly token: string; readonly client: WebClient } | null = null;

  const clientNow = (): WebClient => {
    const token = options.token();
    if (current?.token !== token) {
      // The SDK's defaults would wait for half an hour, post twice after a time-out, and stop every call after one 429.
      const client = new WebClient(token, {
        slackApiUrl: options.apiUrl,
        logger,
        retryConfig: { retries: 0 },
        timeout: TIMEOUT_MS,
        rejectRateLimitedCalls: true,
        allowAbsoluteUrls: false,
      });
      current = { token, client };
    }
    return current.client;
  };

  return async (call, send) => {
    try {
      return await send(clientNow());
    } catch (error) {
      throw slackTrouble(call, error);
    }
  };
}
