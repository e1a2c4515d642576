// Every way to a token changes it again and again while requests are under way.
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createBuildkite } from '../../src/buildkite/client.ts';
import { givenCredentials, mintedCredentials, type CredentialProvider } from '../../src/buildkite/credentials.ts';
import { tokenExchange, workloadIdentity } from '../../src/buildkite/grants.ts';
import { createLimiter, type Limiter } from '../../src/buildkite/limiter.ts';
import { readFile } from '../../src/config/read-file.ts';
import { createFileSecret, type Secret } from '../../src/config/secret.ts';
import { type BuildkiteSim, createBuildkiteSim } from '../../src/sim/buildkite/buildkite-sim.ts';
import { manualClock, type ManualClock } from '../../src/sim/buildkite/clock.ts';
import type { SimJwk } from '../../src/sim/buildkite/oauth.ts';
import { ORDER } from '../support/build-order.ts';
import { signed } from '../support/jwt.ts';

const LOG = pino({ level: 'silent' });
const BOT = { name: 'Countersign', email: 'bot@acme.test' };
const SCOPES = ['read_builds', 'write_builds', 'read_build_logs'];
const ROUNDS = 25;
const READS = 6;
const LIFE_S = 20;
/** Of every round: past the moment at which a token is replaced, before it runs out. */
const ROUND_MS = 15_000;
const AT = { organization: 'acme', pipeline: 'api-deploy', number: 1 };

let clock: ManualClock;
let sim: BuildkiteSim;
let limiter: Limiter;
beforeEach(async () => {
  clock = manualClock();
  sim = await createBuildkiteSim({ organization: 'acme', clock });
  sim.setQuota({ organization: 100_000, user: 100_000 });
  sim.addPipeline({ slug: 'api-deploy', steps: [{ type: 'command', label: 'roll out' }] });
  sim.hold('api-deploy');
  sim.oauth.tokensLiveAtMost(LIFE_S);
  limiter = createLimiter({ organization: 'acme', now: Date.now, log: LOG, pace: { perWindow: 10_000, windowMs: 1_000, burst: 1_000 } });
});
afterEach(async () => {
  await limiter.stop();
  await sim.close();
});

/** Each round: something is replaced in the middle of requests, time passes, what was replaced is revoked. Answers what failed. */
async function underLoad(credentials: CredentialProvider, rotate: (round: number) => () => void): Promise<readonly unknown[]> {
  const buildkite = createBuildkite({ credentials, organization: 'acme', baseUrl: sim.url, limiter, log: LOG, now: () => clock.now() });
  const failed: unknown[] = [];
  const soon = (): number => clock.now() + 15_000;
  for (let round = 0; round < ROUNDS; round += 1) {
    const create = buildkite.createBuild({ ...ORDER, deployId: `${ORDER.deployId}-${round}` }, soon());
    if (round === 0) await create;
    const before = Array.from({ length: READS / 2 }, () => buildkite.readBuild(AT));
    const revoke = rotate(round);
    const after = Array.from({ length: READS / 2 }, () => buildkite.readBuild(AT));
    for (const end of await Promise.allSettled([create, ...before, ...after])) if (end.status === 'rejected') failed.push(end.reason);
    const { kind } = await create;
    if (kind !== 'created') failed.push(kind);
    clock.advance(ROUND_MS);
    revoke();
  }
  return failed;
}

const statuses = (): readonly number[] => [...new Set(sim.requests.map(({ status }) => status ?? 0))];
const nothing = (): void => undefined;

/** A secret in a real file, and what replaces it. */
function secretFile(first: string): { readonly secret: Secret; readonly swap: (text: string) => void } {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-rotation-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'secret');
  const swap = (text: string): void => {
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  };
  swap(first);
  return { swap, secret: createFileSecret({ path, files: readFile, first, firstStamp: readFile.stampOf(path), parse: (text) => text.trim() }) };
}

describe(`while it is replaced ${ROUNDS} times under load, nothing fails`, () => {
  it('with a token in a file', async () => {
    const tokenOf = (round: number): string => `bkua_rotated${String(round).padStart(10, '0')}`;
    const add = (round: number): void => sim.addToken({ token: tokenOf(round), user: BOT, scopes: SCOPES });
    add(0);
    const { secret, swap } = secretFile(tokenOf(0));
    const failed = await underLoad(
      givenCredentials(() => secret.reveal()),
      (round) => {
        add(round + 1);
        swap(tokenOf(round + 1));
        return () => sim.revokeToken(tokenOf(round));
      },
    );
    expect([failed, statuses()]).toEqual([[], [201, 200]]);
  });

  it('with a token exchange, whose signing key is replaced as well', async () => {
    sim.addUser(BOT);
    const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pemOf = (key: ReturnType<typeof pair>): string => key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const jwkOf = (key: ReturnType<typeof pair>, kid: string): SimJwk => ({ ...key.publicKey.export({ format: 'jwk' }), kid });
    const first = pair();
    let keys = [jwkOf(first, 'k0')];
    sim.oauth.addApplication({ clientId: 'app-countersign', keys: () => keys, scopes: SCOPES, requiresJti: true });
    const { secret, swap } = secretFile(pemOf(first));
    const now = (): number => clock.now();
    const url = `${sim.url}/oauth/token`;
    const mint = tokenExchange({
      url,
      clientId: 'app-countersign',
      privateKey: () => secret.reveal(),
      keyId: null,
      subject: BOT.email,
      organization: 'acme',
      now,
    });
    const failed = await underLoad(mintedCredentials({ mint, now, log: LOG }), (round) => {
      const next = pair();
      keys = [...keys, jwkOf(next, `k${round + 1}`)];
      swap(pemOf(next));
      return () => void (keys = keys.slice(-1));
    });
    expect([failed, statuses().toSorted((a, b) => a - b)]).toEqual([[], [200, 201]]);
    expect(sim.oauth.issued.length).toBeGreaterThanOrEqual(ROUNDS);
    expect(sim.oauth.issued.length).toBeLessThanOrEqual(ROUNDS + 1);
  });

  it('with a workload identity, whose assertion somebody else replaces', async () => {
    const idp = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const issuer = 'https://kubernetes.acme.test';
    const key = { ...idp.publicKey.export({ format: 'jwk' }), kid: 'idp' };
    sim.oauth.addWorkloadIdentity({ clientId: 'wi-1', issuer, keys: () => [key], subject: '*', scopes: SCOPES, pipelines: ['api-deploy'] });
    const url = `${sim.url}/oauth/token`;
    const assertion = (): string => {
      const exp = clock.now() / 1_000 + ROUND_MS / 1_000 + 1;
      return signed(idp.privateKey, { header: { alg: 'RS256', kid: 'idp' }, claims: { iss: issuer, sub: 'countersign', aud: url, exp } });
    };
    const { secret, swap } = secretFile(assertion());
    const now = (): number => clock.now();
    const mint = workloadIdentity({ url, clientId: 'wi-1', assertion: () => secret.reveal(), now });
    const failed = await underLoad(mintedCredentials({ mint, now, log: LOG }), () => {
      swap(assertion());
      return nothing;
    });
    expect([failed, statuses().toSorted((a, b) => a - b)]).toEqual([[], [200, 201]]);
    expect(sim.oauth.issued.length).toBeGreaterThanOrEqual(ROUNDS);
  });
});
