import { describe, expect, it } from 'vitest';
import { BOT, BUILDS, ONE_STEP, SHA, stage } from './sim-client.ts';

describe('who may ask', () => {
  it.each([
    ['no token', null],
    ['an unknown token', 'bkua_nobody'],
  ])('%s is 401', async (_, token) => {
    const { ask } = await stage();
    const answer = await ask('GET', BUILDS, { token });
    expect([answer.status, answer.body]).toEqual([
      401,
      { message: 'Authentication required. Please supply a valid API Access Token: https://buildkite.com/docs/apis/rest-api#authentication' },
    ]);
  });

  it('a token that was revoked or has expired is 401', async () => {
    const { ask, sim, clock } = await stage();
    sim.addToken({ token: 'bkua_short', user: BOT, scopes: [], expiresAt: clock.now() + 1_000 });
    expect((await ask('GET', '/access-token', { token: 'bkua_short' })).status).toBe(200);
    clock.advance(1_000);
    expect((await ask('GET', '/access-token', { token: 'bkua_short' })).status).toBe(401);
    sim.revokeToken('bkua_bot');
    expect((await ask('GET', '/access-token')).status).toBe(401);
  });

  it('a missing scope is 403 with its name, and the headers tell both sides', async () => {
    const { ask, sim } = await stage();
    sim.addToken({ token: 'bkua_poor', user: BOT, scopes: ['read_user', 'read_pipelines'] });
    const answer = await ask('GET', BUILDS, { token: 'bkua_poor' });
    expect([answer.status, answer.body]).toEqual([403, { message: "Your access token doesn't have the read_builds scope" }]);
    expect(answer.headers.get('x-oauth-scopes')).toBe('read_user, read_pipelines');
    expect(answer.headers.get('x-accepted-oauth-scopes')).toBe('read_builds');
  });

  it('a token tells what it is, with no scope at all', async () => {
    const { ask, sim } = await stage();
    sim.addToken({ token: 'bkua_poor', user: BOT, scopes: [], description: 'deploys' });
    expect((await ask('GET', '/access-token', { token: 'bkua_poor' })).body).toMatchObject({
      scopes: [],
      description: 'deploys',
      created_at: '2026-11-23 12:00:00 UTC',
      expires_at: null,
      user: BOT,
    });
  });

  it.each([
    ['/organizations/other/pipelines/deploy/builds', 'No organization found'],
    ['/organizations/acme/pipelines/other/builds', 'No pipeline found'],
    ['/organizations/acme/pipelines/hidden', 'No pipeline found'],
    [`${BUILDS}/7`, 'No build found'],
    [`${BUILDS}/1/jobs/none`, 'No job found'],
  ])('%s is 404', async (path, message) => {
    const { ask, sim, create } = await stage();
    sim.addPipeline({ slug: 'hidden', steps: ONE_STEP, hiddenFrom: [BOT.email] });
    await create();
    const answer = await ask('GET', path);
    expect([answer.status, answer.body]).toEqual([404, { message }]);
    expect(sim.unknownRoutes).toEqual([]);
  });

  it('an unknown route is 404 and counted', async () => {
    const { ask, sim } = await stage();
    const answer = await ask('GET', '/organizations/acme/nothing');
    expect([answer.status, answer.body]).toEqual([404, { message: 'No route matches /v2/organizations/acme/nothing' }]);
    expect(sim.unknownRoutes).toEqual(['GET /v2/organizations/acme/nothing']);
  });
});

describe('creating a build', () => {
  it('answers 201 with the whole build', async () => {
    const { ask, sim } = await stage();
    const body = { commit: SHA, branch: 'main', message: 'Deploy', env: { A: '1' }, meta_data: { k: 'v', n: 1, b: true }, nonsense: 1 };
    const answer = await ask('POST', BUILDS, { body });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      number: 1,
      url: `${sim.url}/v2${BUILDS}/1`,
      web_url: `${sim.url}/acme/deploy/builds/1`,
      state: 'scheduled',
      commit: SHA,
      branch: 'main',
      tag: null,
      source: 'api',
      env: { A: '1' },
      meta_data: { k: 'v', n: '1', b: 'true' },
      author: BOT,
      creator: BOT,
      created_at: '2026-11-23T12:00:00.000Z',
      failing_at: null,
      pull_request: null,
      pipeline: { slug: 'deploy', provider: { webhook_url: '' } },
      jobs: [{ type: 'script', name: 'deploy', state: 'scheduled', agent: null, exit_status: null }],
    });
    expect(answer.body.id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(answer.body).toHaveProperty('graphql_id', Buffer.from(`Build---${answer.body.id}`).toString('base64'));
    expect(answer.body).not.toHaveProperty('job_state_counts');
    expect(answer.headers.get('etag')).toMatch(/^W\/"/);
  });

  it.each([
    ['no commit', { branch: 'main' }, [{ field: 'commit', code: 'missing' }]],
    ['no branch', { commit: SHA, branch: '' }, [{ field: 'branch', code: 'missing' }]],
    ['a reserved key', { commit: SHA, branch: 'main', meta_data: { 'buildkite:x': '1' } }, [{ field: 'meta_data', code: 'invalid' }]],
  ])('%s is 422', async (_, body, errors) => {
    const { ask, sim } = await stage();
    const answer = await ask('POST', BUILDS, { body });
    expect([answer.status, answer.body]).toEqual([422, { message: 'Validation Failed', errors }]);
    expect(sim.builds()).toEqual([]);
  });

  it('takes the author that was given, and the token’s user for none or an empty one', async () => {
    const { create, sim } = await stage();
    const ann = { name: 'Ann', email: 'ann@acme.test' };
    for (const author of [undefined, {}, ann]) await create({ author });
    expect(sim.builds().map((build) => build.author)).toEqual([BOT, BOT, ann]);
  });

  it.each(['{', '[]', 'a=b'])('the body %s is 400', async (body) => {
    const { ask } = await stage();
    expect((await ask('POST', BUILDS, { body })).status).toBe(400);
  });

  it.each(['text/plain;charset=UTF-8', 'application/x-www-form-urlencoded'])('JSON that is called %s is 400', async (type) => {
    const { ask, sim } = await stage();
    const answer = await ask('POST', BUILDS, { body: { commit: SHA, branch: 'main' }, headers: { 'content-type': type } });
    expect([answer.status, answer.body.message]).toEqual([400, 'The request body must be a JSON object, sent as application/json']);
    expect(sim.builds()).toEqual([]);
  });

  it('is refused where branches are switched off, unless the filters are ignored', async () => {
    const { ask, sim } = await stage();
    sim.addPipeline({ slug: 'off', steps: ONE_STEP, triggerMode: 'none' });
    sim.addPipeline({ slug: 'some', steps: ONE_STEP, branchConfiguration: 'main release/* !release/old' });
    const create = async (pipeline: string, branch: string, more = {}): Promise<readonly [number, string]> => {
      const answer = await ask('POST', `/organizations/acme/pipelines/${pipeline}/builds`, { body: { commit: SHA, branch, message: 'm', ...more } });
      return [answer.status, answer.body.message];
    };
    const refused = [422, 'Branches have been disabled for this pipeline'];
    expect(await create('off', 'main')).toEqual(refused);
    expect(await create('off', 'main', { ignore_pipeline_branch_filters: true })).toEqual([201, 'm']);
    expect(await create('some', 'release/2')).toEqual([201, 'm']);
    expect(await create('some', 'release/old')).toEqual(refused);
    expect(await create('some', 'feature')).toEqual(refused);
  });
});

describe('listing builds', () => {
  it('comes newest first, in pages with links to the address asked', async () => {
    const { ask, create, sim } = await stage();
    for (let i = 0; i < 5; i += 1) await create();
    const first = await ask('GET', `${BUILDS}?per_page=2&exclude_jobs=true&exclude_pipeline=true`);
    expect(first.items.map((build) => build.number)).toEqual([5, 4]);
    expect(first.items[0]).not.toHaveProperty('jobs');
    expect(first.items[0]).not.toHaveProperty('pipeline');
    const here = `${sim.url}/v2${BUILDS}?per_page=2&exclude_jobs=true&exclude_pipeline=true`;
    expect(first.headers.get('link')).toBe(`<${here}&page=2>; rel="next", <${here}&page=3>; rel="last"`);
    const last = await ask('GET', `${BUILDS}?per_page=2&page=3`);
    expect(last.items.map((build) => build.number)).toEqual([1]);
    expect(last.headers.get('link')).toMatch(/page=1>; rel="first", <.*page=2>; rel="prev"$/);
    expect((await ask('GET', `${BUILDS}?per_page=500&page=0`)).headers.get('link')).toBeNull();
  });

  it('refuses to go too deep', async () => {
    const { ask } = await stage({ deepestBuild: 100 });
    const answer = await ask('GET', `${BUILDS}?per_page=100&page=2`);
    expect([answer.status, answer.body.message]).toEqual([
      400,
      'Listing builds this deep is not supported. Please narrow your query using filters such as branch or created_from.',
    ]);
  });

  it.each([
    ['state=scheduled', [4, 3]],
    ['state[]=passed&state[]=failed', [1]],
    ['state=passed', [1]],
    ['state=blocked', [2]],
    ['state=finished', [2, 1]],
    ['branch=main', [4, 1]],
    ['branch[]=release/*', [3, 2]],
    [`commit=${SHA}`, [4, 2, 1]],
    ['meta_data[countersign:deploy-id]=b', [2]],
    ['meta_data%5Bcountersign%3Adeploy-id%5D=b', [2]],
    ['meta_data[countersign:deploy-id]=b&meta_data[other]=x', []],
    ['created_from=2026-11-23T12:00:02Z', [4, 3]],
    ['created_to=2026-11-23T12:00:02Z', [2, 1]],
    ['unknown=1', [4, 3, 2, 1]],
  ])('filters by %s', async (query, numbers) => {
    const { ask, create, sim, clock } = await stage();
    sim.hold('deploy');
    const builds = [
      { branch: 'main', meta_data: { 'countersign:deploy-id': 'a' } },
      { branch: 'release/1', meta_data: { 'countersign:deploy-id': 'b' } },
      { branch: 'release/2', commit: SHA.replace('4', '5') },
      { branch: 'main' },
    ];
    for (const fields of builds) {
      await create(fields);
      clock.advance(1_000);
    }
    sim.finish('deploy', 1, 'passed');
    sim.block('deploy', 2, { label: 'Go?' });
    for (const path of [BUILDS, '/organizations/acme/builds', '/builds']) {
      expect((await ask('GET', `${path}?${query}`)).items.map((build) => build.number)).toEqual(numbers);
    }
  });

  it('does not show new builds while the index lags behind, but reads them', async () => {
    const { ask, create, sim, clock } = await stage();
    await create();
    clock.advance(1);
    sim.staleReadsFor(3_000);
    await create();
    expect((await ask('GET', BUILDS)).items.map((build) => build.number)).toEqual([1]);
    expect((await ask('GET', `${BUILDS}/2`)).status).toBe(200);
    clock.advance(3_000);
    expect((await ask('GET', BUILDS)).items).toHaveLength(2);
  });

  it('shows builds as they were, for as long as reads lag behind; what is done to them is done', async () => {
    const { ask, create, sim, clock } = await stage();
    await create({ meta_data: { k: 'v' } });
    sim.staleReadsFor(3_000, 'everything');
    expect((await ask('PUT', `${BUILDS}/1/cancel`)).body.state).toBe('canceled');
    const seen = async (): Promise<readonly unknown[]> => {
      const { body } = await ask('GET', `${BUILDS}/1`);
      return [body.state, body.finished_at, body.jobs[0]?.state, (await ask('GET', `${BUILDS}?state=scheduled&meta_data[k]=v`)).items.length];
    };
    expect(await seen()).toEqual(['scheduled', null, 'scheduled', 1]);
    clock.advance(3_000);
    expect(await seen()).toEqual(['canceled', '2026-11-23T12:00:00.000Z', 'canceled', 0]);
  });
});

describe('logs and annotations', () => {
  const log = 'one\ntwo\nthree ✓\n';

  it('answers a log as JSON, as text, by its end, and its size', async () => {
    const { ask, create, sim } = await stage({ steps: [{ type: 'command', label: 'deploy', log }] });
    const path = `${BUILDS}/1/jobs/${(await create()).jobs[0]?.id}/log`;
    const size = Buffer.byteLength(log);
    const text = { accept: 'text/plain' };
    expect((await ask('GET', path, { headers: { ...text, range: 'bytes=-5' } })).status).toBe(416);
    sim.finish('deploy', 1, 'passed');
    expect((await ask('GET', path)).body).toEqual({ url: `${sim.url}/v2${path}`, content: log, size, header_times: [] });
    expect((await ask('GET', `${path}.txt`)).text).toBe(log);
    const tail = await ask('GET', path, { headers: { ...text, range: 'bytes=-10' } });
    expect([tail.status, tail.text, tail.headers.get('content-range')]).toEqual([206, 'three ✓\n', `bytes ${size - 10}-${size - 1}/${size}`]);
    expect((await ask('GET', path, { headers: { ...text, range: 'bytes=0-5' } })).status).toBe(400);
    const head = await ask('HEAD', path);
    expect([head.status, head.headers.get('content-length'), head.text]).toEqual([200, String(size), '']);
  });

  it('keeps one annotation a context', async () => {
    const { ask, create } = await stage();
    await create();
    const path = `${BUILDS}/1/annotations`;
    const first = await ask('POST', path, { body: { body: 'approved by <ann>', style: 'info', context: 'countersign' } });
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({ context: 'countersign', style: 'info', priority: 3, body_html: '<p>approved by &lt;ann&gt;</p>\n' });
    await ask('POST', path, { body: { body: ' and dan', context: 'countersign', append: true } });
    expect((await ask('GET', path)).items).toMatchObject([{ body_html: '<p>approved by &lt;ann&gt; and dan</p>\n' }]);
  });

  it('tells annotations of the build from those of its jobs, and deletes them where they are', async () => {
    const { ask, create } = await stage();
    const job = `${BUILDS}/1/jobs/${(await create()).jobs[0]?.id}`;
    const note = { body: 'x', context: 'same' };
    const [onBuild, onJob] = [await ask('POST', `${BUILDS}/1/annotations`, { body: note }), await ask('POST', `${job}/annotations`, { body: note })];
    const scopes = async (query: string): Promise<readonly unknown[]> =>
      (await ask('GET', `${BUILDS}/1/annotations?${query}`)).items.map(({ id }) => (id === onBuild.body.id ? 'build' : 'job'));
    expect([await scopes(''), await scopes('scope=job'), await scopes('scope=all')]).toEqual([['build'], ['job'], ['build', 'job']]);
    expect((await ask('DELETE', `${BUILDS}/1/annotations/${onJob.body.id}`)).body).toEqual({ message: 'No annotation found' });
    expect((await ask('DELETE', `${job}/annotations/${onJob.body.id}`)).status).toBe(204);
    expect(await scopes('scope=all')).toEqual(['build']);
  });

  it.each([
    ['no body', {}, 'body'],
    ['a style that is none', { body: 'x', style: 'loud' }, 'style'],
    ['a priority beyond ten', { body: 'x', priority: 11 }, 'priority'],
  ])('refuses an annotation with %s', async (_, body, field) => {
    const { ask, create } = await stage();
    await create();
    const answer = await ask('POST', `${BUILDS}/1/annotations`, { body });
    expect([answer.status, answer.body]).toMatchObject([422, { errors: [{ field }] }]);
  });
});

it('shows a build to the person who follows its link', async () => {
  const { create, sim } = await stage();
  await create({ message: 'Deploy <b>' });
  const page = await fetch(`${sim.url}/acme/deploy/builds/1`);
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(await page.text()).toContain('Deploy &lt;b&gt;');
});
