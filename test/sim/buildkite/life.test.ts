import { describe, expect, it } from 'vitest';
import { BUILDS, stage, type Answer, type Body, type Stage } from './sim-client.ts';
import type { StepDefinition } from '../../../src/sim/buildkite/state.ts';

const command = (label: string, more: Partial<Extract<StepDefinition, { type: 'command' }>> = {}): StepDefinition => ({
  type: 'command',
  label,
  durationMs: 1_000,
  ...more,
});
const WAIT: StepDefinition = { type: 'wait' };
const APPROVE = { type: 'block', label: 'Migrate?', key: 'migrate' } as const;

async function read(s: Stage, number = 1): Promise<Body> {
  return (await s.ask('GET', `${BUILDS}/${number}`)).body;
}
const jobIds = (build: Body): readonly string[] => build.jobs.map((job) => job.id);
/** `label: state` of every step, waits left out. */
function steps(build: Body): readonly string[] {
  return build.jobs.filter((job) => job.type !== 'waiter').map((job) => `${job.name ?? job.label}: ${job.state}`);
}

describe('a build that runs by itself', () => {
  it('is scheduled, running and passed as its steps take their time', async () => {
    const s = await stage({ steps: [command('test'), WAIT, command('deploy')] });
    const created = await s.create();
    expect(created).toMatchObject({
      number: 1,
      state: 'scheduled',
      blocked: false,
      blocked_state: '',
      source: 'api',
      started_at: null,
      finished_at: null,
    });
    s.clock.advance(500);
    expect(await read(s)).toMatchObject({ state: 'running', finished_at: null });
    expect(steps(await read(s))).toEqual(['test: running', 'deploy: waiting']);
    s.clock.advance(1_500);
    expect(steps(await read(s))).toEqual(['test: passed', 'deploy: running']);
    s.clock.advance(1_000);
    const end = await read(s);
    expect(end).toMatchObject({ state: 'passed', blocked: false, failing_at: null });
    expect(Date.parse(end.finished_at) - Date.parse(end.started_at)).toBe(2_500);
    expect(end.job_state_counts).toEqual({ total: 2, states: { passed: 2 } });
  });

  it('fails at once at a failing step, and is failing while others still run', async () => {
    const s = await stage({ steps: [command('lint', { outcome: 'fail' }), command('test', { durationMs: 5_000 }), WAIT, command('deploy')] });
    await s.create();
    s.clock.advance(1_500);
    expect(await read(s)).toMatchObject({ state: 'failing', finished_at: null });
    s.clock.advance(4_000);
    const end = await read(s);
    expect(end.state).toBe('failed');
    expect(end.failing_at).not.toBeNull();
    expect(steps(end)).toEqual(['lint: failed', 'test: passed', 'deploy: waiting_failed']);
  });

  it.each([
    ['a soft failure passes', 'soft_fail', 'passed'],
    ['a time-out fails', 'timeout', 'failed'],
    ['a step that hangs runs for ever', 'hang', 'running'],
  ] as const)('%s', async (_, outcome, state) => {
    const s = await stage({ steps: [command('deploy', { outcome })] });
    await s.create();
    s.clock.advance(86_400_000);
    expect((await read(s)).state).toBe(state);
  });

  it('is creating first, where the simulator is told to take its time', async () => {
    const s = await stage({ timing: { creatingMs: 200 } });
    expect((await s.create()).state).toBe('creating');
    s.clock.advance(200);
    expect((await read(s)).state).toBe('scheduled');
  });

  it('is not_run when every step is left out, with no time of end unless chosen', async () => {
    const steps = [command('deploy', { branches: 'release/*' }), command('smoke', { when: () => false })];
    const s = await stage({ steps });
    expect(await s.create()).toMatchObject({ state: 'not_run', finished_at: null });
    const other = await stage({ steps, finishedAtWhenNotRun: true });
    expect((await other.create()).finished_at).not.toBeNull();
  });
});

describe('a block step', () => {
  it('makes a build look passed that is not: only `blocked` tells', async () => {
    const s = await stage({ steps: [command('test'), APPROVE, command('deploy')] });
    await s.create();
    s.clock.advance(1_500);
    const build = await read(s);
    expect(build).toMatchObject({ state: 'passed', blocked: true, blocked_state: 'passed' });
    expect(build.finished_at).not.toBeNull();
    const job = build.jobs.find((candidate) => candidate.type === 'manual');
    expect(job).toMatchObject({ label: 'Migrate?', state: 'blocked', unblockable: true, web_url: null, unblocked_by: null });
  });

  it.each(['passed', 'failed', 'running'] as const)('lets the build pretend to be %s', async (blockedState) => {
    const s = await stage({ steps: [{ ...APPROVE, blockedState }] });
    const build = await s.create();
    expect(build).toMatchObject({ state: blockedState, blocked: true, blocked_state: blockedState });
    expect(build.finished_at === null).toBe(blockedState === 'running');
  });

  it('lets the build go on when somebody unblocks it, once', async () => {
    const s = await stage({ steps: [command('test'), APPROVE, command('deploy')] });
    await s.create();
    s.clock.advance(1_500);
    const url = (await read(s)).jobs[1]!.unblock_url;
    expect(url).toBe(`${s.sim.url}/v2${BUILDS}/1/jobs/${s.sim.build('deploy', 1).jobs[1]?.id}/unblock`);
    const path = url.slice(`${s.sim.url}/v2`.length);
    const unblocked = await s.ask('PUT', path, { body: { fields: { release: '1.2', hosts: ['a', 'b'] } } });
    expect(unblocked.body).toMatchObject({ state: 'unblocked', unblockable: false, unblocked_by: { name: 'Countersign' } });
    expect(await read(s)).toMatchObject({
      state: 'running',
      blocked: false,
      blocked_state: '',
      finished_at: null,
      meta_data: { release: '1.2', hosts: 'a\nb' },
    });
    const again = await s.ask('PUT', path);
    expect([again.status, again.body]).toEqual([422, { message: "The job's state must be blocked" }]);
    s.clock.advance(1_500);
    expect(await read(s)).toMatchObject({ state: 'passed', blocked: false });
  });

  it('says what it asks in the configuration of its pipeline alone, and who unblocked it by the id of a member', async () => {
    const fields = [{ text: 'Release', key: 'release', required: true }];
    const s = await stage({ steps: [{ ...APPROVE, prompt: 'Sure?', fields }] });
    s.sim.addToken({ token: 'bkua_teams', user: { name: 'Ada', email: 'ada@acme.test' }, scopes: ['view_teams'] });
    await s.create();
    const { body: pipeline } = await s.ask('GET', '/organizations/acme/pipelines/deploy');
    expect((pipeline as unknown as { configuration: string }).configuration).toContain(`prompt: "Sure?"\n    fields: ${JSON.stringify(fields)}`);
    expect(JSON.stringify((await read(s)).jobs)).not.toContain('Release');
    const members = await s.ask('GET', '/organizations/acme/members', { token: 'bkua_teams' });
    const ada = (members.items as unknown as { id: string; email: string }[]).find(({ email }) => email === 'ada@acme.test');
    const [job] = s.sim.build('deploy', 1).jobs;
    const { body } = await s.ask('PUT', `/organizations/acme/jobs/${job?.id}/unblock`, { body: { unblocker: ada?.id, fields: { release: '1.2' } } });
    expect(body).toMatchObject({ state: 'unblocked', unblocked_by: { id: ada?.id, name: 'Ada' } });
  });

  it('may be unblocked before its turn, and then holds up nothing', async () => {
    const s = await stage({ steps: [command('test'), APPROVE, command('deploy')] });
    await s.create();
    s.sim.unblock('deploy', 1, { step: 'migrate' });
    expect(steps(await read(s))).toEqual(['test: scheduled', 'Migrate?: unblocked', 'deploy: waiting']);
    s.clock.advance(3_000);
    expect(await read(s)).toMatchObject({ state: 'passed', blocked: false });
  });

  it('is never reached when a step before it fails', async () => {
    const s = await stage({ steps: [command('test', { outcome: 'fail' }), APPROVE] });
    await s.create();
    s.clock.advance(1_500);
    expect(await read(s)).toMatchObject({ state: 'failed', blocked: false });
    expect(steps(await read(s))).toEqual(['test: failed', 'Migrate?: blocked_failed']);
  });

  it('refuses a foreign unblocker and other kinds of jobs', async () => {
    const s = await stage({ steps: [command('test'), APPROVE] });
    const [script, manual] = jobIds(await s.create());
    const foreign = await s.ask('PUT', `${BUILDS}/1/jobs/${manual}/unblock`, { body: { unblocker: 'nobody' } });
    expect([foreign.status, foreign.body.message]).toEqual([422, 'Unblocker is not a valid user id for this organization']);
    const wrong = await s.ask('PUT', `/organizations/acme/jobs/${script}/unblock`);
    expect([wrong.status, wrong.body.message]).toEqual([400, 'This job type cannot be unblocked']);
  });

  it('an input step holds up the end of the build, but no other step', async () => {
    const s = await stage({ steps: [{ type: 'input', label: 'Notes' }, command('deploy')] });
    await s.create();
    s.clock.advance(1_500);
    expect(steps(await read(s))).toEqual(['Notes: blocked', 'deploy: passed']);
    expect((await read(s)).blocked).toBe(true);
  });
});

describe('cancelling', () => {
  it('gives running steps their grace: canceling, then canceled', async () => {
    const s = await stage({ steps: [command('deploy', { durationMs: 60_000 }), WAIT, command('smoke')] });
    await s.create();
    s.clock.advance(500);
    const answer = await s.ask('PUT', `${BUILDS}/1/cancel`);
    expect([answer.status, answer.body.state]).toEqual([200, 'canceling']);
    const twice = await s.ask('PUT', `${BUILDS}/1/cancel`);
    expect([twice.status, twice.body.message]).toEqual([422, "Build can't be canceled because it's already being canceled."]);
    s.clock.advance(10_000);
    expect(await read(s)).toMatchObject({ state: 'canceled' });
    expect((await read(s)).finished_at).not.toBeNull();
    const late = await s.ask('PUT', `${BUILDS}/1/cancel`);
    expect([late.status, late.body.message]).toEqual([422, "Build can't be canceled because it's already been canceled."]);
  });

  it.each([
    ['before anything ran', [command('deploy')], 0],
    ['while blocked', [APPROVE], 1_000],
  ] as const)('ends a build at once %s', async (_, steps, ms) => {
    const s = await stage({ steps: [...steps] });
    await s.create();
    s.clock.advance(ms);
    expect((await s.ask('PUT', `${BUILDS}/1/cancel`)).body).toMatchObject({ state: 'canceled', blocked: false });
  });

  it('is refused when the build has ended', async () => {
    const s = await stage();
    await s.create();
    s.sim.finish('deploy', 1, 'passed');
    const answer = await s.ask('PUT', `${BUILDS}/1/cancel`);
    expect([answer.status, answer.body.message]).toEqual([422, "Build can't be canceled because it's already finished."]);
  });
});

describe('a retry', () => {
  it('brings a failed build back to life with a new job', async () => {
    const s = await stage({ steps: [command('test', { outcome: ['fail', 'pass'] }), WAIT, command('deploy')] });
    await s.create();
    s.clock.advance(1_500);
    const failed = await read(s);
    expect(failed.state).toBe('failed');
    const old = failed.jobs[0]!;
    s.clock.advance(60_000);
    const retry = await s.ask('PUT', `${BUILDS}/1/jobs/${old.id}/retry`);
    expect([retry.status, retry.body.state]).toEqual([200, 'scheduled']);
    expect(retry.body).toMatchObject({ retries_count: 1, retry_source: { job_id: old.id, retry_type: 'manual' }, exit_status: null });
    const revived = await read(s);
    expect(revived).toMatchObject({ state: 'running', finished_at: null, failing_at: failed.failing_at });
    expect(Date.parse(revived.started_at)).toBeGreaterThan(Date.parse(failed.started_at));
    expect(revived.jobs.map((job) => job.id)).not.toContain(old.id);
    const all = (await s.ask('GET', `${BUILDS}/1?include_retried_jobs=true`)).body.jobs;
    expect(all[0]).toMatchObject({ id: old.id, retried: true, retried_in_job_id: retry.body.id });
    s.clock.advance(3_000);
    expect(steps(await read(s))).toEqual(['test: passed', 'deploy: passed']);
    expect((await read(s)).state).toBe('passed');
  });

  it('is refused twice, for good jobs and for cancelled builds', async () => {
    const s = await stage({ steps: [command('test', { outcome: 'fail' }), command('lint')] });
    const [test = '', lint = ''] = jobIds(await s.create());
    s.clock.advance(1_500);
    const retry = (id: string): Promise<Answer> => s.ask('PUT', `${BUILDS}/1/jobs/${id}/retry`);
    expect((await retry(test)).status).toBe(200);
    for (const id of [test, lint]) {
      const answer = await retry(id);
      expect([answer.status, answer.body.message]).toEqual([400, 'Only failed, timed out or canceled jobs can be retried']);
    }
    s.sim.finish('deploy', 1, 'canceled');
    const answer = await retry(s.sim.build('deploy', 1).jobs[1]?.id ?? '');
    expect([answer.status, answer.body.message]).toEqual([422, 'Jobs from canceled builds cannot be retried']);
  });
});

describe('driven by hand', () => {
  it('a held pipeline moves only when told to', async () => {
    const s = await stage({ steps: [command('test'), WAIT, command('deploy')] });
    s.sim.hold('deploy');
    await s.create();
    s.clock.advance(86_400_000);
    expect(s.sim.build('deploy', 1).state).toBe('scheduled');
    s.sim.startBuild('deploy', 1);
    expect(steps(await read(s))).toEqual(['test: running', 'deploy: waiting']);
    s.sim.finishStep('deploy', 1, { step: 'test', outcome: 'pass' });
    expect(steps(await read(s))).toEqual(['test: passed', 'deploy: running']);
    s.clock.advance(86_400_000);
    s.sim.finishStep('deploy', 1, { step: 'deploy', outcome: 'fail' });
    expect(s.sim.build('deploy', 1).state).toBe('failed');
  });

  it.each(['passed', 'failed', 'canceled'] as const)('a build can be made to end as %s at once', async (how) => {
    const s = await stage({ steps: [command('test'), WAIT, command('deploy')] });
    s.sim.hold('deploy');
    await s.create();
    s.sim.finish('deploy', 1, how);
    expect(await read(s)).toMatchObject({ state: how, blocked: false });
  });

  it('a build can be made to block, be unblocked and end', async () => {
    const s = await stage({ steps: [command('test'), WAIT, command('deploy')] });
    s.sim.hold('deploy');
    await s.create();
    s.sim.block('deploy', 1, { label: 'Migrate database?' });
    expect(await read(s)).toMatchObject({ state: 'passed', blocked: true });
    expect(steps(await read(s))).toEqual(['test: passed', 'Migrate database?: blocked', 'deploy: waiting']);
    s.sim.unblock('deploy', 1, { by: { name: 'Dan', email: 'dan@acme.test' } });
    expect(s.sim.build('deploy', 1)).toMatchObject({ state: 'running', blocked: false });
    s.sim.finish('deploy', 1, 'passed');
    expect(await read(s)).toMatchObject({ state: 'passed', blocked: false });
  });

  it('released, a held build goes on by itself', async () => {
    const s = await stage();
    s.sim.hold('deploy');
    await s.create();
    s.sim.release('deploy');
    s.clock.advance(1_500);
    expect(s.sim.build('deploy', 1).state).toBe('passed');
  });

  it('says what is wrong instead of doing nothing', async () => {
    const s = await stage();
    await s.create();
    expect(() => s.sim.build('deploy', 2)).toThrow('no build 2 of deploy');
    expect(() => s.sim.finishStep('deploy', 1, { step: 'smoke', outcome: 'pass' })).toThrow('has no step smoke');
    s.sim.finish('deploy', 1, 'passed');
    expect(() => s.sim.cancelInUi('deploy', 1)).toThrow('already finished');
  });
});
