import { describe, expect, it } from 'vitest';
import { eventLines } from '../../../src/sim/buildkite/event-log.ts';
import type { StepDefinition } from '../../../src/sim/buildkite/state.ts';
import { BUILDS, SHA, stage, type Body, type Stage } from './sim-client.ts';

const command = (label: string, more: Partial<Extract<StepDefinition, { type: 'command' }>> = {}): StepDefinition => ({
  type: 'command',
  label,
  durationMs: 1_000,
  ...more,
});
const WAIT: StepDefinition = { type: 'wait' };
const read = async (s: Stage): Promise<Body> => (await s.ask('GET', `${BUILDS}/1`)).body;
const states = (s: Stage, pipeline?: string): readonly string[] => s.sim.builds(pipeline).map((build) => build.state);

describe('builds among each other', () => {
  it('a newer build of the branch skips queued and cancels running ones where the pipeline says so', async () => {
    const s = await stage();
    s.sim.addPipeline({ slug: 'busy', steps: [command('deploy')], skipQueuedBranchBuilds: true, cancelRunningBranchBuilds: true });
    const build = (): number => s.sim.buildInUi('busy', { commit: SHA, branch: 'main' });
    build();
    s.clock.advance(500);
    build();
    expect(s.sim.builds('busy').map((b) => b.state)).toEqual(['canceling', 'scheduled']);
    build();
    expect(s.sim.builds('busy').map((b) => b.state)).toEqual(['canceling', 'skipped', 'scheduled']);
    expect(s.sim.build('busy', 2).finishedAt).toBeNull();
  });

  it('or only for the branches of the setting', async () => {
    const s = await stage();
    s.sim.addPipeline({ slug: 'some', steps: [command('deploy')], skipQueuedBranchBuilds: true, skipQueuedBranchBuildsFilter: '!main' });
    for (const branch of ['main', 'main', 'feature', 'feature']) s.sim.buildInUi('some', { commit: SHA, branch });
    expect(states(s, 'some')).toEqual(['scheduled', 'scheduled', 'skipped', 'scheduled']);
  });

  it('share a concurrency group one after the other, across builds', async () => {
    const s = await stage({ steps: [command('deploy', { concurrency: { group: 'deploy/api', limit: 1 } })] });
    await s.create();
    await s.create();
    s.clock.advance(600);
    expect(s.sim.builds().map((b) => b.state)).toEqual(['running', 'scheduled']);
    s.clock.advance(1_000);
    expect(s.sim.builds().map((b) => b.state)).toEqual(['passed', 'running']);
  });

  it('start in the order in which they were made, ready or not; eager ones as they are ready', async () => {
    for (const [method, expected] of [
      ['ordered', ['running', 'scheduled']],
      ['eager', ['running', 'passed']],
    ] as const) {
      const s = await stage();
      const deploy = command('deploy', { concurrency: { group: 'deploy/api', limit: 1, method } });
      s.sim.addPipeline({ slug: 'slow', steps: [command('test', { durationMs: 60_000 }), WAIT, deploy] });
      s.sim.addPipeline({ slug: 'fast', steps: [deploy] });
      s.sim.buildInUi('slow', { commit: SHA, branch: 'main' });
      s.sim.buildInUi('fast', { commit: SHA, branch: 'main' });
      s.clock.advance(10_000);
      expect([method, ...states(s)]).toEqual([method, ...expected]);
      s.clock.advance(600_000);
      expect(states(s)).toEqual(['passed', 'passed']);
    }
  });

  it.each<[string, StepDefinition]>([
    ['behind a block step', { type: 'block', label: 'Go?' }],
    ['that will never run', command('test', { outcome: 'fail' })],
  ])('a job %s holds up nobody in its group', async (_, first) => {
    const s = await stage();
    const deploy = command('deploy', { concurrency: { group: 'deploy/api', limit: 1 } });
    s.sim.addPipeline({ slug: 'early', steps: [first, WAIT, deploy] });
    s.sim.addPipeline({ slug: 'late', steps: [deploy] });
    s.sim.buildInUi('early', { commit: SHA, branch: 'main' });
    s.sim.buildInUi('late', { commit: SHA, branch: 'main' });
    s.clock.advance(10_000);
    expect(states(s, 'late')).toEqual(['passed']);
  });

  it('a trigger step waits for the build it starts and ends like it', async () => {
    const s = await stage({ steps: [{ type: 'trigger', label: 'infra', pipeline: 'infra' }] });
    s.sim.addPipeline({ slug: 'infra', steps: [command('apply', { outcome: 'fail' })] });
    await s.create();
    s.clock.advance(600);
    expect((await read(s)).jobs[0]).toMatchObject({ type: 'trigger', state: 'running', triggered_build: { number: 1 } });
    s.clock.advance(2_000);
    expect(s.sim.build('infra', 1)).toMatchObject({ state: 'failed', source: 'trigger_job' });
    expect((await read(s)).state).toBe('failed');
  });

  it('a build that a cancelled one was waiting for can not be retried', async () => {
    const s = await stage({ steps: [{ type: 'trigger', label: 'infra', pipeline: 'infra' }] });
    s.sim.addPipeline({ slug: 'infra', steps: [command('apply', { outcome: 'fail', durationMs: 60_000 })] });
    await s.create();
    s.clock.advance(1_000);
    s.sim.cancelInUi('deploy', 1);
    s.clock.advance(100_000);
    const [job] = s.sim.build('infra', 1).jobs;
    const answer = await s.ask('PUT', `/organizations/acme/jobs/${job?.id}/retry`);
    expect([answer.status, answer.body.message]).toEqual([
      422,
      "This job can't be retried because this build was triggered by a synchronous trigger step in a canceled build",
    ]);
  });

  it('a rebuild is a new build of the same commit and environment, without the meta-data', async () => {
    const s = await stage();
    const first = await s.create({ env: { COUNTERSIGN_DEPLOY_ID: 'x' }, meta_data: { 'countersign:deploy-id': 'x' } });
    const answer = await s.ask('PUT', `${BUILDS}/1/rebuild`);
    expect([answer.status, answer.body.number, answer.body.commit, answer.body.env, answer.body.meta_data]).toEqual([200, 2, SHA, first.env, {}]);
    expect(answer.body.rebuilt_from).toEqual({ id: first.id, number: 1, url: first.url });
    s.sim.addPipeline({ slug: 'once', steps: [command('deploy')], allowRebuilds: false });
    s.sim.buildInUi('once', { commit: SHA, branch: 'main' });
    expect((await s.ask('PUT', '/organizations/acme/pipelines/once/builds/1/rebuild')).status).toBe(422);
  });
});

describe('one build', () => {
  it('of HEAD is told as HEAD until a job has found out what that is', async () => {
    const s = await stage();
    s.sim.addPipeline({ slug: 'known', steps: [command('deploy')], head: SHA });
    for (const slug of ['deploy', 'known']) s.sim.buildInUi(slug, { commit: 'HEAD', branch: 'main' });
    expect(s.sim.builds().map(({ commit }) => commit)).toEqual(['HEAD', 'HEAD']);
    s.clock.advance(500);
    expect(s.sim.builds().map(({ commit }) => commit)).toEqual(['HEAD', SHA]);
  });

  it('fails when no agent takes a step, and comes back when that step is retried', async () => {
    const s = await stage({ steps: [command('deploy')] });
    s.sim.hold('deploy');
    await s.create();
    s.sim.expireStep('deploy', 1, 'deploy');
    expect(await read(s)).toMatchObject({ state: 'failed', jobs: [{ state: 'expired', expired_at: '2026-11-23T12:00:00.000Z', finished_at: null }] });
    expect(() => s.sim.expireStep('deploy', 1, 'deploy')).toThrow('is expired, not scheduled');
    s.sim.retryJobInUi('deploy', 1, 'deploy');
    expect((await read(s)).jobs).toMatchObject([{ state: 'scheduled', retries_count: 1 }]);
  });

  it('tries a step again by itself where the step says so, and only then fails', async () => {
    const s = await stage({ steps: [command('test', { outcome: 'fail', automaticRetries: 1 })] });
    await s.create();
    s.clock.advance(1_600);
    expect(await read(s)).toMatchObject({
      state: 'running',
      failing_at: null,
      jobs: [{ retries_count: 1, retry_source: { retry_type: 'automatic' } }],
    });
    s.clock.advance(60_000);
    const { body } = await s.ask('GET', `${BUILDS}/1?include_retried_jobs=true`);
    expect(body).toMatchObject({
      state: 'failed',
      jobs: [
        { retry_type: 'automatic', retried_by: null },
        { retry_type: null, retried: false },
      ],
    });
  });

  it('may have a number that is not the next one', async () => {
    const s = await stage({ numberGaps: true, seed: 3 });
    const numbers: number[] = [];
    for (let i = 0; i < 8; i += 1) numbers.push((await s.create()).number);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(new Set(numbers).size).toBe(8);
    expect(numbers.at(-1)).toBeGreaterThan(8);
  });
});

describe('the log of events', () => {
  it('tells lives that cross, line by line', async () => {
    const s = await stage({ steps: [command('test', { outcome: ['fail', 'pass'] }), { type: 'block', label: 'Go?' }, command('deploy')] });
    await s.create();
    s.clock.advance(2_000);
    s.sim.retryJobInUi('deploy', 1, 'test');
    s.clock.advance(2_000);
    s.sim.unblock('deploy', 1);
    s.clock.advance(1_000);
    s.sim.cancelInUi('deploy', 1);
    s.clock.advance(10_000);
    await expect(`${eventLines(s.sim.events).join('\n')}\n`).toMatchFileSnapshot('golden/lives.txt');
  });
});
