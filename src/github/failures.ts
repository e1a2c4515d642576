// From what Octokit throws to `Trouble`: the one place that decides whether a request may be tried again.
import { Trouble, type TroubleKind } from '../trouble.ts';
import { ErrorBody, GraphqlFailure, RequestFailure } from './schema.ts';

/** `write`: the request changes something, so an answer that says nothing leaves it open whether that happened. */
export interface Attempt {
  readonly doing: string;
  readonly write: boolean;
  readonly now: () => number;
}

/** Nothing left this machine: no connection was made. */
const NEVER_CONNECTED: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);
/** GitHub's advice for a secondary limit without a `retry-after` header. */
const SECONDARY_LIMIT_PAUSE_MS = 60_000;
const PAUSE_MAX_MS = 3_600_000;
const QUOTED_MAX = 200;

type Verdict = { readonly kind: TroubleKind; readonly found: string; readonly status?: number; readonly retryAfterMs?: number };

export function troubleFrom(error: unknown, attempt: Attempt): Trouble {
  if (error instanceof Trouble) return error;
  return new Trouble({ source: 'github', doing: attempt.doing, cause: error, ...judge(error, attempt) });
}

/** An answer that arrived but is not what GitHub documents: cut off, or a page of some proxy. */
export function undecodable(attempt: Attempt, cause: unknown): Trouble {
  const kind = attempt.write ? 'unclear' : 'unavailable';
  return new Trouble({ source: 'github', kind, doing: attempt.doing, found: 'github answered something unreadable', cause });
}

function judge(error: unknown, attempt: Attempt): Verdict {
  const graphql = GraphqlFailure.safeParse(error);
  if (graphql.success) return judgeGraphql(graphql.data, attempt);
  const request = RequestFailure.safeParse(error);
  const failure = request.success ? request.data : null;
  // While the installation token is being fetched the request itself has not been sent.
  const signingIn = failure?.request?.url.endsWith('/access_tokens') ?? false;
  const silent = attempt.write && !signingIn ? 'unclear' : 'unavailable';
  if (failure === null || (failure.response ?? null) === null) return unanswered(error, { silent, write: attempt.write });
  if (failure.status >= 500) return { kind: silent, found: `github answered ${failure.status}`, status: failure.status };
  const limit = rateLimit(failure, attempt.now);
  if (limit !== null) return { kind: 'rate-limited', found: 'github asks to wait', status: failure.status, retryAfterMs: limit };
  if (signingIn) return { kind: 'unauthorised', found: `github refused an installation token (${failure.status})`, status: failure.status };
  return { kind: refusal(failure.status), found: `github answered ${failure.status}${quoted(failure)}`, status: failure.status };
}

function unanswered(error: unknown, may: { readonly silent: TroubleKind; readonly write: boolean }): Verdict {
  const code = codeOf(error);
  const found = code === null ? 'no answer from github' : `no answer from github (${code})`;
  return { kind: may.write && code !== null && NEVER_CONNECTED.has(code) ? 'not-sent' : may.silent, found };
}

function refusal(status: number): TroubleKind {
  switch (status) {
    case 401:
    case 403:
      return 'unauthorised';
    case 404:
    case 410:
      return 'not-found';
    default:
      return 'invalid';
  }
}

/** GraphQL answers 200 with errors. Reads only. */
function judgeGraphql(failure: GraphqlFailure, attempt: Attempt): Verdict {
  const types = failure.errors.map((error) => error.type);
  if (types.includes('RATE_LIMITED')) {
    return { kind: 'rate-limited', found: 'github asks to wait', retryAfterMs: pause(failure.headers, attempt.now) ?? SECONDARY_LIMIT_PAUSE_MS };
  }
  const found = `github answered ${JSON.stringify(failure.errors[0]?.message.slice(0, QUOTED_MAX))}`;
  if (types.includes('NOT_FOUND')) return { kind: 'not-found', found };
  if (types.includes('FORBIDDEN')) return { kind: 'unauthorised', found };
  return { kind: 'unavailable', found };
}

/** How long to wait, or null when the answer is no rate limit. A 403 is one only if its headers or its message say so. */
function rateLimit(failure: RequestFailure, now: () => number): number | null {
  if (failure.status !== 403 && failure.status !== 429) return null;
  const told = pause(failure.response?.headers ?? {}, now);
  if (told !== null) return told;
  return failure.status === 429 || /rate limit/i.test(messageOf(failure) ?? '') ? SECONDARY_LIMIT_PAUSE_MS : null;
}

function pause(headers: Readonly<Record<string, unknown>>, now: () => number): number | null {
  const after = numberIn(headers['retry-after']);
  if (after !== null) return bounded(after * 1000);
  const reset = numberIn(headers['x-ratelimit-reset']);
  if (numberIn(headers['x-ratelimit-remaining']) !== 0 || reset === null) return null;
  return bounded(reset * 1000 - now());
}

const bounded = (ms: number): number => Math.min(Math.max(ms, 1000), PAUSE_MAX_MS);

function numberIn(header: unknown): number | null {
  return typeof header === 'string' && /^\d{1,12}$/.test(header) ? Number(header) : null;
}

function quoted(failure: RequestFailure): string {
  const message = messageOf(failure);
  return message === null ? '' : `: ${message.slice(0, QUOTED_MAX)}`;
}

function messageOf(failure: RequestFailure): string | null {
  const body = ErrorBody.safeParse(failure.response?.data);
  return body.success ? body.data.message : null;
}

/** The system's error code, somewhere down the chain of causes. */
function codeOf(error: unknown): string | null {
  let at: unknown = error;
  for (let depth = 0; depth < 5 && at instanceof Error; depth += 1) {
    if ('code' in at && typeof at.code === 'string') return at.code;
    at = at.cause;
  }
  return null;
}
