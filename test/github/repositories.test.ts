import nock from 'nock';
import { describe, expect, it } from 'vitest';
import { API, client, NOW, REPO, signedInClient, troubleOf, answerOnlyAnnouncedRequests } from './github-app.ts';

answerOnlyAnnouncedRequests();

describe('a repository', () => {
  const body = { id: 7, full_name: 'acme/api', default_branch: 'main', html_url: 'https://github.com/acme/api' };
  const asApp = (): nock.Scope => nock(API, { reqheaders: { authorization: /^bearer eyJ/ } });

  it('is found with its installation, and remembered for five minutes', async () => {
    let now = NOW;
    const github = client({ now: () => now });
    asApp().get('/repos/acme/api/installation').twice().reply(200, { id: 99 });
    nock(API).post('/app/installations/99/access_tokens').reply(201, { token: 'ghs_test', expires_at: '2099-01-01T00:00:00Z', permissions: {} });
    const read = nock(API, { reqheaders: { authorization: 'token ghs_test' } })
      .get('/repos/acme/api')
      .twice()
      .reply(200, body);
    expect(await github.readRepository('acme/api')).toEqual(REPO);
    now += 299_999;
    expect(await github.readRepository('Acme/API')).toEqual(REPO);
    expect(read.isDone()).toBe(false);
    now += 1;
    expect(await github.readRepository('acme/api')).toEqual(REPO);
    expect(read.isDone()).toBe(true);
  });

  it('is not found where the app is not installed', async () => {
    asApp().get('/repos/acme/api/installation').reply(404, { message: 'Not Found' });
    expect(await troubleOf(client().readRepository('acme/api'))).toMatchObject({ kind: 'not-found', status: 404 });
  });
});

it('is unauthorised, not missing, when GitHub does not know our key', async () => {
  nock(API).get('/repos/acme/api/installation').reply(401, { message: 'A JSON web token could not be decoded' });
  expect(await troubleOf(client().readRepository('acme/api'))).toMatchObject({ kind: 'unauthorised', status: 401 });
});

describe('a role', () => {
  const permission = (id: number, of: object): object => ({ user: { id, login: 'ann' }, ...of });

  it.each([
    ['admin', { permission: 'admin', role_name: 'admin' }, 'admin'],
    ['maintain', { permission: 'write', role_name: 'maintain' }, 'maintain'],
    ['write', { permission: 'write', role_name: 'write' }, 'write'],
    ['triage', { permission: 'read', role_name: 'triage' }, 'triage'],
    ['read', { permission: 'read', role_name: 'read' }, 'read'],
    ['a custom role that may write', { permission: 'write', role_name: 'release captain' }, 'write'],
    ['an older answer without a role name', { permission: 'write' }, 'write'],
    ['nothing', { permission: 'none', role_name: 'none' }, 'none'],
    ['a permission of tomorrow', { permission: 'owner', role_name: 'owner' }, 'none'],
  ])('of %s is read as it is', async (_name, answer, role) => {
    const { github, api } = signedInClient();
    api.get('/user/1').reply(200, { id: 1, login: 'ann', type: 'User' });
    api.get('/repos/acme/api/collaborators/ann/permission').reply(200, permission(1, answer));
    expect(await github.readAccess(REPO, 1)).toEqual({ role, why: null });
  });

  it.each([
    ['a bot', { type: 'Bot' }, 'bot'],
    ['an organization', { type: 'Organization' }, 'bot'],
    ['a suspended account', { type: 'User', suspended_at: '2026-01-01T00:00:00Z' }, 'deactivated'],
  ])('of %s is none, whatever it may do', async (_who, account, why) => {
    const { github, api } = signedInClient();
    api.get('/user/1').reply(200, { id: 1, login: 'ann', ...account });
    expect(await github.readAccess(REPO, 1)).toEqual({ role: 'none', why });
  });

  it('is asked for under the login that the account has now', async () => {
    const { github, api } = signedInClient();
    api.get('/user/1').reply(200, { id: 1, login: 'ann-renamed', type: 'User' });
    api.get('/repos/acme/api/collaborators/ann-renamed/permission').reply(200, permission(1, { permission: 'admin', role_name: 'admin' }));
    expect(await github.readAccess(REPO, 1)).toEqual({ role: 'admin', why: null });
  });

  it('is none when the login has passed to another account meanwhile', async () => {
    const { github, api } = signedInClient();
    api.get('/user/1').reply(200, { id: 1, login: 'ann', type: 'User' });
    api.get('/repos/acme/api/collaborators/ann/permission').reply(200, permission(666, { permission: 'admin', role_name: 'admin' }));
    expect(await github.readAccess(REPO, 1)).toEqual({ role: 'none', why: null });
  });

  it('is none for an account that is gone and for a stranger', async () => {
    const { github, api } = signedInClient();
    api.get('/user/1').reply(404, { message: 'Not Found' });
    expect(await github.readAccess(REPO, 1)).toEqual({ role: 'none', why: null });
    api.get('/user/2').reply(200, { id: 2, login: 'bea', type: 'User' });
    api.get('/repos/acme/api/collaborators/bea/permission').reply(404, { message: 'Not Found' });
    expect(await github.readAccess(REPO, 2)).toEqual({ role: 'none', why: null });
  });

  it('is unknown, not none, when GitHub does not answer', async () => {
    const { github, api } = signedInClient();
    api.get('/user/1').reply(200, { id: 1, login: 'ann', type: 'User' });
    api.get('/repos/acme/api/collaborators/ann/permission').reply(502);
    expect(await troubleOf(github.readAccess(REPO, 1))).toMatchObject({ kind: 'unavailable' });
  });
});
