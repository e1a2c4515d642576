import { ApplicationFailure } from '@temporalio/activity';
import { describe, expect, it } from 'vitest';
import { DEPLOY_TIMING, type DeployTiming } from '../../workflows/timing.ts';
import type { ApprovalRule } from '../../workflows/vocabulary.ts';
import { PEOPLE, tallyOf, voteOf } from '../support/deploy-examples.ts';
import { createGate } from '../support/gate.ts';
import { changeRule } from '../support/plan-twists.ts';
import { replayed } from '../support/replay.ts';
import { useStory, type Story } from '../support/story.ts';

const HOUR = 3_600_000;

async function waiting(story: Story, change: Partial<ApprovalRule>, timing?: DeployTiming): Promise<string> {
  changeRule(story.world, change);
  const id = await story.ask({}, timing);
  const { plan } = await story.until(id, 'waiting');
  if (plan !== null && hasClock(plan.rule)) await story.waitFor('its moments', async () => 'remindAt' in (await story.status(id)).phase);
  return id;
}

const hasClock = ({ remind, escalate, hours }: ApprovalRule): boolean => [remind, escalate, hours].some((wish) => wish !== undefined);

describe('a wait with a clock', () => {
  const current = useStory();

  it('reminds, calls others and expires at its moments, on a server that skips the time', async () => {
    const story = current();
    const id = await waiting(story, { remind: [{ share: 0.5 }, { share: 0.8 }], escalate: { afterMs: 3 * HOUR, to: 'oncall', may: 'call' } });
    await story.waitFor('the card', () => story.world.slackCards.length === 1);
    const { phase: waits } = await story.status(id);
    await story.skipTime(id);
    const { phase, escalated } = await story.end(id);
    await story.waitFor('three calls', () => story.world.reminders.length === 3);
    const startedAt = (waits.kind === 'waiting' ? waits.expiresAt : 0) - 4 * HOUR;
    const calls = story.world.reminders.map(({ reminder: { kind, people, at } }) => [kind, people.map(({ name }) => name), minutes(at - startedAt)]);
    expect(calls).toEqual([
      ['reminder', ['bea', 'carl'], 120],
      ['escalation', ['dan'], 180],
      ['reminder', ['bea', 'carl'], 192],
    ]);
    expect(phase.kind).toBe('expired');
    expect('at' in phase ? minutes(phase.at - startedAt) : 0).toBe(240);
    expect(escalated).toMatchObject({ group: 'oncall', may: 'call', people: [PEOPLE.dan] });
  });

  it('stops at night: what was asked on any day expires after as much working time', async () => {
    const story = current();
    // Open for one hour a day: four hours are over on the fourth or fifth day.
    const id = await waiting(story, { hours: { zone: 'Asia/Kolkata', days: [0, 1, 2, 3, 4, 5, 6], from: 630, to: 690 } });
    await story.skipTime(id);
    const { phase } = await story.end(id);
    const lasted = 'at' in phase ? phase.at - story.world.startedAt : 0;
    expect(phase.kind).toBe('expired');
    expect(lasted).toBeGreaterThan(3 * 24 * HOUR);
    expect(lasted).toBeLessThanOrEqual(4 * 24 * HOUR + HOUR);
  });

  it('is told less and less often while nobody can be reached, so that its history has room for weeks', async () => {
    const story = current();
    changeRule(story.world, { expireMs: 5 * HOUR });
    let tries = 0;
    story.world.announce = ({ status }) => {
      if (status.phase.kind !== 'waiting') return;
      tries += 1;
      throw ApplicationFailure.create({ type: 'Invalid', message: 'slack: channel_not_found', nonRetryable: true });
    };
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.approve(id, 'bea');
    await story.waitFor('a message that is not delivered', () => tries > 0);
    await story.skipTime(id);
    expect((await story.end(id)).phase.kind).toBe('expired');
    const { events } = await replayed(story.stage, id);
    const waits = (events ?? []).map((event) => Number(event.timerStartedEventAttributes?.startToFireTimeout?.seconds ?? 0));
    // After some hours of every ten minutes.
    expect(waits.filter((seconds) => seconds > 610 && seconds < 3_600)).not.toEqual([]);
  });

  it('asks less and less often who is missing, where that can not be read', async () => {
    const story = current();
    changeRule(story.world, { expireMs: 2 * HOUR, remind: [{ afterMs: 1.25 * HOUR }] });
    let reads = 0;
    story.world.survey = () => {
      reads += 1;
      return null;
    };
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.skipTime(id);
    expect((await story.end(id)).phase.kind).toBe('expired');
    // 45 of them, if it did so every minute.
    expect(reads).toBeGreaterThan(20);
    expect(reads).toBeLessThan(40);
    await replayed(story.stage, id);
  });

  it('shows its first card with its real moments', async () => {
    const story = current();
    const id = await waiting(story, { hours: { zone: 'UTC', days: [0, 1, 2, 3, 4, 5, 6], from: 0, to: 1 } });
    await story.waitFor('the card', () => story.world.slackCards.length === 1);
    const { phase } = await story.status(id);
    expect(phase).toMatchObject({ kind: 'waiting', remindAt: [] });
    expect(phase.kind === 'waiting' ? phase.expiresAt : 0).toBeGreaterThan(Date.now() + 239 * 24 * HOUR);
    expect(story.world.announcements).toEqual([]);
  });

  it('reminds nobody once the request has its approvals', async () => {
    const story = current();
    const id = await waiting(story, { remind: [{ afterMs: HOUR }] }, DEPLOY_TIMING);
    await story.approve(id, 'bea', 'carl');
    await story.until(id, 'building');
    await story.skipTime(id);
    // What became of its build is asked every ten minutes at the most.
    await story.waitFor('more than an hour', () => story.world.joins.length > 15);
    await story.finish(1, 'passed');
    const { phase } = await story.end(id);
    expect('at' in phase ? phase.at - story.world.startedAt : 0).toBeGreaterThan(HOUR);
    expect(story.world.reminders).toEqual([]);
  });

  it('reminds nobody who voted while it was read who is missing', async () => {
    const story = current();
    const reading = createGate();
    story.world.survey = async () => {
      await reading.pass();
      return { tally: tallyOf([]), missing: [PEOPLE.bea], called: [] };
    };
    const id = await waiting(story, { remind: [{ afterMs: 200 }] });
    await story.approve(id, 'bea', 'carl');
    reading.open();
    await story.until(id, 'building');
    expect(story.world.reminders).toEqual([]);
  });

  it('asks again after a minute who is missing, if that could not be read', async () => {
    const story = current();
    const { survey } = story.world;
    let reads = 0;
    story.world.survey = (input) => {
      reads += 1;
      return reads === 1 ? null : survey(input);
    };
    const id = await waiting(story, { remind: [{ share: 0.5 }] });
    await story.skipTime(id);
    await story.end(id);
    await story.waitFor('the reminder', () => story.world.reminders.length === 1);
    expect(reads).toBe(2);
  });

  it('lets one of those who were called fill a place, if the rule says so', async () => {
    const story = current();
    story.world.survey = ({ votes }) => ({ tally: { ...tallyOf(votes.map(({ by }) => by)), need: 2 }, missing: [], called: [PEOPLE.dan] });
    const id = await waiting(story, { escalate: { afterMs: 300, to: 'oncall', may: 'approve' } });
    await story.approve(id, 'bea');
    await story.waitFor('the escalation', async () => (await story.status(id)).escalated !== undefined);
    const told: Record<string, unknown> = {};
    const { judge, recheck } = story.world;
    story.world.judge = (votes, voter, input) => {
      told['judge'] = input.escalated;
      return judge(votes, voter, input);
    };
    story.world.recheck = (input) => {
      told['recheck'] = input.escalated;
      return recheck(input);
    };
    await story.approve(id, 'dan');
    await story.until(id, 'building');
    expect(told).toEqual({ judge: true, recheck: true });
    await story.waitFor('the call', () => story.world.reminders.length > 0);
    expect(story.world.reminders).toMatchObject([{ reminder: { kind: 'escalation', people: [PEOPLE.dan] } }]);
  });
});

describe('an extension', () => {
  const current = useStory();

  it('moves the expiry, once for each key, and the reminders with it', async () => {
    const story = current();
    const id = await waiting(story, { remind: [{ share: 0.5 }] });
    const before = await story.status(id);
    const receipt = await story.extend(id, 'ann', 2 * HOUR);
    const { phase } = await story.status(id);
    if (before.phase.kind !== 'waiting' || phase.kind !== 'waiting') throw new Error('it waits no longer');
    expect(receipt).toEqual({ kind: 'extended', expiresAt: before.phase.expiresAt + 2 * HOUR, byMs: 2 * HOUR });
    expect(phase).toMatchObject({ expiresAt: before.phase.expiresAt + 2 * HOUR, extendedMs: 2 * HOUR, extendedBy: PEOPLE.ann });
    expect(phase.remindAt).toEqual((before.phase.remindAt ?? []).map((at) => at + HOUR));
    await story.waitFor('the cards', () => story.world.announcements.some(({ status }) => 'extendedMs' in status.phase));
  });

  it('keeps a request alive that would have expired', async () => {
    const story = current();
    const id = await waiting(story, { expireMs: HOUR });
    await story.extend(id, 'bea', HOUR);
    await story.skipTime(id);
    const { phase } = await story.end(id);
    expect('at' in phase ? phase.at - story.world.startedAt : 0).toBeGreaterThanOrEqual(2 * HOUR);
  });

  it('is refused beyond what there was at first, beyond a week, and by whoever may not', async () => {
    const story = current();
    const id = await waiting(story, { expireMs: 96 * HOUR });
    const code = async (receipt: Promise<unknown>): Promise<unknown> => ((await receipt) as { reasons?: { code: string }[] }).reasons?.[0]?.code;
    expect(await code(story.extend(id, 'ann', 97 * HOUR))).toBe('extension-too-long');
    expect(await code(story.extend(id, 'zoe', HOUR))).toBe('may-not-extend');
    expect(await story.extend(id, 'ann', 96 * HOUR)).toMatchObject({ kind: 'extended' });
    expect(await code(story.extend(id, 'bea', 96 * HOUR))).toBe('extended-enough');
    expect(await story.extend(id, 'bea', 72 * HOUR)).toMatchObject({ kind: 'extended' });
    expect(await code(story.extend(id, 'bea', 1))).toBe('extended-enough');
  });

  it('of a request that waits for nobody is refused', async () => {
    const story = current();
    const id = await waiting(story, {});
    await story.approve(id, 'bea', 'carl');
    await story.until(id, 'building');
    expect(await story.extend(id, 'ann', HOUR)).toMatchObject({ kind: 'refused', reasons: [{ code: 'nothing-to-extend' }] });
  });

  it('starts anew with a new wait', async () => {
    const story = current();
    const id = await waiting(story, {});
    await story.extend(id, 'ann', HOUR);
    await story.push(id, 'ann');
    await story.waitFor('the revision', async () => (await story.status(id)).plan?.revision === 2);
    const { phase } = await story.status(id);
    expect(phase).not.toHaveProperty('extendedMs');
  });
});

describe('the undo window', () => {
  const current = useStory();

  it('passes before the queue is joined, and the receipt says so', async () => {
    const story = current();
    const id = await waiting(story, { undoMs: HOUR });
    await story.approve(id, 'bea');
    expect(await story.vote(id, voteOf('carl', 'slack'))).toMatchObject({ kind: 'counted', last: true, undoMs: HOUR });
    await story.until(id, 'approved');
    expect(story.world.joins).toEqual([]);
    await story.skipTime(id);
    await story.until(id, 'building');
    // On a busy machine the place is asked for more than once.
    expect([...new Set(story.world.joins)]).toHaveLength(1);
  });

  it('ends with nothing built when somebody stops it', async () => {
    const story = current();
    const id = await waiting(story, { undoMs: 600_000 });
    await story.approve(id, 'bea', 'carl');
    await story.until(id, 'approved');
    expect(await story.cancel(id, 'carl')).toEqual({ kind: 'cancelled', during: 'approved' });
    expect((await story.end(id)).phase).toMatchObject({ kind: 'cancelled', during: 'approved' });
    expect([story.world.joins, story.world.creates]).toEqual([[], []]);
  });

  it('is over when an approval is taken back, and comes again with the next last one', async () => {
    const story = current();
    const id = await waiting(story, { undoMs: HOUR });
    await story.approve(id, 'bea', 'carl');
    await story.until(id, 'approved');
    expect(await story.withdraw(id, 'carl')).toMatchObject({ kind: 'withdrawn', have: 1 });
    await story.until(id, 'waiting');
    await story.approve(id, 'dan');
    await story.until(id, 'approved');
    await story.skipTime(id);
    await story.until(id, 'building');
    expect(story.world.creates).toHaveLength(1);
  });
});

const minutes = (ms: number): number => Math.round(ms / 60_000);
