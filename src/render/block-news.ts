// New messages beside the card of a block step: who is still needed, and how it ended. Pure.
import type { BlockNews, BlockStatus } from '../../workflows/block-contract.ts';
import { peopleMissing } from '../policy/rule.ts';
import { blockCard, notes, voteWords, type BlockRead } from './block-card.ts';
import { linesComment } from './card-github.ts';
import { headlineOf, linesMessage } from './card-slack.ts';
import type { RenderContext } from './context.ts';
import { called, say, text } from './inline.ts';
import type { Inline } from './inline.ts';
import type { SlackMessage } from './message.ts';
import { missingWords } from './rule-words.ts';

/** Under the step's card: who is still needed is called, and at the end whoever asked for the deploy. */
export function blockNewsMessage(status: BlockStatus, news: BlockNews, context: RenderContext): SlackMessage {
  return linesMessage(newsLines({ status, context, surface: 'slack' }, news), context);
}

/** A new comment only where somebody has to act: the edited one says the rest. */
export function blockNewsMarkdown(status: BlockStatus, news: BlockNews, context: RenderContext): string | null {
  const { kind } = status.phase;
  if (news !== 'reminder' && kind !== 'rejected' && kind !== 'expired' && kind !== 'not-unblocked') return null;
  return linesComment(newsLines({ status, context, surface: 'github' }, news), context);
}

function newsLines(read: BlockRead, news: BlockNews): readonly Inline[] {
  const { phase, votes, tally, plan } = read.status;
  const missing = missingWords(tally.tree, 'call');
  const needed = peopleMissing(tally.tree).length === 0 && !tally.satisfied ? say`${missing}, and nobody is left who could` : missing;
  const drawnCard = blockCard(read);
  if (phase.kind !== 'waiting' && phase.kind !== 'unblocking') {
    const asker = plan.subject.kind === 'own' && phase.kind !== 'unblocked' ? say`${called(plan.requester)} ` : [];
    return [say`${asker}${headlineOf(drawnCard)}`, ...drawnCard.lines];
  }
  const last = votes.at(-1);
  const still = tally.satisfied ? text('That was the last one.') : say`Still needed: ${needed}`;
  if (news === 'voted' && last !== undefined) return [say`✅ ${voteWords(read, last)}`, still];
  if (news === 'void') return [...notes(read).slice(0, 1), still];
  return [say`⏰ ${drawnCard.headline}`, still];
}
