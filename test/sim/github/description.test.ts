import { afterAll, beforeAll, expect, it } from 'vitest';
import { openGithub, type GithubClient } from '../../support/github-client.ts';
import { checkExchange, OPERATIONS } from '../../support/github-openapi.ts';

const R = '/repos/acme/api';
let github: GithubClient;

/** A world in which every object has something in it, and every route asked at least once. */
beforeAll(async () => {
  github = await openGithub();
  const { sim, ask, app } = github;
  sim.commit('acme/api', 'fix', { message: 'Fix retry loop', author: 'ann', coAuthors: ['bea'] });
  sim.tag('acme/api', 'v2', 'fix', { by: 'ann', message: 'Second' });
  sim.addRepository({ slug: 'carl/api', forkOf: 'acme/api' });
  sim.commit('carl/api', 'idea', { message: 'An idea', author: 'carl' });
  await sim.openPullRequest('acme/api', { head: 'fix', by: 'ann', number: 42 });
  await sim.openPullRequest('acme/api', { head: 'idea', fork: 'carl/api', by: 'carl', number: 43, draft: true });
  await sim.push('acme/api', 'fix', { by: 'bea', commits: [{ message: 'More' }] });
  sim.review('acme/api', 42, { by: 'bea', state: 'APPROVED' });
  sim.setStatus('acme/api', 'fix', { context: 'ci/lint', state: 'success', targetUrl: 'https://ci.test/1' });
  sim.setCheck('acme/api', 'fix', { name: 'unit', result: 'success', detailsUrl: 'https://ci.test/2' });
  sim.setCheck('acme/api', 'fix', { name: 'e2e', result: 'in_progress', app: 'countersign' });
  sim.setTeamMember('acme', 'sre', 'bea');
  sim.webhook({ url: `${sim.url}/nobody-listens-here`, secret: 's' });
  const comment = await sim.comment('acme/api', 42, 'ann', '/deploy api to production');

  const card = await ask(`POST ${R}/issues/42/comments`, { body: 'Waiting for approval' });
  await ask(`PATCH ${R}/issues/comments/${card.body.id}`, { body: 'Deploying' });
  await ask(`POST ${R}/issues/comments/${comment.id}/reactions`, { content: 'eyes' });
  await ask(`POST ${R}/issues/comments/${comment.id}/reactions`, { content: 'eyes' });
  await ask(`GET ${R}/issues/comments/${comment.id}/reactions?content=eyes&per_page=100`);
  await ask(`GET ${R}/issues/comments/${comment.id}`);
  await ask(`GET ${R}/issues/42/comments?per_page=100&since=2020-01-01T00:00:00Z`);
  await ask(`GET ${R}/pulls?state=open&head=acme:fix`);
  await ask(`GET ${R}/pulls/42`);
  await ask(`GET ${R}/pulls/43`);
  await ask(`GET ${R}/pulls/42/reviews`);
  await ask(`GET ${R}/pulls/42/reviews/${sim.review('acme/api', 42, { by: 'bea', state: 'COMMENTED', body: 'Hm' }).id}`);
  const line = await sim.commentAtLine('acme/api', 42, { by: 'bea', body: 'Why?' });
  await ask(`POST ${R}/pulls/comments/${line.id}/reactions`, { content: 'confused' });
  await ask(`POST ${R}/pulls/comments/${line.id}/reactions`, { content: 'confused' });
  const reply = await ask(`POST ${R}/pulls/42/comments/${line.id}/replies`, { body: 'Because' });
  await ask(`POST ${R}/pulls/42/comments/${reply.body.id}/replies`, { body: 'Replies take no replies' });
  await ask(`GET ${R}/pulls/42/comments?sort=created&direction=desc&per_page=100`);
  const sha = sim.sha('acme/api', 'fix');
  const output = { title: 'Waiting', summary: 'for **sre**' };
  const run = await ask(`POST ${R}/check-runs`, { name: 'countersign/api', head_sha: sha, external_id: 'deploy:1', status: 'queued', output });
  await ask(`PATCH ${R}/check-runs/${run.body.id}`, { status: 'completed', conclusion: 'success', details_url: 'https://ci.test/3', output });
  await ask(`GET ${R}/commits/${sha}/check-runs?check_name=countersign/api&filter=all&per_page=100`);
  const wish = { ref: sha, environment: 'production', auto_merge: false, required_contexts: [], payload: { deploy: 'deploy:1' } };
  const deployment = await ask(`POST ${R}/deployments`, { ...wish, description: 'api', production_environment: true });
  await ask(`POST ${R}/deployments`, { ref: sha, environment: 'production', required_contexts: [] });
  await ask(`GET ${R}/deployments?sha=${sha}&environment=production&per_page=100`);
  const statuses = `${R}/deployments/${deployment.body.id}/statuses`;
  await ask(`POST ${statuses}`, { state: 'in_progress', log_url: 'https://ci.test/4', description: 'Building' });
  await ask(`POST ${statuses}`, { state: 'success', environment_url: 'https://api.acme.test', auto_inactive: true });
  await ask(`GET ${statuses}?per_page=1`);
  await sim.merge('acme/api', 42, { by: 'ann' });
  await ask(`GET ${R}/pulls/42`);
  await ask(`GET ${R}/commits/${sim.sha('acme/api', 'main')}/pulls`);
  await ask(`GET ${R}/commits/fix`);
  await ask(`GET ${R}/commits/fix/check-runs?filter=latest&per_page=100`);
  await ask(`GET ${R}/commits/fix/status?per_page=100`);
  await ask(`GET ${R}/compare/main...carl:idea?per_page=100`);
  await ask(`GET ${R}/branches/fix`);
  await ask(`GET ${R}/activity?ref=fix&per_page=10&direction=desc&activity_type=push`);
  await ask(`GET ${R}/git/matching-refs/heads/`);
  const tag = await ask(`GET ${R}/git/ref/tags/v2`);
  await ask(`GET ${R}/git/tags/${tag.body.object.sha}`);
  await ask(`GET ${R}/collaborators/ann/permission`);
  await ask(`GET ${R}`);
  await ask('GET /repos/acme/nothing');
  await ask('GET /user/11');
  await ask('GET /users/countersign[bot]');
  await ask('GET /orgs/acme/teams/sre/memberships/bea');
  await ask('GET /orgs/acme/teams/sre/members?per_page=100');
  await ask('GET /meta');

  await app('GET /app');
  await app(`GET /app/installations/${sim.installation('acme').id}`);
  await app(`GET ${R}/installation`);
  await app('GET /orgs/acme/installation');
  const deliveries = await app('GET /app/hook/deliveries?per_page=5');
  await app(`GET /app/hook/deliveries/${deliveries.body[0].id}`);
  await app(`POST /app/hook/deliveries/${deliveries.body[0].id}/attempts`);
});
afterAll(() => github.sim.close());

it('answers every operation in the shape that GitHub describes', () => {
  expect(github.problems()).toEqual([]);
});

it('serves every operation of the description, and nothing that the description does not know', () => {
  const plain = (route: string): string => route.replaceAll(/:\w+|\*|\{\w+\}/g, '…');
  expect([...new Set([...github.visited].map(plain))].toSorted()).toEqual([...new Set(OPERATIONS.map(plain))].toSorted());
});

const read = { method: 'GET', path: `${R}/pulls/42`, query: {}, requestBody: undefined, status: 200, responseBody: {} };
it.each([
  ['an answer without its required fields', read, /must have required property 'merged'/],
  ['a status that GitHub never answers there', { ...read, status: 418 }, /does not answer 418/],
  ['a query parameter that does not exist', { ...read, query: { expand: 'all' } }, /no query parameter expand/],
  ['an unknown path', { ...read, path: `${R}/pullz` }, /no such operation/],
  [
    'a reaction that GitHub does not have',
    { ...read, method: 'POST', path: `${R}/issues/comments/1/reactions`, requestBody: { content: 'shrug' }, status: 404 },
    /request body\/content must be equal to one of the allowed values/,
  ],
  [
    'a misspelt field of a body',
    { ...read, method: 'POST', path: `${R}/issues/1/comments`, requestBody: { body: 'x', text: 'x' }, status: 404 },
    /request body has no field text/,
  ],
])('the check catches %s', (_, exchange, problem) => {
  expect(checkExchange(exchange).join('\n')).toMatch(problem);
});
