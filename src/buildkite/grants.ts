// Short-lived tokens of Buildkite's: OAuth token exchange (RFC 8693), for which we sign, and workload identity federation, for which somebody
// we run with signs (a Kubernetes service account, a cloud, an identity provider). Buildkite's documentation of `/oauth/token`.
import { createPrivateKey, randomUUID, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { scrubSecrets } from '../scrub.ts';
import { Trouble, type TroubleKind } from '../trouble.ts';
import type { Millis } from '../../workflows/vocabulary.ts';
import { parseJson } from '../parse-json.ts';
import { GETTING, type ActsAs, type Mint, type Minted } from './credentials.ts';
import { readCapped } from './http.ts';
import { TokenAnswer, TokenRefusal } from './schema.ts';

const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const SUBJECT = { email: 'urn:buildkite:params:oauth:token-type:user-email', uuid: 'urn:buildkite:params:oauth:token-type:user-uuid' } as const;
/** Both in seconds. An assertion may live for five minutes at most; ours is used at once. */
const LIFE_S = { assertion: 60, bot: 900, person: 60 } as const;
/** In the name of whoever approves a build is created or unblocked, and nothing else is done. The bot's are those of the application. */
const SCOPE_OF_PERSON = 'write_builds';
const REQUEST_TIMEOUT_MS = 5_000;
const ANSWER_MAX_BYTES = 65_536;
const TEXT_MAX = 200;

interface Endpoint {
  /** `https://buildkite.com/oauth/token`; also the audience of what we sign. */
  readonly url: string;
  readonly clientId: string;
  readonly now: () => Millis;
}

/** Token exchange as `subject` (the bot's user), or as whoever is acted for. The key is read for every token: its file may change. */
export function tokenExchange(
  options: Endpoint & {
    /** PEM, RSA or P-256. */
    readonly privateKey: () => string;
    /** null: Buildkite tries all keys of the client. */
    readonly keyId: string | null;
    readonly subject: string;
    readonly organization: string;
  },
): Mint {
  const { url, clientId, now, keyId } = options;
  return async (as: ActsAs) => {
    const subject = as ?? options.subject;
    return requestToken(options, {
      grant_type: EXCHANGE,
      client_assertion_type: ASSERTION,
      client_assertion: await signAssertion({ key: createPrivateKey(options.privateKey()), keyId, clientId, audience: url, now: now() }),
      subject_token: subject,
      subject_token_type: subject.includes('@') ? SUBJECT.email : SUBJECT.uuid,
      audience: options.organization,
      ...(as === null ? {} : { scope: SCOPE_OF_PERSON }),
      expires_in: String(as === null ? LIFE_S.bot : LIFE_S.person),
    });
  };
}

/** Workload identity federation. `assertion`: an OIDC token, read for every token of ours: whoever issues it replaces it on their own. */
export function workloadIdentity(options: Endpoint & { readonly assertion: () => string }): Mint {
  return async (as) => {
    if (as !== null) throw trouble('invalid', `a workload identity can't act as ${as}; only a token exchange can`);
    return requestToken(options, {
      grant_type: 'client_credentials',
      client_id: options.clientId,
      client_assertion_type: ASSERTION,
      client_assertion: options.assertion(),
    });
  };
}

function signAssertion(what: {
  readonly key: KeyObject;
  readonly keyId: string | null;
  readonly clientId: string;
  readonly audience: string;
  readonly now: Millis;
}): Promise<string> {
  const at = Math.floor(what.now / 1_000);
  return new SignJWT({ iss: what.clientId, sub: what.clientId, aud: what.audience, iat: at, exp: at + LIFE_S.assertion, jti: randomUUID() })
    .setProtectedHeader({ alg: what.key.asymmetricKeyType === 'ec' ? 'ES256' : 'RS256', ...(what.keyId === null ? {} : { kid: what.keyId }) })
    .sign(what.key);
}

/** One request, never repeated here. Throws `Trouble`: `invalid` when it is about the person, `unauthorised` when it is about us. */
async function requestToken({ url, now }: Endpoint, form: Readonly<Record<string, string>>): Promise<Minted> {
  const from = now();
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'error',
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    headers: { accept: 'application/json', 'user-agent': 'countersign' },
    body: new URLSearchParams(form),
  }).catch((cause: unknown) => {
    throw trouble('unavailable', 'no answer', { cause });
  });
  const body = parseJson(await readCapped(response, ANSWER_MAX_BYTES).catch(() => ''));
  if (!response.ok) throw refusalOf(response, body);
  const answer = TokenAnswer.safeParse(body);
  if (!answer.success) throw trouble('unavailable', `an unreadable answer with status ${response.status}`, { cause: answer.error });
  // From before the request on: its clock began to run on the way.
  return { token: answer.data.access_token, expiresAt: from + answer.data.expires_in * 1_000 };
}

function refusalOf({ status, headers }: Response, body: unknown): Trouble {
  const refusal = TokenRefusal.safeParse(body);
  const { error, error_description: description } = refusal.success ? refusal.data : { error: null, error_description: null };
  const words = [error, description].filter((word) => word != null && word !== '').join(': ');
  const found = `buildkite answered ${status} ${scrubSecrets(words).replaceAll(/\s+/g, ' ').slice(0, TEXT_MAX)}`.trim();
  if (status === 429) return trouble('rate-limited', found, { status, retryAfterMs: secondsIn(headers.get('retry-after')) });
  if (status >= 500 || status === 408) return trouble('unavailable', found, { status });
  return trouble(error === 'invalid_request' && /subject|user/i.test(description ?? '') ? 'invalid' : 'unauthorised', found, { status });
}

function secondsIn(text: string | null): Millis | null {
  return text !== null && /^\d{1,4}$/.test(text) ? Number(text) * 1_000 : null;
}

function trouble(kind: TroubleKind, found: string, more: { status?: number; retryAfterMs?: Millis | null; cause?: unknown } = {}): Trouble {
  return new Trouble({ source: 'buildkite', kind, doing: GETTING, found, ...more });
}
