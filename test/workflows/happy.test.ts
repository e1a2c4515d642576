import { ApplicationFailure } from '@temporalio/activity';
import { describe, expect, it } from 'vitest';
import { buildId, environmentId } from '../../workflows/contract.ts';
import { githubReply, voteOf } from '../support/deploy-examples.ts';
import { changeTiming } from '../support/plan-twists.ts';
import { building } from '../support/plays.ts';
import { useStory } from '../support/story.ts';
import type { History } from '../support/temporal-stage.ts';
import { DEPLOY_TIMING } from '../../workflows/timing.ts';

/** 72, beside workflow tasks, of which a busy machine takes more: with these there are some 140, which the benchmark counts. */
const EVENTS_MAX = 80;
/** Local, unless one takes long: then it is done again as an ordinary activity. */
const LOCAL = ['joinQueue', 'claim', 'describeHolders', 'reportBuild', 'judgeVote', 'authorise'];
const EVENTS_OF_LONG_CALL = 6;

describe('a deploy with two approvals and a passing build', () => {
  const current = useStory();

  it('is built once and told on both cards, in as few events as it takes', async () => {
    const story = current();
    const { world } = story;
    // Passing phases and mere progress are not told, however long they take on a busy machine.
    changeTiming(world, { progressMs: 120_000 });
    const id = await story.ask({}, { ...DEPLOY_TIMING, settleMs: 120_000, progressMs: 120_000 });
    await story.until(id, 'waiting');
    await story.waitFor('both cards', () => world.slackCards.length === 1 && world.githubCards.length === 1);
    expect(await story.vote(id, voteOf('bea', 'slack'))).toMatchObject({ kind: 'counted', have: 1, need: 2, last: false });
    await story.waitFor('the first vote on the cards', () => world.announcements.length === 1);
    expect(await story.vote(id, voteOf('carl', 'github', { replyTo: githubReply(9) }))).toMatchObject({ kind: 'counted', last: true });
    await story.waitFor('the build on the cards', () => world.announcements.at(-1)?.status.phase.kind === 'building');
    await story.webhook(1, { state: 'scheduled' });
    await story.webhook(1, { state: 'running', startedAt: Date.now() });
    await story.finish(1, 'passed');
    const end = await story.end(id);

    expect(end.phase.kind).toBe('succeeded');
    expect(world.creates).toHaveLength(1);
    expect(world.creates[0]).toMatchObject({ deployId: id, approvers: ['bea', 'carl'], pullRequest: 42 });
    expect(world.announcements.map(({ status }) => status.phase.kind)).toEqual(['waiting', 'building', 'succeeded']);
    expect(world.receipts.map(({ to }) => to)).toEqual([githubReply(9)]);
    expect(world.reads).toEqual(['list target', 'read 1']);
    expect(world.annotated).toEqual([{ number: 1, contract: end.plan?.contract }]);
    expect(world.creates[0]?.signatures).toMatchObject({
      asked: { by: 'ann', surface: 'github' },
      approved: [
        { by: 'bea', surface: 'slack' },
        { by: 'carl', surface: 'github' },
      ],
    });
    await story.free();
    expect(await story.environment()).toMatchObject({
      known: true,
      live: [{ service: world.service, environment: 'production', sha: end.plan?.sha }],
      holder: null,
      queue: [],
    });

    const histories = await Promise.all([id, buildId(story.target), environmentId(story.target)].map((workflow) => story.stage.history(workflow)));
    const events = histories.flatMap((history) => history.events ?? []).filter((event) => !isTask(event));
    const longCalls = events.filter(({ activityTaskScheduledEventAttributes: asked }) => LOCAL.includes(asked?.activityType?.name ?? ''));
    expect(events.length).toBeLessThanOrEqual(EVENTS_MAX + EVENTS_OF_LONG_CALL * longCalls.length);
  });

  it('is built all the same when its page can not be written on', async () => {
    const story = current();
    story.world.annotate = () => {
      throw ApplicationFailure.create({ type: 'Invalid', message: 'buildkite answered 422', nonRetryable: true });
    };
    const id = await building(story);
    await story.finish(1, 'passed');
    expect((await story.end(id)).phase.kind).toBe('succeeded');
    expect(story.world.annotated).toEqual([]);
  });
});

const isTask = (event: NonNullable<History['events']>[number]): boolean =>
  Object.entries(event).some(([attributes, value]) => attributes.startsWith('workflowTask') && value != null);
