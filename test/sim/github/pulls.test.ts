import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openGithub, type Answer, type GithubClient } from '../../support/github-client.ts';

const R = '/repos/acme/api';
let github: GithubClient;
beforeEach(async () => {
  github = await openGithub();
});
afterEach(() => github.close());

const numbers = (answer: Answer): number[] => answer.body.map((pull: { number: number }) => pull.number);

async function open(branch: string, more: object = {}): Promise<number> {
  github.sim.commit('acme/api', branch, { message: `Work on ${branch}`, author: 'ann' });
  return (await github.sim.openPullRequest('acme/api', { head: branch, by: 'ann', ...more })).number;
}

describe('a pull request', () => {
  it('follows pushes to its branch; its base stays what it was then', async () => {
    const number = await open('fix');
    const base = github.sim.sha('acme/api', 'main');
    github.sim.commit('acme/api', 'main', { message: 'Meanwhile', author: 'bea' });
    expect((await github.ask(`GET ${R}/pulls/${number}`)).body.base.sha).toBe(base);
    const { sha } = await github.sim.push('acme/api', 'fix', { by: 'bea', commits: [{ message: 'More' }] });
    const { body } = await github.ask(`GET ${R}/pulls/${number}`);
    expect([body.head.sha, body.commits, body.title]).toEqual([sha, 2, 'Work on fix']);
    expect(body.base.sha).toBe(github.sim.sha('acme/api', 'main'));
  });

  it('gets another base, and the one before is told', async () => {
    const number = await open('fix');
    await github.sim.push('acme/api', 'release', { by: 'bea', commits: [{ message: 'Only here' }] });
    await github.sim.changeBase('acme/api', number, { base: 'release', by: 'bea' });
    expect((await github.ask(`GET ${R}/pulls/${number}`)).body.base).toMatchObject({ ref: 'release', sha: github.sim.sha('acme/api', 'release') });
  });

  it('from a fork says whose, and nothing once the fork is deleted', async () => {
    github.sim.addRepository({ slug: 'carl/api', id: 300, forkOf: 'acme/api' });
    github.sim.commit('carl/api', 'idea', { message: 'Idea', author: 'carl' });
    const { number } = await github.sim.openPullRequest('acme/api', { head: 'idea', fork: 'carl/api', by: 'carl' });
    const before = await github.ask(`GET ${R}/pulls/${number}`);
    expect([before.body.head.repo.id, before.body.head.label, before.body.base.repo.id]).toEqual([300, 'carl:idea', 100]);
    github.sim.removeRepository('carl/api');
    expect((await github.ask(`GET ${R}/pulls/${number}`)).body.head.repo).toBeNull();
  });

  it('is listed by state and by the owner and branch of its head, newest first', async () => {
    const [one, two, three] = [await open('one'), await open('two'), await open('three')];
    await github.sim.closePullRequest('acme/api', two, 'ann');
    expect(numbers(await github.ask(`GET ${R}/pulls`))).toEqual([three, one]);
    expect(numbers(await github.ask(`GET ${R}/pulls?state=closed`))).toEqual([two]);
    expect(numbers(await github.ask(`GET ${R}/pulls?state=all`))).toEqual([three, two, one]);
    expect(numbers(await github.ask(`GET ${R}/pulls?head=acme:one`))).toEqual([one]);
    expect(numbers(await github.ask(`GET ${R}/pulls?head=carl:one`))).toEqual([]);
    expect(numbers(await github.ask(`GET ${R}/pulls?per_page=1&page=2`))).toEqual([one]);
  });

  it('is closed with its branch, and one that is only an issue is none', async () => {
    const number = await open('fix');
    await github.sim.deleteBranch('acme/api', 'fix', 'ann');
    expect((await github.ask(`GET ${R}/pulls/${number}`)).body).toMatchObject({ state: 'closed', merged: false });
    const issue = github.sim.openIssue('acme/api', { title: 'Slow', by: 'ann' });
    expect((await github.ask(`GET ${R}/pulls/${issue.number}`)).status).toBe(404);
  });

  it('names while open a trial merge that is on no branch', async () => {
    const number = await open('fix');
    const trial = (await github.ask(`GET ${R}/pulls/${number}`)).body.merge_commit_sha;
    expect((await github.ask(`GET ${R}/commits/${trial}`)).status).toBe(422);
  });
});

describe('a merge', () => {
  it.each([
    ['merge', 2, 3, 'Merge pull request #1 from acme/fix\n\nWork on fix'],
    ['squash', 1, 1, 'Work on fix (#1)'],
    ['rebase', 1, 2, 'More'],
  ] as const)('by %s leaves %i parents and %i new commits', async (method, parents, added, message) => {
    const number = await open('fix');
    await github.sim.push('acme/api', 'fix', { by: 'bea', commits: [{ message: 'More' }] });
    const before = github.sim.sha('acme/api', 'main');
    const { sha } = await github.sim.merge('acme/api', number, { by: 'bea', method });
    const { body } = await github.ask(`GET ${R}/pulls/${number}`);
    expect([body.merged, body.state, body.merge_commit_sha, body.merged_by.login]).toEqual([true, 'closed', sha, 'bea']);
    const commit = await github.ask(`GET ${R}/commits/main`);
    expect([commit.body.sha, commit.body.parents.length, commit.body.commit.message]).toEqual([sha, parents, message]);
    expect(commit.body.committer.login).toBe('web-flow');
    expect((await github.ask(`GET ${R}/compare/${before}...main`)).body.ahead_by).toBe(added);
    expect(numbers(await github.ask(`GET ${R}/commits/${sha}/pulls`))).toEqual([number]);
  });
});

it('ties a commit to open pull requests until it is on the default branch, then to the merged one', async () => {
  const first = await open('fix');
  const sha = github.sim.sha('acme/api', 'fix');
  github.sim.branch('acme/api', 'again', 'fix');
  const second = await github.sim.openPullRequest('acme/api', { head: 'again', by: 'ann' });
  expect(numbers(await github.ask(`GET ${R}/commits/${sha}/pulls`))).toEqual([first, second.number]);
  await github.sim.merge('acme/api', first, { by: 'bea' });
  expect(numbers(await github.ask(`GET ${R}/commits/${sha}/pulls`))).toEqual([first]);
  expect(numbers(await github.ask(`GET ${R}/commits/main/pulls`))).toEqual([first]);
});

describe('the log of pushes', () => {
  it('tells who moved a branch, from where to where, newest first', async () => {
    const base = github.sim.sha('acme/api', 'main');
    const one = await github.sim.push('acme/api', 'fix', { by: 'ann', commits: [{ message: 'One' }] });
    const two = await github.sim.push('acme/api', 'fix', { by: 'bea', commits: [{ message: 'Two' }] });
    const three = await github.sim.push('acme/api', 'fix', { by: 'ann', onto: base, commits: [{ message: 'Three' }] });
    await github.sim.deleteBranch('acme/api', 'fix', 'ann');
    const { body } = await github.ask(`GET ${R}/activity?ref=refs/heads/fix`);
    const none = '0'.repeat(40);
    expect(body.map((entry: Record<string, unknown>) => [entry['activity_type'], entry['before'], entry['after']])).toEqual([
      ['branch_deletion', three.sha, none],
      ['force_push', two.sha, three.sha],
      ['push', one.sha, two.sha],
      ['branch_creation', none, one.sha],
    ]);
    expect(body[2].actor.id).toBe(12);
  });

  it('is paged by cursor and filtered by branch, type and person', async () => {
    for (const message of ['1', '2', '3']) await github.sim.push('acme/api', 'fix', { by: 'ann', commits: [{ message }] });
    await github.sim.push('acme/api', 'other', { by: 'bea', commits: [{ message: 'x' }] });
    const first = await github.ask(`GET ${R}/activity?ref=fix&per_page=2`);
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    const second = await github.ask(`GET ${next}`);
    expect([first.body.length, second.body.length, second.headers.get('link')]).toEqual([2, 1, null]);
    expect((await github.ask(`GET ${R}/activity?actor=bea`)).body).toHaveLength(1);
    expect((await github.ask(`GET ${R}/activity?activity_type=branch_creation`)).body).toHaveLength(2);
  });
});

describe('the review decision', () => {
  const QUERY = `query Review($owner: String!, $repo: String!, $number: Int!) {
    repository(owner: $owner, name: $repo) { pullRequest(number: $number) { decision: reviewDecision headRefOid } }
  }`;
  const graphql = (query: string, variables: object) => github.ask('POST /graphql', { query, variables });
  const decision = async (number: number): Promise<unknown> =>
    (await graphql(QUERY, { owner: 'acme', repo: 'api', number })).body.data.repository.pullRequest.decision;

  it('is null where no review is required, whatever reviews there are', async () => {
    const number = await open('fix');
    github.sim.review('acme/api', number, { by: 'bea', state: 'APPROVED' });
    expect(await decision(number)).toBeNull();
  });

  it('goes by the last opinion of each person who may write', async () => {
    github.sim.setRequiredReviews('acme/api', 1);
    const number = await open('fix');
    const after = async (by: string, state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED') => {
      github.sim.review('acme/api', number, { by, state });
      return decision(number);
    };
    expect(await after('carl', 'APPROVED')).toBe('REVIEW_REQUIRED');
    expect(await after('ann', 'APPROVED')).toBe('REVIEW_REQUIRED');
    expect(await after('bea', 'CHANGES_REQUESTED')).toBe('CHANGES_REQUESTED');
    expect(await after('bea', 'COMMENTED')).toBe('CHANGES_REQUESTED');
    expect(await after('bea', 'APPROVED')).toBe('APPROVED');
    const { body } = await github.ask(`GET ${R}/pulls/${number}/reviews?per_page=2&page=2`);
    expect(body.map((review: { state: string }) => review.state)).toEqual(['CHANGES_REQUESTED', 'COMMENTED']);
  });

  it('comes with GitHub’s errors for what is not there or not known', async () => {
    const number = await open('fix');
    const missing = await graphql(QUERY, { owner: 'acme', repo: 'api', number: 99 });
    expect(missing.body.data.repository.pullRequest).toBeNull();
    expect(missing.body.errors[0]).toMatchObject({ type: 'NOT_FOUND', path: ['repository', 'pullRequest'] });
    expect((await graphql(QUERY, { owner: 'acme', repo: 'nope', number })).body).toMatchObject({ data: { repository: null } });
    const unknown = await graphql(`{ repository(owner: "acme", name: "api") { pullRequest(number: ${number}) { colour } } }`, {});
    expect(unknown.body.errors[0].message).toBe("Field 'colour' doesn't exist on type 'PullRequest'");
    expect(unknown.body.data).toBeUndefined();
    expect((await graphql('query { repository(', {})).body.errors).toHaveLength(1);
    expect((await github.ask('POST /graphql', {})).status).toBe(400);
  });

  it('is forbidden without the permission to read pull requests', async () => {
    const number = await open('fix');
    github.sim.setInstallation('acme', { permissions: { metadata: 'read' } });
    const { body } = await github.app(`POST /app/installations/${github.sim.installation('acme').id}/access_tokens`);
    const answer = await github.askAs(`token ${body.token}`, 'POST /graphql', { query: QUERY, variables: { owner: 'acme', repo: 'api', number } });
    expect(answer.body.errors[0]).toMatchObject({ type: 'FORBIDDEN', message: 'Resource not accessible by integration' });
  });
});
