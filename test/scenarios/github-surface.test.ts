// What a person can do and see on GitHub beside the conversation: reviews, threads at lines.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/acme.ts';
import { ONE_SRE, TWO_GROUPS } from '../support/acme-config.ts';
import { REPOSITORY } from '../../src/sim/world.ts';
import { openStories, type Stories } from '../support/stories.ts';

describe('on GitHub', () => {
  let acme: Stories;
  beforeAll(async () => {
    const both = { environments: { staging: { approvals: 'none' }, production: { approvals: TWO_GROUPS } } };
    const one = { environments: { staging: { approvals: 'none' }, production: { approvals: ONE_SRE } } };
    acme = await openStories({ reviewed: both, quick: one });
  });
  afterAll(() => acme.end());

  const said = (pull: { readonly number: number }, words: string): readonly string[] =>
    acme.world.github
      .comments(REPOSITORY, pull.number)
      .filter(({ viaApp, body }) => viaApp && body.includes(words))
      .map(({ body }) => body);

  it('takes commands in the first line of a review, once however often it is delivered, and answers in words', async () => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asksInReview(pull, '/deploy reviewed to production\n\nThe rest of the review.');
    await deploy.bothShow('1 of', deploy.code);
    for (const { guid, event } of acme.world.github.deliveries) if (event === 'pull_request_review') await acme.world.github.redeliver(guid);
    const vote = await acme.bea.reviews(pull, { state: 'APPROVED', body: '/approve production' });
    expect(await vote.reply()).toMatch(/^@bea Counted: 1 of 2\. Still needed: 1 of api-owners \(Dan\)\.$/m);
    const slip = await acme.dan.reviews(pull, { state: 'COMMENTED', body: '/aprove' });
    expect(slip.replies()).toEqual([]);
    const own = await acme.ann.reviews(pull, { state: 'COMMENTED', body: '/approve' });
    expect(await own.reply()).toMatch(/^@ann That did not count:\n\n- You asked for this deploy/);
    const last = await acme.dan.reviews(pull, { state: 'CHANGES_REQUESTED', body: '/approve' });
    expect(await last.reply()).toContain('@dan Counted: that was the last one.');
    await deploy.ends('✅', pull.sha.slice(0, 7), 'is live on production');
    expect(deploy.cards('github')).toHaveLength(1);
    expect(acme.builds('reviewed')).toHaveLength(1);
  });

  it('counts no approval in a review of another commit than the one that is asked for', async () => {
    const pull = await acme.pull();
    const before = acme.world.github.sha(REPOSITORY, 'main');
    const deploy = await acme.ann.asks(pull, '/deploy quick to production');
    await deploy.bothShow('1 of');
    const stale = await acme.bea.reviews(pull, { state: 'COMMENTED', body: '/approve', sha: before });
    expect(await stale.reply()).toContain(`it is now about \`${pull.sha.slice(0, 7)}\``);
    await acme.bea.reviews(pull, { state: 'COMMENTED', body: '/reject not now' });
    await deploy.ends('🚫 Rejected by Bea');
  });

  it('tells whoever approves the code that this is no approval of the deploy, once, and only those it waits for', async () => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, '/deploy reviewed to production');
    await deploy.bothShow('1 of');
    await acme.eve.reviews(pull, { state: 'APPROVED', body: 'Nice' });
    await acme.ann.reviews(pull, { state: 'APPROVED' });
    await acme.bea.reviews(pull, { state: 'COMMENTED', body: 'Nearly there' });
    await acme.bea.reviews(pull, { state: 'APPROVED', body: 'LGTM' });
    await acme.bea.reviews(pull, { state: 'APPROVED' });
    const told = await eventually('the hint', () => said(pull, 'A review is not the deploy approval')[0]);
    expect(told).toMatch(/^@bea A review is not the deploy approval: .* of `reviewed` → production still waits for yours/);
    expect(told).toContain('comment `/approve`');
    await (await acme.bea.comments(pull, '/approve')).reacted('+1');
    await acme.bea.reviews(pull, { state: 'APPROVED' });
    await acme.dan.reviews(pull, { state: 'APPROVED' });
    await eventually('the hint for Dan', () => said(pull, '@dan A review is not')[0]);
    expect(said(pull, 'A review is not the deploy approval')).toHaveLength(2);
    await (await acme.ann.comments(pull, `/deploy cancel ${deploy.code}`)).reacted('+1');
  });

  it('executes nothing at a line of code, and says in the thread where commands work', async () => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, '/deploy quick to production');
    await deploy.bothShow('1 of');
    const first = await acme.bea.writesAtLine(pull, 'Why?');
    const second = await acme.bea.writesAtLine(pull, '/approve', first.id);
    const [answer] = await eventually('the answer', () => (second.replies().length > 0 ? second.replies() : undefined));
    expect(answer?.body).toContain('A command at a line of code is not executed');
    expect(answer?.body).toContain('first line of a review: `/approve`');
    expect(second.reactions()).toEqual(['confused']);
    expect(first.replies()).toEqual([]);
    await acme.bea.writesAtLine(pull, '```suggestion\n/approve\n```');
    expect(await deploy.shows('github', '1 of')).not.toContain('So far');
    await (await acme.ann.comments(pull, `/deploy cancel ${deploy.code}`)).reacted('+1');
    await deploy.ends('✖️');
    expect(second.replies()).toHaveLength(1);
  });
});
