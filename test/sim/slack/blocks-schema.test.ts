// The check that every message of ours goes through can tell a good message from a bad one.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SLACK_BLOCKS_SCHEMA, slackBlocksSchema } from '../../../scripts/slack-blocks-schema.ts';
import type { SlackMessage } from '../../../src/render/message.ts';
import { checkMessage } from '../../support/slack-blocks.ts';

const plain = (text: string): object => ({ type: 'plain_text', text });
const message = (...blocks: object[]): SlackMessage => ({ text: 'fallback', blocks: blocks as unknown as SlackMessage['blocks'] });
const confirm = { title: plain('Sure?'), text: { type: 'mrkdwn', text: '*api* to production' }, confirm: plain('Approve'), deny: plain('Back') };
const button = { type: 'button', action_id: 'a', text: plain('Approve'), style: 'primary', value: '[1]', confirm };

test('a card with everything we use is accepted', () => {
  const card = message(
    { type: 'header', text: plain('Approve api to production?') },
    { type: 'section', fields: [{ type: 'mrkdwn', text: '*What*\nx' }] },
    { type: 'section', text: { type: 'mrkdwn', text: '<https://acme.test|compare>' }, accessory: button },
    { type: 'context', elements: [{ type: 'mrkdwn', text: 'code' }] },
    { type: 'divider' },
    { type: 'actions', elements: [button, { ...button, action_id: 'b', style: 'danger' }] },
    { type: 'rich_text', elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: 'log' }] }] },
  );
  expect(checkMessage(card)).toEqual([]);
});

test.each<[string, object]>([
  ['an unknown block', { type: 'poster' }],
  ['an unknown key', { type: 'divider', colour: 'red' }],
  ['markup where plain text belongs', { type: 'header', text: { type: 'mrkdwn', text: 'x' } }],
  ['an unknown style', { type: 'actions', elements: [{ ...button, style: 'loud' }] }],
  ['a button without text', { type: 'actions', elements: [{ type: 'button', action_id: 'a' }] }],
  ['a confirm dialog without a way back', { type: 'actions', elements: [{ ...button, confirm: { title: plain('Sure?'), text: plain('x') } }] }],
  ['an unknown key deep inside', { type: 'actions', elements: [{ ...button, text: { ...plain('x'), bold: true } }] }],
  ['a text beyond its limit', { type: 'header', text: plain('x'.repeat(151)) }],
  ['an empty text', { type: 'section', text: { type: 'mrkdwn', text: '' } }],
])('%s is refused', (_what, block) => {
  expect(checkMessage(message(block))).not.toEqual([]);
});

test('a message without text, or with too much in all, is refused', () => {
  expect(checkMessage({ text: ' ', blocks: [] })).toEqual(['text is empty']);
  const long = { type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3_000) } };
  expect(checkMessage(message(long, long, long, long, long))).toEqual(['msg_blocks_too_long']);
});

test('the schema is that of the typings at hand; `node scripts/slack-blocks-schema.ts` renews it', () => {
  expect(readFileSync(SLACK_BLOCKS_SCHEMA, 'utf8')).toBe(slackBlocksSchema());
});
