import { describe, expect, it } from 'vitest';
import { keep, type Receipt } from '../../workflows/contract.ts';
import type { Contract } from '../../workflows/vocabulary.ts';
import { NEXT_SHA, SHA, voteOf, type Name } from '../support/deploy-examples.ts';
import { changeRule } from '../support/plan-twists.ts';
import { useStory, type Story } from '../support/story.ts';

describe('going back to the commit before a push', () => {
  const current = useStory();

  /** A request that bea had approved before eve pushed. */
  async function pushed(onPush: 'requester' | null = 'requester'): Promise<[Story, string]> {
    const story = current();
    changeRule(story.world, { onPush: { keep: onPush, small: null } });
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.approve(id, 'bea');
    await story.push(id, 'eve');
    await story.waitFor('revision 2', async () => (await story.status(id)).plan?.revision === 2);
    return [story, id];
  }

  function keeps(story: Story, id: string, name: Name, contract: Contract | null = null): Promise<Receipt> {
    const { key, by, at, replyTo } = voteOf(name, 'slack');
    return story.handle(id).executeUpdate(keep, { args: [{ key, by, at, replyTo, contract, sha: null }], updateId: key });
  }

  it('plans it again, with fresh votes, and later pushes are only named', async () => {
    const [story, id] = await pushed();
    expect(await story.status(id)).toMatchObject({ keepable: SHA, revision: { askedAgain: [{ name: 'bea' }] } });
    expect(await keeps(story, id, 'ann')).toEqual({ kind: 'keeping', sha: SHA, instead: NEXT_SHA });
    await story.waitFor('revision 3', async () => (await story.status(id)).plan?.revision === 3);
    const back = await story.status(id);
    expect(back).toMatchObject({
      plan: { sha: SHA },
      votes: [],
      revision: { how: 'keep', from: NEXT_SHA, to: SHA, by: 'ann' },
      laterPush: { sha: NEXT_SHA },
    });
    expect(back.keepable).toBeUndefined();
    const third = `aaaaaaa${'0'.repeat(33)}` as typeof NEXT_SHA;
    await story.push(id, 'fay', third);
    expect(await story.status(id)).toMatchObject({ plan: { revision: 3, sha: SHA }, laterPush: { sha: third, by: 'fay' } });
    await story.approve(id, 'bea', 'carl');
    await story.until(id, 'building');
    expect(story.world.creates).toMatchObject([{ sha: SHA }]);
  });

  it('is the requester’s alone', async () => {
    const [story, id] = await pushed();
    expect(await keeps(story, id, 'zoe')).toMatchObject({ kind: 'refused' });
    expect(await story.status(id)).toMatchObject({ plan: { revision: 2 }, keepable: SHA });
  });

  it('is not offered where policy keeps nothing', async () => {
    const [story, id] = await pushed(null);
    expect((await story.status(id)).keepable).toBeUndefined();
    expect(await keeps(story, id, 'ann')).toMatchObject({ kind: 'refused', reasons: [{ code: 'keeps-nothing' }] });
  });

  it('is refused by a button of an earlier card, and where nothing was pushed', async () => {
    const [story, id] = await pushed();
    expect(await keeps(story, id, 'ann', 'an earlier contract' as Contract)).toMatchObject({ kind: 'refused', reasons: [{ code: 'stale-card' }] });
    const fresh = await story.ask();
    await story.until(fresh, 'waiting');
    expect(await keeps(story, fresh, 'ann')).toMatchObject({ kind: 'refused', reasons: [{ code: 'nothing-to-keep' }] });
  });

  it('that can’t be had leaves the request at what was pushed, and the cards say why', async () => {
    const [story, id] = await pushed();
    const { plan } = story.world;
    story.world.plan = (input) =>
      input.keep === undefined
        ? plan(input)
        : { kind: 'refused', reasons: [{ code: 'rule-unsatisfiable', group: 'sre', needed: 2, could: 1 }], gates: [], sha: SHA, target: null };
    await keeps(story, id, 'ann');
    await story.waitFor('the refusal', async () => (await story.status(id)).keepRefused !== undefined);
    expect(await story.status(id)).toMatchObject({ phase: { kind: 'waiting' }, plan: { revision: 2, sha: NEXT_SHA } });
    await story.approve(id, 'bea', 'carl');
    await story.until(id, 'building');
    expect(story.world.creates).toMatchObject([{ sha: NEXT_SHA }]);
  });
});
