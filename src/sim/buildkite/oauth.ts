// `POST /oauth/token`: token exchange (RFC 8693) for OAuth applications, client credentials for workload identities. Written from Buildkite's
// documentation; assertions are verified here by hand, with nothing of what the client signs them with.
import { createPublicKey, randomBytes, verify, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { SimRequest, SimResponse, SimRoutes } from '../http.ts';
import { jsonObject } from '../json.ts';
import { matchesWildcard } from './patterns.ts';
import { uuid7, type SimState, type SimUser } from './state.ts';

/** A key of a client, as its JWKS has it: with its `kid`. */
export type SimJwk = JsonWebKey & { readonly kid: string };

export interface OauthApplication {
  readonly clientId: string;
  /** Read for every request: a test may rotate them. */
  readonly keys: () => readonly SimJwk[];
  /** That tokens may be given. */
  readonly scopes: readonly string[];
  /** Every assertion must carry a `jti`; no unless said. */
  readonly requiresJti?: boolean;
}

export interface WorkloadIdentity {
  readonly clientId: string;
  readonly issuer: string;
  readonly keys: () => readonly SimJwk[];
  /** With `*`. */
  readonly subject: string;
  /** Further claims that must be just so. */
  readonly claims?: Readonly<Record<string, string>>;
  readonly scopes: readonly string[];
  /** Slugs; none unless given. */
  readonly pipelines?: readonly string[];
}

export interface OauthSeat {
  addApplication(application: OauthApplication): void;
  addWorkloadIdentity(identity: WorkloadIdentity): void;
  /** Tokens issued from now on live for so long at most. */
  tokensLiveAtMost(seconds: number): void;
  /** Every token that was issued here is unknown (401) from now on. */
  revokeIssued(): void;
  /** Grants as they were answered, oldest first. */
  readonly issued: readonly { readonly at: number; readonly grant: 'exchange' | 'federation'; readonly user: string; readonly expiresInS: number }[];
}

interface Desk {
  readonly state: SimState;
  readonly now: () => number;
  readonly applications: OauthApplication[];
  readonly identities: WorkloadIdentity[];
  readonly usedJtis: Set<string>;
  readonly issued: OauthSeat['issued'][number][];
  readonly secrets: Set<string>;
  lifeMaxS: number;
}

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const SUBJECT_TYPES = ['urn:buildkite:params:oauth:token-type:user-email', 'urn:buildkite:params:oauth:token-type:user-uuid'];
const ASSERTION_LIFE_MAX_S = 300;
const LIFE_S = { least: 30, most: 86_400, usual: 3_600, identity: 900 } as const;

export function createOauth(state: SimState, now: () => number): { readonly routes: SimRoutes; readonly seat: OauthSeat } {
  const desk: Desk = { state, now, applications: [], identities: [], usedJtis: new Set(), issued: [], secrets: new Set(), lifeMaxS: LIFE_S.most };
  return {
    routes: { 'POST /oauth/token': (request) => answer(desk, request) },
    seat: {
      addApplication: (application) => void desk.applications.push(application),
      addWorkloadIdentity: (identity) => void desk.identities.push(identity),
      tokensLiveAtMost: (seconds) => void (desk.lifeMaxS = seconds),
      revokeIssued: () => {
        const kept = state.tokens.filter(({ secret }) => !desk.secrets.has(secret));
        state.tokens.splice(0, state.tokens.length, ...kept);
      },
      issued: desk.issued,
    },
  };
}

/** RFC 6749 §5.2. */
class OauthError extends Error {
  readonly response: SimResponse;
  constructor(error: string, description: string) {
    super(error);
    this.response = { status: error === 'invalid_client' ? 401 : 400, body: { error, error_description: description } };
  }
}

function answer(desk: Desk, request: SimRequest): SimResponse {
  const form = new URLSearchParams(request.rawBody.toString('utf8'));
  try {
    const url = `${request.base}/oauth/token`;
    switch (form.get('grant_type')) {
      case EXCHANGE:
        return exchange(desk, form, url);
      case 'client_credentials':
        return federate(desk, form, url);
      default:
        throw new OauthError('unsupported_grant_type', 'Unsupported grant type');
    }
  } catch (error) {
    if (error instanceof OauthError) return error.response;
    throw error;
  }
}

function exchange(desk: Desk, form: URLSearchParams, url: string): SimResponse {
  const { claims, client } = authenticated(form, (id) => desk.applications.find(({ clientId }) => clientId === id) ?? null, 'iss');
  checkOwnAssertion(desk, claims, client, url);
  if (form.get('audience') !== desk.state.organization.slug && form.get('audience') !== desk.state.organization.id)
    throw new OauthError('invalid_target', 'Invalid audience organization');
  if (!SUBJECT_TYPES.includes(form.get('subject_token_type') ?? '')) throw new OauthError('invalid_request', 'Invalid subject_token_type');
  const subject = form.get('subject_token') ?? '';
  const user = desk.state.users.find(({ email, id }) => email === subject || id === subject);
  if (user === undefined) throw new OauthError('invalid_request', 'Subject user must be an active member of the organization');
  const scopes = scopesFor(form, client.scopes);
  const wanted = Number(form.get('expires_in') ?? LIFE_S.usual);
  if (!Number.isInteger(wanted) || wanted < LIFE_S.least || wanted > LIFE_S.most) throw new OauthError('invalid_request', 'Invalid expires_in');
  if (typeof claims['jti'] === 'string') desk.usedJtis.add(claims['jti']);
  return issue(desk, { grant: 'exchange', user, scopes, expiresInS: Math.min(wanted, desk.lifeMaxS) });
}

function scopesFor(form: URLSearchParams, grantable: readonly string[]): readonly string[] {
  const asked = (form.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
  if (asked.some((scope) => !grantable.includes(scope))) throw new OauthError('invalid_scope', 'Requested scopes exceed grantable scopes');
  return asked.length > 0 ? asked : grantable;
}

function federate(desk: Desk, form: URLSearchParams, url: string): SimResponse {
  const { claims, client } = authenticated(
    form,
    () => desk.identities.find(({ clientId }) => clientId === form.get('client_id')) ?? null,
    'client_id',
  );
  checkTimes(claims, desk.now());
  if (claims['iss'] !== client.issuer) throw new OauthError('invalid_client', 'JWT `iss` claim is invalid');
  if (![claims['aud']].flat().includes(url)) throw new OauthError('invalid_client', 'JWT `aud` claim is invalid');
  if (!matchesWildcard(client.subject, String(claims['sub']))) throw new OauthError('invalid_client', 'JWT `sub` claim is invalid');
  for (const [name, value] of Object.entries(client.claims ?? {}))
    if (claims[name] !== value) throw new OauthError('invalid_client', `JWT \`${name}\` claim is invalid`);
  const user = { id: uuid7(desk.now()), name: client.clientId, email: `${client.clientId}@workload-identity.invalid`, createdAt: desk.now() };
  const expiresInS = Math.min(LIFE_S.identity, desk.lifeMaxS);
  return issue(desk, { grant: 'federation', user, scopes: client.scopes, expiresInS, pipelines: client.pipelines ?? [] });
}

function issue(
  desk: Desk,
  token: {
    readonly grant: 'exchange' | 'federation';
    readonly user: SimUser;
    readonly scopes: readonly string[];
    readonly expiresInS: number;
    readonly pipelines?: readonly string[];
  },
): SimResponse {
  const { grant, user, scopes, expiresInS, pipelines } = token;
  const at = desk.now();
  const secret = `bktx_${randomBytes(20).toString('hex')}`;
  desk.secrets.add(secret);
  desk.state.tokens.push({
    id: uuid7(at),
    secret,
    user,
    scopes,
    description: grant,
    createdAt: at,
    expiresAt: at + expiresInS * 1_000,
    ...(pipelines === undefined ? {} : { pipelines }),
  });
  desk.issued.push({ at, grant, user: user.email, expiresInS });
  const body = {
    access_token: secret,
    issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    token_type: 'Bearer',
    expires_in: expiresInS,
    scope: scopes.join(' '),
  };
  return { status: 200, headers: { 'cache-control': 'no-store' }, body };
}

type Claims = Readonly<Record<string, unknown>>;

/** The client whose assertion this is, and what it says. `by`: where the client is named. */
function authenticated<Client extends { readonly keys: () => readonly SimJwk[] }>(
  form: URLSearchParams,
  find: (name: string) => Client | null,
  by: 'iss' | 'client_id',
): { readonly claims: Claims; readonly client: Client } {
  if (form.get('client_assertion_type') !== JWT_BEARER) throw new OauthError('invalid_client', 'Invalid client assertion type');
  const [header, payload, signature, more] = (form.get('client_assertion') ?? '').split('.');
  if (header === undefined || payload === undefined || signature === undefined || more !== undefined)
    throw new OauthError('invalid_client', 'Invalid JWT');
  const [head, claims] = [decode(header), decode(payload)];
  const name = claims[by];
  const client = find(typeof name === 'string' ? name : '');
  if (client === null) throw new OauthError('invalid_client', 'Unknown client');
  const keys = client.keys();
  const named = keys.filter(({ kid }) => kid === head['kid']);
  const isSigned = (named.length > 0 ? named : keys).some((key) =>
    verified({ alg: head['alg'], key: createPublicKey({ key, format: 'jwk' }), signed: `${header}.${payload}`, signature }),
  );
  if (!isSigned) throw new OauthError('invalid_client', 'Invalid client assertion signature');
  return { claims, client };
}

function verified({
  alg,
  key,
  signed,
  signature,
}: {
  readonly alg: unknown;
  readonly key: KeyObject;
  readonly signed: string;
  readonly signature: string;
}): boolean {
  const bytes = Buffer.from(signature, 'base64url');
  if (alg === 'RS256' && key.asymmetricKeyType === 'rsa') return verify('sha256', Buffer.from(signed), key, bytes);
  if (alg === 'ES256' && key.asymmetricKeyType === 'ec') return verify('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }, bytes);
  return false;
}

function checkOwnAssertion(desk: Desk, claims: Claims, { requiresJti = false }: OauthApplication, url: string): void {
  if (claims['sub'] !== claims['iss']) throw new OauthError('invalid_client', 'JWT `sub` claim is invalid');
  if (claims['aud'] !== url) throw new OauthError('invalid_client', 'JWT `aud` claim is invalid');
  const { iat, exp } = checkTimes(claims, desk.now());
  if (exp - iat > ASSERTION_LIFE_MAX_S) throw new OauthError('invalid_client', 'JWT `exp` claim must be within 5 minutes of `iat`');
  const { jti } = claims;
  if (jti === undefined && requiresJti) throw new OauthError('invalid_client', 'JWT must contain a `jti` claim');
  if (typeof jti === 'string' && desk.usedJtis.has(jti)) throw new OauthError('invalid_client', 'JWT has already been used (jti)');
}

function checkTimes(claims: Claims, now: number): { readonly iat: number; readonly exp: number } {
  const [iat, exp] = [Number(claims['iat'] ?? 0), Number(claims['exp'])];
  if (!(exp * 1_000 > now)) throw new OauthError('invalid_client', 'JWT `exp` claim must be in the future');
  return { iat, exp };
}

function decode(part: string): Claims {
  const claims = jsonObject(Buffer.from(part, 'base64url').toString('utf8'));
  if (claims === null) throw new OauthError('invalid_client', 'Invalid JWT');
  return claims;
}
