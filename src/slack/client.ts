// Slack as the rest of Countersign sees it.
import Bottleneck from 'bottleneck';
import type { ConversationsHistoryResponse } from '@slack/web-api';
import type { SlackMessage } from '../render/message.ts';
import { Trouble } from '../trouble.ts';
import { createAccounts } from './accounts.ts';
import type { CardPlace, SlackApi } from './api.ts';
import { CARD_EVENT, CardMetadata } from './schema.ts';
import { contentOf, PLAIN, tell, write } from './tell.ts';
import { readUserGroup } from './user-groups.ts';
import { createSlackWeb, type SlackWeb, type SlackWebOptions } from './web.ts';

export interface SlackOptions extends SlackWebOptions {
  readonly now: () => number;
  /** Between two messages in one channel; Slack allows about one a second (https://docs.slack.dev/apis/web-api/rate-limits). */
  readonly paceMs?: number;
}

const PACE_MS = 1_000;
/** Beyond this many waiting messages a channel is reported as rate-limited: nothing is sent long after its activity gave up. */
const WAITING_MAX = 10;
const PAGE_SIZE = 200;
const PAGES_MAX = 5;

type WhoAmI = Awaited<ReturnType<SlackApi['whoAmI']>>;

/** A client that sends each request once, with a time-out. Every method throws `Trouble`. */
export function createSlack(options: SlackOptions): SlackApi {
  const web = createSlackWeb(options);
  const whoAmI = remembered(() => readWhoAmI(web));
  const ownTeam = async (): Promise<string> => (await whoAmI()).team;
  const post = createPoster(web, options.paceMs ?? PACE_MS);
  const permalinks = new Map<string, string>();
  return {
    whoAmI,
    readAccount: createAccounts({ web, ownTeam, now: options.now }),
    readUserGroup: (id) => readUserGroup(web, ownTeam, id),
    findCard: async (channel, deployId, sinceMs) => findCard(web, { channel, deployId, sinceMs, bot: (await whoAmI()).bot }),
    postCard: (channel, message, deployId) => post({ channel, message, deployId, doing: `posting a card in ${channel}` }),
    updateCard: async (place, message) => {
      await web({ doing: `editing the card in ${place.channel}`, kind: 'write' }, (client) =>
        client.chat.update({ ...place, ...contentOf(message), link_names: false, parse: 'none' }),
      );
    },
    postInThread: async (place, message) => {
      await post({ channel: place.channel, threadTs: place.ts, message, doing: `posting in the card's thread in ${place.channel}` });
    },
    postMessage: async (channel, message) => {
      await post({ channel, message, doing: `posting in ${channel}` });
    },
    tell: (channel, user, message) => tell(web, { channel, user }, message),
    write: (user, message) => write(web, user, message),
    permalink: async ({ channel, ts }) => {
      const known = permalinks.get(`${channel}:${ts}`);
      if (known !== undefined) return known;
      const answer = await web({ doing: `reading the card's address in ${channel}`, kind: 'read' }, (client) =>
        client.chat.getPermalink({ channel, message_ts: ts }),
      );
      const link = present(answer.permalink, 'permalink');
      remember(permalinks, `${channel}:${ts}`, link);
      return link;
    },
  };
}

/** Addresses never change; the oldest are forgotten. */
const PERMALINKS_MAX = 1_000;

function remember(permalinks: Map<string, string>, key: string, link: string): void {
  permalinks.set(key, link);
  const [oldest] = permalinks.keys();
  if (permalinks.size > PERMALINKS_MAX && oldest !== undefined) permalinks.delete(oldest);
}

interface Post {
  readonly channel: string;
  readonly message: SlackMessage;
  readonly doing: string;
  readonly threadTs?: string;
  readonly deployId?: string;
}

function createPoster(web: SlackWeb, paceMs: number): (post: Post) => Promise<CardPlace> {
  const channels = new Bottleneck.Group({ minTime: paceMs });
  return (post) => {
    const channel = channels.key(post.channel);
    const { RECEIVED, QUEUED, RUNNING } = channel.counts();
    const waiting = RECEIVED + QUEUED + RUNNING;
    if (waiting >= WAITING_MAX) {
      const found = `${waiting} messages wait for that channel already`;
      return Promise.reject(new Trouble({ source: 'slack', kind: 'rate-limited', doing: post.doing, found, retryAfterMs: waiting * paceMs }));
    }
    return channel.schedule(() => send(web, post));
  };
}

async function send(web: SlackWeb, post: Post): Promise<CardPlace> {
  const metadata = { event_type: CARD_EVENT, event_payload: { deploy_id: post.deployId ?? '' } };
  const answer = await web({ doing: post.doing, kind: 'write' }, (client) =>
    client.chat.postMessage({
      channel: post.channel,
      ...contentOf(post.message),
      ...PLAIN,
      ...(post.threadTs === undefined ? {} : { thread_ts: post.threadTs }),
      ...(post.deployId === undefined ? {} : { metadata }),
    }),
  );
  return { channel: answer.channel ?? post.channel, ts: present(answer.ts, 'ts') };
}

async function readWhoAmI(web: SlackWeb): Promise<WhoAmI> {
  const test = await web({ doing: 'asking slack who we are', kind: 'read' }, (client) => client.auth.test());
  const botUser = present(test.user_id, 'user_id');
  const { user } = await web({ doing: 'reading our own account', kind: 'read' }, (client) => client.users.info({ user: botUser }));
  return {
    team: present(test.team_id, 'team_id'),
    teamName: test.team ?? present(test.team_id, 'team_id'),
    botUser,
    bot: present(test.bot_id, 'bot_id'),
    app: test.app_id ?? user?.profile?.api_app_id ?? null,
  };
}

/** Two cards of one request can exist after a lost answer: the older one is the card. */
async function findCard(
  web: SlackWeb,
  wanted: { readonly channel: string; readonly deployId: string; readonly sinceMs: number; readonly bot: string },
): Promise<CardPlace | null> {
  let cursor = '';
  let found: CardPlace | null = null;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const answer: ConversationsHistoryResponse = await web({ doing: `looking for a card in ${wanted.channel}`, kind: 'read' }, (client) =>
      client.conversations.history({
        channel: wanted.channel,
        oldest: (wanted.sinceMs / 1_000).toFixed(3),
        include_all_metadata: true,
        limit: PAGE_SIZE,
        ...(cursor === '' ? {} : { cursor }),
      }),
    );
    for (const { ts, bot_id, metadata } of answer.messages ?? []) {
      const card = CardMetadata.safeParse(metadata);
      if (card.data?.event_payload.deploy_id === wanted.deployId && bot_id === wanted.bot && ts !== undefined)
        found = { channel: wanted.channel, ts };
    }
    cursor = answer.response_metadata?.next_cursor ?? '';
    if (cursor === '') break;
  }
  return found;
}

/** A success is kept for good, a failure not at all. */
function remembered<T>(read: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null;
  return () => {
    const mine = (answer ??= read());
    mine.catch(() => {
      if (answer === mine) answer = null;
    });
    return mine;
  };
}

function present(value: string | undefined, field: string): string {
  if (value !== undefined && value !== '') return value;
  throw new Trouble({ source: 'slack', kind: 'invalid', doing: 'reading an answer of slack', found: `it has no ${field}` });
}
