import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY } from '../../src/sim/world.ts';
import { eventually } from '../support/acme.ts';
import { channelOf, TWO_GROUPS } from '../support/acme-config.ts';
import { readableMarkdown, readableSlack } from '../support/readable.ts';
import type { Deploy } from '../support/sightings.ts';
import { openStories, type PullRequest, type Stories } from '../support/stories.ts';
import { viewerOf } from '../support/views-in-slack.ts';

const emergency = { review: { group: 'sre', count: 1 }, remind: '2s' };
const gates = { checks: 'all', review: true };
const SERVICES = {
  urgent: { environments: { production: { approvals: TWO_GROUPS, gates, may: { emergency: ['oncall'] }, emergency } } },
  careful: {
    environments: { production: { approvals: TWO_GROUPS, gates, may: { emergency: ['oncall'] }, emergency: { ...emergency, skip: ['review'] } } },
  },
  calm: { environments: { production: { approvals: TWO_GROUPS } } },
};
const WHY = 'because the shop is down, wake <!channel> and @everybody';

describe('an emergency', () => {
  let acme: Stories;
  beforeAll(async () => {
    acme = await openStories(SERVICES, { groups: { oncall: ['Ann', 'Bea'] } });
  });
  afterAll(() => acme.end());

  /** The review's message in the channel of its service. */
  const reviewIn = (service: string, deploy: Deploy): Promise<{ readonly ts: string; readonly text: string }> =>
    eventually(`the review of ${deploy.code}`, () => {
      const message = acme.world.slack
        .messages(channelOf(service))
        .findLast(
          ({ blocks, metadata }) => metadata !== null && JSON.stringify(blocks).includes('review') && JSON.stringify(blocks).includes(deploy.code),
        );
      return message === undefined || message.ts === deploy.message()?.ts ? undefined : { ts: message.ts, text: readableSlack(message) };
    });
  const commentOn = (pull: PullRequest, words: string): Promise<string> =>
    eventually(`"${words}" on pull request ${pull.number}`, () =>
      acme.world.github
        .comments(REPOSITORY, pull.number)
        .filter(({ viaApp }) => viaApp)
        .map(({ body }) => readableMarkdown(body))
        .find((text) => text.includes(words)),
    );
  const red = (): Promise<PullRequest> => acme.pull({ checks: ['success', 'failure'], review: null });

  it('starts at once past gates that are closed, tells everybody why, and is signed off in Slack by somebody else', async () => {
    const pull = await red();
    const deploy = await acme.ann.asks(pull, `/deploy emergency urgent to production ${WHY}`);
    const ends = await deploy.bothShow('🚨 ✅', 'is live on production');
    expect(ends.github).toContain('⏭️ checks skipped: 1 of 2 · ⏭️ review skipped');
    expect(ends.slack).toContain('the shop is down, wake <!channel> and @everybody');
    expect(ends.github).not.toContain('approved by');
    expect(acme.builds('urgent')).toHaveLength(1);
    expect(JSON.stringify(deploy.message()?.versions ?? [])).not.toContain('<!channel>');

    const { ts, text } = await reviewIn('urgent', deploy);
    expect(text).toContain('Review owed');
    expect(await commentOn(pull, 'Review owed')).toContain(`Sign off with \`/deploy review ${deploy.code} sign\``);
    expect(await acme.ann.types(`review ${deploy.code} sign`)).toContain("You asked for this deploy, so your sign-off can't count.");
    expect(await acme.dan.types(`review ${deploy.code} sign`)).toContain('production asks for *sre*; you are in *api-owners*');
    const status = await acme.bea.comments(pull, '/deploy status');
    expect(await status.reply()).toContain('review owed by 1 of sre (Bea, Carl), asked for by Ann');
    const bea = viewerOf(acme, 'bea');
    await bea.opensHome();
    expect(await bea.homeSays(deploy.code, 'review owed')).toContain('The reason given: _the shop is down');
    await acme.ann.learns('history urgent production', '🚨 emergency, review owed');
    await eventually('a reminder', () =>
      acme.world.slack.messages(channelOf('urgent')).find((message) => message.threadTs === ts && readableSlack(message).includes('⏰ Still owed')),
    );

    await acme.bea.clicksOn({ channel: channelOf('urgent'), ts }, 'sign');
    expect(await commentOn(pull, 'Emergency signed off')).toContain('By Bea, in Slack');
    expect((await reviewIn('urgent', deploy)).text).toContain('✅ Emergency signed off');
    expect(
      acme.world.slack
        .messages(channelOf('urgent'))
        .find((message) => message.ts === ts)
        ?.blocks.filter(({ type }) => type === 'actions'),
    ).toEqual([]);
    expect(await acme.carl.types(`review ${deploy.code} dispute too late`)).toMatch(/^Bea signed it off at .*: the review is over\.$/);
    await acme.ann.learns('history urgent production', '🚨 emergency, signed off by Bea');
    await acme.ann.learns('what urgent production', '🚨 emergency, signed off by Bea');
  });

  it('is disputed on the pull request, with a reason, and whoever asked is told', async () => {
    const pull = await red();
    const deploy = await acme.bea.asksInSlack(`emergency urgent@${pull.branch} to production because orders fail`);
    await deploy.bothShow('🚨 ✅', 'is live on production');
    await commentOn(pull, 'Review owed');
    const without = await acme.carl.comments(pull, `/deploy review ${deploy.code} dispute`);
    expect(await without.reply()).toContain('A dispute needs a reason, for whoever asked.');
    const dispute = await acme.carl.comments(pull, `/deploy review ${deploy.code} dispute a rollback would have done`);
    expect(await dispute.reacted('+1')).toEqual(['+1']);
    expect(await commentOn(pull, '@bea ⚠️ Emergency disputed by Carl')).toContain('a rollback would have done');
    const shown = await acme.carl.comments(pull, `/deploy review ${deploy.code}`);
    expect(await shown.reply()).toContain('Emergency disputed by Carl');
  });

  it('is disputed in Slack, where the modal asks why, after the product was killed in the middle of it', async () => {
    const pull = await red();
    const deploy = await acme.ann.asks(pull, '/deploy emergency urgent to production because orders fail');
    await deploy.bothShow('🚨 ✅', 'is live on production');
    const { slack } = acme.world;
    const { ts } = await reviewIn('urgent', deploy);
    await acme.kill();
    await acme.start();
    await slack.click('U03CARL', ts, 'countersign:dispute');
    const modal = await eventually('the modal', () => slack.views('U03CARL').at(-1));
    expect(await slack.submit('U03CARL', modal.id, { text: 'nothing was down' })).toMatchObject({ status: 200, problem: null, errors: {} });
    expect(await commentOn(pull, 'Emergency disputed by Carl')).toContain('nothing was down');
    await eventually('the requester to be called', () =>
      slack
        .messages(channelOf('urgent'))
        .find((message) => message.threadTs === ts && readableSlack(message).includes('<@U01ANN> ⚠️ Emergency disputed')),
    );
    const reviews = slack
      .messages(channelOf('urgent'))
      .filter((message) => message.metadata !== null && JSON.stringify(message.blocks).includes(deploy.code));
    expect(reviews.map((message) => message.ts)).toEqual([deploy.message()?.ts, ts]);
  });

  it('is for those whom the environment names, and by default for nobody', async () => {
    const pull = await red();
    const asked = await acme.eve.comments(pull, '/deploy emergency urgent to production because I say so');
    expect(await commentOn(pull, 'an emergency deploy to production takes **oncall**; you have **write**')).toContain('⛔ Not started');
    expect(await asked.reacted('-1')).toEqual(['eyes', '-1']);
    await acme.ann.comments(pull, '/deploy emergency calm to production because I say so');
    await commentOn(pull, 'nobody may start an emergency deploy to production');
    const silent = await acme.ann.comments(pull, '/deploy emergency urgent to production');
    expect(await silent.reply()).toContain('Say why, in a few words at the end');
    expect(acme.builds('calm')).toEqual([]);
  });

  it('skips no gate that the environment keeps', async () => {
    const pull = await red();
    await acme.ann.comments(pull, '/deploy emergency careful to production because orders fail');
    const refused = await commentOn(pull, '1 of 2 are green');
    expect(refused).toContain('⛔ Not started');
    expect(refused).toContain('`/deploy emergency careful to production because orders fail`');
    expect(acme.builds('careful')).toEqual([]);
  });

  it('owes no review where it was an ordinary deploy, and none yet while it runs', async () => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, '/deploy calm to production');
    await deploy.shows('slack', 'Approve calm');
    expect(await acme.bea.types(`review ${deploy.code} sign`)).toBe('That request owes no review: only an emergency that was started does.');
  });
});
