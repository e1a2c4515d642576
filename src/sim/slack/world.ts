// What the simulated workspace remembers: people, channels, messages, ephemerals, modals, and the short-lived ids Slack hands out.
import { createHash, randomBytes } from 'node:crypto';

/** A block as sent over the wire; `validate.ts` says which ones are accepted. */
export type SimBlock = Readonly<Record<string, unknown>>;

export interface SimUser {
  readonly id: string;
  readonly name: string;
  /** The user's own workspace: another one than the simulator's for a stranger (Slack Connect). */
  readonly team: string;
  /** Of several channels, or of a single one. */
  readonly guest: boolean | 'single-channel';
  readonly stranger: boolean;
  readonly deleted: boolean;
  readonly bot: boolean;
  /** null: none is known to the workspace. */
  readonly email: string | null;
  readonly isEmailConfirmed: boolean;
}

/** A member of the workspace, without an address, unless it says otherwise. */
export type UserWish = Pick<SimUser, 'id' | 'name'> & Partial<Omit<SimUser, 'team'>>;

export function userFrom(wish: UserWish, team: string): SimUser {
  return { guest: false, stranger: false, deleted: false, bot: false, email: null, isEmailConfirmed: true, ...wish, team };
}

export interface SimChannel {
  readonly id: string;
  readonly name: string;
  readonly isIm: boolean;
  /** null: everybody is in it. */
  readonly members: readonly string[] | null;
  /** Whether the bot was invited. */
  readonly botIn: boolean;
}

export interface SimContent {
  readonly text: string;
  readonly blocks: readonly SimBlock[];
}

export interface SimMessage extends SimContent {
  readonly channel: string;
  readonly ts: string;
  readonly user: string;
  readonly threadTs: string | null;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  /** The "(edited)" flag, which `chat.update` sets when it is given text without blocks. */
  readonly edited: boolean;
  /** Older contents, oldest first. */
  readonly versions: readonly SimContent[];
}

export interface SimEphemeral extends SimContent {
  readonly channel: string;
  readonly user: string;
  readonly ts: string;
  readonly via: 'command' | 'response_url' | 'chat.postEphemeral';
  /** The command or click that it answers, by the id of its response_url; null: it came unasked. */
  readonly answers: string | null;
}

export interface SimView {
  readonly id: string;
  readonly user: string;
  readonly hash: string;
  readonly content: Readonly<Record<string, unknown>>;
  readonly blocks: readonly SimBlock[];
  /** What the person filled in, by block and action id. */
  readonly values: Readonly<Record<string, string>>;
}

/** What a click or a command may be answered through; see https://docs.slack.dev/interactivity/handling-user-interaction. */
export interface ResponseUrl {
  readonly id: string;
  readonly channel: string;
  readonly user: string;
  readonly messageTs: string | null;
  readonly expiresAt: number;
  usesLeft: number;
}

export interface SlackWorld {
  readonly team: string;
  readonly appId: string;
  readonly botUser: string;
  readonly bot: string;
  readonly now: () => number;
  readonly triggerLifeMs: number;
  readonly users: Map<string, SimUser>;
  readonly channels: Map<string, SimChannel>;
  readonly groups: Map<string, { readonly members: readonly string[]; readonly disabled: boolean }>;
  readonly messages: SimMessage[];
  readonly ephemerals: SimEphemeral[];
  /** Open modals, the topmost last. */
  readonly views: SimView[];
  /** Home tabs by user. */
  readonly homes: Map<string, SimView>;
  readonly triggers: Map<string, { readonly user: string; readonly expiresAt: number; used: boolean }>;
  readonly responseUrls: Map<string, ResponseUrl>;
  readonly nextTs: () => string;
  readonly changed: () => void;
  readonly onChange: (listener: () => void) => () => void;
}

const RESPONSE_URL_LIFE_MS = 30 * 60_000;
const RESPONSE_URL_USES = 5;

export function createWorld(ids: Pick<SlackWorld, 'team' | 'appId' | 'botUser' | 'bot' | 'now' | 'triggerLifeMs'>): SlackWorld {
  const listeners = new Set<() => void>();
  let lastMicros = 0;
  return {
    ...ids,
    users: new Map(),
    channels: new Map(),
    groups: new Map(),
    messages: [],
    ephemerals: [],
    views: [],
    homes: new Map(),
    triggers: new Map(),
    responseUrls: new Map(),
    // A message's ts is its id within the channel: seconds with six digits, always growing.
    nextTs: () => {
      lastMicros = Math.max(lastMicros + 1, ids.now() * 1_000);
      return `${Math.floor(lastMicros / 1_000_000)}.${String(lastMicros % 1_000_000).padStart(6, '0')}`;
    },
    changed: () => {
      for (const listener of listeners) listener();
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

export function newTrigger(world: SlackWorld, user: string): string {
  const id = `${world.now()}.${world.triggers.size + 1}.${randomBytes(16).toString('hex')}`;
  world.triggers.set(id, { user, expiresAt: world.now() + world.triggerLifeMs, used: false });
  return id;
}

/** The secret part of a new response_url; its path is made by the delivery. */
export function newResponseUrl(world: SlackWorld, place: Omit<ResponseUrl, 'id' | 'expiresAt' | 'usesLeft'>): string {
  const id = randomBytes(18).toString('base64url');
  world.responseUrls.set(id, { id, ...place, expiresAt: world.now() + RESPONSE_URL_LIFE_MS, usesLeft: RESPONSE_URL_USES });
  return id;
}

/** The direct-message channel between the bot and this user. */
export function directChannel(world: SlackWorld, user: string): SimChannel {
  const id = `D${createHash('sha256').update(user).digest('hex').slice(0, 9).toUpperCase()}`;
  const known = world.channels.get(id);
  if (known !== undefined) return known;
  const channel: SimChannel = { id, name: 'directmessage', isIm: true, members: [user], botIn: true };
  world.channels.set(id, channel);
  return channel;
}

export function isMember(channel: SimChannel, user: string): boolean {
  return channel.members === null || channel.members.includes(user);
}

export function findMessage(world: SlackWorld, channel: string, ts: string): SimMessage | null {
  return world.messages.find((message) => message.channel === channel && message.ts === ts) ?? null;
}

export function replaceMessage(world: SlackWorld, old: SimMessage, next: SimMessage | null): void {
  const index = world.messages.indexOf(old);
  if (next === null) world.messages.splice(index, 1);
  else world.messages.splice(index, 1, next);
  world.changed();
}

/** Slack names every block and interactive element that came without a name. */
export function named(blocks: readonly SimBlock[]): readonly SimBlock[] {
  return blocks.map((block) => {
    const key = CHILDREN[String(block['type'])];
    const child = key === undefined ? undefined : block[key];
    if (key === undefined || child === undefined) return { block_id: shortId(), ...block };
    return { block_id: shortId(), ...block, [key]: Array.isArray(child) ? child.map(namedElement) : namedElement(child) };
  });
}

function namedElement(element: unknown): unknown {
  return isRecord(element) && INTERACTIVE.has(String(element['type'])) ? { action_id: shortId(), ...element } : element;
}

/** Where each kind of block keeps its elements. */
export const CHILDREN: Readonly<Record<string, string>> = { section: 'accessory', actions: 'elements', input: 'element' };
const INTERACTIVE = new Set(['button', 'static_select', 'overflow', 'checkboxes', 'radio_buttons', 'datepicker', 'users_select', 'plain_text_input']);
const shortId = (): string => randomBytes(4).toString('base64url').slice(0, 5);

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
