// Stories of builds: what Buildkite answers and tells, and how each of them ends.
import { ApplicationFailure } from '@temporalio/activity';
import { expect } from 'vitest';
import { blockId, stoppedAtBlock } from '../../workflows/block-contract.ts';
import { buildWatchId } from '../../workflows/contract.ts';
import { askToAttest } from '../../src/temporal/attest.ts';
import { sealIn } from '../../workflows/seal.ts';
import { planFor, SHA, voteOf } from './deploy-examples.ts';
import { changeBuild, newBuild } from './deploy-world.ts';
import { unclear } from './lost-creates.ts';
import { changeTiming } from './plan-twists.ts';
import { building, withTarget, type Play } from './plays.ts';

export const BUILD_PLAYS: Readonly<Record<string, Play>> = {
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
  async unclear(story) {
    const { create } = story.world;
    story.world.create = () => {
      story.world.create = create;
      return unclear();
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
      return unclear();
    };
    const id = await building(story);
    await story.webhook(2, { state: 'failing', startedAt: Date.now() });
    const { deployId, target, commit, seal } = changeBuild(story.world, 2, {});
    await story.webhook(1, { deployId, target, commit, ...sealIn(seal), state: 'running', startedAt: Date.now() });
    await story.waitFor('the cancel of the first', () => story.world.cancels.includes(1));
    await story.waitFor('the news of it', async () => (await story.status(id)).doubles?.length === 1);
    await story.finish(1, 'canceled');
    await story.finish(2, 'passed');
    await story.end(id);
    await story.free();
    return withTarget(story, id);
  },
  async copied(story) {
    const id = await story.ask();
    await story.until(id, 'waiting');
    const marks = { deployId: id, target: story.target, commit: SHA, state: 'running', startedAt: 1 };
    newBuild(story.world, marks);
    await story.approve(id, 'bea', 'carl');
    await story.waitFor('the copy to hold the target', async () => (await story.environment()).holder !== null);
    await story.finish(1, 'passed');
    await story.until(id, 'building');
    newBuild(story.world, { ...marks, ...sealIn(changeBuild(story.world, 2, {}).seal) });
    await story.webhook(3, {});
    await story.waitFor('the cancel of the sealed copy', () => story.world.cancels.includes(3));
    await story.waitFor('the news of it', async () => (await story.status(id)).doubles?.length === 1);
    await story.finish(3, 'canceled');
    await story.finish(2, 'passed');
    expect((await story.end(id)).phase).toMatchObject({ kind: 'succeeded', build: { number: 2 } });
    await story.free();
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
  async 'among-many'(story) {
    changeTiming(story.world, { silentMs: 50 });
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
    changeTiming(story.world, { silentMs: 50 });
    const id = await building(story);
    await story.waitFor('the poll', () => story.world.reads.includes('poll'));
    changeBuild(story.world, 1, { state: 'passed', finishedAt: Date.now() });
    await story.end(id);
    const watch = buildWatchId(story.world.organization);
    await story.client.workflow.getHandle(watch).result();
    return { ...withTarget(story, id), 'build-watch': watch };
  },
};
