import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY } from '../../src/sim/world.ts';
import { ONE_SRE, TWO_GROUPS } from '../support/acme-config.ts';
import type { Deploy } from '../support/sightings.ts';
import { pushChecked } from '../support/pushes.ts';
import { openStories, type PullRequest, type Stories } from '../support/stories.ts';

const target = 'votes';
const SERVICES = {
  signed: { environments: { production: { approvals: TWO_GROUPS, target } } },
  strict: { environments: { production: { approvals: { ...ONE_SRE, exclude: ['requester', 'commit-authors'] }, target } } },
  twice: {
    environments: { production: { approvals: { all: [{ group: 'left' }, { group: 'right' }] }, target } },
  },
  pushed: { environments: { production: { approvals: TWO_GROUPS, target } } },
  short: { environments: { production: { approvals: { ...ONE_SRE, expire: '4s' }, target } } },
};

describe('a vote', () => {
  let acme: Stories;
  beforeAll(async () => {
    acme = await openStories(SERVICES, { groups: { left: ['Bea', 'Carl'], right: ['Bea', 'Dan'] } });
    acme.world.github.addUser({ login: 'zoe' });
    acme.world.github.setRole(REPOSITORY, 'zoe', 'write');
  });
  afterAll(() => acme.end());

  async function waiting(service: string): Promise<{ pull: PullRequest; deploy: Deploy }> {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, `/deploy ${service} to production`);
    await deploy.bothShow('1 of');
    return { pull, deploy };
  }

  it('by the requester never counts, from neither account', async () => {
    const { pull, deploy } = await waiting('signed');
    expect(await acme.ann.clicks('approve', deploy)).toContain("You asked for this deploy, so your approval can't count.");
    const vote = await acme.ann.comments(pull, '/approve');
    expect(await vote.reply()).toContain("You asked for this deploy, so your approval can't count.");
    expect(await vote.reacted('-1')).toEqual(['-1']);
    expect(await deploy.shows('github', '⏸')).not.toContain('So far');
  });

  it('counts once a person, whatever surface it comes from', async () => {
    const { pull, deploy } = await waiting('signed');
    await acme.bea.clicks('approve', deploy);
    const again = await acme.bea.comments(pull, '/approve');
    expect(await again.reply()).toMatch(/^You already approved at \d\d:\d\d UTC, in Slack\. Withdraw with `\/deploy withdraw /);
    expect(await acme.bea.clicks('approve', deploy)).toMatch(/^You already approved at \d\d:\d\d UTC, in Slack\./);
    expect(await deploy.shows('slack', '✅ Bea for sre')).toContain('✅ 1 of *sre* · 1 of *api-owners*');
  });

  it('of whoever is in no group that is asked for is refused by name', async () => {
    const { pull, deploy } = await waiting('signed');
    expect(await acme.eve.clicks('approve', deploy)).toBe('production asks for *sre* or *api-owners*; you are in neither.');
    const unmapped = await acme.as({ login: 'zoe', slack: '' }).comments(pull, '/approve');
    expect(await unmapped.reply()).toContain("I can't tell who you are in Slack. In Slack, `/deploy link` takes a minute; then comment again.");
  });

  it('of guests and strangers is refused', async () => {
    const { deploy } = await waiting('signed');
    expect(await acme.gus.clicks('approve', deploy)).toContain("People from outside the workspace can't approve.");
    expect(await acme.sly.clicks('approve', deploy)).toContain("People from outside the workspace can't approve.");
    expect(await deploy.shows('slack', 'Approve signed')).not.toContain('So far');
  });

  it('of somebody whose account was deactivated is refused on GitHub too', async () => {
    const { pull } = await waiting('signed');
    acme.world.slack.addUser({ id: 'U03CARL', name: 'carl', deleted: true });
    const vote = await acme.carl.comments(pull, '/approve');
    expect(await vote.reply()).toContain("Carl's account is deactivated.");
    acme.world.slack.addUser({ id: 'U03CARL', name: 'carl' });
  });

  it('of a commit author is refused where the environment says so', async () => {
    const pull = await acme.pull({ authors: ['bea', 'ann'] });
    const deploy = await acme.ann.asks(pull, '/deploy strict to production');
    expect(await deploy.shows('github', '⏸')).toContain("not Ann, not the commits' authors");
    expect(await acme.bea.clicks('approve', deploy)).toBe('You wrote 1 of its 2 commits. production asks for someone else.');
  });

  it('of one person in two groups fills one slot', async () => {
    const { deploy } = await waiting('twice');
    expect(await acme.bea.clicks('approve', deploy)).toContain('Counted: 1 of 2. Still needed: 1 of');
    expect(await acme.bea.clicks('approve', deploy)).toContain('You already approved');
    expect(deploy.buttons()).toContain('approve');
    expect(acme.builds('twice')).toEqual([]);
    expect(await acme.dan.clicks('approve', deploy)).toContain('Counted: that was the last one.');
    const ends = await deploy.ends('✅', 'is live on production');
    expect(ends.slack).toContain('approved by Bea (left, here), Dan (right, here)');
  });

  it('is void after a push; both cards say who pushed, and whoever pushed counts as a requester', async () => {
    const { pull, deploy } = await waiting('pushed');
    await acme.bea.clicks('approve', deploy);
    await deploy.bothShow('Bea for sre');
    const sha = await pushGreen(acme, pull, 'carl');
    const cards = await deploy.bothShow(`↩️ carl pushed \`${sha.slice(0, 7)}\` after \`${pull.sha.slice(0, 7)}\``, sha.slice(0, 7));
    expect(cards.github).not.toContain('So far');
    expect(cards.github).toContain(`code ${deploy.code} · rev 2`);
    expect(deploy.cards('github')).toHaveLength(1);
    expect(await acme.dan.clicks('approve', deploy, { stale: true })).toContain(
      `You clicked while this card was about \`${pull.sha.slice(0, 7)}\`; it is now about \`${sha.slice(0, 7)}\``,
    );
    expect(await acme.carl.clicks('approve', deploy)).toContain(
      "You pushed to this request, so you count as a requester and your approval can't count.",
    );
    expect(acme.builds('pushed')).toEqual([]);
  });

  it('ends the request where the new head is not good enough', async () => {
    const { pull, deploy } = await waiting('pushed');
    await acme.bea.clicks('approve', deploy);
    const sha = await pushChecked(acme, pull, { by: 'ann', result: 'failure' });
    const ends = await deploy.ends('⛔ Not started', '0 of 1 are green');
    expect(ends.github).toContain(`\`${sha.slice(0, 7)}\` was pushed after \`${pull.sha.slice(0, 7)}\``);
    expect(ends.github).toContain('No longer counted: Bea (approved an earlier commit)');
    await deploy.threadSays('<@U01ANN> ⛔ Not started');
    const late = await acme.bea.comments(pull, `/approve ${deploy.code}`);
    expect(await late.reply()).toContain('This request was refused');
  });

  it('ends the request where whoever pushed is the last who could have approved', async () => {
    const { pull, deploy } = await waiting('pushed');
    await pushGreen(acme, pull, 'dan');
    const ends = await deploy.ends('⛔ Not started', '1 of', 'would have to approve, and nobody could');
    expect(ends.github).toContain('**api-owners**');
  });

  it('comes too late once the request has expired, and the buttons are gone', async () => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, '/deploy short to production');
    const ends = await deploy.ends('⌛ Expired', 'without enough approvals (0 of 1)');
    expect(ends.github).toContain('Ask again with `/deploy short to production`');
    expect(await deploy.comment?.reacted('-1')).toEqual(['eyes', '-1']);
    const late = await acme.bea.comments(pull, `/approve ${deploy.code}`);
    expect(await late.reply()).toContain('This request expired at');
    expect(await acme.bea.clicks('approve', deploy, { stale: true })).toMatch(
      /^This request expired at \d\d:\d\d UTC\. Ask again with `\/deploy short to production`\.$/,
    );
    expect(acme.builds('short')).toEqual([]);
  });

  it('can be taken back until the build starts', async () => {
    const { pull, deploy } = await waiting('signed');
    await acme.bea.clicks('approve', deploy);
    expect(await acme.carl.types(`withdraw ${deploy.code}`)).toBe('There is no approval of yours to withdraw.');
    expect(await acme.bea.types(`withdraw ${deploy.code} I overlooked something`)).toBe('Withdrawn: 0 of 2 approvals left.');
    expect(await acme.dan.clicks('approve', deploy)).toContain('Counted: 1 of 2. Still needed: 1 of sre (Bea, Carl).');
    const vote = await acme.bea.comments(pull, '/approve');
    await vote.reacted('+1');
    await deploy.ends('✅', 'is live on production');
  });
});

const pushGreen = (acme: Stories, pull: PullRequest, by: string): Promise<string> => pushChecked(acme, pull, { by, result: 'success' });
