// Rules with conditions, and the account that `why` gives, as files to read.
import { describe, expect, it } from 'vitest';
import { cardMarkdown } from '../../src/render/card-github.ts';
import { cardMessage } from '../../src/render/card-slack.ts';
import { detailsMessage } from '../../src/render/details-slack.ts';
import { toWords } from '../../src/render/inline.ts';
import { replyMarkdown } from '../../src/render/reply-github.ts';
import { replyMessage } from '../../src/render/reply-slack.ts';
import { requestLine } from '../../src/render/request-line.ts';
import { autoApprovals, missingWords, ruleWords, skippedWords, treeLines } from '../../src/render/rule-words.ts';
import { threadMessage } from '../../src/render/thread-line.ts';
import type { TallyNode } from '../../workflows/vocabulary.ts';
import { slackTexts } from '../support/message-text.ts';
import { checkMessage } from '../support/slack-blocks.ts';
import { bea, carl, exampleContext, NOTHING_TOLD, NOW } from '../support/views.ts';
import { RULE_EXAMPLES, WHY_EXAMPLES } from '../support/views-rules.ts';

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

describe('a request under a rule with conditions', () => {
  it.each(RULE_EXAMPLES)('%s reads on both surfaces as its golden files', async (name, status) => {
    await expect(`${cardMarkdown(status, exampleContext)}\n`).toMatchFileSnapshot(`../golden/github/card-${name}.md`);
    const [card, details] = [cardMessage(status, exampleContext), detailsMessage(status, exampleContext)];
    await expect(json(card)).toMatchFileSnapshot(`../golden/slack/card-${name}.json`);
    await expect(json(details)).toMatchFileSnapshot(`../golden/slack/details-${name}.json`);
    expect([card, details].flatMap((message) => checkMessage(message))).toEqual([]);
  });

  it('is told in lines that read as their golden file', async () => {
    const lines = RULE_EXAMPLES.map(([name, status]) => {
      const thread = slackTexts(threadMessage(status, exampleContext, NOTHING_TOLD)).slice(1);
      return `## ${name}\nlist: ${toWords(requestLine(status, exampleContext), NOW)}\nthread: ${thread.map(({ text }) => text).join('\n')}`;
    });
    await expect(`${lines.join('\n\n')}\n`).toMatchFileSnapshot('../golden/lines-rules.txt');
  });
});

describe('why', () => {
  it.each(WHY_EXAMPLES)('%s reads on both surfaces as its golden files', async (name, reply) => {
    const { reaction, markdown } = replyMarkdown(reply, exampleContext);
    await expect(`reaction: ${reaction ?? 'none'}\n\n${markdown ?? ''}\n`).toMatchFileSnapshot(`../golden/github/reply-${name}.md`);
    const message = replyMessage(reply, exampleContext);
    await expect(json(message)).toMatchFileSnapshot(`../golden/slack/reply-${name}.json`);
    expect(checkMessage(message)).toEqual([]);
  });
});

describe('trees of histories from before there were conditions', () => {
  const leaf = (group: string, approved: boolean): TallyNode => ({
    kind: 'group',
    group,
    count: 1,
    satisfied: approved,
    by: approved ? [bea] : [],
    waitingFor: approved ? [] : [carl],
  });
  const old: TallyNode = { kind: 'all', satisfied: false, of: [leaf('sre', true), leaf('owners', false)] };
  const words = (inline: Parameters<typeof toWords>[0]): string => toWords(inline, NOW);

  it('read as before', () => {
    expect(words(ruleWords(old, 'name'))).toBe('✅ 1 of sre · 1 of owners (Carl)');
    expect(words(missingWords(old, 'name'))).toBe('1 of owners (Carl)');
    expect(treeLines(old).map(words)).toEqual(['⬜ all of', '▹✅ 1 of sre by Bea', '▹⬜ 1 of owners (Carl)']);
    expect(skippedWords(old)).toEqual([]);
    expect(autoApprovals({ ...old, satisfied: true })).toEqual([]);
  });
});
