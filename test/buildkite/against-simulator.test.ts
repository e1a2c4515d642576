import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ForeignBuild } from '../../src/bot/front-door.ts';
import { createBuildkite } from '../../src/buildkite/client.ts';
import { createRequestOf } from '../../src/buildkite/order.ts';
import { givenCredentials } from '../../src/buildkite/credentials.ts';
import { createBuildkiteRoute } from '../../src/buildkite/ingress.ts';
import { createLimiter, type Limiter } from '../../src/buildkite/limiter.ts';
import { commitSha, deployCode, target } from '../../src/ids.ts';
import { startWebServer } from '../../src/ops/web-server.ts';
import { type BuildkiteSim, createBuildkiteSim } from '../../src/sim/buildkite/buildkite-sim.ts';
import type { FaultEffect } from '../../src/sim/http.ts';
import type { BuildFacts, BuildOrder } from '../../workflows/build-vocabulary.ts';
import type { Contract } from '../../workflows/vocabulary.ts';

const DEPLOY = 'deploy:slack:T01ACME:1700000000.1.abc';
const AT = { organization: 'acme', pipeline: 'api-deploy' };
const ORDER: BuildOrder = {
  ...AT,
  deployId: DEPLOY,
  code: deployCode(DEPLOY),
  service: 'api',
  environment: 'production',
  target: target('api/production'),
  sha: commitSha('4f5a6b7c'.repeat(5)),
  branch: 'main',
  ref: 'main',
  pullRequest: 42,
  requester: 'Ann',
  approvers: ['Bea', 'Dan'],
  previousSha: null,
  parameters: { migrate: 'no' },
  contract: 'c0ffee' as Contract,
  seal: '5ea1'.repeat(16),
};
const BOT = { name: 'Countersign', email: 'bot@acme.test' };
const TOKEN = 'bkua_simulated';
const LOG = pino({ level: 'silent' });
/** Far above the simulator's quota: what holds requests back here are the headers alone. */
const FAST = { perWindow: 1_000, windowMs: 1_000, burst: 100, requestTimeoutMs: 1_500 };

let sim: BuildkiteSim;
let limiter: Limiter;
beforeEach(async () => {
  sim = await createBuildkiteSim({ organization: 'acme' });
  sim.addToken({ token: TOKEN, user: BOT, scopes: ['read_builds', 'write_builds', 'read_build_logs'] });
  const steps = [
    { type: 'command', label: 'build' },
    { type: 'wait' },
    { type: 'command', label: 'smoke test', outcome: 'fail', log: `\u001b_bk;t=1700000000000\u0007\u001b[31m4 of 9 failed\u001b[0m\n` },
  ] as const;
  sim.addPipeline({ slug: 'api-deploy', steps, triggerMode: 'none' });
  sim.hold('api-deploy');
  limiter = createLimiter({ organization: 'acme', now: () => Date.now(), log: LOG, pace: FAST });
});
afterEach(async () => {
  await limiter.stop();
  await sim.close();
});

/** How a create without an answer is looked for. */
const SEALED = { ...AT, deployId: DEPLOY, seal: ORDER.seal ?? '' };
const client = (options: { baseUrl?: string; token?: string } = {}) =>
  createBuildkite({
    credentials: givenCredentials(() => options.token ?? TOKEN),
    organization: 'acme',
    baseUrl: options.baseUrl ?? sim.url,
    limiter,
    log: LOG,
    now: () => Date.now(),
  });
const soon = (): number => Date.now() + 15_000;
const posts = (): number => sim.requests.filter(({ method }) => method === 'POST').length;
const faultOnCreate = (effect: FaultEffect): void => sim.fault({ method: 'POST', path: /\/builds$/, times: 1, effect });

describe('against the simulated Buildkite', () => {
  it('a build is created, found, listed, read, cancelled, and cancelled again', async () => {
    const buildkite = client();
    const created = await buildkite.createBuild(ORDER, soon());
    expect(created).toMatchObject({ kind: 'created', build: { number: 1, pipeline: 'api-deploy', commit: ORDER.sha, deployId: DEPLOY } });
    expect(sim.build('api-deploy', 1)).toMatchObject({
      env: { COUNTERSIGN_PARAM_MIGRATE: 'no' },
      metaData: { 'countersign:target': 'api/production' },
    });
    const isOurs = [expect.objectContaining({ number: 1, deployId: DEPLOY, target: 'api/production', pipeline: 'api-deploy' })];
    expect(await buildkite.findBuild({ ...AT, deployId: DEPLOY })).toEqual(isOurs);
    expect(await buildkite.findBuild(SEALED)).toEqual(isOurs);
    expect(await buildkite.findBuild({ ...SEALED, seal: 'f'.repeat(64) })).toEqual([]);
    expect(await buildkite.findBuild({ ...AT, deployId: 'deploy:slack:T01ACME:2' })).toEqual([]);
    expect(await buildkite.listTargetBuilds({ ...AT, target: ORDER.target })).toEqual(isOurs);
    sim.buildInUi('api-deploy', { commit: 'HEAD', branch: 'main' });
    expect((await buildkite.listRunningPage({ organization: 'acme', page: 1 })).builds).toEqual(isOurs);
    sim.startBuild('api-deploy', 1);
    expect(await buildkite.readBuild({ ...AT, number: 1 })).toMatchObject({ state: 'running', steps: [{ label: 'build' }, { label: 'smoke test' }] });
    await buildkite.cancelBuild({ ...AT, number: 1 });
    sim.finish('api-deploy', 1, 'canceled');
    await buildkite.cancelBuild({ ...AT, number: 1 });
    expect(await buildkite.readBuild({ ...AT, number: 1 })).toMatchObject({ state: 'canceled' });
    expect((await buildkite.listRunningPage({ organization: 'acme', page: 1 })).builds).toEqual([]);
    expect(sim.unknownRoutes).toEqual([]);
  });

  it('a build is found by its seal among more copies than a page holds, and no copy is', async () => {
    const buildkite = client();
    const { seal: _seal, ...unsealed } = ORDER;
    await buildkite.createBuild(ORDER, soon());
    const ordered = createRequestOf(unsealed);
    const body = JSON.stringify(ordered.kind === 'request' ? ordered.body : null);
    sim.setQuota({ organization: 1_000, user: 1_000 });
    for (let copies = 0; copies < 101; copies += 1) {
      const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
      await fetch(`${sim.url}/v2/organizations/acme/pipelines/api-deploy/builds`, { method: 'POST', headers, body });
    }
    expect(sim.builds('api-deploy')).toHaveLength(102);
    expect(await buildkite.findBuild(SEALED)).toMatchObject([{ number: 1, seal: ORDER.seal }]);
  });

  it.each([[false], [true]])(
    'a rebuild holds the target, but is not the build that was approved (meta-data copied: %s)',
    async (rebuildCopiesMetaData) => {
      await sim.close();
      sim = await createBuildkiteSim({ organization: 'acme', rebuildCopiesMetaData });
      sim.addToken({ token: TOKEN, user: BOT, scopes: ['read_builds', 'write_builds'] });
      sim.addPipeline({ slug: 'api-deploy', steps: [{ type: 'command', label: 'build' }] });
      sim.hold('api-deploy');
      const buildkite = client();
      await buildkite.createBuild(ORDER, soon());
      const number = sim.rebuildInUi('api-deploy', 1);
      expect(await buildkite.readBuild({ ...AT, number })).toMatchObject({
        number: 2,
        rebuiltFrom: 1,
        deployId: null,
        target: 'api/production',
        service: 'api',
        environment: 'production',
      });
      expect(await buildkite.readOutside({ ...AT, number })).toMatchObject({ isMarked: false, rebuiltFrom: 1 });
      expect(await buildkite.readOutside({ ...AT, number: 1 })).toMatchObject({
        isMarked: true,
        claim: { deployId: DEPLOY, target: 'api/production', seal: ORDER.seal },
      });
      expect(await buildkite.readBuild({ ...AT, number })).not.toHaveProperty('seal');
      expect(await buildkite.findBuild(SEALED)).toMatchObject([{ number: 1 }]);
      expect(await buildkite.findBuild({ ...AT, deployId: DEPLOY })).toMatchObject([{ number: 1 }]);
      expect((await buildkite.listRunningPage({ organization: 'acme', page: 1 })).builds).toMatchObject([{ number: 2 }, { number: 1 }]);
    },
  );

  it('a failed step’s log is found by the job that the build names', async () => {
    const buildkite = client();
    await buildkite.createBuild(ORDER, soon());
    sim.startBuild('api-deploy', 1);
    sim.finishStep('api-deploy', 1, { step: 'build', outcome: 'pass' });
    sim.finishStep('api-deploy', 1, { step: 'smoke test', outcome: 'fail' });
    const { steps, url } = await buildkite.readBuild({ ...AT, number: 1 });
    const failed = steps.find(({ state }) => state === 'failed');
    const tail = await buildkite.readLogTail({ ...AT, number: 1, jobId: failed?.jobId ?? '', step: failed?.label ?? '', buildUrl: url });
    expect(tail).toMatchObject({ step: 'smoke test', url: `${url}#${failed?.jobId}` });
    expect(tail?.lines).toContain('4 of 9 failed');
  });

  it('a blocked build is called blocked, whatever it pretends to be', async () => {
    const buildkite = client();
    await buildkite.createBuild(ORDER, soon());
    sim.startBuild('api-deploy', 1);
    sim.block('api-deploy', 1, { label: 'Migrate database?' });
    expect(await buildkite.readBuild({ ...AT, number: 1 })).toMatchObject({ state: 'passed', blocked: true });
    expect((await buildkite.listRunningPage({ organization: 'acme', page: 1 })).builds).toMatchObject([{ blocked: true }]);
  });

  it.each<FaultEffect>([
    { kind: 'commit-then-status', status: 500 },
    { kind: 'commit-then-cut' },
    { kind: 'commit-then-hang' },
    { kind: 'commit-then-body', body: '<html>oops</html>' },
  ])('a create that happened without saying so is unclear, and then found exactly once: %j', async (effect) => {
    const buildkite = client();
    faultOnCreate(effect);
    await expect(buildkite.createBuild(ORDER, soon())).rejects.toMatchObject({ kind: 'unclear' });
    expect(await buildkite.findBuild({ ...AT, deployId: DEPLOY })).toMatchObject([{ number: 1 }]);
    expect([posts(), sim.builds('api-deploy').length]).toEqual([1, 1]);
  });

  it.each<FaultEffect>([{ kind: 'cut' }, { kind: 'hang' }, { kind: 'status', status: 502, body: '<html>' }])(
    'a create that did not happen is unclear too, and then not found: %j',
    async (effect) => {
      const buildkite = client();
      faultOnCreate(effect);
      await expect(buildkite.createBuild(ORDER, soon())).rejects.toMatchObject({ kind: 'unclear' });
      expect(await buildkite.findBuild({ ...AT, deployId: DEPLOY })).toEqual([]);
    },
  );

  it('a refused connection is known not to have built anything', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    const buildkite = client({ baseUrl: `http://127.0.0.1:${port}` });
    expect(await buildkite.createBuild(ORDER, soon())).toMatchObject({ kind: 'not-sent', why: 'unreachable' });
    await expect(buildkite.readBuild({ ...AT, number: 1 })).rejects.toMatchObject({ kind: 'not-sent' });
  });

  it('a create with a token without the scope is refused for good, with an unknown token it waits', async () => {
    sim.addToken({ token: 'bkua_reader', user: BOT, scopes: ['read_builds'] });
    expect(await client({ token: 'bkua_reader' }).createBuild(ORDER, soon())).toMatchObject({ kind: 'refused', status: 403 });
    expect(await client({ token: 'bkua_unknown' }).createBuild(ORDER, soon())).toMatchObject({ kind: 'not-sent', why: 'credential' });
  });

  it.each([
    ['the user’s', { user: 1 }],
    ['the organization’s', { organization: 1 }],
  ])('%s exhausted quota is a wait, told by the scope that is named, and nothing more is asked meanwhile', async (_whose, limits) => {
    const buildkite = client();
    sim.setQuota(limits);
    // The first answer says that nothing is left: the gate closes before a 429 is ever seen.
    await buildkite.findBuild({ ...AT, deployId: DEPLOY });
    const asked = sim.requests.length;
    const outcome = await buildkite.createBuild(ORDER, soon());
    expect(outcome).toMatchObject({ kind: 'not-sent', why: 'quota' });
    expect(outcome.kind === 'not-sent' && outcome.retryAfterMs).toBeGreaterThan(50_000);
    expect(sim.requests.length).toBe(asked);
  });

  it('an annotation replaces the one before it, and says what it is given', async () => {
    const buildkite = client();
    await buildkite.createBuild(ORDER, soon());
    await buildkite.annotate({ ...AT, number: 1, body: 'first' });
    await buildkite.annotate({ ...AT, number: 1, body: 'Approved by **Bea**' });
    const annotations = sim.build('api-deploy', 1).annotations;
    expect(annotations).toMatchObject([{ context: 'countersign', style: 'info', body: 'Approved by **Bea**' }]);
    await expect(buildkite.annotate({ ...AT, number: 7, body: 'nowhere' })).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('a 429 that nothing announced is a wait until the reset it names', async () => {
    const buildkite = client();
    sim.setQuota({ user: 0 });
    const outcome = await buildkite.createBuild(ORDER, soon());
    expect(outcome).toMatchObject({ kind: 'not-sent', why: 'quota' });
    expect(outcome.kind === 'not-sent' && outcome.retryAfterMs).toBeGreaterThan(50_000);
    expect(sim.requests.at(-1)?.status).toBe(429);
    await expect(buildkite.cancelBuild({ ...AT, number: 1 })).rejects.toMatchObject({ kind: 'not-sent' });
    expect(sim.builds()).toEqual([]);
  });

  it('both quotas are read, the one that colleagues share included', async () => {
    const buildkite = client();
    sim.consumeQuota(150);
    await buildkite.checkToken();
    expect(buildkite.quota()).toMatchObject([
      { scope: 'user', limit: 50, remaining: 49 },
      { scope: 'organization', limit: 200, remaining: 49 },
    ]);
  });

  it.each(['token', 'signature'] as const)('webhooks in %s mode arrive as facts of the build', async (mode) => {
    const seen: BuildFacts[] = [];
    const named = new Set<string | null>();
    const frontDoor = {
      buildSeen: async (build: BuildFacts) => void seen.push(build),
      // Whose it is only the request that it names can say.
      foreignBuildSeen: async ({ claim }: ForeignBuild) => void named.add(claim?.deployId ?? null),
    };
    const route = createBuildkiteRoute({ tokens: () => ['hook-token'], frontDoor, now: () => Date.now(), log: LOG });
    const server = await startWebServer({ port: 0, host: '127.0.0.1', routes: [route], log: LOG });
    sim.webhook({ url: `http://127.0.0.1:${server.port}/buildkite/webhooks`, token: 'hook-token', mode });
    await client().createBuild(ORDER, soon());
    sim.finish('api-deploy', 1, 'failed');
    await sim.deliveriesSettled();
    expect(seen.at(-1)).toMatchObject({ number: 1, pipeline: 'api-deploy', deployId: DEPLOY, target: 'api/production' });
    expect([...named]).toEqual([DEPLOY]);
    expect(seen.some(({ state, finishedAt }) => state === 'failed' && finishedAt !== null)).toBe(true);
    sim.webhookFaults({ signature: 'wrong' });
    const before = seen.length;
    sim.retryJobInUi('api-deploy', 1, 'build');
    await sim.deliveriesSettled();
    expect(seen.length).toBe(before);
    expect(sim.deliveries.at(-1)?.status).toBe(401);
    await server.close();
  });
});
