// What people do in modals and on the home tab: choose, type, click, submit, open the tab. Each that the app hears is one signed request.
import { jsonObject } from '../json.ts';
import { findButton, personOf, type Acting, type Delivered } from './acting.ts';
import type { Answered } from './delivery.ts';
import { describeView } from './describe.ts';
import { SlackRefusal } from './refusal.ts';
import { viewOf } from './view-methods.ts';
import { fieldsOf, missingField, optionOf, withValue, type Field } from './view-state.ts';
import { directChannel, newTrigger, type SimBlock, type SimView, type SlackWorld } from './world.ts';

export interface InViews {
  /** Chooses an option (by its value) or types into a field, by action id. The app hears of it where the block asks for `dispatch_action`. */
  readonly fill: (user: string, viewId: string, actionId: string, value: string) => Promise<Delivered>;
  /** A button in a modal or on the home tab; `nth` of those with this action id. */
  readonly clickInView: (user: string, viewId: string, actionId: string, nth?: number) => Promise<Delivered>;
  /** `values`: action id → what was typed or chosen last. */
  readonly submit: (user: string, viewId: string, values?: Readonly<Record<string, string>>) => Promise<Delivered>;
  /** Closes a modal without sending it; the app hears nothing of it unless the view asks for `notify_on_close`, which none does. */
  readonly dismiss: (user: string, viewId: string) => void;
  /** Opens the app's home (`tab` `messages`: the conversation with it); the app is told so by an event. */
  readonly openHome: (user: string, tab?: 'home' | 'messages') => Promise<Delivered>;
  /** What Slack does when the request URL is saved; whether the challenge came back. */
  readonly verifyUrl: () => Promise<boolean>;
}

type Base = Omit<Acting, 'person'>;

export function createInViews(base: Base): InViews {
  const { world, courier } = base;
  const as = (user: string): Acting => ({ ...base, person: personOf(world, user) });
  return {
    fill: (user, viewId, actionId, value) => fill(as(user), { viewId, actionId, value }),
    clickInView: (user, viewId, actionId, nth = 1) => clickInView(as(user), { viewId, actionId, nth }),
    submit: (user, viewId, values = {}) => submit(as(user), { viewId, values }),
    dismiss: (user, viewId) => {
      const index = world.views.findIndex((view) => view.id === viewId && view.user === user);
      if (index === -1) return;
      world.views.splice(index, 1);
      world.changed();
    },
    openHome: (user, tab = 'home') => openHome(as(user), tab),
    verifyUrl: async () => {
      const challenge = `challenge-${world.nextTs()}`;
      const { status, body } = await courier.sendJson({ token: 'deprecated-token', challenge, type: 'url_verification' });
      return status === 200 && jsonObject(body)?.['challenge'] === challenge;
    },
  };
}

function viewOfPerson({ world, person }: Acting, viewId: string): SimView {
  const view = [...world.views, ...world.homes.values()].find((open) => open.id === viewId && open.user === person.id);
  if (view === undefined) throw new Error(`${person.name} sees no view ${viewId}`);
  return view;
}

function put(world: SlackWorld, view: SimView): void {
  const index = world.views.findIndex(({ id }) => id === view.id);
  if (index === -1) world.homes.set(view.user, view);
  else world.views.splice(index, 1, view);
  world.changed();
}

async function fill(acting: Acting, { viewId, actionId, value }: { viewId: string; actionId: string; value: string }): Promise<Delivered> {
  const view = viewOfPerson(acting, viewId);
  const field = fieldsOf(view.blocks).find((one) => one.actionId === actionId);
  if (field === undefined) throw new Error(`view ${viewId} has no field ${actionId}`);
  const filled = filledIn(view, field, value);
  put(acting.world, filled);
  if (field.block['type'] === 'input' && field.block['dispatch_action'] !== true) return NOTHING_HEARD;
  const { type } = field.element;
  const said = type === 'static_select' ? { selected_option: optionOf(field.element, value) } : { value };
  return interact(acting, filled, { type, block_id: field.blockId, action_id: actionId, ...said });
}

function filledIn(view: SimView, field: Field, value: string): SimView {
  if (field.element['type'] === 'static_select' && optionOf(field.element, value) === null) throw new Error(`${field.actionId} offers no ${value}`);
  return withValue(view, field, value);
}

async function clickInView(acting: Acting, { viewId, actionId, nth }: { viewId: string; actionId: string; nth: number }): Promise<Delivered> {
  const view = viewOfPerson(acting, viewId);
  const found = findButton(view, actionId, nth);
  if (found === null) throw new Error(`view ${viewId} has no button ${actionId}`);
  return interact(acting, view, { ...found.button, block_id: found.block['block_id'], type: 'button' });
}

const NOTHING_HEARD: Delivered = { status: null, problem: null, answer: null, asked: null, errors: {} };

/** https://docs.slack.dev/reference/interaction-payloads/block_actions-payload: from a view, there is neither channel nor message nor response_url. */
async function interact(acting: Acting, view: SimView, action: SimBlock): Promise<Delivered> {
  const { world, person } = acting;
  const payload = {
    type: 'block_actions',
    ...whoAndWhere(acting),
    container: { type: 'view', view_id: view.id },
    view: describeView(view, world),
    trigger_id: newTrigger(world, person.id),
    actions: [{ ...action, action_ts: world.nextTs() }],
  };
  const { status, problem } = await acting.courier.send({ payload: JSON.stringify(payload) });
  return { ...NOTHING_HEARD, status, problem };
}

function whoAndWhere({ world, person }: Acting): SimBlock {
  const name = person.name.toLowerCase();
  return {
    team: { id: world.team, domain: 'acme' },
    user: { id: person.id, username: name, name, team_id: person.team },
    api_app_id: world.appId,
    token: 'deprecated-token',
    enterprise: null,
    is_enterprise_install: false,
  };
}

async function submit(acting: Acting, submitted: { viewId: string; values: Readonly<Record<string, string>> }): Promise<Delivered> {
  const { world, person } = acting;
  const open = viewOfPerson(acting, submitted.viewId);
  const fields = fieldsOf(open.blocks).filter(({ actionId }) => submitted.values[actionId] !== undefined);
  const view = fields.reduce((filled, field) => filledIn(filled, field, submitted.values[field.actionId] ?? ''), open);
  if (missingField(view) !== null) return { ...NOTHING_HEARD, problem: 'incomplete' };
  put(world, view);
  const payload = {
    type: 'view_submission',
    ...whoAndWhere(acting),
    trigger_id: newTrigger(world, person.id),
    view: describeView(view, world),
    response_urls: [],
  };
  const answered = await acting.courier.send({ payload: JSON.stringify(payload) });
  if (answered.problem !== null) return { ...NOTHING_HEARD, status: answered.status, problem: answered.problem };
  return applySubmission(world, view, answered);
}

/** https://docs.slack.dev/surfaces/modals#updating_response */
function applySubmission(world: SlackWorld, { id, user }: SimView, answered: Answered): Delivered {
  const heard: Delivered = { ...NOTHING_HEARD, status: answered.status };
  const body = answered.body === '' ? {} : jsonObject(answered.body);
  const index = world.views.findIndex((view) => view.id === id);
  const view = world.views[index];
  if (body === null) return { ...heard, problem: 'http_service_error' };
  // Closed while the answer was on its way.
  if (view === undefined) return heard;
  try {
    switch (body['response_action']) {
      case 'errors':
        return showErrors(view, heard, body['errors']);
      case 'update':
        world.views.splice(index, 1, viewOf(body['view'], 'modal', { id, user, before: view }));
        break;
      case 'push':
        world.views.push(viewOf(body['view'], 'modal', { id: `${id}P`, user, before: null }));
        break;
      case 'clear':
        world.views.splice(0, world.views.length, ...world.views.filter((open) => open.user !== user));
        break;
      case undefined:
        world.views.splice(index, 1);
        break;
      default:
        return { ...heard, problem: 'http_service_error' };
    }
  } catch (error) {
    if (error instanceof SlackRefusal) return { ...heard, problem: 'http_service_error' };
    throw error;
  }
  world.changed();
  return heard;
}

/** Slack shows remarks at input blocks only; one at anything else is an error of the app. */
function showErrors(view: SimView, heard: Delivered, errors: unknown): Delivered {
  const inputs = new Set(view.blocks.filter(({ type }) => type === 'input').map((block) => block['block_id']));
  const remarks = Object.entries((errors ?? {}) as Readonly<Record<string, unknown>>);
  const isFine = remarks.length > 0 && remarks.every(([block, text]) => inputs.has(block) && typeof text === 'string' && text !== '');
  return isFine ? { ...heard, errors: Object.fromEntries(remarks) as Delivered['errors'] } : { ...heard, problem: 'http_service_error' };
}

/** https://docs.slack.dev/reference/events/app_home_opened */
async function openHome({ world, person, courier }: Acting, tab: 'home' | 'messages'): Promise<Delivered> {
  const home = world.homes.get(person.id);
  const ts = world.nextTs();
  const event = {
    type: 'app_home_opened',
    user: person.id,
    channel: directChannel(world, person.id).id,
    event_ts: ts,
    tab,
    ...(tab === 'home' && home !== undefined ? { view: describeView(home, world) } : {}),
  };
  const { status, problem } = await courier.sendJson({
    token: 'deprecated-token',
    team_id: world.team,
    api_app_id: world.appId,
    event,
    type: 'event_callback',
    event_id: `Ev${ts.replace('.', '')}`,
    event_time: Math.floor(Number(ts)),
    authorizations: [{ enterprise_id: null, team_id: world.team, user_id: world.botUser, is_bot: true, is_enterprise_install: false }],
    is_ext_shared_channel: false,
    event_context: `4-${person.id}`,
  });
  return { ...NOTHING_HEARD, status, problem };
}
