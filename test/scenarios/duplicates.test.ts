import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/acme.ts';
import { ONE_SRE, TWO_GROUPS } from '../support/acme-config.ts';
import { readableSlack } from '../support/readable.ts';
import type { Comment } from '../support/sightings.ts';
import { openStories, type Stories } from '../support/stories.ts';

describe('delivered ten times', () => {
  let acme: Stories;
  beforeAll(async () => {
    acme = await openStories(
      {
        once: { environments: { production: { approvals: TWO_GROUPS }, staging: { approvals: 'none' } } },
        typed: { environments: { production: { approvals: ONE_SRE } } },
        crowd: { environments: { production: { approvals: { group: 'crowd', count: 2 } } } },
      },
      { groups: { crowd: ['Bea', 'Carl', 'Dan', 'Eve'] } },
    );
  });
  afterAll(() => acme.end());

  async function redeliver(comment: Comment): Promise<void> {
    const { github } = acme.world;
    const delivery = github.deliveries.find(({ event, payload }) => event === 'issue_comment' && payload.includes(`"id":${comment.id},`));
    if (delivery === undefined) throw new Error('the comment was never delivered');
    // Whatever was answered in between on a busy machine: ten that were accepted.
    const once = (): Promise<unknown> => eventually('an accepted delivery', async () => (await github.redeliver(delivery.guid)).statusCode === 200);
    await Promise.all(Array.from({ length: 5 }, once));
    for (let i = 0; i < 5; i += 1) await once();
  }

  async function replay(): Promise<void> {
    const { slack } = acme.world;
    const answers = [...(await slack.replay(5, 'parallel')), ...(await slack.replay(5, 'in-turn'))];
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
  }

  it('a comment asks once: one request, one card a surface, one build, one pair of reactions', async () => {
    const before = await acme.requests();
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, '/deploy once to staging');
    await redeliver(deploy.comment as Comment);
    await deploy.ends('✅', 'is live on staging');
    await redeliver(deploy.comment as Comment);
    expect(await deploy.comment?.reacted('rocket')).toEqual(['eyes', 'rocket']);
    expect(deploy.cards('github')).toHaveLength(1);
    expect(deploy.cards('slack')).toHaveLength(1);
    expect(acme.builds('once')).toHaveLength(1);
    expect(await acme.requests()).toBe(before + 1);
  });

  it('a vote in a comment counts once and is answered once', async () => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, '/deploy once to production');
    await deploy.bothShow('1 of');
    const vote = await acme.bea.comments(pull, '/approve');
    await redeliver(vote);
    const refused = await acme.ann.comments(pull, '/approve');
    await redeliver(refused);
    expect(await vote.reacted('+1')).toEqual(['+1']);
    expect(await refused.reacted('-1')).toEqual(['-1']);
    await refused.reply();
    expect([vote.replies().length, refused.replies().length]).toEqual([0, 1]);
    expect(await deploy.shows('slack', '*So far*')).toMatch(/✅ Bea for sre, on the pull request, \d\d:\d\d UTC\n/);
  });

  it('a slip in a comment is answered once', async () => {
    const pull = await acme.pull();
    const slip = await acme.ann.comments(pull, '/deploy once to prodution');
    await redeliver(slip);
    await slip.reply();
    expect(await slip.reacted('confused')).toEqual(['confused']);
    expect(slip.replies()).toHaveLength(1);
  });

  it('a slash command asks once, and a click counts once', async () => {
    const before = await acme.requests();
    const deploy = await acme.ann.asksInSlack('typed to production');
    await replay();
    await deploy.shows('slack', 'Approve typed');
    expect(await acme.bea.clicks('approve', deploy)).toContain('Counted: that was the last one.');
    await replay();
    const said = acme.world.slack.ephemerals('U02BEA').map(readableSlack);
    expect(new Set(said)).toEqual(new Set(['Counted: that was the last one. The build starts as soon as its turn comes.']));
    await deploy.shows('slack', '✅', 'approved by Bea (sre, here)');
    expect(acme.builds('typed')).toHaveLength(1);
    expect(acme.world.slack.messages('C0TYPED').filter(({ metadata }) => metadata !== null)).toHaveLength(1);
    expect(await acme.requests()).toBe(before + 1);
  });

  it('ten votes at the same moment, of which two are enough: two count, one is the last, everybody is told the truth', async () => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, '/deploy crowd to production');
    await deploy.bothShow('2 of');
    const voters = ['ann', 'bea', 'carl', 'dan', 'eve'] as const;
    // What is known of each of them was read already: nobody is told to try again.
    for (const name of voters) expect(await acme[name].types(`withdraw ${deploy.code}`)).toContain('no approval of yours');
    const [comments, told] = await Promise.all([
      Promise.all(voters.map((name) => acme[name].comments(pull, '/approve'))),
      Promise.all(voters.map((name) => acme[name].clicks('approve', deploy, { once: true }))),
    ]);
    await eventually('a receipt for every comment', () =>
      comments.every((comment) => comment.reactions()[0] === '+1' || (comment.reactions()[0] === '-1' && comment.replies().length === 1)),
    );
    const counted =
      comments.filter((comment) => comment.reactions()[0] === '+1').length + told.filter((answer) => answer.startsWith('Counted')).length;
    expect(counted).toBe(2);
    expect(told[0]).toMatch(/You asked for this deploy|got its last approval/);
    expect(comments[0]?.reactions()).toEqual(['-1']);
    const refusals = [...told.filter((answer) => !answer.startsWith('Counted')), ...comments.flatMap((comment) => comment.replies())];
    expect(refusals).toHaveLength(8);
    for (const refusal of refusals) expect(refusal).toMatch(/You asked for this deploy|You already approved|got its last approval|too late/);
    const ends = await deploy.ends('✅', 'is live on production');
    expect(ends.github.match(/\(crowd, (here|in Slack)\)/g)).toHaveLength(2);
    expect(acme.builds('crowd')).toHaveLength(1);
  });
});
