// The simulator keeps Slack's rules: signatures, three seconds, short-lived ids, scopes and rate limits.
import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSlackSim, type SlackSim, type SlackSimOptions } from '../../../src/sim/slack/sim.ts';

interface Heard {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

let sim: SlackSim;
let app: Server;
let heard: Heard[];
let reply: { status: number; body: string; afterMs: number };
let clock: number;

beforeEach(async () => {
  heard = [];
  reply = { status: 200, body: '', afterMs: 0 };
  clock = Date.parse('2026-11-23T12:00:00Z');
  app = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      heard.push({ headers: req.headers, body: Buffer.concat(chunks).toString('utf8') });
      setTimeout(() => res.writeHead(reply.status).end(reply.body), reply.afterMs);
    });
  });
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  await open();
});
afterEach(async () => {
  await sim.close();
  app.closeAllConnections();
  await new Promise((resolve) => app.close(resolve));
});

async function open(options: SlackSimOptions = {}): Promise<void> {
  await sim?.close();
  sim = await createSlackSim({ now: () => clock, ...options });
  sim.deliverTo(`http://127.0.0.1:${(app.address() as AddressInfo).port}/slack/events`);
  sim.addUser({ id: 'U01BEA', name: 'Bea' });
  sim.addChannel({ id: 'C01', name: 'deploys' });
}

async function call(method: string, args: Record<string, unknown>, token = sim.botToken): Promise<Record<string, unknown>> {
  const response = await fetch(`${sim.apiUrl}${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${token}` },
    body: JSON.stringify(args),
  });
  return { status: response.status, retryAfter: response.headers.get('retry-after'), ...((await response.json()) as object) };
}

const BUTTON = { type: 'button', action_id: 'go', value: 'v1', text: { type: 'plain_text', text: 'Go' } };
const CARD = { channel: 'C01', text: 'card', blocks: [{ type: 'actions', elements: [BUTTON] }] };
const REASON = {
  type: 'input',
  block_id: 'why',
  label: { type: 'plain_text', text: 'Why' },
  element: { type: 'plain_text_input', action_id: 'text' },
};
const MODAL = {
  type: 'modal',
  callback_id: 'ask',
  title: { type: 'plain_text', text: 'Ask' },
  submit: { type: 'plain_text', text: 'Send' },
  blocks: [REASON],
};

function payloadOf(request: Heard | undefined): Record<string, unknown> {
  return JSON.parse(new URLSearchParams(request?.body).get('payload') ?? 'null') as Record<string, unknown>;
}

async function clickForTrigger(): Promise<string> {
  const { ts } = await call('chat.postMessage', CARD);
  await sim.click('U01BEA', String(ts), 'go');
  return String(payloadOf(heard.at(-1))['trigger_id']);
}

describe('a slash command', () => {
  test('is signed over the very bytes and the time of the request', async () => {
    await sim.slash('U01BEA', 'C01', '/deploy', 'api to production');
    const [request] = heard;
    const timestamp = request?.headers['x-slack-request-timestamp'];
    const expected = createHmac('sha256', sim.signingSecret())
      .update(`v0:${String(timestamp)}:${request?.body}`)
      .digest('hex');
    expect(request?.headers['x-slack-signature']).toBe(`v0=${expected}`);
    expect(Number(timestamp)).toBe(clock / 1_000);
  });

  test('carries the text with the three special characters escaped', async () => {
    await sim.slash('U01BEA', 'C01', '/deploy', 'reject X a<b & c');
    expect(new URLSearchParams(heard[0]?.body).get('text')).toBe('reject X a&lt;b &amp; c');
  });

  test('shows the JSON of the answer to the person alone', async () => {
    reply = { status: 200, body: JSON.stringify({ response_type: 'ephemeral', text: 'hello' }), afterMs: 0 };
    const delivered = await sim.slash('U01BEA', 'C01', '/deploy', 'help');
    expect(delivered).toMatchObject({ status: 200, problem: null, answer: { text: 'hello', user: 'U01BEA' } });
    expect(sim.ephemerals('U01BEA').map((shown) => shown.text)).toEqual(['hello']);
    expect(sim.messages('C01')).toEqual([]);
  });

  test.each([
    ['no answer in time', { status: 200, body: '{}', afterMs: 600 }, { status: null, problem: 'operation_timeout' }],
    ['a refusal', { status: 401, body: '', afterMs: 0 }, { status: 401, problem: 'http_client_error' }],
    ['a crash', { status: 503, body: '', afterMs: 0 }, { status: 503, problem: 'http_service_error' }],
    [
      'blocks that do not exist',
      { status: 200, body: '{"blocks":[{"type":"poster"}]}', afterMs: 0 },
      { status: 200, problem: 'invalid_command_response' },
    ],
  ])('tells the person of %s', async (_what, answer, expected) => {
    reply = answer;
    if (answer.afterMs > 0) await open({ answerWithinMs: answer.afterMs / 2 });
    expect(await sim.slash('U01BEA', 'C01', '/deploy', 'help')).toMatchObject({ ...expected, answer: null });
  });

  test('fails at once when nobody listens', async () => {
    sim.deliverTo('http://127.0.0.1:9/slack/events');
    expect(await sim.slash('U01BEA', 'C01', '/deploy', 'help')).toMatchObject({ status: null, problem: 'dispatch_failed' });
  });

  test('can be replayed byte by byte', async () => {
    await sim.slash('U01BEA', 'C01', '/deploy', 'help');
    clock += 60_000;
    const answers = await sim.replay(3, 'parallel');
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
    expect(new Set(heard.map((request) => `${String(request.headers['x-slack-signature'])} ${request.body}`)).size).toBe(1);
  });
});

describe('a click', () => {
  test('carries the button as it is now, or as it was before the last edit', async () => {
    const { ts } = await call('chat.postMessage', CARD);
    await call('chat.update', {
      channel: 'C01',
      ts,
      text: 'card',
      blocks: [{ type: 'actions', elements: [{ ...BUTTON, value: 'v2' }] }],
    });
    await sim.click('U01BEA', String(ts), 'go');
    await sim.click('U01BEA', String(ts), 'go', { stale: true });
    const values = heard.map((request) => (payloadOf(request)['actions'] as { value: string }[])[0]?.value);
    expect(values).toEqual(['v2', 'v1']);
  });

  test('is impossible once the button is gone', async () => {
    const { ts } = await call('chat.postMessage', CARD);
    await call('chat.update', { channel: 'C01', ts, text: 'over' });
    await expect(sim.click('U01BEA', String(ts), 'go')).rejects.toThrow('has no button go');
    expect(sim.messages('C01')).toMatchObject([{ text: 'over', blocks: [], edited: true }]);
  });

  test('hands out a response_url for five posts in thirty minutes', async () => {
    const { ts } = await call('chat.postMessage', CARD);
    await sim.click('U01BEA', String(ts), 'go');
    const url = String(payloadOf(heard[0])['response_url']);
    const post = async (): Promise<number> => (await fetch(url, { method: 'POST', body: '{"text":"counted"}' })).status;
    const statuses = [await post(), await post(), await post(), await post(), await post(), await post()];
    expect(statuses).toEqual([200, 200, 200, 200, 200, 404]);
    expect(sim.ephemerals('U01BEA')).toHaveLength(5);

    await sim.click('U01BEA', String(ts), 'go');
    clock += 31 * 60_000;
    expect((await fetch(String(payloadOf(heard[1])['response_url']), { method: 'POST', body: '{"text":"late"}' })).status).toBe(404);
  });
});

describe('a modal', () => {
  test('opens once per trigger, within three seconds', async () => {
    const trigger = await clickForTrigger();
    expect(await call('views.open', { trigger_id: trigger, view: MODAL })).toMatchObject({ ok: true });
    expect(await call('views.open', { trigger_id: trigger, view: MODAL })).toMatchObject({ ok: false, error: 'exchanged_trigger_id' });
    const late = await clickForTrigger();
    clock += 3_001;
    expect(await call('views.open', { trigger_id: late, view: MODAL })).toMatchObject({ ok: false, error: 'expired_trigger_id' });
    expect(await call('views.open', { trigger_id: 'made-up', view: MODAL })).toMatchObject({ ok: false, error: 'invalid_trigger_id' });
    expect(sim.views('U01BEA')).toHaveLength(1);
  });

  test('shows inline errors and stays, is updated, or closes', async () => {
    await call('views.open', { trigger_id: await clickForTrigger(), view: MODAL });
    const id = sim.views('U01BEA')[0]?.id ?? '';
    expect(await sim.submit('U01BEA', id, { text: '' })).toMatchObject({ status: null, problem: 'incomplete' });

    reply = { status: 200, body: JSON.stringify({ response_action: 'errors', errors: { why: 'more, please' } }), afterMs: 0 };
    expect(await sim.submit('U01BEA', id, { text: 'no' })).toMatchObject({ errors: { why: 'more, please' } });
    expect(payloadOf(heard.at(-1))).toMatchObject({ view: { state: { values: { why: { text: { value: 'no' } } } } } });

    const done = { ...MODAL, title: { type: 'plain_text', text: 'Done' }, blocks: [{ type: 'divider' }] };
    reply = { status: 200, body: JSON.stringify({ response_action: 'update', view: done }), afterMs: 0 };
    await sim.submit('U01BEA', id, { text: 'broken' });
    expect(sim.views('U01BEA')).toMatchObject([{ id, content: { title: { text: 'Done' } } }]);

    reply = { status: 200, body: '', afterMs: 0 };
    await sim.submit('U01BEA', id, {});
    expect(sim.views('U01BEA')).toEqual([]);
  });
});

describe('the Web API', () => {
  test.each([
    ['no such channel', 'chat.postMessage', { channel: 'C404', text: 'x' }, 'channel_not_found'],
    ['a channel without the bot', 'chat.postMessage', { channel: 'C02', text: 'x' }, 'not_in_channel'],
    ['nothing to say', 'chat.postMessage', { channel: 'C01' }, 'no_text'],
    ['an unknown message', 'chat.update', { channel: 'C01', ts: '1.2', text: 'x' }, 'message_not_found'],
    ['a person outside the channel', 'chat.postEphemeral', { channel: 'C03', user: 'U01BEA', text: 'x' }, 'user_not_in_channel'],
    ['an unknown person', 'users.info', { user: 'U404' }, 'user_not_found'],
    ['an unknown view', 'views.update', { view_id: 'V404', view: MODAL }, 'not_found'],
  ])('refuses %s in its own word', async (_what, method, args, error) => {
    sim.addChannel({ id: 'C02', name: 'private', botIn: false });
    sim.addChannel({ id: 'C03', name: 'small', members: [] });
    expect(await call(method, args)).toMatchObject({ status: 200, ok: false, error });
  });

  test('refuses a wrong token, and a method outside the scopes', async () => {
    expect(await call('auth.test', {}, 'xoxb-other')).toMatchObject({ ok: false, error: 'invalid_auth' });
    await open({ scopes: ['chat:write'] });
    expect(await call('users.info', { user: 'U01BEA' })).toMatchObject({ ok: false, error: 'missing_scope', needed: 'users:read' });
  });

  test('answers 429 with Retry-After beyond a limit, per channel', async () => {
    sim.addChannel({ id: 'C02', name: 'other' });
    sim.rateLimit({ method: 'chat.postMessage', calls: 1, perMs: 1_000, perChannel: true });
    expect(await call('chat.postMessage', { channel: 'C01', text: 'one' })).toMatchObject({ ok: true });
    expect(await call('chat.postMessage', { channel: 'C01', text: 'two' })).toMatchObject({ status: 429, retryAfter: '1' });
    expect(await call('chat.postMessage', { channel: 'C02', text: 'other' })).toMatchObject({ ok: true });
    clock += 1_001;
    expect(await call('chat.postMessage', { channel: 'C01', text: 'three' })).toMatchObject({ ok: true });
  });

  test('keeps metadata over an update and shows it only when asked', async () => {
    const metadata = { event_type: 'card', event_payload: { id: '1' } };
    const { ts } = await call('chat.postMessage', { ...CARD, metadata });
    await call('chat.update', { channel: 'C01', ts, text: 'new', blocks: CARD.blocks });
    expect(await call('conversations.history', { channel: 'C01', include_all_metadata: true })).toMatchObject({
      messages: [{ text: 'new', metadata }],
    });
    const plain = await call('conversations.history', { channel: 'C01' });
    expect((plain['messages'] as object[])[0]).not.toHaveProperty('metadata');
  });

  test('pages through the history, newest first, without thread replies', async () => {
    const first = await call('chat.postMessage', { channel: 'C01', text: '1' });
    await call('chat.postMessage', { channel: 'C01', text: 'reply', thread_ts: first['ts'] });
    await call('chat.postMessage', { channel: 'C01', text: '2' });
    await call('chat.postMessage', { channel: 'C01', text: '3' });
    const page = await call('conversations.history', { channel: 'C01', limit: 2 });
    expect(page).toMatchObject({ messages: [{ text: '3' }, { text: '2' }], has_more: true });
    const cursor = (page['response_metadata'] as { next_cursor: string }).next_cursor;
    expect(await call('conversations.history', { channel: 'C01', limit: 2, cursor })).toMatchObject({ messages: [{ text: '1' }], has_more: false });
  });

  test('tells its listeners of changes until they leave', async () => {
    let changes = 0;
    const leave = sim.onChange(() => (changes += 1));
    await call('chat.postMessage', CARD);
    leave();
    await call('chat.postMessage', CARD);
    expect(changes).toBe(1);
  });
});
