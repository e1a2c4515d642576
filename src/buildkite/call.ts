// Every request of the client goes through here: a token of the quota, the request, and its outcome as `Trouble` where it is none of use.
import type { Logger } from 'pino';
import type { z } from 'zod';
import { isTrouble, Trouble, type TroubleKind } from '../trouble.ts';
import type { Millis } from '../../workflows/vocabulary.ts';
import { parseJson } from '../parse-json.ts';
import type { Lane } from './api.ts';
import type { ActsAs, CredentialProvider } from './credentials.ts';
import { withoutUser } from './quota.ts';
import { answerText, type HttpOutcome, type HttpRequest, send } from './http.ts';
import type { Limiter } from './limiter.ts';
import { Build } from './schema.ts';

export interface CallRequest {
  readonly lane: Lane;
  readonly method: HttpRequest['method'];
  /** With the query, from `/v2` on. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Not begun after this moment: read after the limiter, right before the request. */
  readonly notAfter?: Millis;
  /** In whose name; the bot's own unless given. */
  readonly as?: ActsAs;
}
/** Throws `Trouble` of kind `not-sent` without a token of the quota, and `CallTooLate`. */
export type Call = (doing: string, request: CallRequest) => Promise<HttpOutcome>;
/** For metrics. `deferred`: handed back without a request, because the quota is used up; null: no answer came. */
export type OnAnswer = (facts: { readonly lane: Lane; readonly method: string; readonly status: number | 'deferred' | null }) => void;

/** The moment to begin has passed; nothing was sent. */
export class CallTooLate extends Error {
  override readonly name = 'CallTooLate';
}

export function createCaller(options: {
  readonly credentials: CredentialProvider;
  readonly baseUrl: string;
  readonly organization: string;
  readonly limiter: Limiter;
  readonly log: Logger;
  readonly now: () => Millis;
  readonly onAnswer?: OnAnswer;
}): Call {
  const { limiter, now, onAnswer, credentials } = options;
  const base = options.baseUrl.replace(/\/+$/, '');
  const log = options.log.child({ organization: options.organization });
  return async (doing, { lane, method, path, body, headers, notAfter, as = null }) => {
    // Before the limiter: a token of the quota is not spent on waiting for one of the other kind.
    const credential = await credentials.ready(as).catch(orTrouble);
    if (isTrouble(credential)) return { kind: 'no-credential', trouble: credential };
    const task = async (signal: AbortSignal): Promise<HttpOutcome> => {
      if (notAfter !== undefined && now() > notAfter) throw new CallTooLate(doing);
      const token = credential.token();
      if (token === null) return { kind: 'no-credential', trouble: REFUSED_MEANWHILE };
      const request = { method, url: base + path, token, body, signal, ...(headers && { headers }) };
      const answer = await send(request, { limiter: as === null ? limiter : organizationOnly(limiter), now });
      return answer.kind === 'answered' && answer.status === 401 ? { ...answer, renewed: credential.refused(token) } : answer;
    };
    const outcome = await limiter.run(lane, task).catch((error: unknown) => {
      if (isTrouble(error, 'not-sent')) onAnswer?.({ lane, method, status: 'deferred' });
      throw error;
    });
    const status = outcome.kind === 'answered' ? outcome.status : null;
    onAnswer?.({ lane, method, status });
    log.debug({ doing, lane, method, status, requestId: outcome.kind === 'answered' ? outcome.requestId : null }, 'asked buildkite');
    return outcome;
  };
}

/** The answer of a 2xx. Throws `Trouble` otherwise. */
export function expectSuccess(outcome: HttpOutcome, doing: string): Extract<HttpOutcome, { kind: 'answered' }> {
  const trouble = (kind: TroubleKind, found: string, more: { status?: number; retryAfterMs?: number | null; cause?: unknown } = {}): Trouble =>
    new Trouble({ source: 'buildkite', kind, doing, found, ...more });
  if (outcome.kind === 'no-credential')
    throw trouble(outcome.trouble.kind === 'invalid' ? 'invalid' : 'unavailable', outcome.trouble.message, again(outcome.trouble));
  if (outcome.kind === 'refused-to-connect') throw trouble('not-sent', outcome.found, { cause: outcome.cause });
  if (outcome.kind === 'broken') throw trouble('unavailable', outcome.found, { cause: outcome.cause });
  const { status } = outcome;
  if (status >= 200 && status < 300) return outcome;
  // With another token the same may go well: once, since a token that is refused after that is not replaced again at once.
  if (outcome.renewed === true)
    throw trouble('unavailable', 'buildkite answered 401; the token was replaced', { status, retryAfterMs: RENEWED_RETRY_MS });
  throw trouble(kindOf(status), `buildkite answered ${status} ${answerText(outcome)}`.trim(), { status, retryAfterMs: outcome.retryAfterMs });
}

/** The answer of a 2xx in the expected shape. Throws `Trouble`; an unreadable one is `unavailable`: proxies answer HTML with status 200 as well. */
export function decoded<T>(schema: z.ZodType<T>, outcome: HttpOutcome, doing: string): T {
  const { status, text } = expectSuccess(outcome, doing);
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const found = `buildkite gave an unreadable answer with status ${status}`;
  throw new Trouble({ source: 'buildkite', kind: 'unavailable', doing, found, status, cause: parsed.error });
}

/** 404 texts of a pipeline or an organization that is not there, or that our token may not see any more. */
const OUT_OF_SIGHT = /no (?:pipeline|organization) found/i;

/** A build that was asked for by its address. Throws `Trouble`: `not-found` only where it is the build that is gone, which may not be said of one that runs. */
export function decodedBuild(outcome: HttpOutcome, doing: string): Build {
  if (outcome.kind === 'answered' && outcome.status === 404 && OUT_OF_SIGHT.test(answerText(outcome))) {
    const found = `buildkite answered 404 ${answerText(outcome)}: perhaps the token may not see it any more`;
    throw new Trouble({ source: 'buildkite', kind: 'unavailable', doing, found, status: 404 });
  }
  return decoded(Build, outcome, doing);
}

const RENEWED_RETRY_MS = 500;
const REFUSED_MEANWHILE = new Trouble({
  source: 'buildkite',
  kind: 'unavailable',
  doing: 'waiting for quota',
  found: 'the token was refused meanwhile, and is being replaced',
  retryAfterMs: RENEWED_RETRY_MS,
});

const again = (trouble: Trouble): { retryAfterMs: number | null; cause: Trouble } => ({ retryAfterMs: trouble.retryAfterMs, cause: trouble });

function orTrouble(error: unknown): Trouble {
  if (isTrouble(error)) return error;
  throw error;
}

/** What the headers say of a user is about whom we acted as, whose quota is not ours. */
function organizationOnly(limiter: Pick<Limiter, 'observe'>): Pick<Limiter, 'observe'> {
  return {
    observe: (answer) => {
      const rest = withoutUser(answer);
      if (rest !== null) limiter.observe(rest);
    },
  };
}

function kindOf(status: number): TroubleKind {
  if (status === 401) return 'unauthorised';
  if (status === 404 || status === 410) return 'not-found';
  if (status === 429) return 'rate-limited';
  return status >= 400 && status < 500 && status !== 408 ? 'invalid' : 'unavailable';
}
