// What each way of failing means, over real HTTP.
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FaultEffect } from '../../src/sim/http.ts';
import { createSlackSim, type SlackSim } from '../../src/sim/slack/sim.ts';
import type { SlackApi } from '../../src/slack/api.ts';
import { createSlack } from '../../src/slack/client.ts';
import { isTrouble } from '../../src/trouble.ts';

const LINE = { text: 'one line', blocks: [] };
let sim: SlackSim;

beforeEach(async () => {
  sim = await createSlackSim();
  sim.addChannel({ id: 'C01', name: 'deploys' });
});
afterEach(() => sim.close());

function connect(more: { token?: string; apiUrl?: string } = {}): SlackApi {
  return createSlack({
    token: () => more.token ?? sim.botToken,
    apiUrl: more.apiUrl ?? sim.apiUrl,
    log: pino({ level: 'silent' }),
    now: Date.now,
    paceMs: 0,
  });
}

async function outcome(promise: Promise<unknown>): Promise<unknown> {
  const error = await promise.then(
    () => 'no failure',
    (reason: unknown) => reason,
  );
  return isTrouble(error)
    ? { source: error.source, kind: error.kind, status: error.status, retryAfterMs: error.retryAfterMs, message: error.message }
    : error;
}

const WRITE = (slack: SlackApi): Promise<unknown> => slack.postMessage('C01', LINE);
const READ = (slack: SlackApi): Promise<unknown> => slack.permalink({ channel: 'C01', ts: '1.000001' });

describe.each([
  ['a post', WRITE, 'unclear', 'posting in C01'],
  ['a read', READ, 'unavailable', "reading the card's address in C01"],
] as const)('%s', (_what, act, noAnswer, doing) => {
  test.each<[string, FaultEffect, object]>([
    ['a 500', { kind: 'status', status: 500 }, { kind: noAnswer, status: 500, message: `${doing}: slack answered 500` }],
    ['a 503 after the deed', { kind: 'commit-then-status', status: 503 }, { kind: noAnswer, status: 503 }],
    ['a cut connection', { kind: 'commit-then-cut' }, { kind: noAnswer, status: null }],
    [
      'a page of HTML',
      { kind: 'commit-then-body', body: '<html>maintenance</html>' },
      { kind: noAnswer, message: `${doing}: slack answered something unreadable` },
    ],
    ['half an answer', { kind: 'commit-then-body', body: '{"ok":tr', contentType: 'application/json' }, { kind: noAnswer }],
    [
      'an internal error',
      { kind: 'status', status: 200, body: { ok: false, error: 'internal_error' } },
      { kind: noAnswer, message: `${doing}: slack answered internal_error` },
    ],
    ['a redirect', { kind: 'status', status: 302, headers: { location: 'http://127.0.0.1:9/' } }, { kind: noAnswer }],
    ['a 429', { kind: 'status', status: 429, headers: { 'retry-after': '7' } }, { kind: 'rate-limited', status: 429, retryAfterMs: 7_000 }],
    ['a 429 without a time', { kind: 'status', status: 429 }, { kind: 'rate-limited', status: 429, retryAfterMs: null }],
    ['a 413', { kind: 'status', status: 413 }, { kind: 'invalid', status: 413 }],
  ])('answered with %s is sent once and says what is known', async (_answer, effect, expected) => {
    const path = act === WRITE ? '/api/chat.postMessage' : '/api/chat.getPermalink';
    sim.fault({ method: 'POST', path: new RegExp(path), times: 5, effect });
    expect(await outcome(act(connect()))).toMatchObject({ source: 'slack', ...expected });
    expect(sim.requests.filter((request) => request.path === path)).toHaveLength(1);
  });
});

test('a post that found no connection was not sent; a read may be tried again', async () => {
  const gone = await createSlackSim();
  await gone.close();
  const { apiUrl } = gone;
  expect(await outcome(WRITE(connect({ apiUrl })))).toMatchObject({
    kind: 'not-sent',
    message: 'posting in C01: no answer from slack (ECONNREFUSED)',
  });
  expect(await outcome(READ(connect({ apiUrl })))).toMatchObject({ kind: 'unavailable' });
});

test.each<[string, string, (slack: SlackApi) => Promise<unknown>]>([
  ['channel_not_found', 'not-found', (slack) => slack.postMessage('C404', LINE)],
  ['not_in_channel', 'invalid', (slack) => slack.postMessage('C02', LINE)],
  ['no_text', 'invalid', (slack) => slack.postMessage('C01', { text: '', blocks: [] })],
  ['message_not_found', 'not-found', (slack) => slack.updateCard({ channel: 'C01', ts: '1.000001' }, LINE)],
  ['user_not_found', 'not-found', (slack) => slack.readAccount('T01ACME', 'U404', 0)],
  [
    'invalid_blocks',
    'invalid',
    (slack) => slack.postMessage('C01', { text: 'x', blocks: [{ type: 'header', text: { type: 'plain_text', text: '' } }] }),
  ],
])('Slack’s word %s is %s and stands in the message', async (word, kind, act) => {
  sim.addChannel({ id: 'C02', name: 'elsewhere', botIn: false });
  expect(await outcome(act(connect()))).toMatchObject({ kind, status: 200, message: expect.stringContaining(`slack answered ${word}`) as string });
});

test('an invalid token is ours to mend, and is not quoted', async () => {
  const found = await outcome(WRITE(connect({ token: 'xoxb-wrong-token' })));
  expect(found).toMatchObject({ kind: 'unauthorised', message: 'posting in C01: slack answered invalid_auth' });
});

test('a missing scope is named', async () => {
  await sim.close();
  sim = await createSlackSim({ scopes: [] });
  expect(await outcome(WRITE(connect()))).toMatchObject({
    kind: 'unauthorised',
    message: 'posting in C01: slack answered missing_scope (chat:write)',
  });
});
