import { describe, expect, it } from 'vitest';
import { deployCode } from '../../src/ids.ts';
import { approved, building } from '../support/plays.ts';
import { useStory } from '../support/story.ts';

describe('requests on one target', () => {
  const current = useStory();

  it('are built one at a time, in the order of their last votes, and know their place', async () => {
    const story = current();
    const first = await building(story);
    const second = await approved(story);
    const third = await approved(story);
    await story.waitFor('second place', async () => {
      const { phase } = await story.status(third);
      return phase.kind === 'queued' && phase.position === 2 && phase.ahead === deployCode(second);
    });
    await story.waitFor('first place', async () => {
      const { phase } = await story.status(second);
      return phase.kind === 'queued' && phase.position === 1 && phase.ahead === deployCode(first);
    });
    expect(await story.environment()).toMatchObject({ holder: { deployId: first }, queue: [{ deployId: second }, { deployId: third }] });
    expect(story.world.creates).toHaveLength(1);
    await story.finish(1, 'passed');
    await story.until(second, 'building');
    await story.waitFor('first place', async () => {
      const { phase } = await story.status(third);
      return phase.kind === 'queued' && phase.position === 1 && phase.ahead === deployCode(second);
    });
    expect(story.world.creates).toHaveLength(2);
    await story.finish(2, 'failed');
    await story.until(third, 'building');
    await story.finish(3, 'passed');
    const ends = await Promise.all([first, second, third].map(async (id) => (await story.end(id)).phase.kind));
    expect(ends).toEqual(['succeeded', 'ended-badly', 'succeeded']);
    await story.free();
    expect((await story.environment()).history.map(({ workflowId }) => workflowId)).toEqual([first, second, third]);
  });

  it('each tell the build what ran before it, as the re-check read it', async () => {
    const story = current();
    const { recheck } = story.world;
    story.world.recheck = async (input) => {
      const { live } = await story.environment();
      const [version = null] = live;
      const checked = await recheck(input);
      return checked.kind === 'good' ? { ...checked, live: version } : checked;
    };
    const first = await building(story);
    await story.finish(1, 'passed');
    await story.end(first);
    const second = await building(story);
    expect(story.world.creates.map(({ previousSha }) => previousSha)).toEqual([null, story.world.builds[0]?.commit]);
    await story.finish(2, 'passed');
    await story.end(second);
  });

  it('are dropped when their workflow was ended from outside', async () => {
    const story = current();
    const first = await building(story);
    const second = await approved(story);
    const third = await approved(story);
    await story.until(third, 'queued');
    await story.waitFor('two in the queue', async () => (await story.environment()).queue.length === 2);
    await story.handle(second).terminate();
    await story.finish(1, 'passed');
    await story.until(third, 'building');
    await story.finish(2, 'passed');
    await story.end(third);
    expect(story.world.creates.map(({ deployId }) => deployId)).toEqual([first, third]);
  });

  it('share a lasting environment that continues as new while a build runs', async () => {
    const story = current();
    story.world.timing.environment = { ...story.world.timing.environment, eventsMax: 15 };
    const first = await building(story);
    const environment = story.workflow('environment');
    const { runId } = await environment.describe();
    const second = await approved(story);
    await story.until(second, 'queued');
    await story.waitFor('a later run', async () => (await environment.describe()).runId !== runId);
    await story.waitFor('the second in its queue', async () => (await story.environment()).queue[0]?.deployId === second);
    expect(await story.environment()).toMatchObject({ known: true, holder: { deployId: first } });
    await story.finish(1, 'passed');
    expect((await story.end(first)).phase.kind).toBe('succeeded');
    await story.until(second, 'building');
    expect((await story.environment()).live).toMatchObject([{ buildUrl: story.world.builds[0]?.url }]);
    await story.finish(2, 'passed');
    expect((await story.end(second)).phase.kind).toBe('succeeded');
    expect(story.world.creates).toHaveLength(2);
    expect(story.world.reads.filter((read) => read === 'list target')).toHaveLength(1);
  });
});
