// Buttons of messages: approve, reject, cancel, details, and those of a review. Each click is answered in words, to the person alone.
import type { Millis } from '../../workflows/vocabulary.ts';
import { deployCode } from '../ids.ts';
import { LINK_ACTION, type ActionValue } from '../render/actions.ts';
import { ask, settle } from './answering.ts';
import { accountOf, askerOf, openModal, placeOf, show, type ListenerDeps } from './heard.ts';
import { rejectModal, type Objection } from './modals.ts';
import { showTo, type Asker } from './response-url.ts';
import type { Interaction, ModalMemory, ModalSubmission } from './schema.ts';

export interface HeardClick {
  readonly click: Interaction;
  readonly action: ActionValue;
  readonly at: Millis;
  readonly ack: () => Promise<void>;
}

export interface HeardSubmission {
  readonly submission: ModalSubmission;
  readonly at: Millis;
}

/** Slack hears 200 only after the durable step; the person hears the answer through the response_url, since an ack can't carry one. */
export async function heardClick(deps: ListenerDeps, heard: HeardClick, act: 'approve' | 'cancel' | 'keep' | 'sign'): Promise<void> {
  const asker = askerOf(heard.click);
  const reply = ask(() => deps.frontDoor.act(clickOf(deps, heard, act)), { what: 'click', log: deps.log });
  await settle(reply, {
    inTime: async (answer) => {
      await heard.ack();
      await show(deps, asker, answer);
    },
    meanwhile: heard.ack,
    late: (answer) => show(deps, asker, answer),
  });
}

/** As the bot hears it. */
export function clickOf(
  deps: ListenerDeps,
  { click, action, at }: HeardClick,
  act: 'approve' | 'cancel' | 'keep' | 'sign',
): Parameters<ListenerDeps['frontDoor']['act']>[0] {
  const key = `slack:${deps.team}:${click.actions[0].action_ts}:${click.user.id}:${act}`;
  return { key, act, by: accountOf(deps, click.user), at, from: placeOf(deps, askerOf(click)), ...action, reason: null };
}

/** What a modal that this click opens remembers until it is sent. */
export function memoryOf(click: Interaction): ModalMemory {
  return { value: click.actions[0].value ?? '', channel: askerOf(click).channel, isFromHome: click.channel === undefined };
}

/** What a modal says that was sent, as the bot hears it. */
export function clickOfModal(
  deps: ListenerDeps,
  { submission, at }: HeardSubmission,
  said: { readonly act: 'approve' | Objection; readonly action: ActionValue; readonly asker: Asker; readonly reason: string | null },
): Parameters<ListenerDeps['frontDoor']['act']>[0] {
  const { user, view } = submission;
  const { act, action, asker, reason } = said;
  return {
    key: `slack:${deps.team}:${view.id}:${user.id}:${act}`,
    act,
    by: accountOf(deps, user),
    at,
    from: placeOf(deps, asker),
    ...action,
    reason,
  };
}

/** Acknowledged first: the modal must open within the trigger's three seconds, and nothing durable happens yet. */
export async function askWhy(deps: ListenerDeps, { click, action, ack }: HeardClick, objection: Objection): Promise<void> {
  await ack();
  const asker = askerOf(click);
  const view = rejectModal(memoryOf(click), objection);
  if ((await openModal(deps, click.trigger_id, view)) !== null) return;
  const code = deployCode(action.deployId);
  const words = objection === 'reject' ? `reject ${code}` : `review ${code} dispute`;
  const text = `Slack did not open the form. Click again, or type \`${deps.command} ${words} why\`.`;
  await showTo(asker, { text, blocks: [] }, deps);
}

/** An ephemeral message and not a modal: it may take longer than a trigger lives, stays beside the card, and can be read while acting. */
export async function showDetails(deps: ListenerDeps, { click, action, ack }: HeardClick): Promise<void> {
  await ack();
  const reply = await ask(() => deps.frontDoor.details(action.deployId), { what: 'click', log: deps.log });
  await show(deps, askerOf(click), reply);
}

/** A button of another version, or of a message that was tampered with. One that only opens an address needs no answer. */
export async function unknownButton(deps: ListenerDeps, click: Interaction, ack: () => Promise<void>): Promise<void> {
  await ack();
  if (click.actions[0].action_id === LINK_ACTION) return;
  deps.log.warn({ what: 'a button' }, 'something arrived from Slack that this version does not know');
  const text = `That button does nothing any more. What is open, with buttons that work: \`${deps.command} status\`.`;
  await showTo(askerOf(click), { text, blocks: [] }, deps);
}
