// Block Kit as Slack's own client shows it: https://docs.slack.dev/reference/block-kit/blocks. Pure.
import { fieldsOf, optionsOf, valueOf, type Field } from '../slack/view-state.ts';
import { isRecord, type SimBlock, type SimView } from '../slack/world.ts';
import type { Act } from './acts.ts';
import { decoded, mrkdwn, type Reader } from './mrkdwn.ts';
import { el, linkTo, type Confirm, type Props, type Tree } from './tree.ts';

/** The message or view whose buttons and fields these are. */
export type Place = { readonly ts: string } | { readonly view: Pick<SimView, 'id' | 'values'> };

export function drawBlocks(blocks: readonly SimBlock[], reader: Reader, place: Place): readonly Tree[] {
  const seen = new Map<string, number>();
  const drawing: Drawing = { reader, place, nth: (action) => counted(seen, action) };
  return blocks.map((block, i) => {
    // A field keeps what was typed for as long as its block is called the same.
    const key = block['type'] === 'input' ? `block ${word(block['block_id'])}` : `block ${i}`;
    return el('div', { class: `block ${word(block['type'])}`, key }, drawBlock(block, drawing));
  });
}

interface Drawing {
  readonly reader: Reader;
  readonly place: Place;
  /** The how-manieth button with this action id this is: a home tab has one of each for every request. */
  readonly nth: (action: string) => number;
}

function counted(seen: Map<string, number>, action: string): number {
  const nth = (seen.get(action) ?? 0) + 1;
  seen.set(action, nth);
  return nth;
}

function drawBlock(block: SimBlock, drawing: Drawing): readonly Tree[] {
  const { reader } = drawing;
  switch (block['type']) {
    case 'header':
      return [el('h3', {}, textObject(block['text'], reader))];
    case 'section':
      return [
        ...(block['text'] === undefined ? [] : [el('p', {}, textObject(block['text'], reader))]),
        ...list(block['fields']).map((field) => el('p', { class: 'field' }, textObject(field, reader))),
        ...list([block['accessory']]).flatMap((element) => drawElement(element, drawing)),
      ];
    case 'context':
      return list(block['elements']).map((element) => el('span', { class: 'piece' }, textObject(element, reader)));
    case 'actions':
      return list(block['elements']).flatMap((element) => drawElement(element, drawing));
    case 'input':
      return drawInput(block, drawing);
    case 'divider':
      return [];
    default:
      return [`(a block of type ${word(block['type'])})`];
  }
}

function drawElement(element: SimBlock, { reader, place, nth }: Drawing): readonly Tree[] {
  if (element['type'] !== 'button') return [];
  const label = textObject(element['text'], reader);
  const action = word(element['action_id']);
  const style = typeof element['style'] === 'string' ? ` ${element['style']}` : '';
  const count = nth(action);
  if (typeof element['url'] === 'string') return [{ ...linkTo(element['url'], label), class: `button${style}`, key: `${action} ${count}` }];
  const confirm = isRecord(element['confirm']) ? { confirm: confirmOf(element['confirm'], reader) } : {};
  const act: Act = 'ts' in place ? { do: 'click', ts: place.ts, action } : { do: 'press', view: place.view.id, action, nth: String(count) };
  return [el('button', { class: `button${style}`, key: `${action} ${count}`, act, ...confirm }, label)];
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

function drawInput(block: SimBlock, { reader, place }: Drawing): readonly Tree[] {
  const [field] = fieldsOf([block]);
  if (field === undefined || 'ts' in place) return [];
  const { element, actionId: name } = field;
  const props = { name, key: name, ...(block['optional'] === true ? {} : { required: '' }) };
  const isList = element['type'] === 'static_select' || element['type'] === 'multi_static_select';
  const control = isList ? drawSelect(field, place.view, props) : drawText(element, { ...props, value: valueOf(place.view, field) });
  const optional = block['optional'] === true ? [el('span', { class: 'note' }, ' (optional)')] : [];
  const hint = isRecord(block['hint']) ? [el('span', { class: 'note' }, textObject(block['hint'], reader))] : [];
  return [el('label', {}, el('span', {}, textObject(block['label'], reader), optional), control, hint)];
}

function drawText(element: SimBlock, props: Props): Tree {
  const max = typeof element['max_length'] === 'number' ? { maxlength: String(element['max_length']) } : {};
  const hint = isRecord(element['placeholder']) ? { placeholder: word(element['placeholder']['text']) } : {};
  if (element['multiline'] === true) return el('textarea', { ...props, ...max, ...hint, rows: '4' });
  return el('input', { ...props, ...max, ...hint });
}

/** Several chosen ones stand on lines of their own. */
function drawSelect(field: Field, view: Pick<SimView, 'values'>, props: Props): Tree {
  const chosen = valueOf(view, field);
  const isMultiple = field.element['type'] === 'multi_static_select';
  const nothing =
    chosen === '' && !isMultiple
      ? [el('option', { value: '' }, word(isRecord(field.element['placeholder']) ? field.element['placeholder']['text'] : ''))]
      : [];
  const options = optionsOf(field.element).map((option) =>
    el('option', { value: word(option['value']) }, isRecord(option['text']) ? decoded(word(option['text']['text'])) : ''),
  );
  return el('select', { ...props, ...(isMultiple ? { multiple: '' } : {}), value: chosen }, nothing, options);
}

/** `mrkdwn` is parsed, `plain_text` is not. */
export function textObject(object: unknown, reader: Reader): readonly Tree[] {
  if (!isRecord(object)) return [];
  const text = word(object['text']);
  return object['type'] === 'mrkdwn' ? mrkdwn(text, reader) : [decoded(text)];
}

const word = (value: unknown): string => (typeof value === 'string' ? value : '');
const list = (value: unknown): readonly SimBlock[] => (Array.isArray(value) ? value.filter(isRecord) : []);
