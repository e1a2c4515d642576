// The issuer of tokens for jobs: discovery, keys that can be rotated, and tokens with the claims that Buildkite documents
// (buildkite.com/docs/agent/cli/reference/oidc). Signed with Node's own crypto: it shares no code with whoever verifies.
import { generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import type { SimRoutes } from '../http.ts';
import type { Engine } from './engine.ts';
import type { SimBuild, SimJob } from './state.ts';

export type OidcAlgorithm = 'RS256' | 'ES256';

/** What a job asks for. */
export interface TokenWish {
  readonly audience?: string;
  /** Seconds; 300 unless given, 7200 at most. */
  readonly lifetime?: number;
  /** Optional claims to add: `organization_id`, `pipeline_id`, `build_id` … */
  readonly claims?: readonly string[];
  /** Makes this claim the whole subject. */
  readonly subjectClaim?: string;
}

export type Claims = Readonly<Record<string, unknown>>;

export interface OidcIssuer {
  readonly routes: SimRoutes;
  /** The token of a job. Throws with Buildkite's words when the wish is not allowed. */
  tokenOf(build: SimBuild, job: SimJob, wish?: TokenWish): string;
  claimsOf(build: SimBuild, job: SimJob, wish?: TokenWish): Claims;
  /** Any claims, genuinely signed. */
  sign(claims: Claims): string;
  /** Signs with this from now on; RS256 at first. */
  use(algorithm: OidcAlgorithm): void;
  /** New keys sign from now on. `overlap`: the old ones are still published, until the next rotation. */
  rotate(how: { readonly overlap: boolean }): void;
}

interface Key {
  readonly kid: string;
  readonly algorithm: OidcAlgorithm;
  readonly secret: KeyObject;
  readonly jwk: Readonly<Record<string, unknown>>;
}

const LIFE_S = 300;
const LIFE_MAX_S = 7_200;
const OPTIONAL = ['organization_id', 'pipeline_id', 'build_id', 'cluster_id', 'cluster_name', 'queue_id', 'queue_key'];
const SUBJECTS = ['organization_id', 'pipeline_id', 'cluster_id', 'queue_id', 'build_id', 'job_id', 'agent_id'];

export function createOidcIssuer(engine: Engine, base: () => string): OidcIssuer {
  // Made when they are first needed: keys for RSA take a tenth of a second.
  let keys: readonly Key[] | null = null;
  let old: readonly Key[] = [];
  const present = (): readonly Key[] => (keys ??= newKeys());
  let algorithm: OidcAlgorithm = 'RS256';
  const signed = (claims: Claims): string => {
    const key = present().find((one) => one.algorithm === algorithm);
    if (key === undefined) throw new Error(`no key for ${algorithm}`);
    return jwt(key, claims);
  };
  const claimsOf: OidcIssuer['claimsOf'] = (build, job, wish = {}) => claimsOfJob({ engine, issuer: base(), build, job, wish });
  return {
    routes: {
      'GET /.well-known/openid-configuration': ({ base: issuer }) => ({
        status: 200,
        body: {
          issuer,
          jwks_uri: `${issuer}/.well-known/jwks`,
          scopes_supported: ['openid'],
          response_types_supported: ['id_token'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256', 'ES256'],
        },
      }),
      'GET /.well-known/jwks': () => ({ status: 200, body: { keys: [...present(), ...old].map(({ jwk }) => jwk) } }),
    },
    claimsOf,
    tokenOf: (build, job, wish) => signed(claimsOf(build, job, wish)),
    sign: signed,
    use: (chosen) => void (algorithm = chosen),
    rotate: ({ overlap }) => {
      old = overlap ? present() : [];
      keys = newKeys();
    },
  };
}

function newKeys(): readonly Key[] {
  const pairs = [
    ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ] as const;
  return pairs.map(([algorithm, { privateKey, publicKey }]) => {
    const kid = randomUUID();
    return { kid, algorithm, secret: privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' } };
  });
}

function jwt({ kid, algorithm, secret }: Key, claims: Claims): string {
  const text = [{ alg: algorithm, typ: 'JWT', kid }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const signature = sign('sha256', Buffer.from(text), algorithm === 'ES256' ? { key: secret, dsaEncoding: 'ieee-p1363' } : secret);
  return `${text}.${signature.toString('base64url')}`;
}

function claimsOfJob(given: { engine: Engine; issuer: string; build: SimBuild; job: SimJob; wish: TokenWish }): Claims {
  const { engine, issuer, build, job, wish } = given;
  const { organization } = engine.state;
  const { pipeline, branch, commit, number } = build;
  const lifetime = wish.lifetime ?? LIFE_S;
  if (lifetime > LIFE_MAX_S) throw new Error(`lifetime must be at most ${LIFE_MAX_S} seconds`);
  const unknown = (wish.claims ?? []).find((name) => !OPTIONAL.includes(name) && !name.startsWith('agent_tag:'));
  if (unknown !== undefined) throw new Error(`claim ${unknown} is not supported`);
  const now = Math.floor(engine.clock.now() / 1000);
  const step = job.step.type === 'wait' ? null : (job.step.key ?? null);
  const ids: Claims = {
    organization_id: organization.id,
    pipeline_id: pipeline.id,
    build_id: build.id,
    job_id: job.id,
    agent_id: '0190-simulated-agent',
    cluster_id: null,
    cluster_name: null,
    queue_id: null,
    queue_key: 'default',
  };
  if (wish.subjectClaim !== undefined && !SUBJECTS.includes(wish.subjectClaim))
    throw new Error(`subject claim ${wish.subjectClaim} is not supported`);
  const subject = `organization:${organization.slug}:pipeline:${pipeline.slug}:ref:refs/heads/${branch}:commit:${commit}:step:${step ?? ''}`;
  return {
    iss: issuer,
    sub: wish.subjectClaim === undefined ? subject : ids[wish.subjectClaim],
    aud: wish.audience ?? `https://buildkite.com/${organization.slug}`,
    iat: now,
    nbf: now,
    exp: now + lifetime,
    organization_slug: organization.slug,
    pipeline_slug: pipeline.slug,
    build_number: number,
    build_branch: branch,
    build_commit: commit,
    step_key: step,
    job_id: job.id,
    agent_id: ids['agent_id'],
    build_source: build.source,
    runner_environment: 'self-hosted',
    ...Object.fromEntries((wish.claims ?? []).map((name) => [name, ids[name] ?? null])),
  };
}
