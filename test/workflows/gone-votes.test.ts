import { describe, expect, it } from 'vitest';
import { PEOPLE, planFor, tallyOf, voteOf } from '../support/deploy-examples.ts';
import { useStory } from '../support/story.ts';

describe('a vote that stops counting', () => {
  const current = useStory();

  it('is kept with why and since when: taken back, for an earlier commit, by somebody who left', async () => {
    const story = current();
    const { recheck } = story.world;
    story.world.recheck = () => {
      story.world.recheck = recheck;
      return { kind: 'void', votes: [{ by: PEOPLE.carl, why: 'left-group', detail: 'sre' }], tally: tallyOf([PEOPLE.bea]) };
    };
    const id = await story.ask();
    await story.until(id, 'waiting');
    expect(await story.status(id)).not.toHaveProperty('gone');
    await story.approve(id, 'dan');
    await story.withdraw(id, 'dan');
    await story.approve(id, 'eve');
    await story.push(id, 'fay');
    await story.waitFor('revision 2', async () => (await story.status(id)).plan?.revision === 2);
    await story.approve(id, 'bea', 'carl');
    await story.waitFor('the void vote', async () => (await story.status(id)).voided.length > 0 && (await story.status(id)).phase.kind === 'waiting');
    const { gone = [], votes } = await story.status(id);
    expect(gone.map(({ vote, why, detail }) => [vote.by.name, why, detail])).toEqual([
      ['dan', 'withdrawn', null],
      ['eve', 'new-revision', null],
      ['carl', 'left-group', 'sre'],
    ]);
    expect(gone.every(({ vote, at }) => at >= vote.at - 1_000)).toBe(true);
    expect(votes.map(({ by }) => by.name)).toEqual(['bea']);
    await story.cancel(id, 'ann');
    expect((await story.end(id)).gone).toHaveLength(3);
  });
});

describe('a plan that a rule has approved', () => {
  const current = useStory();

  it('waits for nobody, and there is nothing left to sign', async () => {
    const story = current();
    const when = [{ fact: 'only-files', state: 'holds', wanted: 'changes in docs/** only', found: 'only docs/a.md' }] as const;
    const tree = { kind: 'auto', name: 'low-risk', satisfied: true, state: 'satisfied', when } as const;
    const tally = { satisfied: true, have: 0, need: 0, tree };
    story.world.plan = (input) => ({ kind: 'planned', plan: planFor(input, { tally, organization: story.world.organization }) });
    story.world.recheck = () => ({ kind: 'good', tally });
    const id = await story.ask();
    await story.until(id, 'building');
    expect(await story.vote(id, voteOf('bea', 'slack'))).toMatchObject({ kind: 'refused' });
    expect(story.world.creates).toMatchObject([{ approvers: [] }]);
    await story.finish(1, 'passed');
    expect(await story.end(id)).toMatchObject({ phase: { kind: 'succeeded' }, votes: [], tally: { tree: { name: 'low-risk' } } });
  });
});
