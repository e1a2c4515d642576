import type nock from 'nock';
import { describe, expect, it } from 'vitest';
import { isRefName } from '../../src/github/refs.ts';
import type { PullRequestFacts, RefFacts } from '../../src/policy/facts.ts';
import type { CommitSha } from '../../workflows/vocabulary.ts';
import { client, commitJson, REPO, sha, signedInClient, troubleOf, answerOnlyAnnouncedRequests } from './github-app.ts';

answerOnlyAnnouncedRequests();

const R = '/repos/acme/api';
const HEAD = { kind: 'head' } as const;
const named = (name: string): { readonly kind: 'named'; readonly name: string } => ({ kind: 'named', name });

function found(
  id: CommitSha,
  of: { readonly type: 'pull-request' | 'branch' | 'tag' | 'commit'; readonly name: string; readonly branch: string },
): RefFacts {
  return {
    kind: 'found',
    ...of,
    sha: id,
    title: 'Fix retry loop',
    commitUrl: `https://github.com/acme/api/commit/${id}`,
    hasUnknownAuthor: false,
    authors: [{ id: 1, login: 'ann' }],
  };
}

/** Answers for `refs/heads/<name>` and `refs/tags/<name>`: null is a 404. */
function refs(api: nock.Scope, name: string, at: { readonly branch: CommitSha | null; readonly tag: CommitSha | null }): void {
  const encoded = encodeURIComponent(name);
  const answer = (namespace: string, id: CommitSha | null): [number, object] =>
    id === null ? [404, { message: 'Not Found' }] : [200, { ref: `refs/${namespace}/${name}`, object: { type: 'commit', sha: id } }];
  api.get(`${R}/git/ref/heads%2F${encoded}`).reply(...answer('heads', at.branch));
  api.get(`${R}/git/ref/tags%2F${encoded}`).reply(...answer('tags', at.tag));
}

function commit(api: nock.Scope, asked: string, id: CommitSha): void {
  api.get(`${R}/commits/${asked}?per_page=1`).reply(200, commitJson(id, { message: 'Fix retry loop\n\nIt looped.' }));
}

function pull(facts: Partial<PullRequestFacts>): PullRequestFacts {
  return {
    number: 42,
    title: 'Fix',
    url: 'https://github.com/acme/api/pull/42',
    state: 'open',
    draft: false,
    headRepository: { id: 7, slug: 'acme/api' },
    isFork: false,
    headRef: 'fix/retry',
    headSha: sha('b'),
    baseRef: 'main',
    mergeSha: null,
    review: 'approved',
    behindBy: 0,
    labels: [],
    author: null,
    ...facts,
  };
}

describe('no ref', () => {
  it('means the head of the default branch where there is no pull request', async () => {
    const { github, api } = signedInClient();
    api.get(`${R}/git/ref/heads%2Fmain`).reply(200, { ref: 'refs/heads/main', object: { type: 'commit', sha: sha('a') } });
    commit(api, sha('a'), sha('a'));
    expect(await github.resolveRef(REPO, HEAD, null)).toEqual(found(sha('a'), { type: 'branch', name: 'main', branch: 'main' }));
  });

  it.each([
    ['an open one: its head', pull({}), sha('b'), 'fix/retry'],
    ['a merged one: its merge commit, on the base', pull({ state: 'merged', mergeSha: sha('c') }), sha('c'), 'main'],
    ['one closed unmerged: its head, which policy refuses', pull({ state: 'closed' }), sha('b'), 'fix/retry'],
  ])('means, on %s', async (_name, facts, id, branch) => {
    const { github, api } = signedInClient();
    commit(api, id, id);
    expect(await github.resolveRef(REPO, HEAD, facts)).toEqual(found(id, { type: 'pull-request', name: branch, branch }));
  });

  it('is unknown while GitHub does not tell the merge commit', async () => {
    expect(await troubleOf(client().resolveRef(REPO, HEAD, pull({ state: 'merged' })))).toMatchObject({ kind: 'unavailable' });
  });
});

describe('a name', () => {
  it('finds a branch, whatever it is written with', async () => {
    const { github, api } = signedInClient();
    refs(api, 'release/2026 #1'.replace(' ', '+'), { branch: sha('a'), tag: null });
    commit(api, sha('a'), sha('a'));
    expect(await github.resolveRef(REPO, named('release/2026+#1'), null)).toEqual(
      found(sha('a'), { type: 'branch', name: 'release/2026+#1', branch: 'release/2026+#1' }),
    );
  });

  it('finds a tag; a build of it belongs to the default branch', async () => {
    const { github, api } = signedInClient();
    refs(api, 'v1.2', { branch: null, tag: sha('a') });
    commit(api, sha('a'), sha('a'));
    expect(await github.resolveRef(REPO, named('v1.2'), null)).toEqual(found(sha('a'), { type: 'tag', name: 'v1.2', branch: 'main' }));
  });

  it('follows annotated tags to the commit', async () => {
    const { github, api } = signedInClient();
    api.get(`${R}/git/ref/tags%2Fv2`).reply(200, { ref: 'refs/tags/v2', object: { type: 'tag', sha: sha('d') } });
    api.get(`${R}/git/tags/${sha('d')}`).reply(200, { object: { type: 'tag', sha: sha('e') } });
    api.get(`${R}/git/tags/${sha('e')}`).reply(200, { object: { type: 'commit', sha: sha('a') } });
    commit(api, sha('a'), sha('a'));
    expect(await github.resolveRef(REPO, named('refs/tags/v2'), null)).toEqual(found(sha('a'), { type: 'tag', name: 'v2', branch: 'main' }));
  });

  it('finds nothing in a tag of something that is no commit', async () => {
    const { github, api } = signedInClient();
    api.get(`${R}/git/ref/tags%2Fv2`).reply(200, { ref: 'refs/tags/v2', object: { type: 'blob', sha: sha('d') } });
    expect(await github.resolveRef(REPO, named('refs/tags/v2'), null)).toEqual({ kind: 'not-found', name: 'refs/tags/v2' });
  });

  it('is ambiguous when a branch and a tag have it, until it is written out', async () => {
    const { github, api } = signedInClient();
    refs(api, 'next', { branch: sha('a'), tag: sha('b') });
    expect(await github.resolveRef(REPO, named('next'), null)).toEqual({
      kind: 'ambiguous',
      name: 'next',
      matches: ['refs/heads/next', 'refs/tags/next'],
    });
    api.get(`${R}/git/ref/heads%2Fnext`).reply(200, { ref: 'refs/heads/next', object: { type: 'commit', sha: sha('a') } });
    commit(api, sha('a'), sha('a'));
    expect(await github.resolveRef(REPO, named('refs/heads/next'), null)).toMatchObject({
      type: 'branch',
      name: 'next',
      branch: 'next',
      sha: sha('a'),
    });
  });

  it('finds nothing if there is no such branch or tag', async () => {
    const { github, api } = signedInClient();
    refs(api, 'gone', { branch: null, tag: null });
    expect(await github.resolveRef(REPO, named('gone'), null)).toEqual({ kind: 'not-found', name: 'gone' });
  });

  it('is not answered by a ref of another name', async () => {
    const { github, api } = signedInClient();
    api.get(`${R}/git/ref/heads%2Ffeat`).reply(200, { ref: 'refs/heads/feature', object: { type: 'commit', sha: sha('a') } });
    expect(await github.resolveRef(REPO, named('refs/heads/feat'), null)).toEqual({ kind: 'not-found', name: 'refs/heads/feat' });
  });

  it.each(['..', '../../../user', 'a b', 'x?y', 'refs/heads/', '@', '-f', 'a.lock'])(
    'that Git forbids, such as %j, is not sent anywhere',
    async (name) => {
      expect(await client().resolveRef(REPO, named(name), null)).toEqual({ kind: 'not-found', name });
    },
  );

  it('is unknown, not missing, when GitHub does not answer', async () => {
    const { github, api } = signedInClient();
    api.get(`${R}/git/ref/heads%2Fnext`).reply(503);
    expect(await troubleOf(github.resolveRef(REPO, named('refs/heads/next'), null))).toMatchObject({ kind: 'unavailable' });
  });
});

describe('a SHA', () => {
  const id = 'abcdef0123456789abcdef0123456789abcdef01' as CommitSha;

  it('in full finds its commit, in capitals too, and asks for no branch of that name', async () => {
    const { github, api } = signedInClient();
    commit(api, id, id);
    const name = id.toUpperCase();
    expect(await github.resolveRef(REPO, named(name), null)).toEqual(found(id, { type: 'commit', name, branch: 'main' }));
  });

  it('abbreviated finds its commit if no branch or tag has that name', async () => {
    const { github, api } = signedInClient();
    refs(api, 'abcdef0', { branch: null, tag: null });
    commit(api, 'abcdef0', id);
    expect(await github.resolveRef(REPO, named('abcdef0'), null)).toEqual(found(id, { type: 'commit', name: 'abcdef0', branch: 'main' }));
  });

  it('abbreviated to fewer than seven digits is only a name', async () => {
    const { github, api } = signedInClient();
    refs(api, 'abcdef', { branch: null, tag: null });
    expect(await github.resolveRef(REPO, named('abcdef'), null)).toEqual({ kind: 'not-found', name: 'abcdef' });
  });

  it('is not answered by a commit that begins otherwise', async () => {
    const { github, api } = signedInClient();
    refs(api, 'abcdef0', { branch: null, tag: null });
    commit(api, 'abcdef0', sha('a'));
    expect(await github.resolveRef(REPO, named('abcdef0'), null)).toEqual({ kind: 'not-found', name: 'abcdef0' });
  });

  it.each([
    ['No commit found for SHA: abcdef0', { kind: 'not-found', name: 'abcdef0' }],
    ['The given SHA abcdef0 is ambiguous', { kind: 'ambiguous', name: 'abcdef0', matches: [] }],
  ])('that GitHub answers with "%s" is refused', async (message, expected) => {
    const { github, api } = signedInClient();
    refs(api, 'abcdef0', { branch: null, tag: null });
    api.get(`${R}/commits/abcdef0?per_page=1`).reply(422, { message });
    expect(await github.resolveRef(REPO, named('abcdef0'), null)).toEqual(expected);
  });
});

describe('names of refs', () => {
  it.each(['main', 'release/1.2', 'fix_(x)', 'über', 'a@b', 'deploy-2026.11', 'refs'])('%j is one', (name) => expect(isRefName(name)).toBe(true));
  it.each([
    '',
    '.',
    '.a',
    'a/.b',
    'a..b',
    'a//b',
    '/a',
    'a/',
    'a.',
    'a@{1}',
    'a~1',
    'a^',
    'a:b',
    'a\\b',
    'a[b',
    'a*',
    'a\tb',
    'a\u007f',
    'x'.repeat(256),
  ])('%j is none', (name) => expect(isRefName(name)).toBe(false));
});
