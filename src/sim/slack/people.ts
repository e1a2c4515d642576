// What people do in Slack: type a command, click a button, fill in a modal. Each becomes one signed request to the app.
import { jsonObject } from '../json.ts';
import { findButton, personOf, type Acting, type Delivered } from './acting.ts';
import type { Answered, Courier } from './delivery.ts';
import { describeMessage } from './describe.ts';
import { createInViews, type InViews } from './in-views.ts';
import { readContent, showEphemeral } from './responses.ts';
import { newResponseUrl, newTrigger, type SimContent, type SimMessage, type SlackWorld } from './world.ts';

export type { Delivered } from './acting.ts';

export interface People extends InViews {
  readonly slash: (user: string, channel: string, command: string, text: string) => Promise<Delivered>;
  /** On a message, or on one that only this person sees. `stale`: takes the button as it was before the message was edited last. */
  readonly click: (user: string, ts: string, actionId: string, options?: { readonly stale?: boolean }) => Promise<Delivered>;
}

export function createPeople(world: SlackWorld, courier: Courier, base: () => string): People {
  const as = (user: string): Acting => ({ world, courier, base, person: personOf(world, user) });
  return {
    ...createInViews({ world, courier, base }),
    slash: (user, channel, command, text) => slash(as(user), { channel, command, text }),
    click: (user, ts, actionId, options) => click(as(user), { ts, actionId, stale: options?.stale ?? false }),
  };
}

async function slash(acting: Acting, typed: { channel: string; command: string; text: string }): Promise<Delivered> {
  const { world, person } = acting;
  const place = { channel: typed.channel, user: person.id };
  const id = newResponseUrl(world, { ...place, messageTs: null });
  const answered = await acting.courier.send({
    token: 'deprecated-token',
    team_id: world.team,
    team_domain: 'acme',
    channel_id: typed.channel,
    channel_name: world.channels.get(typed.channel)?.name ?? 'unknown',
    user_id: person.id,
    user_name: person.name.toLowerCase(),
    command: typed.command,
    // Slack escapes these three characters in everything that people type.
    text: typed.text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    api_app_id: world.appId,
    is_enterprise_install: 'false',
    response_url: `${acting.base()}/commands/${world.team}/${id}`,
    trigger_id: newTrigger(world, person.id),
  });
  if (answered.problem !== null || answered.body === '') return delivered(answered, id);
  const body = jsonObject(answered.body) ?? { text: answered.body };
  const content = readContent(body);
  if (typeof content === 'string') return { ...delivered(answered, id), problem: 'invalid_command_response' };
  return { ...delivered(answered, id), answer: showEphemeral(world, { ...place, id }, content, 'command') };
}

async function click(acting: Acting, clicked: { ts: string; actionId: string; stale: boolean }): Promise<Delivered> {
  const { world, person } = acting;
  const message = world.messages.find((candidate) => candidate.ts === clicked.ts);
  const ephemeral = world.ephemerals.find((candidate) => candidate.ts === clicked.ts && candidate.user === person.id);
  const clickedOn = message ?? ephemeral;
  if (clickedOn === undefined) throw new Error(`there is no message ${clicked.ts}`);
  const shown = clicked.stale && message !== undefined ? before(message, clicked.actionId) : clickedOn;
  const found = findButton(shown, clicked.actionId);
  if (found === null) throw new Error(`message ${clicked.ts} has no button ${clicked.actionId}`);
  const { channel, ts } = clickedOn;
  const id = newResponseUrl(world, { channel, user: person.id, messageTs: message === undefined ? null : ts });
  const name = person.name.toLowerCase();
  const payload = {
    type: 'block_actions',
    user: { id: person.id, username: name, name, team_id: person.team },
    api_app_id: world.appId,
    token: 'deprecated-token',
    container: { type: 'message', message_ts: ts, channel_id: channel, is_ephemeral: message === undefined },
    trigger_id: newTrigger(world, person.id),
    team: { id: world.team, domain: 'acme' },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: channel, name: world.channels.get(channel)?.name ?? 'unknown' },
    // Slack does not repeat what only one person sees.
    ...(message === undefined ? {} : { message: describeMessage({ ...message, ...shown }, world) }),
    state: { values: {} },
    response_url: `${acting.base()}/actions/${world.team}/${id}`,
    actions: [{ ...found.button, block_id: found.block['block_id'], type: 'button', action_ts: world.nextTs() }],
  };
  return delivered(await acting.courier.send({ payload: JSON.stringify(payload) }), id);
}

function before(message: SimMessage, actionId: string): SimContent {
  const shown = message.versions.findLast((version) => findButton(version, actionId) !== null);
  if (shown === undefined) throw new Error(`message ${message.ts} never had a button ${actionId} before its last edit`);
  return shown;
}

const delivered = ({ status, problem }: Answered, asked: string): Delivered => ({ status, problem, answer: null, asked, errors: {} });
