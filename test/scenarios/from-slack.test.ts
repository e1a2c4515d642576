import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/acme.ts';
import { ONE_SRE, TWO_GROUPS } from '../support/acme-config.ts';
import { openStories, type Stories } from '../support/stories.ts';

describe('from Slack', () => {
  let acme: Stories;
  beforeAll(async () => {
    const both = { environments: { staging: { approvals: 'none' }, production: { approvals: TWO_GROUPS } } };
    const one = { environments: { production: { approvals: ONE_SRE } } };
    acme = await openStories({ asked: both, known: one, rejected: one, stopped: one, planned: both });
  });
  afterAll(() => acme.end());

  it('answers at once who asked, and puts the card with its buttons in the channel of the service', async () => {
    const answer = await acme.ann.types('asked to production');
    expect(answer).toMatch(
      /^Asked for: `asked` → production, code `[0-9A-Z]{4}-[0-9A-Z]{2}`\. Its card comes in <#C0ASKED>; if a gate is closed, you are told here instead\.$/,
    );
    const deploy = acme.ann.finds(answer);
    const card = await deploy.shows('slack', 'Approve asked to production?');
    expect(card).toContain('Serve health · the first on production');
    expect(card).toContain('*Asked by*\nAnn, here');
    expect(card).toContain('1 of *sre* (<@U02BEA> <@U03CARL>) · 1 of *api-owners* (<@U04DAN>) · not Ann');
    expect(deploy.message()?.channel).toBe('C0ASKED');
    expect(deploy.buttons()).toEqual(['approve', 'reject', 'details', 'cancel']);
    // Typed in another channel: whoever asked is led to the card.
    const link = await eventually('the link to the card', () =>
      acme.world.slack.ephemerals('U01ANN').find(({ blocks }) => JSON.stringify(blocks).includes('slack.test/archives/C0ASKED/p')),
    );
    expect(link).toMatchObject({ channel: 'C0DEPLOYS', via: 'chat.postEphemeral' });
    await acme.ann.types(`cancel ${deploy.code}`);
  });

  it('is signed by two people, built once from exactly that commit, and told in place', async () => {
    const deploy = await acme.eve.asksInSlack('asked to production');
    expect(await acme.bea.clicks('approve', deploy)).toBe('Counted: 1 of 2. Still needed: 1 of api-owners (Dan).');
    expect(await deploy.shows('slack', '*So far*')).toContain('✅ Bea for sre, here');
    expect(await acme.dan.clicks('approve', deploy)).toBe('Counted: that was the last one. The build starts as soon as its turn comes.');
    const end = await deploy.shows('slack', '✅', 'is live on production');
    expect(end).toContain('approved by Bea (sre, here), Dan (api-owners, here)');
    expect(deploy.buttons()).toEqual([]);
    expect(deploy.cards('slack')).toHaveLength(1);
    const [build, ...others] = acme.builds('asked');
    expect(others).toEqual([]);
    expect(build).toMatchObject({ commit: acme.world.github.sha('acme/api', 'main'), branch: 'main', pullRequest: null });
    expect(build?.message).toBe(`Deploy asked to production (${deploy.code}, asked by Eve)`);
    expect(build?.env).toMatchObject({
      COUNTERSIGN_CODE: deploy.code,
      COUNTERSIGN_SERVICE: 'asked',
      COUNTERSIGN_ENVIRONMENT: 'production',
      COUNTERSIGN_SHA: build?.commit,
      COUNTERSIGN_REQUESTER: 'Eve',
      COUNTERSIGN_APPROVERS: 'Bea:Dan',
    });
    expect(build?.metaData).toMatchObject({ 'countersign:target': 'asked/production', 'countersign:code': deploy.code });
    await deploy.threadSays('<@U05EVE> ✅');
    const lines = deploy.thread().join('\n');
    for (const who of ['Bea for sre, here', 'Dan for api-owners, here']) expect(lines.split(`✅ approved by ${who}`)).toHaveLength(2);
    expect(lines.indexOf('approved by Bea')).toBeLessThan(lines.indexOf('approved by Dan'));
  });

  it('shows a ref with an open pull request on that pull request too, and takes votes from both', async () => {
    const pull = await acme.pull();
    const deploy = await acme.dan.asksInSlack(`known@${pull.branch} to production`);
    const cards = await deploy.bothShow(pull.sha.slice(0, 7));
    expect(cards.github).toContain('⏸ Waiting for approval: `known` → production');
    expect(cards.github).toContain('Dan, in Slack');
    const vote = await acme.bea.comments(pull, '/approve');
    await vote.reacted('+1');
    const ends = await deploy.ends('✅', 'is live on production');
    expect(ends.github).toContain('approved by Bea (sre, here)');
    expect(ends.slack).toContain('approved by Bea (sre, on the pull request)');
    expect((await acme.build('known')).branch).toBe(pull.branch);
  });

  it('shows every gate and the whole rule to whoever clicks Details, and to nobody else', async () => {
    const deploy = await acme.ann.asksInSlack('planned to production');
    await deploy.shows('slack', 'Approve planned');
    const before = acme.world.slack.ephemerals('U02BEA').length;
    const details = await acme.ann.clicks('details', deploy);
    expect(details).toContain('✅ *permission*: Ann has write');
    expect(details).toContain('➖ *review*: production does not ask for it');
    expect(details).toContain('▹⬜ 1 of *sre* (Bea, Carl)');
    expect(details).toContain(`full SHA \`${acme.world.github.sha('acme/api', 'main')}\``);
    expect(acme.world.slack.ephemerals('U02BEA')).toHaveLength(before);
    await acme.ann.types(`cancel ${deploy.code}`);
  });

  it('asks to confirm on a protected environment, repeating what is signed', async () => {
    const deploy = await acme.ann.asksInSlack('planned to production');
    await deploy.shows('slack', 'Approve planned');
    const approve = JSON.stringify(deploy.message()?.blocks);
    expect(approve).toContain('"text":"Approve for production?"');
    expect(approve).toContain(
      `You sign \`planned\` → production at \`${acme.world.github.sha('acme/api', 'main')}\` (nothing is live there yet), and nothing else.`,
    );
    await acme.ann.types(`cancel ${deploy.code}`);
  });

  it('asks why before it rejects, and shows the reason on both cards', async () => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, '/deploy rejected to production');
    await deploy.bothShow('1 of');
    expect(await acme.carl.rejects(deploy, 'not before the release')).toBe(
      'Rejected: `rejected` will not be deployed to production by this request.',
    );
    const ends = await deploy.ends('🚫 Rejected by Carl', 'not before the release', `/deploy retry ${deploy.code}`);
    expect(ends.github).toContain('*not before the release*');
    expect(await deploy.comment?.reacted('-1')).toEqual(['eyes', '-1']);
    expect(acme.builds('rejected')).toEqual([]);
  });

  it('refuses a rejection by somebody whose approval could not count', async () => {
    const deploy = await acme.ann.asksInSlack('rejected to production');
    expect(await acme.dan.rejects(deploy, 'I do not like it')).toBe('production asks for *sre*; you are in *api-owners*.');
    expect(deploy.buttons()).toContain('approve');
    await acme.ann.types(`cancel ${deploy.code}`);
  });

  it('is cancelled by the requester, by click and by word, but not by a bystander', async () => {
    const deploy = await acme.ann.asksInSlack('stopped to production');
    expect(await acme.eve.clicks('cancel', deploy)).toContain('Only the requester or the approvers may cancel it.');
    expect(await acme.ann.clicks('cancel', deploy)).toBe('Cancelled while it waited for approval. Nothing was built.');
    expect(await deploy.shows('slack', '✖️ Cancelled by Ann')).toContain('Nothing was built.');
    expect(deploy.buttons()).toEqual([]);
    const other = await acme.ann.asksInSlack('stopped to production');
    await other.shows('slack', 'Approve stopped');
    expect(await acme.ann.types(`cancel ${other.code} wrong version`)).toContain('Cancelled while it waited for approval.');
    expect(await other.shows('slack', '✖️ Cancelled by Ann')).toContain('wrong version');
    expect(acme.builds('stopped')).toEqual([]);
  });

  it('plans without starting anything: no card, no build, and who would have to approve', async () => {
    const cards = acme.world.slack.messages('C0PLANNED').length;
    const open = await acme.ann.types('status', 'C0PLANNED');
    const answer = await acme.ann.types('plan planned to production');
    expect(answer).toMatch(/^Looking at what `planned` → production would take/);
    const plan = await acme.ann.isTold('📋 Plan: planned → production');
    expect(plan).toContain('1 of *sre* (Bea, Carl)');
    expect(plan).toContain('1 of *api-owners* (Dan)');
    expect(plan).toContain('✅ *checks*: 1 of 1');
    expect(acme.world.slack.messages('C0PLANNED')).toHaveLength(cards);
    expect(acme.builds('planned')).toEqual([]);
    expect(await acme.ann.types('status', 'C0PLANNED')).toBe(open);
  });

  it('tells what is live, what is open and how to speak, to whoever asks', async () => {
    const live = await acme.gus.types('what asked production');
    expect(live).toContain('`asked` on *production*: `');
    expect(await acme.ann.types('what asked staging')).toContain('nobody has asked for a deploy there yet');
    const deploy = await acme.ann.asksInSlack('rejected to production');
    await deploy.shows('slack', 'Approve rejected');
    expect(await acme.dan.types(`status ${deploy.code}`)).toContain('Waiting for approval: rejected → production');
    await acme.dan.learns('status', `\`${deploy.code}\` · \`rejected\` → production`, 'C0REJECTED');
    await acme.ann.types(`cancel ${deploy.code}`);
    expect(await acme.dan.types('help')).toContain('What can be deployed: `asked` (staging, production)');
    expect(await acme.dan.types('help approve')).toContain('For: the people its card names; never the requester.');
  });

  it('suggests the words that were probably meant', async () => {
    expect(await acme.ann.types('asked to prodution')).toContain('Did you mean `/deploy asked to production`?');
    expect(await acme.ann.types('statsu')).toContain('Did you mean `/deploy status`?');
    expect(await acme.ann.types('rollback asked production')).toContain('`rollback` is not in this version yet.');
    expect(await acme.ann.types('approve')).toContain('Say which request by its code');
    expect(await acme.ann.types('billing to production')).toContain('there is no service `billing`. There is `asked`');
    expect(await acme.ann.types('asked to moon')).toContain('`asked` has no environment `moon`. It has `staging`, `production`');
    expect(await acme.ann.types('approve 7F3K-Q2')).toContain('I know no request `7F3K-Q2`.');
  });

  it('counts a vote that is typed like one that is clicked', async () => {
    const deploy = await acme.ann.asksInSlack('asked to production');
    await deploy.shows('slack', 'Approve asked');
    expect(await acme.bea.types(`approve ${deploy.code}`)).toBe('Counted: 1 of 2. Still needed: 1 of api-owners (Dan).');
    expect(await acme.bea.types(`withdraw ${deploy.code}`)).toBe('Withdrawn: 0 of 2 approvals left.');
    expect(await acme.bea.types(`reject ${deploy.code} I overlooked the migration`)).toContain('Rejected: `asked` will not be deployed');
    expect(await deploy.shows('slack', '🚫 Rejected by Bea')).toContain('I overlooked the migration');
  });
});
