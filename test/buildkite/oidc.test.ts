// The issuer's keys: kept while it is away, asked for seldom, new ones found.
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTokenVerifier, type TokenVerifier } from '../../src/buildkite/oidc.ts';
import { createBuildkiteSim, type BuildkiteSim } from '../../src/sim/buildkite/buildkite-sim.ts';
import type { FaultEffect } from '../../src/sim/http.ts';

const AUDIENCE = 'https://countersign.example';
const KEYS_KEPT_MS = 300_000;

describe('the keys of the issuer', () => {
  let sim: BuildkiteSim;
  let verifier: TokenVerifier;
  beforeEach(async () => {
    // Only the clock that is read: timers and sockets are real.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 23, 12) });
    sim = await createBuildkiteSim();
    sim.addPipeline({ slug: 'api', steps: [{ type: 'command', label: 'roll out', key: 'roll-out' }] });
    sim.hold('api');
    sim.buildInUi('api', { commit: 'a'.repeat(40), branch: 'main' });
    verifier = createTokenVerifier({ issuer: sim.url, audience: AUDIENCE, now: () => Date.now() });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await sim.close();
  });

  const pass = (ms: number): void => void vi.setSystemTime(Date.now() + ms);
  function token(): string {
    const build = sim.build('api', 1);
    const [job] = build.jobs;
    if (job === undefined) throw new Error('a build without jobs');
    return sim.oidc.tokenOf(build, job, { audience: AUDIENCE });
  }
  async function verdict(jwt = token()): Promise<string> {
    try {
      const verified = await verifier.verify(jwt);
      return verified.kind === 'genuine' ? 'genuine' : verified.why;
    } catch (error) {
      return error instanceof Error ? error.name : 'unknown';
    }
  }
  const asked = (path: string): number => sim.requests.filter((request) => request.path === path).length;
  const keysAsked = (): number => asked('/.well-known/jwks');
  const outage = (effect: FaultEffect, path = /well-known/): void => sim.fault({ method: 'GET', path, times: Infinity, effect });

  /** Genuine but for its key, of which nobody has heard. */
  function ofUnknownKey(): string {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const header = Buffer.from(JSON.stringify({ alg: 'ES256', kid: randomUUID() })).toString('base64url');
    const text = `${header}.${token().split('.')[1] ?? ''}`;
    return `${text}.${sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  }

  it('are found by its discovery document and asked for once', async () => {
    expect(await Promise.all([verdict(), verdict(), verdict()])).toEqual(['genuine', 'genuine', 'genuine']);
    sim.oidc.use('ES256');
    expect(await verdict()).toBe('genuine');
    expect([asked('/.well-known/openid-configuration'), keysAsked()]).toEqual([1, 1]);
  });

  it('say what a token says, by the claims that were asked for', async () => {
    const build = sim.build('api', 1);
    const [job] = build.jobs;
    if (job === undefined) throw new Error('a build without jobs');
    const jwt = sim.oidc.tokenOf(build, job, { audience: AUDIENCE, claims: ['organization_id', 'build_id'] });
    expect(await verifier.verify(jwt)).toEqual({
      kind: 'genuine',
      token: {
        organization: 'acme',
        organizationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        pipeline: 'api',
        number: 1,
        buildId: build.id,
        commit: 'a'.repeat(40),
        branch: 'main',
        source: 'ui',
        job: job.id,
        step: 'roll-out',
        key: `${job.id}@${Date.now() / 1000}`,
      },
    });
  });

  it('that are new are found with and without an overlap; old ones are believed no longer than they are published or kept', async () => {
    await verdict();
    sim.oidc.rotate({ overlap: true });
    expect([await verdict(), keysAsked()]).toEqual(['genuine', 2]);
    pass(31_000);
    const old = token();
    sim.oidc.rotate({ overlap: false });
    expect([await verdict(), keysAsked()]).toEqual(['genuine', 3]);
    expect(await verdict(old)).toBe('bad-token');
  });

  it('are asked for at most twice in half a minute, however many tokens of unknown keys come; genuine ones go on being believed', async () => {
    await verdict();
    const flood = (): Promise<string[]> => Promise.all(Array.from({ length: 250 }, () => verdict(ofUnknownKey())));
    expect(new Set(await flood())).toEqual(new Set(['bad-token']));
    expect(new Set(await flood())).toEqual(new Set(['Trouble']));
    expect(keysAsked()).toBe(2);
    expect(await verdict()).toBe('genuine');
    // A key that is new just then is not known to be bad: it is to ask again.
    sim.oidc.rotate({ overlap: true });
    expect(await verdict()).toBe('Trouble');
    pass(31_000);
    expect(await verdict()).toBe('genuine');
    expect(keysAsked()).toBe(3);
  });

  it.each<[string, FaultEffect]>([
    ['answers 500', { kind: 'status', status: 500 }],
    ['cuts the connection', { kind: 'cut' }],
    ['answers what is no key', { kind: 'commit-then-body', body: '{"keys":"none"}', contentType: 'application/json' }],
    ['answers a page', { kind: 'commit-then-body', body: '<html>' }],
    ['answers ten megabytes', { kind: 'commit-then-body', body: `{"keys":[],"x":"${'x'.repeat(10 << 20)}"}` }],
    ['sends us elsewhere', { kind: 'status', status: 302, headers: { location: 'https://evil.example/keys' } }],
  ])('are kept for five minutes while it %s, and not a moment longer', async (_what, effect) => {
    expect(await verdict()).toBe('genuine');
    outage(effect);
    pass(KEYS_KEPT_MS - 1_000);
    expect(await verdict()).toBe('genuine');
    expect(keysAsked()).toBe(1);
    pass(2_000);
    expect(await Promise.all(Array.from({ length: 20 }, () => verdict()))).toEqual(Array.from({ length: 20 }, () => 'Trouble'));
    expect(await verdict()).toBe('Trouble');
    expect(await verdict()).toBe('Trouble');
    expect(keysAsked()).toBe(3);
  });

  it('are found when the issuer was away at first', async () => {
    sim.fault({ method: 'GET', path: /openid-configuration/, times: 1, effect: { kind: 'status', status: 503 } });
    expect(await verdict()).toBe('Trouble');
    expect(await verdict()).toBe('genuine');
  });

  it('are not taken from anybody else, whatever its document says', async () => {
    const body = JSON.stringify({ issuer: sim.url, jwks_uri: 'https://evil.example/jwks' });
    outage({ kind: 'commit-then-body', body, contentType: 'application/json' }, /openid-configuration/);
    expect(await verdict()).toBe('Trouble');
  });
});
