// The deploy form: opened first and filled then, changed with every choice, and sent like a command.
import { slackDeployId } from '../../workflows/contract.ts';
import { blockOf, NOTHING_FILLED_IN, readForm, type FormState } from '../render/form-fields.ts';
import { formView } from '../render/form-slack.ts';
import type { DeployForm, FormAnswer, GrowingForm } from '../render/form.ts';
import { toWords } from '../render/inline.ts';
import type { SlackMessage } from '../render/message.ts';
import { ask, settle, STILL_WORKING, type NoAnswer } from './answering.ts';
import type { HeardSubmission } from './clicks.ts';
import { slackWord } from './failures.ts';
import { accountOf, answerInModal, contextOf, drawn, openModal, placeOf, updateModal, type ListenerDeps, type OpenView } from './heard.ts';
import { answerModal } from './modals.ts';
import { showTo, type Asker } from './response-url.ts';
import { FormMemory, type Interaction } from './schema.ts';

/** What is looked up faster than this is shown at once, without an intermediate picture. */
const AT_ONCE_MS = 400;

/** Opens the form. The trigger lives three seconds, so nothing is looked up before. */
export async function openForm(
  deps: ListenerDeps,
  opened: { readonly trigger: string; readonly asker: Asker; readonly user: Interaction['user'] },
): Promise<void> {
  const { asker } = opened;
  const form = deps.frontDoor.form({ by: accountOf(deps, opened.user), from: placeOf(deps, asker), values: NOTHING_FILLED_IN });
  const draw = drawer(deps, asker.channel);
  const view = await openModal(deps, opened.trigger, draw(form.now));
  if (view === null) {
    const text = `Slack did not open the form. Try again, or type \`${deps.command} <service> to <environment>\`.`;
    return showTo(asker, { text, blocks: [] }, deps);
  }
  await fill(deps, view, async () => draw(await form.later));
}

/** Another service or environment was chosen. */
export async function changedForm(deps: ListenerDeps, choices: Choices, { user, view, actions }: Interaction): Promise<void> {
  if (view === undefined) return;
  const channel = channelOf(view.private_metadata, user.id);
  const draw = drawer(deps, channel);
  const choice = choices.note(view.id, actions[0].action_ts);
  const values = readForm(view.state?.values ?? {});
  const form = deps.frontDoor.form({ by: accountOf(deps, user), from: placeOf(deps, { channel, user: user.id }), values });
  const first = await atOnce(form);
  const before: OpenView = { id: view.id, hash: view.hash ?? null };
  try {
    const shown = await updateModal(deps, before, draw(first)).catch((error: unknown) => {
      // Two quick choices: the later one stands, whichever is drawn first.
      if (slackWord(error) !== 'hash_conflict' || !choice.isNewest()) throw error;
      return updateModal(deps, { id: view.id, hash: null }, draw(first));
    });
    if (first === form.now) await fill(deps, shown, async () => draw(await form.later));
  } catch (error) {
    if (!isOvertaken(error)) deps.log.warn({ err: error }, 'the deploy form was not changed');
  }
}

function atOnce({ now, later }: GrowingForm): Promise<DeployForm> {
  let timer: NodeJS.Timeout | undefined;
  const soon = new Promise<DeployForm>((resolve) => {
    timer = setTimeout(() => resolve(now), AT_ONCE_MS);
  });
  return Promise.race([later, soon]).finally(() => clearTimeout(timer));
}

async function fill(deps: ListenerDeps, view: OpenView, draw: () => Promise<ReturnType<typeof formView>>): Promise<void> {
  try {
    await updateModal(deps, view, await draw());
  } catch (error) {
    if (!isOvertaken(error)) deps.log.warn({ err: error }, 'the deploy form was not filled in');
  }
}

/** Closed, sent or changed meanwhile: nobody waits for this picture any more. */
function isOvertaken(error: unknown): boolean {
  const word = slackWord(error);
  return word === 'hash_conflict' || word === 'not_found';
}

/** Which choice in a form was the last one. Only what is drawn hangs on it, so it may be forgotten. */
export interface Choices {
  readonly note: (view: string, at: string) => { readonly isNewest: () => boolean };
}

const REMEMBERED_MAX = 500;

export function createChoices(): Choices {
  const newest = new Map<string, string>();
  return {
    note: (view, at) => {
      if (Number(newest.get(view) ?? 0) < Number(at)) newest.set(view, at);
      const [oldest] = newest.keys();
      if (newest.size > REMEMBERED_MAX && oldest !== undefined) newest.delete(oldest);
      return { isNewest: () => newest.get(view) === at };
    },
  };
}

export interface FormAcks {
  readonly remarks: (errors: Readonly<Record<string, string>>) => Promise<void>;
  readonly change: (view: ReturnType<typeof formView>) => Promise<void>;
}

export async function submittedForm(deps: ListenerDeps, { submission, at }: HeardSubmission, ack: FormAcks): Promise<void> {
  const { user, view } = submission;
  const channel = channelOf(view.private_metadata, user.id);
  const asker: Asker = { channel, user: user.id, responseUrl: null };
  const draw = drawer(deps, channel);
  const values = readForm(view.state.values);
  const wish = { key: slackDeployId(deps.team, view.id), by: accountOf(deps, user), at, from: placeOf(deps, asker), values };
  const answer = ask<FormAnswer>(() => deps.frontDoor.submit(wish), { what: 'command', log: deps.log });
  await settle(answer, {
    inTime: async (answered) => {
      if (answered.kind === 'problems') return ack.remarks(remarksOf(answered.problems, view.state.values, deps.now()));
      if (answered.kind !== 'more') return ack.change(answerModal(inWords(deps, answered)));
      await ack.change(draw(answered.form.now));
      // What the answer's view is called from now on Slack does not say; a choice made meanwhile draws it again anyway.
      await fill(deps, { id: view.id, hash: null }, async () => draw(await answered.form.later));
    },
    meanwhile: () => ack.change(answerModal(STILL_WORKING)),
    late: (answered) => answerInModal(deps, view.id, inWords(deps, answered), asker),
  });
}

/** Block id → remark. Slack shows one at each field. */
function remarksOf(problems: Extract<FormAnswer, { kind: 'problems' }>['problems'], sent: FormState, now: number): Readonly<Record<string, string>> {
  const remarks = new Map<string, string>();
  for (const { field, words } of problems) {
    const block = blockOf(field, sent);
    remarks.set(block, [remarks.get(block), toWords(words, now)].filter((text) => text !== undefined).join(' '));
  }
  return Object.fromEntries(remarks);
}

function inWords(deps: ListenerDeps, answered: FormAnswer | NoAnswer): SlackMessage {
  switch (answered.kind) {
    case 'answered':
      return drawn(deps, answered.reply);
    case 'problems':
      return { text: answered.problems.map(({ words }) => toWords(words, deps.now())).join(' '), blocks: [] };
    case 'more':
      return { text: `Not everything was chosen. Open the form again: \`${deps.command}\``, blocks: [] };
    default:
      return drawn(deps, answered);
  }
}

function drawer(deps: ListenerDeps, channel: string): (form: DeployForm) => ReturnType<typeof formView> {
  const memory = JSON.stringify({ channel });
  return (form) => formView(form, memory, contextOf(deps));
}

/** Only where answers go; what is no channel is answered directly. */
function channelOf(memory: string, user: string): string {
  try {
    return FormMemory.parse(JSON.parse(memory)).channel;
  } catch {
    return user;
  }
}
