// What people do in Slack, told to the front door. The same for HTTP and for Socket Mode.
import type { App } from '@slack/bolt';
import type { Logger } from 'pino';
import { slackDeployId } from '../../workflows/contract.ts';
import type { Account, Millis, ReplyTo } from '../../workflows/vocabulary.ts';
import type { FrontDoor } from '../bot/front-door.ts';
import { deployCode } from '../ids.ts';
import { ACTIONS, decodeActionValue, REJECT_MODAL, type ActionValue } from '../render/actions.ts';
import type { RenderContext } from '../render/context.ts';
import type { SlackMessage } from '../render/message.ts';
import { replyMessage } from '../render/reply-slack.ts';
import type { Reply } from '../render/reply.ts';
import { ask, broken, settle, STILL_WORKING } from './answering.ts';
import { answerModal, EMPTY_REASON, readRejection, rejectModal } from './modals.ts';
import { showTo, type Asker } from './response-url.ts';
import { ButtonClick, ModalSubmission, SlashCommand } from './schema.ts';
import { contentOf } from './tell.ts';
import type { SlackWeb } from './web.ts';

export interface ListenerDeps {
  readonly frontDoor: FrontDoor;
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

export function addListeners(app: App, deps: ListenerDeps): void {
  app.command(/^/, async ({ body, ack, context }) => {
    const typed = SlashCommand.safeParse(body);
    if (typed.data?.command !== deps.command) return unheard(deps, ack, 'a slash command');
    await heardCommand(deps, typed.data, { at: timeOf(context, deps), ack: (message) => ack(message === null ? undefined : ephemeral(message)) });
  });
  app.action(/^/, async ({ body, ack, context }) => {
    const click = ButtonClick.safeParse(body);
    const action = decodeActionValue(click.data?.actions[0].value);
    if (!click.success || action === null) return unheard(deps, ack, 'a button');
    const heard = { click: click.data, action, at: timeOf(context, deps), ack: () => ack() };
    switch (click.data.actions[0].action_id) {
      case ACTIONS.approve:
        return heardClick(deps, heard, 'approve');
      case ACTIONS.cancel:
        return heardClick(deps, heard, 'cancel');
      case ACTIONS.reject:
        return askWhy(deps, heard);
      case ACTIONS.details:
        return showDetails(deps, heard);
      default:
        return unheard(deps, ack, 'a button');
    }
  });
  app.view(/^/, async ({ body, ack, context }) => {
    const submission = ModalSubmission.safeParse(body);
    const rejection = submission.success && body.view.callback_id === REJECT_MODAL ? readRejection(submission.data.view) : null;
    const action = decodeActionValue(rejection?.value);
    if (!submission.success || rejection === null || action === null) return unheard(deps, ack, 'a modal');
    if (rejection.reason === '') return ack({ response_action: 'errors', errors: EMPTY_REASON });
    await heardRejection(
      deps,
      { submission: submission.data, ...rejection, action, at: timeOf(context, deps) },
      { show: (message) => ack({ response_action: 'update', view: answerModal(message) }) },
    );
  });
}

async function heardCommand(
  deps: ListenerDeps,
  typed: SlashCommand,
  { at, ack }: { at: Millis; ack: (message: SlackMessage | null) => Promise<void> },
): Promise<void> {
  const asker: Asker = { channel: typed.channel_id, user: typed.user_id, responseUrl: typed.response_url ?? null };
  const incoming = {
    key: slackDeployId(deps.team, typed.trigger_id),
    text: typed.text,
    by: { surface: 'slack', team: deps.team, user: typed.user_id, name: typed.user_name || typed.user_id },
    at,
    from: placeOf(deps, asker),
  } as const;
  const reply = ask(() => deps.frontDoor.command(incoming), { what: 'command', log: deps.log });
  await settle(reply, {
    inTime: (answer) => ack(answer.kind === 'silence' ? null : drawn(deps, answer)),
    meanwhile: () => ack(STILL_WORKING),
    late: (answer) => show(deps, asker, answer),
  });
}

interface HeardClick {
  readonly click: ButtonClick;
  readonly action: ActionValue;
  readonly at: Millis;
  readonly ack: () => Promise<void>;
}

/** Slack hears 200 only after the durable step; the person hears the answer through the response_url, since an ack can't carry one. */
async function heardClick(deps: ListenerDeps, { click, action, at, ack }: HeardClick, act: 'approve' | 'cancel'): Promise<void> {
  const asker = askerOf(click);
  const by = accountOf(deps, click.user);
  const key = `slack:${deps.team}:${click.actions[0].action_ts}:${click.user.id}:${act}`;
  const reply = ask(() => deps.frontDoor.act({ key, act, by, at, from: placeOf(deps, asker), ...action, reason: null }), {
    what: 'click',
    log: deps.log,
  });
  await settle(reply, {
    inTime: async (answer) => {
      await ack();
      await show(deps, asker, answer);
    },
    meanwhile: ack,
    late: (answer) => show(deps, asker, answer),
  });
}

/** Acknowledged first: the modal must open within the trigger's three seconds, and nothing durable happens yet. */
async function askWhy(deps: ListenerDeps, { click, action, ack }: HeardClick): Promise<void> {
  await ack();
  const view = rejectModal({ value: click.actions[0].value ?? '', channel: click.channel.id });
  try {
    await deps.web({ doing: 'asking why', kind: 'write' }, (client) => client.views.open({ trigger_id: click.trigger_id, view }));
  } catch (error) {
    deps.log.warn({ err: error }, 'the modal for a reason did not open');
    const text = `Slack did not open the form. Click again, or type \`${deps.command} reject ${deployCode(action.deployId)} why\`.`;
    await showTo(askerOf(click), { text, blocks: [] }, deps);
  }
}

/** An ephemeral message and not a modal: it may take longer than a trigger lives, stays beside the card, and can be read while acting. */
async function showDetails(deps: ListenerDeps, { click, action, ack }: HeardClick): Promise<void> {
  await ack();
  const reply = await ask(() => deps.frontDoor.details(action.deployId), { what: 'click', log: deps.log });
  await show(deps, askerOf(click), reply);
}

/** The answer takes the modal's place, so the person who just typed a reason cannot miss it. */
async function heardRejection(
  deps: ListenerDeps,
  heard: { submission: ModalSubmission; action: ActionValue; channel: string; reason: string; at: Millis },
  answer: { show: (message: SlackMessage) => Promise<void> },
): Promise<void> {
  const { user, view } = heard.submission;
  const asker: Asker = { channel: heard.channel, user: user.id, responseUrl: null };
  const click = {
    key: `slack:${deps.team}:${view.id}:${user.id}:reject`,
    act: 'reject',
    by: accountOf(deps, user),
    at: heard.at,
    from: placeOf(deps, asker),
    ...heard.action,
    reason: heard.reason,
  } as const;
  const reply = ask(() => deps.frontDoor.act(click), { what: 'click', log: deps.log });
  await settle(reply, {
    inTime: (answered) => answer.show(drawn(deps, answered)),
    meanwhile: () => answer.show(STILL_WORKING),
    late: async (answered) => {
      const message = drawn(deps, answered);
      const updated = deps.web({ doing: 'answering in the modal', kind: 'write' }, (client) =>
        client.views.update({ view_id: view.id, view: answerModal(message) }),
      );
      // Closed in the meantime: then in the channel.
      await updated.catch(() => showTo(asker, message, deps));
    },
  });
}

async function show(deps: ListenerDeps, asker: Asker, reply: Reply): Promise<void> {
  if (reply.kind !== 'silence') await showTo(asker, drawn(deps, reply), deps);
}

function drawn(deps: ListenerDeps, reply: Reply): SlackMessage {
  const context: RenderContext = {
    now: deps.now(),
    prefix: deps.command,
    cards: { githubUrl: null, slackUrl: null },
    usualMs: null,
    temporalUrl: null,
  };
  try {
    return replyMessage(reply, context);
  } catch (error) {
    return replyMessage(broken(error, deps.log), context);
  }
}

function ephemeral(message: SlackMessage): { response_type: 'ephemeral' } & ReturnType<typeof contentOf> {
  return { response_type: 'ephemeral', ...contentOf(message) };
}

async function unheard(deps: ListenerDeps, ack: () => Promise<void>, what: string): Promise<void> {
  await ack();
  deps.log.warn({ what }, 'something arrived from Slack that this version does not know');
}

function askerOf(click: ButtonClick): Asker {
  return { channel: click.channel.id, user: click.user.id, responseUrl: click.response_url ?? null };
}

function placeOf(deps: ListenerDeps, asker: Asker): Extract<ReplyTo, { surface: 'slack' }> {
  return { surface: 'slack', team: deps.team, channel: asker.channel, user: asker.user };
}

/** Somebody from a connected workspace keeps that workspace: an id is only unique within it. */
function accountOf(deps: ListenerDeps, user: ButtonClick['user']): Account {
  return { surface: 'slack', team: user.team_id ?? deps.team, user: user.id, name: user.name ?? user.username ?? user.id };
}

function timeOf(context: Readonly<Record<string, unknown>>, deps: ListenerDeps): Millis {
  const at = context[REQUEST_TIME];
  return typeof at === 'number' ? at : deps.now();
}
