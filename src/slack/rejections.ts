// The reason for a rejection, or for disputing an emergency, sent from its modal.
import { decodeActionValue } from '../render/actions.ts';
import type { SlackMessage } from '../render/message.ts';
import { ask, settle, STILL_WORKING } from './answering.ts';
import { clickOfModal, type HeardSubmission } from './clicks.ts';
import { accountOf, answerInModal, drawn, type ListenerDeps } from './heard.ts';
import { publishHome } from './home.ts';
import { objectionOf, readRejection } from './modals.ts';
import type { Asker } from './response-url.ts';

/** The answer takes the modal's place, so the person who just typed a reason cannot miss it. false: it was none of our modals. */
export async function heardRejection(
  deps: ListenerDeps,
  heard: HeardSubmission,
  answer: { readonly remark: () => Promise<void>; readonly show: (message: SlackMessage) => Promise<void> },
): Promise<boolean> {
  const { user, view } = heard.submission;
  const rejection = readRejection(view);
  const action = decodeActionValue(rejection?.value);
  const act = objectionOf(view.callback_id);
  if (act === null || rejection === null || action === null) return false;
  const { reason, channel, isFromHome } = rejection;
  if (reason === '') {
    await answer.remark();
    return true;
  }
  const asker: Asker = { channel, user: user.id, responseUrl: null };
  const click = clickOfModal(deps, heard, { act, action, asker, reason });
  const reply = ask(() => deps.frontDoor.act(click), { what: 'click', log: deps.log });
  await settle(reply, {
    inTime: (answered) => answer.show(drawn(deps, answered)),
    meanwhile: () => answer.show(STILL_WORKING),
    late: (answered) => answerInModal(deps, view.id, drawn(deps, answered), asker),
  });
  if (isFromHome) await publishHome(deps, accountOf(deps, user));
  return true;
}
