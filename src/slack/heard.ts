// What all listeners share: who acted, where, when, and how an answer reaches that person.
import type { ModalView } from '@slack/types';
import type { Logger } from 'pino';
import type { Account, Millis, ReplyTo } from '../../workflows/vocabulary.ts';
import type { SlackFrontDoor } from '../bot/front-door.ts';
import { plainContext, type RenderContext } from '../render/context.ts';
import type { SlackMessage } from '../render/message.ts';
import { replyMessage } from '../render/reply-slack.ts';
import type { Reply } from '../render/reply.ts';
import { broken } from './answering.ts';
import { answerModal } from './modals.ts';
import { showTo, type Asker } from './response-url.ts';
import type { Interaction } from './schema.ts';
import type { SlackWeb } from './web.ts';

export interface ListenerDeps {
  readonly frontDoor: SlackFrontDoor;
  readonly web: SlackWeb;
  readonly apiUrl: string;
  /** The workspace this app is installed in. */
  readonly team: string;
  /** The slash command, `/deploy` unless configured. */
  readonly command: string;
  readonly log: Logger;
  readonly now: () => number;
}

/** Bolt's context carries the time of the signed request under this name. */
export const REQUEST_TIME = 'requestedAt';

export function timeOf(context: Readonly<Record<string, unknown>>, deps: ListenerDeps): Millis {
  const at = context[REQUEST_TIME];
  return typeof at === 'number' ? at : deps.now();
}

/** From a view there is no channel: then the answer comes directly. */
export function askerOf({ channel, user, response_url: responseUrl }: Pick<Interaction, 'channel' | 'user' | 'response_url'>): Asker {
  return { channel: channel?.id ?? user.id, user: user.id, responseUrl: responseUrl ?? null };
}

export function placeOf(deps: ListenerDeps, asker: Pick<Asker, 'channel' | 'user'>): Extract<ReplyTo, { surface: 'slack' }> {
  return { surface: 'slack', team: deps.team, channel: asker.channel, user: asker.user };
}

/** Somebody from a connected workspace keeps that workspace: an id is only unique within it. */
export function accountOf(deps: ListenerDeps, user: Interaction['user']): Extract<Account, { surface: 'slack' }> {
  return { surface: 'slack', team: user.team_id ?? deps.team, user: user.id, name: user.name ?? user.username ?? user.id };
}

export function contextOf(deps: ListenerDeps): RenderContext {
  return plainContext(deps.now(), deps.command);
}

export function drawn(deps: ListenerDeps, reply: Reply): SlackMessage {
  const context = contextOf(deps);
  try {
    return replyMessage(reply, context);
  } catch (error) {
    return replyMessage(broken(error, deps.log), context);
  }
}

export async function show(deps: ListenerDeps, asker: Asker, reply: Reply): Promise<void> {
  if (reply.kind !== 'silence') await showTo(asker, drawn(deps, reply), deps);
}

export async function unheard(deps: ListenerDeps, ack: () => Promise<void>, what: string): Promise<void> {
  await ack();
  deps.log.warn({ what }, 'something arrived from Slack that this version does not know');
}

export interface OpenView {
  readonly id: string;
  readonly hash: string | null;
}

/** Opens a modal; null when Slack does not (the trigger lives three seconds). */
export async function openModal(deps: ListenerDeps, trigger: string, view: ModalView): Promise<OpenView | null> {
  try {
    const { view: open } = await deps.web({ doing: 'opening a modal', kind: 'write' }, (client) => client.views.open({ trigger_id: trigger, view }));
    return open?.id === undefined ? null : { id: open.id, hash: open.hash ?? null };
  } catch (error) {
    deps.log.warn({ err: error }, 'a modal did not open');
    return null;
  }
}

/** The answer takes the modal's place; whoever has closed it in the meantime is told as an answer to them is. */
export async function answerInModal(deps: ListenerDeps, view: string, message: SlackMessage, asker: Asker): Promise<void> {
  await updateModal(deps, { id: view, hash: null }, answerModal(message)).then(
    () => undefined,
    () => showTo(asker, message, deps),
  );
}

/** Changes an open modal. `hash` null: whatever it shows now. Throws `Trouble`: it was closed, or shows something newer. */
export async function updateModal(deps: ListenerDeps, { id, hash }: OpenView, view: ModalView): Promise<OpenView> {
  const { view: changed } = await deps.web({ doing: 'changing a modal', kind: 'write' }, (client) =>
    client.views.update({ view_id: id, view, ...(hash === null ? {} : { hash }) }),
  );
  return { id, hash: changed?.hash ?? null };
}
