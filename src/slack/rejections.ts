// The reason for a rejection, or for disputing an emergency, sent from its modal.
import type { Millis } from '../../workflows/vocabulary.ts';
import { decodeActionValue } from '../render/actions.ts';
import type { SlackMessage } from '../render/message.ts';
import { ask, settle, STILL_WORKING } from './answering.ts';
import { accountOf, answerInModal, drawn, placeOf, type ListenerDeps } from './heard.ts';
import { publishHome } from './home.ts';
import { objectionOf, readRejection } from './modals.ts';
import type { Asker } from './response-url.ts';
import type { ModalSubmission } from './schema.ts';

/** The answer takes the modal's place, so the person who just typed a reason cannot miss it. false: it was none of our modals. */
export async function heardRejection(
  deps: ListenerDeps,
  { submission, at }: { readonly submission: ModalSubmission; readonly at: Millis },
  answer: { readonly remark: () => Promise<void>; readonly show: (message: SlackMessage) => Promise<void> },
): Promise<boolean> {
  const { user, view } = submission;
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
  const by = accountOf(deps, user);
  const click = {
    key: `slack:${deps.team}:${view.id}:${user.id}:${act}`,
    act,
    by,
    at,
    from: placeOf(deps, asker),
    ...action,
    reason,
  } as const;
  const reply = ask(() => deps.frontDoor.act(click), { what: 'click', log: deps.log });
  await settle(reply, {
    inTime: (answered) => answer.show(drawn(deps, answered)),
    meanwhile: () => answer.show(STILL_WORKING),
    late: (answered) => answerInModal(deps, view.id, drawn(deps, answered), asker),
  });
  if (isFromHome) await publishHome(deps, by);
  return true;
}
