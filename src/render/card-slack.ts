// The request's card as a Slack message. Pure.
import type { Button, KnownBlock } from '@slack/types';
import type { DeployStatus } from '../../workflows/status.ts';
import { actions, context, fields, header, linesSection, section } from './blocks.ts';
import { buttonsOf } from './buttons.ts';
import { cardOf } from './card.ts';
import type { RenderContext } from './context.ts';
import { slackFence } from './escape.ts';
import { join, say, text, time, toSlackFallback } from './inline.ts';
import type { Inline } from './inline.ts';
import type { SlackMessage } from './message.ts';
import { missingWords } from './rule-words.ts';
import type { Card } from './view.ts';

/** The card, with buttons exactly while they work. */
export function cardMessage(status: DeployStatus, renderContext: RenderContext): SlackMessage {
  const card = cardOf({ status, context: renderContext, surface: 'slack' });
  const title =
    status.phase.kind === 'waiting' && status.tally?.satisfied !== true
      ? say`Approve ${status.request.service} to ${status.request.environment}?`
      : headlineOf(card);
  return {
    text: fallbackText(status, card, renderContext),
    blocks: [header(title, renderContext.now), ...cardBlocks(card, renderContext), ...actions(buttonsOf(status, renderContext))],
  };
}

/** Of a card that is no request's. `sentences`: what notifications get after its headline. */
export function drawnMessage(
  card: Card,
  renderContext: RenderContext,
  { sentences, buttons }: { readonly sentences: readonly Inline[]; readonly buttons: readonly Button[] },
): SlackMessage {
  const { now } = renderContext;
  return {
    text: toSlackFallback(join([say`${headlineOf(card)}.`, ...sentences], ' '), { now, max: 1_000 }),
    blocks: [header(headlineOf(card), now), ...cardBlocks(card, renderContext), ...actions(buttons)],
  };
}

/** A new message beside a card. */
export function linesMessage(lines: readonly Inline[], { now }: RenderContext): SlackMessage {
  return { text: toSlackFallback(join(lines, ' '), { now, max: 1_500 }), blocks: linesSection(lines, now, 2_500) };
}

export function headlineOf(card: Card): Inline {
  return say`${card.sign} ${card.headline}`;
}

/** The body: at most about 7,000 characters, far below what Slack takes for one message. */
export function cardBlocks(card: Card, { now }: RenderContext): readonly KnownBlock[] {
  const what = card.facts.filter(({ label }) => label === 'What').map(({ value }) => value);
  const gates = card.facts.filter(({ label }) => label === 'Gates').map(({ value }) => value);
  const others = card.facts.filter(({ label }) => label !== 'What' && label !== 'Gates');
  const steps = card.steps.map((step, i) => say`${i + 1}. ${step}`);
  return [
    ...linesSection(what, now, 600),
    ...fields(others, now),
    ...linesSection(card.lines, now, 1_600),
    ...(card.log === null ? [] : [section(slackFence(card.log.lines.slice(-LOG_LINES_MAX).map((line) => line.slice(0, 120))))]),
    ...linesSection(card.items, now, 2_400),
    ...linesSection(card.below, now, 700),
    ...linesSection(steps, now, 900),
    ...(card.next === null ? [] : linesSection([card.next], now, 700)),
    ...context([...gates, ...(card.footer === null ? [] : [card.footer])], now),
  ];
}

const LOG_LINES_MAX = 12;

/** What notifications and screen readers get: the state, what is needed, until when, the code. */
function fallbackText(status: DeployStatus, card: Card, { now }: RenderContext): string {
  const { request, phase, plan, tally } = status;
  if (phase.kind !== 'waiting' || plan === null) return toSlackFallback(say`${headlineOf(card)}. Code ${request.code}.`, { now, max: 1_000 });
  const who = plan.requester.name;
  const missing = missingWords((tally ?? plan.tally).tree, 'groups');
  const sentences: readonly Inline[] = [
    say`${who} asks to deploy ${request.service} ${plan.sha.slice(0, 7)} to ${request.environment}.`,
    ...(missing.length === 0 ? [] : [say`Needs ${missing}.`]),
    say`Expires ${time(phase.expiresAt)}.`,
    text(`Code ${request.code}.`),
  ];
  return toSlackFallback(join(sentences, ' '), { now, max: 1_000 });
}
