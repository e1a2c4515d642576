import { describe, expect, it } from 'vitest';
import { strayBuildSeen } from '../../workflows/contract.ts';
import { planFor, SHA } from '../support/deploy-examples.ts';
import { changeBuild, newBuild } from '../support/deploy-world.ts';
import { approved, building } from '../support/plays.ts';
import { useStory } from '../support/story.ts';

describe('a build that no request of ours is following', () => {
  const current = useStory();

  it('holds the target of a fresh environment until it has ended, and the newest passed one is live', async () => {
    const story = current();
    const { target } = story;
    newBuild(story.world, { target, state: 'passed', startedAt: 900, finishedAt: 1_000, commit: 'a'.repeat(40) });
    newBuild(story.world, { target, state: 'passed', startedAt: 1_900, finishedAt: 2_000, commit: 'b'.repeat(40) });
    newBuild(story.world, { target, state: 'running', startedAt: 3_000 });
    const id = await approved(story);
    await story.waitFor('a holder', async () => (await story.environment()).holder !== null);
    expect(await story.environment()).toMatchObject({
      known: true,
      live: [{ sha: 'b'.repeat(40), since: 2_000 }],
      holder: { deployId: null },
      queue: [{ deployId: id }],
    });
    expect(story.world.creates).toEqual([]);
    await story.finish(3, 'passed');
    await story.until(id, 'building');
    expect((await story.environment()).live).toMatchObject([{ buildUrl: story.world.builds[2]?.url }]);
    await story.finish(4, 'passed');
    expect((await story.end(id)).phase.kind).toBe('succeeded');
  });

  it('on another pipeline of the same target holds it, once a request for that pipeline has come', async () => {
    const story = current();
    const { target, world } = story;
    const { organization } = world;
    newBuild(story.world, { target, pipeline: 'web-deploy', state: 'running', startedAt: 3_000 });
    const first = await building(story);
    story.world.plan = (input) => ({ kind: 'planned', plan: planFor(input, { organization, pipeline: 'web-deploy' }) });
    const second = await approved(story);
    await story.until(second, 'queued');
    await story.finish(2, 'passed');
    await story.end(first);
    await story.waitFor('the running build to hold the target', async () => (await story.environment()).holder?.deployId === null);
    expect(story.world.creates).toHaveLength(1);
    await story.finish(1, 'passed');
    await story.until(second, 'building');
    await story.finish(3, 'passed');
    await story.end(second);
  });

  it('and was revived at Buildkite holds the target, and changes what is live when it passes', async () => {
    const story = current();
    const first = await building(story);
    await story.finish(1, 'failed');
    expect((await story.end(first)).phase.kind).toBe('ended-badly');
    await story.free();

    const revived = changeBuild(story.world, 1, { state: 'running', finishedAt: null });
    await story.workflow('environment').signal(strayBuildSeen, { build: revived });
    await story.waitFor('a holder', async () => (await story.environment()).holder !== null);
    const second = await approved(story);
    await story.until(second, 'queued');
    expect(story.world.creates).toHaveLength(1);
    await story.finish(1, 'passed');
    await story.until(second, 'building');
    expect(await story.environment()).toMatchObject({ live: [{ sha: SHA }], history: [{ how: 'passed', build: 1 }] });
    await story.finish(2, 'passed');
    await story.end(second);
  });

  it.each([
    ['is of a pipeline that does not deploy there', { pipeline: 'unit-tests' }],
    ['turns out to be of another target', { target: 'elsewhere' }],
  ])('is no news when it %s', async (_what, change) => {
    const story = current();
    const { target } = story;
    const id = await building(story);
    await story.finish(1, 'passed');
    await story.end(id);
    await story.free();
    const before = await story.environment();
    const forged = newBuild(story.world, {
      target,
      state: 'passed',
      startedAt: 1,
      finishedAt: Date.now() + 60_000,
      commit: 'f'.repeat(40),
      ...change,
    });
    await story.workflow('environment').signal(strayBuildSeen, { build: { ...forged, target } });
    // Handled by now: a later one that is genuine has been believed.
    newBuild(story.world, { target, state: 'failed', startedAt: 1, finishedAt: Date.now() });
    await story.workflow('environment').signal(strayBuildSeen, { build: changeBuild(story.world, 3, {}) });
    await story.waitFor('the genuine one', async () => (await story.environment()).history.length === 2);
    const { live, history } = await story.environment();
    expect(live).toEqual(before.live);
    expect(history.map(({ build }) => build)).toEqual([1, 3]);
  });

  it('is believed only after a read, and an old end is no news', async () => {
    const story = current();
    const id = await building(story);
    await story.finish(1, 'passed');
    await story.end(id);
    await story.free();
    const reads = story.world.reads.length;
    const ended = story.world.builds[0];
    if (ended === undefined) throw new Error('no build');
    await story.workflow('environment').signal(strayBuildSeen, { build: ended });
    // A late webhook says `running`; one read says that it has ended.
    await story.workflow('environment').signal(strayBuildSeen, { build: { ...ended, state: 'running', finishedAt: null } });
    await story.waitFor('a read', () => story.world.reads.length > reads);
    expect(story.world.reads.slice(reads)).toEqual(['read 1']);
    expect((await story.environment()).holder).toBeNull();
  });
});
