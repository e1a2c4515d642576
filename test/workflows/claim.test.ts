import { describe, expect, it } from 'vitest';
import { claimStart } from '../../workflows/contract.ts';
import { NEXT_SHA, PEOPLE, SHA, tallyOf } from '../support/deploy-examples.ts';
import { createGate } from '../support/gate.ts';
import { voidCarlOnce } from '../support/plan-twists.ts';
import { approved, building } from '../support/plays.ts';
import { SHORT, useStory } from '../support/story.ts';

describe('the claim', () => {
  const current = useStory();

  it('with a void vote means waiting for approval again, and a new turn after it', async () => {
    const story = current();
    voidCarlOnce(story.world);
    const id = await approved(story);
    await story.until(id, 'waiting');
    await story.free();
    const status = await story.status(id);
    expect(status.voided).toMatchObject([{ by: { name: 'carl' }, why: 'left-group' }]);
    expect(status.votes.map(({ by }) => by.name)).toEqual(['bea']);
    await story.approve(id, 'dan');
    await story.until(id, 'building');
    expect(story.world.creates[0]?.approvers).toEqual(['bea', 'dan']);
    // On a busy machine the place is asked for more than once a turn.
    expect([...new Set(story.world.joins.map((join) => join.split('#')[1]))]).toEqual(['1', '2']);
    await story.finish(1, 'passed');
    expect((await story.end(id)).phase.kind).toBe('succeeded');
  });

  it('with a void vote and enough others starts from what is live by now', async () => {
    const story = current();
    const live = { sha: NEXT_SHA, since: 1, code: null, buildUrl: null };
    const left = { ...tallyOf([PEOPLE.bea]), satisfied: true };
    story.world.recheck = () => ({ kind: 'void', votes: [{ by: PEOPLE.carl, why: 'left-group', detail: 'sre' }], tally: left, live });
    const id = await building(story);
    expect(story.world.creates[0]).toMatchObject({ previousSha: NEXT_SHA, approvers: ['bea'] });
    await story.finish(1, 'passed');
    await story.end(id);
  });

  it('with a void vote makes a push that came meanwhile a new revision', async () => {
    const story = current();
    const checking = createGate();
    const { recheck } = story.world;
    story.world.recheck = async () => {
      await checking.pass();
      story.world.recheck = recheck;
      return { kind: 'void', votes: [{ by: PEOPLE.carl, why: 'inactive', detail: null }], tally: tallyOf([PEOPLE.bea]) };
    };
    const id = await approved(story);
    await story.waitFor('the re-check', () => checking.arrivals === 1);
    await story.push(id, 'eve');
    await story.waitFor('the push on the card', async () => (await story.status(id)).laterPush !== null);
    checking.open();
    await story.waitFor('revision 2', async () => (await story.status(id)).plan?.revision === 2);
    expect(await story.status(id)).toMatchObject({ plan: { sha: NEXT_SHA }, votes: [], laterPush: null, phase: { kind: 'waiting' } });
  });

  it('starts the expiry anew, in full, after a withdrawal in the queue', async () => {
    const story = current();
    const checking = createGate();
    story.world.recheck = async () => {
      await checking.pass();
      return { kind: 'good', tally: tallyOf([PEOPLE.bea, PEOPLE.carl]) };
    };
    const id = await story.ask();
    const before = await story.until(id, 'waiting');
    await story.approve(id, 'bea', 'carl');
    await story.until(id, 'checking');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await story.withdraw(id, 'carl')).toEqual({ kind: 'withdrawn', have: 1, need: 2 });
    const after = await story.until(id, 'waiting');
    const [first, second] = [before, after].map(({ phase }) => (phase.kind === 'waiting' ? phase.expiresAt : 0));
    expect(second).toBeGreaterThan(first ?? Infinity);
    checking.open();
    await story.free();
    expect(story.world.creates).toEqual([]);
  });

  it('reads again what can’t be read, holding the turn, and then starts', async () => {
    const story = current();
    const { recheck } = story.world;
    let reads = 0;
    const isTold = () => story.world.announcements.some(({ status: { phase } }) => phase.kind === 'checking' && phase.unread === 'checks');
    story.world.recheck = (input) => {
      reads += 1;
      return reads < 3 || !isTold() ? { kind: 'unknown', what: 'checks' } : recheck(input);
    };
    const id = await story.ask({}, { ...SHORT.deploy, unreadableMs: 120_000 });
    await story.until(id, 'waiting');
    await story.approve(id, 'bea', 'carl');
    await story.until(id, 'building');
    expect(isTold()).toBe(true);
    expect(new Set(story.world.joins)).toEqual(new Set([`${(await story.status(id)).request.code}#1`]));
    await story.finish(1, 'passed');
    await story.end(id);
  });

  it('that takes long goes on in an activity of its own, attached to the same re-check', async () => {
    const story = current();
    story.world.timing.environment = { ...story.world.timing.environment, claimMs: 1 };
    const { recheck } = story.world;
    const checking = createGate();
    story.world.recheck = async (input) => {
      await checking.pass();
      return recheck(input);
    };
    await approved(story);
    await story.waitFor('the re-check', () => checking.arrivals === 1);
    await story.waitFor('a claim by an activity', async () => {
      const { events } = await story.workflow('build').fetchHistory();
      return (events ?? []).some(({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name === 'claim');
    });
    checking.open();
    await story.waitFor('the build', () => story.world.creates.length === 1);
    expect(checking.arrivals).toBe(1);
    await story.finish(1, 'passed');
  });

  it('ends the request when a gate can’t be read for too long', async () => {
    const story = current();
    story.world.recheck = () => ({ kind: 'unknown', what: 'checks' });
    const id = await approved(story);
    expect((await story.end(id)).phase).toMatchObject({ kind: 'stopped', reasons: [{ code: 'unreadable', what: 'checks' }] });
    await story.free();
    expect(story.world.creates).toEqual([]);
  });

  it('ends the request when a gate fails by now', async () => {
    const story = current();
    story.world.recheck = () => ({ kind: 'gates', reasons: [{ code: 'behind', by: 3, base: 'main' }] });
    const id = await approved(story);
    expect((await story.end(id)).phase).toMatchObject({ kind: 'stopped', reasons: [{ code: 'behind' }] });
    expect(story.world.creates).toEqual([]);
  });

  it('is answered `again` to a later run of the same turn, and `no` to another turn', async () => {
    const story = current();
    const id = await building(story);
    const claim = (turn: number, run: string) => story.handle(id).executeUpdate(claimStart, { args: [{ turn, run }], updateId: run });
    expect(await claim(1, 'another-run')).toMatchObject({ kind: 'go', again: true, cancel: false, order: { sha: SHA, deployId: id } });
    expect(await claim(2, 'a-third-run')).toEqual({ kind: 'no', reason: 'other-turn' });
    await story.cancel(id, 'ann');
    expect(await claim(1, 'a-fourth-run')).toMatchObject({ kind: 'go', again: true, cancel: true });
    await story.finish(1, 'canceled');
    await story.end(id);
  });

  it('is judged again when the votes changed during the re-check', async () => {
    const story = current();
    const checking = createGate();
    const voters: string[][] = [];
    story.world.judge = (votes, voter) => ({ ...tallyOf([...votes.map(({ by }) => by), voter]), satisfied: votes.length >= 1 });
    story.world.recheck = async ({ votes }) => {
      voters.push(votes.map(({ by }) => by.name));
      if (voters.length === 1) await checking.pass();
      return { kind: 'good', tally: { ...tallyOf(votes.map(({ by }) => by)), satisfied: true } };
    };
    const id = await approved(story);
    await story.waitFor('the re-check', () => checking.arrivals === 1);
    // One vote less is still enough here: the request stays approved.
    story.world.withdrawn = () => ({ ...tallyOf([PEOPLE.carl]), satisfied: true });
    await story.withdraw(id, 'bea');
    checking.open();
    await story.until(id, 'building');
    expect(voters).toEqual([['bea', 'carl'], ['carl']]);
    expect(story.world.creates[0]?.approvers).toEqual(['carl']);
    await story.finish(1, 'passed');
    await story.end(id);
  });
});
