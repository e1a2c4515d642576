// The Slack column: one channel (or the direct messages) as the chosen person sees it, and the modal that is open.
import { isRecord, type SimEphemeral, type SimMessage } from '../slack/world.ts';
import { CHANNEL, PEOPLE, type AcmePerson, type World } from '../world.ts';
import { drawBlocks, textObject } from './blocks.ts';
import { mrkdwn, type Reader } from './mrkdwn.ts';
import { el, type Tree } from './tree.ts';

/** `direct`: what Countersign wrote to this person alone. `home`: the app's home tab. */
export type Conversation = keyof typeof CHANNEL | 'direct' | 'home';

export interface Modal {
  readonly view: string;
  /** Another one when the app replaced its content. */
  readonly hash: string;
  readonly title: string;
  /** null: there is nothing to send. */
  readonly submit: string | null;
  readonly close: string;
  readonly body: readonly Tree[];
}

const SHOWN_MAX = 60;

export function createReader(now: number): Reader {
  const names = new Map<string, string>(Object.values(PEOPLE).map(({ slack, name }) => [slack, name]));
  const channels = new Map<string, string>(Object.entries(CHANNEL).map(([name, id]) => [id, name]));
  return { now, user: (id) => names.get(id) ?? null, channel: (id) => channels.get(id) ?? null };
}

export function slackColumn(world: World, view: { person: AcmePerson; conversation: Conversation; now: number }): readonly Tree[] {
  const { person, conversation } = view;
  const reader = createReader(view.now);
  if (conversation === 'home') return homeTab(world, person, reader);
  const isDirect = conversation === 'direct';
  const messages = isDirect ? world.slack.directMessages(person.slack) : world.slack.messages(CHANNEL[conversation]);
  const ephemerals = isDirect ? [] : world.slack.ephemerals(person.slack).filter(({ channel }) => channel === CHANNEL[conversation]);
  const top = messages.filter(({ threadTs, ts }) => threadTs === null || threadTs === ts);
  const drawn = [
    ...top.map((message) => ({ ts: message.ts, tree: drawMessage(message, repliesTo(message, messages), reader) })),
    ...ephemerals.map((ephemeral) => ({ ts: ephemeral.ts, tree: drawEphemeral(ephemeral, reader) })),
  ];
  if (drawn.length === 0) return [el('p', { class: 'empty' }, isDirect ? 'Countersign wrote you no direct message.' : 'Nothing was said here yet.')];
  return drawn
    .toSorted((a, b) => Number(a.ts) - Number(b.ts))
    .slice(-SHOWN_MAX)
    .map(({ tree }) => tree);
}

/** What the app published for this person; it is told that the tab is open when it is chosen. */
function homeTab(world: World, person: AcmePerson, reader: Reader): readonly Tree[] {
  const home = world.slack.home(person.slack);
  if (home === null) return [el('p', { class: 'empty' }, 'Countersign has not drawn this tab yet.')];
  return [el('article', { class: 'message home', key: `home ${home.id}`, 'aria-label': 'Home' }, drawBlocks(home.blocks, reader, { view: home }))];
}

function repliesTo({ ts }: SimMessage, messages: readonly SimMessage[]): readonly SimMessage[] {
  return messages.filter((message) => message.threadTs === ts && message.ts !== ts);
}

function drawMessage(message: SimMessage, replies: readonly SimMessage[], reader: Reader): Tree {
  const edits = message.versions.length;
  const note = edits === 0 ? null : `edited in place ${edits === 1 ? 'once' : `${edits} times`}`;
  return el('article', { class: 'message', key: message.ts, 'aria-label': 'Message from Countersign' }, [
    byline(message.ts, note),
    el('div', { class: 'content' }, contentOf(message, reader)),
    ...(replies.length === 0 ? [] : [thread(replies, reader)]),
  ]);
}

function thread(replies: readonly SimMessage[], reader: Reader): Tree {
  const title = `${replies.length} ${replies.length === 1 ? 'reply' : 'replies'}`;
  return el(
    'details',
    { class: 'thread', key: 'thread' },
    el('summary', {}, title),
    replies.map((reply) => el('div', { class: 'reply', key: reply.ts }, timeOf(reply.ts), ' ', el('span', {}, contentOf(reply, reader)))),
  );
}

function drawEphemeral(ephemeral: SimEphemeral, reader: Reader): Tree {
  return el('article', { class: 'message ephemeral', key: `e${ephemeral.ts}`, 'aria-label': 'Message only visible to you' }, [
    el('p', { class: 'only-you' }, 'Only visible to you'),
    byline(ephemeral.ts, null),
    el('div', { class: 'content' }, contentOf({ ...ephemeral }, reader)),
  ]);
}

function contentOf(content: Pick<SimMessage, 'blocks' | 'text' | 'ts'>, reader: Reader): readonly Tree[] {
  if (content.blocks.length > 0) return drawBlocks(content.blocks, reader, { ts: content.ts });
  return [el('p', {}, mrkdwn(content.text, reader))];
}

function byline(ts: string, note: string | null): Tree {
  return el(
    'p',
    { class: 'byline' },
    el('strong', {}, 'Countersign'),
    el('span', { class: 'badge' }, 'APP'),
    timeOf(ts),
    note === null ? null : el('span', { class: 'note' }, note),
  );
}

export function timeOf(ts: string): Tree {
  const at = new Date(Number(ts) * 1_000);
  return el('time', { title: at.toISOString() }, at.toLocaleTimeString('en-GB'));
}

/** The topmost modal that is open for this person. */
export function openModal(world: World, person: AcmePerson, now: number): Modal | null {
  const view = world.slack.views(person.slack).at(-1);
  if (view === undefined) return null;
  const reader = createReader(now);
  const words = (name: string, otherwise: string): string => {
    const [text] = isRecord(view.content[name]) ? textObject(view.content[name], reader) : [];
    return typeof text === 'string' ? text : otherwise;
  };
  const submit = words('submit', '');
  return {
    view: view.id,
    hash: view.hash,
    title: words('title', ''),
    submit: submit === '' ? null : submit,
    close: words('close', 'Close'),
    body: drawBlocks(view.blocks, reader, { view }),
  };
}
