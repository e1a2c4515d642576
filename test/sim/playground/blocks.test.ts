import { describe, expect, it } from 'vitest';
import { drawBlocks } from '../../../src/sim/playground/blocks.ts';
import type { Element, Tree } from '../../../src/sim/playground/tree.ts';
import { sketch } from './sketch.ts';

const reader = { now: 0, timeZone: 'UTC', user: () => null, channel: () => null };
const plain = (text: string): object => ({ type: 'plain_text', text });
const drawn = (block: Record<string, unknown>, place: { ts: string } | null = { ts: '1.0' }): readonly Tree[] => drawBlocks([block], reader, place);

function buttonsIn(trees: readonly Tree[]): readonly Element[] {
  return trees.flatMap((tree) => (typeof tree === 'string' ? [] : tree.tag === 'button' ? [tree] : buttonsIn(tree.children)));
}

describe('blocks', () => {
  it('draw text, fields and context', () => {
    expect(sketch(drawn({ type: 'header', text: plain('Approve *api*?') }))).toBe('<div .block header><h3>Approve *api*?</h3></div>');
    expect(sketch(drawn({ type: 'section', fields: [{ type: 'mrkdwn', text: '*Needs*\n1 of sre' }] }))).toBe(
      '<div .block section><p .field><strong>Needs</strong><br>1 of sre</p></div>',
    );
    expect(sketch(drawn({ type: 'context', elements: [{ type: 'mrkdwn', text: 'code `7F3K-Q2`' }] }))).toBe(
      '<div .block context><span .piece>code <code>7F3K-Q2</code></span></div>',
    );
  });

  it('draw a button that clicks the message it is on, after its question', () => {
    const confirm = {
      title: plain('Approve?'),
      text: { type: 'mrkdwn', text: '*api*' },
      confirm: plain('Approve'),
      deny: plain('Not yet'),
      style: 'danger',
    };
    const [button] = buttonsIn(
      drawn({ type: 'actions', elements: [{ type: 'button', action_id: 'a:approve', text: plain('Approve'), style: 'primary', confirm }] }),
    );
    expect(button).toMatchObject({
      class: 'button primary',
      act: { do: 'click', ts: '1.0', action: 'a:approve' },
      confirm: { title: 'Approve?', yes: 'Approve', no: 'Not yet', danger: true },
    });
  });

  it('draw a button with an address as a link, never to anything but the web', () => {
    const link = (url: string): string =>
      sketch(drawn({ type: 'actions', elements: [{ type: 'button', action_id: 'x', text: plain('View'), url }] }));
    expect(link('https://a.test')).toContain('<a .button href=https://a.test>View</a>');
    expect(link('javascript:alert(1)')).not.toContain('href');
  });

  it('draw the fields of a modal by their action ids', () => {
    const element = { type: 'plain_text_input', action_id: 'text', multiline: true, max_length: 500 };
    const [block] = drawn({ type: 'input', label: plain('Why?'), element }, null);
    expect(JSON.stringify(block)).toContain('"name":"text"');
    expect(JSON.stringify(block)).toContain('"maxlength":"500"');
  });

  it('name what they can not draw', () => {
    expect(sketch(drawn({ type: 'video' }))).toContain('(a block of type video)');
  });
});
