import { describe, expect, it } from 'vitest';
import nock from 'nock';
import type { CommitFacts } from '../../src/policy/facts.ts';
import type { CommitSha } from '../../workflows/vocabulary.ts';
import { answerOnlyAnnouncedRequests, API, REPO, sha, signedInClient, troubleOf } from './github-app.ts';

answerOnlyAnnouncedRequests();

const R = '/repos/acme/api';
const HERE = { id: 7, full_name: 'acme/api' };

function pullJson(overrides: object = {}): { readonly number: number } & Record<string, unknown> {
  return {
    number: 42,
    title: 'Fix retry loop',
    html_url: 'https://github.com/acme/api/pull/42',
    state: 'open',
    draft: false,
    merged_at: null,
    merge_commit_sha: sha('f'),
    head: { ref: 'fix', sha: sha('b'), repo: HERE },
    base: { ref: 'main', repo: HERE },
    user: { id: 1, login: 'ann' },
    labels: [{ name: 'bug' }],
    ...overrides,
  };
}

function decision(
  api: nock.Scope,
  reviewDecision: string | null,
  of: { readonly number?: number; readonly head?: CommitSha; readonly base?: string } = {},
): void {
  api
    .post('/graphql', { query: /reviewDecision/, variables: { owner: 'acme', repo: 'api', number: of.number ?? 42 } })
    .reply(200, { data: { repository: { pullRequest: { reviewDecision, headRefOid: of.head ?? sha('b'), baseRefName: of.base ?? 'main' } } } });
}

function behind(api: nock.Scope, by: number): void {
  const body = { status: 'diverged', ahead_by: 1, behind_by: by, html_url: 'https://github.com/acme/api/compare/x', commits: [] };
  api.get(`${R}/compare/main...${sha('b')}?per_page=1`).reply(200, body);
}

describe('a pull request', () => {
  it('is read with its review and how far it is behind', async () => {
    const { github, api } = signedInClient();
    api.get(`${R}/pulls/42`).reply(200, pullJson());
    decision(api, 'APPROVED');
    behind(api, 3);
    expect(await github.readPullRequest(REPO, 42)).toEqual({
      number: 42,
      title: 'Fix retry loop',
      url: 'https://github.com/acme/api/pull/42',
      state: 'open',
      draft: false,
      headRepository: { id: 7, slug: 'acme/api' },
      isFork: false,
      headRef: 'fix',
      headSha: sha('b'),
      baseRef: 'main',
      mergeSha: null,
      review: 'approved',
      behindBy: 3,
      labels: ['bug'],
      author: { id: 1, login: 'ann' },
    });
  });

  it.each([
    ['CHANGES_REQUESTED', 'changes-requested'],
    ['REVIEW_REQUIRED', 'review-required'],
    [null, 'not-required'],
  ])('with the decision %s is %s', async (found, review) => {
    const { github, api } = signedInClient();
    api.get(`${R}/pulls/42`).reply(200, pullJson({ draft: true }));
    decision(api, found);
    behind(api, 0);
    expect(await github.readPullRequest(REPO, 42)).toMatchObject({ review, draft: true });
  });

  it.each([
    ['of a fork', { id: 8, full_name: 'mallory/api' }, { id: 8, slug: 'mallory/api' }],
    ['of a fork that was deleted', null, null],
  ])('%s is one', async (_name, repo, headRepository) => {
    const { github, api } = signedInClient();
    api.get(`${R}/pulls/42`).reply(200, pullJson({ head: { ref: 'fix', sha: sha('b'), repo } }));
    decision(api, null);
    behind(api, 0);
    expect(await github.readPullRequest(REPO, 42)).toMatchObject({ isFork: true, headRepository });
  });

  it('has a merge commit once it is merged, not before', async () => {
    const { github, api } = signedInClient();
    api.get(`${R}/pulls/42`).reply(200, pullJson({ state: 'closed', merged_at: '2026-11-23T10:00:00Z' }));
    decision(api, 'APPROVED');
    expect(await github.readPullRequest(REPO, 42)).toMatchObject({ state: 'merged', mergeSha: sha('f') });
    api.get(`${R}/pulls/42`).reply(200, pullJson({ state: 'closed' }));
    decision(api, 'APPROVED');
    expect(await github.readPullRequest(REPO, 42)).toMatchObject({ state: 'closed', mergeSha: null });
  });

  it.each([
    ['pushed', { head: sha('c') }],
    ['gave it another base', { base: 'release' }],
  ])('is read again when somebody %s between the two halves of the answer', async (_what, of) => {
    const { github, api } = signedInClient();
    api.get(`${R}/pulls/42`).reply(200, pullJson());
    decision(api, 'APPROVED', of);
    behind(api, 0);
    expect(await troubleOf(github.readPullRequest(REPO, 42))).toMatchObject({ kind: 'unavailable' });
  });

  it('of another repository that took over the address is none of ours', async () => {
    const { github, api } = signedInClient();
    api.get(`${R}/pulls/42`).reply(200, pullJson({ base: { ref: 'main', repo: { id: 8 } } }));
    expect(await troubleOf(github.readPullRequest(REPO, 42))).toMatchObject({ kind: 'invalid' });
  });

  it.each([
    [[{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }], 'rate-limited'],
    [[{ type: 'NOT_FOUND', message: 'Could not resolve to a PullRequest' }], 'not-found'],
    [[{ type: 'FORBIDDEN', message: 'Resource not accessible by integration' }], 'unauthorised'],
    [[{ message: 'Something went wrong' }], 'unavailable'],
  ])('whose review cannot be read is unknown', async (errors, kind) => {
    const { github, api } = signedInClient();
    api.get(`${R}/pulls/42`).reply(200, pullJson());
    api.post('/graphql').reply(200, { data: null, errors });
    behind(api, 0);
    expect(await troubleOf(github.readPullRequest(REPO, 42))).toMatchObject({ kind });
  });

  it('is found by its branch, those of forks left out', async () => {
    const { github, api } = signedInClient();
    const fork = pullJson({ number: 43, head: { ref: 'fix', sha: sha('c'), repo: { id: 8, full_name: 'mallory/api' } } });
    const other = pullJson({ number: 44, head: { ref: 'other', sha: sha('c'), repo: HERE } });
    api.get(`${R}/pulls?state=open&head=acme%3Afix&per_page=100`).reply(200, [pullJson(), fork, other]);
    api.get(`${R}/pulls/42`).reply(200, pullJson());
    decision(api, 'APPROVED');
    behind(api, 0);
    expect((await github.findOpenPullRequests(REPO, 'fix')).map((pull) => pull.number)).toEqual([42]);
  });
});

describe('the last push', () => {
  const activity = {
    ref: 'refs/heads/fix',
    before: sha('a'),
    after: sha('b'),
    timestamp: '2026-11-23T13:57:00Z',
    activity_type: 'force_push',
    actor: { id: 3, login: 'carl' },
  };
  it.each([
    [
      'is told by GitHub, with its own time',
      [activity],
      { sha: sha('b'), before: sha('a'), at: Date.parse('2026-11-23T13:57:00Z'), by: { id: 3, login: 'carl' } },
    ],
    [
      'may be of an account that is gone',
      [{ ...activity, actor: null }],
      { sha: sha('b'), before: sha('a'), at: Date.parse('2026-11-23T13:57:00Z'), by: null },
    ],
    ['is none where nothing was ever pushed', [], null],
  ])('%s', async (_name, body, expected) => {
    const { github, api } = signedInClient();
    api.get(`${R}/activity?ref=refs%2Fheads%2Ffix&per_page=1`).reply(200, body);
    expect(await github.readLastPush(REPO, 'fix')).toEqual(expected);
  });

  it.each([
    ['the branch was deleted, and the push that made it anew is not told yet', { after: '0'.repeat(40), activity_type: 'branch_deletion' }],
    ['GitHub tells of another branch', { ref: 'refs/heads/other' }],
    ['what was pushed is no commit', { after: 'main' }],
  ])('is not known when %s', async (_name, change) => {
    const { github, api } = signedInClient();
    api.get(`${R}/activity?ref=refs%2Fheads%2Ffix&per_page=1`).reply(200, [{ ...activity, ...change }]);
    expect(await troubleOf(github.readLastPush(REPO, 'fix'))).toMatchObject({ kind: 'unavailable' });
  });
});

describe('reviews of what was merged', () => {
  const commit = (id: CommitSha): CommitFacts => ({ sha: id, title: 'x', authors: [], authorName: 'Ann', hasUnknownAuthor: false });
  const merged = (overrides: object = {}): object => pullJson({ state: 'closed', merged_at: '2026-11-23T10:00:00Z', ...overrides });

  function open(): ReturnType<typeof signedInClient> {
    const signedIn = signedInClient();
    nock(API).get(`${R}/installation`).reply(200, { id: 99 });
    signedIn.api.get(R).reply(200, { id: 7, full_name: 'acme/api', default_branch: 'main', html_url: 'https://github.com/acme/api' });
    return signedIn;
  }
  const brought = (api: nock.Scope, id: CommitSha, pulls: readonly object[]): nock.Scope => api.get(`${R}/commits/${id}/pulls`).reply(200, pulls);
  function role(api: nock.Scope, id: number, name: string): void {
    api.get(`/user/${id}`).reply(200, { id, login: `user-${id}`, type: 'User' });
    const permission = name === 'read' ? 'read' : 'write';
    api.get(`${R}/collaborators/user-${id}/permission`).reply(200, { permission, role_name: name, user: { id } });
  }

  it('name the commits that came without one', async () => {
    const { github, api } = open();
    brought(api, sha('1'), [merged()]);
    brought(api, sha('2'), [merged()]);
    brought(api, sha('3'), []);
    brought(api, sha('4'), [merged({ number: 43 })]);
    decision(api, 'APPROVED');
    decision(api, 'REVIEW_REQUIRED', { number: 43 });
    expect(
      await github.readReviews(
        REPO,
        ['1', '2', '3', '4'].map((digit) => commit(sha(digit))),
      ),
    ).toEqual({
      pullRequests: [42],
      unreviewed: [sha('3'), sha('4')],
    });
  });

  it.each([
    ['open', pullJson()],
    ['closed unmerged', pullJson({ state: 'closed' })],
    ['merged into another branch', merged({ base: { ref: 'develop', repo: HERE } })],
    ['merged into a fork', merged({ base: { ref: 'main', repo: { id: 8 } } })],
  ])('do not count a pull request that is %s', async (_name, pull) => {
    const { github, api } = open();
    brought(api, sha('1'), [pull]);
    expect(await github.readReviews(REPO, [commit(sha('1'))])).toEqual({ pullRequests: [], unreviewed: [sha('1')] });
  });

  const by = (id: number, state: string): object => ({ state, user: { id, login: `user-${id}` } });
  it.each([
    ['an approval by somebody who may write', [by(2, 'APPROVED')], { 2: 'write' }, true],
    ['an approval followed by a comment', [by(2, 'APPROVED'), by(2, 'COMMENTED')], { 2: 'maintain' }, true],
    ['an objection that became an approval', [by(2, 'CHANGES_REQUESTED'), by(2, 'APPROVED')], { 2: 'admin' }, true],
    ['an approval by somebody who may only read', [by(2, 'APPROVED')], { 2: 'read' }, false],
    ['an approval beside an objection', [by(2, 'APPROVED'), by(3, 'CHANGES_REQUESTED')], { 2: 'write', 3: 'write' }, false],
    ["an approval beside a stranger's objection", [by(2, 'APPROVED'), by(3, 'CHANGES_REQUESTED')], { 2: 'write', 3: 'read' }, true],
    ['an approval that was dismissed', [by(2, 'APPROVED'), by(2, 'DISMISSED')], {}, false],
    ["the author's own approval", [by(1, 'APPROVED')], {}, false],
    ['an approval of an account that is gone', [{ state: 'APPROVED', user: null }], {}, false],
    ['no review', [], {}, false],
  ])('judge %s where GitHub asks for no review', async (_name, reviews, roles, isReviewed) => {
    const { github, api } = open();
    brought(api, sha('1'), [merged()]);
    decision(api, null);
    api.get(`${R}/pulls/42/reviews?per_page=100&page=1`).reply(200, reviews);
    for (const [id, name] of Object.entries(roles)) role(api, Number(id), name);
    expect(await github.readReviews(REPO, [commit(sha('1'))])).toEqual(
      isReviewed ? { pullRequests: [42], unreviewed: [] } : { pullRequests: [], unreviewed: [sha('1')] },
    );
  });

  it('are not read for more than a hundred commits', async () => {
    const { github } = open();
    const commits = Array.from({ length: 101 }, () => commit(sha('1')));
    expect(await troubleOf(github.readReviews(REPO, commits))).toMatchObject({ kind: 'invalid' });
  });
});
