// Socket Mode has the same listeners as HTTP.
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Click, FrontDoor, Incoming } from '../../src/bot/front-door.ts';
import { ACTIONS, encodeActionValue } from '../../src/render/actions.ts';
import { createSlackSocket, type SlackSocket } from '../../src/slack/socket.ts';
import { startSocketServer, type SocketServer } from './socket-server.ts';

const NOW = Date.parse('2026-11-23T14:00:00Z');
let server: SocketServer;
let socket: SlackSocket;
let heard: (Incoming | Click)[];

beforeEach(async () => {
  heard = [];
  const hear = (message: Incoming | Click): ReturnType<FrontDoor['act']> => {
    heard.push(message);
    return Promise.resolve({ kind: 'recorded', act: 'approve' });
  };
  server = await startSocketServer();
  socket = await createSlackSocket({
    appToken: 'xapp-simulated',
    token: () => 'xoxb-simulated',
    team: 'T01ACME',
    appId: 'A01',
    bot: 'B01',
    botUser: 'U00',
    command: '/deploy',
    apiUrl: server.apiUrl,
    frontDoor: {
      command: hear,
      act: hear,
      details: () => Promise.reject(new Error('unused')),
      reviewed: () => Promise.reject(new Error('not for Slack')),
      misplaced: () => Promise.reject(new Error('not for Slack')),
      form: () => {
        throw new Error('unused');
      },
      submit: () => Promise.reject(new Error('unused')),
      home: () => Promise.reject(new Error('unused')),
      pushed: () => Promise.resolve(),
      pullRequestClosed: () => Promise.resolve(),
      buildSeen: () => Promise.resolve(),
      foreignBuildSeen: () => Promise.resolve(),
      block: () => Promise.reject(new Error('unused')),
      fillBlock: () => Promise.reject(new Error('unused')),
    },
    log: pino({ level: 'silent' }),
    now: () => NOW,
  });
  await socket.start();
});
afterEach(async () => {
  await socket.stop();
  await server.close();
});

const command = (more: object = {}): object => ({
  command: '/deploy',
  text: 'api to production',
  trigger_id: '1.2.abc',
  user_id: 'U01ANN',
  channel_id: 'C01',
  team_id: 'T01ACME',
  api_app_id: 'A01',
  ...more,
});

test('connects with the app token, and answers a command in its acknowledgement', async () => {
  expect(server.authorizations).toEqual(['Bearer xapp-simulated']);
  expect(await server.deliver('slash_commands', command())).toMatchObject({ response_type: 'ephemeral' });
  expect(heard).toMatchObject([{ key: 'deploy:slack:T01ACME:1.2.abc', text: 'api to production', at: NOW }]);
});

test('hears clicks', async () => {
  const value = encodeActionValue({ deployId: 'deploy:x:1', contract: null, sha: null });
  const click = {
    type: 'block_actions',
    team: { id: 'T01ACME' },
    api_app_id: 'A01',
    user: { id: 'U01BEA' },
    channel: { id: 'C01' },
    trigger_id: '1.2.c',
  };
  await server.deliver('interactive', { ...click, actions: [{ type: 'button', action_id: ACTIONS.approve, action_ts: '1.5', value }] });
  expect(heard).toMatchObject([{ act: 'approve', deployId: 'deploy:x:1', key: 'slack:T01ACME:1.5:U01BEA:approve' }]);
});

test('hears nothing meant for another workspace or app', async () => {
  void server.deliver('slash_commands', command({ team_id: 'T99' }));
  void server.deliver('slash_commands', command({ api_app_id: 'A99' }));
  await server.deliver('slash_commands', command({ trigger_id: 'ours' }));
  expect(heard).toMatchObject([{ key: 'deploy:slack:T01ACME:ours' }]);
  expect(heard).toHaveLength(1);
});
