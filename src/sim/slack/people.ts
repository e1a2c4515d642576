// What people do in Slack: type a command, click a button, submit a modal. Each becomes one signed request to the app.
import type { Answered, Courier, DeliveryProblem } from './delivery.ts';
import { describeMessage, describeView } from './describe.ts';
import { SlackRefusal, viewOf } from './methods.ts';
import { readContent, showEphemeral } from './responses.ts';
import {
  isRecord,
  newResponseUrl,
  newTrigger,
  CHILDREN,
  type SimBlock,
  type SimContent,
  type SimEphemeral,
  type SimMessage,
  type SimUser,
  type SimView,
  type SlackWorld,
} from './world.ts';

export interface Delivered {
  readonly status: number | null;
  readonly problem: DeliveryProblem | null;
  /** What the answer itself showed to the person: for a command. */
  readonly answer: SimEphemeral | null;
  /** For a modal: block id → what Slack shows at the field. */
  readonly errors: Readonly<Record<string, string>>;
}

export interface People {
  readonly slash: (user: string, channel: string, command: string, text: string) => Promise<Delivered>;
  /** `stale`: takes the button as it was before the message was edited last. */
  readonly click: (user: string, ts: string, actionId: string, options?: { readonly stale?: boolean }) => Promise<Delivered>;
  /** `values`: action id → what was typed. */
  readonly submit: (user: string, viewId: string, values: Readonly<Record<string, string>>) => Promise<Delivered>;
  /** Closes a modal without sending it; the app hears nothing of it unless the view asks for `notify_on_close`, which none does. */
  readonly dismiss: (user: string, viewId: string) => void;
}

export function createPeople(world: SlackWorld, courier: Courier, base: () => string): People {
  return {
    slash: (user, channel, command, text) => slash({ world, courier, base, person: personOf(world, user) }, { channel, command, text }),
    click: (user, ts, actionId, options) =>
      click({ world, courier, base, person: personOf(world, user) }, { ts, actionId, stale: options?.stale ?? false }),
    submit: (user, viewId, values) => submit({ world, courier, base, person: personOf(world, user) }, { viewId, values }),
    dismiss: (user, viewId) => {
      const index = world.views.findIndex((view) => view.id === viewId && view.user === user);
      if (index === -1) return;
      world.views.splice(index, 1);
      world.changed();
    },
  };
}

interface Acting {
  readonly world: SlackWorld;
  readonly courier: Courier;
  readonly base: () => string;
  readonly person: SimUser;
}

async function slash(acting: Acting, typed: { channel: string; command: string; text: string }): Promise<Delivered> {
  const { world, person } = acting;
  const place = { channel: typed.channel, user: person.id };
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
    response_url: `${acting.base()}/commands/${world.team}/${newResponseUrl(world, { ...place, messageTs: null })}`,
    trigger_id: newTrigger(world, person.id),
  });
  if (answered.problem !== null || answered.body === '') return delivered(answered);
  const body = readBody(answered.body) ?? { text: answered.body };
  const content = readContent(body);
  if (typeof content === 'string') return { ...delivered(answered), problem: 'invalid_command_response' };
  return { ...delivered(answered), answer: showEphemeral(world, place, content, 'command') };
}

async function click(acting: Acting, clicked: { ts: string; actionId: string; stale: boolean }): Promise<Delivered> {
  const { world, person } = acting;
  const message = world.messages.find((candidate) => candidate.ts === clicked.ts);
  if (message === undefined) throw new Error(`there is no message ${clicked.ts}`);
  const shown = clicked.stale ? before(message, clicked.actionId) : message;
  const found = findButton(shown, clicked.actionId);
  if (found === null) throw new Error(`message ${clicked.ts} has no button ${clicked.actionId}`);
  const place = { channel: message.channel, user: person.id, messageTs: message.ts };
  const payload = {
    type: 'block_actions',
    user: { id: person.id, username: person.name.toLowerCase(), name: person.name.toLowerCase(), team_id: person.team },
    api_app_id: world.appId,
    token: 'deprecated-token',
    container: { type: 'message', message_ts: message.ts, channel_id: message.channel, is_ephemeral: false },
    trigger_id: newTrigger(world, person.id),
    team: { id: world.team, domain: 'acme' },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: message.channel, name: world.channels.get(message.channel)?.name ?? 'unknown' },
    message: describeMessage({ ...message, ...shown }, world),
    state: { values: {} },
    response_url: `${acting.base()}/actions/${world.team}/${newResponseUrl(world, place)}`,
    actions: [{ ...found.button, block_id: found.block['block_id'], type: 'button', action_ts: world.nextTs() }],
  };
  return delivered(await acting.courier.send({ payload: JSON.stringify(payload) }));
}

async function submit(acting: Acting, submitted: { viewId: string; values: Readonly<Record<string, string>> }): Promise<Delivered> {
  const { world, person } = acting;
  const view = world.views.find((open) => open.id === submitted.viewId && open.user === person.id);
  if (view === undefined) throw new Error(`${person.name} has no open modal ${submitted.viewId}`);
  const state = stateOf(view, submitted.values);
  if (state === null) return { status: null, problem: 'incomplete', answer: null, errors: {} };
  const answered = await acting.courier.send({
    payload: JSON.stringify({
      type: 'view_submission',
      team: { id: world.team, domain: 'acme' },
      user: { id: person.id, username: person.name.toLowerCase(), name: person.name.toLowerCase(), team_id: person.team },
      api_app_id: world.appId,
      token: 'deprecated-token',
      trigger_id: newTrigger(world, person.id),
      view: { ...describeView(view, world), state: { values: state } },
      response_urls: [],
      is_enterprise_install: false,
      enterprise: null,
    }),
  });
  if (answered.problem !== null) return delivered(answered);
  return applySubmission(world, view, answered);
}

/** https://docs.slack.dev/surfaces/modals#updating_response */
function applySubmission(world: SlackWorld, view: SimView, answered: Answered): Delivered {
  const body = answered.body === '' ? {} : readBody(answered.body);
  if (body === null) return { ...delivered(answered), problem: 'http_service_error' };
  const remove = (): unknown => world.views.splice(world.views.indexOf(view), 1);
  try {
    switch (body['response_action']) {
      case 'errors':
        return { ...delivered(answered), errors: body['errors'] as Readonly<Record<string, string>> };
      case 'update':
        world.views.splice(world.views.indexOf(view), 1, viewOf(body['view'], view));
        break;
      case 'push':
        world.views.push(viewOf(body['view'], { id: `${view.id}P`, user: view.user }));
        break;
      case 'clear':
        world.views.splice(0, world.views.length, ...world.views.filter((open) => open.user !== view.user));
        break;
      default:
        remove();
    }
  } catch (error) {
    if (error instanceof SlackRefusal) return { ...delivered(answered), problem: 'http_service_error' };
    throw error;
  }
  world.changed();
  return delivered(answered);
}

/** What the modal sends; null when a required field is empty. */
function stateOf(view: SimView, values: Readonly<Record<string, string>>): Readonly<Record<string, Readonly<Record<string, unknown>>>> | null {
  const inputs = view.blocks.filter((block) => block['type'] === 'input');
  const state: Record<string, Record<string, unknown>> = {};
  for (const block of inputs) {
    const element = block['element'];
    if (!isRecord(element)) continue;
    const action = String(element['action_id']);
    const value = values[action] ?? '';
    if (value === '' && block['optional'] !== true) return null;
    state[String(block['block_id'])] = { [action]: { type: element['type'], value: value === '' ? null : value } };
  }
  return state;
}

function before(message: SimMessage, actionId: string): SimContent {
  const shown = message.versions.findLast((version) => findButton(version, actionId) !== null);
  if (shown === undefined) throw new Error(`message ${message.ts} never had a button ${actionId} before its last edit`);
  return shown;
}

function findButton(content: SimContent, actionId: string): { readonly block: SimBlock; readonly button: SimBlock } | null {
  for (const block of content.blocks) {
    const child = block[CHILDREN[String(block['type'])] ?? ''];
    const elements: readonly unknown[] = Array.isArray(child) ? child : [child];
    const button = elements.find((element) => isRecord(element) && element['type'] === 'button' && element['action_id'] === actionId);
    if (isRecord(button)) return { block, button };
  }
  return null;
}

function personOf(world: SlackWorld, id: string): SimUser {
  const person = world.users.get(id);
  if (person === undefined || person.deleted) throw new Error(`nobody called ${id} can act in this workspace`);
  return person;
}

const delivered = (answered: Answered): Delivered => ({ status: answered.status, problem: answered.problem, answer: null, errors: {} });

function readBody(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}
