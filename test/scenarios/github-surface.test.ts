// What a person can do and see on GitHub beside the conversation: reviews, threads at lines, check runs, deployments.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/acme.ts';
import { ONE_SRE, TWO_GROUPS } from '../support/acme-config.ts';
import { REPOSITORY } from '../../src/sim/world.ts';
import { pushChecked } from '../support/pushes.ts';
import { inSight } from '../support/sightings.ts';
import { openStories, type Stories } from '../support/stories.ts';

describe('on GitHub', () => {
  let acme: Stories;
  beforeAll(async () => {
    const both = { environments: { staging: { approvals: 'none' }, production: { approvals: TWO_GROUPS } } };
    const one = { environments: { staging: { approvals: 'none' }, production: { approvals: ONE_SRE } } };
    const seen = { environments: { staging: { approvals: 'none' }, production: { approvals: ONE_SRE, url: 'https://seen.acme.test' } } };
    const unseen = { environments: { production: { approvals: ONE_SRE, github: { check: false, deployments: false } } } };
    acme = await openStories({ reviewed: both, quick: one, seen, pushed: one, unseen, marked: one, carded: one });
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
    await acme.world.github.submitReview(REPOSITORY, pull.number, { by: 'ann', state: 'COMMENTED', body: '/deploy quick to staging', sha: before });
    await eventually('the refusal', () => said(pull, `your review looked at \`${before.slice(0, 7)}\``)[0]);
    expect(acme.builds('quick')).toEqual([]);
    await acme.bea.reviews(pull, { state: 'COMMENTED', body: '/reject not now' });
    await deploy.ends('🚫 Rejected by Bea');
  });

  it('tells whoever approves the code that this is no approval of the deploy, once, and only those it waits for', async () => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, '/deploy reviewed to production');
    await deploy.bothShow('1 of');
    await acme.listed(pull, 1);
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
    await eventually('the reaction', () => second.reactions()[0] === 'confused');
    expect(second.reactions()).toEqual(['confused']);
    expect(first.replies()).toEqual([]);
    await acme.bea.writesAtLine(pull, '```suggestion\n/approve\n```');
    expect(await deploy.shows('github', '1 of')).not.toContain('So far');
    await (await acme.ann.comments(pull, `/deploy cancel ${deploy.code}`)).reacted('+1');
    await deploy.ends('✖️');
    expect(second.replies()).toHaveLength(1);
  });

  const check = (name: string, sha: string) => acme.world.github.checks(REPOSITORY, sha).find((shown) => shown.name === `countersign/${name}`);
  const checkSays = (name: string, sha: string, result: string, words: string) =>
    inSight(
      `${result} "${words}" of ${name}`,
      () => {
        const shown = check(name, sha);
        return shown?.result === result && shown.title?.includes(words) === true ? shown : undefined;
      },
      () => [JSON.stringify(check(name, sha)), acme.product().log().slice(-2_000)],
    );
  const deploymentsIn = (environment: string) => acme.world.github.deployments(REPOSITORY).filter((shown) => shown.environment === environment);

  it('tells the state by a check run on the commit and a deployment with its statuses', async () => {
    const pull = await acme.pull();
    const first = await acme.ann.asks(pull, '/deploy seen to production');
    const waiting = await checkSays('seen-production', pull.sha, 'queued', 'waiting for 1 of sre (Bea, Carl), until');
    expect(waiting.summary).toContain('**Needs** 1 of **sre** (Bea, Carl) · not Ann');
    expect(waiting.detailsUrl).toMatch(/\/acme\/api\/pull\/\d+#issuecomment-\d+$/);
    expect(deploymentsIn('seen-production')).toEqual([]);
    acme.world.buildkite.hold('seen');
    await (await acme.bea.comments(pull, '/approve')).reacted('+1');
    await checkSays('seen-production', pull.sha, 'in_progress', '🚚 being deployed: build 1');
    acme.world.buildkite.release('seen');
    await first.ends('✅', 'is live on production');
    await checkSays('seen-production', pull.sha, 'success', '✅ live on production since');
    await eventually('the success of the deployment', () => deploymentsIn('seen-production')[0]?.state === 'success');
    const [deployment, ...more] = deploymentsIn('seen-production');
    expect(more).toEqual([]);
    expect(deployment).toMatchObject({
      sha: pull.sha,
      isProduction: true,
      payload: { countersign: { code: first.code } },
      state: 'success',
      environmentUrl: 'https://seen.acme.test',
    });
    expect(deployment?.logUrl).toMatch(/\/builds\/1$/);
    expect(deployment?.states.slice(-2)).toEqual(['in_progress', 'success']);
    const next = await acme.pull();
    const second = await acme.ann.asks(next, '/deploy seen to production');
    await second.shows('github', '⏸');
    await (await acme.bea.comments(next, '/approve')).reacted('+1');
    await second.ends('✅', 'is live on production');
    await eventually('the end of the deployment before', () => deploymentsIn('seen-production')[0]?.state === 'inactive');
    expect(deploymentsIn('seen-production').map(({ sha }) => sha)).toEqual([pull.sha, next.sha]);
  });

  it('ends the check run of a commit that a push made old, and begins one on the new commit', async () => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, '/deploy pushed to production');
    await checkSays('pushed-production', pull.sha, 'queued', 'waiting');
    const sha = await pushChecked(acme, pull, { by: 'ann', result: 'success' });
    await deploy.shows('github', 'pushed');
    await checkSays('pushed-production', pull.sha, 'neutral', `superseded by ${sha.slice(0, 7)}`);
    await checkSays('pushed-production', sha, 'queued', 'waiting');
    // GitHub tells whole seconds: what is written in the second of a push is taken for written before it.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await (await acme.bea.comments(pull, '/reject not today')).reacted('+1');
    await checkSays('pushed-production', sha, 'failure', '🚫 rejected by Bea: not today');
    expect(deploymentsIn('pushed-production')).toEqual([]);
  });

  it('shows nothing but the card where that is wished', async () => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, '/deploy unseen to production');
    await deploy.shows('github', '⏸');
    await (await acme.bea.comments(pull, '/approve')).reacted('+1');
    await deploy.ends('✅', 'is live');
    expect(check('unseen-production', pull.sha)).toBeUndefined();
    expect(deploymentsIn('unseen-production')).toEqual([]);
  });

  it('posts the card once more when somebody deletes it while it is open', async () => {
    const pull = await acme.pull();
    const { github } = acme.world;
    const deploy = await acme.ann.asks(pull, '/deploy carded to production');
    await deploy.bothShow('1 of');
    const card = github.comments(REPOSITORY, pull.number).find(({ body }) => body.includes('Waiting for approval'));
    await github.deleteComment(card?.id ?? 0, 'ann');
    await (await acme.bea.comments(pull, '/approve')).reacted('+1');
    await deploy.ends('✅', 'is live');
    expect(deploy.cards('github')).toHaveLength(1);
  });

  it('goes on without them where the app may not write them', async () => {
    const { github } = acme.world;
    const pull = await acme.pull();
    // Stays: this story is the last of the file.
    github.fault({ method: 'POST', path: /\/(?:check-runs|deployments)$/, times: 20, effect: { kind: 'status', status: 403 } });
    const deploy = await acme.ann.asks(pull, '/deploy marked to production');
    await deploy.bothShow('1 of');
    await (await acme.bea.comments(pull, '/approve')).reacted('+1');
    await deploy.ends('✅', 'is live');
    expect(check('marked-production', pull.sha)).toBeUndefined();
    expect(acme.product().log().split("a check run can't be shown: the app may lack the permission").length - 1).toBe(1);
  });
});
