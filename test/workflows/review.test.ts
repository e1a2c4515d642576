import { describe, expect, it } from 'vitest';
import { farewellId, TASK_QUEUE } from '../../workflows/contract.ts';
import { reviewArrived, reviewId, type ReviewStatus } from '../../workflows/review-contract.ts';
import { NEXT_SHA, voteOf } from '../support/deploy-examples.ts';
import { askInEmergency, breakTheGlass, REASON, review, reviewedBy, sign } from '../support/emergencies.ts';
import { holdPlans } from '../support/plan-twists.ts';
import { useStory, type Story } from '../support/story.ts';

const HOUR = 3_600_000;

describe('an emergency', () => {
  const current = useStory();

  async function ended(story: Story, remindMs?: number): Promise<string> {
    breakTheGlass(story.world, remindMs);
    const id = await askInEmergency(story);
    await story.until(id, 'building');
    await story.finish(1, 'passed');
    await story.end(id);
    await story.waitFor('the review', async () => (await review(story, id)).phase.kind === 'owed');
    return id;
  }

  it('starts without anybody, with exactly one build that says why, and sounds the alarm once', async () => {
    const story = current();
    const id = await ended(story);
    expect(story.world.creates).toMatchObject([{ deployId: id, approvers: [], emergency: { reason: REASON } }]);
    expect(story.world.alarms).toEqual([id]);
    await story.free();
    expect((await story.environment()).history).toMatchObject([
      { workflowId: id, requester: 'ann', approvers: [], emergency: { reason: REASON, review: { state: 'owed' } } },
    ]);
  });

  it('takes no votes, and an ordinary request next to it waits for its own', async () => {
    const story = current();
    breakTheGlass(story.world);
    const id = await askInEmergency(story);
    const other = await story.ask();
    await story.until(id, 'building');
    expect(await story.vote(id, voteOf('bea', 'slack'))).toMatchObject({ kind: 'refused', reasons: [{ code: 'emergency-runs' }] });
    expect((await story.until(other, 'waiting')).plan?.emergency).toBeUndefined();
  });

  it('goes before others who wait, and after who builds', async () => {
    const story = current();
    breakTheGlass(story.world);
    const [first, second] = [await story.ask(), await story.ask()];
    for (const id of [first, second]) {
      await story.until(id, 'waiting');
      await story.approve(id, 'bea', 'carl');
      await story.waitFor('its place', async () => !['waiting', 'planning'].includes((await story.status(id)).phase.kind));
    }
    await story.until(first, 'building');
    const urgent = await askInEmergency(story);
    await story.waitFor('its place', async () => (await story.environment()).queue.length === 2);
    expect((await story.environment()).queue.map(({ deployId }) => deployId)).toEqual([urgent, second]);
    await story.waitFor('the news', async () => (await story.status(second)).phase.kind === 'queued');
    await story.finish(1, 'passed');
    await story.until(urgent, 'building');
    await story.finish(2, 'passed');
    await story.until(second, 'building');
    expect(story.world.creates.map(({ deployId }) => deployId)).toEqual([first, urgent, second]);
  });

  it('is signed off by as many as it takes, of whom none asked for it, and the history says so', async () => {
    const story = current();
    const id = await ended(story);
    expect(await sign(story, id, reviewedBy('ann', 'slack'))).toMatchObject({ kind: 'refused', reasons: [{ code: 'own-request' }] });
    expect(await sign(story, id, reviewedBy('bea', 'slack', { reason: 'saw the alert' }))).toEqual({ kind: 'signed', have: 1, need: 2, last: false });
    await story.waitFor('the news', () => story.world.reviewNews.includes('signed'));
    expect(await sign(story, id, reviewedBy('bea', 'github'))).toMatchObject({ kind: 'refused', reasons: [{ code: 'already-voted' }] });
    expect(await sign(story, id, reviewedBy('carl', 'github'))).toEqual({ kind: 'signed', have: 2, need: 2, last: true });
    await story.client.workflow.getHandle(reviewId(id)).result();
    expect(await review(story, id)).toMatchObject({ phase: { kind: 'signed' }, votes: [{ reason: 'saw the alert' }, { surface: 'github' }] });
    expect(story.world.reviewNews).toEqual(['signed', 'ended']);
    await story.waitFor('the record', async () => (await story.environment()).history[0]?.emergency?.review.state === 'signed');
    const { history, live } = await story.environment();
    expect(history[0]?.emergency?.review).toMatchObject({ by: ['bea', 'carl'] });
    expect(live[0]?.emergency?.review).toMatchObject({ state: 'signed', by: ['bea', 'carl'] });
  });

  it('is disputed by one, with a reason, and then no more is taken', async () => {
    const story = current();
    const id = await ended(story);
    const dispute = reviewedBy('bea', 'slack', { kind: 'dispute', reason: 'it was not down' });
    expect(await sign(story, id, { ...dispute, key: 'without', reason: ' ' })).toMatchObject({ reasons: [{ code: 'reason-needed' }] });
    const answers = await Promise.all([
      sign(story, id, dispute),
      sign(story, id, reviewedBy('carl', 'slack', { kind: 'dispute', reason: 'me too' })),
    ]);
    const first = answers[0]?.kind === 'disputed' ? 'bea' : 'carl';
    expect(answers.toSorted((one, two) => one.kind.localeCompare(two.kind))).toMatchObject([
      { kind: 'disputed' },
      { kind: 'refused', reasons: [{ code: 'already-reviewed', how: 'disputed', by: [first] }] },
    ]);
    await story.waitFor('the record', async () => (await story.environment()).history[0]?.emergency?.review.state === 'disputed');
  });

  it('is reminded of after an hour, two more, four more and so on, until somebody has signed: on a server that skips the time', async () => {
    const story = current();
    const id = await ended(story, HOUR);
    const next = ({ phase }: ReviewStatus): number => (phase.kind === 'owed' ? phase.remindAt : 0);
    const before = await review(story, id);
    await story.stage.skipTime(reviewId(id));
    await story.waitFor('three reminders', () => story.world.reviewNews.filter((news) => news === 'reminder').length >= 3);
    const after = await review(story, id);
    const hours = Array.from({ length: after.reminders }, (_, reminder) => Math.min(2 ** (reminder + 1), 24)).reduce((sum, each) => sum + each);
    expect(Math.round((next(after) - next(before)) / HOUR)).toBe(hours);
    expect(story.world.reviewCards).toEqual({ slack: 1, github: 1 });
  });

  it('counts a word that came late, by Signal, once, and answers it', async () => {
    const story = current();
    const id = await ended(story);
    const input = reviewedBy('bea', 'slack');
    for (let i = 0; i < 2; i += 1) await story.client.workflow.getHandle(reviewId(id)).signal(reviewArrived, { act: 'castReview', input });
    await story.waitFor('the receipt', () => story.world.receipts.length > 0);
    expect(story.world.receipts).toMatchObject([{ act: 'sign', receipt: { kind: 'signed', have: 1 } }]);
  });

  it('is not started when somebody pushed while it was planned: nobody would have seen that commit', async () => {
    const story = current();
    breakTheGlass(story.world);
    const planning = holdPlans(story.world);
    const id = await askInEmergency(story);
    await story.waitFor('planning', () => planning.arrivals === 1);
    await story.push(id, 'eve');
    planning.open();
    expect(await story.end(id)).toMatchObject({
      plan: null,
      phase: { kind: 'refused', reasons: [{ code: 'head-moved', sha: NEXT_SHA, by: 'eve' }] },
    });
    expect(story.world.creates).toEqual([]);
    await expect(review(story, id)).rejects.toThrow(/not found/);
  });

  it('owes its review when it was cancelled, too, but not when it was refused', async () => {
    const story = current();
    breakTheGlass(story.world);
    const id = await askInEmergency(story);
    await story.until(id, 'building');
    await story.cancel(id, 'ann');
    await story.finish(1, 'canceled');
    await story.end(id);
    expect((await review(story, id)).deploy.phase).toMatchObject({ kind: 'ended-badly', how: 'canceled' });
    story.world.plan = () => ({ kind: 'refused', reasons: [{ code: 'draft', number: 42 }], gates: [], sha: null, target: null });
    const refused = await askInEmergency(story);
    await story.end(refused);
    await expect(review(story, refused)).rejects.toThrow(/not found/);
  });

  it('owes its review when its workflow was ended from outside', async () => {
    const story = current();
    breakTheGlass(story.world);
    const id = await askInEmergency(story);
    const status = await story.until(id, 'building');
    await story.handle(id).terminate();
    story.world.owing = { ...status, phase: { kind: 'terminated', how: 'terminated', during: 'building', at: Date.now() } };
    await story.client.workflow.execute('farewell', { workflowId: farewellId(id), taskQueue: TASK_QUEUE.workflows, args: [{ deployId: id }] });
    await story.waitFor('the review', async () => (await review(story, id)).phase.kind === 'owed');
    expect((await review(story, id)).votes).toEqual([]);
  });
});
