// Answers to the person who clicked: https://docs.slack.dev/interactivity/handling-user-interaction#message_responses.
// A response_url is a secret (whoever holds it may post) and an address that a payload chose: it is never logged, and followed only to Slack.
import type { Logger } from 'pino';
import type { SlackMessage } from '../render/message.ts';
import { contentOf, tell } from './tell.ts';
import type { SlackWeb } from './web.ts';

const SLACK_HOSTS: ReadonlySet<string> = new Set(['hooks.slack.com', 'hooks.slack-gov.com']);
const TIMEOUT_MS = 5_000;

/** Slack's own hosts over https, or the very origin of the Web API's address. */
export function isSlackAddress(address: string, apiUrl: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  if (url.username !== '' || url.password !== '') return false;
  return url.origin === new URL(apiUrl).origin || (url.protocol === 'https:' && SLACK_HOSTS.has(url.host));
}

export interface Asker {
  readonly channel: string;
  readonly user: string;
  /** null: the payload carried none. */
  readonly responseUrl: string | null;
}

/** Shows the message to one person, through the response_url or, if that fails, by the Web API. Logs what fails in the end; never throws. */
export async function showTo(
  asker: Asker,
  message: SlackMessage,
  deps: { readonly web: SlackWeb; readonly apiUrl: string; readonly log: Logger },
): Promise<void> {
  if (await post(asker.responseUrl, message, deps)) return;
  await tell(deps.web, asker, message).catch((error: unknown) => deps.log.error({ err: error, user: asker.user }, 'an answer could not be shown'));
}

async function post(address: string | null, message: SlackMessage, deps: { readonly apiUrl: string; readonly log: Logger }): Promise<boolean> {
  if (address === null) return false;
  if (!isSlackAddress(address, deps.apiUrl)) {
    deps.log.warn('a response_url that does not lead to Slack was not followed');
    return false;
  }
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, ...contentOf(message) }),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    if (!response.ok) deps.log.warn({ status: response.status }, 'a response_url was refused');
    return response.ok;
  } catch (error) {
    // Not the error itself: it may quote the address.
    deps.log.warn({ failure: error instanceof Error ? error.name : 'unknown' }, 'a response_url did not answer');
    return false;
  }
}
