import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import type { Lane } from '../../src/buildkite/api.ts';
import { createBuildkite } from '../../src/buildkite/client.ts';
import { givenCredentials } from '../../src/buildkite/credentials.ts';
import type { Limiter } from '../../src/buildkite/limiter.ts';
import type { Answer } from '../../src/buildkite/quota.ts';
import { commitSha, deployCode, target } from '../../src/ids.ts';
import { Trouble } from '../../src/trouble.ts';
import type { BuildOrder } from '../../workflows/build-vocabulary.ts';
import type { Contract } from '../../workflows/vocabulary.ts';

const NOW = 1_700_000_000_000;
const DEPLOY = 'deploy:github:101:5001';
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
  pullRequest: null,
  requester: 'Ann',
  approvers: ['Bea'],
  previousSha: null,
  parameters: {},
  contract: 'c0ffee' as Contract,
};
const build = (change: object = {}) => ({
  id: 'uuid-1',
  number: 7,
  state: 'scheduled',
  blocked: false,
  blocked_state: '',
  url: 'https://api.buildkite.com/v2/organizations/acme/pipelines/api-deploy/builds/7',
  web_url: 'https://buildkite.com/acme/api-deploy/builds/7',
  commit: ORDER.sha,
  author: { name: 'Countersign' },
  created_at: '2026-11-23T01:19:43.371Z',
  started_at: null,
  finished_at: null,
  meta_data: { 'countersign:deploy-id': DEPLOY, 'countersign:target': 'api/production' },
  ...change,
});

type Reply = (req: IncomingMessage, res: ServerResponse) => void;
const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Reply =>
  (_req, res) =>
    void res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
const raw =
  (status: number, body: string): Reply =>
  (_req, res) =>
    void res.writeHead(status, { 'content-type': 'text/html' }).end(body);

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
});

/** A client before a server that gives one reply; `requests` is what arrived there. */
async function bench(reply: Reply, options: { timeoutMs?: number; now?: () => number; run?: Limiter['run']; baseUrl?: string } = {}) {
  const requests: { line: string; headers: IncomingMessage['headers']; body: string }[] = [];
  const server = createServer((req, res) => {
    let body = '';
    req.on('data', (chunk: Buffer) => (body += chunk.toString()));
    req.on('end', () => {
      requests.push({ line: `${req.method} ${decodeURIComponent(req.url ?? '')}`, headers: req.headers, body });
      reply(req, res);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const lanes: Lane[] = [];
  const observed: Answer[] = [];
  const limiter: Limiter = {
    run: async (lane, task) => {
      lanes.push(lane);
      return options.run === undefined ? task(AbortSignal.timeout(options.timeoutMs ?? 5_000)) : options.run(lane, task);
    },
    observe: (answer) => void observed.push(answer),
    quota: () => [],
    state: () => ({ mode: 'own', processes: 1, isGuessed: false, waiting: 0, closed: {} }),
    stop: async () => undefined,
  };
  const baseUrl = options.baseUrl ?? `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const log = pino({ level: 'silent' });
  const buildkite = createBuildkite({
    credentials: givenCredentials(() => 'bkua_secret'),
    organization: 'acme',
    baseUrl,
    limiter,
    log,
    now: options.now ?? (() => NOW),
  });
  return { buildkite, requests, lanes, observed };
}

describe('creating a build', () => {
  it('sends the order once, as JSON with a bearer token, and answers with the build', async () => {
    const { buildkite, requests, lanes } = await bench(json(201, build()));
    expect(await buildkite.createBuild(ORDER, NOW)).toMatchObject({ kind: 'created', build: { uuid: 'uuid-1', number: 7, deployId: DEPLOY } });
    expect(requests.map(({ line }) => line)).toEqual(['POST /v2/organizations/acme/pipelines/api-deploy/builds']);
    expect(requests[0]?.headers).toMatchObject({ authorization: 'Bearer bkua_secret', 'content-type': 'application/json' });
    expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject({ commit: ORDER.sha, meta_data: { 'countersign:deploy-id': DEPLOY } });
    expect(lanes).toEqual(['create']);
  });

  it.each([
    [400, { message: 'Priority must be an integer' }, 'Priority must be an integer'],
    [403, { message: "Your access token doesn't have the write_builds scope" }, "Your access token doesn't have the write_builds scope"],
    [404, { message: 'No pipeline found' }, 'No pipeline found'],
    [422, { message: 'Validation Failed', errors: [{ field: 'commit', code: 'invalid' }] }, 'Validation Failed (commit: invalid)'],
    [422, { message: 'token bkua_abcdef is bad' }, 'token [redacted] is bad'],
  ])('is refused for good by %i %j', async (status, body, answer) => {
    const { buildkite } = await bench(json(status, body));
    expect(await buildkite.createBuild(ORDER, NOW)).toEqual({ kind: 'refused', status, answer });
  });

  it('is known not to have happened while the credential is refused: it may be rotating', async () => {
    const { buildkite } = await bench(json(401, { message: 'Authentication required.' }));
    expect(await buildkite.createBuild(ORDER, NOW)).toEqual({ kind: 'not-sent', why: 'credential', retryAfterMs: 60_000 });
  });

  it('is known not to have happened after a 429, and waits for the reset of the scope that is named', async () => {
    const headers = { 'RateLimit-Reset': '5', 'RateLimit-Limit': '200', 'RateLimit-Remaining': '100' };
    const body = { message: 'Please wait', scope: 'rest_user', limit: 50, current: 55, reset: 42 };
    const { buildkite, observed } = await bench(json(429, body, headers));
    expect(await buildkite.createBuild(ORDER, NOW)).toEqual({ kind: 'not-sent', why: 'quota', retryAfterMs: 43_000 });
    expect(observed).toMatchObject([{ status: 429, refusal: { scope: 'rest_user', resetMs: 42_000 } }]);
  });

  it('is known not to have happened when no connection could be made', async () => {
    const nobody = createServer();
    await new Promise<void>((resolve) => nobody.listen(0, '127.0.0.1', resolve));
    const { port } = nobody.address() as AddressInfo;
    await new Promise((resolve) => nobody.close(resolve));
    for (const host of ['127.0.0.1', 'localhost']) {
      const { buildkite } = await bench(json(201, build()), { baseUrl: `http://${host}:${port}` });
      expect(await buildkite.createBuild(ORDER, NOW)).toMatchObject({ kind: 'not-sent', why: 'unreachable' });
    }
    const { buildkite } = await bench(json(201, build()), { baseUrl: 'http://nowhere.invalid' });
    expect(await buildkite.createBuild(ORDER, NOW)).toMatchObject({ kind: 'not-sent', why: 'unreachable' });
  });

  it('is not begun after its moment, which is read after the wait for quota', async () => {
    let now = NOW;
    const run: Limiter['run'] = async (_lane, task) => {
      now += 1;
      return task(AbortSignal.timeout(5_000));
    };
    const { buildkite, requests } = await bench(json(201, build()), { now: () => now, run });
    expect(await buildkite.createBuild(ORDER, NOW)).toEqual({ kind: 'not-sent', why: 'too-late', retryAfterMs: 0 });
    expect(requests).toEqual([]);
  });

  it('hands a wait for quota back as a value', async () => {
    const noToken = new Trouble({ source: 'buildkite', kind: 'not-sent', doing: 'waiting', found: 'none', retryAfterMs: 9_000 });
    const { buildkite, requests } = await bench(json(201, build()), { run: () => Promise.reject(noToken) });
    expect(await buildkite.createBuild(ORDER, NOW)).toEqual({ kind: 'not-sent', why: 'quota', retryAfterMs: 9_000 });
    expect(requests).toEqual([]);
  });

  it('is not asked for at all when the order holds what no build may receive', async () => {
    const { buildkite, requests } = await bench(json(201, build()));
    const outcome = await buildkite.createBuild({ ...ORDER, parameters: { migrate: 'no; reboot' } }, NOW);
    expect(outcome).toMatchObject({ kind: 'refused', status: 0 });
    expect(requests).toEqual([]);
  });

  it.each<[string, Reply]>([
    ['a 500', json(500, { message: 'Internal server error' })],
    ['HTML of a proxy with 502', raw(502, '<html>Bad gateway</html>')],
    ['a 408', json(408, {})],
    ['a 201 with HTML', raw(201, '<html></html>')],
    ['a 201 with half a build', raw(201, JSON.stringify(build()).slice(0, 80))],
    ['a 201 without a number', json(201, { ...build(), number: null })],
    ['a redirect', (_req, res) => void res.writeHead(307, { location: '/elsewhere' }).end()],
    ['a reset instead of an answer', (req) => void req.socket.destroy()],
    [
      'an answer that breaks off',
      (_req, res) => (res.writeHead(201, { 'content-length': 999 }), res.write('{'), setTimeout(() => res.destroy(), 20)),
    ],
    ['silence', () => undefined],
  ])('is unclear after %s, and is not tried again', async (_what, reply) => {
    const { buildkite, requests } = await bench(reply, { timeoutMs: 1_000 });
    await expect(buildkite.createBuild(ORDER, NOW)).rejects.toMatchObject({ name: 'Trouble', kind: 'unclear', source: 'buildkite' });
    expect(requests).toHaveLength(1);
  });
});

describe('looking for builds', () => {
  it('finds a request’s own builds, lowest number first, and never adopts a stranger', async () => {
    const others = [build({ number: 9 }), build({ number: 8, meta_data: { 'countersign:deploy-id': 'another' } }), build({ number: 3 })];
    const { buildkite, requests } = await bench(json(200, others, { link: '<http://127.0.0.1:1/next>; rel="next"' }));
    const found = await buildkite.findBuild({ ...AT, deployId: DEPLOY });
    expect(found.map(({ number }) => number)).toEqual([3, 9]);
    expect(requests.map(({ line }) => line)).toEqual([
      `GET /v2/organizations/acme/pipelines/api-deploy/builds?per_page=100&exclude_jobs=true&exclude_pipeline=true&meta_data[countersign:deploy-id]=${DEPLOY}`,
    ]);
  });

  it('finds a sealed one by its seal alone, whatever the list answers', async () => {
    const seal = 'a'.repeat(64);
    const of = (number: number, sealed: string | undefined, id = DEPLOY) =>
      build({ number, meta_data: { 'countersign:deploy-id': id, ...(sealed === undefined ? {} : { 'countersign:seal': sealed }) } });
    const answer = [
      of(9, seal),
      of(8, undefined),
      of(7, 'b'.repeat(64)),
      of(6, seal.toUpperCase()),
      of(5, seal, 'another'),
      of(4, 'x'.repeat(1_000)),
    ];
    const { buildkite, requests } = await bench(json(200, answer));
    expect((await buildkite.findBuild({ ...AT, deployId: DEPLOY, seal })).map(({ number }) => number)).toEqual([9]);
    expect(requests[0]?.line).toContain(`meta_data[countersign:seal]=${seal}`);
  });

  it('lists the builds of a target, newest first', async () => {
    const { buildkite, requests } = await bench(json(200, [build({ number: 3 }), build({ number: 9 }), build({ meta_data: {} })]));
    const found = await buildkite.listTargetBuilds({ ...AT, target: target('api/production') });
    expect(found.map(({ number }) => number)).toEqual([9, 3]);
    expect(requests[0]?.line).toContain('meta_data[countersign:target]=api/production');
  });

  it('reads all unfinished builds of the organization in one request, with their pipelines', async () => {
    const { buildkite, requests } = await bench(json(200, [build(), build({ number: 8, meta_data: {} })]));
    expect((await buildkite.listRunningPage({ organization: 'acme', page: 1 })).builds).toMatchObject([{ number: 7, pipeline: 'api-deploy' }]);
    expect(requests).toHaveLength(1);
    expect(requests[0]?.line).toMatch(/^GET \/v2\/organizations\/acme\/builds\?per_page=100&.*state\[\]=running.*state\[\]=blocked/);
  });

  it.each([
    [99, true],
    [100, false],
  ])('knows of a page of %i builds whether it is the last: %s', async (count, isLast) => {
    const { buildkite, requests } = await bench(
      json(
        200,
        Array.from({ length: count }, () => build({ meta_data: {} })),
      ),
    );
    expect(await buildkite.listRunningPage({ organization: 'acme', page: 3 })).toEqual({ builds: [], isLast });
    expect(requests[0]?.line).toContain('&page=3&');
  });

  it('does not take an unreadable list for an empty one', async () => {
    const { buildkite } = await bench(raw(200, '<html>maintenance</html>'));
    await expect(buildkite.findBuild({ ...AT, deployId: DEPLOY })).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it.each([
    [401, 'unauthorised'],
    [403, 'invalid'],
    [404, 'not-found'],
    [422, 'invalid'],
    [429, 'rate-limited'],
    [503, 'unavailable'],
  ])('calls %i %s', async (status, kind) => {
    const { buildkite } = await bench(json(status, { message: 'No build found' }));
    const trouble = buildkite.readBuild({ ...AT, number: 7 });
    await expect(trouble).rejects.toMatchObject({ kind, status, message: `reading the build: buildkite answered ${status} No build found` });
  });

  it.each([
    ['readBuild', 'No pipeline found'],
    ['readHalted', 'No organization found'],
    ['readOutside', 'No pipeline found'],
  ] as const)('does not say that a build is gone while it may see nothing of where that is: %s, %s', async (read, message) => {
    const { buildkite } = await bench(json(404, { message }));
    await expect(buildkite[read]({ ...AT, number: 7 })).rejects.toMatchObject({ kind: 'unavailable', status: 404 });
  });
});

describe('one build', () => {
  it('is read with its steps: names of commands, labels of manual ones, no waiters', async () => {
    const jobs = [
      { id: 'j1', type: 'script', name: ':pipeline:  upload', command: 'secret --token=x', state: 'passed' },
      { id: 'w', type: 'waiter' },
      { id: 'j2', type: 'manual', label: 'Migrate database?', state: 'blocked' },
      { id: 'j3', type: 'script', name: null, command: 'secret --token=x', step_key: 'smoke', state: 'failed' },
      { id: 'j4', type: 'trigger', name: 'trigger infra', state: 'some_new_state' },
    ];
    const { buildkite } = await bench(json(200, build({ state: 'passed', blocked: true, jobs })));
    expect(await buildkite.readBuild({ ...AT, number: 7 })).toMatchObject({
      state: 'passed',
      blocked: true,
      steps: [
        { label: ':pipeline: upload', type: 'command', state: 'passed', jobId: 'j1' },
        { label: 'Migrate database?', type: 'block', state: 'blocked', jobId: null },
        { label: 'smoke', type: 'command', state: 'failed', jobId: 'j3' },
        { label: 'trigger infra', type: 'trigger', state: 'some_new_state', jobId: null },
      ],
    });
  });

  it.each(['Build is already finished', 'already being canceled', 'This build has already been canceled'])(
    'counts as cancelled when Buildkite says %j',
    async (message) => {
      const { buildkite, lanes } = await bench(json(422, { message }));
      await expect(buildkite.cancelBuild({ ...AT, number: 7 })).resolves.toBeUndefined();
      expect(lanes).toEqual(['cancel']);
    },
  );

  it('is not called cancelled when Buildkite refuses for another reason', async () => {
    const { buildkite, requests } = await bench(json(422, { message: 'Nope' }));
    await expect(buildkite.cancelBuild({ ...AT, number: 7 })).rejects.toMatchObject({ kind: 'invalid' });
    expect(requests[0]?.line).toBe('PUT /v2/organizations/acme/pipelines/api-deploy/builds/7/cancel');
  });

  it('shows the last of a failed step’s log', async () => {
    const text = `${'h'.repeat(4096)}alf a line\n\u001b_bk;t=1700000000\u0007\u001b[31mboom\u001b[0m bkua_abcdef\r\n`;
    const { buildkite, requests } = await bench((_req, res) => void res.writeHead(206, { 'content-type': 'text/plain' }).end(text));
    const tail = await buildkite.readLogTail({ ...AT, number: 7, jobId: 'j3', step: 'smoke', buildUrl: 'https://buildkite.com/b/7' });
    expect(tail).toEqual({ step: 'smoke', lines: ['boom [redacted]'], url: 'https://buildkite.com/b/7#j3' });
    expect(requests[0]).toMatchObject({
      line: 'GET /v2/organizations/acme/pipelines/api-deploy/builds/7/jobs/j3/log',
      headers: { accept: 'text/plain', range: 'bytes=-4096' },
    });
  });

  it.each([404, 416])('has no log when Buildkite answers %i', async (status) => {
    const { buildkite } = await bench(json(status, { message: 'No log' }));
    expect(await buildkite.readLogTail({ ...AT, number: 7, jobId: 'j', step: 's', buildUrl: 'u' })).toBeNull();
  });

  it('needs a token, whose scopes can be asked for', async () => {
    const { buildkite } = await bench(json(200, { uuid: 'x', scopes: ['read_builds'], user: { name: 'Bot', email: 'bot@acme.test' } }));
    expect(await buildkite.checkToken()).toEqual({ scopes: ['read_builds'], user: 'bot@acme.test', expiresAt: null });
  });
});
