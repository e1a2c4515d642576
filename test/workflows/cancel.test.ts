import { ApplicationFailure } from '@temporalio/activity';
import { describe, expect, it } from 'vitest';
import { PEOPLE } from '../support/deploy-examples.ts';
import { createGate } from '../support/gate.ts';
import { holdPlans } from '../support/plan-twists.ts';
import { approved, building } from '../support/plays.ts';
import { useStory } from '../support/story.ts';

describe('a cancel', () => {
  const current = useStory();

  it('wins while the request is being planned', async () => {
    const story = current();
    const planning = holdPlans(story.world);
    const id = await story.ask();
    await story.waitFor('planning', () => planning.arrivals === 1);
    expect(await story.cancel(id, 'ann')).toEqual({ kind: 'cancelled', during: 'planning' });
    planning.open();
    const { phase } = await story.end(id);
    expect(phase).toMatchObject({ kind: 'cancelled', by: PEOPLE.ann, during: 'planning' });
    expect(story.world.githubCards).toEqual([id]);
    expect(story.world.slackCards).toEqual([]);
  });

  it('wins while it waits for approval', async () => {
    const story = current();
    const id = await story.ask();
    await story.until(id, 'waiting');
    expect(await story.cancel(id, 'ann')).toEqual({ kind: 'cancelled', during: 'waiting' });
    expect((await story.end(id)).phase.kind).toBe('cancelled');
    expect(story.world.announcements.at(-1)?.status.phase.kind).toBe('cancelled');
  });

  it('is refused to whoever may not', async () => {
    const story = current();
    const id = await story.ask();
    await story.until(id, 'waiting');
    expect(await story.cancel(id, 'zoe')).toMatchObject({ kind: 'refused', reasons: [{ code: 'may-not-cancel' }] });
    expect((await story.status(id)).phase.kind).toBe('waiting');
  });

  it('wins in the queue, and the place is free for the next', async () => {
    const story = current();
    const [first, second, third] = [await story.ask(), await story.ask(), await story.ask()];
    await story.until(first, 'waiting');
    await story.approve(first, 'bea', 'carl');
    await story.until(first, 'building');
    for (const id of [second, third]) {
      await story.until(id, 'waiting');
      await story.approve(id, 'bea', 'carl');
      await story.until(id, 'queued');
    }
    await story.waitFor('two in the queue', async () => (await story.environment()).queue.length === 2);
    expect(await story.cancel(second, 'ann')).toEqual({ kind: 'cancelled', during: 'queued' });
    await story.end(second);
    await story.waitFor('one in the queue', async () => (await story.environment()).queue.length === 1);
    await story.waitFor('its new place', async () => {
      const { phase } = await story.status(third);
      return phase.kind === 'queued' && phase.position === 1;
    });
    await story.finish(1, 'passed');
    await story.until(third, 'building');
    await story.finish(2, 'passed');
    expect((await story.end(third)).phase.kind).toBe('succeeded');
    expect(story.world.creates.map(({ deployId }) => deployId)).toEqual([first, third]);
  });

  it('wins during the re-check, and nothing is built', async () => {
    const story = current();
    const checking = createGate();
    const { recheck } = story.world;
    story.world.recheck = async (input) => {
      await checking.pass();
      return recheck(input);
    };
    const id = await approved(story);
    await story.until(id, 'checking');
    await story.waitFor('the re-check', () => checking.arrivals === 1);
    expect(await story.cancel(id, 'ann')).toEqual({ kind: 'cancelled', during: 'checking' });
    checking.open();
    expect((await story.end(id)).phase.kind).toBe('cancelled');
    await story.free();
    expect(story.world.creates).toEqual([]);
  });

  it('after the point of no return stops the build, which is told as what it became', async () => {
    const story = current();
    const id = await building(story);
    expect(await story.cancel(id, 'dan')).toEqual({ kind: 'cancelling', build: 1 });
    await story.waitFor('the cancel at Buildkite', () => story.world.cancels.length === 1);
    expect((await story.status(id)).phase).toMatchObject({ kind: 'building', cancelling: PEOPLE.dan });
    expect(await story.cancel(id, 'ann')).toEqual({ kind: 'cancelling', build: 1 });
    await story.finish(1, 'canceled');
    expect((await story.end(id)).phase).toMatchObject({ kind: 'ended-badly', how: 'canceled', cancelledBy: PEOPLE.dan });
    expect(story.world.cancels).toEqual([1]);
  });

  it('that Buildkite does not take yet does not keep the end of the build from being told', async () => {
    const story = current();
    story.world.cancel = () => {
      throw new Error('buildkite answered 503');
    };
    const id = await building(story);
    await story.cancel(id, 'ann');
    await story.finish(1, 'passed');
    expect((await story.end(id)).phase.kind).toBe('succeeded');
  });

  it.each([
    ['is refused once', 'Invalid'],
    ['meets a token that is being changed', 'Unauthorised'],
  ])('that %s is asked for again', async (_what, type) => {
    const story = current();
    let asked = 0;
    story.world.cancel = () => {
      asked += 1;
      if (asked === 1) throw ApplicationFailure.create({ type, message: 'buildkite did not take it' });
    };
    const id = await building(story);
    await story.cancel(id, 'ann');
    await story.waitFor('the cancel at Buildkite', () => story.world.cancels.length === 1);
    await story.finish(1, 'canceled');
    expect((await story.end(id)).phase).toMatchObject({ kind: 'ended-badly', how: 'canceled', cancelledBy: PEOPLE.ann });
    expect(asked).toBe(2);
  });

  it('that comes too late for the build does not hide its success', async () => {
    const story = current();
    const id = await building(story);
    await story.cancel(id, 'ann');
    await story.finish(1, 'passed');
    expect((await story.end(id)).phase.kind).toBe('succeeded');
  });

  it('while the create is under way waits for its answer and then stops the build', async () => {
    const story = current();
    const creating = createGate();
    story.world.create = async (_order, build) => {
      await creating.pass();
      return { kind: 'created', build: build() };
    };
    const id = await approved(story);
    await story.waitFor('the create', () => creating.arrivals === 1);
    expect(await story.cancel(id, 'ann')).toEqual({ kind: 'cancelling', build: null });
    creating.open();
    await story.waitFor('the cancel at Buildkite', () => story.world.cancels.length === 1);
    await story.finish(1, 'canceled');
    expect((await story.end(id)).phase).toMatchObject({ kind: 'ended-badly', how: 'canceled', cancelledBy: PEOPLE.ann });
  });

  it('while the quota is waited for means that nothing is built', async () => {
    const story = current();
    story.world.create = () => ({ kind: 'not-sent', why: 'quota', retryAfterMs: 60_000 });
    const id = await approved(story);
    await story.waitFor('the quota on the card', async () => {
      const { phase } = await story.status(id);
      return phase.kind === 'starting' && phase.waitingFor === 'quota';
    });
    expect(await story.cancel(id, 'ann')).toEqual({ kind: 'cancelling', build: null });
    expect((await story.end(id)).phase).toMatchObject({ kind: 'cancelled', by: PEOPLE.ann, during: 'starting' });
    expect(story.world.creates).toEqual([]);
    await story.free();
  });

  it('of a blocked build stops it', async () => {
    const story = current();
    const id = await building(story);
    await story.webhook(1, { state: 'passed', blocked: true, finishedAt: Date.now() });
    await story.until(id, 'blocked');
    await story.cancel(id, 'ann');
    await story.waitFor('the cancel at Buildkite', () => story.world.cancels.length === 1);
    await story.finish(1, 'canceled');
    expect((await story.end(id)).phase).toMatchObject({ kind: 'ended-badly', how: 'canceled', cancelledBy: PEOPLE.ann });
  });
});
