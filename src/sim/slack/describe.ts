// How Slack describes messages, modals and people in answers and payloads.
import { stateOf } from './view-state.ts';
import type { SimMessage, SimUser, SimView, SlackWorld } from './world.ts';

/** A view as payloads and answers carry it. */
export function describeView(view: SimView, world: SlackWorld): Readonly<Record<string, unknown>> {
  return {
    private_metadata: '',
    callback_id: '',
    ...view.content,
    id: view.id,
    team_id: world.team,
    app_id: world.appId,
    bot_id: world.bot,
    root_view_id: view.id,
    hash: view.hash,
    blocks: view.blocks,
    state: { values: stateOf(view) },
  };
}

export function describeMessage(message: SimMessage, world: SlackWorld): Readonly<Record<string, unknown>> {
  const own = message.user === world.botUser ? { bot_id: world.bot, app_id: world.appId } : {};
  return {
    type: 'message',
    user: message.user,
    ...own,
    team: world.team,
    text: message.text,
    ts: message.ts,
    blocks: message.blocks,
    ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
    ...(message.metadata === null ? {} : { metadata: message.metadata }),
    ...(message.edited ? { edited: { user: message.user, ts: message.ts } } : {}),
  };
}

/** Addresses are told to whoever has a scope of its own for them. */
export function describeUser(user: SimUser, world: SlackWorld, withEmail: boolean): Readonly<Record<string, unknown>> {
  const email = withEmail && user.email !== null && !user.bot ? { email: user.email } : {};
  const profile = { real_name: user.name, display_name: user.name, ...email };
  return {
    id: user.id,
    team_id: user.team,
    name: user.name.toLowerCase(),
    real_name: user.name,
    deleted: user.deleted,
    profile: user.id === world.botUser ? { ...profile, bot_id: world.bot, api_app_id: world.appId } : profile,
    is_bot: user.bot,
    ...(user.bot || user.deleted ? {} : { is_email_confirmed: user.email !== null && user.isEmailConfirmed }),
    ...(user.deleted ? {} : { is_restricted: user.guest !== false, is_ultra_restricted: user.guest === 'single-channel' }),
    ...(user.stranger ? { is_stranger: true } : {}),
  };
}
