import { ApplicationFailure } from '@temporalio/activity';
import { describe, expect, it } from 'vitest';
import { replyId, TASK_QUEUE, type ReplyInput } from '../../workflows/contract.ts';
import { githubReply, onSlack, planFor, slackReply, tallyOf, voteOf } from '../support/deploy-examples.ts';
import { building } from '../support/plays.ts';
import { SHORT, useStory } from '../support/story.ts';

const fromSlack = { requester: onSlack('ann'), origin: slackReply('ann') };

describe('what people are told first and last', () => {
  const current = useStory();

  it('a refused command on a pull request gets its card there, and nothing in the channel', async () => {
    const story = current();
    story.world.plan = () => ({ kind: 'refused', reasons: [{ code: 'draft', number: 42 }], gates: [], sha: null, target: null });
    const id = await story.ask();
    expect((await story.end(id)).phase).toMatchObject({ kind: 'refused', reasons: [{ code: 'draft' }] });
    expect(story.world).toMatchObject({ githubCards: [id], slackCards: [], told: [] });
    expect(story.world.announcements).toMatchObject([{ status: { phase: { kind: 'refused' } }, cards: { slack: null, github: { comment: 1 } } }]);
  });

  it('a refused command in Slack is told to the requester alone', async () => {
    const story = current();
    story.world.plan = () => ({ kind: 'refused', reasons: [{ code: 'draft', number: 42 }], gates: [], sha: null, target: null });
    await story.end(await story.ask(fromSlack));
    expect(story.world).toMatchObject({ githubCards: [], slackCards: [], told: ['refused'], announcements: [] });
  });

  it('a plan that can’t be made is a refusal that says so', async () => {
    const story = current();
    story.world.plan = () => {
      throw ApplicationFailure.create({ type: 'Unauthorised', message: 'reading the repository: github answered 401', nonRetryable: true });
    };
    const { phase } = await story.end(await story.ask());
    expect(phase).toMatchObject({ kind: 'refused', reasons: [{ code: 'unreadable', why: 'reading the repository: github answered 401' }] });
  });

  it('a command older than ten minutes is refused unread', async () => {
    const story = current();
    story.world.plan = () => {
      throw new Error('must not be asked');
    };
    const askedAt = Date.now() - SHORT.deploy.maxAgeMs - 1_000;
    expect((await story.end(await story.ask({ askedAt }))).phase).toMatchObject({ kind: 'refused', reasons: [{ code: 'too-old', askedAt }] });
  });

  it('a dry run says what would happen where it was asked, and changes nothing', async () => {
    const story = current();
    const onPullRequest = await story.ask({ dryRun: true });
    expect((await story.end(onPullRequest)).phase.kind).toBe('planned');
    const inSlack = await story.ask({ dryRun: true, ...fromSlack });
    await story.end(inSlack);
    expect(story.world).toMatchObject({ githubCards: [onPullRequest], slackCards: [], told: ['planned'], joins: [], creates: [] });
  });

  it('a request from Slack shows on the pull request of its ref, too', async () => {
    const story = current();
    const id = await story.ask(fromSlack);
    await story.waitFor('both cards', () => story.world.slackCards.length === 1 && story.world.githubCards.length === 1);
    expect(story.world.githubCards).toEqual([id]);
  });

  it('without a pull request there is a card in Slack only', async () => {
    const story = current();
    const { organization } = story.world;
    const ref = { kind: 'branch', name: 'main', branch: 'main' } as const;
    story.world.plan = (input) => ({ kind: 'planned', plan: planFor(input, { organization, ref, pullRequest: null }) });
    const id = await story.ask(fromSlack);
    await story.waitFor('the card', () => story.world.slackCards.length === 1);
    await story.cancel(id, 'ann');
    await story.end(id);
    expect(story.world.githubCards).toEqual([]);
  });

  it('where nobody has to approve, the build starts by itself', async () => {
    const story = current();
    const { organization } = story.world;
    const open = { ...tallyOf([]), satisfied: true, need: 0, tree: null };
    const rule = { tree: null, exclude: [], expireMs: 1 } as const;
    story.world.plan = (input) => ({ kind: 'planned', plan: planFor(input, { organization, rule, tally: open, isProtected: false }) });
    story.world.recheck = () => ({ kind: 'good', tally: open });
    const id = await story.ask();
    await story.until(id, 'building');
    await story.finish(1, 'passed');
    expect((await story.end(id)).phase.kind).toBe('succeeded');
    expect(story.world.creates[0]?.approvers).toEqual([]);
  });

  it('trouble with messages holds nothing up, and the last word is tried until it is out', async () => {
    const story = current();
    let failures = 0;
    story.world.announce = ({ status }) => {
      if (status.phase.kind !== 'succeeded')
        throw ApplicationFailure.create({ type: 'Invalid', message: 'slack: channel_not_found', nonRetryable: true });
      failures += 1;
      if (failures <= 2) throw new Error('slack answered 503');
    };
    const id = await building(story);
    await story.finish(1, 'passed');
    expect((await story.end(id)).phase.kind).toBe('succeeded');
    expect(story.world.announcements.map(({ status }) => status.phase.kind)).toEqual(['succeeded']);
  });

  it('what was said under the card is not said again because the pull request could not be reached', async () => {
    const story = current();
    let isDown = true;
    let tried = 0;
    story.world.announce = () => {
      if (!isDown) return;
      tried += 1;
      // As `src/activities/failures.ts` tells it: the thread was told, the comment was not.
      throw ApplicationFailure.create({
        type: 'Invalid',
        message: 'github answered 403',
        nonRetryable: true,
        details: [{ done: ['slack-card', 'thread'] }],
      });
    };
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.waitFor('both cards', () => story.world.slackCards.length === 1 && story.world.githubCards.length === 1);
    await story.approve(id, 'bea');
    await story.waitFor('an announcement that gets through in part', () => tried > 0);
    isDown = false;
    await story.approve(id, 'carl');
    await story.waitFor('an announcement', () => story.world.announcements.length > 0);
    expect(story.world.announcements[0]?.told?.votes.map(({ by }) => by.name)).toEqual(['bea']);
  });

  it('what could not be said under the card is said with the next message', async () => {
    const story = current();
    let isDown = true;
    let tried = 0;
    story.world.announce = () => {
      tried += 1;
      if (isDown)
        throw ApplicationFailure.create({ type: 'Invalid', message: 'slack answered 500', nonRetryable: true, details: [{ done: ['github-card'] }] });
    };
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.waitFor('both cards', () => story.world.slackCards.length === 1 && story.world.githubCards.length === 1);
    await story.approve(id, 'bea');
    await story.waitFor('an announcement that does not get through', () => tried > 0);
    isDown = false;
    await story.approve(id, 'carl');
    await story.waitFor('an announcement', () => story.world.announcements.length > 0);
    expect(story.world.announcements[0]?.told?.votes).toEqual([]);
  });

  it('a token that is being changed costs neither a receipt nor the last word', async () => {
    const story = current();
    const refuseOnce = (): (() => void) => {
      let calls = 0;
      return () => {
        calls += 1;
        if (calls === 1) throw ApplicationFailure.create({ type: 'Unauthorised', message: 'slack answered token_expired' });
      };
    };
    story.world.answer = refuseOnce();
    const refuse = refuseOnce();
    story.world.announce = ({ status }) => {
      if (status.phase.kind === 'rejected') refuse();
    };
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.waitFor('both cards', () => story.world.slackCards.length === 1 && story.world.githubCards.length === 1);
    await story.vote(id, voteOf('bea', 'github', { kind: 'reject', reason: 'not today' }));
    await story.end(id);
    expect(story.world.receipts).toMatchObject([{ receipt: { kind: 'rejected' } }]);
    expect(story.world.announcements.at(-1)?.status.phase.kind).toBe('rejected');
  });

  it('a channel that is gone takes no new message from the pull request', async () => {
    const story = current();
    story.world.postInSlack = () => {
      throw ApplicationFailure.create({ type: 'Invalid', message: 'slack: channel_not_found', nonRetryable: true });
    };
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.waitFor('the card on the pull request', () => story.world.githubCards.length === 1);
    await story.approve(id, 'bea', 'carl');
    await story.until(id, 'building');
    await story.finish(1, 'passed');
    await story.end(id);
    expect(story.world.announcements.at(-1)).toMatchObject({ thread: 'succeeded', cards: { slack: null, github: { comment: 1 } } });
  });

  it('a comment that is no request is answered once', async () => {
    const story = current();
    const to = githubReply(77);
    if (to.surface !== 'github') throw new Error('impossible');
    const input: ReplyInput = { to, reaction: 'confused', markdown: 'Did you mean …?' };
    await story.client.workflow.execute('reply', { workflowId: replyId(7, 77), taskQueue: TASK_QUEUE.workflows, args: [input] });
    expect(story.world.told).toEqual(['reply']);
  });
});
