import { describe, expect, test } from 'vitest';
import { refuseBlocks, refuseView } from '../../../src/sim/slack/validate.ts';

const plain = (length: number): object => ({ type: 'plain_text', text: 'x'.repeat(length) });
const mrkdwn = (length: number): object => ({ type: 'mrkdwn', text: 'x'.repeat(length) });
const button = (more: object = {}): object => ({ type: 'button', action_id: 'a', text: plain(5), ...more });
const actions = (...elements: object[]): object => ({ type: 'actions', elements });
const confirm = (more: object): object => ({ title: plain(5), text: plain(5), confirm: plain(2), deny: plain(2), ...more });
const times = (count: number, make: (i: number) => object): object[] => Array.from({ length: count }, (_, i) => make(i));

describe('a message at the limit is accepted, one beyond it is refused', () => {
  test.each<[string, (n: number) => object[], number]>([
    ['blocks', (n) => times(n, () => ({ type: 'divider' })), 50],
    ['section text', (n) => [{ type: 'section', text: mrkdwn(n) }], 3_000],
    ['section fields', (n) => [{ type: 'section', fields: times(n, () => mrkdwn(10)) }], 10],
    ['field text', (n) => [{ type: 'section', fields: [mrkdwn(n)] }], 2_000],
    ['header text', (n) => [{ type: 'header', text: plain(n) }], 150],
    ['context elements', (n) => [{ type: 'context', elements: times(n, () => mrkdwn(1)) }], 10],
    ['action elements', (n) => [actions(...times(n, (i) => button({ action_id: `a${i}` })))], 25],
    ['button text', (n) => [actions(button({ text: plain(n) }))], 75],
    ['button value', (n) => [actions(button({ value: 'x'.repeat(n) }))], 2_000],
    ['action id', (n) => [actions(button({ action_id: 'x'.repeat(n) }))], 255],
    ['block id', (n) => [{ type: 'divider', block_id: 'x'.repeat(n) }], 255],
    ['confirm title', (n) => [actions(button({ confirm: confirm({ title: plain(n) }) }))], 100],
    ['confirm text', (n) => [actions(button({ confirm: confirm({ text: plain(n) }) }))], 300],
    ['confirm button', (n) => [actions(button({ confirm: confirm({ confirm: plain(n) }) }))], 30],
  ])('%s', (_what, make, limit) => {
    expect(refuseBlocks(make(limit), 'not-enforced')).toBeNull();
    expect(refuseBlocks(make(limit + 1), 'not-enforced')).toMatchObject({ error: 'invalid_blocks' });
  });

  test('all blocks together, when posted', () => {
    const sections = (count: number): object[] => times(count, () => ({ type: 'section', text: mrkdwn(2_000) }));
    expect(refuseBlocks(sections(6), 'enforced')).toBeNull();
    expect(refuseBlocks(sections(7), 'enforced')).toMatchObject({ error: 'msg_blocks_too_long' });
    expect(refuseBlocks(sections(7), 'not-enforced')).toBeNull();
  });
});

test.each<[string, unknown, string]>([
  ['an unknown type', [{ type: 'poster' }], 'invalid_blocks'],
  ['an empty text', [{ type: 'section', text: mrkdwn(0) }], 'invalid_blocks'],
  ['markup in a header', [{ type: 'header', text: mrkdwn(3) }], 'invalid_blocks'],
  ['markup on a button', [actions(button({ text: mrkdwn(3) }))], 'invalid_blocks'],
  ['an unknown style', [actions(button({ style: 'loud' }))], 'invalid_blocks'],
  ['a section with nothing', [{ type: 'section' }], 'invalid_blocks'],
  ['an empty row of buttons', [actions()], 'invalid_blocks'],
  ['the same action id twice in a block', [actions(button(), button())], 'invalid_blocks'],
  ['the same block id twice', times(2, () => ({ type: 'divider', block_id: 'b' })), 'invalid_blocks'],
  ['no list', { type: 'divider' }, 'invalid_blocks_format'],
  ['text instead of blocks', ['hello'], 'invalid_blocks_format'],
])('refuses %s', (_what, blocks, error) => {
  expect(refuseBlocks(blocks, 'not-enforced')).toMatchObject({ error });
});

test('says where the problem is', () => {
  const problems = refuseBlocks([{ type: 'divider' }, { type: 'header', text: plain(151) }], 'not-enforced')?.messages;
  expect(problems).toEqual(['[ERROR] must be less than 151 characters [json-pointer:/blocks/1/text/text]']);
});

test.each<[string, object, string]>([
  ['a long title', { title: plain(25) }, '/view/title'],
  ['a long submit', { submit: plain(25) }, '/view/submit'],
  ['long private metadata', { private_metadata: 'x'.repeat(3_001) }, '/view/private_metadata'],
  ['a field without a way to submit', { blocks: [{ type: 'input', label: plain(3), element: { type: 'plain_text_input' } }] }, '/view/submit'],
  ['too many blocks', { blocks: times(101, () => ({ type: 'divider' })) }, '/blocks'],
  ['another type', { type: 'poster' }, '/view/type'],
])('refuses a modal with %s', (_what, more, where) => {
  const modal = { type: 'modal', title: plain(24), blocks: [{ type: 'divider' }] };
  expect(refuseView(modal)).toBeNull();
  const refused = refuseView({ ...modal, ...more });
  expect(refused?.error).toBe('invalid_arguments');
  expect(refused?.messages.join()).toContain(`json-pointer:${where}`);
});
