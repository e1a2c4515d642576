// Nothing that Slack did not sign just now, for this app and workspace, has any effect.
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { encodeActionValue, ACTIONS } from '../../src/render/actions.ts';
import { createSlackIngress } from '../../src/slack/ingress.ts';
import { eventually, NOW, startSlackApp, type SlackApp } from './slack-app.ts';

const FORM = 'application/x-www-form-urlencoded';
const PREVIOUS = 'the-secret-before-this-one-0123456789';
let app: SlackApp;

beforeAll(async () => {
  app = await startSlackApp({ previousSecret: PREVIOUS });
});
afterAll(() => app.close());
beforeEach(() => {
  app.heard.commands.length = 0;
  app.heard.clicks.length = 0;
  app.heard.homes.length = 0;
  app.answer = () => Promise.resolve({ kind: 'silence' });
});

interface Sent {
  readonly body?: string;
  readonly secret?: string;
  readonly at?: number;
  readonly type?: string;
  readonly unsigned?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

async function send(sent: Sent): Promise<{ status: number; body: string; effects: number }> {
  const body = sent.body ?? commandForm();
  const timestamp = String(Math.floor((sent.at ?? NOW) / 1_000));
  const signature = createHmac('sha256', sent.secret ?? app.sim.signingSecret())
    .update(`v0:${timestamp}:${body}`)
    .digest('hex');
  const signed = sent.unsigned === true ? {} : { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${signature}` };
  const response = await fetch(app.url, { method: 'POST', headers: { 'content-type': sent.type ?? FORM, ...signed, ...sent.headers }, body });
  return { status: response.status, body: await response.text(), effects: effects() };
}

function effects(): number {
  const { commands, clicks, asks, submissions, homes } = app.heard;
  return commands.length + clicks.length + asks.length + submissions.length + homes.length;
}

/** Somebody opens the home tab. */
function homeOpened(more: Readonly<Record<string, unknown>> = {}): Sent {
  const event = { type: 'app_home_opened', user: 'U01BEA', tab: 'home', channel: 'D01', event_ts: '1.5' };
  const body = { type: 'event_callback', team_id: app.sim.team, api_app_id: app.sim.appId, event, event_id: 'Ev1', event_time: 1, ...more };
  return { type: 'application/json', body: JSON.stringify(body) };
}

function commandFields(more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const who = { team_id: app.sim.team, api_app_id: app.sim.appId, user_id: 'U01ANN', user_name: 'ann', channel_id: 'C01' };
  return { ...who, command: '/deploy', text: 'api to production', trigger_id: '1.2.abc', ...more };
}
const commandForm = (more: Readonly<Record<string, string>> = {}): string => new URLSearchParams(commandFields(more)).toString();

function click(more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    type: 'block_actions',
    team: { id: app.sim.team },
    api_app_id: app.sim.appId,
    user: { id: 'U01BEA', name: 'bea', team_id: app.sim.team },
    channel: { id: 'C01' },
    trigger_id: '1.2.abc',
    actions: [
      {
        type: 'button',
        action_id: ACTIONS.approve,
        action_ts: '1.5',
        value: encodeActionValue({ deployId: 'deploy:x:1', contract: null, sha: null }),
      },
    ],
    ...more,
  });
}
const clickForm = (more: Readonly<Record<string, unknown>> = {}): string => new URLSearchParams({ payload: click(more) }).toString();

const NOTHING = { status: 401, body: '', effects: 0 };

test('a signed command and a signed click have their effect', async () => {
  expect(await send({})).toEqual({ status: 200, body: '', effects: 1 });
  expect(await send({ body: clickForm() })).toEqual({ status: 200, body: '', effects: 2 });
});

test('a signed event has its effect; one that is not signed, or is for another workspace or app, has none', async () => {
  expect(await send({ ...homeOpened(), unsigned: true })).toEqual(NOTHING);
  expect(await send({ ...homeOpened(), secret: 'somebody-else' })).toEqual(NOTHING);
  expect(await send(homeOpened({ team_id: 'T02OTHER' }))).toEqual(NOTHING);
  expect(await send(homeOpened({ api_app_id: 'A02OTHER' }))).toEqual(NOTHING);
  expect(await send(homeOpened({ team_id: undefined }))).toEqual(NOTHING);
  // Acknowledged before it is handled.
  await send(homeOpened());
  expect(await eventually(() => app.heard.homes[0])).toMatchObject({ user: 'U01BEA', team: app.sim.team });
});

test('the previous secret still works while it is being rotated', async () => {
  expect(await send({ secret: PREVIOUS })).toMatchObject({ status: 200, effects: 1 });
});

describe('an unverified request is answered 401 with nothing in it', () => {
  test.each<[string, () => Sent]>([
    ['without a signature', () => ({ unsigned: true })],
    ['signed with another secret', () => ({ secret: 'somebody-else' })],
    ['signed with an empty secret', () => ({ secret: '' })],
    ['five minutes and a second old', () => ({ at: NOW - 301_000 })],
    ['five minutes and a second ahead', () => ({ at: NOW + 301_000 })],
    ['an hour ahead', () => ({ at: NOW + 3_600_000 })],
    ['with a time that is no number', () => ({ headers: { 'x-slack-request-timestamp': 'NaN' } })],
    ['with another time than was signed', () => ({ headers: { 'x-slack-request-timestamp': String(NOW / 1_000 + 1) } })],
    ['without a time', () => ({ unsigned: true, headers: { 'x-slack-signature': `v0=${'0'.repeat(64)}` } })],
    ['with an empty signature', () => ({ headers: { 'x-slack-signature': '' } })],
    ['with a signature of the wrong length', () => ({ headers: { 'x-slack-signature': 'v0=00' } })],
    ['with a signature of another version', () => ({ headers: { 'x-slack-signature': `v1=${'0'.repeat(64)}` } })],
    [
      'that asks for the url to be verified',
      () => ({ unsigned: true, type: 'application/json', body: '{"type":"url_verification","challenge":"c"}' }),
    ],
    ['whose body is no form at all', () => ({ unsigned: true, type: 'text/plain', body: 'hello' })],
  ])('%s', async (_what, sent) => {
    expect(await send(sent())).toEqual(NOTHING);
  });
});

// Bolt up to 4.7.1 skipped the signature of any form with `ssl_check` and ran the handler: a forged approval.
describe('`ssl_check` opens no door', () => {
  const variants: readonly [string, (rest: string) => string][] = [
    ['1', (rest) => `ssl_check=1&${rest}`],
    ['0', (rest) => `ssl_check=0&${rest}`],
    ['true', (rest) => `ssl_check=true&${rest}`],
    ['empty', (rest) => `ssl_check=&${rest}`],
    ['without a value', (rest) => `ssl_check&${rest}`],
    ['at the end', (rest) => `${rest}&ssl_check=1`],
    ['as a list', (rest) => `ssl_check[]=1&${rest}`],
    ['twice', (rest) => `ssl_check=1&ssl_check=0&${rest}`],
    ['with an encoded name', (rest) => `ssl%5Fcheck=1&${rest}`],
  ];
  const cases = variants.flatMap(([name, form]) => [
    { name, what: 'a command', body: () => form(commandForm()) },
    { name, what: 'a click', body: () => form(clickForm()) },
  ]);

  test.each(cases)('unsigned, $name, with $what', async ({ body }) => {
    expect(await send({ unsigned: true, body: body() })).toEqual(NOTHING);
  });
  // `ssl_check[]` is another name, and a signed request with it an ordinary one.
  test.each(cases.filter((variant) => variant.name !== 'as a list'))(
    'signed, $name, with $what, it only looks at the certificate',
    async (variant) => {
      expect(await send({ body: variant.body() })).toEqual({ status: variant.name === 'twice' ? 400 : 200, body: '', effects: 0 });
    },
  );
  test('unsigned, inside JSON', async () => {
    const body = JSON.stringify({ ssl_check: '1', ...(JSON.parse(click()) as object) });
    expect(await send({ unsigned: true, type: 'application/json', body })).toEqual(NOTHING);
  });
  test('unsigned and alone: Slack looks at the certificate, which needs no answer of ours', async () => {
    expect(await send({ unsigned: true, body: 'ssl_check=1&token=x' })).toEqual(NOTHING);
  });
});

describe('a signed request for somebody else has no effect', () => {
  test.each<[string, () => string]>([
    ['a command from another workspace', () => commandForm({ team_id: 'T99' })],
    ['a command that names no workspace', () => commandForm({ team_id: '' })],
    ['a command for another app', () => commandForm({ api_app_id: 'A99' })],
    ['a click in another workspace', () => clickForm({ team: { id: 'T99' } })],
    ['a click in no workspace', () => clickForm({ team: null })],
    ['a click for another app', () => clickForm({ api_app_id: 'A99' })],
    ['a click for no app', () => clickForm({ api_app_id: undefined })],
    ['a modal in another workspace', () => clickForm({ type: 'view_submission', actions: undefined, view: { id: 'V1' }, team: { id: 'T99' } })],
  ])('%s', async (_what, body) => {
    expect(await send({ body: body() })).toEqual(NOTHING);
  });

  test('an event of another workspace', async () => {
    const event = { type: 'event_callback', api_app_id: app.sim.appId, event: { type: 'user_change' } };
    expect(await send({ type: 'application/json', body: JSON.stringify({ ...event, team_id: 'T99' }) })).toEqual(NOTHING);
    expect(await send({ type: 'application/json', body: JSON.stringify({ ...event, team_id: app.sim.team }) })).toMatchObject({ status: 200 });
  });
});

describe('a signed request that can be read in two ways, or in none, is answered 400', () => {
  test.each<[string, () => Sent]>([
    ['a parameter twice', () => ({ body: `${commandForm()}&text=other` })],
    ['the payload twice', () => ({ body: `${clickForm()}&${clickForm()}` })],
    ['a payload that is no JSON', () => ({ body: 'payload=%7B' })],
    ['a payload that is a list', () => ({ body: 'payload=%5B%5D' })],
    ['a content type that Slack does not use', () => ({ type: 'multipart/form-data' })],
    ['no content type', () => ({ type: '' })],
  ])('%s', async (_what, sent) => {
    expect(await send(sent())).toEqual({ status: 400, body: '', effects: 0 });
  });
});

test.each([`${FORM}; charset=utf-8`, `${FORM};charset=UTF-8`, 'Application/X-WWW-Form-Urlencoded'])('a form may come as %s', async (type) => {
  expect(await send({ type })).toMatchObject({ status: 200, effects: 1 });
});

test('the url is verified with a signature', async () => {
  const body = '{"type":"url_verification","challenge":"abc","token":"x"}';
  expect(await send({ type: 'application/json', body })).toMatchObject({ status: 200, body: '{"challenge":"abc"}' });
});

test('without a known app id only the workspace decides', async () => {
  const other = await startSlackApp({ appId: null });
  try {
    await other.sim.slash('U01ANN', 'C01', '/deploy', 'help');
    expect(other.heard.commands).toHaveLength(1);
  } finally {
    await other.close();
  }
});

test('a body is capped at 256 KiB', () => {
  expect(app.route.maxBytes({})).toBe(262_144);
});

test('an empty signing secret is refused at start', async () => {
  const { sim } = app;
  const options = { team: sim.team, appId: null, bot: sim.bot, botUser: sim.botUser, command: '/deploy', token: () => 'x', apiUrl: sim.apiUrl };
  const rest = { frontDoor: {} as never, log: {} as never, now: () => NOW };
  await expect(createSlackIngress({ ...options, ...rest, signingSecrets: () => [''] })).rejects.toThrow('signing secret is empty');
});
