// What people do in Slack, told to the front door. The same for HTTP and for Socket Mode.
import type { App } from '@slack/bolt';
import { slackDeployId } from '../../workflows/contract.ts';
import type { Millis } from '../../workflows/vocabulary.ts';
import { ACTIONS, decodeActionValue } from '../render/actions.ts';
import { BLOCK_MODAL } from '../render/block-form.ts';
import { FORM_ACTIONS, FORM_MODAL } from '../render/form-fields.ts';
import type { SlackMessage } from '../render/message.ts';
import { ask, settle, STILL_WORKING } from './answering.ts';
import { openBlockForm, submittedBlock } from './block-form.ts';
import { askWhy, heardClick, showDetails, unknownButton, type HeardClick } from './clicks.ts';
import { changedForm, createChoices, openForm, submittedForm } from './forms.ts';
import { accountOf, askerOf, drawn, placeOf, show, timeOf, unheard, type ListenerDeps } from './heard.ts';
import { detailsOnHome, heardOnHome, publishHome } from './home.ts';
import { answerModal, EMPTY_REASON } from './modals.ts';
import { heardRejection } from './rejections.ts';
import type { Asker } from './response-url.ts';
import { HomeOpened, Interaction, ModalSubmission, SlashCommand } from './schema.ts';
import { contentOf } from './tell.ts';

export function addListeners(app: App, deps: ListenerDeps): void {
  const choices = createChoices();
  app.command(/^/, async ({ body, ack, context }) => {
    const typed = SlashCommand.safeParse(body);
    if (typed.data?.command !== deps.command) return unheard(deps, ack, 'a slash command');
    if (typed.data.text.trim() === '') return askByForm(deps, typed.data, () => ack());
    await heardCommand(deps, typed.data, { at: timeOf(context, deps), ack: (message) => ack(message === null ? undefined : ephemeral(message)) });
  });
  app.action(/^/, async ({ body, ack, context }) => {
    const click = Interaction.safeParse(body);
    if (!click.success) return unheard(deps, ack, 'a button');
    if (click.data.view?.callback_id !== FORM_MODAL) return heardButton(deps, { click: click.data, at: timeOf(context, deps), ack: () => ack() });
    await ack();
    await changedForm(deps, choices, click.data);
  });
  app.view(/^/, async ({ body, ack, context }) => {
    const submission = ModalSubmission.safeParse(body);
    if (!submission.success) return unheard(deps, ack, 'a modal');
    const heard = { submission: submission.data, at: timeOf(context, deps) };
    if (submission.data.view.callback_id === FORM_MODAL)
      return submittedForm(deps, heard, {
        remarks: (errors) => ack({ response_action: 'errors', errors }),
        change: (view) => ack({ response_action: 'update', view }),
      });
    if (submission.data.view.callback_id === BLOCK_MODAL)
      return submittedBlock(deps, heard, {
        remarks: (errors) => ack({ response_action: 'errors', errors }),
        show: (message) => ack({ response_action: 'update', view: answerModal(message) }),
      });
    const isOurs = await heardRejection(deps, heard, {
      remark: () => ack({ response_action: 'errors', errors: EMPTY_REASON }),
      show: (message) => ack({ response_action: 'update', view: answerModal(message) }),
    });
    return isOurs ? undefined : unheard(deps, ack, 'a modal');
  });
  // Acknowledged by Bolt before it comes here.
  app.event('app_home_opened', async ({ event }) => {
    const opened = HomeOpened.safeParse(event);
    if (opened.data?.tab === 'home') await publishHome(deps, accountOf(deps, { id: opened.data.user }));
  });
}

/** `/deploy` without words. */
async function askByForm(deps: ListenerDeps, typed: SlashCommand, ack: () => Promise<void>): Promise<void> {
  await ack();
  const asker = askerOfCommand(typed);
  await openForm(deps, { trigger: typed.trigger_id, asker, user: { id: typed.user_id, name: typed.user_name || typed.user_id } });
}

async function heardCommand(
  deps: ListenerDeps,
  typed: SlashCommand,
  { at, ack }: { at: Millis; ack: (message: SlackMessage | null) => Promise<void> },
): Promise<void> {
  const asker = askerOfCommand(typed);
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

function askerOfCommand(typed: SlashCommand): Asker {
  return { channel: typed.channel_id, user: typed.user_id, responseUrl: typed.response_url ?? null };
}

/** A button, by what it is called and where it stands. */
async function heardButton(deps: ListenerDeps, { click, at, ack }: Omit<HeardClick, 'action'>): Promise<void> {
  const { action_id: id, value } = click.actions[0];
  if (id === FORM_ACTIONS.open) {
    await ack();
    return openForm(deps, { trigger: click.trigger_id, asker: askerOf(click), user: click.user });
  }
  const action = decodeActionValue(value);
  if (action === null) return unknownButton(deps, click, ack);
  const heard: HeardClick = { click, action, at, ack };
  const isOnHome = click.view?.type === 'home';
  switch (id) {
    case ACTIONS.approve:
    case ACTIONS.cancel:
    case ACTIONS.sign: {
      const act = id === ACTIONS.approve ? 'approve' : id === ACTIONS.cancel ? 'cancel' : 'sign';
      return isOnHome ? heardOnHome(deps, heard, act) : heardClick(deps, heard, act);
    }
    case ACTIONS.keep:
      return heardClick(deps, heard, 'keep');
    case ACTIONS.fill:
      return openBlockForm(deps, heard);
    case ACTIONS.reject:
      return askWhy(deps, heard, 'reject');
    case ACTIONS.dispute:
      return askWhy(deps, heard, 'dispute');
    case ACTIONS.details:
      return isOnHome ? detailsOnHome(deps, heard) : showDetails(deps, heard);
    default:
      return unknownButton(deps, click, ack);
  }
}

function ephemeral(message: SlackMessage): { response_type: 'ephemeral' } & ReturnType<typeof contentOf> {
  return { response_type: 'ephemeral', ...contentOf(message) };
}
