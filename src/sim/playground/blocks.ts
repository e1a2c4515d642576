// Block Kit as Slack's own client shows it: https://docs.slack.dev/reference/block-kit/blocks. Pure.
import { isRecord, type SimBlock } from '../slack/world.ts';
import { decoded, mrkdwn, type Reader } from './mrkdwn.ts';
import { el, linkTo, type Confirm, type Tree } from './tree.ts';

/** The message whose buttons these are; null in a modal. */
export interface Place {
  readonly ts: string;
}

export function drawBlocks(blocks: readonly SimBlock[], reader: Reader, place: Place | null): readonly Tree[] {
  return blocks.map((block, i) => el('div', { class: `block ${word(block['type'])}`, key: `block ${i}` }, drawBlock(block, reader, place)));
}

function drawBlock(block: SimBlock, reader: Reader, place: Place | null): readonly Tree[] {
  switch (block['type']) {
    case 'header':
      return [el('h3', {}, textObject(block['text'], reader))];
    case 'section':
      return [
        ...(block['text'] === undefined ? [] : [el('p', {}, textObject(block['text'], reader))]),
        ...list(block['fields']).map((field) => el('p', { class: 'field' }, textObject(field, reader))),
        ...list([block['accessory']]).flatMap((element) => drawElement(element, reader, place)),
      ];
    case 'context':
      return list(block['elements']).map((element) => el('span', { class: 'piece' }, textObject(element, reader)));
    case 'actions':
      return list(block['elements']).flatMap((element) => drawElement(element, reader, place));
    case 'input':
      return drawInput(block, reader);
    case 'divider':
      return [];
    default:
      return [`(a block of type ${word(block['type'])})`];
  }
}

function drawElement(element: SimBlock, reader: Reader, place: Place | null): readonly Tree[] {
  if (element['type'] !== 'button') return [];
  const label = textObject(element['text'], reader);
  const action = word(element['action_id']);
  const style = typeof element['style'] === 'string' ? ` ${element['style']}` : '';
  if (typeof element['url'] === 'string') return [{ ...linkTo(element['url'], label), class: `button${style}`, key: action }];
  if (place === null) return [];
  const confirm = isRecord(element['confirm']) ? { confirm: confirmOf(element['confirm'], reader) } : {};
  return [el('button', { class: `button${style}`, key: action, act: { do: 'click', ts: place.ts, action }, ...confirm }, label)];
}

function confirmOf(confirm: SimBlock, reader: Reader): Confirm {
  const plain = (name: string, otherwise: string): string => (isRecord(confirm[name]) ? decoded(word(confirm[name]['text'])) : otherwise);
  return {
    title: plain('title', 'Are you sure?'),
    text: textObject(confirm['text'], reader),
    yes: plain('confirm', 'Yes'),
    no: plain('deny', 'Cancel'),
    danger: confirm['style'] === 'danger',
  };
}

function drawInput(block: SimBlock, reader: Reader): readonly Tree[] {
  const element = block['element'];
  if (!isRecord(element) || element['type'] !== 'plain_text_input') return [];
  const max = typeof element['max_length'] === 'number' ? { maxlength: String(element['max_length']) } : {};
  const required = block['optional'] === true ? {} : { required: '' };
  const name = word(element['action_id']);
  return [
    el(
      'label',
      {},
      el('span', {}, textObject(block['label'], reader)),
      el('textarea', { name, key: name, rows: element['multiline'] === true ? '4' : '1', ...max, ...required }),
    ),
  ];
}

/** `mrkdwn` is parsed, `plain_text` is not. */
export function textObject(object: unknown, reader: Reader): readonly Tree[] {
  if (!isRecord(object)) return [];
  const text = word(object['text']);
  return object['type'] === 'mrkdwn' ? mrkdwn(text, reader) : [decoded(text)];
}

const word = (value: unknown): string => (typeof value === 'string' ? value : '');
const list = (value: unknown): readonly SimBlock[] => (Array.isArray(value) ? value.filter(isRecord) : []);
