import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPlayground } from '../../../src/sim/playground/server.ts';
import type { Snapshot } from '../../../src/sim/playground/snapshot.ts';
import { textOf } from '../../../src/sim/playground/tree.ts';
import { CHANNEL, PIPELINE, startWorld, type World } from '../../../src/sim/world.ts';

let folder = '';
let world: World;
let connection: Connection;
let page: { url: string; close(): Promise<void> };
/** What reached the product's front doors: path and body. */
const heard: { readonly path: string; readonly body: string }[] = [];
const product = createServer((incoming, answer) => {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => {
    heard.push({ path: incoming.url ?? '', body: Buffer.concat(chunks).toString('utf8') });
    answer.end();
  });
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-playground-'));
  world = await startWorld({ folder });
  await new Promise<void>((resolve) => product.listen(0, '127.0.0.1', resolve));
  world.connect(`http://127.0.0.1:${(product.address() as AddressInfo).port}`);
  // Nobody is there: the page says so, and everything else goes on.
  connection = Connection.lazy({ address: '127.0.0.1:1' });
  page = await startPlayground({ world, client: new Client({ connection }), temporalUi: null, opsUrl: null, restart: () => Promise.resolve() });
});
afterAll(async () => {
  await page.close();
  await connection.close();
  await world.close();
  await new Promise((resolve) => product.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

async function act(as: string, wish: object): Promise<{ told: string | null }> {
  const answer = await post(JSON.stringify({ as, act: wish }), {});
  return (await answer.json()) as { told: string | null };
}

function post(body: string, headers: Readonly<Record<string, string>>): Promise<Response> {
  const origin = new URL(page.url).origin;
  return fetch(`${page.url}act`, { method: 'POST', body, headers: { origin, 'content-type': 'application/json', ...headers } });
}

async function look(as: string, conversation = 'pay'): Promise<Snapshot> {
  return (await (await fetch(`${page.url}state?as=${as}&conversation=${conversation}`)).json()) as Snapshot;
}

describe('the playground', () => {
  it('serves the page and every file beside it, with a policy that admits nothing else', async () => {
    const files = await readdir(new URL('../../../src/sim/playground/page', import.meta.url));
    const answers = await Promise.all(['', ...files].map((file) => fetch(`${page.url}${file}`)));
    expect(answers.filter(({ ok }) => !ok).map(({ url }) => url)).toEqual([]);
    const policies = new Set(answers.map(({ headers }) => headers.get('content-security-policy')));
    expect([...policies]).toEqual([expect.stringContaining("default-src 'none'; script-src 'self'; style-src 'self'")]);
    expect((await fetch(`${page.url}../server.ts`)).status).toBe(404);
  });

  it('hears only its own page', async () => {
    const body = JSON.stringify({ as: 'ann', act: { do: 'push' } });
    expect((await post(body, { origin: 'https://evil.test' })).status).toBe(403);
    expect((await post(body, { 'content-type': 'text/plain' })).status).toBe(403);
    expect((await post('{', {})).status).toBe(400);
    expect((await post(JSON.stringify({ as: 'nobody', act: { do: 'push' } }), {})).status).toBe(400);
    expect(await statusFor('evil.test')).toBe(421);
  });

  it('sends what a person types through the front doors, signed by the platform', async () => {
    expect(await act('ann', { do: 'comment', text: '/deploy api to production' })).toEqual({ told: null, errors: {} });
    expect(await act('ann', { do: 'slash', channel: CHANNEL.pay, text: '/deploy help' })).toEqual({ told: null, errors: {} });
    expect(heard.map(({ path }) => path)).toEqual(expect.arrayContaining(['/api/github/webhooks', '/slack/events']));
    expect(heard.find(({ path }) => path === '/slack/events')?.body).toContain('user_id=U01ANN');
    expect(textOf((await look('bea')).pull)).toContain('/deploy api to production');
  });

  it('says what a platform would say', async () => {
    expect((await act('ann', { do: 'slash', channel: CHANNEL.pay, text: 'hello' })).told).toContain('begin with /deploy');
    expect((await act('ann', { do: 'slash', channel: CHANNEL.pay, text: '/remind me' })).told).toContain('not a valid command');
    expect((await act('gus', { do: 'comment', text: '/approve' })).told).toContain('no GitHub account');
    expect((await look('gus')).noComment).toContain('no GitHub account');
    expect((await act('ann', { do: 'click', ts: '1.0', action: 'x' })).told).toContain('no longer possible');
  });

  it('pushes a commit whose checks are green, and lets one fail', async () => {
    await act('bea', { do: 'push' });
    expect(textOf((await look('ann')).pull)).toContain('2 commits from');
    await act('ann', { do: 'check', name: 'e2e', result: 'failure' });
    expect(textOf((await look('ann')).pull)).toContain('❌ e2e failure');
  });

  it('lets exactly the next build fail', async () => {
    await act('ann', { do: 'toggle', what: 'fail-next' });
    const build = (): number => world.buildkite.buildInUi(PIPELINE, { commit: '1'.repeat(40), branch: 'main' });
    const outcomes = [build(), build()].map((number) => world.buildkite.build(PIPELINE, number).jobs.map(({ step }) => 'outcome' in step));
    expect(outcomes.map((steps) => steps.includes(true))).toEqual([true, false]);
  });

  it('says that Temporal can not be read, and shows the rest', async () => {
    await expect.poll(async () => textOf((await look('ann')).backstage)).toContain('Temporal can’t be read');
    expect(textOf((await look('ann')).backstage)).toContain('Buildkite’s quota');
  });
});

/** `fetch` does not let one choose the host. */
function statusFor(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(`${page.url}state?as=ann`, { headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}
