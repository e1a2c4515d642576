import { describe, expect, it } from 'vitest';
import { BUILDS, stage, type Body, type JobBody, type Stage } from './sim-client.ts';
import type { StepDefinition } from '../../../src/sim/buildkite/state.ts';

const ended = (label: string, outcome: 'pass' | 'fail' | 'soft_fail' | 'timeout'): StepDefinition => ({ type: 'command', label, outcome });
const ALL: readonly StepDefinition[] = [ended('a', 'fail'), ended('b', 'soft_fail'), ended('c', 'timeout'), ended('d', 'pass'), ended('e', 'pass')];

interface JobList {
  readonly items: readonly JobBody[];
  readonly links: Readonly<Record<'self' | 'next' | 'prev' | 'first', string | undefined>>;
}
const listed = (body: Body): JobList => body as unknown as JobList;
const names = (body: Body): readonly string[] => listed(body).items.map(({ name = '', state }) => `${name} ${state}`);

async function run(steps: readonly StepDefinition[] = ALL): Promise<Stage> {
  const s = await stage({ steps });
  await s.create();
  s.clock.advance(60_000);
  return s;
}

describe('the jobs of a build', () => {
  it('come in pages by cursor, forwards and back', async () => {
    const s = await run();
    const get = async (url: string): Promise<JobList> => listed((await s.ask('GET', url.replace(`${s.sim.url}/v2`, ''))).body);
    const first = await get(`${BUILDS}/1/jobs?per_page=2&include_retried_jobs=false`);
    expect(first.links).toMatchObject({ self: `${s.sim.url}/v2${BUILDS}/1/jobs?include_retried_jobs=false&per_page=2` });
    expect(first.links).not.toHaveProperty('prev');
    const second = await get(first.links.next ?? '');
    const third = await get(second.links.next ?? '');
    expect([first, second, third].map(({ items }) => items.map(({ name }) => name))).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    expect(third.links).not.toHaveProperty('next');
    expect(await get(third.links.prev ?? '')).toMatchObject({ items: second.items });
    expect(await get(third.links.first ?? '')).toMatchObject({ items: first.items });
  });

  it.each(['after=x', 'before=x', 'after=x&before=y', 'per_page=0', 'per_page=many', 'state=finished'])('refuse %s', async (query) => {
    const { ask, create } = await stage();
    await create();
    expect((await ask('GET', `${BUILDS}/1/jobs?${query}`)).status).toBe(400);
  });

  it('can be those that failed only, without attempts that were retried', async () => {
    const s = await run([ended('a', 'fail'), { type: 'wait' }, ended('b', 'pass')]);
    s.sim.retryJobInUi('deploy', 1, 'a');
    s.clock.advance(60_000);
    const jobs = async (query: string): Promise<readonly string[]> => names((await s.ask('GET', `${BUILDS}/1/jobs?${query}`)).body);
    expect(await jobs('')).toHaveLength(4);
    expect(await jobs('state[]=failed&state[]=timed_out')).toEqual(['a failed', 'a failed']);
    expect(await jobs('state=failed&include_retried_jobs=false')).toEqual(['a failed']);
    expect((await s.ask('GET', `${BUILDS}/1?job_states[]=waiting_failed`)).body.jobs.map(({ name }) => name)).toEqual(['b']);
  });
});

describe('retrying what failed', () => {
  it.each([
    ['everything', {}, ['a', 'b', 'c']],
    ['everything, for an empty list', { states: '' }, ['a', 'b', 'c']],
    ['soft failures alone', { states: 'soft_failed' }, ['b']],
    ['two kinds', { states: 'failed, timed_out' }, ['a', 'c']],
  ])('%s: told with 202 as it was before, then alive', async (_, body, expected) => {
    const s = await run();
    const answer = await s.ask('PUT', `${BUILDS}/1/retry_failed_jobs`, { body });
    expect([answer.status, answer.body]).toMatchObject([202, { state: 'failed', retried_jobs_count: expected.length }]);
    const build = (await s.ask('GET', `${BUILDS}/1`)).body;
    expect(build.finished_at).toBeNull();
    expect(build.jobs.filter(({ state }) => state === 'scheduled').map(({ name }) => name)).toEqual(expected);
  });

  it('refuses kinds that are none', async () => {
    const s = await run();
    const answer = await s.ask('PUT', `${BUILDS}/1/retry_failed_jobs`, { body: { states: 'failed,invalid' } });
    expect([answer.status, answer.body]).toEqual([
      400,
      { message: 'Invalid states: invalid. Valid states are canceled, expired, failed, soft_failed, timed_out.' },
    ]);
  });
});

describe('one job', () => {
  it('tells its environment: the build’s own over the pipeline’s, and Buildkite’s over both', async () => {
    const s = await stage();
    s.sim.addToken({ token: 'bkua_env', user: { name: 'Eve', email: 'eve@acme.test' }, scopes: ['read_job_env'] });
    const build = await s.create({ env: { COUNTERSIGN_CODE: '7F3K-Q2', BUILDKITE_BUILD_NUMBER: '7' }, pull_request_id: 42 });
    const { body } = await s.ask('GET', `/organizations/acme/jobs/${build.jobs[0]?.id}/env`, { token: 'bkua_env' });
    expect(body.env).toMatchObject({ CI: 'true', BUILDKITE_PULL_REQUEST: '42', BUILDKITE_BUILD_NUMBER: '1', COUNTERSIGN_CODE: '7F3K-Q2' });
  });

  it('has a priority that is an integer', async () => {
    const s = await stage();
    const path = `/organizations/acme/jobs/${(await s.create()).jobs[0]?.id}/reprioritize`;
    expect((await s.ask('PUT', path, { body: { priority: 5 } })).body).toMatchObject({ priority: { number: 5 } });
    const answer = await s.ask('PUT', path, { body: { priority: '5' } });
    expect([answer.status, answer.body.message]).toEqual([400, 'Priority must be an integer']);
  });

  it('of a pipeline that is hidden does not exist', async () => {
    const s = await stage();
    s.sim.addPipeline({ slug: 'secret', steps: ALL, hiddenFrom: ['bot@acme.test'] });
    s.sim.buildInUi('secret', { commit: 'HEAD', branch: 'main' });
    const answer = await s.ask('GET', `/organizations/acme/jobs/${s.sim.build('secret', 1).jobs[0]?.id}`);
    expect([answer.status, answer.body.message]).toEqual([404, 'No job found']);
  });

  it('may have its log as HTML, and lose it', async () => {
    const s = await run([{ type: 'command', label: 'a', log: '1 < 2\n' }]);
    s.sim.addToken({ token: 'bkua_log', user: { name: 'Eve', email: 'eve@acme.test' }, scopes: ['read_build_logs', 'write_build_logs'] });
    const path = `/organizations/acme/jobs/${s.sim.build('deploy', 1).jobs[0]?.id}/log`;
    expect((await s.ask('GET', path, { headers: { accept: 'text/html' } })).text).toBe('1 &lt; 2\n');
    expect((await s.ask('GET', path, { headers: { range: 'bytes=-2' } })).status).toBe(400);
    expect((await s.ask('DELETE', path, { token: 'bkua_log' })).status).toBe(204);
    expect((await s.ask('GET', path)).body).toMatchObject({ content: '', size: 0 });
  });
});

describe('who may change a build', () => {
  const READER = { name: 'Reader', email: 'reader@acme.test' };
  const scopes = ['read_builds', 'write_builds'];

  it('is whoever may build the pipeline; others see it, and are told 403', async () => {
    const s = await stage({ steps: [{ type: 'block', label: 'Go?' }] });
    s.sim.addPipeline({ slug: 'theirs', steps: [{ type: 'block', label: 'Go?' }], readOnlyFor: [READER.email] });
    s.sim.addToken({ token: 'bkua_reader', user: READER, scopes });
    s.sim.buildInUi('theirs', { commit: 'HEAD', branch: 'main' });
    const builds = '/organizations/acme/pipelines/theirs/builds';
    const job = `/organizations/acme/jobs/${s.sim.build('theirs', 1).jobs[0]?.id}`;
    expect((await s.ask('GET', `${builds}/1`, { token: 'bkua_reader' })).status).toBe(200);
    for (const [method, path] of [
      ['POST', builds],
      ['PUT', `${builds}/1/cancel`],
      ['PUT', `${builds}/1/rebuild`],
      ['PUT', `${builds}/1/retry_failed_jobs`],
      ['POST', `${builds}/1/annotations`],
      ['PUT', `${job}/unblock`],
      ['PUT', `${job}/retry`],
      ['PUT', `${job}/reprioritize`],
    ] as const) {
      const answer = await s.ask(method, path, { token: 'bkua_reader', body: { commit: 'HEAD', branch: 'main' } });
      expect([path, answer.status, answer.body]).toEqual([path, 403, { message: 'Forbidden' }]);
    }
    expect(s.sim.builds('theirs')).toMatchObject([{ state: 'passed', blocked: true, annotations: [] }]);
  });

  it('is for a block step with teams whoever is in one of them, and nobody else', async () => {
    const s = await stage({ steps: [{ type: 'block', label: 'Go?', allowedTeams: ['on-call'] }] });
    s.sim.addTeam({ name: 'On call', members: [READER] });
    s.sim.addToken({ token: 'bkua_reader', user: READER, scopes });
    const unblock = async (token: string): Promise<number> =>
      (await s.ask('PUT', `/organizations/acme/jobs/${s.sim.build('deploy', 1).jobs[0]?.id}/unblock`, { token })).status;
    await s.create();
    expect([await unblock('bkua_bot'), await unblock('bkua_reader')]).toEqual([403, 200]);
  });
});
