import { describe, expect, it } from 'vitest';
import { drawBlocks, type Place } from '../../../src/sim/playground/blocks.ts';
import type { Element, Tree } from '../../../src/sim/playground/tree.ts';
import { sketch } from './sketch.ts';

const reader = { now: 0, timeZone: 'UTC', user: () => null, channel: () => null };
const plain = (text: string): object => ({ type: 'plain_text', text });
const drawn = (block: Record<string, unknown>, place: Place = { ts: '1.0' }): readonly Tree[] => drawBlocks([block], reader, place);

function buttonsIn(trees: readonly Tree[]): readonly Element[] {
  return trees.flatMap((tree) => (typeof tree === 'string' ? [] : tree.tag === 'button' ? [tree] : buttonsIn(tree.children)));
}

const MODAL: Place = { view: { id: 'V1', values: {} } };

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
    const [block] = drawn({ type: 'input', block_id: 'b', label: plain('Why?'), element }, MODAL);
    expect(JSON.stringify(block)).toContain('"name":"text"');
    expect(JSON.stringify(block)).toContain('"maxlength":"500"');
  });

  it('draw a list with what is chosen, as Slack knows it', () => {
    const options = ['yes', 'no'].map((value) => ({ text: plain(value.toUpperCase()), value }));
    const element = { type: 'static_select', action_id: 'a', placeholder: plain('Choose'), options };
    const block = { type: 'input', block_id: 'b', label: plain('migrate'), element };
    expect(sketch(drawn(block, MODAL))).toContain('<option>Choose</option><option>YES</option><option>NO</option></select>');
    const chosen = drawn(block, { view: { id: 'V1', values: { 'b\na': 'no' } } });
    expect(JSON.stringify(chosen)).toContain('"tag":"select","name":"a","key":"a","required":"","value":"no"');
    expect(sketch(chosen)).not.toContain('Choose');
  });

  it('draw a list of which several may be chosen, and what may be left out', () => {
    const options = ['eu', 'us'].map((value) => ({ text: plain(value), value }));
    const element = { type: 'multi_static_select', action_id: 'a', placeholder: plain('Choose'), options, initial_options: options };
    const several = JSON.stringify(drawn({ type: 'input', block_id: 'b', optional: true, label: plain('Regions'), element }, MODAL));
    expect(several).toContain('"multiple":"","value":"eu\\nus"');
    expect(several).toContain('(optional)');
    expect(several).not.toContain('required');
  });

  it('draw a field with what the app wrote into it, until the person writes something else', () => {
    const element = { type: 'plain_text_input', action_id: 'a', initial_value: 'Ada' };
    const block = { type: 'input', block_id: 'b', label: plain('Name'), element };
    expect(JSON.stringify(drawn(block, MODAL))).toContain('"value":"Ada"');
    expect(JSON.stringify(drawn(block, { view: { id: 'V1', values: { 'b\na': 'Bob' } } }))).toContain('"value":"Bob"');
  });

  it('draw the buttons of a home tab, each as the one it is', () => {
    const row = { type: 'actions', elements: [{ type: 'button', action_id: 'approve', text: plain('Approve') }] };
    const acts = buttonsIn(drawBlocks([row, row], reader, MODAL)).map(({ act }) => act);
    expect(acts).toEqual(['1', '2'].map((nth) => ({ do: 'press', view: 'V1', action: 'approve', nth })));
  });

  it('name what they can not draw', () => {
    expect(sketch(drawn({ type: 'video' }))).toContain('(a block of type video)');
  });
});
