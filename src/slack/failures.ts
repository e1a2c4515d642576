// What a failed call to Slack means. Errors are words in a 200: https://docs.slack.dev/apis/web-api/#responses.
import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import { isTrouble, Trouble, type TroubleKind } from '../trouble.ts';

/** A `write` without a clear answer may have happened; a `read` may simply be tried again. */
export type CallKind = 'read' | 'write';

const UNAUTHORISED: ReadonlySet<string> = new Set([
  'not_authed',
  'invalid_auth',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'missing_scope',
  'no_permission',
  'not_allowed_token_type',
  'access_denied',
  'ekm_access_denied',
  'org_login_required',
  'team_access_not_granted',
]);
const NOT_FOUND: ReadonlySet<string> = new Set(['channel_not_found', 'message_not_found', 'thread_not_found', 'user_not_found', 'not_found']);
const RATE_LIMITED: ReadonlySet<string> = new Set(['ratelimited', 'rate_limited']);
const SERVER_SIDE: ReadonlySet<string> = new Set(['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout']);
/** No connection was made, so nothing was sent. */
const NOT_CONNECTED: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/** The failure as `Trouble`, with Slack's own word in its message; the cause keeps the SDK's error. */
export function slackTrouble(call: { readonly doing: string; readonly kind: CallKind }, cause: unknown): Trouble {
  if (isTrouble(cause)) return cause;
  const trouble = (kind: TroubleKind, found: string, more: { status?: number; retryAfterMs?: number } = {}): Trouble =>
    new Trouble({ source: 'slack', kind, doing: call.doing, found, cause, ...more });
  const noAnswer: TroubleKind = call.kind === 'write' ? 'unclear' : 'unavailable';

  if (cause instanceof WebAPIRateLimitedError)
    return trouble('rate-limited', `slack asks to wait ${cause.retryAfter} s`, { status: 429, retryAfterMs: cause.retryAfter * 1_000 });
  if (cause instanceof WebAPIHTTPError)
    return trouble(cause.statusCode >= 500 ? noAnswer : 'invalid', `slack answered ${cause.statusCode}`, { status: cause.statusCode });
  if (cause instanceof WebAPIPlatformError) {
    const word = wordOf(cause);
    // Anything but a word is a body that is no JSON: a proxy's page, or a cut answer.
    if (word === null || SERVER_SIDE.has(word)) return trouble(noAnswer, `slack answered ${word ?? 'something unreadable'}`, { status: 200 });
    return trouble(kindOf(word), `slack answered ${word}${remarks(cause)}`, { status: 200 });
  }
  if (cause instanceof WebAPIRequestError) {
    const isNotSent = call.kind === 'write' && NOT_CONNECTED.has(codeOf(cause.original));
    return trouble(isNotSent ? 'not-sent' : noAnswer, `no answer from slack (${codeOf(cause.original) ?? cause.original.name})`);
  }
  // The SDK throws a plain error for a 429 whose Retry-After it can't read.
  if (cause instanceof Error && cause.message.startsWith('Retry header')) return trouble('rate-limited', 'slack asks to wait', { status: 429 });
  return trouble(noAnswer, `no answer from slack (${cause instanceof Error ? cause.name : 'unknown'})`);
}

/** Slack's error word behind this failure, or null. */
export function slackWord(error: unknown): string | null {
  const cause = isTrouble(error) ? error.cause : error;
  return cause instanceof WebAPIPlatformError ? wordOf(cause) : null;
}

function kindOf(word: string): TroubleKind {
  if (RATE_LIMITED.has(word)) return 'rate-limited';
  if (UNAUTHORISED.has(word)) return 'unauthorised';
  return NOT_FOUND.has(word) ? 'not-found' : 'invalid';
}

function wordOf(error: WebAPIPlatformError): string | null {
  return /^[a-z0-9_]{1,80}$/.test(error.data.error) ? error.data.error : null;
}

/** Which scope is missing, or which block is wrong; never a text of ours. */
function remarks(error: WebAPIPlatformError): string {
  if ('needed' in error.data && typeof error.data.needed === 'string') return ` (${error.data.needed})`;
  const first = error.data.response_metadata?.messages?.[0];
  return first === undefined ? '' : `: ${first.slice(0, 200)}`;
}

function codeOf(error: Error): string | null {
  const cause: unknown = error.cause;
  const holder = cause instanceof Error && 'code' in cause ? cause : error;
  return 'code' in holder && typeof holder.code === 'string' ? holder.code : null;
}
