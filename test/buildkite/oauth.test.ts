// Our grants against the simulated token endpoint, and what becomes of requests when tokens are refused.
import { generateKeyPairSync } from 'node:crypto';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBuildkite } from '../../src/buildkite/client.ts';
import { mintedCredentials, type CredentialProvider } from '../../src/buildkite/credentials.ts';
import { tokenExchange, workloadIdentity } from '../../src/buildkite/grants.ts';
import { createLimiter, type Limiter } from '../../src/buildkite/limiter.ts';
import { type BuildkiteSim, createBuildkiteSim } from '../../src/sim/buildkite/buildkite-sim.ts';
import type { SimJwk } from '../../src/sim/buildkite/oauth.ts';
import { ORDER } from '../support/build-order.ts';
import { signed } from '../support/jwt.ts';

const LOG = pino({ level: 'silent' });
const BOT = { name: 'Countersign', email: 'bot@acme.test' };
const BEA = { name: 'Bea', email: 'bea@acme.test' };
const SCOPES = ['read_builds', 'write_builds', 'read_build_logs'];
const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = (pair: typeof RSA, kid: string): SimJwk => ({ ...pair.publicKey.export({ format: 'jwk' }), kid });
const pem = (pair: typeof RSA): string => pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

let sim: BuildkiteSim;
let limiter: Limiter;
let keys: SimJwk[];
beforeEach(async () => {
  sim = await createBuildkiteSim({ organization: 'acme' });
  for (const user of [BOT, BEA]) sim.addUser(user);
  sim.addPipeline({ slug: 'api-deploy', steps: [{ type: 'command', label: 'roll out' }] });
  sim.hold('api-deploy');
  keys = [jwk(RSA, 'r1'), jwk(EC, 'e1')];
  sim.oauth.addApplication({ clientId: 'app-countersign', keys: () => keys, scopes: SCOPES, requiresJti: true });
  limiter = createLimiter({ organization: 'acme', now: Date.now, log: LOG, pace: { perWindow: 1_000, windowMs: 1_000, burst: 100 } });
});
afterEach(async () => {
  await limiter.stop();
  await sim.close();
});

const endpoint = () => ({ url: `${sim.url}/oauth/token`, clientId: 'app-countersign', now: Date.now });
type Exchange = Parameters<typeof tokenExchange>[0];
const exchange = (change: Partial<Exchange> = {}) =>
  tokenExchange({ ...endpoint(), privateKey: () => pem(EC), keyId: 'e1', subject: BOT.email, organization: 'acme', ...change });
const minted = (mint = exchange()): CredentialProvider => mintedCredentials({ mint, now: Date.now, log: LOG });
const client = (credentials: CredentialProvider) =>
  createBuildkite({ credentials, organization: 'acme', baseUrl: sim.url, limiter, log: LOG, now: Date.now });
const soon = (): number => Date.now() + 15_000;
const AT = { organization: 'acme', pipeline: 'api-deploy', number: 1 };
const posts = (): number => sim.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/builds')).length;

describe('token exchange', () => {
  it.each([
    ['RS256', RSA, 'r1'],
    ['ES256', EC, 'e1'],
    ['ES256 with a key that is not named', EC, null],
  ])('signs with %s and builds as the bot’s user', async (_, pair, keyId) => {
    const buildkite = client(minted(exchange({ privateKey: () => pem(pair), keyId })));
    expect(await buildkite.createBuild(ORDER, soon())).toMatchObject({ kind: 'created', build: { number: 1 } });
    expect(await buildkite.checkToken()).toMatchObject({ scopes: SCOPES, user: BOT.email });
    expect(sim.oauth.issued).toMatchObject([{ grant: 'exchange', user: BOT.email, expiresInS: 900 }]);
    expect(sim.build('api-deploy', 1).creator.email).toBe(BOT.email);
  });

  it('signs with the new key once its file has changed', async () => {
    let file = pem(EC);
    const mint = exchange({ privateKey: () => file, keyId: null });
    await mint(null);
    keys = [jwk(RSA, 'r1')];
    await expect(mint(null)).rejects.toMatchObject({ kind: 'unauthorised', message: expect.stringContaining('signature') as string });
    file = pem(RSA);
    await expect(mint(null)).resolves.toMatchObject({ token: expect.stringMatching(/^bktx_/) as string });
  });

  it.each<readonly [string, Partial<Exchange>, string, RegExp]>([
    ['a client that Buildkite does not know', { clientId: 'app-other' }, 'unauthorised', /invalid_client/],
    ['a key that is not the client’s', { privateKey: () => pem(generateKeyPairSync('ec', { namedCurve: 'P-256' })) }, 'unauthorised', /signature/],
    ['another organization', { organization: 'umbrella' }, 'unauthorised', /invalid_target/],
    ['a user who has left', { subject: 'gone@acme.test' }, 'invalid', /active member/],
    ['a clock that is an hour behind', { now: () => Date.now() - 3_600_000 }, 'unauthorised', /exp/],
  ])('tells of %s', async (_, change, kind, found) => {
    const trouble: unknown = await exchange(change)(null).catch((error: unknown) => error);
    expect(trouble).toMatchObject({ kind, message: expect.stringMatching(found) as string });
  });

  it('keeps what a proxy says to itself, and never waits long', async () => {
    for (const effect of [
      { kind: 'status', status: 502, body: '<html>' } as const,
      { kind: 'cut' } as const,
      { kind: 'status', status: 200, body: '<html>' } as const,
    ]) {
      sim.fault({ method: 'POST', path: /oauth/, times: 1, effect });
      await expect(exchange()(null)).rejects.toMatchObject({ kind: 'unavailable' });
    }
    sim.fault({ method: 'POST', path: /oauth/, times: 1, effect: { kind: 'status', status: 429, headers: { 'retry-after': '7' } } });
    await expect(exchange()(null)).rejects.toMatchObject({ kind: 'rate-limited', retryAfterMs: 7_000 });
  });
});

describe('acting as an approver', () => {
  it('creates the build in their name, whose quota is not ours', async () => {
    const buildkite = client(minted());
    sim.setQuota({ user: 3 });
    expect(await buildkite.createBuild(ORDER, soon(), BEA.email)).toMatchObject({ kind: 'created' });
    expect(sim.build('api-deploy', 1).creator.email).toBe(BEA.email);
    expect(sim.oauth.issued).toMatchObject([{ user: BEA.email, expiresInS: 60 }]);
    expect(buildkite.quota().map(({ scope }) => scope)).toEqual(['organization']);
    await buildkite.readBuild(AT);
    expect(sim.oauth.issued.map(({ user }) => user)).toEqual([BEA.email, BOT.email]);
  });

  it('unblocks in their name, by their own token', async () => {
    sim.addPipeline({ slug: 'api-release', steps: [{ type: 'block', label: 'Release?' }] });
    sim.buildInUi('api-release', { commit: ORDER.sha, branch: 'main' });
    const at = { organization: 'acme', pipeline: 'api-release', number: 1 };
    await expect.poll(() => sim.build('api-release', 1).jobs[0]?.state).toBe('blocked');
    const input = { ...at, jobId: sim.build('api-release', 1).jobs[0]?.id ?? '', fields: {}, unblocker: 'f00dface' };
    const buildkite = client(minted());
    expect(await buildkite.unblockJob(input, 'gone@acme.test')).toEqual({ kind: 'no-such-member' });
    expect(await buildkite.unblockJob(input, BEA.email)).toEqual({ kind: 'unblocked', by: BEA.name });
    expect(sim.oauth.issued.map(({ user }) => user)).toEqual([BEA.email]);
  });

  it('builds nothing in the name of somebody who has left', async () => {
    const outcome = await client(minted()).createBuild(ORDER, soon(), 'gone@acme.test');
    expect(outcome).toMatchObject({ kind: 'refused', answer: expect.stringContaining('active member') as string });
    expect(posts()).toBe(0);
  });
});

describe('workload identity federation', () => {
  const issuer = 'https://kubernetes.acme.test';
  const assertion = (claims: object = {}): string =>
    signed(EC.privateKey, {
      header: { alg: 'ES256', kid: 'k8s' },
      claims: {
        iss: issuer,
        sub: 'system:serviceaccount:deploys:countersign',
        aud: `${sim.url}/oauth/token`,
        exp: Date.now() / 1_000 + 600,
        ...claims,
      },
    });
  const federated = (file: () => string) => workloadIdentity({ ...endpoint(), clientId: 'wi-1', assertion: file });
  beforeEach(() => {
    const trusted = { clientId: 'wi-1', issuer, keys: () => [jwk(EC, 'k8s')], subject: 'system:serviceaccount:deploys:*', scopes: SCOPES };
    sim.oauth.addWorkloadIdentity({ ...trusted, pipelines: ['api-deploy'] });
  });

  it('gives a token for the assertion that the file holds now', async () => {
    let file = assertion({ exp: 1 });
    const buildkite = client(minted(federated(() => file)));
    expect(await buildkite.createBuild(ORDER, soon())).toMatchObject({ kind: 'not-sent' });
    file = assertion();
    const later = client(minted(federated(() => file)));
    expect(await later.createBuild(ORDER, soon())).toMatchObject({ kind: 'created' });
    expect(sim.oauth.issued).toMatchObject([{ grant: 'federation' }]);
  });

  it.each([
    ['another subject', { sub: 'system:serviceaccount:web:anybody' }],
    ['another audience', { aud: 'https://kubernetes.default.svc' }],
    ['another issuer', { iss: 'https://elsewhere.test' }],
  ])('is refused with %s', async (_, claims) => {
    await expect(federated(() => assertion(claims))(null)).rejects.toMatchObject({ kind: 'unauthorised' });
  });

  it('acts as nobody', async () => {
    await expect(federated(assertion)(BEA.email)).rejects.toMatchObject({ kind: 'invalid' });
  });

  it('finds no pipeline that it was not given', async () => {
    sim.addPipeline({ slug: 'web-deploy', steps: [] });
    const buildkite = client(minted(federated(assertion)));
    await expect(buildkite.findBuild({ organization: 'acme', pipeline: 'web-deploy', deployId: 'x' })).rejects.toMatchObject({ kind: 'not-found' });
  });
});

describe('a token that Buildkite refuses', () => {
  it('is replaced: a create was not sent and is never posted twice by itself, a read is tried again', async () => {
    const buildkite = client(minted());
    await buildkite.checkToken();
    sim.oauth.revokeIssued();
    expect(await buildkite.createBuild(ORDER, soon())).toEqual({ kind: 'not-sent', why: 'credential', retryAfterMs: 1_000 });
    expect([posts(), sim.builds().length]).toEqual([1, 0]);
    expect(await buildkite.createBuild(ORDER, soon())).toMatchObject({ kind: 'created' });
    expect(sim.oauth.issued).toHaveLength(2);
  });

  it('is replaced once for reads that were refused together; each is worth one more try', async () => {
    const buildkite = client(minted());
    await buildkite.createBuild(ORDER, soon());
    sim.oauth.revokeIssued();
    const reads = await Promise.allSettled(Array.from({ length: 6 }, () => buildkite.readBuild(AT)));
    expect(reads.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 'rejected'));
    for (const read of reads) expect(read).toMatchObject({ reason: { kind: 'unavailable', retryAfterMs: 500 } });
    await Promise.all(Array.from({ length: 6 }, () => buildkite.readBuild(AT)));
    expect(sim.oauth.issued).toHaveLength(2);
  });

  it('twice in a row is told as what it is', async () => {
    const buildkite = client(minted());
    await buildkite.createBuild(ORDER, soon());
    sim.oauth.revokeIssued();
    await expect(buildkite.readBuild(AT)).rejects.toMatchObject({ kind: 'unavailable' });
    sim.fault({ method: 'GET', path: /builds/, times: 1, effect: { kind: 'status', status: 401 } });
    await expect(buildkite.readBuild(AT)).rejects.toMatchObject({ kind: 'unauthorised' });
  });

  it('costs nothing of the quota while no other is to be had', async () => {
    sim.fault({ method: 'POST', path: /oauth/, times: 9, effect: { kind: 'status', status: 503 } });
    const buildkite = client(minted());
    expect(await buildkite.createBuild(ORDER, soon())).toMatchObject({ kind: 'not-sent', why: 'credential' });
    expect(sim.requests.map(({ path }) => path)).toEqual(['/oauth/token']);
    expect(buildkite.quota()).toEqual([]);
  });
});
