import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openGithub, type Answer, type GithubClient } from '../../support/github-client.ts';

const R = '/repos/acme/api';
let github: GithubClient;
beforeEach(async () => {
  github = await openGithub();
});
afterEach(() => github.close());

const commit = (branch: string, message: string, more: object = {}): string =>
  github.sim.commit('acme/api', branch, { message, author: 'ann', ...more });
const messages = (answer: Answer): string[] => answer.body.commits.map((each: { commit: { message: string } }) => each.commit.message);

describe('a ref', () => {
  it('is a branch, a tag, a full SHA or enough digits of one', async () => {
    const sha = commit('feature/x', 'X');
    github.sim.tag('acme/api', 'v1', 'feature/x');
    for (const ref of ['feature%2Fx', 'feature/x', 'heads/feature/x', 'v1', 'tags/v1', sha, sha.slice(0, 7)])
      expect((await github.ask(`GET ${R}/commits/${ref}`)).body.sha).toBe(sha);
  });

  it('that fits nothing, or digits that fit two commits, is 422', async () => {
    commit('a', 'A', { sha: `abcdef0${'1'.repeat(33)}` });
    commit('b', 'B', { sha: `abcdef0${'2'.repeat(33)}` });
    for (const ref of ['nothing', 'abcdef0', 'f'.repeat(40)])
      expect(await github.ask(`GET ${R}/commits/${ref}`)).toMatchObject({ status: 422, body: { message: `No commit found for SHA: ${ref}` } });
    expect((await github.ask(`GET ${R}/commits/abcdef01`)).status).toBe(200);
  });

  it('is found by its exact name, or by how it begins', async () => {
    const sha = commit('release/1', 'One');
    commit('release/10', 'Ten');
    expect((await github.ask(`GET ${R}/git/ref/heads%2Frelease%2F1`)).body.object).toMatchObject({ sha, type: 'commit' });
    expect((await github.ask(`GET ${R}/git/ref/heads/release`)).status).toBe(404);
    const matching = await github.ask(`GET ${R}/git/matching-refs/heads/release/1`);
    expect(matching.body.map((ref: { ref: string }) => ref.ref)).toEqual(['refs/heads/release/1', 'refs/heads/release/10']);
  });

  it('of an annotated tag leads to the tag object, and that to the commit', async () => {
    github.sim.tag('acme/api', 'v1', 'main', { by: 'ann', message: 'First' });
    const ref = await github.ask(`GET ${R}/git/ref/tags/v1`);
    expect(ref.body.object.type).toBe('tag');
    const tag = await github.ask(`GET ${R}/git/tags/${ref.body.object.sha}`);
    expect(tag.body.object).toMatchObject({ type: 'commit', sha: github.sim.sha('acme/api', 'main') });
  });

  it('reaches commits of a fork under the original’s address', async () => {
    github.sim.addRepository({ slug: 'carl/api', forkOf: 'acme/api' });
    const sha = github.sim.commit('carl/api', 'evil', { message: 'Evil', author: 'carl' });
    expect((await github.ask(`GET ${R}/commits/${sha}`)).body.sha).toBe(sha);
    expect((await github.ask(`GET ${R}/branches/evil`)).status).toBe(404);
  });
});

it('names author, committer and co-authors of a commit', async () => {
  const sha = commit('fix', 'Fix', { committer: 'web-flow', coAuthors: ['bea'], at: Date.UTC(2020, 0, 1) });
  const { body } = await github.ask(`GET ${R}/commits/${sha}`);
  expect([body.author.id, body.committer.login, body.commit.author.date]).toEqual([11, 'web-flow', '2020-01-01T00:00:00Z']);
  expect(body.commit.message).toBe('Fix\n\nCo-authored-by: bea <12+bea@users.noreply.github.com>');
});

describe('a comparison', () => {
  it.each([
    ['main...fix', 'diverged', 2, 1, 'base'],
    ['fix...main', 'diverged', 1, 2, 'base'],
    ['base...fix', 'ahead', 2, 0, 'base'],
    ['fix...base', 'behind', 0, 2, 'base'],
    ['fix...fix', 'identical', 0, 0, 'fix'],
  ])('of %s is %s: %i ahead, %i behind, from %s on', async (basehead, status, ahead, behind, mergeBase) => {
    github.sim.branch('acme/api', 'base', 'main');
    commit('fix', 'one');
    commit('fix', 'two');
    commit('main', 'other');
    const { body } = await github.ask(`GET ${R}/compare/${basehead}`);
    expect([body.status, body.ahead_by, body.behind_by, body.total_commits]).toEqual([status, ahead, behind, ahead]);
    expect(body.merge_base_commit.sha).toBe(github.sim.sha('acme/api', mergeBase));
  });

  it('lists oldest first, page by page, and says which pages there are', async () => {
    for (const message of ['1', '2', '3', '4', '5']) commit('fix', message);
    const first = await github.ask(`GET ${R}/compare/main...fix?per_page=2`);
    expect([messages(first), first.body.total_commits]).toEqual([['1', '2'], 5]);
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    const second = await github.ask(`GET ${next}`);
    expect(messages(second)).toEqual(['3', '4']);
    expect(messages(await github.ask(`GET ${R}/compare/main...fix?per_page=2&page=3`))).toEqual(['5']);
    expect([...(second.headers.get('link') ?? '').matchAll(/rel="(\w+)"/g)].map((match) => match[1])).toEqual(['prev', 'next', 'last', 'first']);
  });

  it('without pages stops at 250 commits, the most recent ones', async () => {
    for (let n = 1; n <= 260; n += 1) commit('long', String(n));
    const listed = messages(await github.ask(`GET ${R}/compare/main...long`));
    expect([listed.length, listed[0], listed.at(-1)]).toEqual([250, '11', '260']);
  });

  it('takes the newest common commit as merge base after the base was merged in', async () => {
    commit('fix', 'one');
    const main = commit('main', 'other');
    await github.sim.openPullRequest('acme/api', { head: 'fix', by: 'ann', number: 5 });
    await github.sim.updateBranch('acme/api', 5, 'ann');
    const { body } = await github.ask(`GET ${R}/compare/main...fix`);
    expect([body.status, body.behind_by, body.merge_base_commit.sha]).toEqual(['ahead', 0, main]);
  });

  it('of unrelated or unknown ends is 404', async () => {
    github.sim.addRepository({ slug: 'acme/other' });
    expect((await github.ask(`GET ${R}/compare/main...nothing`)).status).toBe(404);
    expect((await github.ask(`GET ${R}/compare/main..fix`)).status).toBe(404);
    github.sim.commit('acme/api', 'lone', { message: 'No parent', author: 'ann', orphan: true });
    expect((await github.ask(`GET ${R}/compare/main...lone`)).body.message).toBe('No common ancestor between main and lone.');
  });
});

describe('checks of a commit', () => {
  it.each([
    [[], 'pending'],
    [['success', 'success'], 'success'],
    [['success', 'pending'], 'pending'],
    [['pending', 'error'], 'failure'],
  ] as const)('with statuses %j are %s together', async (states, combined) => {
    states.forEach((state, n) => github.sim.setStatus('acme/api', 'main', { context: `ci/${n}`, state }));
    expect((await github.ask(`GET ${R}/commits/main/status`)).body.state).toBe(combined);
  });

  it('count the newest status of each context, over all pages', async () => {
    for (let n = 0; n < 35; n += 1) github.sim.setStatus('acme/api', 'main', { context: `ci/${n}`, state: 'pending' });
    github.sim.setStatus('acme/api', 'main', { context: 'ci/0', state: 'success' });
    const first = await github.ask(`GET ${R}/commits/main/status`);
    const second = await github.ask(`GET ${R}/commits/main/status?page=2`);
    expect([first.body.total_count, first.body.statuses.length, second.body.statuses.length]).toEqual([35, 30, 5]);
    expect(first.body.statuses[0]).toMatchObject({ context: 'ci/0', state: 'success' });
  });

  it('show a re-run instead of the run before it, unless all are asked for', async () => {
    github.sim.setCheck('acme/api', 'main', { name: 'unit', result: 'failure' });
    github.sim.setCheck('acme/api', 'main', { name: 'unit', result: 'in_progress' });
    github.sim.setCheck('acme/api', 'main', { name: 'unit', result: 'success' });
    github.sim.setCheck('acme/api', 'main', { name: 'unit', result: 'failure', app: 'other-ci' });
    const latest = await github.ask(`GET ${R}/commits/main/check-runs?check_name=unit`);
    const shown = latest.body.check_runs.map((run: { app: { slug: string }; conclusion: string }) => `${run.app.slug} ${run.conclusion}`);
    expect(shown.toSorted()).toEqual(['github-actions success', 'other-ci failure']);
    expect((await github.ask(`GET ${R}/commits/main/check-runs?filter=all`)).body.total_count).toBe(3);
    expect((await github.ask(`GET ${R}/commits/nothing/check-runs`)).status).toBe(422);
  });

  it('are seen together, the latest of each', () => {
    github.sim.setCheck('acme/api', 'main', { name: 'unit', result: 'failure' });
    github.sim.setCheck('acme/api', 'main', { name: 'unit', result: 'in_progress' });
    github.sim.setStatus('acme/api', 'main', { context: 'ci/lint', state: 'success' });
    expect(github.sim.checks('acme/api', github.sim.sha('acme/api', 'main'))).toMatchObject([
      { name: 'unit', result: 'in_progress' },
      { name: 'ci/lint', result: 'success' },
    ]);
  });
});
