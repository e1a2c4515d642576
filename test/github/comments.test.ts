import { describe, expect, it } from 'vitest';
import { answerOnlyAnnouncedRequests, APP_ID, REPO, signedInClient, troubleOf } from './github-app.ts';

answerOnlyAnnouncedRequests();

const COMMENTS = '/repos/acme/api/issues/42/comments';
const COMMENT = '/repos/acme/api/issues/comments/5';
const MARKER = '<!-- countersign:deploy:github:7:1001 -->';

function commentJson(id: number, overrides: object = {}): object {
  return {
    id,
    body: `${MARKER}\n### Waiting`,
    created_at: '2026-11-23T13:58:00Z',
    updated_at: '2026-11-23T13:58:00Z',
    user: { id: 500, login: 'countersign[bot]', type: 'Bot' },
    performed_via_github_app: { id: APP_ID },
    ...overrides,
  };
}

describe('reading a comment', () => {
  it.each([
    ['as it was posted', 200, commentJson(5, { body: '/approve' }), { body: '/approve', edited: false }],
    ['after an edit', 200, commentJson(5, { body: 'x', updated_at: '2026-11-23T13:59:00Z' }), { body: 'x', edited: true }],
    ['without text', 200, commentJson(5, { body: null }), { body: '', edited: false }],
    ['that was deleted', 404, { message: 'Not Found' }, null],
  ])('tells it %s', async (_name, status, body, expected) => {
    const { github, api } = signedInClient();
    api.get(COMMENT).reply(status, body);
    expect(await github.readComment(REPO, 5)).toEqual(expected);
  });
});

describe('reacting', () => {
  it.each([200, 201])('is done when GitHub answers %i', async (status) => {
    const { github, api } = signedInClient();
    api.post(`${COMMENT}/reactions`, { content: '+1' }).reply(status, { id: 1, content: '+1' });
    await expect(github.react(REPO, 5, '+1')).resolves.toBeUndefined();
  });

  it('to a deleted comment is told', async () => {
    const { github, api } = signedInClient();
    api.post(`${COMMENT}/reactions`).reply(404, { message: 'Not Found' });
    expect(await troubleOf(github.react(REPO, 5, 'eyes'))).toMatchObject({ kind: 'not-found' });
  });
});

describe('finding our comment', () => {
  it('finds it on a later page', async () => {
    const { github, api } = signedInClient();
    const page = Array.from({ length: 100 }, (_, i) => commentJson(i + 1, { body: 'me too' }));
    api.get(`${COMMENTS}?per_page=100&page=1`).reply(200, page);
    api.get(`${COMMENTS}?per_page=100&page=2`).reply(200, [commentJson(777)]);
    expect(await github.findComment(REPO, 42, MARKER)).toBe(777);
  });

  it.each([
    ['a person who forges the marker', { user: { id: 1, login: 'mallory', type: 'User' }, performed_via_github_app: null }],
    ['another app', { performed_via_github_app: { id: 12 } }],
    ['a person through our app', { user: { id: 1, login: 'mallory', type: 'User' } }],
    ['us about another request', { body: '<!-- countersign:deploy:github:7:1002 -->' }],
    ['us, emptied', { body: null }],
  ])('is not taken in by a comment of %s', async (_name, overrides) => {
    const { github, api } = signedInClient();
    api.get(`${COMMENTS}?per_page=100&page=1`).reply(200, [commentJson(5, overrides)]);
    expect(await github.findComment(REPO, 42, MARKER)).toBeNull();
  });

  it('does not claim that there is none when it has not seen all', async () => {
    const { github, api } = signedInClient();
    for (let page = 1; page <= 30; page += 1) {
      api
        .get(`${COMMENTS}?per_page=100&page=${page}`)
        .reply(200, [commentJson(page, { body: 'x' })], { link: '<https://api.github.com/x>; rel="next"' });
    }
    expect(await troubleOf(github.findComment(REPO, 42, MARKER))).toMatchObject({ kind: 'invalid' });
  });
});

describe('writing', () => {
  it('creates a comment and tells its id', async () => {
    const { github, api } = signedInClient();
    api.post(COMMENTS, { body: 'Hello' }).reply(201, commentJson(6, { body: 'Hello' }));
    expect(await github.createComment(REPO, 42, 'Hello')).toBe(6);
  });

  it('does not take a list for a created comment, which is what a redirected POST would bring', async () => {
    const { github, api } = signedInClient();
    api.post(COMMENTS).reply(200, [commentJson(6)]);
    expect(await troubleOf(github.createComment(REPO, 42, 'Hello'))).toMatchObject({ kind: 'unclear' });
  });

  it('edits a comment, and tells when it is gone', async () => {
    const { github, api } = signedInClient();
    api.patch(COMMENT, { body: 'Bye' }).reply(200, commentJson(5, { body: 'Bye' }));
    await github.updateComment(REPO, 5, 'Bye');
    api.patch(COMMENT).reply(404, { message: 'Not Found' });
    expect(await troubleOf(github.updateComment(REPO, 5, 'Bye'))).toMatchObject({ kind: 'not-found' });
  });
});
