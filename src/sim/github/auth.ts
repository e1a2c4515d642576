// Who is asking: the app itself (a JSON web token signed with its key) or one installation (a `ghs_` token).
import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { jsonObject } from '../json.ts';
import { ApiError } from './responses.ts';
import type { GithubState, Permissions, SimInstallation, SimToken } from './state.ts';

const MAX_JWT_SECONDS = 600;
/** GitHub forgives clocks that are a little ahead. */
const SKEW_SECONDS = 60;
const TOKEN_LIFE_MS = 3_600_000;

export function bearerOf(authorization: string | undefined): string | null {
  return /^(?:bearer|token)\s+(\S+)$/i.exec(authorization ?? '')?.[1] ?? null;
}

/** Throws the `ApiError` with which GitHub refuses a web token of the app. */
export function verifyAppJwt(state: GithubState, publicKeyPem: string, authorization: string | undefined): void {
  const bearer = bearerOf(authorization);
  const [header = '', payload = '', signature = ''] = bearer?.split('.') ?? [];
  const claims = decodePart(payload);
  if (claims === null || decodePart(header)?.['alg'] !== 'RS256') throw new ApiError(401, 'A JSON web token could not be decoded');
  const { iss, iat, exp } = claims;
  if (String(iss) !== String(state.app.id) && iss !== state.app.clientId) throw new ApiError(404, 'Integration not found');
  const isSigned = verify('RSA-SHA256', Buffer.from(`${header}.${payload}`), createPublicKey(publicKeyPem), Buffer.from(signature, 'base64url'));
  if (!isSigned) throw new ApiError(401, 'A JSON web token could not be decoded');
  const now = state.now() / 1000;
  if (typeof exp !== 'number' || exp <= now)
    throw new ApiError(401, "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires");
  if (exp > now + MAX_JWT_SECONDS + SKEW_SECONDS) throw new ApiError(401, "'Expiration time' claim ('exp') is too far in the future");
  if (typeof iat !== 'number' || iat > now + SKEW_SECONDS)
    throw new ApiError(401, "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued");
}

function decodePart(part: string): Readonly<Record<string, unknown>> | null {
  return jsonObject(Buffer.from(part, 'base64url').toString('utf8'));
}

export function issueToken(
  state: GithubState,
  installation: SimInstallation,
  scope: { readonly permissions: Permissions; readonly repositories: readonly number[] | null },
): SimToken {
  const token = `ghs_${randomBytes(18).toString('hex')}`;
  const issued = { token, installation: installation.id, ...scope, expiresAt: state.now() + TOKEN_LIFE_MS };
  state.tokens.set(token, issued);
  return issued;
}

/** Throws 401 for none, unknown or expired, 403 for an installation that was suspended. */
export function verifyToken(state: GithubState, authorization: string | undefined): SimToken {
  const bearer = bearerOf(authorization);
  if (bearer === null) throw new ApiError(401, 'Requires authentication');
  const token = state.tokens.get(bearer);
  const installation = token === undefined ? undefined : state.installations.get(token.installation);
  if (token === undefined || installation === undefined || token.expiresAt <= state.now()) throw new ApiError(401, 'Bad credentials');
  if (installation.suspendedAt !== null) throw new ApiError(403, 'This installation has been suspended');
  return token;
}
