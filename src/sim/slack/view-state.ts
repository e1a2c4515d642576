// What a person has chosen and typed in a view: kept by Slack under block and action id, and sent with every interaction.
// https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
import { isRecord, type SimBlock, type SimView } from './world.ts';

/** An input of a view: the block it is in, and the element itself. */
export interface Field {
  readonly block: SimBlock;
  readonly element: SimBlock;
  readonly blockId: string;
  readonly actionId: string;
}

const STATEFUL: ReadonlySet<unknown> = new Set(['plain_text_input', 'static_select', 'multi_static_select']);

/** Inputs, and selects that stand between buttons. */
export function fieldsOf(blocks: readonly SimBlock[]): readonly Field[] {
  return blocks.flatMap((block) => {
    const inside = block['type'] === 'input' ? [block['element']] : block['type'] === 'actions' ? block['elements'] : [block['accessory']];
    const elements = Array.isArray(inside) ? inside.filter(isRecord) : [];
    return elements
      .filter((element) => STATEFUL.has(element['type']))
      .map((element) => ({ block, element, blockId: String(block['block_id']), actionId: String(element['action_id']) }));
  });
}

const keyOf = ({ blockId, actionId }: Field): string => `${blockId}\n${actionId}`;

/** The present value: as the person left it, else as the app prefilled it; empty: none. Several chosen ones stand on lines of their own. */
export function valueOf(view: Pick<SimView, 'values'>, field: Field): string {
  const own = view.values[keyOf(field)];
  if (own !== undefined) return own;
  const several = field.element['initial_options'];
  if (Array.isArray(several)) return several.map((option) => (isRecord(option) ? String(option['value']) : '')).join('\n');
  const initial = field.element['initial_option'] ?? field.element['initial_value'];
  return isRecord(initial) ? String(initial['value']) : typeof initial === 'string' ? initial : '';
}

export function withValue(view: SimView, field: Field, value: string): SimView {
  return { ...view, values: { ...view.values, [keyOf(field)]: value } };
}

/** After an update Slack keeps what was filled in wherever block and action are called the same, and the option is still there. */
export function carriedOver(before: SimView | null, blocks: readonly SimBlock[]): SimView['values'] {
  if (before === null) return {};
  const kept = fieldsOf(blocks).flatMap((field) => {
    const value = before.values[keyOf(field)];
    const isThere = value !== undefined && (value === '' || field.element['type'] !== 'static_select' || optionOf(field.element, value) !== null);
    return isThere ? [[keyOf(field), value] as const] : [];
  });
  return Object.fromEntries(kept);
}

export function optionOf(element: SimBlock, value: string): SimBlock | null {
  return optionsOf(element).find((option) => option['value'] === value) ?? null;
}

export function optionsOf(element: SimBlock): readonly SimBlock[] {
  const groups = Array.isArray(element['option_groups']) ? element['option_groups'].filter(isRecord) : [element];
  return groups.flatMap((group) => (Array.isArray(group['options']) ? group['options'].filter(isRecord) : []));
}

/** `view.state.values` of a payload. */
export function stateOf(view: Pick<SimView, 'values' | 'blocks'>): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const state: Record<string, Record<string, unknown>> = {};
  for (const field of fieldsOf(view.blocks)) {
    const value = valueOf(view, field);
    const { type } = field.element;
    const said =
      type === 'static_select'
        ? { selected_option: optionOf(field.element, value) }
        : type === 'multi_static_select'
          ? { selected_options: value.split('\n').flatMap((one) => optionOf(field.element, one) ?? []) }
          : { value: value === '' ? null : value };
    state[field.blockId] = { ...state[field.blockId], [field.actionId]: { type, ...said } };
  }
  return state;
}

/** A required field that is still empty, or null: Slack's own client does not send such a form. */
export function missingField(view: Pick<SimView, 'values' | 'blocks'>): Field | null {
  const required = fieldsOf(view.blocks).filter(({ block }) => block['type'] === 'input' && block['optional'] !== true);
  return required.find((field) => valueOf(view, field) === '') ?? null;
}
