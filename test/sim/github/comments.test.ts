import { afterEach, beforeEach, expect, it } from 'vitest';
import { openGithub, type GithubClient } from '../../support/github-client.ts';

const R = '/repos/acme/api';
let github: GithubClient;
let now: number;
beforeEach(async () => {
  now = Date.UTC(2026, 10, 24, 12);
  github = await openGithub({ now: () => now });
  github.sim.commit('acme/api', 'fix', { message: 'Fix', author: 'ann' });
  await github.sim.openPullRequest('acme/api', { head: 'fix', by: 'ann', number: 42 });
});
afterEach(() => github.close());

it('shows comments of the app as written by its bot', async () => {
  const { status, body } = await github.ask(`POST ${R}/issues/42/comments`, { body: 'Hello' });
  expect(status).toBe(201);
  expect(body.user).toMatchObject({ login: 'countersign[bot]', type: 'Bot' });
  expect([body.performed_via_github_app.slug, body.performed_via_github_app.id]).toEqual(['countersign', github.sim.appId]);
  expect(github.sim.comments('acme/api', 42)).toMatchObject([{ login: 'countersign[bot]', body: 'Hello', viaApp: true }]);
});

it('keeps the time of a comment that was not edited, and moves it when it was', async () => {
  const { id } = await github.sim.comment('acme/api', 42, 'ann', 'First');
  const read = async () => (await github.ask(`GET ${R}/issues/comments/${id}`)).body;
  const fresh = await read();
  expect([fresh.created_at, fresh.updated_at, fresh.performed_via_github_app]).toEqual(['2026-11-24T12:00:00Z', '2026-11-24T12:00:00Z', null]);
  now += 60_000;
  await github.sim.editComment(id, 'ann', 'Second');
  expect(await read()).toMatchObject({ body: 'Second', created_at: '2026-11-24T12:00:00Z', updated_at: '2026-11-24T12:01:00Z' });
  await github.sim.deleteComment(id, 'ann');
  expect((await github.ask(`GET ${R}/issues/comments/${id}`)).status).toBe(404);
});

it('lets the app edit its own comment and nobody else’s', async () => {
  const { body } = await github.ask(`POST ${R}/issues/42/comments`, { body: 'Waiting' });
  expect((await github.ask(`PATCH ${R}/issues/comments/${body.id}`, { body: 'Deploying' })).body.body).toBe('Deploying');
  const { id } = await github.sim.comment('acme/api', 42, 'ann', 'Mine');
  expect((await github.ask(`PATCH ${R}/issues/comments/${id}`, { body: 'Yours?' })).status).toBe(403);
});

it.each([
  ['without text', { body: ' ' }, 'missing_field'],
  ['of 65,537 characters', { body: 'x'.repeat(65_537) }, 'unprocessable'],
])('refuses a comment %s', async (_, payload, code) => {
  const answer = await github.ask(`POST ${R}/issues/42/comments`, payload);
  expect(answer).toMatchObject({ status: 422, body: { message: 'Validation Failed', errors: [{ resource: 'IssueComment', code }] } });
});

it('lists the comments of one pull request, oldest first, page by page, and those since a time', async () => {
  for (let n = 1; n <= 35; n += 1) await github.sim.comment('acme/api', 42, 'ann', String(n));
  now += 1000;
  await github.sim.comment('acme/api', 42, 'bea', 'last');
  const first = await github.ask(`GET ${R}/issues/42/comments`);
  const second = await github.ask(`GET ${R}/issues/42/comments?page=2`);
  expect([first.body.length, second.body.length, first.body[0].body]).toEqual([30, 6, '1']);
  expect(first.headers.get('link')).toContain(`<${github.sim.url}${R}/issues/42/comments?page=2>; rel="next"`);
  const since = await github.ask(`GET ${R}/issues/42/comments?since=2026-11-24T12:00:01Z`);
  expect(since.body.map((comment: { body: string }) => comment.body)).toEqual(['last']);
});

it('adds a reaction once: 201, then 200 with the same one', async () => {
  const { id } = await github.sim.comment('acme/api', 42, 'ann', '/deploy');
  const react = (content: string) => github.ask(`POST ${R}/issues/comments/${id}/reactions`, { content });
  const [first, again] = [await react('eyes'), await react('eyes')];
  expect([first.status, again.status, again.body.id === first.body.id]).toEqual([201, 200, true]);
  await react('rocket');
  expect((await github.ask(`GET ${R}/issues/comments/${id}`)).body.reactions).toMatchObject({ total_count: 2, eyes: 1, rocket: 1 });
  expect((await github.ask(`GET ${R}/issues/comments/${id}/reactions?content=rocket`)).body).toHaveLength(1);
  expect(github.sim.reactions(id)).toEqual([
    { login: 'countersign[bot]', content: 'eyes' },
    { login: 'countersign[bot]', content: 'rocket' },
  ]);
});
