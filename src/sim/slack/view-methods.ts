// `views.open`, `views.update`, `views.publish`: https://docs.slack.dev/reference/methods/views.open and its neighbours.
import { randomBytes } from 'node:crypto';
import type { ApiArguments } from './arguments.ts';
import { describeView } from './describe.ts';
import { required, SlackRefusal, userOf, type Method } from './refusal.ts';
import { refuseView, type ViewType } from './validate.ts';
import { carriedOver } from './view-state.ts';
import { named, type SimBlock, type SimView, type SlackWorld } from './world.ts';

export const VIEW_METHODS: Readonly<Record<string, Method>> = {
  'views.open': { scope: null, run: openView },
  'views.update': { scope: null, run: updateView },
  'views.publish': { scope: null, run: publishView },
};

const newId = (): string => `V${randomBytes(5).toString('hex').toUpperCase()}`;

function openView(args: ApiArguments, world: SlackWorld): Readonly<Record<string, unknown>> {
  const trigger = world.triggers.get(required(args, 'trigger_id'));
  if (trigger === undefined) throw new SlackRefusal('invalid_trigger_id');
  if (trigger.used) throw new SlackRefusal('exchanged_trigger_id');
  if (world.now() > trigger.expiresAt) throw new SlackRefusal('expired_trigger_id');
  const view = viewOf(args.value('view'), 'modal', { id: newId(), user: trigger.user, before: null });
  trigger.used = true;
  world.views.push(view);
  world.changed();
  return { view: describeView(view, world) };
}

function updateView(args: ApiArguments, world: SlackWorld): Readonly<Record<string, unknown>> {
  const index = world.views.findIndex((view) => view.id === args.text('view_id'));
  const open = world.views[index];
  if (open === undefined) throw new SlackRefusal('not_found');
  if (args.has('hash') && args.text('hash') !== open.hash) throw new SlackRefusal('hash_conflict');
  const view = viewOf(args.value('view'), 'modal', { id: open.id, user: open.user, before: open });
  world.views.splice(index, 1, view);
  world.changed();
  return { view: describeView(view, world) };
}

/** Replaces what the person's home tab shows. */
function publishView(args: ApiArguments, world: SlackWorld): Readonly<Record<string, unknown>> {
  const user = userOf(args.text('user_id'), world);
  const before = world.homes.get(user.id) ?? null;
  if (args.has('hash') && args.text('hash') !== before?.hash) throw new SlackRefusal('hash_conflict');
  const view = viewOf(args.value('view'), 'home', { id: before?.id ?? newId(), user: user.id, before });
  world.homes.set(user.id, view);
  world.changed();
  return { view: describeView(view, world) };
}

/** A view that was accepted. `before`: what it takes the place of. Throws `SlackRefusal`. */
export function viewOf(value: unknown, type: ViewType, whose: Pick<SimView, 'id' | 'user'> & { readonly before: SimView | null }): SimView {
  const refused = refuseView(value, type);
  if (refused !== null) throw new SlackRefusal(refused.error, refused.messages);
  const content = value as Readonly<Record<string, unknown>>;
  const blocks = named(content['blocks'] as readonly SimBlock[]);
  const { id, user, before } = whose;
  return { id, user, hash: `${Date.now()}.${randomBytes(4).toString('hex')}`, content, blocks, values: carriedOver(before, blocks) };
}
