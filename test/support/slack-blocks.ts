// Whether Slack would accept a message: its blocks against Slack's own typings as a JSON schema, and the limits that no typing says.
import { readFileSync } from 'node:fs';
import { Ajv, type AnySchemaObject, type ValidateFunction } from 'ajv';
import type { SlackMessage } from '../../src/render/message.ts';
import type { HomeView, ModalView } from '@slack/types';
import { refuseBlocks, refuseView } from '../../src/sim/slack/validate.ts';

const schema = JSON.parse(readFileSync(new URL('../fixtures/slack-blocks.schema.json', import.meta.url), 'utf8')) as AnySchemaObject;
const ajv = new Ajv({ schemas: [{ ...schema, $id: 'slack' }], strict: false });

/** A phone's notification and a screen reader have only the text; Slack recommends at most this many characters. */
const TEXT_RECOMMENDED_MAX = 4_000;

/** Everything that is wrong with the message; empty: Slack takes it. */
export function checkMessage(message: SlackMessage): readonly string[] {
  const shapes = message.blocks.flatMap((block, i) => checkShape(block).map((problem) => `/blocks/${i}${problem}`));
  const refused = refuseBlocks(message.blocks, 'enforced');
  const limits = refused === null ? [] : refused.messages.length > 0 ? refused.messages : [refused.error];
  const text = message.text.trim() === '' ? ['text is empty'] : message.text.length > TEXT_RECOMMENDED_MAX ? ['text is too long'] : [];
  return [...shapes, ...limits, ...text];
}

export type SlackView = HomeView | ModalView;

/** Everything that is wrong with a modal or a home tab. */
export function checkView(view: SlackView): readonly string[] {
  const shapes = view.blocks.flatMap((block, i) => checkShape(block).map((problem) => `/blocks/${i}${problem}`));
  const refused = refuseView(view, view.type);
  return [...shapes, ...(refused === null ? [] : refused.messages.length > 0 ? refused.messages : [refused.error])];
}

function checkShape(block: { readonly type: string }): readonly string[] {
  // `task_card` is `TaskCardBlock`: checked by itself, a problem is told of that type and not of all twenty.
  const name = block.type.replaceAll(/(?:^|_)(\w)/g, (_match, letter: string) => letter.toUpperCase());
  const validate: ValidateFunction | undefined = ajv.getSchema(`slack#/definitions/${name}Block`);
  if (validate === undefined) return [`/type: ${block.type} is no block`];
  if (validate(block)) return [];
  return (validate.errors ?? []).map((error) => `${error.instancePath}: ${error.message ?? 'wrong'} ${JSON.stringify(error.params)}`);
}
