import { describe, expect, it } from 'vitest';
import { commitSha } from '../../src/ids.ts';
import { headChanged } from '../../workflows/contract.ts';
import { NEXT_SHA, onGithub, planFor, SHA, voteOf } from '../support/deploy-examples.ts';
import { createGate } from '../support/gate.ts';
import { holdPlans } from '../support/plan-twists.ts';
import { approved } from '../support/plays.ts';
import { useStory } from '../support/story.ts';

const THIRD_SHA = commitSha('aaaaaaa'.padEnd(40, '0'));

describe('a push to the pull request', () => {
  const current = useStory();

  it('before the last vote makes a new revision, and all votes are void', async () => {
    const story = current();
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.approve(id, 'bea');
    const old = await story.status(id);
    await story.push(id, 'eve');
    await story.waitFor('revision 2', async () => (await story.status(id)).plan?.revision === 2);
    const { plan, votes, voided, revision, tally, phase } = await story.status(id);
    expect(votes).toEqual([]);
    expect(tally?.have).toBe(0);
    expect(voided).toMatchObject([{ by: { name: 'bea' }, why: 'new-revision' }]);
    expect(revision).toMatchObject({
      from: SHA,
      to: NEXT_SHA,
      by: 'eve',
      askedAgain: [{ name: 'bea' }],
      compareUrl: `https://github.test/acme/api/compare/${SHA}...${NEXT_SHA}`,
    });
    expect(plan?.requesters.map(({ name }) => name)).toEqual(['ann', 'eve']);
    expect(phase.kind).toBe('waiting');
    expect(await story.vote(id, voteOf('carl', 'slack', { contract: old.plan?.contract ?? null, sha: SHA.slice(0, 7) }))).toMatchObject({
      reasons: [{ code: 'stale-card', now: NEXT_SHA }],
    });
    await story.approve(id, 'bea', 'carl');
    await story.until(id, 'building');
    expect(story.world.creates[0]).toMatchObject({ sha: NEXT_SHA, contract: plan?.contract });
    await story.finish(1, 'passed');
    await story.end(id);
  });

  it('refuses votes on the old commit while the new one is planned', async () => {
    const story = current();
    const planning = holdPlans(story.world, 2);
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.push(id, 'eve');
    await story.waitFor('planning', () => planning.arrivals === 1);
    expect(await story.vote(id, voteOf('bea', 'slack'))).toMatchObject({ reasons: [{ code: 'stale-card', now: NEXT_SHA }] });
    await story.push(id, 'fay', THIRD_SHA);
    planning.open();
    await story.waitFor('the newest head', async () => (await story.status(id)).plan?.sha === THIRD_SHA);
    const { plan: newest } = await story.status(id);
    expect(newest?.revision).toBe(2);
    expect(newest?.requesters.map(({ name }) => name)).toEqual(['ann', 'eve', 'fay']);
  });

  it('after the last vote changes nothing and is named', async () => {
    const story = current();
    const id = await approved(story);
    await story.push(id, 'eve');
    await story.until(id, 'building');
    expect(await story.status(id)).toMatchObject({ laterPush: { sha: NEXT_SHA, by: 'eve' }, plan: { sha: SHA, revision: 1 } });
    expect(story.world.creates[0]?.sha).toBe(SHA);
    await story.finish(1, 'passed');
    expect((await story.end(id)).phase.kind).toBe('succeeded');
  });

  it('of a head that the plan has already changes nothing', async () => {
    const story = current();
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.approve(id, 'bea');
    await story.push(id, 'ann', SHA);
    await story.approve(id, 'carl');
    await story.until(id, 'building');
    expect(await story.status(id)).toMatchObject({ plan: { revision: 1 }, laterPush: null });
    await story.finish(1, 'passed');
    await story.end(id);
  });

  it('told late makes its pusher a requester all the same', async () => {
    const story = current();
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.push(id, 'eve', SHA);
    await story.waitFor('revision 2', async () => (await story.status(id)).plan?.revision === 2);
    expect((await story.status(id)).plan?.requesters.map(({ name }) => name)).toEqual(['ann', 'eve']);
  });

  it('whose new head fails a gate ends the request with its reasons', async () => {
    const story = current();
    const { plan } = story.world;
    story.world.plan = (input) =>
      input.revision === 1 ? plan(input) : { kind: 'refused', reasons: [{ code: 'draft', number: 42 }], gates: [], sha: NEXT_SHA, target: null };
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.push(id, 'eve');
    expect((await story.end(id)).phase).toMatchObject({ kind: 'refused', reasons: [{ code: 'draft' }] });
    expect(story.world.announcements.at(-1)?.status.phase.kind).toBe('refused');
  });

  it('means nothing to a request for a tag', async () => {
    const story = current();
    story.world.plan = (input) => ({
      kind: 'planned',
      plan: planFor(input, { organization: story.world.organization, ref: { kind: 'tag', name: 'v1', branch: 'main' } }),
    });
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.push(id, 'eve');
    await story.approve(id, 'bea', 'carl');
    await story.until(id, 'building');
    expect(await story.status(id)).toMatchObject({ plan: { revision: 1 }, laterPush: null });
    await story.finish(1, 'passed');
    await story.end(id);
  });

  it('makes a comment written before it no approval of what it brought', async () => {
    const story = current();
    const id = await story.ask();
    await story.until(id, 'waiting');
    const written = Date.now();
    await story.push(id, 'eve');
    await story.waitFor('revision 2', async () => (await story.status(id)).plan?.revision === 2);
    expect(await story.vote(id, voteOf('bea', 'github', { at: written }))).toMatchObject({
      kind: 'refused',
      reasons: [{ code: 'stale-card', seen: SHA, now: NEXT_SHA }],
    });
    expect(await story.vote(id, voteOf('bea', 'github'))).toMatchObject({ kind: 'counted' });
  });
});

describe('pushes while a plan is made', () => {
  const current = useStory();

  /** The first plan waits at the gate; then it has what was pushed first. */
  async function planning(story: ReturnType<typeof current>, revision: number, sha = SHA) {
    const gate = createGate();
    const { plan } = story.world;
    story.world.plan = async (input) => {
      const result = await plan(input);
      if (input.revision !== revision || gate.arrivals > 0) return result;
      await gate.pass();
      return result.kind === 'planned' ? { ...result, plan: { ...result.plan, sha } } : result;
    };
    const id = await story.ask();
    if (revision > 1) {
      await story.until(id, 'waiting');
      await story.push(id, 'eve');
    }
    await story.waitFor('planning', () => gate.arrivals === 1);
    return { id, gate };
  }

  it('of the head that the first plan has make their pusher a requester', async () => {
    const story = current();
    const { id, gate } = await planning(story, 1, NEXT_SHA);
    await story.push(id, 'eve');
    gate.open();
    const { plan } = await story.until(id, 'waiting');
    expect(plan).toMatchObject({ sha: NEXT_SHA, requesters: [{ name: 'ann' }, { name: 'eve' }] });
  });

  it('are planned before anything is shown', async () => {
    const story = current();
    const { id, gate } = await planning(story, 1);
    await story.push(id, 'eve');
    gate.open();
    const { plan, revision } = await story.until(id, 'waiting');
    expect(plan).toMatchObject({ sha: NEXT_SHA, revision: 2, requesters: [{ name: 'ann' }, { name: 'eve' }] });
    expect(revision).toMatchObject({ from: SHA, to: NEXT_SHA, by: 'eve' });
  });

  it('that are told in the wrong order make every pusher a requester, and the newest head is planned', async () => {
    const story = current();
    const { id, gate } = await planning(story, 2);
    await story.handle(id).signal(headChanged, { sha: THIRD_SHA, before: SHA, by: onGithub('fay'), at: Date.now() - 1_000 });
    gate.open();
    await story.waitFor('a plan with both', async () => (await story.status(id)).plan?.requesters.length === 3);
    expect((await story.status(id)).plan).toMatchObject({ sha: NEXT_SHA, requesters: [{ name: 'ann' }, { name: 'eve' }, { name: 'fay' }] });
  });
});

describe('an older push that is told late', () => {
  const current = useStory();
  const older = (at: number) => ({ sha: THIRD_SHA, before: null, by: onGithub('fay'), at });

  it('does not bring its head back, and makes its pusher a requester', async () => {
    const story = current();
    const id = await story.ask();
    await story.until(id, 'waiting');
    const at = Date.now();
    await story.push(id, 'eve');
    await story.waitFor('revision 2', async () => (await story.status(id)).plan?.revision === 2);
    await story.handle(id).signal(headChanged, older(at - 1));
    await story.waitFor('revision 3', async () => (await story.status(id)).plan?.revision === 3);
    expect((await story.status(id)).plan).toMatchObject({ sha: NEXT_SHA, requesters: [{ name: 'ann' }, { name: 'eve' }, { name: 'fay' }] });
  });

  it('is not named on the card of an approved request in the place of the newest', async () => {
    const story = current();
    const id = await approved(story);
    const at = Date.now();
    await story.push(id, 'eve');
    await story.handle(id).signal(headChanged, older(at - 1));
    await story.until(id, 'building');
    expect(await story.status(id)).toMatchObject({ laterPush: { sha: NEXT_SHA, by: 'eve' } });
    await story.finish(1, 'passed');
    await story.end(id);
  });

  it('from before the command changes nothing: the plan has seen it', async () => {
    const story = current();
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.approve(id, 'bea');
    await story.handle(id).signal(headChanged, older(Date.now() - 60_000));
    await story.approve(id, 'carl');
    await story.until(id, 'building');
    expect(await story.status(id)).toMatchObject({ plan: { sha: SHA, revision: 1 }, laterPush: null });
    await story.finish(1, 'passed');
    await story.end(id);
  });
});
