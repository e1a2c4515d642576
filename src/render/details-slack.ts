// The whole request for one person. Pure.
import type { DeployStatus } from '../../workflows/status.ts';
import { gateLines, idLine, ruleLines, voteLines } from './account.ts';
import { context, header, linesSection } from './blocks.ts';
import { cardOf } from './card.ts';
import { cardBlocks, headlineOf } from './card-slack.ts';
import type { RenderContext } from './context.ts';
import { say, strong, toSlackFallback } from './inline.ts';
import type { Inline } from './inline.ts';
import type { SlackMessage } from './message.ts';
import type { View } from './view.ts';

/** Every gate, the rule with who satisfied it and who is missing, all votes, contract, policy and ids. */
export function detailsMessage(status: DeployStatus, renderContext: RenderContext): SlackMessage {
  const view: View = { status, context: renderContext, surface: 'slack' };
  const card = cardOf(view);
  const { now } = renderContext;
  // The details list each gate and vote by itself: the card's short rows would say them twice.
  const rows = card.facts.filter(({ label }) => label !== 'Gates' && label !== 'Needs' && label !== 'So far');
  return {
    text: toSlackFallback(say`Details of ${status.request.code}: ${headlineOf(card)}.`, { now, max: 1_000 }),
    blocks: [
      header(headlineOf(card), now),
      ...cardBlocks({ ...card, facts: rows, footer: null, items: status.phase.kind === 'planned' ? [] : card.items }, renderContext),
      ...titled('Gates', gateLines(status), now),
      ...titled('Approval', ruleLines(view), now),
      ...titled('Votes', voteLines(view), now),
      ...context([idLine(status, renderContext)], now),
    ],
  };
}

function titled(title: string, lines: readonly Inline[], now: number): ReturnType<typeof linesSection> {
  return lines.length === 0 ? [] : linesSection([[strong(title)], ...lines], now, 1_500);
}
