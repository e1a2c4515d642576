// The modals that people see. Limits: https://docs.slack.dev/reference/views/modal-views.
import type { ModalView } from '@slack/types';
import { isBlockId } from '../../workflows/block-contract.ts';
import { deployCode } from '../ids.ts';
import { decodeActionValue, DISPUTE_MODAL, REJECT_MODAL } from '../render/actions.ts';
import type { SlackMessage } from '../render/message.ts';
import { readMemory, type ModalMemory, type ModalSubmission } from './schema.ts';

const REASON = { block: 'reason', action: 'text' } as const;
const REASON_MAX_CHARACTERS = 500;

const plain = (text: string): { type: 'plain_text'; text: string } => ({ type: 'plain_text', text });

/** What needs a reason: a request is rejected, the review of an emergency disputed. */
export type Objection = 'reject' | 'dispute';

const WORDS = {
  reject: {
    callback: REJECT_MODAL,
    title: 'Reject this deploy',
    submit: 'Reject',
    say: "Your reason is shown with your name on the request's cards. Nothing will be built.",
  },
  dispute: {
    callback: DISPUTE_MODAL,
    title: 'Dispute this emergency',
    submit: 'Dispute',
    say: "Your reason is shown with your name on the review's messages, and whoever asked for the emergency is told. What was deployed stays.",
  },
} as const satisfies Record<Objection, Readonly<Record<string, string>>>;

const STEP = {
  ...WORDS.reject,
  title: 'Reject this step',
  say: "Your reason is shown with your name on the step's card. The build is cancelled; what it has done already stays done.",
} as const;

/** The objection that a submitted modal is; null: it is none of these. */
export const objectionOf = (callback: string | undefined): Objection | null =>
  callback === REJECT_MODAL ? 'reject' : callback === DISPUTE_MODAL ? 'dispute' : null;

/** Asks why. Carries the clicked button's value, so that the vote is about what the card showed at the click. */
export function rejectModal(memory: ModalMemory, objection: Objection = 'reject'): ModalView {
  const action = decodeActionValue(memory.value);
  const words = objection === 'reject' && action !== null && isBlockId(action.deployId) ? STEP : WORDS[objection];
  const subject = action === null ? '' : `*${deployCode(action.deployId)}*${action.sha === null ? '' : ` · \`${action.sha}\``}\n`;
  return {
    type: 'modal',
    callback_id: words.callback,
    private_metadata: JSON.stringify(memory),
    title: plain(words.title),
    submit: plain(words.submit),
    close: plain('Back'),
    blocks: [
      {
        type: 'section',
        text: { type: 'mrkdwn', text: `${subject}${words.say}` },
      },
      {
        type: 'input',
        block_id: REASON.block,
        label: plain('Why?'),
        element: { type: 'plain_text_input', action_id: REASON.action, multiline: true, max_length: REASON_MAX_CHARACTERS, focus_on_load: true },
      },
    ],
  };
}

/** Inline remarks at the fields: block id → text. */
export const EMPTY_REASON: Readonly<Record<string, string>> = { [REASON.block]: 'Say why in a few words: the requester will read it.' };

/** Takes the place of the modal that was sent, so that the answer is where the person looks. */
export function answerModal(message: SlackMessage): ModalView {
  const blocks =
    message.blocks.length > 0 ? [...message.blocks] : [{ type: 'section' as const, text: { type: 'mrkdwn' as const, text: message.text } }];
  return { type: 'modal', title: plain('Countersign'), close: plain('Close'), blocks };
}

/** What the modal was opened for, and the reason (trimmed, perhaps empty); null when it is none of ours. */
export function readRejection(view: ModalSubmission['view']): (ModalMemory & { readonly reason: string }) | null {
  const memory = readMemory(view.private_metadata);
  if (memory === null) return null;
  return { ...memory, reason: (view.state.values[REASON.block]?.[REASON.action]?.value ?? '').trim() };
}
