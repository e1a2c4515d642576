// An answer that only one person sees in Slack. Pure.
import type { RenderContext } from './context.ts';
import type { SlackMessage } from './message.ts';
import type { Reply } from './reply.ts';

/** The answer; empty text for `silence`, which is not sent. */
export function replyMessage(reply: Reply, _context: RenderContext): SlackMessage {
  return { text: reply.kind, blocks: [] };
}
