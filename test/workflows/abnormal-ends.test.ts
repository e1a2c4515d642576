// Whatever ends from outside: one build per request, one holder per target, and somebody who goes on.
import { beforeEach, describe, expect, it } from 'vitest';
import { buildWatchId, TASK_QUEUE } from '../../workflows/contract.ts';
import { changeBuild } from '../support/deploy-world.ts';
import { createGate } from '../support/gate.ts';
import { hurryCreates } from '../support/lost-creates.ts';
import { changeTiming } from '../support/plan-twists.ts';
import { approved, building } from '../support/plays.ts';
import { SHORT, useStory } from '../support/story.ts';

describe('when a workflow is ended from outside', () => {
  const current = useStory();
  beforeEach(() => hurryCreates(current().world));

  it('a build that was terminated is started again for the same turn, and nothing is built twice', async () => {
    const story = current();
    const id = await building(story);
    const { runId } = await story.workflow('build').describe();
    await story.workflow('build').terminate();
    await story.waitFor('a later run', async () => (await story.workflow('build').describe()).runId !== runId);
    await story.waitFor('the adopted build', () => story.world.reads.includes('find'));
    await story.finish(1, 'passed');
    expect((await story.end(id)).phase.kind).toBe('succeeded');
    expect(story.world.creates).toHaveLength(1);
    expect(story.world.joins.every((join) => join.endsWith('#1'))).toBe(true);
    await story.free();
  });

  it('a build that was terminated while its create was under way waits until that is over, finds it, and adopts it', async () => {
    const story = current();
    const creating = createGate();
    story.world.create = async (_order, build) => {
      await creating.pass();
      return { kind: 'created', build: build() };
    };
    const id = await approved(story);
    await story.waitFor('the create', () => creating.arrivals === 1);
    await story.workflow('build').terminate();
    // The request reaches Buildkite after the workflow that sent it is gone.
    creating.open();
    await story.until(id, 'building');
    await story.finish(1, 'passed');
    expect((await story.end(id)).phase.kind).toBe('succeeded');
    expect(story.world.creates).toHaveLength(1);
  });

  it('a cancel taken while its build was gone is obeyed by the next run of it', async () => {
    const story = current();
    const id = await building(story);
    await story.workflow('build').terminate();
    expect(await story.cancel(id, 'ann')).toEqual({ kind: 'cancelling', build: 1 });
    await story.waitFor('the cancel at Buildkite', () => story.world.cancels.length === 1);
    await story.finish(1, 'canceled');
    expect((await story.end(id)).phase).toMatchObject({ kind: 'ended-badly', how: 'canceled' });
    expect(story.world.creates).toHaveLength(1);
  });

  it('a request that was terminated while building leaves its build holding the target to its end', async () => {
    const story = current();
    const first = await building(story);
    await story.handle(first).terminate();
    const second = await approved(story);
    await story.until(second, 'queued');
    expect((await story.environment()).holder).toMatchObject({ deployId: first });
    expect(story.world.creates).toHaveLength(1);
    await story.finish(1, 'passed');
    await story.until(second, 'building');
    expect((await story.environment()).live[0]?.buildUrl).toBe(story.world.builds[0]?.url);
    await story.finish(2, 'passed');
    await story.end(second);
  });

  it('request and build both terminated: the build at Buildkite is followed to its end before the next turn', async () => {
    const story = current();
    const first = await building(story);
    await story.handle(first).terminate();
    await story.workflow('build').terminate();
    const second = await approved(story);
    await story.waitFor('a look at Buildkite', () => story.world.reads.filter((read) => read === 'list target').length === 2);
    await story.until(second, 'queued');
    expect(story.world.creates).toHaveLength(1);
    await story.finish(1, 'passed');
    await story.until(second, 'building');
    await story.finish(2, 'passed');
    expect((await story.end(second)).phase.kind).toBe('succeeded');
  });

  it('an environment that was terminated is started again by the waiting request, and the running build is its foreign holder', async () => {
    const story = current();
    const first = await building(story);
    const second = await approved(story);
    await story.until(second, 'queued');
    await story.workflow('environment').terminate();
    await story.waitFor('a new environment that knows', async () => {
      const { status } = await story.workflow('environment').describe();
      return status.name === 'RUNNING' && (await story.environment()).holder?.deployId === first;
    });
    expect(story.world.creates).toHaveLength(1);
    await story.finish(1, 'passed');
    expect((await story.end(first)).phase.kind).toBe('succeeded');
    await story.until(second, 'building');
    await story.finish(2, 'passed');
    expect((await story.end(second)).phase.kind).toBe('succeeded');
    expect(story.world.creates).toHaveLength(2);
    await story.free();
    expect((await story.environment()).live[0]?.buildUrl).toBe(story.world.builds[1]?.url);
  });

  it('environment and build both terminated: the request learns the end all the same', async () => {
    const story = current();
    const id = await building(story);
    await story.workflow('environment').terminate();
    await story.workflow('build').terminate();
    await story.waitFor('a new build', async () => (await story.workflow('build').describe()).status.name === 'RUNNING');
    await story.finish(1, 'passed');
    expect((await story.end(id)).phase.kind).toBe('succeeded');
    expect(story.world.creates).toHaveLength(1);
    await story.free();
  });

  it('environment and build both terminated, and another request asked first: the build is stopped all the same when its own is cancelled', async () => {
    const story = current();
    // It asks nobody by itself while the story lasts.
    const id = await story.ask({}, { ...SHORT.deploy, askAgainMs: 600_000 });
    await story.until(id, 'waiting');
    await story.approve(id, 'bea', 'carl');
    await story.until(id, 'building');
    await story.workflow('environment').terminate();
    await story.workflow('build').terminate();
    const other = await approved(story);
    await story.waitFor('whoever follows it', async () => (await story.workflow('build').describe()).status.name === 'RUNNING');
    expect(await story.cancel(id, 'ann')).toEqual({ kind: 'cancelling', build: 1 });
    await story.waitFor('the cancel at Buildkite', () => story.world.cancels.includes(1));
    await story.finish(1, 'canceled');
    await story.until(other, 'building');
    await story.finish(2, 'passed');
    expect((await story.end(other)).phase.kind).toBe('succeeded');
    expect(story.world.cancels).toEqual([1]);
  });

  it('an environment that was reset grants no second turn while the build runs', async () => {
    const story = current();
    const id = await building(story);
    const { runId } = await story.workflow('environment').describe();
    const { events } = await story.stage.history(story.workflow('environment').workflowId);
    // Right after the queue was joined, before the turn was granted.
    const firstTask = events?.find((event) => event.workflowTaskCompletedEventAttributes != null);
    await story.stage.reset({ workflowId: story.workflow('environment').workflowId, runId }, firstTask);
    await story.waitFor('a run that knows its holder', async () => (await story.environment()).holder?.deployId === id);
    expect((await story.workflow('environment').describe()).runId).not.toBe(runId);
    await story.finish(1, 'passed');
    expect((await story.end(id)).phase.kind).toBe('succeeded');
    await story.free();
    expect(story.world.creates).toHaveLength(1);
  });

  it('a request that was reset forgets its start, but not that it is being built', async () => {
    const story = current();
    const id = await building(story);
    const { runId } = await story.handle(id).describe();
    const { events = [] } = await story.stage.history(id);
    // Right before the claim was answered: the workflow task that asked for the re-check.
    const claimed = (events ?? []).findLast((event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'recheck');
    const task = (events ?? []).find((event) => event.eventId?.eq(claimed?.activityTaskScheduledEventAttributes?.workflowTaskCompletedEventId ?? 0));
    await story.stage.reset({ workflowId: id, runId }, task);
    await story.waitFor('another run', async () => (await story.handle(id).describe()).runId !== runId);
    await story.finish(1, 'passed');
    expect((await story.end(id)).phase.kind).toBe('succeeded');
    expect(story.world.creates).toHaveLength(1);
  });

  it('a lost report of the end is made good by asking the environment', async () => {
    const story = current();
    story.world.loseReports = true;
    const id = await approved(story);
    await story.waitFor('the build', () => story.world.builds.length === 1);
    await story.finish(1, 'passed');
    expect((await story.end(id)).phase).toMatchObject({ kind: 'succeeded', build: { number: 1 } });
  });

  it('a cancel request from Temporal’s own page changes nothing: votes count and the build is followed', async () => {
    const story = current();
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.handle(id).cancel();
    await story.approve(id, 'bea', 'carl');
    await story.until(id, 'building');
    await story.workflow('build').cancel();
    await story.workflow('environment').cancel();
    await story.finish(1, 'passed');
    expect((await story.end(id)).phase.kind).toBe('succeeded');
    await story.free();
  });

  it.each(['deploy', 'waiting deploy', 'environment', 'build', 'build-watch'] as const)(
    'with another request waiting: after the end of %s the target is held once at a time, and by nobody in the end',
    async (ended) => {
      const story = current();
      // No webhook comes, so that all depends on those who are left.
      changeTiming(story.world, { silentMs: 50 });
      let most = 0;
      story.world.onCreated = () => {
        most = Math.max(most, story.world.builds.filter(({ finishedAt }) => finishedAt === null).length);
      };
      const first = await building(story);
      const second = await approved(story);
      await story.until(second, 'queued');
      await story.waitFor('the shared poll', () => story.world.reads.includes('poll'));
      const ids = {
        deploy: first,
        'waiting deploy': second,
        environment: story.workflow('environment').workflowId,
        build: story.workflow('build').workflowId,
        'build-watch': buildWatchId(story.world.organization),
      };
      await story.client.workflow.getHandle(ids[ended]).terminate();
      const end = async (number: number): Promise<void> => {
        await story.waitFor(`build ${number}`, () => story.world.builds.length === number);
        changeBuild(story.world, number, { state: 'passed', startedAt: Date.now(), finishedAt: Date.now() });
      };
      await end(1);
      if (ended !== 'waiting deploy') await end(2);
      const left = [first, second].filter((id) => id !== ids[ended]);
      const phases = await Promise.all(left.map(async (id) => (await story.end(id)).phase.kind));
      expect(phases).toEqual(left.map(() => 'succeeded'));
      await story.free();
      expect(most).toBe(1);
      expect(story.world.creates).toHaveLength(ended === 'waiting deploy' ? 1 : 2);
    },
  );

  it('a build that nobody asked for ends at once', async () => {
    const story = current();
    const args = [
      {
        target: story.target,
        environmentId: 'environment:nowhere',
        organization: story.world.organization,
        pipeline: 'api-deploy',
        pipelines: ['api-deploy'],
        deployId: 'deploy:nobody',
        code: null,
        turn: 1,
        look: null,
        follow: null,
        timing: story.world.timing.environment.build,
      },
    ];
    const handle = await story.client.workflow.start('build', { workflowId: `build:${story.target}`, taskQueue: TASK_QUEUE.workflows, args });
    expect(await handle.result()).toEqual({ kind: 'not-built', why: 'claim-refused' });
    expect(story.world.creates).toEqual([]);
  });
});
