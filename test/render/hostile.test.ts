// A branch named `<!channel>` wakes nobody, a commit titled like our marker forges nothing, whatever field it comes in.
import { describe, expect, it } from 'vitest';
import { COMMENT_MAX, cardMarkdown } from '../../src/render/card-github.ts';
import { checkRunView } from '../../src/render/check-run.ts';
import { deploymentView } from '../../src/render/deployment.ts';
import { cardMessage } from '../../src/render/card-slack.ts';
import { detailsMessage } from '../../src/render/details-slack.ts';
import { markedWorkflowId } from '../../src/render/marker.ts';
import type { FormPreview } from '../../src/render/form.ts';
import type { SlackMessage } from '../../src/render/message.ts';
import { reminderMarkdown, reminderMarker, reminderMessage } from '../../src/render/reminder.ts';
import type { Reply } from '../../src/render/reply.ts';
import { replyMarkdown } from '../../src/render/reply-github.ts';
import { replyMessage } from '../../src/render/reply-slack.ts';
import { alsoLine, announcementMarkdown, threadMessage } from '../../src/render/thread-line.ts';
import type { Reason } from '../../workflows/reasons.ts';
import { HOSTILE, tainted } from '../support/hostile.ts';
import { githubParts, slackTexts, slackTokens } from '../support/message-text.ts';
import { REASONS, REPLY_LIST } from '../support/replies.ts';
import { asMessage } from '../support/readable.ts';
import { checkMessage, checkView, type SlackView } from '../support/slack-blocks.ts';
import { FORMS, HOMES, viewOfForm, viewOfHome } from '../support/slack-views.ts';
import { mrkdwn, type Reader } from '../../src/sim/playground/mrkdwn.ts';
import type { Tree } from '../../src/sim/playground/tree.ts';
import { EXAMPLES, EXAMPLE_LIST } from '../support/examples.ts';
import { CODE, NOTHING_TOLD, NOW, dan, eve, exampleContext } from '../support/views.ts';
import { RULE_EXAMPLES, WHY_EXAMPLES } from '../support/views-rules.ts';

const everyReason: readonly Reason[] = Object.values(REASONS);
const refusals: readonly (readonly [string, Reply])[] = [
  ['all reasons', { kind: 'refused', reasons: everyReason }],
  ['receipt', { kind: 'receipt', act: 'approve', receipt: { kind: 'refused', code: CODE, reasons: everyReason.filter((reason): reason is Extract<typeof reason, { code: 'not-in-group' | 'too-late' | 'inactive-person' | 'unreadable' | 'may-not-cancel' }> => ['not-in-group', 'too-late', 'inactive-person', 'unreadable', 'may-not-cancel'].includes(reason.code)) } }], // oxfmt-ignore
];
const REPLIES = [...REPLY_LIST, ...WHY_EXAMPLES, ...refusals];
const REQUESTS = [...EXAMPLE_LIST, ...RULE_EXAMPLES];

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

function viewProblems(view: SlackView, expected: string | null): readonly string[] {
  const texts = mrkdwnOf(view);
  const tokens = texts.flatMap(slackTokens).filter((token) => !TOKENS.some((pattern) => pattern.test(token)));
  const drawn = marksIn(view);
  return [...tokens, ...(expected === null || expected === drawn ? [] : [`drawn as ${drawn}`]), ...checkView(view)];
}

const mrkdwnOf = (view: SlackView): readonly string[] =>
  slackTexts(asMessage({ text: '', blocks: view.blocks as never }))
    .filter(({ type }) => type === 'mrkdwn')
    .map(({ text }) => text);

/** What Slack's client makes of the texts: every element that is not plain text, in order. */
function marksIn(view: SlackView): string {
  const reader: Reader = { now: 0, timeZone: 'UTC', user: () => null, channel: () => null };
  const tags = (trees: readonly Tree[]): readonly string[] =>
    trees.flatMap((tree) => (typeof tree === 'string' || tree.tag === 'br' ? [] : [tree.class ?? tree.tag, ...tags(tree.children)]));
  return mrkdwnOf(view)
    .map((text) => tags(mrkdwn(text, reader)).join())
    .join(' / ');
}

/** What others can write into it: the policy says only what the configuration takes, but for patterns of branches. */
function taintedPreview(preview: FormPreview | null, text: string): FormPreview | null {
  if (preview === null) return null;
  const { policy, ...rest } = preview;
  return { ...tainted(rest, text), policy: { ...policy, refs: tainted(policy.refs, text) } };
}

const known = new Map<string, string>();
/** The marks of the same view about a plain word; null where there is nothing to see, and where a word is too long to be shown whole. */
function marks(name: string, text: string, plain: SlackView): string | null {
  if (!/[\p{L}\p{N}]/u.test(text) || text.length > 40) return null;
  const seen = known.get(name) ?? marksIn(plain);
  known.set(name, seen);
  return seen;
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
    for (const [name, status] of REQUESTS) {
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

  it('does nothing in the deploy form and on the home tab', () => {
    for (const [name, form] of Object.entries(FORMS)) {
      const bad = viewOfForm({ ...form, preview: taintedPreview(form.preview, text) });
      expect([name, viewProblems(bad, marks(`form ${name}`, text, viewOfForm({ ...form, preview: taintedPreview(form.preview, 'x') })))]).toEqual([
        name,
        [],
      ]);
    }
    for (const [name, home] of Object.entries(HOMES)) {
      const bad = viewOfHome(tainted(home, text));
      expect([name, viewProblems(bad, marks(`home ${name}`, text, viewOfHome(tainted(home, 'x'))))]).toEqual([name, []]);
    }
  });

  it('does nothing when people are called', () => {
    const bad = tainted(EXAMPLES.waiting['waiting-escalated'], text);
    for (const kind of ['reminder', 'escalation'] as const) {
      const called = tainted({ kind, people: [dan, eve], at: NOW }, text);
      expect(slackProblems(reminderMessage(bad, called, exampleContext))).toEqual([]);
      const markdown = reminderMarkdown(bad, called, exampleContext);
      const marker = reminderMarker(bad.workflowId);
      expect(markdown.endsWith(marker)).toBe(true);
      expect(githubProblems(markdown.slice(0, -marker.length), null)).toEqual([]);
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
