// Tokens that Buildkite signs for its jobs (`buildkite-agent oidc request-token`): whether one is genuine, and what it says.
// https://buildkite.com/docs/agent/cli/reference/oidc
import { createRemoteJWKSet, customFetch, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { BuildToken } from '../../workflows/attest-contract.ts';
import type { Millis } from '../../workflows/vocabulary.ts';
import { Trouble } from '../trouble.ts';
import { readCapped } from './http.ts';
import { JobToken, OidcDiscovery } from './schema.ts';

/** Public, like the codes of `NotAttested`. */
export type BadToken = 'no-token' | 'bad-token' | 'token-expired' | 'other-audience';
export type VerifiedToken = { readonly kind: 'genuine'; readonly token: BuildToken } | { readonly kind: 'bad'; readonly why: BadToken };

export interface TokenVerifier {
  /** Throws `Trouble` (buildkite, unavailable) while it can't be told: the issuer's keys can't be read, or were asked for too often. */
  verify(jwt: string): Promise<VerifiedToken>;
}

/** Whoever was removed from the issuer's keys is believed for so long at most; so long the issuer may be away. */
const KEYS_KEPT_MS = 300_000;
/** Tokens of unknown keys make us ask the issuer; not more often than this, however many come. */
const ASKS_MAX = 2;
const ASKS_WINDOW_MS = 30_000;
const ASK_TIMEOUT_MS = 5_000;
const KEYS_MAX_BYTES = 256 << 10;
/** The longest life that Buildkite grants. */
const LIFE_MAX_S = 7_200;
const CLOCK_SKEW_S = 5;
const ALGORITHMS = ['RS256', 'ES256'];

export function createTokenVerifier(options: {
  /** `BUILDKITE_OIDC_ISSUER`, without a slash at its end. */
  readonly issuer: string;
  /** Our own address. Any other audience is somebody else's token. */
  readonly audience: string;
  readonly now: () => Millis;
}): TokenVerifier {
  const { issuer, audience, now } = options;
  const keys = createKeys(issuer, now);
  return {
    async verify(jwt) {
      try {
        const { payload } = await jwtVerify(jwt, keys, {
          issuer,
          audience,
          algorithms: ALGORITHMS,
          clockTolerance: CLOCK_SKEW_S,
          maxTokenAge: LIFE_MAX_S,
          requiredClaims: ['exp', 'iat', 'nbf', 'sub', 'aud'],
          currentDate: new Date(now()),
        });
        return read(payload, audience);
      } catch (error) {
        if (error instanceof Trouble) throw error;
        return { kind: 'bad', why: whyBad(error) };
      }
    },
  };
}

function whyBad(error: unknown): BadToken {
  if (error instanceof errors.JWTExpired) return 'token-expired';
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'aud') return 'other-audience';
  // Anything else that jose says is about the token; what is not jose's is a bug of ours.
  if (error instanceof errors.JOSEError) return 'bad-token';
  throw error;
}

function read(payload: JWTPayload, audience: string): VerifiedToken {
  if (payload.aud !== audience) return { kind: 'bad', why: 'other-audience' };
  const claims = JobToken.safeParse(payload).data;
  if (claims === undefined || claims.exp - claims.iat > LIFE_MAX_S) return { kind: 'bad', why: 'bad-token' };
  return {
    kind: 'genuine',
    token: {
      organization: claims.organization_slug,
      organizationId: claims.organization_id ?? null,
      pipeline: claims.pipeline_slug,
      number: claims.build_number,
      buildId: claims.build_id ?? null,
      commit: claims.build_commit,
      branch: claims.build_branch,
      source: claims.build_source,
      job: claims.job_id,
      step: claims.step_key ?? null,
      key: claims.jti ?? `${claims.job_id}@${claims.iat}`,
    },
  };
}

/** The issuer's keys: found by its discovery document, kept for a while, asked for seldom. */
function createKeys(issuer: string, now: () => Millis): JWTVerifyGetKey {
  let discovered: Promise<JWTVerifyGetKey> | null = null;
  const discoveries = allowance(now);
  const asks = allowance(now);
  const discover = async (): Promise<JWTVerifyGetKey> => {
    if (!discoveries()) throw unavailable(issuer, 'it was asked often enough for now');
    const url = new URL(await discoverKeys(issuer));
    return createRemoteJWKSet(url, {
      cacheMaxAge: KEYS_KEPT_MS,
      // Ours is the allowance: it also counts what failed.
      cooldownDuration: 0,
      timeoutDuration: ASK_TIMEOUT_MS,
      [customFetch]: async (address, init) => {
        if (!asks()) throw unavailable(issuer, 'its keys were asked for often enough for now');
        return fetchKeys(issuer, address, init.signal);
      },
    });
  };
  return async (header, jws) => {
    discovered ??= discover().catch((error: unknown) => {
      discovered = null;
      throw error;
    });
    const keys = await discovered;
    try {
      return await keys(header, jws);
    } catch (error) {
      // Keys that are no keys are the issuer's trouble, not the token's.
      if (error instanceof errors.JWKSInvalid || error instanceof errors.JWKSTimeout) throw unavailable(issuer, error.message, error);
      throw error;
    }
  };
}

/** Whether one more is allowed now. */
function allowance(now: () => Millis): () => boolean {
  let spent: readonly Millis[] = [];
  return () => {
    spent = spent.filter((at) => at > now() - ASKS_WINDOW_MS);
    if (spent.length >= ASKS_MAX) return false;
    spent = [...spent, now()];
    return true;
  };
}

async function discoverKeys(issuer: string): Promise<string> {
  const url = `${issuer}/.well-known/openid-configuration`;
  const document = OidcDiscovery.safeParse(await readJson(issuer, url, AbortSignal.timeout(ASK_TIMEOUT_MS))).data;
  // Not a key from anywhere else, whatever the document says.
  const isItsOwn = document?.issuer === issuer && URL.canParse(document.jwks_uri) && new URL(document.jwks_uri).origin === new URL(issuer).origin;
  if (document === undefined || !isItsOwn) throw unavailable(issuer, 'its discovery document is not about itself');
  return document.jwks_uri;
}

async function fetchKeys(issuer: string, url: string, signal: AbortSignal): Promise<Response> {
  return Response.json(await readJson(issuer, url, signal));
}

async function readJson(issuer: string, url: string, signal: AbortSignal): Promise<unknown> {
  try {
    const response = await fetch(url, { redirect: 'error', signal, headers: { accept: 'application/json', 'user-agent': 'countersign' } });
    if (response.status !== 200) throw unavailable(issuer, `it answered ${response.status}`);
    return JSON.parse(await readCapped(response, KEYS_MAX_BYTES));
  } catch (error) {
    if (error instanceof Trouble) throw error;
    throw unavailable(issuer, error instanceof Error ? error.message : 'no answer', error);
  }
}

function unavailable(issuer: string, found: string, cause?: unknown): Trouble {
  return new Trouble({ source: 'buildkite', kind: 'unavailable', doing: `reading the keys of ${issuer}`, found, cause });
}
