// Modals, home tabs and events of the simulated workspace behave as Slack documents them.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSlackSim, type SlackSim } from '../../../src/sim/slack/sim.ts';
import { refuseView } from '../../../src/sim/slack/validate.ts';

type Json = Readonly<Record<string, unknown>>;

let sim: SlackSim;
let server: Server;
let now = 1_800_000_000_000;
let heard: Json[] = [];
let answer: Json | string = '';

beforeEach(async () => {
  now = 1_800_000_000_000;
  heard = [];
  answer = '';
  sim = await createSlackSim({ now: () => now });
  sim.addUser({ id: 'U01ANN', name: 'Ann' });
  sim.addChannel({ id: 'C01', name: 'deploys' });
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      heard.push(request.headers['content-type'] === 'application/json' ? parse(text) : readForm(text));
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  sim.deliverTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await sim.close();
});

const parse = (text: string): Json => JSON.parse(text) as Json;
function readForm(text: string): Json {
  const form = new URLSearchParams(text);
  return form.has('payload') ? parse(form.get('payload') ?? '') : Object.fromEntries(form);
}

async function call(method: string, args: Json): Promise<Json> {
  const headers = { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${sim.botToken}` };
  const response = await fetch(`${sim.apiUrl}${method}`, { method: 'POST', headers, body: JSON.stringify(args) });
  return (await response.json()) as Json;
}

const plain = (text: string): Json => ({ type: 'plain_text', text });
const option = (value: string): Json => ({ text: plain(value), value });
const select = (more: Json = {}): Json => ({ type: 'static_select', action_id: 'pick', options: [option('a'), option('b')], ...more });
const input = (element: Json, more: Json = {}): Json => ({ type: 'input', block_id: 'one', label: plain('One'), element, ...more });
const modal = (...blocks: readonly Json[]): Json => ({ type: 'modal', title: plain('T'), submit: plain('S'), blocks });
const button = (value: string): Json => ({ type: 'button', action_id: 'go', text: plain('Go'), value });

async function open(view: Json): Promise<string> {
  await sim.slash('U01ANN', 'C01', '/deploy', '');
  await call('views.open', { trigger_id: heard.at(-1)?.['trigger_id'], view });
  return sim.views('U01ANN').at(-1)?.id ?? '';
}

describe('a modal', () => {
  test('opens once by a trigger, within three seconds', async () => {
    const id = await open(modal(input(select())));
    expect(id).toMatch(/^V/);
    const used = heard[0]?.['trigger_id'];
    expect(await call('views.open', { trigger_id: used, view: modal(input(select())) })).toMatchObject({ ok: false, error: 'exchanged_trigger_id' });
    await sim.slash('U01ANN', 'C01', '/deploy', '');
    now += 3_001;
    expect(await call('views.open', { trigger_id: heard.at(-1)?.['trigger_id'], view: modal() })).toMatchObject({ error: 'expired_trigger_id' });
  });

  test('tells of a choice where the block asks for it, with everything that is filled in', async () => {
    const typed = { type: 'plain_text_input', action_id: 'text' };
    const id = await open(modal(input(select(), { dispatch_action: true }), input(typed, { block_id: 'two', optional: true })));
    heard = [];
    await sim.fill('U01ANN', id, 'text', 'words');
    expect(heard).toEqual([]);
    await sim.fill('U01ANN', id, 'pick', 'b');
    expect(heard).toMatchObject([
      {
        type: 'block_actions',
        container: { type: 'view', view_id: id },
        actions: [{ type: 'static_select', action_id: 'pick', block_id: 'one', selected_option: option('b') }],
        view: { id, type: 'modal', state: { values: { one: { pick: { selected_option: option('b') } }, two: { text: { value: 'words' } } } } },
      },
    ]);
    expect(heard[0]).not.toHaveProperty('response_url');
    expect(heard[0]).not.toHaveProperty('channel');
  });

  test('keeps what was filled in through an update, where block and action are called the same', async () => {
    const id = await open(modal(input(select()), input(select({ action_id: 'other' }), { block_id: 'two' })));
    await sim.fill('U01ANN', id, 'pick', 'b');
    await sim.fill('U01ANN', id, 'other', 'b');
    await call('views.update', { view_id: id, view: modal(input(select()), input(select({ action_id: 'other' }), { block_id: 'renamed' })) });
    await sim.submit('U01ANN', id, { other: 'a' });
    expect(heard.at(-1)).toMatchObject({
      view: { state: { values: { one: { pick: { selected_option: { value: 'b' } } }, renamed: { other: { selected_option: { value: 'a' } } } } } },
    });
  });

  test('is updated only by whoever saw it last', async () => {
    const id = await open(modal(input(select())));
    const seen = sim.views('U01ANN')[0]?.hash;
    expect(await call('views.update', { view_id: id, hash: seen, view: modal(input(select())) })).toMatchObject({ ok: true });
    expect(await call('views.update', { view_id: id, hash: seen, view: modal(input(select())) })).toMatchObject({
      ok: false,
      error: 'hash_conflict',
    });
    expect(await call('views.update', { view_id: 'V0', view: modal(input(select())) })).toMatchObject({ ok: false, error: 'not_found' });
  });

  test('is not sent with a required field empty', async () => {
    const id = await open(modal(input(select())));
    heard = [];
    expect(await sim.submit('U01ANN', id)).toMatchObject({ status: null, problem: 'incomplete' });
    expect(heard).toEqual([]);
    await expect(sim.submit('U01ANN', id, { pick: 'c' })).rejects.toThrow('offers no c');
  });

  test.each<[string, Json | string, string | null, number]>([
    ['closes', '', null, 0],
    ['stays with remarks at its inputs', { response_action: 'errors', errors: { one: 'No.' } }, null, 1],
    ['is an error of the app with remarks elsewhere', { response_action: 'errors', errors: { two: 'No.' } }, 'http_service_error', 1],
    ['changes', { response_action: 'update', view: { type: 'modal', title: plain('T'), blocks: [{ type: 'divider' }] } }, null, 1],
    ['is an error of the app when it can not change so', { response_action: 'update', view: { type: 'home', blocks: [] } }, 'http_service_error', 1],
    ['is covered by another', { response_action: 'push', view: { type: 'modal', title: plain('T'), blocks: [{ type: 'divider' }] } }, null, 2],
    ['goes with all others', { response_action: 'clear' }, null, 0],
    ['is an error of the app when the word is unknown', { response_action: 'shout' }, 'http_service_error', 1],
  ])('%s as the app answers', async (_what, said, problem, left) => {
    const id = await open(modal(input(select())));
    answer = said;
    expect((await sim.submit('U01ANN', id, { pick: 'a' })).problem).toBe(problem);
    expect(sim.views('U01ANN')).toHaveLength(left);
  });
});

describe('the home tab', () => {
  const home = (...blocks: readonly Json[]): Json => ({ type: 'home', blocks });

  test('is published for a person, and is the same tab when it is published again', async () => {
    expect(sim.home('U01ANN')).toBeNull();
    await call('views.publish', { user_id: 'U01ANN', view: home({ type: 'divider' }) });
    const first = sim.home('U01ANN');
    expect(await call('views.publish', { user_id: 'U01ANN', hash: 'old', view: home() })).toMatchObject({ error: 'hash_conflict' });
    await call('views.publish', { user_id: 'U01ANN', hash: first?.hash, view: home() });
    expect(sim.home('U01ANN')).toMatchObject({ id: first?.id, blocks: [] });
    expect(await call('views.publish', { user_id: 'U99', view: home() })).toMatchObject({ error: 'user_not_found' });
    expect(await call('views.publish', { user_id: 'U01ANN', view: modal() })).toMatchObject({ ok: false, error: 'invalid_arguments' });
  });

  test('tells that it was opened, signed, with what it shows', async () => {
    await sim.openHome('U01ANN');
    expect(heard[0]).toMatchObject({ type: 'event_callback', team_id: sim.team, event: { type: 'app_home_opened', user: 'U01ANN', tab: 'home' } });
    expect(heard[0]).not.toHaveProperty('event.view');
    await call('views.publish', { user_id: 'U01ANN', view: home({ type: 'divider' }) });
    await sim.openHome('U01ANN');
    expect(heard[1]).toMatchObject({ event: { view: { type: 'home' } } });
    await sim.openHome('U01ANN', 'messages');
    expect(heard[2]).toMatchObject({ event: { tab: 'messages' } });
  });

  test('has buttons that tell which of them was clicked', async () => {
    const rows = ['x', 'y'].map((value) => ({ type: 'actions', elements: [button(value)] }));
    await call('views.publish', { user_id: 'U01ANN', view: home(...rows) });
    const id = sim.home('U01ANN')?.id ?? '';
    await sim.clickInView('U01ANN', id, 'go', 2);
    expect(heard[0]).toMatchObject({ type: 'block_actions', view: { id, type: 'home' }, actions: [{ type: 'button', action_id: 'go', value: 'y' }] });
    await expect(sim.clickInView('U01ANN', id, 'go', 3)).rejects.toThrow('no button go');
  });
});

test('the request URL is verified by a challenge', async () => {
  expect(await sim.verifyUrl()).toBe(false);
  answer = { challenge: 'another' };
  expect(await sim.verifyUrl()).toBe(false);
});

test('a button of a message that only one person sees works for that person', async () => {
  await call('chat.postEphemeral', { channel: 'C01', user: 'U01ANN', text: 'x', blocks: [{ type: 'actions', elements: [button('x')] }] });
  const ts = sim.ephemerals('U01ANN')[0]?.ts ?? '';
  await sim.click('U01ANN', ts, 'go');
  expect(heard[0]).toMatchObject({ container: { type: 'message', is_ephemeral: true }, channel: { id: 'C01' }, actions: [{ value: 'x' }] });
  expect(heard[0]).not.toHaveProperty('message');
  sim.addUser({ id: 'U02BEA', name: 'Bea' });
  await expect(sim.click('U02BEA', ts, 'go')).rejects.toThrow('there is no message');
});

describe('what Slack refuses in a view', () => {
  test.each<[string, Json]>([
    ['more than 100 options', select({ options: Array.from({ length: 101 }, (_, i) => option(`o${i}`)) })],
    ['no option', select({ options: [] })],
    ['an option twice', select({ options: [option('a'), option('a')] })],
    ['a long option', select({ options: [option('x'.repeat(76))] })],
    ['options with markup', select({ options: [{ text: { type: 'mrkdwn', text: 'a' }, value: 'a' }] })],
    ['a first choice that is not offered', select({ initial_option: option('c') })],
    ['options both ways', select({ option_groups: [{ label: plain('g'), options: [option('a')] }] })],
    ['a long placeholder', select({ placeholder: plain('x'.repeat(151)) })],
    ['too much room to type', { type: 'plain_text_input', max_length: 3_001 }],
    ['more typed than there is room', { type: 'plain_text_input', max_length: 3, initial_value: 'four' }],
    ['a button as an input', button('x')],
    ['an element of no known type', { type: 'hologram' }],
  ])('%s', (_what, element) => {
    expect(refuseView(modal(input(element)))?.error).toBe('invalid_arguments');
  });

  test('what it takes', () => {
    expect(refuseView(modal(input(select({ initial_option: option('b'), placeholder: plain('Choose') }))))).toBeNull();
    expect(refuseView(modal(input(select({ options: undefined, option_groups: [{ label: plain('g'), options: [option('a')] }] }))))).toBeNull();
    expect(refuseView({ type: 'home', blocks: [], title: plain('T') }, 'home')).toBeNull();
    expect(refuseView({ type: 'home', blocks: [], submit: plain('S') }, 'home')?.error).toBe('invalid_arguments');
  });
});
