import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appJwt, openGithub, type GithubClient } from '../../support/github-client.ts';

const HOUR = 3_600_000;
let github: GithubClient;
let now: number;
beforeEach(async () => {
  now = Date.UTC(2026, 10, 24, 12);
  github = await openGithub({ now: () => now });
});
afterEach(() => github.close());

describe('the app', () => {
  it('knows itself by a web token signed with its key', async () => {
    const { status, body } = await github.app('GET /app');
    expect([status, body.id, body.slug]).toEqual([200, github.sim.appId, 'countersign']);
  });

  it.each([
    ['no token', async () => null, 401, /could not be decoded/],
    ['something that is no web token', async () => 'Bearer abc', 401, /could not be decoded/],
    ['another app', async () => `Bearer ${await appJwt(github.sim, () => now, { iss: '999' })}`, 404, /Integration not found/],
    ['a life beyond ten minutes', async () => `Bearer ${await appJwt(github.sim, () => now, { lifeSeconds: 700 })}`, 401, /too far in the future/],
    ['a token that has expired', async () => `Bearer ${await appJwt(github.sim, () => now - HOUR)}`, 401, /'exp'/],
    ['a token issued in the future', async () => `Bearer ${await appJwt(github.sim, () => now + 200_000)}`, 401, /'iat'/],
  ])('is refused with %s', async (_, authorization, status, message) => {
    const answer = await github.askAs(await authorization(), 'GET /app');
    expect([answer.status, answer.body.status]).toEqual([status, String(status)]);
    expect(answer.body.message).toMatch(message);
  });

  it('is refused with a token that another key signed', async () => {
    const other = await openGithub({ now: () => now });
    const answer = await github.askAs(`Bearer ${await appJwt(other.sim, () => now)}`, 'GET /app');
    await other.close();
    expect(answer.status).toBe(401);
  });

  it('finds where it is installed, and 404 where it is not', async () => {
    github.sim.addRepository({ slug: 'other/tool', installed: false });
    const found = await github.app('GET /repos/acme/api/installation');
    expect([found.body.id, found.body.account.login]).toEqual([github.sim.installation('acme').id, 'acme']);
    expect((await github.app('GET /repos/other/tool/installation')).status).toBe(404);
    expect((await github.app('GET /repos/acme/nothing/installation')).status).toBe(404);
  });
});

describe('an installation', () => {
  const tokens = (): string => `POST /app/installations/${github.sim.installation('acme').id}/access_tokens`;

  it('gets a token that works for one hour', async () => {
    const issued = await github.app(tokens());
    expect(issued.body.token).toMatch(/^ghs_\w{36}$/);
    expect(issued.body.expires_at).toBe('2026-11-24T13:00:00Z');
    const ask = () => github.askAs(`token ${issued.body.token}`, 'GET /repos/acme/api');
    now += HOUR - 1;
    expect((await ask()).status).toBe(200);
    now += 1;
    expect(await ask()).toMatchObject({ status: 401, body: { message: 'Bad credentials' } });
  });

  it('may narrow a token to some permissions and repositories', async () => {
    github.sim.addRepository({ slug: 'acme/web', id: 200 });
    const issued = await github.app(tokens(), { repository_ids: [200], permissions: { metadata: 'read' } });
    expect(issued.body).toMatchObject({ repository_selection: 'selected', permissions: { metadata: 'read' } });
    const ask = (route: string) => github.askAs(`token ${issued.body.token}`, route);
    expect((await ask('GET /repos/acme/web')).status).toBe(200);
    expect((await ask('GET /repos/acme/web/commits/main')).status).toBe(403);
    expect((await ask('GET /repos/acme/api')).status).toBe(404);
    expect((await github.app(tokens(), { permissions: { contents: 'write' } })).status).toBe(422);
  });

  it('is turned away while it is suspended', async () => {
    github.sim.setInstallation('acme', { suspended: true });
    expect((await github.ask('GET /repos/acme/api')).status).toBe(403);
    expect((await github.app(tokens())).status).toBe(403);
  });

  it('needs the permission of each route, and is told which', async () => {
    github.sim.setInstallation('acme', { permissions: { metadata: 'read', pull_requests: 'read' } });
    const { body } = await github.app(tokens());
    const answer = await github.askAs(`token ${body.token}`, 'GET /repos/acme/api/commits/main');
    expect(answer).toMatchObject({ status: 403, body: { message: 'Resource not accessible by integration' } });
    expect(answer.headers.get('x-accepted-github-permissions')).toBe('contents=read');
  });

  it('cannot write a comment with the permission to read', async () => {
    await openPull();
    github.sim.setInstallation('acme', { permissions: { metadata: 'read', pull_requests: 'read', issues: 'read' } });
    const { body } = await github.app(tokens());
    const as = (route: string, payload?: unknown) => github.askAs(`token ${body.token}`, route, payload);
    expect((await as('GET /repos/acme/api/issues/1/comments')).status).toBe(200);
    expect((await as('POST /repos/acme/api/issues/1/comments', { body: 'Hi' })).status).toBe(403);
  });

  it('needs issues, not pull requests, to comment on an issue', async () => {
    github.sim.openIssue('acme/api', { title: 'Slow', by: 'ann' });
    expect((await github.ask('GET /repos/acme/api/issues/1/comments')).status).toBe(200);
    expect((await github.ask('POST /repos/acme/api/issues/1/comments', { body: 'Hi' })).status).toBe(403);
  });

  it('sees another owner’s public repository, but may not write there', async () => {
    github.sim.addRepository({ slug: 'other/open', private: false, installed: false });
    github.sim.addRepository({ slug: 'other/secret', installed: false });
    github.sim.openIssue('other/open', { title: 'Hi', by: 'ann' });
    expect((await github.ask('GET /repos/other/open/commits/main')).status).toBe(200);
    expect((await github.ask('POST /repos/other/open/issues/1/comments', { body: 'Hi' })).status).toBe(403);
    expect((await github.ask('GET /repos/other/secret')).status).toBe(404);
  });
});

it('notes the permissions that were needed, at the highest level each', async () => {
  await openPull();
  await github.ask('GET /repos/acme/api/pulls/1');
  expect(github.sim.permissionsUsed).toEqual({ pull_requests: 'read' });
  await github.ask('POST /repos/acme/api/issues/1/comments', { body: 'Hi' });
  await github.ask('GET /repos/acme/api/pulls/1');
  await github.ask('GET /repos/acme/api/commits/main/check-runs');
  expect(github.sim.permissionsUsed).toEqual({ pull_requests: 'write', checks: 'read' });
});

it('counts requests against the hourly limit of the token and refuses beyond it', async () => {
  const strict = await openGithub({ now: () => now, rateLimit: 2 });
  const first = await strict.ask('GET /repos/acme/api');
  expect(first.headers.get('x-ratelimit-remaining')).toBe('1');
  expect(first.headers.get('x-github-request-id')).toMatch(/^[0-9A-F]+$/);
  await strict.ask('GET /repos/acme/api');
  const third = await strict.ask('GET /repos/acme/api');
  expect([third.status, third.headers.get('x-ratelimit-remaining')]).toEqual([403, '0']);
  expect(third.headers.get('x-ratelimit-reset')).toBe(String((now + HOUR) / 1000));
  now += HOUR;
  const { body } = await strict.app(`POST /app/installations/${strict.sim.installation('acme').id}/access_tokens`);
  expect((await strict.askAs(`token ${body.token}`, 'GET /repos/acme/api')).status).toBe(200);
  await strict.close();
});

it('counts the routes that it does not have', async () => {
  expect((await github.ask('GET /repos/acme/api/stargazers')).status).toBe(404);
  expect(github.sim.unknownRoutes).toEqual(['GET /repos/acme/api/stargazers']);
});

async function openPull(): Promise<void> {
  github.sim.commit('acme/api', 'fix', { message: 'Fix', author: 'ann' });
  await github.sim.openPullRequest('acme/api', { head: 'fix', by: 'ann' });
}
