import { describe, expect, it } from 'vitest';
import { castVote } from '../../workflows/contract.ts';
import { contractOf } from '../../src/ids.ts';
import { githubReply, PEOPLE, slackReply, voteOf, type Name } from '../support/deploy-examples.ts';
import { createGate } from '../support/gate.ts';
import { changeRule, holdPlans } from '../support/plan-twists.ts';
import { SHORT, useStory } from '../support/story.ts';

const TEN: readonly Name[] = ['bea', 'carl', 'dan', 'eve', 'fay', 'gil', 'hal', 'ida', 'jon', 'kim'];
const ROUNDS = 10;

describe('votes', () => {
  const current = useStory();

  it('counts exactly two of ten simultaneous votes when two are enough, in every round', async () => {
    const story = current();
    for (let round = 0; round < ROUNDS; round += 1) {
      const id = await story.ask({ service: `${story.world.service}-${round}` });
      await story.until(id, 'waiting');
      const receipts = await Promise.all(TEN.map((name) => story.vote(id, voteOf(name, 'slack'))));
      const counted = receipts.filter((receipt) => receipt.kind === 'counted');
      expect(counted.map(({ have, last }) => [have, last]).toSorted()).toEqual([
        [1, false],
        [2, true],
      ]);
      const refused = receipts.filter((receipt) => receipt.kind === 'refused');
      expect(refused.map(({ reasons }) => reasons[0]?.code)).toEqual(Array.from({ length: 8 }, () => 'already-approved'));
      const { votes } = await story.status(id);
      expect(votes).toHaveLength(2);
      await story.handle(id).terminate();
    }
  });

  it('names who is still missing', async () => {
    const story = current();
    const id = await story.ask();
    await story.until(id, 'waiting');
    const receipt = await story.vote(id, voteOf('bea', 'slack'));
    expect(receipt).toEqual({ kind: 'counted', vote: 'approve', have: 1, need: 2, missing: [{ group: 'sre', count: 1, people: [] }], last: false });
  });

  it('applies a key once, by Update and again by Signal, and then sends the receipt itself', async () => {
    const story = current();
    const id = await story.ask();
    await story.until(id, 'waiting');
    const vote = voteOf('bea', 'slack');
    const receipt = await story.vote(id, vote);
    expect(story.world.receipts).toEqual([]);
    await story.late(id, vote);
    await story.late(id, vote);
    await story.waitFor('the receipt', () => story.world.receipts.length > 0);
    expect(await story.handle(id).executeUpdate(castVote, { args: [vote], updateId: `${vote.key}-again` })).toEqual(receipt);
    expect(story.world.receipts).toEqual([{ to: slackReply('bea'), receipt, act: 'approve' }]);
    expect((await story.status(id)).votes).toHaveLength(1);
  });

  it('judges a vote that came by Signal alone, and answers it', async () => {
    const story = current();
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.late(id, voteOf('ann', 'slack'));
    await story.waitFor('the receipt', () => story.world.receipts.length === 1);
    expect(story.world.receipts[0]?.receipt).toMatchObject({ kind: 'refused', reasons: [{ code: 'own-request' }] });
  });

  it('answers on GitHub by itself, once and in the order of the votes', async () => {
    const story = current();
    const id = await story.ask();
    await story.until(id, 'waiting');
    const first = voteOf('bea', 'github', { replyTo: githubReply(11) });
    await story.vote(id, first);
    await story.vote(id, voteOf('bea', 'github', { replyTo: githubReply(12) }));
    await story.late(id, first);
    await story.waitFor('two receipts', () => story.world.receipts.length === 2);
    expect(story.world.receipts.map(({ to, receipt }) => [to, receipt.kind])).toEqual([
      [githubReply(11), 'counted'],
      [githubReply(12), 'refused'],
    ]);
  });

  it('refuses a click on a card about another contract', async () => {
    const story = current();
    const id = await story.ask();
    await story.until(id, 'waiting');
    const receipt = await story.vote(id, voteOf('bea', 'slack', { contract: contractOf({ another: 1 }), sha: '1a2b3c4' }));
    expect(receipt).toMatchObject({ kind: 'refused', reasons: [{ code: 'stale-card', seen: '1a2b3c4' }] });
  });

  it('refuses a vote before there is a plan', async () => {
    const story = current();
    const planning = holdPlans(story.world);
    const id = await story.ask();
    expect(await story.vote(id, voteOf('bea', 'slack'))).toMatchObject({ kind: 'refused', reasons: [{ code: 'not-planned-yet' }] });
    planning.open();
    await story.until(id, 'waiting');
  });

  it('ends with the first rejection, which needs a reason', async () => {
    const story = current();
    const id = await story.ask();
    await story.until(id, 'waiting');
    expect(await story.vote(id, voteOf('bea', 'slack', { kind: 'reject' }))).toMatchObject({ reasons: [{ code: 'reason-needed' }] });
    expect(await story.vote(id, voteOf('bea', 'slack', { kind: 'reject', reason: 'not today' }))).toMatchObject({ kind: 'rejected' });
    const end = await story.end(id);
    expect(end.phase).toMatchObject({ kind: 'rejected', by: PEOPLE.bea, reason: 'not today' });
    expect(story.world.announcements.at(-1)?.status.phase.kind).toBe('rejected');
    expect(story.world.creates).toEqual([]);
  });

  it('takes a vote back on request', async () => {
    const story = current();
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.approve(id, 'bea');
    expect(await story.withdraw(id, 'dan')).toMatchObject({ kind: 'refused', reasons: [{ code: 'nothing-to-withdraw' }] });
    expect(await story.withdraw(id, 'bea')).toEqual({ kind: 'withdrawn', have: 0, need: 2 });
    expect((await story.status(id)).votes).toEqual([]);
  });

  it('expires, and later votes are too late', async () => {
    const story = current();
    changeRule(story.world, { expireMs: 300 });
    // The last word takes its time, so that a vote can still come.
    const lastWord = createGate();
    story.world.announce = ({ status }) => (status.phase.kind === 'expired' ? lastWord.pass() : undefined);
    const id = await story.ask();
    await story.until(id, 'expired');
    expect(await story.vote(id, voteOf('bea', 'slack'))).toMatchObject({ kind: 'refused', reasons: [{ code: 'too-late', ended: 'expired' }] });
    lastWord.open();
    expect((await story.end(id)).phase.kind).toBe('expired');
  });

  it('expires after four hours, on a server that skips the time', async () => {
    const story = current();
    const id = await story.ask({}, SHORT.deploy);
    await story.until(id, 'waiting');
    await story.skipTime(id);
    const { phase, plan } = await story.end(id);
    expect(phase.kind).toBe('expired');
    expect('at' in phase ? phase.at - story.world.startedAt : 0).toBeGreaterThanOrEqual(plan?.rule.expireMs ?? Infinity);
  });
});
