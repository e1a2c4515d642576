// What people see of a build that waits at a block step, as files to read.
import { describe, expect, it } from 'vitest';
import { blockMarkdown, blockMessage } from '../../src/render/block-message.ts';
import { blockNewsMarkdown, blockNewsMessage } from '../../src/render/block-news.ts';
import { blockForm, isFilled, readBlockForm } from '../../src/render/block-form.ts';
import { optionKey } from '../../src/render/form-fields.ts';
import type { BlockNews, BlockStatus } from '../../workflows/block-contract.ts';
import { BLOCKS, FIELDS } from '../support/block-views.ts';
import { slackTexts } from '../support/message-text.ts';
import { checkMessage, checkView } from '../support/slack-blocks.ts';
import { exampleContext } from '../support/views.ts';

const LIST = Object.entries<BlockStatus>(BLOCKS);
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

describe('the card of a step', () => {
  it.each(LIST)('%s reads on GitHub as its golden file', async (name, status) => {
    await expect(`${blockMarkdown(status, exampleContext)}\n`).toMatchFileSnapshot(`../golden/github/${name}.md`);
  });

  it.each(LIST)('%s reads in Slack as its golden file, and is taken by Slack', async (name, status) => {
    const message = blockMessage(status, exampleContext, 'buttons');
    expect(checkMessage(message)).toEqual([]);
    await expect(json(message)).toMatchFileSnapshot(`../golden/slack/${name}.json`);
  });

  it('has buttons exactly while it waits', () => {
    const withButtons = LIST.filter(([, status]) => JSON.stringify(blockMessage(status, exampleContext, 'buttons')).includes('"actions"'));
    expect(withButtons.map(([, { phase }]) => phase.kind)).toEqual(withButtons.map(() => 'waiting'));
    expect(withButtons).toHaveLength(LIST.filter(([, { phase }]) => phase.kind === 'waiting').length);
    expect(JSON.stringify(blockMessage(BLOCKS['block-waiting'], exampleContext, 'plain'))).not.toContain('"actions"');
  });

  it('is accompanied by lines that read as their golden file', async () => {
    const said: readonly (readonly [string, BlockStatus, BlockNews])[] = LIST.map(([name, status]) => {
      if (status.phase.kind !== 'waiting' && status.phase.kind !== 'unblocking') return [name, status, 'ended'];
      return [name, status, status.voided !== null ? 'void' : status.votes.length > 0 ? 'voted' : 'reminder'];
    });
    const news = said.map(([name, status, kind]) => {
      const lines = slackTexts(blockNewsMessage(status, kind, exampleContext))
        .slice(1)
        .map(({ text }) => text);
      return `## ${name}: ${kind}\nthread: ${lines.join('\n')}\nnew on GitHub: ${blockNewsMarkdown(status, kind, exampleContext) ?? '–'}`;
    });
    await expect(`${news.join('\n\n')}\n`).toMatchFileSnapshot('../golden/block-lines.txt');
  });
});

describe('the form of a step', () => {
  it.each(['block-foreign', 'block-filled'] as const)('%s reads as its golden file, and is taken by Slack', async (name) => {
    const view = blockForm(BLOCKS[name], '{}', exampleContext);
    expect(checkView(view)).toEqual([]);
    await expect(json(view)).toMatchFileSnapshot(`../golden/slack/form-${name}.json`);
  });

  it('takes what a pipeline may ask: several of many, and values longer than an option of Slack', () => {
    const long = 'x'.repeat(90);
    const options = Array.from({ length: 120 }, (_, i) => ({ label: `option ${i}`, value: `${i}` }));
    const asked = [
      { ...FIELDS[0]!, key: 'many', options, multiple: false },
      { ...FIELDS[0]!, key: 'several', options: [{ label: long, value: long }, ...options.slice(0, 3)], multiple: true, default: `${long}\n1` },
      { ...FIELDS[0]!, key: 'none', options: [] },
    ];
    const status = { ...BLOCKS['block-foreign'], plan: { ...BLOCKS['block-foreign'].plan, fields: asked } };
    const view = blockForm(status, '{}', exampleContext);
    expect(checkView(view)).toEqual([]);
    const chosen = [{ value: optionKey(long) }, { value: '2' }];
    const sent = { many: { a: { value: ' 7 ' } }, several: { a: { selected_options: chosen } }, stranger: { a: { value: 'x' } } };
    expect(readBlockForm({ fields: asked }, sent)).toEqual({ many: '7', several: `${long}\n2` });
  });

  it('is needed where something that is required has no default', () => {
    expect(isFilled(BLOCKS['block-foreign'])).toBe(false);
    expect(isFilled({ plan: { fields: FIELDS.slice(1) }, filled: null })).toBe(true);
    expect(isFilled(BLOCKS['block-filled'])).toBe(true);
  });
});
