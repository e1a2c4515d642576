// Every story is replayed right after it was played: what the workflows do once, they do again from their history alone.
// With RECORD_HISTORIES=<version> the histories are kept as well (test/support/record-history.ts).
import { ApplicationFailure } from '@temporalio/activity';
import { Worker } from '@temporalio/worker';
import { describe, expect, inject, it } from 'vitest';
import { blockId, stoppedAtBlock } from '../../workflows/block-contract.ts';
import { buildWatchId, farewellId, TASK_QUEUE } from '../../workflows/contract.ts';
import { PEOPLE_ID } from '../../workflows/people-contract.ts';
import { askToAttest } from '../../src/temporal/attest.ts';
import { createPeopleStore } from '../../src/temporal/people.ts';
import { reviewId } from '../../workflows/review-contract.ts';
import { commitSha } from '../../src/ids.ts';
import { NEXT_SHA, PEOPLE, planFor, tallyOf, voteOf } from '../support/deploy-examples.ts';
import { changeBuild, newBuild } from '../support/deploy-world.ts';
import { askInEmergency, breakTheGlass, reviewedBy, sign } from '../support/emergencies.ts';
import { LIFECYCLE_PLAYS } from '../support/lifecycle-plays.ts';
import { changeRule, holdPlans } from '../support/plan-twists.ts';
import { storeHistory } from '../support/record-history.ts';
import { useStory, type Story } from '../support/story.ts';

const THIRD_SHA = commitSha('aaaaaaa'.padEnd(40, '0'));
const VERSION = process.env['RECORD_HISTORIES'];

async function approved(story: Story): Promise<string> {
  const id = await story.ask();
  await story.until(id, 'waiting');
  await story.approve(id, 'bea', 'carl');
  return id;
}

async function building(story: Story): Promise<string> {
  const id = await approved(story);
  await story.until(id, 'building');
  return id;
}

async function scheduled(story: Story, workflowId: string): Promise<readonly string[]> {
  const { events } = await story.stage.history(workflowId);
  return (events ?? []).map(({ activityTaskScheduledEventAttributes: asked }) => asked?.activityType?.name ?? '');
}

/** Plays the story and answers the ids of its workflows by name; each run of one counts. */
type Play = (story: Story) => Promise<Readonly<Record<string, string>>>;

const withTarget = (story: Story, deploy: string): Readonly<Record<string, string>> => ({
  deploy,
  build: story.workflow('build').workflowId,
  environment: story.workflow('environment').workflowId,
});

const STORIES: Readonly<Record<string, Play>> = {
  async happy(story) {
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.vote(id, voteOf('bea', 'slack'));
    await story.vote(id, voteOf('carl', 'github'));
    await story.until(id, 'building');
    await story.webhook(1, { state: 'running', startedAt: Date.now() });
    await story.finish(1, 'passed');
    await story.end(id);
    return withTarget(story, id);
  },
  async attested(story) {
    const id = await building(story);
    const { plan } = await story.status(id);
    const [own] = story.world.builds;
    const what = { organization: plan?.organization ?? '', pipeline: own?.pipeline ?? '', commit: plan?.sha ?? '', branch: plan?.ref.branch ?? '' };
    const token = { ...what, organizationId: null, number: 1, buildId: null, source: 'api', job: 'job', step: null, key: 'job@1' };
    expect((await askToAttest(story.client, id, token)).kind).toBe('yes');
    await story.finish(1, 'passed');
    await story.end(id);
    return withTarget(story, id);
  },
  /** The answers of its environment, and the reports of its build, come late; meanwhile somebody looks at it and cancels. */
  async 'slow-calls'(story) {
    const first = await building(story);
    const id = await story.ask();
    await story.until(id, 'waiting');
    story.world.slowCalls.set(id, [2_500, 2_500]);
    await story.approve(id, 'bea', 'carl');
    await story.until(id, 'queued');
    await story.waitFor('a join by an activity', async () => (await scheduled(story, id)).includes('joinQueue'));
    await story.cancel(id, 'ann');
    await story.end(id);
    story.world.slowCalls.set(first, [2_500, 2_500]);
    await story.finish(1, 'passed');
    await story.end(first);
    expect(await scheduled(story, story.workflow('build').workflowId)).toContain('reportBuild');
    return withTarget(story, id);
  },
  async 'by-rule'(story) {
    const when = [{ fact: 'only-files', state: 'holds', wanted: 'changes in `docs/**` only', found: 'only `docs/a.md`' }] as const;
    const tally = { satisfied: true, have: 0, need: 0, tree: { kind: 'auto', name: 'low-risk', satisfied: true, state: 'satisfied', when } } as const;
    story.world.plan = (input) => ({ kind: 'planned', plan: planFor(input, { tally, organization: story.world.organization }) });
    story.world.recheck = () => ({ kind: 'good', tally });
    const id = await story.ask();
    await story.until(id, 'building');
    await story.finish(1, 'passed');
    await story.end(id);
    return withTarget(story, id);
  },
  async refused(story) {
    story.world.plan = () => ({ kind: 'refused', reasons: [{ code: 'draft', number: 42 }], gates: [], sha: null, target: null });
    const id = await story.ask();
    await story.end(id);
    return { deploy: id };
  },
  async 'dry-run'(story) {
    const id = await story.ask({ dryRun: true });
    await story.end(id);
    return { deploy: id };
  },
  async rejected(story) {
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.vote(id, voteOf('bea', 'github', { kind: 'reject', reason: 'not today' }));
    await story.end(id);
    return { deploy: id };
  },
  async expired(story) {
    changeRule(story.world, { expireMs: 300 });
    const id = await story.ask();
    await story.end(id);
    return { deploy: id };
  },
  async 'waited-long'(story) {
    const hours = { zone: 'UTC', days: [0, 1, 2, 3, 4, 5, 6], from: 0, to: 1_440 };
    const clock = { hours, remind: [{ afterMs: 1_500 }], escalate: { afterMs: 500, to: 'oncall', may: 'approve' }, undoMs: 400 } as const;
    changeRule(story.world, clock);
    const id = await story.ask();
    await story.waitFor('the escalation and the reminder', () => story.world.reminders.some(({ reminder }) => reminder.kind === 'reminder'));
    await story.extend(id, 'ann', 3_600_000);
    await story.approve(id, 'bea', 'carl');
    await story.until(id, 'approved');
    await story.withdraw(id, 'carl');
    await story.until(id, 'waiting');
    await story.approve(id, 'dan');
    await story.until(id, 'building');
    await story.finish(1, 'passed');
    await story.end(id);
    return withTarget(story, id);
  },
  async undone(story) {
    changeRule(story.world, { undoMs: 600_000 });
    const id = await approved(story);
    await story.until(id, 'approved');
    await story.cancel(id, 'bea');
    await story.end(id);
    return { deploy: id };
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
  async 'cancelled-build'(story) {
    const id = await building(story);
    await story.cancel(id, 'ann');
    await story.waitFor('the cancel', () => story.world.cancels.length === 1);
    await story.finish(1, 'canceled');
    await story.end(id);
    return withTarget(story, id);
  },
  async 'cancel-refused'(story) {
    const id = await building(story);
    story.world.cancel = () => {
      story.world.cancel = () => undefined;
      throw ApplicationFailure.create({ type: 'Invalid', message: 'buildkite did not take it' });
    };
    await story.cancel(id, 'ann');
    await story.waitFor('the cancel', () => story.world.cancels.length === 1);
    await story.finish(1, 'canceled');
    await story.end(id);
    return withTarget(story, id);
  },
  async failed(story) {
    const id = await building(story);
    changeBuild(story.world, 1, { steps: [{ label: 'smoke test', type: 'command', state: 'failed', jobId: 'job-1' }] });
    await story.finish(1, 'failed');
    await story.end(id);
    return withTarget(story, id);
  },
  async blocked(story) {
    const id = await building(story);
    await story.webhook(1, { state: 'passed', blocked: true, finishedAt: Date.now() });
    await story.until(id, 'blocked');
    await story.webhook(1, { state: 'running', blocked: false, finishedAt: null });
    await story.until(id, 'building');
    await story.finish(1, 'passed');
    await story.end(id);
    return withTarget(story, id);
  },
  async 'stopped-at-block'(story) {
    const { organization } = story.world;
    story.world.plan = (input) => ({ kind: 'planned', plan: planFor(input, { blocks: true, organization }) });
    const id = await building(story);
    await story.webhook(1, { state: 'passed', blocked: true, finishedAt: Date.now() });
    const { build } = await story.until(id, 'blocked');
    const block = blockId(organization, build?.uuid ?? '');
    await story.waitFor('the step to be looked at', () => story.world.reads.includes('halted'));
    await story.handle(id).signal(stoppedAtBlock, { kind: 'expired', step: 'Migrate?' });
    await story.webhook(1, { state: 'canceled', blocked: false, finishedAt: Date.now() });
    expect((await story.end(id)).phase).toMatchObject({ kind: 'ended-badly', block: { kind: 'expired' } });
    await story.client.workflow.getHandle(block).result();
    return { ...withTarget(story, id), block };
  },
  async revision(story) {
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.approve(id, 'bea');
    await story.push(id, 'eve', THIRD_SHA);
    await story.waitFor('revision 2', async () => (await story.status(id)).plan?.revision === 2);
    await story.approve(id, 'bea', 'carl');
    await story.push(id, 'fay', NEXT_SHA);
    await story.until(id, 'building');
    await story.finish(1, 'passed');
    await story.end(id);
    return withTarget(story, id);
  },
  async 'early-push'(story) {
    const planning = holdPlans(story.world, 1);
    const id = await story.ask();
    await story.waitFor('planning', () => planning.arrivals === 1);
    await story.push(id, 'eve', NEXT_SHA);
    planning.open();
    await story.until(id, 'waiting');
    await story.vote(id, voteOf('bea', 'github', { kind: 'reject', reason: 'not today' }));
    await story.end(id);
    return { deploy: id };
  },
  async 'void-votes'(story) {
    const { recheck } = story.world;
    story.world.recheck = () => {
      story.world.recheck = recheck;
      return { kind: 'void', votes: [{ by: PEOPLE.carl, why: 'left-group', detail: 'sre' }], tally: tallyOf([PEOPLE.bea]) };
    };
    const id = await approved(story);
    await story.until(id, 'waiting');
    await story.approve(id, 'dan');
    await story.until(id, 'building');
    await story.finish(1, 'passed');
    await story.end(id);
    return withTarget(story, id);
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
  async 'to-confirm'(story) {
    story.world.stepUp = true;
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.approve(id, 'bea', 'carl', 'dan');
    await story.withdraw(id, 'dan');
    await story.vote(id, voteOf('carl', 'github'));
    await story.vote(id, voteOf('bea', 'github'));
    await story.until(id, 'building');
    await story.finish(1, 'passed');
    await story.end(id);
    return withTarget(story, id);
  },
  async unclear(story) {
    const { create } = story.world;
    story.world.create = () => {
      story.world.create = create;
      throw ApplicationFailure.create({ type: 'Unclear', message: 'buildkite answered 500', details: [{ startedAt: Date.now() - 900 }] });
    };
    const id = await building(story);
    await story.finish(1, 'passed');
    await story.end(id);
    return withTarget(story, id);
  },
  async doubled(story) {
    const { create } = story.world;
    story.world.create = () => {
      story.world.create = create;
      // It shows itself, with the number 1, after another one was sent.
      newBuild(story.world, { target: 'elsewhere' });
      throw ApplicationFailure.create({ type: 'Unclear', message: 'no answer', details: [{ startedAt: Date.now() - 900 }] });
    };
    const id = await building(story);
    await story.webhook(2, { state: 'failing', startedAt: Date.now() });
    const { deployId, target, commit } = changeBuild(story.world, 2, {});
    await story.webhook(1, { deployId, target, commit, state: 'running', startedAt: Date.now() });
    await story.waitFor('the cancel of the second', () => story.world.cancels.includes(2));
    await story.waitFor('the first on the card', async () => (await story.status(id)).build?.number === 1);
    await story.finish(2, 'canceled');
    await story.finish(1, 'passed');
    await story.end(id);
    await story.waitFor('a free target', async () => (await story.environment()).holder === null);
    return withTarget(story, id);
  },
  async 'not-sent'(story) {
    const { create } = story.world;
    story.world.create = () => {
      story.world.create = create;
      return { kind: 'not-sent', why: 'quota', retryAfterMs: 300 };
    };
    const id = await building(story);
    await story.finish(1, 'passed');
    await story.end(id);
    return withTarget(story, id);
  },
  async 'build-terminated'(story) {
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
    await story.waitFor('a free target', async () => (await story.environment()).holder === null);
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
    await story.waitFor('a free target', async () => (await story.environment()).holder === null);
    return withTarget(story, id);
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
  async terminated(story) {
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.handle(id).terminate();
    const workflowId = farewellId(id);
    await story.client.workflow.execute('farewell', { workflowId, taskQueue: TASK_QUEUE.workflows, args: [{ deployId: id }] });
    return { farewell: workflowId };
  },
  async people(story) {
    const store = createPeopleStore(story.client);
    const slack = { surface: 'slack', team: 'T1', user: 'U-zoe', name: 'zoe' } as const;
    const github = { surface: 'github', id: 700, login: 'zoe' } as const;
    const proof = { token: 'a'.repeat(64), session: 'b'.repeat(64) };
    await store.openLink({ token: proof.token, slack });
    await store.signInToLink({ ...proof, github });
    await store.confirmLink(proof);
    const { ann, bea } = PEOPLE;
    await store.delegate({ from: ann, to: bea, until: Date.now() + 86_400_000, reason: 'on holiday' });
    await store.endDelegation({ from: ann });
    await store.revokeLink({ by: github });
    await story.waitFor('the letters', () => story.world.told.length === 4);
    expect(story.world.told).toEqual(['linked U-zoe', 'delegated U-bea', 'delegation-ended U-bea', 'unlinked U-zoe']);
    return { people: PEOPLE_ID };
  },
  async 'among-many'(story) {
    const { build } = story.world.timing.environment;
    story.world.timing.environment = { ...story.world.timing.environment, build: { ...build, silentMs: 50 } };
    story.world.perPage = 1;
    const id = await building(story);
    newBuild(story.world, { state: 'running' });
    await story.waitFor('the second page', () => story.world.reads.includes('poll 2'));
    changeBuild(story.world, 1, { state: 'passed', finishedAt: Date.now() });
    await story.end(id);
    const watch = buildWatchId(story.world.organization);
    await story.client.workflow.getHandle(watch).result();
    return { ...withTarget(story, id), 'build-watch': watch };
  },
  async silent(story) {
    const { build } = story.world.timing.environment;
    story.world.timing.environment = { ...story.world.timing.environment, build: { ...build, silentMs: 50 } };
    const id = await building(story);
    await story.waitFor('the poll', () => story.world.reads.includes('poll'));
    changeBuild(story.world, 1, { state: 'passed', finishedAt: Date.now() });
    await story.end(id);
    const watch = buildWatchId(story.world.organization);
    await story.client.workflow.getHandle(watch).result();
    return { ...withTarget(story, id), 'build-watch': watch };
  },
};

const PLAYS: readonly (readonly [string, Play])[] = [
  ...Object.entries(STORIES),
  ...Object.entries(LIFECYCLE_PLAYS).map(([name, play]) => [name, async (story: Story) => ({ deploy: await play(story) })] as const),
];

describe('a history that was just written is replayed', () => {
  const current = useStory();

  it.each(PLAYS)('%s', async (name, play) => {
    const story = current();
    const workflows = await play(story);
    for (const [workflow, workflowId] of Object.entries(workflows)) {
      const history = await story.stage.history(workflowId);
      await expect(
        Worker.runReplayHistory({ workflowBundle: { codePath: inject('workflowBundlePath') } }, history, workflowId),
      ).resolves.toBeUndefined();
      if (VERSION !== undefined) await storeHistory(`${VERSION}.${name}.${workflow}`, workflowId, history);
    }
  });
});
