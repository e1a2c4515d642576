// What a block step asks, as a Slack modal: the fields with what holds now, and who has approved that. Pure.
import type { InputBlock, KnownBlock, ModalView } from '@slack/types';
import type { BlockStatus } from '../../workflows/block-contract.ts';
import type { BlockField } from '../../workflows/block-vocabulary.ts';
import { checkFields, defaultsOf } from '../policy/block-fields.ts';
import { linesSection } from './blocks.ts';
import { plain } from './choice.ts';
import type { RenderContext } from './context.ts';
import { optionKey, type FormState } from './form-fields.ts';
import { code, emphasis, listed, named, say, strong } from './inline.ts';
import type { Inline } from './inline.ts';

/** `callback_id` of the form. */
export const BLOCK_MODAL = 'countersign:block-form';
export const fieldAction = (key: string): string => `countersign:block-field:${key}`;
const OPTIONS_MAX = 100;

/** Whether an approval in words would say everything: all that is required has been filled in, or has a default. */
export const isFilled = ({ plan, filled }: Filling): boolean =>
  checkFields(plan.fields, filled?.values ?? defaultsOf(plan.fields)).reasons.length === 0;

interface Filling extends Pick<BlockStatus, 'filled'> {
  readonly plan: Pick<BlockStatus['plan'], 'fields'>;
}

/** `memory`: goes to Slack and comes back with the form. Nothing is decided on it. */
export function blockForm(status: BlockStatus, memory: string, { now }: RenderContext): ModalView {
  const { plan } = status;
  const values = status.filled?.values ?? defaultsOf(plan.fields);
  return {
    type: 'modal',
    callback_id: BLOCK_MODAL,
    private_metadata: memory,
    title: plain('Let the build go on', 24),
    submit: plain('Approve', 24),
    close: plain('Not yet', 24),
    blocks: [...linesSection(head(status), now), ...plan.fields.map((field) => input(field, values[field.key] ?? '')), ...approvedSoFar(status, now)],
  };
}

function head({ plan, build, job }: BlockStatus): readonly Inline[] {
  const { subject } = plan;
  const what = subject.kind === 'own' ? say`${code(subject.service)} → ${subject.environment}` : [code(build.pipeline)];
  const prompt = plan.prompt === null ? [] : [say`${emphasis(plan.prompt.slice(0, 500))}`];
  return [say`${strong(job.label)} · build ${build.number} of ${what}`, ...prompt];
}

/** Other values than those are something else to approve. */
function approvedSoFar({ filled, votes }: BlockStatus, now: number): readonly KnownBlock[] {
  const approvers = votes.filter((vote) => vote.kind === 'approve').map((vote) => named(vote.by));
  if (filled === null || approvers.length === 0) return [];
  return linesSection([say`${listed(approvers, 5, ' and ')} approved these values. If you change one, that no longer counts.`], now);
}

function input(field: BlockField, value: string): InputBlock {
  const { key, label, hint, required } = field;
  return {
    type: 'input',
    block_id: key,
    optional: !required,
    label: plain(label, 150),
    element: element(field, value),
    ...(hint === null || hint === '' ? {} : { hint: plain(hint, 150) }),
  };
}

function element({ key, options, multiple, label }: BlockField, value: string): InputBlock['element'] {
  if (options === null || options.length === 0 || options.length > OPTIONS_MAX)
    return { type: 'plain_text_input', action_id: fieldAction(key), max_length: 500, ...(value === '' ? {} : { initial_value: value }) };
  const drawn = options.map((option) => ({ value: option.value, drawn: { text: plain(option.label, 75), value: optionKey(option.value) } }));
  const chosen = drawn.filter((option) => (multiple ? value.split('\n') : [value]).includes(option.value)).map((option) => option.drawn);
  const common = { action_id: fieldAction(key), placeholder: plain(label, 150), options: drawn.map((option) => option.drawn) };
  const [first] = chosen;
  if (multiple) return { type: 'multi_static_select', ...common, ...(first === undefined ? {} : { initial_options: chosen }) };
  return { type: 'static_select', ...common, ...(first === undefined ? {} : { initial_option: first }) };
}

/** What was sent, by the key of the field; options by what they stand for. */
export function readBlockForm({ fields }: Pick<BlockStatus['plan'], 'fields'>, state: FormState): Readonly<Record<string, string>> {
  return Object.fromEntries(
    fields.flatMap(({ key, options }) => {
      const [held] = Object.values(Object.hasOwn(state, key) ? (state[key] ?? {}) : {});
      const keys = held?.selected_options?.map(({ value }) => value) ?? (held?.selected_option == null ? null : [held.selected_option.value]);
      const value =
        keys === null ? (held?.value ?? '') : keys.map((one) => options?.find((option) => optionKey(option.value) === one)?.value ?? one).join('\n');
      return value.trim() === '' ? [] : [[key, value.trim()]];
    }),
  );
}
