// The Web API methods that Countersign could use: https://docs.slack.dev/reference/methods. Errors are Slack's own words.
import type { ApiArguments } from './arguments.ts';
import { describeMessage, describeUser } from './describe.ts';
import { required, SlackRefusal, userOf, type Method } from './refusal.ts';
import { refuseBlocks } from './validate.ts';
import { VIEW_METHODS } from './view-methods.ts';
import {
  directChannel,
  findMessage,
  isMember,
  isRecord,
  named,
  replaceMessage,
  type SimBlock,
  type SimChannel,
  type SimContent,
  type SimMessage,
  type SlackWorld,
} from './world.ts';

const TEXT_MAX = 40_000;
const METADATA_MAX_BYTES = 8_000;

export const METHODS: Readonly<Record<string, Method>> = {
  'auth.test': {
    scope: null,
    run: (_args, world) => ({
      url: 'https://acme.slack.test/',
      team: 'Acme',
      user: 'countersign',
      team_id: world.team,
      user_id: world.botUser,
      bot_id: world.bot,
      is_enterprise_install: false,
    }),
  },
  'chat.postMessage': { scope: 'chat:write', run: postMessage },
  'chat.update': { scope: 'chat:write', run: updateMessage },
  'chat.postEphemeral': { scope: 'chat:write', run: postEphemeral },
  'chat.getPermalink': {
    scope: null,
    run: (args, world) => {
      const channel = channelOf(args, world);
      const message = findMessage(world, channel.id, required(args, 'message_ts'));
      if (message === null) throw new SlackRefusal('message_not_found');
      return { channel: channel.id, permalink: `https://acme.slack.test/archives/${channel.id}/p${message.ts.replace('.', '')}` };
    },
  },
  'conversations.history': { scope: 'channels:history', run: history },
  'conversations.info': {
    scope: 'channels:read',
    run: (args, world) => {
      const channel = channelOf(args, world);
      return {
        channel: { id: channel.id, name: channel.name, is_channel: !channel.isIm, is_im: channel.isIm, is_member: channel.botIn, is_archived: false },
      };
    },
  },
  'conversations.open': {
    scope: 'im:write',
    run: (args, world) => {
      const user = userOf(args.text('users'), world);
      if (user.deleted) throw new SlackRefusal('user_disabled');
      return { channel: { id: directChannel(world, user.id).id } };
    },
  },
  'users.info': {
    scope: 'users:read',
    run: (args, world, has) => ({ user: describeUser(userOf(args.text('user'), world), world, has('users:read.email')) }),
  },
  'usergroups.users.list': {
    scope: 'usergroups:read',
    run: (args, world) => {
      const group = world.groups.get(required(args, 'usergroup'));
      const isHidden = group?.disabled === true && !args.flag('include_disabled');
      if (group === undefined || isHidden) throw new SlackRefusal('no_such_subteam');
      return { users: group.members.filter((id) => world.users.get(id)?.deleted !== true) };
    },
  },
  ...VIEW_METHODS,
};

function postMessage(args: ApiArguments, world: SlackWorld): Readonly<Record<string, unknown>> {
  const to = required(args, 'channel');
  // A user's id as the channel is the direct message with that user.
  const channel = world.users.has(to) ? directChannel(world, to) : channelOf(args, world);
  if (!channel.botIn) throw new SlackRefusal('not_in_channel');
  const content = contentOf(args, 'enforced');
  const threadTs = args.text('thread_ts');
  if (threadTs !== null && findMessage(world, channel.id, threadTs) === null) throw new SlackRefusal('thread_not_found');
  const message: SimMessage = {
    ...content,
    channel: channel.id,
    ts: world.nextTs(),
    user: world.botUser,
    threadTs,
    metadata: metadataOf(args) ?? null,
    edited: false,
    versions: [],
  };
  world.messages.push(message);
  world.changed();
  return { channel: channel.id, ts: message.ts, message: describeMessage(message, world) };
}

function updateMessage(args: ApiArguments, world: SlackWorld): Readonly<Record<string, unknown>> {
  const channel = channelOf(args, world);
  const old = findMessage(world, channel.id, required(args, 'ts'));
  if (old === null) throw new SlackRefusal('message_not_found');
  if (old.user !== world.botUser) throw new SlackRefusal('cant_update_message');
  const content = contentOf(args, 'not-enforced');
  const metadata = metadataOf(args);
  const next: SimMessage = {
    ...old,
    ...content,
    // Left out, the message keeps its metadata; an empty object removes it.
    metadata: metadata === undefined ? old.metadata : Object.keys(metadata).length === 0 ? null : metadata,
    edited: !args.has('blocks'),
    versions: [...old.versions, { text: old.text, blocks: old.blocks }],
  };
  replaceMessage(world, old, next);
  return { channel: channel.id, ts: next.ts, text: next.text, message: describeMessage(next, world) };
}

function postEphemeral(args: ApiArguments, world: SlackWorld): Readonly<Record<string, unknown>> {
  const channel = channelOf(args, world);
  if (!channel.botIn) throw new SlackRefusal('not_in_channel');
  const user = userOf(args.text('user'), world);
  if (!isMember(channel, user.id) || user.deleted) throw new SlackRefusal('user_not_in_channel');
  const ts = world.nextTs();
  world.ephemerals.push({ ...contentOf(args, 'enforced'), channel: channel.id, user: user.id, ts, via: 'chat.postEphemeral', answers: null });
  world.changed();
  return { message_ts: ts };
}

function history(args: ApiArguments, world: SlackWorld): Readonly<Record<string, unknown>> {
  const channel = channelOf(args, world);
  if (!channel.botIn) throw new SlackRefusal('not_in_channel');
  const oldest = args.text('oldest') ?? '0';
  const latest = args.text('latest') ?? '9'.repeat(12);
  if ([oldest, latest].some((ts) => Number.isNaN(Number(ts)))) throw new SlackRefusal('invalid_ts_oldest');
  const inside = (ts: string): boolean =>
    args.flag('inclusive')
      ? Number(ts) >= Number(oldest) && Number(ts) <= Number(latest)
      : Number(ts) > Number(oldest) && Number(ts) < Number(latest);
  const all = world.messages.filter((message) => message.channel === channel.id && message.threadTs === null && inside(message.ts)).reverse();
  const start = args.has('cursor') ? all.findIndex((message) => message.ts === args.text('cursor')) : 0;
  if (start < 0) throw new SlackRefusal('invalid_cursor');
  const limit = Math.min(args.count('limit', 100), 999);
  const next = all[start + limit]?.ts ?? '';
  const messages = all.slice(start, start + limit).map((message) => {
    const { metadata, ...rest } = describeMessage(message, world);
    return args.flag('include_all_metadata') && metadata !== undefined ? { ...rest, metadata } : rest;
  });
  return { messages, has_more: next !== '', response_metadata: { next_cursor: next } };
}

/** Text and blocks of a message, checked. Throws `SlackRefusal`. */
function contentOf(args: ApiArguments, wholeLimit: 'enforced' | 'not-enforced'): SimContent {
  const blocks = args.has('blocks') ? args.value('blocks') : [];
  const refused = refuseBlocks(blocks, wholeLimit);
  if (refused !== null) throw new SlackRefusal(refused.error, refused.messages);
  const text = args.text('text') ?? '';
  const known = named(blocks as readonly SimBlock[]);
  if (text === '' && known.length === 0) throw new SlackRefusal('no_text');
  return { text: text.slice(0, TEXT_MAX), blocks: known };
}

function metadataOf(args: ApiArguments): Readonly<Record<string, unknown>> | undefined {
  const metadata = args.value('metadata');
  if (metadata === undefined) return undefined;
  if (!isRecord(metadata)) throw new SlackRefusal('invalid_metadata_format');
  if (Object.keys(metadata).length > 0 && (typeof metadata['event_type'] !== 'string' || !isRecord(metadata['event_payload'])))
    throw new SlackRefusal('invalid_metadata_schema');
  if (JSON.stringify(metadata).length > METADATA_MAX_BYTES) throw new SlackRefusal('metadata_too_large');
  return metadata;
}

function channelOf(args: ApiArguments, world: SlackWorld): SimChannel {
  const channel = world.channels.get(required(args, 'channel'));
  if (channel === undefined) throw new SlackRefusal('channel_not_found');
  return channel;
}
