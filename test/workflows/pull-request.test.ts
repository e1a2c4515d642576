import { describe, expect, it } from 'vitest';
import { pullRequestClosed, type PullRequestClosure } from '../../workflows/contract.ts';
import type { ApprovalRule } from '../../workflows/vocabulary.ts';
import { NEXT_SHA, onGithub, SHA } from '../support/deploy-examples.ts';
import { changeRule, holdPlans } from '../support/plan-twists.ts';
import { building } from '../support/plays.ts';
import { useStory, type Story } from '../support/story.ts';

type Ends = Pick<ApprovalRule, 'onClose' | 'onMerge'>;
const DEFAULTS: Ends = { onClose: 'cancel', onMerge: 'keep' };

describe('the end of a pull request', () => {
  const current = useStory();

  function storyWith(rule: Ends): Story {
    const story = current();
    changeRule(story.world, rule);
    return story;
  }
  const closes = (story: Story, id: string, closure: Partial<PullRequestClosure> = {}): Promise<void> =>
    story.handle(id).signal(pullRequestClosed, {
      number: 42,
      merged: false,
      head: SHA,
      mergeSha: null,
      by: onGithub('eve'),
      at: Date.now() + 1_000,
      ...closure,
    });

  it('cancels the request when it is closed, and says who closed it', async () => {
    const story = storyWith(DEFAULTS);
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.approve(id, 'bea');
    await closes(story, id);
    expect((await story.end(id)).phase).toMatchObject({
      kind: 'cancelled',
      by: { name: 'eve' },
      during: 'waiting',
      pullRequest: { number: 42, merged: false },
    });
    expect(story.world.creates).toEqual([]);
  });

  it('changes nothing by policy, and is named', async () => {
    const story = storyWith({ onClose: 'keep', onMerge: 'keep' });
    const id = await story.ask();
    await story.until(id, 'waiting');
    await closes(story, id);
    expect(await story.status(id)).toMatchObject({ phase: { kind: 'waiting' }, closure: { number: 42, merged: false, by: 'eve' } });
    await story.approve(id, 'bea', 'carl');
    await story.until(id, 'building');
  });

  it.each([
    ['at the head that is to be built goes on', SHA, 'waiting'],
    ['at another head is cancelled', NEXT_SHA, 'cancelled'],
  ] as const)('merged %s', async (_how, head, phase) => {
    const story = storyWith(DEFAULTS);
    const id = await story.ask();
    await story.until(id, 'waiting');
    await closes(story, id, { merged: true, head });
    expect((await story.until(id, phase)).phase.kind).toBe(phase);
  });

  it('told while the plan is made is obeyed after it', async () => {
    const story = storyWith(DEFAULTS);
    const planning = holdPlans(story.world);
    const id = await story.ask();
    await story.waitFor('planning', () => planning.arrivals === 1);
    await closes(story, id);
    planning.open();
    expect((await story.end(id)).phase.kind).toBe('cancelled');
  });

  it('merged right after a push goes on with what was pushed', async () => {
    const story = storyWith(DEFAULTS);
    const planning = holdPlans(story.world, 2);
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.push(id, 'eve');
    await story.waitFor('planning', () => planning.arrivals === 1);
    await closes(story, id, { merged: true, head: NEXT_SHA });
    planning.open();
    await story.waitFor('revision 2', async () => (await story.status(id)).plan?.revision === 2);
    expect((await story.status(id)).phase.kind).toBe('waiting');
  });

  it('is no news to what was asked for afterwards', async () => {
    const story = storyWith(DEFAULTS);
    const later = await story.ask();
    await story.until(later, 'waiting');
    await closes(story, later, { merged: true, head: NEXT_SHA, at: Date.now() - 60_000 });
    expect((await story.status(later)).phase.kind).toBe('waiting');
  });

  it('in the second in which it was asked for is obeyed: nobody knows which came first', async () => {
    const story = storyWith(DEFAULTS);
    const second = Date.now() - (Date.now() % 1_000);
    const id = await story.ask({ askedAt: second + 900 });
    await story.until(id, 'waiting');
    await closes(story, id, { merged: true, head: NEXT_SHA, at: second });
    expect((await story.until(id, 'cancelled')).phase).toMatchObject({ pullRequest: { merged: true } });
  });

  it('is left to the turn by a plan of an older version', async () => {
    const story = current();
    const id = await story.ask();
    await story.until(id, 'waiting');
    await closes(story, id);
    expect((await story.status(id)).phase.kind).toBe('waiting');
  });

  it('comes too late once the build may start', async () => {
    const story = storyWith(DEFAULTS);
    const id = await building(story);
    await closes(story, id);
    await story.finish(1, 'passed');
    expect((await story.end(id)).phase.kind).toBe('succeeded');
  });
});
