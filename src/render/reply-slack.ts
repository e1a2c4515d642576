// An answer that only one person sees in Slack. Pure.
import { answerOf } from './answer.ts';
import type { Answer } from './answer.ts';
import { blockMessage } from './block-message.ts';
import { context, linesSection } from './blocks.ts';
import type { RenderContext } from './context.ts';
import { detailsMessage } from './details-slack.ts';
import { join, say, toSlackFallback } from './inline.ts';
import type { SlackMessage } from './message.ts';
import type { Reply } from './reply.ts';
import { reviewMessage } from './review-card.ts';
import { whyMessage } from './why.ts';

/** The answer; empty text for `silence`, which is not sent. */
export function replyMessage(reply: Reply, renderContext: RenderContext): SlackMessage {
  if (reply.kind === 'silence') return { text: '', blocks: [] };
  if (reply.kind === 'one-review') return reviewMessage(reply.review, renderContext, 'plain');
  if (reply.kind === 'one-block') return blockMessage(reply.block, renderContext, 'plain');
  if (reply.kind === 'why') return whyMessage(reply.status, renderContext);
  if (reply.kind === 'one-request') return detailsMessage(reply.status, renderContext);
  return drawn(answerOf(reply, { context: renderContext, surface: 'slack' }), renderContext.now);
}

function drawn({ lines, items, closing }: Answer, now: number): SlackMessage {
  const bullets = items.map((item) => say`• ${item}`);
  return {
    // Never empty: a notification without text would say nothing at all.
    text: toSlackFallback(join([...lines, ...items], ' '), { now, max: 2_000 }).trim() || '…',
    blocks: [
      ...linesSection(lines, now, 2_000),
      ...linesSection(bullets.slice(0, 12), now, 2_600),
      ...linesSection(bullets.slice(12), now, 2_600),
      ...(closing === null ? [] : context([closing], now)),
    ],
  };
}
