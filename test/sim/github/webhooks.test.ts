import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verify } from '@octokit/webhooks-methods';
import examples from '@octokit/webhooks-examples';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openGithub, type GithubClient } from '../../support/github-client.ts';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
const EXAMPLES = examples as unknown as readonly { name: string; examples: readonly Record<string, unknown>[] }[];
const SECRET = 'a long secret';
let github: GithubClient;
let listener: Server;
let received: Received[];
let answer: number;

beforeEach(async () => {
  received = [];
  answer = 202;
  listener = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      received.push({ headers: req.headers, body: Buffer.concat(chunks).toString('utf8') });
      res.writeHead(answer).end('seen');
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  github = await openGithub();
  github.sim.commit('acme/api', 'fix', { message: 'Fix', author: 'ann' });
  await github.sim.openPullRequest('acme/api', { head: 'fix', by: 'ann', number: 42 });
  github.sim.webhook({ url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}/hooks`, secret: SECRET });
});
afterEach(async () => {
  await github.close();
  await new Promise((resolve) => listener.close(resolve));
});

const payload = (n = received.length - 1) => JSON.parse(received[n]!.body);

it('signs what it sends, names it, and records how it was taken', async () => {
  const { delivery } = await github.sim.comment('acme/api', 42, 'ann', '/deploy api – now');
  const [{ headers, body }] = received as [Received];
  expect(await verify(SECRET, body, String(headers['x-hub-signature-256']))).toBe(true);
  expect(await verify('another', body, String(headers['x-hub-signature-256']))).toBe(false);
  expect(headers).toMatchObject({ 'x-github-event': 'issue_comment', 'content-type': 'application/json', 'x-github-delivery': delivery?.guid });
  expect(delivery?.guid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(delivery).toMatchObject({
    status: 'OK',
    statusCode: 202,
    event: 'issue_comment',
    action: 'created',
    redelivery: false,
    responseBody: 'seen',
  });
});

it('tells of a comment on a pull request with everything that the real event has', async () => {
  await github.sim.comment('acme/api', 42, 'ann', '/deploy');
  const sent = payload();
  expect(sent.issue.pull_request.url).toBe(`${github.sim.url}/repos/acme/api/pulls/42`);
  expect([sent.action, sent.installation.id, sent.sender.id]).toEqual(['created', github.sim.installation('acme').id, 11]);
  const known = EXAMPLES.find(({ name }) => name === 'issue_comment')!.examples;
  const real = known.find((each) => 'installation' in each && each['action'] === 'created') ?? known[0]!;
  expect(missing(real, sent)).toEqual([]);
});

it('leaves issue.pull_request out for a plain issue', async () => {
  const { number } = github.sim.openIssue('acme/api', { title: 'Slow', by: 'ann' });
  await github.sim.comment('acme/api', number, 'ann', 'Hm');
  expect(payload().issue).not.toHaveProperty('pull_request');
});

it('tells of edits and deletions as what they are', async () => {
  const { id } = await github.sim.comment('acme/api', 42, 'ann', 'One');
  await github.sim.editComment(id, 'ann', 'Two');
  expect(payload()).toMatchObject({ action: 'edited', changes: { body: { from: 'One' } }, comment: { body: 'Two' } });
  await github.sim.deleteComment(id, 'bea');
  expect(payload()).toMatchObject({ action: 'deleted', sender: { login: 'bea' } });
});

it('tells of pull requests that are opened, pushed to and closed', async () => {
  const before = github.sim.sha('acme/api', 'fix');
  const { sha } = await github.sim.push('acme/api', 'fix', { by: 'bea', commits: [{ message: 'More' }] });
  expect(payload()).toMatchObject({ action: 'synchronize', number: 42, before, after: sha, sender: { login: 'bea' } });
  expect(payload().pull_request.head.sha).toBe(sha);
  await github.sim.merge('acme/api', 42, { by: 'ann' });
  expect(payload()).toMatchObject({ action: 'closed', pull_request: { merged: true } });
  github.sim.commit('acme/api', 'next', { message: 'Next', author: 'ann' });
  await github.sim.openPullRequest('acme/api', { head: 'next', by: 'ann' });
  const known = EXAMPLES.find(({ name }) => name === 'pull_request')!.examples;
  const real = known.find((each) => each['action'] === 'opened' && 'installation' in each);
  expect(missing(real, payload())).toEqual([]);
});

it('tells the app of its own comments too', async () => {
  const { body } = await github.ask('POST /repos/acme/api/issues/42/comments', { body: 'Card' });
  await github.ask(`PATCH /repos/acme/api/issues/comments/${body.id}`, { body: 'Card, edited' });
  await github.sim.settled();
  expect(received.map((_, n) => payload(n).action).toSorted()).toEqual(['created', 'edited']);
  expect(payload(0).sender).toMatchObject({ type: 'Bot', login: github.sim.botLogin });
});

it('says nothing where the app is not installed, and nothing that it did not subscribe to', async () => {
  github.sim.addRepository({ slug: 'other/tool', installed: false });
  const { number } = github.sim.openIssue('other/tool', { title: 'Hi', by: 'ann' });
  expect((await github.sim.comment('other/tool', number, 'ann', 'Hi')).delivery).toBeNull();
  expect(received).toEqual([]);
  const quiet = await openGithub({ events: ['pull_request'] });
  quiet.sim.webhook({ url: `${github.sim.url}/x`, secret: SECRET });
  const issue = quiet.sim.openIssue('acme/api', { title: 'Hi', by: 'ann' });
  expect((await quiet.sim.comment('acme/api', issue.number, 'ann', 'Hi')).delivery).toBeNull();
  await quiet.close();
});

describe('a delivery that went wrong', () => {
  it('is on record with its reason and is not repeated', async () => {
    answer = 503;
    await github.sim.comment('acme/api', 42, 'ann', 'a');
    github.sim.loseWebhooks(1);
    await github.sim.comment('acme/api', 42, 'ann', 'b');
    github.sim.webhook({ url: 'http://127.0.0.1:9/hooks', secret: SECRET });
    await github.sim.comment('acme/api', 42, 'ann', 'c');
    expect(github.sim.deliveries.map(({ statusCode }) => statusCode)).toEqual([502, 502, 503]);
    expect(received).toHaveLength(1);
  });

  it('is given up after a while, and a hanging one does not keep the simulator from closing', async () => {
    const hanging = createServer(() => undefined);
    await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
    const target = { url: `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`, secret: SECRET };
    const hasty = await openGithub({ webhookTimeoutMs: 50 });
    hasty.sim.webhook(target);
    expect(await hasty.sim.deliver('ping', {})).toMatchObject({ status: 'timed out', statusCode: 504 });
    await hasty.close();
    const patient = await openGithub({ webhookTimeoutMs: 600_000 });
    patient.sim.webhook(target);
    const { number } = patient.sim.openIssue('acme/api', { title: 'Hi', by: 'ann' });
    const underWay = patient.sim.comment('acme/api', number, 'ann', 'Hi');
    await patient.close();
    expect((await underWay).delivery?.status).toBe('failed to connect to host');
    hanging.closeAllConnections();
    await new Promise((resolve) => hanging.close(resolve));
  });

  it('can be asked for again by the app, with the same GUID and the same words', async () => {
    github.sim.loseWebhooks(1);
    const { delivery } = await github.sim.comment('acme/api', 42, 'ann', '/deploy');
    const list = await github.app('GET /app/hook/deliveries');
    expect(list.body[0]).toMatchObject({ guid: delivery?.guid, status: 'failed to connect to host', status_code: 502, action: 'created' });
    expect((await github.app(`POST /app/hook/deliveries/${list.body[0].id}/attempts`)).status).toBe(202);
    await github.sim.settled();
    expect(received[0]).toMatchObject({ body: delivery?.payload, headers: { 'x-github-delivery': delivery?.guid } });
    const [again] = (await github.app('GET /app/hook/deliveries?per_page=1')).body;
    expect(again).toMatchObject({ guid: delivery?.guid, redelivery: true, status: 'OK' });
    expect((await github.app('POST /app/hook/deliveries/1/attempts')).status).toBe(404);
  });

  it('is found among many by cursor', async () => {
    for (const body of ['a', 'b', 'c']) await github.sim.comment('acme/api', 42, 'ann', body);
    const first = await github.app('GET /app/hook/deliveries?per_page=2');
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    const second = await github.app(`GET ${next}`);
    expect([first.body.length, second.body.length]).toEqual([2, 1]);
    expect(second.body[0].id).toBe(github.sim.deliveries[2]?.id);
  });
});

it('delivers what a test makes up, with another signature if need be, and twice by GUID', async () => {
  const sent = await github.sim.deliver('ping', { zen: 'Keep it logically awesome.' }, { secret: 'wrong' });
  expect(await verify(SECRET, received[0]!.body, String(received[0]!.headers['x-hub-signature-256']))).toBe(false);
  await github.sim.redeliver(sent!.guid);
  expect(received.map(({ headers }) => headers['x-github-delivery'])).toEqual([sent!.guid, sent!.guid]);
});

/** Paths that the real payload has and ours lacks, or has with another type. Empty and null values say nothing about a type. */
function missing(real: unknown, ours: unknown, path = ''): readonly string[] {
  if (real === null || Array.isArray(real) || ours === null) return [];
  if (typeof real !== 'object') return typeof real === typeof ours ? [] : [`${path}: ${typeof real}, ours ${typeof ours}`];
  if (typeof ours !== 'object') return [`${path}: object, ours ${typeof ours}`];
  return Object.entries(real).flatMap(([key, value]) => missing(value, (ours as Record<string, unknown>)[key], `${path}.${key}`));
}
