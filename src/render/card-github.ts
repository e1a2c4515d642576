// The request's card as a GitHub comment. Pure.
import type { DeployStatus } from '../../workflows/status.ts';
import { cardOf } from './card.ts';
import type { RenderContext } from './context.ts';
import { githubFence } from './escape.ts';
import { toGithub } from './inline.ts';
import type { Inline } from './inline.ts';
import { cardMarker } from './marker.ts';
import type { Card } from './view.ts';

/** GitHub's cap for one comment, in characters. */
export const COMMENT_MAX = 65_536;

/** Markdown of the card, hidden marker included; at most 65,536 characters. */
export function cardMarkdown(status: DeployStatus, context: RenderContext): string {
  return markedComment(cardBody(status, context), status.workflowId);
}

/** A comment that is found again by this key. */
export function markedComment(body: string, key: string): string {
  const marker = cardMarker(key);
  return `${fitted(body, COMMENT_MAX - marker.length - 2)}\n\n${marker}`;
}

/** A new comment beside a card. */
export function linesComment(lines: readonly Inline[], { now }: RenderContext): string {
  return fitted(lines.map((line) => toGithub(line, { now })).join('\n\n'), 60_000);
}

/** The card without its marker: a copy must not be taken for the card. */
export function cardBody(status: DeployStatus, context: RenderContext): string {
  return drawCard(cardOf({ status, context, surface: 'github' }), context);
}

export function drawCard(card: Card, { now }: RenderContext): string {
  const draw = (inline: Inline): string => toGithub(inline, { now });
  const parts = [`### ${card.sign} ${draw(card.headline)}`, table(card, now)];
  const items = card.items.slice(0, ITEMS_MAX).map((item) => `- ${draw(item)}`);
  if (card.items.length > ITEMS_MAX) items.push(`- and ${card.items.length - ITEMS_MAX} more`);
  parts.push(...card.lines.map(draw));
  if (card.log !== null) parts.push(githubFence(card.log.lines.slice(-LOG_LINES_MAX)));
  parts.push(items.join('\n'), ...card.below.map(draw), card.steps.map((step, i) => `${i + 1}. ${draw(step)}`).join('\n'));
  if (card.next !== null) parts.push(draw(card.next));
  if (card.footer !== null) parts.push(`<sub>${draw(card.footer)}</sub>`);
  return parts.filter((part) => part !== '').join('\n\n');
}

const ITEMS_MAX = 30;
const LOG_LINES_MAX = 20;

function table({ facts }: Card, now: number): string {
  if (facts.length === 0) return '';
  const rows = facts.map(({ label, value }) => `| **${label}** | ${toGithub(value, { now, where: 'cell' })} |`);
  return ['| | |', '|---|---|', ...rows].join('\n');
}

/** Far beyond what a card reaches; cut at a line so that no mark-up is left open. */
export function fitted(markdown: string, max: number): string {
  if (markdown.length <= max) return markdown;
  const cut = markdown.slice(0, max - 2);
  return `${cut.slice(0, Math.max(0, cut.lastIndexOf('\n')))}\n…`;
}
