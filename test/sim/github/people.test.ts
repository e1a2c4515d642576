import { afterEach, beforeEach, expect, it } from 'vitest';
import { openGithub, type GithubClient } from '../../support/github-client.ts';

let github: GithubClient;
beforeEach(async () => {
  github = await openGithub();
});
afterEach(() => github.close());

it.each([
  ['admin', 'admin'],
  ['maintain', 'write'],
  ['write', 'write'],
  ['triage', 'read'],
  ['read', 'read'],
] as const)('tells the role %s as the permission %s', async (role, permission) => {
  github.sim.setRole('acme/api', 'ann', role);
  const { body } = await github.ask('GET /repos/acme/api/collaborators/ann/permission');
  expect([body.permission, body.role_name, body.user.id]).toEqual([permission, role, 11]);
});

it('answers 404 for somebody without access to a private repository, and for nobody at all', async () => {
  github.sim.setRole('acme/api', 'ann', null);
  expect((await github.ask('GET /repos/acme/api/collaborators/ann/permission')).status).toBe(404);
  expect((await github.ask('GET /repos/acme/api/collaborators/zoe/permission')).status).toBe(404);
});

it('lets everybody read a public repository', async () => {
  github.sim.addRepository({ slug: 'acme/open', private: false });
  expect((await github.ask('GET /repos/acme/open/collaborators/carl/permission')).body.permission).toBe('read');
});

it('finds an account by its number whatever its login is now', async () => {
  github.sim.renameUser('ann', 'ann-b');
  expect((await github.ask('GET /user/11')).body.login).toBe('ann-b');
  expect((await github.ask('GET /users/ann')).status).toBe(404);
  expect((await github.ask('GET /users/ANN-B')).body.id).toBe(11);
});

it('forgets an account that was removed, and shows its commits without one', async () => {
  const sha = github.sim.commit('acme/api', 'fix', { message: 'Fix', author: 'ann' });
  github.sim.removeUser('ann');
  expect((await github.ask('GET /user/11')).status).toBe(404);
  expect((await github.ask(`GET /repos/acme/api/commits/${sha}`)).body).toMatchObject({ author: null, commit: { author: { name: 'Ann' } } });
});

it('tells team members apart from people who are only invited, and from others', async () => {
  github.sim.setTeamMember('acme', 'sre', 'ann');
  github.sim.setTeamMember('acme', 'sre', 'bea', { role: 'member', state: 'pending' });
  const membership = async (login: string) => {
    const { status, body } = await github.ask(`GET /orgs/acme/teams/sre/memberships/${login}`);
    return status === 200 ? body.state : status;
  };
  expect([await membership('ann'), await membership('bea'), await membership('carl')]).toEqual(['active', 'pending', 404]);
  github.sim.setTeamMember('acme', 'sre', 'ann', null);
  expect(await membership('ann')).toBe(404);
});

it('redirects a renamed repository to its address by number, deeper paths and queries too', async () => {
  github.sim.renameRepository('acme/api', 'backend');
  const moved = await github.ask('GET /repos/acme/api/activity?ref=main');
  expect([moved.status, moved.headers.get('location')]).toEqual([301, `${github.sim.url}/repositories/100/activity?ref=main`]);
  const followed = await github.ask('GET /repositories/100');
  expect([followed.status, followed.body.full_name]).toEqual([200, 'acme/backend']);
  expect((await github.ask('GET /repos/acme/backend')).body.id).toBe(100);
});

it('tells whoever watches that something changed', () => {
  let changes = 0;
  github.sim.onChange(() => (changes += 1));
  const before = github.sim.version;
  github.sim.setRole('acme/api', 'carl', 'write');
  expect([changes, github.sim.version - before]).toEqual([1, 1]);
});
