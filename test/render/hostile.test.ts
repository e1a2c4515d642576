// A branch named `<!channel>` wakes nobody, a commit titled like our marker forges nothing, whatever field it comes in.
import { describe, expect, it } from 'vitest';
import { COMMENT_MAX, cardMarkdown } from '../../src/render/card-github.ts';
import { checkRunView } from '../../src/render/check-run.ts';
import { deploymentView } from '../../src/render/deployment.ts';
import { cardMessage } from '../../src/render/card-slack.ts';
import { detailsMessage } from '../../src/render/details-slack.ts';
import { markedWorkflowId } from '../../src/render/marker.ts';
import type { SlackMessage } from '../../src/render/message.ts';
import type { Reply } from '../../src/render/reply.ts';
import { replyMarkdown } from '../../src/render/reply-github.ts';
import { replyMessage } from '../../src/render/reply-slack.ts';
import { alsoLine, announcementMarkdown, threadMessage } from '../../src/render/thread-line.ts';
import type { Reason } from '../../workflows/reasons.ts';
import { HOSTILE, tainted } from '../support/hostile.ts';
import { githubParts, slackTexts, slackTokens } from '../support/message-text.ts';
import { REASONS, REPLY_LIST } from '../support/replies.ts';
import { checkMessage } from '../support/slack-blocks.ts';
import { CODE, EXAMPLE_LIST, exampleContext, NOTHING_TOLD } from '../support/views.ts';

const everyReason: readonly Reason[] = Object.values(REASONS);
const refusals: readonly (readonly [string, Reply])[] = [
  ['all reasons', { kind: 'refused', reasons: everyReason }],
  ['receipt', { kind: 'receipt', act: 'approve', receipt: { kind: 'refused', code: CODE, reasons: everyReason.filter((reason): reason is Extract<typeof reason, { code: 'not-in-group' | 'too-late' | 'inactive-person' | 'unreadable' | 'may-not-cancel' }> => ['not-in-group', 'too-late', 'inactive-person', 'unreadable', 'may-not-cancel'].includes(reason.code)) } }], // oxfmt-ignore
];
const REPLIES = [...REPLY_LIST, ...refusals];

const TOKENS = [
  /^https?:\/\/[^\s|<>]+\|[^<>]*$/,
  /^!date\^\d+\^(\{date_short_pretty\} )?\{time(_secs)?\}\|[^<>|]+$/,
  /^@U01(ANN|BEA|CARL|DAN|EVE)$/,
  /^#C0(PAY|DEPLOYS)$/,
];
const MAY_BE_CALLED = new Set(['ann', 'bea', 'carl', 'dan', 'eve']);

function slackProblems(message: SlackMessage): readonly string[] {
  const texts = slackTexts(message);
  const tokens = texts
    .filter(({ type }) => type === 'mrkdwn')
    .flatMap(({ text }) => slackTokens(text))
    .filter((token) => !TOKENS.some((pattern) => pattern.test(token)));
  const ticks = texts
    .filter(({ type, text }) => type === 'mrkdwn' && (text.replaceAll(/^```\n[\s\S]*\n```$/g, '').match(/`/g)?.length ?? 0) % 2 === 1)
    .map(({ text }) => `open code in: ${text}`);
  const size = texts.reduce((sum, { text }) => sum + text.length, 0);
  return [...tokens, ...ticks, ...(size >= 8_000 ? [`${size} characters`] : []), ...checkMessage(message)];
}

/** `blocks`: the kinds of blocks of the same message about harmless text; null: not compared. */
function githubProblems(markdown: string, blocks: string | null): readonly string[] {
  const parts = githubParts(markdown);
  const html = parts.html.filter((tag) => !/^(<\/?sub>|<\/?span>|<!-- countersign:deploy:github:7001:9000 -->\s*)$/.test(tag));
  const links = parts.links.filter((href) => !/^https?:\/\/[^\s<>()]+$/.test(href));
  const texts = parts.texts.filter((text) => {
    const names = Array.from(text.matchAll(/(?<![\p{L}\p{N}_`/])@([\p{L}\p{N}][\p{L}\p{N}-]*)/gu), (match) => match[1] ?? '');
    return names.some((name) => !MAY_BE_CALLED.has(name)) || /#\d|\bGH-\d|\w:\/\/|\bwww\./i.test(text);
  });
  const layout = blocks === null || blocks === parts.blocks.join() ? [] : [`blocks are ${parts.blocks.join()}`];
  return [...html, ...links, ...texts, ...layout, ...(markdown.length > COMMENT_MAX ? ['too long'] : [])];
}

const layouts = new Map<string, string>();
/** The layout about a plain word, unless the text is nothing to see: then lines are missing and layouts differ. */
function layout(name: string, text: string, draw: (plain: string) => string | null): string | null {
  if (!/[^\s`]/.test(text)) return null;
  const known = layouts.get(name) ?? githubParts(draw('x') ?? '').blocks.join();
  layouts.set(name, known);
  return known;
}

describe.each(HOSTILE.map((text, i) => [i, JSON.stringify(text).slice(0, 60), text] as const))('hostile text %i %s', (_i, _shown, text) => {
  it('does nothing on a card, in details and in lines', () => {
    for (const [name, status] of EXAMPLE_LIST) {
      const bad = tainted(status, text);
      const messages = [cardMessage(bad, exampleContext), detailsMessage(bad, exampleContext), threadMessage(bad, exampleContext)];
      for (const message of [...messages, alsoLine(bad, exampleContext), threadMessage(bad, exampleContext, NOTHING_TOLD)]) {
        expect([name, message === null ? [] : slackProblems(message)]).toEqual([name, []]);
      }
      const card = cardMarkdown(bad, exampleContext);
      expect([
        name,
        githubProblems(
          card,
          layout(`card ${name}`, text, (plain) => cardMarkdown(tainted(status, plain), exampleContext)),
        ),
      ]).toEqual([name, []]);
      expect(markedWorkflowId(card)).toBe(status.workflowId);
      expect(card.match(/<!--/g)).toHaveLength(1);
      const news = announcementMarkdown(bad, exampleContext);
      expect([
        name,
        news === null
          ? []
          : githubProblems(
              news,
              layout(`news ${name}`, text, (plain) => announcementMarkdown(tainted(status, plain), exampleContext)),
            ),
      ]).toEqual([name, []]);
    }
  });

  it('does nothing in a check run or a deployment', () => {
    for (const [name, status] of EXAMPLE_LIST) {
      const bad = tainted(status, text);
      const check = checkRunView(bad, '/deploy');
      const draw = (plain: string): string | null => checkRunView(tainted(status, plain), '/deploy')?.summary ?? null;
      expect([name, check === null ? [] : githubProblems(check.summary, layout(`check ${name}`, text, draw))]).toEqual([name, []]);
      // Plain text on GitHub; a line end would be a forged line.
      expect([check?.title ?? '', deploymentView(bad, '/deploy')?.description ?? ''].join('')).not.toMatch(/[\r\n]/);
      expect(deploymentView(bad, '/deploy')?.description.length ?? 0).toBeLessThanOrEqual(140);
    }
  });

  it('does nothing in an answer', () => {
    for (const [name, reply] of REPLIES.filter(([name]) => name !== 'silence')) {
      const bad = tainted(reply, text);
      expect([name, slackProblems(replyMessage(bad, exampleContext))]).toEqual([name, []]);
      const { markdown } = replyMarkdown(bad, exampleContext);
      expect([
        name,
        markdown === null
          ? []
          : githubProblems(
              markdown,
              layout(`reply ${name}`, text, (plain) => replyMarkdown(tainted(reply, plain), exampleContext).markdown),
            ),
      ]).toEqual([name, []]);
    }
  });
});

describe('the checks themselves', () => {
  it('find what is let through', () => {
    expect(slackProblems({ text: 'ok', blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'a <!channel>' } }] })).toEqual(['!channel']);
    expect(githubProblems('a @mallory', 'paragraph')).toHaveLength(1);
    expect(githubProblems('a <img src=x>', 'paragraph')).toHaveLength(1);
    expect(githubProblems('# a', 'paragraph')).toHaveLength(1);
    expect(githubProblems('[a](javascript:x)', 'paragraph')).toHaveLength(1);
  });
});
