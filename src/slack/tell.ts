// A message that one person sees.
import type { SlackMessage } from '../render/message.ts';
import { slackWord } from './failures.ts';
import type { SlackWeb } from './web.ts';

/** Never let Slack turn text into mentions or previews: links and mentions are written out where they are meant. */
export const PLAIN = { link_names: false, parse: 'none', unfurl_links: false, unfurl_media: false } as const;

const NOT_THERE: ReadonlySet<string | null> = new Set(['user_not_in_channel', 'not_in_channel', 'channel_not_found']);

export function contentOf(message: SlackMessage): { text: string; blocks: SlackMessage['blocks'][number][] } {
  return { text: message.text, blocks: [...message.blocks] };
}

/** Ephemeral in the channel, or a direct message if that person (or we) cannot see the channel. Throws `Trouble`. */
export async function tell(web: SlackWeb, to: { readonly channel: string; readonly user: string }, message: SlackMessage): Promise<void> {
  try {
    await web({ doing: `telling ${to.user} in ${to.channel}`, kind: 'write' }, (client) =>
      client.chat.postEphemeral({ ...to, ...contentOf(message), link_names: false, parse: 'none' }),
    );
  } catch (error) {
    if (!NOT_THERE.has(slackWord(error))) throw error;
    await write(web, to.user, message);
  }
}

/** A direct message. Throws `Trouble`. */
export async function write(web: SlackWeb, user: string, message: SlackMessage): Promise<void> {
  const doing = `telling ${user} directly`;
  const opened = await web({ doing, kind: 'read' }, (client) => client.conversations.open({ users: user }));
  await web({ doing, kind: 'write' }, (client) => client.chat.postMessage({ channel: opened.channel?.id ?? user, ...contentOf(message), ...PLAIN }));
}
