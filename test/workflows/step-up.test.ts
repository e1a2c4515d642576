import { describe, expect, it } from 'vitest';
import { NEXT_SHA, voteOf } from '../support/deploy-examples.ts';
import { useStory } from '../support/story.ts';

const TO_CONFIRM = { kind: 'to-confirm', pullRequest: { number: 42 } } as const;

describe('an approval that has to be confirmed', () => {
  const current = useStory();

  it('is kept aside once, and counts when its owner says it on GitHub', async () => {
    const story = current();
    story.world.stepUp = true;
    const id = await story.ask();
    await story.until(id, 'waiting');
    expect(await story.vote(id, voteOf('bea', 'slack'))).toMatchObject(TO_CONFIRM);
    expect(await story.vote(id, voteOf('bea', 'slack'))).toMatchObject(TO_CONFIRM);
    expect(await story.status(id)).toMatchObject({ votes: [], unconfirmed: [{ by: { name: 'bea' }, surface: 'slack' }] });
    expect(await story.vote(id, voteOf('bea', 'github'))).toMatchObject({ kind: 'counted', have: 1, need: 2 });
    const after = await story.status(id);
    expect(after.votes.map(({ by, surface }) => [by.name, surface])).toEqual([['bea', 'github']]);
    expect(after.unconfirmed).toBeUndefined();
  });

  it('of everybody starts nothing', async () => {
    const story = current();
    story.world.stepUp = true;
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.approve(id, 'bea', 'carl', 'dan');
    expect(await story.status(id)).toMatchObject({ phase: { kind: 'waiting' }, votes: [] });
    expect(story.world.joins).toEqual([]);
  });

  it('can be taken back from either account, by its owner alone', async () => {
    const story = current();
    story.world.stepUp = true;
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.approve(id, 'bea');
    expect(await story.withdraw(id, 'carl')).toMatchObject({ kind: 'refused', reasons: [{ code: 'nothing-to-withdraw' }] });
    expect(await story.withdraw(id, 'bea')).toEqual({ kind: 'withdrawn', have: 0, need: 2 });
    expect((await story.status(id)).unconfirmed).toBeUndefined();
  });

  it('is gone with a new revision', async () => {
    const story = current();
    story.world.stepUp = true;
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.approve(id, 'bea');
    await story.push(id, 'eve', NEXT_SHA);
    await story.waitFor('revision 2', async () => (await story.status(id)).plan?.revision === 2);
    expect((await story.status(id)).unconfirmed).toBeUndefined();
  });
});
