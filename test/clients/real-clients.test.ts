// Other people's clients are the judges of the simulator: they know Buildkite, and nothing of us.
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createBuildkiteSim, type BuildkiteSim } from '../../src/sim/buildkite/buildkite-sim.ts';
import { manualClock } from '../../src/sim/buildkite/clock.ts';
import { goProgram, lines, needGo, needPython, pythonProgram } from './tools.ts';

const BOT = { name: 'Countersign', email: 'bot@acme.test' };
const TOKEN = 'bkua_stranger';
const BUILDS = '/v2/organizations/acme/pipelines/deploy/builds';
/** The first run on a machine fetches and compiles. */
const FIRST_RUN_MS = 180_000;

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
    ['signature', 'good', { event: 'build.scheduled', number: 1, pipeline: 'deploy', metaData: { k: 'v' } }],
    ['token', 'good', { event: 'build.scheduled', number: 1, pipeline: 'deploy', metaData: { k: 'v' } }],
    ['signature', 'wrong', { refused: 'payload signature check failed' }],
    ['token', 'wrong', { refused: 'webhook token validation failed' }],
  ] as const)('verifies a webhook by its %s: %s', { timeout: FIRST_RUN_MS }, async ([mode, signature, seen], context) => {
    await needGo(context);
    sim.webhook({ url: 'http://127.0.0.1:9/', token: 'hook-token', mode });
    sim.webhookFaults({ signature });
    await fetch(`${sim.url}${BUILDS}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify({ commit: 'HEAD', branch: 'main', meta_data: { k: 'v' } }),
    });
    await sim.deliveriesSettled();
    const { headers, body } = sim.deliveries[0]!;
    const run = { args: ['webhook'], env: { BUILDKITE_WEBHOOK_TOKEN: 'hook-token' }, input: JSON.stringify({ headers, body }) };
    expect(await lines(await goProgram('go-buildkite'), run)).toEqual([{ call: 'webhook', ...seen }]);
  });
});

describe('pybuildkite 1.3.0', () => {
  it('lives through a build, one request a call', { timeout: FIRST_RUN_MS }, async (context) => {
    await needPython(context);
    expect(await lines(await pythonProgram('pybuildkite'), { env: env() })).toEqual([
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
