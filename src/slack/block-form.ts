// The form of a block step: opened from its card's button, sent as an approval of exactly what it says.
import { deployCode } from '../ids.ts';
import { decodeActionValue } from '../render/actions.ts';
import { blockForm } from '../render/block-form.ts';
import type { SlackMessage } from '../render/message.ts';
import type { Reply } from '../render/reply.ts';
import { ask, settle, STILL_WORKING, type NoAnswer } from './answering.ts';
import { clickOfModal, memoryOf, type HeardClick, type HeardSubmission } from './clicks.ts';
import { accountOf, answerInModal, askerOf, contextOf, drawn, openModal, type ListenerDeps } from './heard.ts';
import { publishHome } from './home.ts';
import { showTo, type Asker } from './response-url.ts';
import { readMemory } from './schema.ts';

/** What the step asks is read first: one read of Temporal, well within the trigger's three seconds. */
export async function openBlockForm(deps: ListenerDeps, { click, action, ack }: HeardClick): Promise<void> {
  await ack();
  const asker = askerOf(click);
  const answer = await ask(async () => ({ kind: 'read', status: await deps.frontDoor.block(action.deployId) }) as const, {
    what: 'click',
    log: deps.log,
  });
  if (answer.kind !== 'read') return showTo(asker, drawn(deps, answer), deps);
  const { status } = answer;
  if (status === null) return showTo(asker, drawn(deps, NOT_THERE), deps);
  const memory = JSON.stringify(memoryOf(click));
  if ((await openModal(deps, click.trigger_id, blockForm(status, memory, contextOf(deps)))) !== null) return;
  const text = `Slack did not open the form. Click again, or look: \`${deps.command} status ${deployCode(action.deployId)}\`.`;
  await showTo(asker, { text, blocks: [] }, deps);
}

const NOT_THERE: Reply = { kind: 'refused', reasons: [{ code: 'not-planned-yet' }] };

export interface BlockAcks {
  readonly remarks: (errors: Readonly<Record<string, string>>) => Promise<void>;
  readonly show: (message: SlackMessage) => Promise<void>;
}

/** The answer takes the form's place. */
export async function submittedBlock(deps: ListenerDeps, heard: HeardSubmission, ack: BlockAcks): Promise<void> {
  const { user, view } = heard.submission;
  const memory = readMemory(view.private_metadata);
  const action = decodeActionValue(memory?.value);
  if (action === null || memory === null) return ack.show({ text: 'This form does nothing any more.', blocks: [] });
  const asker: Asker = { channel: memory.channel, user: user.id, responseUrl: null };
  const click = clickOfModal(deps, heard, { act: 'approve', action, asker, reason: null });
  const answer = ask(() => deps.frontDoor.fillBlock({ click, state: view.state.values }), { what: 'click', log: deps.log });
  await settle(answer, {
    inTime: (answered) => (answered.kind === 'problems' ? ack.remarks(answered.remarks) : ack.show(inWords(deps, answered))),
    meanwhile: () => ack.show(STILL_WORKING),
    late: (answered) => answerInModal(deps, view.id, inWords(deps, answered), asker),
  });
  if (memory.isFromHome) await publishHome(deps, accountOf(deps, user));
}

type Answered = Awaited<ReturnType<ListenerDeps['frontDoor']['fillBlock']>> | NoAnswer;

function inWords(deps: ListenerDeps, answered: Answered): SlackMessage {
  if (answered.kind === 'answered') return drawn(deps, answered.reply);
  return answered.kind === 'problems' ? { text: Object.values(answered.remarks).join(' '), blocks: [] } : drawn(deps, answered);
}
