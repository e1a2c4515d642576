import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY } from '../../src/sim/world.ts';
import { eventually } from '../support/acme.ts';
import { ONE_SRE } from '../support/acme-config.ts';
import { openStories, type PullRequest, type Stories } from '../support/stories.ts';

const production = (approvals: object): { readonly environments: Readonly<Record<string, Readonly<Record<string, unknown>>>> } => ({
  environments: { production: { approvals } },
});

describe('the life of a request', () => {
  let acme: Stories;
  beforeAll(async () => {
    acme = await openStories({
      again: production(ONE_SRE),
      twins: production(ONE_SRE),
      sealed: production(ONE_SRE),
      pushed: production({ group: 'sre', count: 2 }),
      twice: production({ group: 'sre', count: 2 }),
      kept: production({ ...ONE_SRE, onPush: { keep: 'requester' } }),
      small: production({ group: 'sre', count: 2, onPush: { small: { lines: 10, files: ['docs/**'] } } }),
      closed: production(ONE_SRE),
      merged: production(ONE_SRE),
      unheard: production(ONE_SRE),
      ended: production({ ...ONE_SRE, onClose: 'keep', onMerge: 'cancel' }),
    });
  });
  afterAll(() => acme.end());

  const push = (pull: PullRequest, by: string, files: readonly string[]): Promise<{ readonly sha: string }> =>
    acme.world.github.push(REPOSITORY, pull.branch, { by, commits: [{ message: 'More', files }] });
  function green(sha: string): void {
    for (const name of ['unit', 'e2e']) acme.world.github.setCheck(REPOSITORY, sha, { name, result: 'success' });
  }

  describe.concurrent('the same wish asked twice', () => {
    it('points to the one that is open, on a pull request and in Slack, and a plan is no wish', async () => {
      const pull = await acme.pull();
      const first = await acme.ann.asks(pull, '/deploy again to production');
      await first.bothShow('Expires');
      const again = await acme.eve.asks(pull, '/deploy again to production');
      const refused = await again.shows('github', '⛔ Not started', `Ann asked for the same in \`${first.code}\``, `/approve ${first.code}`);
      expect(refused).toContain('in Slack');
      await acme.eve.types(`again@${pull.branch} to production`);
      expect(await acme.eve.isTold(`Ann asked for the same in \`${first.code}\``)).toContain(`/deploy approve ${first.code}`);
      expect(await (await acme.eve.comments(pull, '/deploy plan again to production')).reacted('rocket')).toContain('eyes');
      await acme.bea.clicks('approve', first);
      await first.ends('✅', 'is live on production');
      const after = await acme.eve.asks(pull, '/deploy again to production');
      await after.bothShow('Expires');
      await acme.eve.clicks('cancel', after);
    });

    it('at the same instant goes on exactly once', async () => {
      const pull = await acme.pull();
      const both = await Promise.all([acme.ann.asks(pull, '/deploy twins to production'), acme.eve.asks(pull, '/deploy twins to production')]);
      const ends = await Promise.all(
        both.map((deploy) =>
          eventually(`what becomes of ${deploy.code}`, () =>
            deploy
              .cards('github')
              .find((text) => /^### (?:⏸|⛔)/u.test(text))
              ?.slice(4, 6),
          ),
        ),
      );
      expect(ends.map((sign) => sign.trim()).toSorted()).toEqual(['⏸', '⛔'].toSorted());
    });
  });

  it.concurrent('what was signed is on both cards, in the build’s meta-data, and on its page', async () => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, '/deploy sealed to production');
    const cards = await deploy.bothShow('contract ');
    await acme.bea.clicks('approve', deploy);
    await deploy.ends('✅');
    const build = acme.builds('sealed').find(({ env }) => env['COUNTERSIGN_CODE'] === deploy.code);
    const contract = build?.metaData['countersign:contract'] ?? '';
    expect(contract).toMatch(/^[0-9a-f]{64}$/);
    for (const card of [cards.github, cards.slack]) expect(card).toContain(`contract ${contract.slice(0, 8)}`);
    const [note] = await eventually('an annotation', () => (build?.annotations.length === 1 ? build.annotations : undefined));
    expect(note).toMatchObject({ context: 'countersign', style: 'info' });
    for (const words of ['Asked by Ann (on GitHub', 'Approved by Bea (in Slack', contract, deploy.code, '[in Slack](', '[on the pull request]('])
      expect(note?.body).toContain(words);
  });

  describe.concurrent('a push', () => {
    it('says what was pushed, asks exactly those again who had approved, waits for its checks, and goes on by itself', async () => {
      const pull = await acme.pull();
      const deploy = await acme.ann.asks(pull, '/deploy pushed to production');
      await deploy.bothShow('Expires');
      await acme.bea.clicks('approve', deploy);
      await deploy.bothShow('So far');
      const { sha } = await push(pull, 'eve', ['src/retry.ts']);
      await deploy.bothShow(`eve pushed \`${sha.slice(0, 7)}\``, '1 commit, 1 file', '`src/retry.ts`', 'checks, of which none has reported');
      expect(await deploy.threadSays('please look again')).toContain('<@U02BEA>');
      const calls = (): readonly string[] =>
        acme.world.github
          .comments(REPOSITORY, pull.number)
          .map(({ body }) => body)
          .filter((body) => body.includes('please look again') && !body.includes('###'));
      const [call, ...more] = await eventually('a comment that asks again', () => (calls().length > 0 ? calls() : undefined));
      expect([call?.match(/@\w+/g), more]).toEqual([['@bea'], []]);
      expect(await acme.bea.clicks('approve', deploy)).toContain('Counted: 1 of 2');
      expect(await acme.carl.clicks('approve', deploy)).toContain('Counted: that was the last one');
      await deploy.bothShow('⏳ Waiting for checks');
      expect(deploy.buttons()).toEqual(['details', 'cancel']);
      expect(acme.builds('pushed')).toEqual([]);
      green(sha);
      await deploy.ends('✅', 'is live on production');
      expect(acme.builds('pushed').map(({ commit }) => commit)).toEqual([sha]);
    });

    it('that is small by policy leaves the approvals standing', async () => {
      const pull = await acme.pull();
      const deploy = await acme.ann.asks(pull, '/deploy small to production');
      await deploy.bothShow('Expires');
      await acme.bea.clicks('approve', deploy);
      await deploy.bothShow('So far');
      const { sha } = await push(pull, 'eve', ['docs/retry.md']);
      await deploy.bothShow('little enough for what Bea signed to stand');
      await acme.carl.clicks('approve', deploy);
      green(sha);
      await deploy.ends('✅', 'Bea', 'Carl');
      expect(acme.builds('small').map(({ commit }) => commit)).toEqual([sha]);
    });

    it('can be left out by the requester where policy lets it, with fresh approvals', async () => {
      const pull = await acme.pull();
      const deploy = await acme.ann.asks(pull, '/deploy kept to production');
      await deploy.bothShow('Expires');
      const { sha } = await push(pull, 'eve', ['src/retry.ts']);
      await deploy.shows('github', `/deploy keep ${deploy.code}`);
      await eventually('the button', () => deploy.buttons().includes('keep'));
      expect(await acme.bea.clicks('keep', deploy)).toContain('Only the requester may go back');
      expect(await acme.ann.clicks('keep', deploy)).toContain(`Going back to \`${pull.sha.slice(0, 7)}\``);
      await deploy.bothShow(`went back to \`${pull.sha.slice(0, 7)}\`; \`${sha.slice(0, 7)}\` is not part of this deploy`);
      expect(deploy.buttons()).not.toContain('keep');
      await acme.bea.clicks('approve', deploy);
      await deploy.ends('✅', pull.sha.slice(0, 7));
      expect(acme.builds('kept').map(({ commit }) => commit)).toEqual([pull.sha]);
    });
  });

  describe.concurrent('a pull request', () => {
    it('that is closed cancels its request, and says who closed it', async () => {
      const pull = await acme.pull();
      const deploy = await acme.ann.asks(pull, '/deploy closed to production');
      await deploy.bothShow('Expires');
      await acme.world.github.closePullRequest(REPOSITORY, pull.number, 'eve');
      const ends = await deploy.ends('✖️ Cancelled, since the pull request was closed', `eve closed pull request ${pull.number}`);
      expect(ends.github).toContain('Nothing was built.');
    });

    it('that is merged keeps it as long as what was merged is what is to be built', async () => {
      const pull = await acme.pull();
      const deploy = await acme.ann.asks(pull, '/deploy merged to production');
      await deploy.bothShow('Expires');
      await acme.world.github.merge(REPOSITORY, pull.number, { by: 'eve' });
      await deploy.bothShow(`eve merged pull request ${pull.number}; this deploy goes on`);
      await acme.bea.clicks('approve', deploy);
      await deploy.ends('✅', pull.sha.slice(0, 7));
      expect(acme.builds('merged').at(-1)?.commit).toBe(pull.sha);
    });

    it('does otherwise by policy', async () => {
      const closed = await acme.pull();
      const kept = await acme.ann.asks(closed, '/deploy ended to production');
      await kept.bothShow('Expires');
      await acme.world.github.closePullRequest(REPOSITORY, closed.number, 'eve');
      await kept.bothShow(`eve closed pull request ${closed.number}; this deploy goes on`);
      await acme.bea.clicks('approve', kept);
      await kept.ends('✅', closed.sha.slice(0, 7));
      const merged = await acme.pull();
      const cancelled = await acme.ann.asks(merged, '/deploy ended to production');
      await cancelled.bothShow('Expires');
      await acme.world.github.merge(REPOSITORY, merged.number, { by: 'eve' });
      const ends = await cancelled.ends('✖️ Cancelled, since the pull request was merged');
      expect(ends.github).toContain('eve merged pull request');
      expect(acme.builds('ended').map(({ commit }) => commit)).toEqual([closed.sha]);
    });
  });

  // What gets lost, or is held up, could be another story's.
  describe('where GitHub does not tell everything', () => {
    it('a push of which nobody was told, right after one that was, is one revision with it', async () => {
      const pull = await acme.pull();
      const deploy = await acme.ann.asks(pull, '/deploy twice to production');
      await deploy.bothShow('Expires');
      const { github } = acme.world;
      // The plan of the first push takes until the second one is there.
      github.fault({ method: 'GET', path: /^\/repos\/acme\/api$/, times: 1, effect: { kind: 'delay', ms: 1_500 } });
      const first = await github.push(REPOSITORY, pull.branch, { by: 'ann', commits: [{ message: 'One' }] });
      github.loseWebhooks(first.deliveries.length);
      const second = await github.push(REPOSITORY, pull.branch, { by: 'eve', commits: [{ message: 'Two' }] });
      green(second.sha);
      await deploy.bothShow(`eve pushed \`${second.sha.slice(0, 7)}\` after \`${pull.sha.slice(0, 7)}\``, 'pushed since by Eve', 'rev 2');
      await acme.bea.clicks('approve', deploy);
      await acme.carl.clicks('approve', deploy);
      await deploy.ends('✅', second.sha.slice(0, 7));
      expect(acme.builds('twice').at(-1)?.commit).toBe(second.sha);
    });

    it('the end of a pull request nobody told of is found out at the turn', async () => {
      const pull = await acme.pull();
      const deploy = await acme.ann.asks(pull, '/deploy unheard to production');
      await deploy.bothShow('Expires');
      acme.world.github.loseWebhooks(1);
      await acme.world.github.closePullRequest(REPOSITORY, pull.number, 'eve');
      await acme.bea.clicks('approve', deploy);
      const ends = await deploy.ends('⛔ Stopped before its build', 'was closed without being merged');
      expect(ends.slack).toContain('Nothing was built.');
    });
  });
});
