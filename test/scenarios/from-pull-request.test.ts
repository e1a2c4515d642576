import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY } from '../../src/sim/world.ts';
import { eventually } from '../support/acme.ts';
import { APP_MANIFEST } from '../support/app-manifest.ts';
import { ONE_SRE, TWO_GROUPS } from '../support/acme-config.ts';
import { openStories, type Stories } from '../support/stories.ts';

describe('from a pull request', () => {
  let acme: Stories;
  beforeAll(async () => {
    const both = { environments: { staging: { approvals: 'none' }, production: { approvals: TWO_GROUPS } } };
    const one = { environments: { staging: { approvals: 'none' }, production: { approvals: ONE_SRE } } };
    const team = { environments: { production: { approvals: { group: 'team' } } } };
    acme = await openStories(
      { told: both, voted: one, stopped: one, retried: one, busy: one, elsewhere: { ...one, repo: 'acme/web' }, teamed: team },
      { groups: { team: { githubTeam: 'acme/sre' } } },
    );
    acme.world.github.setTeamMember('acme', 'sre', 'carl');
  });
  afterAll(() => acme.end());

  it('reacts with 👀 and at the end with 🚀, and edits one comment in place', async () => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, '/deploy told to production');
    const card = await deploy.shows('github', '⏸ Waiting for approval: `told` → production');
    expect(card).toContain('@bea @carl');
    expect(card).toContain('Approve with `/approve` · refuse with `/reject why`');
    expect(card).toContain(`stop with \`/deploy cancel ${deploy.code}\``);
    expect(await deploy.comment?.reacted('eyes')).toEqual(['eyes']);
    await (await acme.bea.comments(pull, '/approve')).reacted('+1');
    await deploy.bothShow('Bea for sre', '1 of');
    await (await acme.dan.comments(pull, '/approve production')).reacted('+1');
    const ends = await deploy.ends('✅', pull.sha.slice(0, 7), 'is live on production');
    expect(ends.github).toContain('approved by Bea (sre, here), Dan (api-owners, here)');
    expect(ends.slack).toContain('approved by Bea (sre, on the pull request), Dan (api-owners, on the pull request)');
    expect(await deploy.comment?.reacted('rocket')).toEqual(['eyes', 'rocket']);
    expect(deploy.cards('github')).toHaveLength(1);
    expect(deploy.cards('slack')).toHaveLength(1);
    expect(acme.builds('told').map(({ commit, branch }) => ({ commit, branch }))).toEqual([{ commit: pull.sha, branch: pull.branch }]);
    // Edits notify nobody: whoever asked is called once, by a new comment.
    await eventually('the comment that calls Ann', () =>
      acme.world.github.comments(REPOSITORY, pull.number).find(({ body }) => body.startsWith('@ann ✅')),
    );
  });

  it('starts at once where nobody has to approve', async () => {
    const pull = await acme.pull();
    const deploy = await acme.dan.asks(pull, '/deploy voted staging');
    const ends = await deploy.ends('✅', 'is live on staging');
    expect(ends.github).toContain(`Next: \`/deploy voted@${pull.sha.slice(0, 12)} to production\``);
  });

  it('takes a code where several requests are open, and says so where it is needed', async () => {
    const pull = await acme.pull();
    const first = await acme.ann.asks(pull, '/deploy voted to production');
    const second = await acme.ann.asks(pull, '/deploy told to production');
    await Promise.all([first.shows('github', '⏸'), second.shows('github', '⏸')]);
    await acme.listed(pull, 2);
    const which = await acme.bea.comments(pull, '/approve');
    expect(await which.reply()).toContain('Several requests are open here');
    expect(await which.reacted('-1')).toEqual(['-1']);
    await (await acme.bea.comments(pull, `/approve ${second.code}`)).reacted('+1');
    await second.bothShow('Bea for sre');
    const withdrawn = await acme.bea.comments(pull, `/deploy withdraw ${second.code}`);
    expect(await withdrawn.reacted('+1')).toEqual(['+1']);
    await eventually('a card without the vote', () => deployHasNoVote(second.cards('github')));
    const rejected = await acme.bea.comments(pull, `/reject ${first.code} the migration is not reviewed`);
    await rejected.reacted('+1');
    await first.ends('🚫 Rejected by Bea', 'the migration is not reviewed');
    expect(await first.comment?.reacted('-1')).toEqual(['eyes', '-1']);
    await (await acme.carl.comments(pull, '/reject not now, please')).reacted('+1');
    await second.ends('🚫 Rejected by Carl', 'not now, please');
    const late = await acme.carl.comments(pull, `/approve ${second.code}`);
    expect(await late.reply()).toContain('This request was rejected at');
  });

  it('wants a reason for a rejection', async () => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, '/deploy voted to production');
    await deploy.bothShow('1 of');
    const bare = await acme.bea.comments(pull, '/reject');
    expect(await bare.reply()).toContain('A rejection needs a reason, for whoever asked. Say it like this: `/reject the migration is not reviewed`.');
    expect(deploy.buttons()).toContain('approve');
  });

  it('is cancelled while it waits, without a build', async () => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, '/deploy stopped to production');
    await deploy.shows('github', '⏸');
    await (await acme.ann.comments(pull, `/deploy cancel ${deploy.code} wrong version`)).reacted('+1');
    await deploy.ends('✖️ Cancelled by Ann', 'while it waited for approval', 'wrong version', 'Nothing was built.');
    expect(acme.builds('stopped')).toEqual([]);
  });

  it('is cancelled in the queue and while it is built; the build is cancelled at Buildkite', async () => {
    acme.world.buildkite.hold('busy');
    const pull = await acme.pull();
    const first = await acme.ann.asks(pull, '/deploy busy to staging');
    await first.bothShow('🚚 Deploying');
    const other = await acme.pull();
    const second = await acme.eve.asks(other, '/deploy busy to staging');
    await second.bothShow('⏳ In the queue', `after \`${first.code}\``);
    await (await acme.eve.comments(other, `/deploy cancel ${second.code}`)).reacted('+1');
    await second.ends('✖️ Cancelled by Eve', 'queue', 'Nothing was built.');
    acme.world.buildkite.startBuild('busy', 1);
    const stop = await acme.ann.comments(pull, `/deploy cancel ${first.code}`);
    await stop.reacted('+1');
    const ends = await first.ends('✖️ Cancelled while it was being built', 'Ann cancelled build 1');
    expect(ends.github).toContain(`/deploy retry ${first.code}`);
    expect(acme.builds('busy').map(({ state }) => state)).toEqual(['canceled']);
    expect(await first.comment?.reacted('-1')).toEqual(['eyes', '-1']);
    acme.world.buildkite.release('busy');
  });

  it('retries after a bad end: a new request that names the old one, with fresh votes', async () => {
    const pull = await acme.pull();
    acme.world.buildkite.changeSteps('retried', [
      { type: 'command', label: 'roll out', durationMs: 300, outcome: 'fail', log: 'connection refused' },
    ]);
    const first = await acme.ann.asks(pull, '/deploy retried to production');
    await first.shows('github', '⏸');
    await (await acme.bea.comments(pull, '/approve')).reacted('+1');
    await first.ends('❌ Deploy of', 'failed at', 'connection refused', `/deploy retry ${first.code}`);
    acme.world.buildkite.changeSteps('retried', [{ type: 'command', label: 'roll out', durationMs: 300 }]);
    const second = await acme.eve.asks(pull, `/deploy retry ${first.code}`);
    const card = await second.bothShow('1 of', first.code);
    expect(card.github).toContain('⏸ Waiting for approval: `retried` → production');
    expect(card.github).not.toContain('So far');
    await (await acme.carl.comments(pull, '/approve')).reacted('+1');
    await second.ends('✅', 'is live on production');
    const again = await acme.ann.comments(pull, `/deploy retry ${second.code}`);
    expect(await again.reply()).toContain(`\`${second.code}\` ended well; there is nothing to try again.`);
  });

  it('plans without asking anybody: one comment, no card in Slack, no build', async () => {
    const pull = await acme.pull();
    const before = acme.world.slack.messages('C0TOLD').length;
    const builds = acme.builds('told').length;
    const plan = await acme.ann.asks(pull, '/deploy plan told to production');
    const card = await plan.shows('github', '📋 Plan: `told` → production', 'Nothing was started, nobody was asked.');
    expect(card).toContain('1 of **sre** (Bea, Carl) · 1 of **api-owners** (Dan)');
    expect(card).toContain('Start it with `/deploy told to production`');
    expect(await plan.comment?.reacted('rocket')).toEqual(['eyes', 'rocket']);
    const dry = await acme.ann.asks(pull, '/deploy told to production --dry-run');
    await dry.shows('github', '📋 Plan');
    expect(acme.world.slack.messages('C0TOLD')).toHaveLength(before);
    expect(acme.builds('told')).toHaveLength(builds);
  });

  it('answers questions and slips with one reply each', async () => {
    const pull = await acme.pull();
    const slip = await acme.ann.comments(pull, '/deploy told to prodution');
    expect(await slip.reply()).toContain('Did you mean `/deploy told to production`?');
    expect(await slip.reacted('confused')).toEqual(['confused']);
    const help = await acme.ann.comments(pull, '/deploy help');
    expect(await help.reply()).toContain('What can be deployed: `told` (staging, production)');
    const nothing = await acme.bea.comments(pull, '/approve');
    expect(await nothing.reply()).toContain(`No request is open on pull request ${pull.number}.`);
    const live = await acme.ann.comments(pull, '/deploy what told production');
    expect(await live.reply()).toMatch(/`told` on \*\*production\*\*: `[0-9a-f]{7}` since/);
    const deploy = await acme.ann.asks(pull, '/deploy told to production');
    await deploy.shows('github', '⏸');
    await acme.listed(pull, 1);
    const status = await acme.ann.comments(pull, `/deploy status ${deploy.code}`);
    expect(await status.reply()).toContain('⏸ Waiting for approval: `told` → production');
    const open = await acme.ann.comments(pull, '/deploy status');
    expect(await open.reply()).toContain(`\`${deploy.code}\` · \`told\` → production`);
    const unnamed = await acme.ann.comments(pull, '/deploy production');
    expect(await unnamed.reply()).toContain('this repository has 6 services; say which.');
  });

  it('knows only what belongs to its own repository', async () => {
    const { github } = acme.world;
    const { head } = github.addRepository({ slug: 'acme/web' });
    github.setRole('acme/web', 'ann', 'write');
    github.setCheck('acme/web', head, { name: 'unit', result: 'success' });
    const deploy = await acme.ann.asksInSlack('elsewhere to production');
    await deploy.shows('slack', 'Approve elsewhere');
    const pull = await acme.pull();
    const asked = await acme.ann.comments(pull, '/deploy elsewhere to production');
    expect(await asked.reply()).toContain('`elsewhere` is deployed from `acme/web`; this is `acme/api`.');
    const vote = await acme.bea.comments(pull, `/approve ${deploy.code}`);
    expect(await vote.reacted('-1')).toEqual(['-1']);
    expect(await deploy.shows('slack', 'Approve elsewhere')).not.toContain('So far');
  });

  it('asks a team of GitHub, too', async () => {
    const deploy = await acme.ann.asks(await acme.pull(), '/deploy teamed to production');
    expect(await deploy.shows('github', '⏸')).toContain('1 of **team** (@carl)');
    expect(await acme.bea.clicks('approve', deploy)).toBe('production asks for *team*; you are in *sre*.');
    expect(await acme.carl.clicks('approve', deploy)).toContain('Counted: that was the last one.');
    await deploy.ends('✅', 'is live on production');
  });

  it('used exactly the permissions that app.yml asks for', () => {
    // `issues` is asked for because GitHub delivers no `issue_comment` without it, and never used.
    const { issues, ...used } = APP_MANIFEST.default_permissions;
    expect(issues).toBe('read');
    expect(acme.world.github.permissionsUsed).toEqual(used);
  });
});

function deployHasNoVote(cards: readonly string[]): boolean {
  return cards.length > 0 && cards.every((card) => !card.includes('So far'));
}
