// Stories of the peers of a request: its environment and the queue, workflows that are ended from outside, reviews, people’s accounts.
import { expect } from 'vitest';
import { actArrived, farewellId, TASK_QUEUE } from '../../workflows/contract.ts';
import { PEOPLE_ID } from '../../workflows/people-contract.ts';
import { reviewId } from '../../workflows/review-contract.ts';
import { createPeopleStore } from '../../src/temporal/people.ts';
import { PEOPLE, slackReply, tallyOf, voteOf } from './deploy-examples.ts';
import { newBuild } from './deploy-world.ts';
import { askInEmergency, breakTheGlass, reviewedBy, sign } from './emergencies.ts';
import { hurryCreates } from './lost-creates.ts';
import { patiently } from './patiently.ts';
import { approved, building, withTarget, type Play } from './plays.ts';
import type { Story } from './story.ts';

async function scheduled(story: Story, workflowId: string): Promise<readonly string[]> {
  const { events } = await story.stage.history(workflowId);
  return (events ?? []).map(({ activityTaskScheduledEventAttributes: asked }) => asked?.activityType?.name ?? '');
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Somebody who may not cancel tries it twice, and another one looks at the request: the look ends the workflow task in which the second try is judged.
 * Returns in the middle of that task, which takes some ten milliseconds.
 */
async function lookWhileJudged(story: Story, id: string): Promise<() => Promise<unknown>> {
  story.world.slowCalls.set('judge', [200, 200]);
  await pause(50);
  const refused = story.cancel(id, 'zoe');
  await pause(50);
  const look = story.status(id);
  const { key, by, at } = voteOf('zoe', 'slack');
  await story.handle(id).signal(actArrived, { act: 'cancel', input: { key, by, at, replyTo: slackReply('zoe'), reason: null } });
  await refused;
  await pause(5);
  return () => look;
}

export const PEER_PLAYS: Readonly<Record<string, Play>> = {
  /** The answers of its environment, and the reports of its build, come late; meanwhile somebody looks at it and cancels. */
  async 'slow-calls'(story) {
    const first = await building(story);
    const id = await story.ask();
    await story.until(id, 'waiting');
    story.world.slowCalls.set(id, [6_000, 2_500]);
    await story.approve(id, 'bea', 'carl');
    await story.until(id, 'queued');
    await story.waitFor('a join by an activity', async () => (await scheduled(story, id)).includes('joinQueue'));
    await story.cancel(id, 'ann');
    await story.end(id);
    story.world.slowCalls.set(`report to ${first}`, [6_000, 2_500]);
    await story.finish(1, 'passed');
    await story.end(first);
    expect(await scheduled(story, story.workflow('build').workflowId)).toContain('reportBuild');
    return withTarget(story, id);
  },
  /** The last vote and somebody's cancel come while another vote is judged: the queue would be asked while that person's rights are read. */
  async 'calls-at-once'(story) {
    const id = await story.ask();
    await story.until(id, 'waiting');
    story.world.slowCalls.set('judge', [400]);
    story.world.slowCalls.set(id, [300]);
    const first = story.approve(id, 'bea');
    const last = pause(100).then(() => story.approve(id, 'carl'));
    const refused = pause(200).then(() => story.cancel(id, 'zoe'));
    await Promise.all([first, last, refused]);
    await story.until(id, 'building');
    await story.finish(1, 'passed');
    await story.end(id);
    return withTarget(story, id);
  },
  /** Each takes long to be judged: however they fall into workflow tasks, one comes too late in its task for a call of the same task. */
  async 'late-calls'(story) {
    const id = await story.ask();
    await story.until(id, 'waiting');
    story.world.slowCalls.set('judge', [1_000, 2_500, 2_500, 100]);
    story.world.judge = (votes, voter) => ({ ...tallyOf([...votes.map(({ by }) => by), voter]), satisfied: votes.length === 3 });
    const names = ['bea', 'carl', 'dan', 'eve'] as const;
    await Promise.all(names.map((name) => story.approve(id, name)));
    expect(await scheduled(story, id)).toContain('judgeVote');
    await story.until(id, 'building');
    await story.finish(1, 'passed');
    await story.end(id);
    return withTarget(story, id);
  },
  /** While everything is read once more a look ends the workflow task in which somebody's try is judged; before the next one begins the reading is done. */
  async 'looked-at-meanwhile'(story) {
    const { recheck } = story.world;
    const read = Promise.withResolvers<void>();
    story.world.recheck = async (input) => {
      await read.promise;
      return recheck(input);
    };
    const id = await approved(story);
    await story.until(id, 'checking');
    const asked = story.world.joins.length;
    await story.waitFor('another look for its place', () => story.world.joins.length > asked);
    const looked = await lookWhileJudged(story, id);
    read.resolve();
    await looked();
    await story.until(id, 'building');
    await story.finish(1, 'passed');
    await story.end(id);
    return withTarget(story, id);
  },
  /** The same, and before that next workflow task begins somebody approves. */
  async 'approved-meanwhile'(story) {
    const id = await story.ask();
    await story.until(id, 'waiting');
    const looked = await lookWhileJudged(story, id);
    await story.approve(id, 'bea');
    await looked();
    await story.approve(id, 'carl');
    await story.until(id, 'building');
    await story.finish(1, 'passed');
    await story.end(id);
    return withTarget(story, id);
  },
  async 'cancelled-in-queue'(story) {
    const first = await building(story);
    const second = await approved(story);
    await story.until(second, 'queued');
    await story.cancel(second, 'ann');
    await story.end(second);
    await story.finish(1, 'passed');
    await story.end(first);
    return withTarget(story, second);
  },
  async stray(story) {
    newBuild(story.world, { target: story.target, state: 'running', startedAt: 3_000 });
    const id = await approved(story);
    await story.waitFor('a holder', async () => (await story.environment()).holder !== null);
    await story.finish(1, 'passed');
    await story.until(id, 'building');
    await story.finish(2, 'passed');
    await story.end(id);
    return withTarget(story, id);
  },
  async 'build-terminated'(story) {
    hurryCreates(story.world);
    const id = await building(story);
    await story.workflow('build').terminate();
    await story.waitFor('the adopted build', () => story.world.reads.includes('find'));
    await story.finish(1, 'passed');
    await story.end(id);
    return withTarget(story, id);
  },
  async 'environment-terminated'(story) {
    const id = await building(story);
    await story.workflow('environment').terminate();
    await story.waitFor('a new environment', async () => (await story.workflow('environment').describe()).status.name === 'RUNNING');
    await story.waitFor('its holder', async () => (await story.environment()).holder?.deployId === id);
    await story.finish(1, 'passed');
    await story.end(id);
    await story.free();
    return withTarget(story, id);
  },
  async 'continued-as-new'(story) {
    story.world.timing.environment = { ...story.world.timing.environment, eventsMax: 15 };
    const id = await building(story);
    await story.waitFor(
      'a foreign holder',
      async () =>
        (await story.stage.history(story.workflow('environment').workflowId)).events?.[0]?.workflowExecutionStartedEventAttributes
          ?.continuedExecutionRunId !== '',
    );
    await story.finish(1, 'passed');
    await story.end(id);
    await story.free();
    return withTarget(story, id);
  },
  async terminated(story) {
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.handle(id).terminate();
    const workflowId = farewellId(id);
    await story.client.workflow.execute('farewell', { workflowId, taskQueue: TASK_QUEUE.workflows, args: [{ deployId: id }] });
    return { farewell: workflowId };
  },
  async emergency(story) {
    breakTheGlass(story.world, 300);
    const id = await askInEmergency(story);
    await story.until(id, 'building');
    await story.finish(1, 'passed');
    await story.end(id);
    await story.waitFor('a reminder', () => story.world.reviewNews.includes('reminder'));
    await sign(story, id, reviewedBy('bea', 'slack'));
    await sign(story, id, reviewedBy('carl', 'github', { reason: 'saw the alert' }));
    await story.client.workflow.getHandle(reviewId(id)).result();
    await story.waitFor('the record', async () => (await story.environment()).history[0]?.emergency?.review.state === 'signed');
    return { ...withTarget(story, id), review: reviewId(id) };
  },
  async 'emergency-terminated'(story) {
    breakTheGlass(story.world);
    const id = await askInEmergency(story);
    const status = await story.until(id, 'building');
    await story.handle(id).terminate();
    story.world.owing = { ...status, phase: { kind: 'terminated', how: 'terminated', during: 'building', at: Date.now() } };
    const workflowId = farewellId(id);
    await story.client.workflow.execute('farewell', { workflowId, taskQueue: TASK_QUEUE.workflows, args: [{ deployId: id }] });
    await sign(story, id, reviewedBy('bea', 'slack', { kind: 'dispute', reason: 'it was not down' }));
    await story.client.workflow.getHandle(reviewId(id)).result();
    return { farewell: workflowId, review: reviewId(id) };
  },
  async people(story) {
    const store = createPeopleStore(story.client);
    const slack = { surface: 'slack', team: 'T1', user: 'U-zoe', name: 'zoe' } as const;
    const github = { surface: 'github', id: 700, login: 'zoe' } as const;
    const proof = { token: 'a'.repeat(64), session: 'b'.repeat(64) };
    await patiently(() => store.openLink({ token: proof.token, slack }));
    await patiently(() => store.signInToLink({ ...proof, github }));
    await patiently(() => store.confirmLink(proof));
    const { ann, bea } = PEOPLE;
    await patiently(() => store.delegate({ from: ann, to: bea, until: Date.now() + 86_400_000, reason: 'on holiday' }));
    await patiently(() => store.endDelegation({ from: ann }));
    await patiently(() => store.revokeLink({ by: github }));
    await story.waitFor('the letters', () => story.world.told.length === 4);
    expect(story.world.told).toEqual(['linked U-zoe', 'delegated U-bea', 'delegation-ended U-bea', 'unlinked U-zoe']);
    return { people: PEOPLE_ID };
  },
};
