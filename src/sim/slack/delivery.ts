// How Slack calls the app: signed, within three seconds, never again: https://docs.slack.dev/authentication/verifying-requests-from-slack.
import { createHmac } from 'node:crypto';

/** What Slack shows instead of an answer. */
export type DeliveryProblem =
  | 'operation_timeout'
  | 'dispatch_failed'
  | 'http_client_error'
  | 'http_service_error'
  | 'invalid_command_response'
  /** Slack's own client does not send a modal with an empty required field. */
  | 'incomplete';

export interface Answered {
  /** null: no answer came. */
  readonly status: number | null;
  readonly problem: DeliveryProblem | null;
  readonly body: string;
}

export interface SlackRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The headers Slack would send with this body. `timestamp`: seconds. */
export function signSlack(secret: string, timestamp: number, body: string): Readonly<Record<string, string>> {
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
  return { 'x-slack-request-timestamp': String(timestamp), 'x-slack-signature': signature };
}

export interface Courier {
  /** Signs and sends a form. */
  readonly send: (form: Readonly<Record<string, string>>) => Promise<Answered>;
  /** Signs and sends an event. Delivered once: the real Slack tries three times when there is no 2xx. */
  readonly sendJson: (event: Readonly<Record<string, unknown>>) => Promise<Answered>;
  /** Sends the last delivery's very bytes again, `times` times; in parallel or one after the other. */
  readonly replay: (times: number, order: 'parallel' | 'in-turn') => Promise<readonly Answered[]>;
}

export function createCourier(slack: {
  readonly requestUrl: () => string;
  readonly secret: () => string;
  readonly now: () => number;
  readonly answerWithinMs: number;
}): Courier {
  let last: SlackRequest | null = null;

  const post = async (request: SlackRequest): Promise<Answered> => {
    try {
      const response = await fetch(slack.requestUrl(), {
        method: 'POST',
        ...request,
        redirect: 'manual',
        signal: AbortSignal.timeout(slack.answerWithinMs),
      });
      const body = await response.text();
      const problem = response.ok ? null : response.status >= 500 ? 'http_service_error' : 'http_client_error';
      return { status: response.status, problem, body };
    } catch (error) {
      const isLate = error instanceof Error && error.name === 'TimeoutError';
      return { status: null, problem: isLate ? 'operation_timeout' : 'dispatch_failed', body: '' };
    }
  };

  const signedAndSent = (body: string, type: string): Promise<Answered> => {
    const signed = signSlack(slack.secret(), Math.floor(slack.now() / 1_000), body);
    last = { headers: { ...signed, 'content-type': type, 'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)' }, body };
    return post(last);
  };

  return {
    send: (form) => signedAndSent(new URLSearchParams(form).toString(), 'application/x-www-form-urlencoded'),
    sendJson: (event) => signedAndSent(JSON.stringify(event), 'application/json'),
    replay: async (times, order) => {
      const request = last;
      if (request === null) throw new Error('nothing was delivered yet');
      if (order === 'parallel') return Promise.all(Array.from({ length: times }, () => post(request)));
      const answers: Answered[] = [];
      for (let i = 0; i < times; i += 1) answers.push(await post(request));
      return answers;
    },
  };
}
