// Other people's clients are the judges of the simulator: they know Buildkite, and nothing of us.
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createBuildkiteSim, type BuildkiteSim } from '../../src/sim/buildkite/buildkite-sim.ts';
import { manualClock } from '../../src/sim/buildkite/clock.ts';
import { goProgram, lines, needGo, needPython, pythonProgram } from './tools.ts';

const BOT = { name: 'Countersign', email: 'bot@acme.test' };
const TOKEN = 'bkua_stranger';
const BUILDS = '/v2/organizations/acme/pipelines/deploy/builds';
/** The first run on a machine fetches and compiles. */
const FIRST_RUN_MS = 420_000;

let sim: BuildkiteSim;
beforeEach(async () => {
  const clock = manualClock();
  sim = await createBuildkiteSim({ clock });
  onTestFinished(() => sim.close());
  sim.addToken({ token: TOKEN, user: BOT, scopes: ['read_builds', 'write_builds', 'read_build_logs', 'read_pipelines'] });
  sim.addPipeline({
    slug: 'deploy',
    steps: [{ type: 'block', label: 'Go?' }, { type: 'wait' }, { type: 'command', label: 'deploy', log: 'done ✓\n' }],
  });
  // What follows the block step has run before the client asks again.
  sim.onChange(({ event }) => {
    if (event === 'job.activated') queueMicrotask(() => clock.advance(60_000));
  });
});

/** As an administrator does it: a service that Buildkite greets with a ping. Nobody listens; what is sent is kept. */
async function register(mode: 'token' | 'signature'): Promise<void> {
  const ada = { name: 'Ada', email: 'ada@acme.test' };
  sim.addUser(ada, 'admin');
  sim.addToken({ token: 'bkua_ada', user: ada, scopes: ['write_notification_services'] });
  const settings = { url: 'http://127.0.0.1:9/', token: 'hook-token', token_mode: mode };
  await fetch(`${sim.url}/v2/organizations/acme/services`, {
    method: 'POST',
    headers: { authorization: 'Bearer bkua_ada', 'content-type': 'application/json' },
    body: JSON.stringify({ provider: 'webhook', settings }),
  });
}
const env = () => ({ BUILDKITE_REST_API_ENDPOINT: sim.url, BUILDKITE_API_TOKEN: TOKEN });
const asked = (): readonly string[] => sim.requests.map(({ method, path, status }) => `${method} ${path.replace(/[\da-f-]{36}/, 'ID')} ${status}`);

describe('go-buildkite 4.23.0', () => {
  it('lives through a build, one request a call', { timeout: FIRST_RUN_MS }, async (context) => {
    await needGo(context);
    expect(await lines(await goProgram('go-buildkite'), { args: ['story'], env: env() })).toEqual([
      { call: 'access-token', scopes: ['read_builds', 'write_builds', 'read_build_logs', 'read_pipelines'] },
      { call: 'pipeline', slug: 'deploy', defaultBranch: 'main', steps: 3 },
      { call: 'rate-limit', limit: 200, current: 3 },
      { call: 'create', number: 1, state: 'passed', author: 'Countersign', created: '2026-11-23T12:00:00Z' },
      { call: 'get', state: 'passed', blocked: true, jobs: ['manual blocked', 'waiter', 'script waiting'] },
      { call: 'list', builds: 1, jobs: 0, nextPage: 0 },
      { call: 'unblock', state: 'unblocked', by: 'Countersign', unblockable: false },
      { call: 'log', content: 'done ✓\n', size: 9 },
      { call: 'annotate', context: 'countersign', priority: 3 },
      { call: 'annotations', html: '<p>Approved by Bea</p>\n' },
      { call: 'rebuild', number: 2, from: 1, metaData: 0 },
      { call: 'cancel', state: 'canceled' },
      { call: 'missing', error: true },
    ]);
    expect(asked()).toEqual([
      'GET /v2/access-token 200',
      'GET /v2/organizations/acme/pipelines/deploy 200',
      'GET /v2/organizations/acme/rate_limit 200',
      `POST ${BUILDS} 201`,
      `GET ${BUILDS}/1 200`,
      `GET ${BUILDS} 200`,
      `PUT ${BUILDS}/1/jobs/ID/unblock 200`,
      `GET ${BUILDS}/1/jobs/ID/log 200`,
      `POST ${BUILDS}/1/annotations 201`,
      `GET ${BUILDS}/1/annotations 200`,
      `PUT ${BUILDS}/1/rebuild 200`,
      `PUT ${BUILDS}/2/cancel 200`,
      `GET ${BUILDS}/99 404`,
    ]);
    expect(sim.unknownRoutes).toEqual([]);
    expect(sim.build('deploy', 1).metaData).toEqual({ 'countersign:deploy-id': 'deploy:slack:T01ACME:1.2', release: '1.2' });
  });

  it.for([
    ['signature', 'payload signature check failed'],
    ['token', 'webhook token validation failed'],
  ] as const)(
    'verifies webhooks by their %s, reads every one, and refuses a forged one',
    { timeout: FIRST_RUN_MS },
    async ([mode, refusal], context) => {
      await needGo(context);
      await register(mode);
      sim.changeSteps('deploy', [
        { type: 'block', label: 'Go?' },
        { type: 'command', label: 'deploy', outcome: 'fail' },
      ]);
      sim.buildInUi('deploy', { commit: 'HEAD', branch: 'main' });
      sim.unblock('deploy', 1);
      await Promise.resolve();
      await sim.deliveriesSettled();
      sim.webhookFaults({ signature: 'wrong' });
      sim.buildInUi('deploy', { commit: 'HEAD', branch: 'main' });
      await sim.deliveriesSettled();
      const input = sim.deliveries.map(({ headers, body }) => `${JSON.stringify({ headers, body })}\n`).join('');
      const build = { build: 1, pipeline: 'deploy', metaData: {} };
      expect(await lines(await goProgram('go-buildkite'), { args: ['webhooks'], env: { BUILDKITE_WEBHOOK_TOKEN: 'hook-token' }, input })).toEqual([
        { call: 'ping', organization: 'acme', sender: 'Ada' },
        { call: 'build.scheduled', ...build, state: 'scheduled', blocked: false },
        { call: 'build.finished', ...build, state: 'passed', blocked: true },
        { call: 'job.activated', build: 1, job: 'Go?', state: 'unblocked' },
        { call: 'build.running', ...build, state: 'running', blocked: false },
        { call: 'job.started', build: 1, job: 'deploy', state: 'running' },
        { call: 'job.finished', build: 1, job: 'deploy', state: 'failed' },
        { call: 'build.failing', ...build, state: 'failing', blocked: false },
        { call: 'build.finished', ...build, state: 'failed', blocked: false },
        { call: 'webhook', refused: refusal },
        { call: 'webhook', refused: refusal },
      ]);
    },
  );
});

describe('pybuildkite 1.3.0', () => {
  it('lives through a build, one request a call', { timeout: FIRST_RUN_MS }, async (context) => {
    await needPython(context);
    expect(await lines(await pythonProgram('pybuildkite'), { args: ['story'], env: env() })).toEqual([
      { call: 'create', number: 1, state: 'passed' },
      { call: 'get', blocked: true, jobs: ['manual blocked', 'waiter', 'script waiting'] },
      { call: 'list', numbers: [1] },
      { call: 'unblock', state: 'unblocked', by: 'Countersign' },
      { call: 'log', text: 'done ✓\n' },
      { call: 'rebuild', number: 2, rebuilt_from: 1 },
      { call: 'cancel', state: 'canceled' },
      { call: 'page', numbers: [2], next_page: 2, last_page: 2 },
    ]);
    expect(asked()).toEqual([
      `POST ${BUILDS} 201`,
      `GET ${BUILDS}/1 200`,
      `GET ${BUILDS} 200`,
      `PUT ${BUILDS}/1/jobs/ID/unblock 200`,
      `GET ${BUILDS}/1/jobs/ID/log 200`,
      `PUT ${BUILDS}/1/rebuild 200`,
      `PUT ${BUILDS}/2/cancel 200`,
      'GET /v2/organizations/acme/builds 200',
    ]);
    expect(sim.unknownRoutes).toEqual([]);
  });
});

describe('a client whose quota is used up', () => {
  const refused = { call: 'refused', status: 429, scope: 'rest_user' };
  it.for([
    { folder: 'go-buildkite', need: needGo, programOf: goProgram, told: { ...refused, reset: '60' } },
    { folder: 'pybuildkite', need: needPython, programOf: pythonProgram, told: refused },
  ])('takes a 429 for what it is, and does not ask again: $folder', { timeout: FIRST_RUN_MS }, async ({ folder, need, programOf, told }, context) => {
    await need(context);
    sim.setQuota({ user: 0 });
    expect(await lines(await programOf(folder), { args: ['refused'], env: env() })).toEqual([told]);
    expect(asked()).toEqual([`POST ${BUILDS} 429`]);
  });
});
