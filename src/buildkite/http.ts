// One HTTP request to Buildkite and what became of it. No retries, no redirects, no judgement about what the caller wanted.
import { parseJson } from '../parse-json.ts';
import type { Limiter } from './limiter.ts';
import { scrubSecrets } from '../scrub.ts';
import type { Trouble } from '../trouble.ts';
import type { Millis } from '../../workflows/vocabulary.ts';
import { type Answer, pauseAfterRefusal } from './quota.ts';
import { ErrorBody } from './schema.ts';

const BODY_MAX_BYTES = 32 << 20;
const ERROR_TEXT_MAX = 512;

export interface HttpRequest {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly url: string;
  readonly token: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal: AbortSignal;
}

/**
 * - `answered`: a whole response. `refused-to-connect`: proven that nothing was sent.
 * - `broken`: the request may have arrived, but no whole answer came back.
 * - `no-credential`: there was no token to send it with, so nothing was sent.
 */
export type HttpOutcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly text: string;
      readonly error: ErrorBody | null;
      /** After a 429: when its quota is filled again. */
      readonly retryAfterMs: number | null;
      /** What Buildkite's support asks for. */
      readonly requestId: string | null;
      /** After a 401: the next request has another token. */
      readonly renewed?: boolean;
    }
  | { readonly kind: 'no-credential'; readonly trouble: Trouble }
  | { readonly kind: 'refused-to-connect'; readonly found: string; readonly cause: unknown }
  | { readonly kind: 'broken'; readonly found: string; readonly cause: unknown };

/** Tells the limiter about every response, also about one whose body breaks off. */
export async function send(
  request: HttpRequest,
  world: { readonly limiter: Pick<Limiter, 'observe'>; readonly now: () => Millis },
): Promise<HttpOutcome> {
  let response: Response;
  try {
    response = await fetch(request.url, requestInit(request));
  } catch (error) {
    const found = request.signal.aborted ? 'no answer in time' : `no answer (${codesOf(error).join(', ') || 'connection failed'})`;
    return { kind: isBeforeSend(error) ? 'refused-to-connect' : 'broken', found, cause: error };
  }
  const body = await readCapped(response, BODY_MAX_BYTES).catch((cause: unknown) => ({ cause }));
  const text = typeof body === 'string' ? body : '';
  const error = response.ok ? null : errorBodyOf(text);
  const { status, headers } = response;
  const answer: Answer = { status, headers, refusal: { scope: error?.scope ?? null, resetMs: error?.reset == null ? null : error.reset * 1000 } };
  world.limiter.observe(answer);
  if (typeof body !== 'string') return { kind: 'broken', found: `an answer with status ${status} that broke off`, cause: body.cause };
  const retryAfterMs = status === 429 ? pauseAfterRefusal(answer, world.now()) - world.now() : null;
  return { kind: 'answered', status, text, error, retryAfterMs, requestId: headers.get('x-request-id') };
}

function requestInit(request: HttpRequest): RequestInit {
  const hasBody = request.body !== undefined;
  return {
    method: request.method,
    redirect: 'error',
    signal: request.signal,
    headers: {
      accept: 'application/json',
      ...(hasBody ? { 'content-type': 'application/json' } : {}),
      ...request.headers,
      authorization: `Bearer ${request.token}`,
      'user-agent': 'countersign',
    },
    ...(hasBody ? { body: JSON.stringify(request.body) } : {}),
  };
}

/** What Buildkite said, for people: its message and fields, or the first of the text; HTML of a proxy says nothing. */
export function answerText(answer: { readonly text: string; readonly error: ErrorBody | null }): string {
  const fields = (answer.error?.errors ?? []).map(({ field, code }) => [field, code].filter(Boolean).join(': ')).filter((text) => text !== '');
  const message = answer.error?.message ?? (/^\s*</.test(answer.text) ? '' : answer.text);
  const whole = fields.length === 0 ? message : `${message} (${fields.join(', ')})`;
  return scrubSecrets(whole).replaceAll(/\s+/g, ' ').trim().slice(0, ERROR_TEXT_MAX);
}

function errorBodyOf(text: string): ErrorBody | null {
  const parsed = ErrorBody.safeParse(parseJson(text));
  return parsed.success ? parsed.data : null;
}

/** The body as text. Throws when it is larger, or breaks off. */
export async function readCapped(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new Error('the answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

// Before a connection (and its certificate) is accepted no byte of the request is written. A reset or a protocol error is not in this
// list: they happen after sending as well.
const BEFORE_SEND = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** Several addresses of one host are tried one after the other: all of them must have failed before sending. */
function isBeforeSend(error: unknown): boolean {
  const codes = codesOf(error);
  return codes.length > 0 && codes.every((code) => BEFORE_SEND.has(code));
}

/** The codes of the innermost causes: undici says only `fetch failed` and keeps the reason in `cause`, several in an AggregateError. */
function codesOf(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 5) return [];
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.flatMap((one) => orUnknown(codesOf(one, depth + 1)));
  const inner = codesOf(error.cause, depth + 1);
  if (inner.length > 0) return inner;
  return 'code' in error && typeof error.code === 'string' ? [error.code] : [];
}

const orUnknown = (codes: string[]): string[] => (codes.length === 0 ? ['unknown'] : codes);
