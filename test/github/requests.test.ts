import nock from 'nock';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { API, client, NOW, PRIVATE_KEY, REPO, signedInClient, troubleOf, answerOnlyAnnouncedRequests } from './github-app.ts';

answerOnlyAnnouncedRequests();
afterEach(() => vi.unstubAllGlobals());

const COMMENT = '/repos/acme/api/issues/comments/5';
const LATER = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1000 + 90) };

describe('a refused request', () => {
  it.each([
    [403, { message: 'Resource not accessible by integration' }, {}, 'unauthorised', null],
    [404, { message: 'Not Found' }, {}, 'not-found', null],
    [410, { message: 'Gone' }, {}, 'not-found', null],
    [409, { message: 'Git Repository is empty.' }, {}, 'invalid', null],
    [422, { message: 'Validation Failed' }, {}, 'invalid', null],
    [403, { message: 'API rate limit exceeded' }, LATER, 'rate-limited', 90_000],
    [429, { message: 'slow down' }, { 'retry-after': '17' }, 'rate-limited', 17_000],
    [403, { message: 'abuse' }, { 'retry-after': '17' }, 'rate-limited', 17_000],
    [403, { message: 'You have exceeded a secondary rate limit.' }, {}, 'rate-limited', 60_000],
    [429, 'slow down', {}, 'rate-limited', 60_000],
    [403, { message: 'abuse' }, { 'retry-after': '86400' }, 'rate-limited', 3_600_000],
    [403, { message: 'no' }, { 'x-ratelimit-remaining': '4999', 'x-ratelimit-reset': '99' }, 'unauthorised', null],
  ])('with %i is told as what it is, read or write', async (status, body, headers, kind, retryAfterMs) => {
    const expected = { name: 'Trouble', source: 'github', status, kind, retryAfterMs };
    const { github, api } = signedInClient();
    api.patch(COMMENT).reply(status, body, headers);
    expect(await troubleOf(github.updateComment(REPO, 5, 'text'))).toMatchObject(expected);
    api.get('/repos/acme/api/pulls/42').reply(status, body, headers);
    expect(await troubleOf(github.readPullRequest(REPO, 42))).toMatchObject(expected);
  });

  it('says what was being done and what GitHub said', async () => {
    const { github, api } = signedInClient();
    api.patch(COMMENT).reply(422, { message: 'Validation Failed' });
    expect((await troubleOf(github.updateComment(REPO, 5, 'text'))).message).toBe('editing comment 5: github answered 422: Validation Failed');
  });
});

describe('an answer that says nothing', () => {
  it.each([
    ['a 502', (on: nock.Interceptor) => on.reply(502, '<html>Bad gateway</html>'), 502],
    ['a 500', (on: nock.Interceptor) => on.reply(500, { message: 'Server Error' }), 500],
    ['a cut connection', (on: nock.Interceptor) => on.replyWithError(Object.assign(new Error('cut'), { code: 'ECONNRESET' })), null],
    ['a page of a proxy', (on: nock.Interceptor) => on.reply(200, '<html>Welcome</html>', { 'content-type': 'text/html' }), null],
    ['half an answer', (on: nock.Interceptor) => on.reply(200, '{"id": 5, "bo', { 'content-type': 'application/json' }), null],
    ['another shape', (on: nock.Interceptor) => on.reply(200, []), null],
  ])('such as %s leaves a write unclear and a read unavailable, after one request', async (_name, answer, status) => {
    const { github, api } = signedInClient();
    answer(api.patch(COMMENT));
    expect(await troubleOf(github.updateComment(REPO, 5, 'text'))).toMatchObject({ kind: 'unclear', status });
    answer(api.get('/repos/acme/api/pulls/42'));
    expect(await troubleOf(github.readPullRequest(REPO, 42))).toMatchObject({ kind: 'unavailable', status });
  });

  it('is not sent when no connection was made', async () => {
    const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    const { github, api } = signedInClient();
    api.patch(COMMENT).replyWithError(refused);
    expect(await troubleOf(github.updateComment(REPO, 5, 'text'))).toMatchObject({ kind: 'not-sent' });
    api.get(COMMENT).replyWithError(refused);
    expect(await troubleOf(github.readComment(REPO, 5))).toMatchObject({ kind: 'unavailable' });
  });

  it('is never rounded: an id beyond what a number holds is unreadable', async () => {
    const { github, api } = signedInClient();
    api.get('/user/1').reply(200, '{"id": 9007199254740993, "login": "ann", "type": "User"}', { 'content-type': 'application/json' });
    expect(await troubleOf(github.readAccess(REPO, 1))).toMatchObject({ kind: 'unavailable' });
  });
});

describe('signing in', () => {
  const TOKEN = '/app/installations/99/access_tokens';
  it.each([
    [503, 'unavailable'],
    [401, 'unauthorised'],
    [404, 'unauthorised'],
    [403, 'unauthorised'],
  ])('with %i sends no write, and mistakes nothing for "not found"', async (status, kind) => {
    nock(API).post(TOKEN).twice().reply(status, { message: 'no' });
    expect(await troubleOf(client().updateComment(REPO, 5, 'text'))).toMatchObject({ kind });
    expect(await troubleOf(client().readComment(REPO, 5))).toMatchObject({ kind });
  });

  it('asks for one installation token and uses it again', async () => {
    const { github, api } = signedInClient();
    api.get(COMMENT).twice().reply(404, { message: 'Not Found' });
    expect(await github.readComment(REPO, 5)).toBeNull();
    expect(await github.readComment(REPO, 5)).toBeNull();
  });

  it('uses a private key that was rotated', async () => {
    let key = 'not a key';
    const github = client({ privateKey: () => key });
    expect(await troubleOf(github.readComment(REPO, 5))).toMatchObject({ kind: 'unauthorised' });
    key = PRIVATE_KEY;
    nock(API).post(TOKEN).reply(201, { token: 'ghs_new', expires_at: '2099-01-01T00:00:00Z', permissions: {} });
    nock(API, { reqheaders: { authorization: 'token ghs_new' } })
      .get(COMMENT)
      .reply(404, { message: 'Not Found' });
    expect(await github.readComment(REPO, 5)).toBeNull();
  });

  it('gives every request a time-out, the one for the token too', async () => {
    const signals: unknown[] = [];
    vi.stubGlobal('fetch', (url: string, init?: RequestInit) => {
      signals.push(init?.signal);
      if (url.endsWith(TOKEN)) {
        return Promise.resolve(Response.json({ token: 'ghs_test', expires_at: '2099-01-01T00:00:00Z', permissions: {} }, { status: 201 }));
      }
      return Promise.reject(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
    });
    const github = client();
    expect(await troubleOf(github.updateComment(REPO, 5, 'text'))).toMatchObject({ kind: 'unclear' });
    expect(await troubleOf(github.readComment(REPO, 5))).toMatchObject({ kind: 'unavailable' });
    expect(signals).toEqual([expect.any(AbortSignal), expect.any(AbortSignal), expect.any(AbortSignal)]);
  });

  it.each(['acme', 'acme/api/../x', '../api', 'acme/..', 'acme/a b', ''])('refuses to address %j', async (slug) => {
    expect(await troubleOf(client().readComment({ ...REPO, slug }, 5))).toMatchObject({ kind: 'invalid' });
  });
});
