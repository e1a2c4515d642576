import { describe, expect, it } from 'vitest';
import { buildSeen } from '../../workflows/build-contract.ts';
import { buildWatchId } from '../../workflows/contract.ts';
import { changeBuild, newBuild } from '../support/deploy-world.ts';
import { changeTiming } from '../support/plan-twists.ts';
import { building } from '../support/plays.ts';
import { useStory } from '../support/story.ts';

describe('a running build', () => {
  const current = useStory();

  it('that is blocked is not a success, keeps its turn, and goes on when unblocked', async () => {
    const story = current();
    const id = await building(story);
    changeBuild(story.world, 1, {
      steps: [
        { label: 'deploy', type: 'command', state: 'passed', jobId: 'job-1' },
        { label: 'Migrate database?', type: 'block', state: 'blocked', jobId: null },
      ],
    });
    await story.webhook(1, { state: 'passed', blocked: true, finishedAt: Date.now() });
    expect((await story.until(id, 'blocked')).phase).toMatchObject({ step: 'Migrate database?' });
    expect((await story.environment()).holder).toMatchObject({ deployId: id });
    await story.webhook(1, { state: 'running', blocked: false, finishedAt: null });
    await story.until(id, 'building');
    await story.finish(1, 'passed');
    expect((await story.end(id)).phase.kind).toBe('succeeded');
  });

  it('that failed is told with the end of its log', async () => {
    const story = current();
    const id = await building(story);
    changeBuild(story.world, 1, { steps: [{ label: 'smoke test', type: 'command', state: 'failed', jobId: 'job-1' }] });
    await story.finish(1, 'failed');
    const { phase } = await story.end(id);
    expect(phase).toMatchObject({ kind: 'ended-badly', how: 'failed', log: { step: 'smoke test', lines: ['boom'] }, cancelledBy: null });
    await story.free();
    const { live, history } = await story.environment();
    expect(live).toEqual([]);
    expect(history).toMatchObject([{ workflowId: id, how: 'failed', build: 1 }]);
  });

  it.each(['canceled', 'skipped', 'not_run'])('that ended outside as %s is told as that', async (how) => {
    const story = current();
    const id = await building(story);
    await story.finish(1, how);
    expect((await story.end(id)).phase).toMatchObject({ kind: 'ended-badly', how, log: null, cancelledBy: null });
  });

  it('is believed to have ended only when a read says so', async () => {
    const story = current();
    const id = await building(story);
    const build = story.world.builds[0];
    if (build === undefined) throw new Error('no build');
    // A webhook that runs ahead of what a read shows.
    const ahead = { ...build, state: 'passed', finishedAt: Date.now() };
    await story.workflow('build').signal(buildSeen, { deployId: id, build: ahead, by: 'webhook' });
    await story.waitFor('a read', () => story.world.reads.includes('read 1'));
    expect((await story.status(id)).phase.kind).toBe('building');
    changeBuild(story.world, 1, { state: 'failed', finishedAt: Date.now() });
    expect((await story.end(id)).phase).toMatchObject({ kind: 'ended-badly', how: 'failed' });
  });

  it('never goes back on the card when webhooks are late', async () => {
    const story = current();
    const id = await building(story);
    await story.webhook(1, { state: 'running', startedAt: Date.now() });
    const build = story.world.builds[0];
    if (build === undefined) throw new Error('no build');
    await story.workflow('build').signal(buildSeen, { deployId: id, build: { ...build, state: 'scheduled' }, by: 'webhook' });
    await story.finish(1, 'passed');
    await story.end(id);
    const states = story.world.announcements.flatMap(({ status: { phase } }) => ('build' in phase ? [phase.build.state] : []));
    expect(states).toEqual(
      states.toSorted((one, two) => ['scheduled', 'running', 'passed'].indexOf(one) - ['scheduled', 'running', 'passed'].indexOf(two)),
    );
  });

  it('shows progress at most as often as agreed', async () => {
    const story = current();
    changeTiming(story.world, { progressMs: 300 });
    const id = await building(story);
    const before = Date.now();
    for (const step of ['a', 'b', 'c', 'd', 'e']) {
      const steps = [{ label: 'deploy', type: 'command', state: step, jobId: 'job-1' }] as const;
      await story
        .workflow('build')
        .signal(buildSeen, { deployId: id, build: { ...changeBuild(story.world, 1, { state: 'running' }), steps }, by: 'webhook' });
    }
    await story.waitFor('the last step', async () => (await story.status(id)).build?.steps[0]?.state === 'e');
    await story.finish(1, 'passed');
    await story.end(id);
    const shown = story.world.announcements.filter(({ status }) => status.phase.kind === 'building');
    expect(shown.length).toBeLessThanOrEqual(1 + Math.ceil((Date.now() - before) / 300));
  });

  it('of which a step has failed is told at once, however much was told just before', async () => {
    const story = current();
    changeTiming(story.world, { progressMs: 3_600_000 });
    const id = await building(story);
    await story.webhook(1, { state: 'running', startedAt: Date.now() });
    await story.webhook(1, { state: 'failing' });
    await story.waitFor('failing on the card', async () => (await story.status(id)).build?.state === 'failing');
    await story.finish(1, 'failed');
    expect((await story.end(id)).phase).toMatchObject({ kind: 'ended-badly', how: 'failed' });
  });

  it('whose webhooks are all lost is told right by the shared poll, which then ends', async () => {
    const story = current();
    changeTiming(story.world, { silentMs: 50, progressMs: 50 });
    const id = await building(story);
    await story.waitFor('the poll', () => story.world.reads.includes('poll'));
    changeBuild(story.world, 1, { state: 'running', startedAt: Date.now() });
    await story.waitFor('running on the card', async () => (await story.status(id)).build?.state === 'running');
    changeBuild(story.world, 1, { state: 'passed', finishedAt: Date.now() });
    expect((await story.end(id)).phase.kind).toBe('succeeded');
    const watch = story.client.workflow.getHandle(buildWatchId(story.world.organization));
    await watch.result();
    expect((await watch.describe()).status.name).toBe('COMPLETED');
  });

  it('of another request is polled for by the same watch, also after it continued as new', async () => {
    const story = current();
    changeTiming(story.world, { silentMs: 50 });
    story.world.timing.watch = { ...story.world.timing.watch, pollMs: 50, eventsMax: 30 };
    const first = await building(story);
    const second = await story.ask({ service: `${story.world.service}-other` });
    await story.until(second, 'waiting');
    await story.approve(second, 'bea', 'carl');
    await story.until(second, 'building');
    await story.waitFor('the poll', () => story.world.reads.includes('poll'));
    const watch = story.client.workflow.getHandle(buildWatchId(story.world.organization));
    const { runId } = await watch.describe();
    await story.waitFor('a later run', async () => (await watch.describe()).runId !== runId);
    changeBuild(story.world, 1, { state: 'passed', finishedAt: Date.now() });
    changeBuild(story.world, 2, { state: 'failed', finishedAt: Date.now() });
    expect((await story.end(first)).phase.kind).toBe('succeeded');
    expect((await story.end(second)).phase).toMatchObject({ kind: 'ended-badly', how: 'failed' });
    await watch.result();
  });

  it('behind so many others that it is on a later page is followed all the same', async () => {
    const story = current();
    changeTiming(story.world, { silentMs: 50, progressMs: 50 });
    story.world.perPage = 1;
    const id = await building(story);
    newBuild(story.world, { state: 'running' });
    await story.waitFor('the second page', () => story.world.reads.includes('poll 2'));
    changeBuild(story.world, 1, { state: 'running', startedAt: Date.now() });
    await story.waitFor('running on the card', async () => (await story.status(id)).build?.state === 'running');
    changeBuild(story.world, 1, { state: 'passed', finishedAt: Date.now() });
    expect((await story.end(id)).phase.kind).toBe('succeeded');
  });

  it('that was deleted at Buildkite frees the target', async () => {
    const story = current();
    const id = await building(story);
    const deleted = story.world.builds.splice(0, 1)[0];
    if (deleted === undefined) throw new Error('no build');
    await story
      .workflow('build')
      .signal(buildSeen, { deployId: id, build: { ...deleted, state: 'canceled', finishedAt: Date.now() }, by: 'webhook' });
    expect((await story.end(id)).phase).toMatchObject({ kind: 'ended-badly', how: 'canceled' });
    await story.free();
  });
});
