// The Slack client against the simulated workspace, with exactly the scopes of the manifest's table.
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SlackMessage } from '../../src/render/message.ts';
import { createSlackSim, type SlackSim } from '../../src/sim/slack/sim.ts';
import type { SlackApi } from '../../src/slack/api.ts';
import { createSlack } from '../../src/slack/client.ts';
import { botScopes } from '../../src/slack/scopes.ts';
import { isTrouble, type Trouble } from '../../src/trouble.ts';

const CARD: SlackMessage = { text: 'Approve?', blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'Approve?' } }] };
const LINE: SlackMessage = { text: 'one line', blocks: [] };

let sim: SlackSim;
let slack: SlackApi;
let clock: number;
let token: string;

beforeEach(async () => {
  clock = Date.parse('2026-11-23T12:00:00Z');
  sim = await createSlackSim({ now: () => clock, scopes: botScopes() });
  sim.addChannel({ id: 'C01', name: 'deploys' });
  sim.addUser({ id: 'U01BEA', name: 'Bea' });
  token = sim.botToken;
  slack = connect();
});
afterEach(() => sim.close());

function connect(paceMs = 0, to: Pick<SlackSim, 'apiUrl'> = sim): SlackApi {
  return createSlack({ token: () => token, apiUrl: to.apiUrl, log: pino({ level: 'silent' }), now: () => clock, paceMs });
}

async function trouble(promise: Promise<unknown>): Promise<Trouble> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!isTrouble(error)) throw new Error(`expected Trouble, got ${String(error)}`);
  return error;
}

const callsOf = (method: string): number => sim.requests.filter((request) => request.path === `/api/${method}`).length;

test('knows who we are, and asks only once', async () => {
  const expected = { team: sim.team, teamName: 'Acme', botUser: sim.botUser, bot: sim.bot, app: sim.appId };
  expect(await Promise.all([slack.whoAmI(), slack.whoAmI()])).toEqual([expected, expected]);
  expect(callsOf('auth.test')).toBe(1);
});

test('asks again after a failed attempt', async () => {
  token = 'xoxb-wrong';
  expect(await trouble(slack.whoAmI())).toMatchObject({ kind: 'unauthorised' });
  token = sim.botToken;
  expect(await slack.whoAmI()).toMatchObject({ team: sim.team });
});

describe('a card', () => {
  test('is posted, found again by its request, and edited in place', async () => {
    await slack.postMessage('C01', LINE);
    const place = await slack.postCard('C01', CARD, 'deploy:slack:T:1');
    await slack.postCard('C01', CARD, 'deploy:slack:T:2');
    expect(await slack.findCard('C01', 'deploy:slack:T:1', clock - 60_000)).toEqual(place);
    await slack.updateCard(place, { text: 'Approved', blocks: CARD.blocks });
    expect(await slack.findCard('C01', 'deploy:slack:T:1', clock - 60_000)).toEqual(place);
    expect(sim.messages('C01')[1]).toMatchObject({ text: 'Approved', edited: false });
    expect(await slack.permalink(place)).toContain(`/archives/C01/p${place.ts.replace('.', '')}`);
  });

  test('is the older one when a lost answer led to two', async () => {
    const first = await slack.postCard('C01', CARD, 'deploy:slack:T:1');
    await slack.postCard('C01', CARD, 'deploy:slack:T:1');
    expect(await slack.findCard('C01', 'deploy:slack:T:1', clock - 60_000)).toEqual(first);
  });

  test('is not found before its time, nor in what somebody else posted', async () => {
    const metadata = { event_type: 'countersign_card', event_payload: { deploy_id: 'deploy:slack:T:9' } };
    sim.say({ user: 'U01EVE', channel: 'C01', text: 'Approve?', metadata });
    await slack.postCard('C01', CARD, 'deploy:slack:T:1');
    expect(await slack.findCard('C01', 'deploy:slack:T:1', clock + 60_000)).toBeNull();
    expect(await slack.findCard('C01', 'deploy:slack:T:9', clock - 60_000)).toBeNull();
  });

  test('is found behind more than one page of messages', async () => {
    const place = await slack.postCard('C01', CARD, 'deploy:slack:T:1');
    for (let i = 0; i < 250; i += 1) sim.say({ user: 'U01BEA', channel: 'C01', text: `talk ${i}` });
    expect(await slack.findCard('C01', 'deploy:slack:T:1', clock - 60_000)).toEqual(place);
    expect(callsOf('conversations.history')).toBe(2);
  });

  test('has its timeline in the thread', async () => {
    const place = await slack.postCard('C01', CARD, 'deploy:slack:T:1');
    await slack.postInThread(place, LINE);
    expect(sim.messages('C01')).toMatchObject([{ threadTs: null }, { threadTs: place.ts, text: 'one line' }]);
  });

  test('is sent without anything that turns text into mentions or previews', async () => {
    await slack.postCard('C01', CARD, 'deploy:slack:T:1');
    const sent = new URLSearchParams(sim.requests.at(-1)?.body);
    const flags = ['link_names', 'parse', 'unfurl_links', 'unfurl_media'].map((name) => sent.get(name));
    expect(flags).toEqual(['false', 'none', 'false', 'false']);
    expect(sent.has('token')).toBe(false);
  });
});

describe('telling one person', () => {
  test('shows it in the channel to that person alone', async () => {
    await slack.tell('C01', 'U01BEA', LINE);
    expect(sim.ephemerals('U01BEA')).toMatchObject([{ channel: 'C01', text: 'one line' }]);
    expect(sim.messages('C01')).toEqual([]);
  });

  test.each([
    ['the person is not in the channel', { id: 'C02', name: 'small', members: [] }, 'C02'],
    ['we are not in the channel', { id: 'C02', name: 'small', botIn: false }, 'C02'],
    ['the channel is gone', { id: 'C02', name: 'small' }, 'C404'],
  ])('goes by direct message when %s', async (_why, channel, id) => {
    sim.addChannel(channel);
    await slack.tell(id, 'U01BEA', LINE);
    expect(sim.directMessages('U01BEA')).toMatchObject([{ text: 'one line' }]);
    expect(sim.ephemerals('U01BEA')).toEqual([]);
  });

  test('does not go by direct message for any other trouble', async () => {
    expect(await trouble(slack.tell('C01', 'U404', LINE))).toMatchObject({ kind: 'not-found' });
    expect(callsOf('conversations.open')).toBe(0);
  });
});

describe('an account', () => {
  test.each([
    ['a member', {}, { active: true, why: null }],
    ['somebody who left', { deleted: true }, { active: false, why: 'deactivated' }],
    ['a guest', { guest: true }, { active: false, why: 'guest' }],
    ['a guest of one channel', { guest: 'single-channel' as const }, { active: false, why: 'guest' }],
    ['somebody from another workspace', { stranger: true }, { active: false, why: 'stranger' }],
    ['a bot', { bot: true }, { active: false, why: 'bot' }],
  ])('of %s', async (_who, kind, expected) => {
    sim.addUser({ id: 'U02', name: 'Carl', ...kind });
    expect(await slack.readAccount(sim.team, 'U02', 0)).toEqual({ ...expected, name: 'Carl', email: null });
  });

  test('that claims another workspace is a stranger whatever it is here', async () => {
    expect(await slack.readAccount('T99', 'U01BEA', 0)).toMatchObject({ active: false, why: 'stranger' });
  });

  test.each([
    ['a member', {}, 'carl@acme.test'],
    ['a member who has not confirmed it', { isEmailConfirmed: false }, null],
    ['somebody who left', { deleted: true }, null],
    ['a guest', { guest: true }, null],
    ['somebody from another workspace', { stranger: true }, null],
  ])('of %s is known by its address only where that is worth something', async (_who, kind, email) => {
    const telling = await createSlackSim({ scopes: [...botScopes(), 'users:read.email'] });
    telling.addUser({ id: 'U02', name: 'Carl', email: 'carl@acme.test', ...kind });
    expect(await connect(0, telling).readAccount(telling.team, 'U02', 0)).toMatchObject({ email });
    await telling.close();
  });

  test('has no address without the scope for it', async () => {
    sim.addUser({ id: 'U02', name: 'Carl', email: 'carl@acme.test' });
    expect(await slack.readAccount(sim.team, 'U02', 0)).toMatchObject({ active: true, email: null });
  });

  test('is read once by simultaneous readers, and again when it is too old for the caller', async () => {
    const read = (maxAgeMs: number): ReturnType<SlackApi['readAccount']> => slack.readAccount(sim.team, 'U01BEA', maxAgeMs);
    await Promise.all([read(60_000), read(60_000), read(60_000)]);
    const before = callsOf('users.info');
    sim.addUser({ id: 'U01BEA', name: 'Bea', deleted: true });
    clock += 60_000;
    expect(await read(60_000)).toMatchObject({ active: true });
    expect(callsOf('users.info')).toBe(before);
    clock += 1;
    expect(await read(60_000)).toMatchObject({ active: false });
    expect(callsOf('users.info')).toBe(before + 1);
  });

  test('is not remembered when it could not be read', async () => {
    await slack.whoAmI();
    sim.fault({ method: 'POST', path: /users\.info/, times: 1, effect: { kind: 'status', status: 502 } });
    expect(await trouble(slack.readAccount(sim.team, 'U01BEA', 60_000))).toMatchObject({ kind: 'unavailable', status: 502 });
    expect(await slack.readAccount(sim.team, 'U01BEA', 60_000)).toMatchObject({ active: true });
  });
});

describe('a user group', () => {
  test('has the members of our workspace that it has now', async () => {
    sim.addGroup({ id: 'S01SRE', members: ['U01BEA', 'U01ANN'] });
    expect(await slack.readUserGroup('S01SRE')).toEqual([
      { team: sim.team, user: 'U01BEA' },
      { team: sim.team, user: 'U01ANN' },
    ]);
    sim.addGroup({ id: 'S01SRE', members: ['U01ANN'] });
    expect(await slack.readUserGroup('S01SRE')).toEqual([{ team: sim.team, user: 'U01ANN' }]);
  });

  test('is unknown, not empty, when it is disabled, gone or can’t be read', async () => {
    sim.addGroup({ id: 'S02OLD', members: ['U01BEA'], disabled: true });
    for (const id of ['S02OLD', 'S03NONE']) expect(await trouble(slack.readUserGroup(id))).toMatchObject({ kind: 'invalid', source: 'slack' });
    sim.fault({ method: 'POST', path: /usergroups/, times: 1, effect: { kind: 'status', status: 502 } });
    expect(await trouble(slack.readUserGroup('S01SRE'))).toMatchObject({ kind: 'unavailable', status: 502 });
  });
});

describe('one channel gets one message at a time', () => {
  test('so that Slack never has to refuse one', async () => {
    sim.addChannel({ id: 'C02', name: 'other' });
    clock = Date.now();
    const paced = createSlack({ token: () => token, apiUrl: sim.apiUrl, log: pino({ level: 'silent' }), now: Date.now });
    sim.rateLimit({ method: 'chat.postMessage', calls: 1, perMs: 400, perChannel: true });
    const ticking = setInterval(() => (clock = Date.now()), 5);
    await Promise.all([paced.postMessage('C01', LINE), paced.postMessage('C01', LINE), paced.postMessage('C02', LINE)]).finally(() =>
      clearInterval(ticking),
    );
    expect([sim.messages('C01').length, sim.messages('C02').length]).toEqual([2, 1]);
  });

  test('and says so, instead of waiting for long, when many are waiting', async () => {
    const slow = connect(60);
    const posts = await Promise.allSettled(Array.from({ length: 14 }, () => slow.postMessage('C01', LINE)));
    const refused = posts.flatMap((post) => (post.status === 'rejected' ? [post.reason as Trouble] : []));
    expect(refused.map((reason) => [reason.kind, reason.retryAfterMs])).toEqual(Array.from({ length: 4 }, () => ['rate-limited', 600]));
    expect(sim.messages('C01')).toHaveLength(10);
  });
});
