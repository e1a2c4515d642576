// An answer to one person's comment. Pure.
import type { ReplyInput } from '../../workflows/contract.ts';
import { answerOf } from './answer.ts';
import { blockBody } from './block-message.ts';
import { COMMENT_MAX, cardBody, fitted } from './card-github.ts';
import type { RenderContext } from './context.ts';
import { toGithub } from './inline.ts';
import type { Inline } from './inline.ts';
import type { Reply } from './reply.ts';
import { reviewBody } from './review-card.ts';
import { whyMarkdown } from './why.ts';

type Answered = Pick<ReplyInput, 'reaction' | 'markdown'>;
// The poster adds a marker of its own to every reply.
const REPLY_MAX = COMMENT_MAX - 300;
const LOGIN = /^[A-Za-z0-9][A-Za-z0-9_-]{0,60}$/;

/** Reaction on the commanding comment and, where a reaction doesn't say enough, a comment. */
export function replyMarkdown(reply: Reply, context: RenderContext): Answered {
  switch (reply.kind) {
    case 'silence':
      return { reaction: null, markdown: null };
    case 'started':
      // The card answers.
      return { reaction: 'eyes', markdown: null };
    case 'recorded':
      return { reaction: 'eyes', markdown: null };
    case 'receipt':
      return reply.receipt.kind === 'refused' ? { reaction: '-1', markdown: drawn(reply, context) } : { reaction: '+1', markdown: null };
    case 'refused':
      return { reaction: '-1', markdown: drawn(reply, context) };
    case 'one-request':
      return { reaction: null, markdown: fitted(cardBody(reply.status, context), REPLY_MAX) };
    case 'one-review':
      return { reaction: null, markdown: fitted(reviewBody(reply.review, context), REPLY_MAX) };
    case 'one-block':
      return { reaction: null, markdown: fitted(blockBody(reply.block, context), REPLY_MAX) };
    case 'history':
    case 'review-is-no-vote':
      return { reaction: null, markdown: drawn(reply, context) };
    case 'why':
      return { reaction: null, markdown: whyMarkdown(reply.status, context) };
    case 'wrong-place':
    case 'not-understood':
    case 'unreachable':
    case 'broken':
      return { reaction: 'confused', markdown: drawn(reply, context) };
    case 'unlinked':
    case 'delegated':
    case 'delegation-ended':
      return { reaction: '+1', markdown: drawn(reply, context) };
    case 'link-offer':
    case 'accounts':
    case 'help':
    case 'open-requests':
    case 'what-is-live':
      return { reaction: null, markdown: drawn(reply, context) };
  }
}

/** The same for where it was written: a review takes no reactions, so what one would say is said in words, to whoever wrote it. */
export function answerMarkdown(to: ReplyInput['to'], reply: Reply, context: RenderContext): Answered {
  const answered = replyMarkdown(reply, context);
  if (to.written?.kind !== 'review') return answered;
  const words = answered.markdown ?? (reply.kind === 'receipt' ? drawn(reply, context) : null);
  if (words === null || !LOGIN.test(to.written.login)) return { reaction: null, markdown: words };
  // A heading begins on a line of its own.
  return { reaction: null, markdown: `@${to.written.login}${words.startsWith('#') ? '\n\n' : ' '}${words}` };
}

function drawn(reply: Parameters<typeof answerOf>[0], context: RenderContext): string {
  const answer = answerOf(reply, { context, surface: 'github' });
  const draw = (inline: Inline): string => toGithub(inline, { now: context.now });
  const parts = [...answer.lines.map(draw), answer.items.map((item) => `- ${draw(item)}`).join('\n')];
  if (answer.closing !== null) parts.push(draw(answer.closing));
  return fitted(parts.filter((part) => part !== '').join('\n\n'), REPLY_MAX);
}
