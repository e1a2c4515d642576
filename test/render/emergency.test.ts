// Emergencies as people see them: their cards, and the messages of the review they owe.
import { describe, expect, it } from 'vitest';
import { cardMarkdown } from '../../src/render/card-github.ts';
import { cardMessage } from '../../src/render/card-slack.ts';
import { markedWorkflowId } from '../../src/render/marker.ts';
import type { SlackMessage } from '../../src/render/message.ts';
import { reviewAlsoLine, reviewMarkdown, reviewMessage, reviewNewsMarkdown, reviewNewsMessage } from '../../src/render/review-card.ts';
import { alarmMessage } from '../../src/render/thread-line.ts';
import { slackTexts } from '../support/message-text.ts';
import { EMERGENCIES, REVIEWS } from '../support/review-views.ts';
import { checkMessage } from '../support/slack-blocks.ts';
import { exampleContext } from '../support/views.ts';

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
const cards = Object.entries(EMERGENCIES);
const reviews = Object.entries(REVIEWS);
const drawn = (message: SlackMessage): string =>
  slackTexts(message)
    .slice(1)
    .map(({ text }) => text)
    .join('\n');

describe('an emergency', () => {
  it.each(cards)('%s reads as its golden files', async (name, status) => {
    await expect(`${cardMarkdown(status, exampleContext)}\n`).toMatchFileSnapshot(`../golden/github/card-${name}.md`);
    await expect(json(cardMessage(status, exampleContext))).toMatchFileSnapshot(`../golden/slack/card-${name}.json`);
  });

  it.each(cards)('%s shows a reason that wakes nobody', (_name, status) => {
    expect(cardMarkdown(status, exampleContext)).toContain('*the shop is down, \\*every\\* order fails &lt;!channel&gt;*');
    expect(JSON.stringify(cardMessage(status, exampleContext))).not.toContain('<!channel>');
    expect(JSON.stringify(alarmMessage(status, exampleContext))).not.toMatch(/<@|<!(?!date)/);
  });
});

describe('the review of an emergency', () => {
  it.each(reviews)('%s reads as its golden files', async (name, review) => {
    await expect(`${reviewMarkdown(review, exampleContext)}\n`).toMatchFileSnapshot(`../golden/github/card-${name}.md`);
    await expect(json(reviewMessage(review, exampleContext, 'buttons'))).toMatchFileSnapshot(`../golden/slack/card-${name}.json`);
  });

  it.each(reviews)('%s is what Slack takes', (_name, review) => {
    const messages = [
      reviewMessage(review, exampleContext, 'buttons'),
      reviewAlsoLine(review, exampleContext),
      ...(['signed', 'reminder', 'ended'] as const).map((news) => reviewNewsMessage(review, news, exampleContext)),
    ];
    expect(messages.flatMap((message) => checkMessage({ ...message, blocks: [...message.blocks] }))).toEqual([]);
  });

  it.each(reviews)('%s has buttons exactly while they work, and never where it is only shown', (_name, review) => {
    const buttons = (message: SlackMessage): number => message.blocks.filter(({ type }) => type === 'actions').length;
    expect(buttons(reviewMessage(review, exampleContext, 'buttons'))).toBe(review.phase.kind === 'owed' ? 1 : 0);
    expect(buttons(reviewMessage(review, exampleContext, 'plain'))).toBe(0);
  });

  it('is not taken for the card of its request', () => {
    expect(markedWorkflowId(reviewMarkdown(REVIEWS['review-owed'], exampleContext))).toBeNull();
  });

  it('is accompanied by lines that read as their golden file', async () => {
    const lines = [
      `alarm: ${drawn(alarmMessage(EMERGENCIES['emergency-queued'], exampleContext))}`,
      ...reviews.flatMap(([name, review]) => {
        const news = review.phase.kind === 'owed' ? (['reminder', 'signed'] as const) : (['ended'] as const);
        return [
          `## ${name}`,
          ...news.map((what) => `${what} in Slack: ${drawn(reviewNewsMessage(review, what, exampleContext))}`),
          `new on GitHub: ${reviewNewsMarkdown(review, 'ended', exampleContext) ?? '–'}`,
          `also: ${drawn(reviewAlsoLine(review, exampleContext))}`,
        ];
      }),
    ];
    await expect(`${lines.join('\n\n')}\n`).toMatchFileSnapshot('../golden/review-lines.txt');
  });
});
