// An answer to one person's comment. Pure.
import type { ReplyInput } from '../../workflows/contract.ts';
import type { RenderContext } from './context.ts';
import type { Reply } from './reply.ts';

/** Reaction on the commanding comment and, where a reaction doesn't say enough, a comment. */
export function replyMarkdown(reply: Reply, _context: RenderContext): Pick<ReplyInput, 'reaction' | 'markdown'> {
  return { reaction: null, markdown: reply.kind };
}
