// What a block step asks, and whether it was answered. Pure.
import type { BlockField, ManualJob, ManualStepWords } from '../../workflows/block-vocabulary.ts';
import type { ActReason } from '../../workflows/reasons.ts';

export type FieldValues = Readonly<Record<string, string>>;

const VALUE_MAX = 500;
/** A line of text; nothing that a terminal or a shell script takes for something else. */
const LINE = /^[^\p{Cc}\p{Cf}\u2028\u2029]*$/u;

/** What holds where nobody has filled in anything. */
export function defaultsOf(fields: readonly BlockField[]): FieldValues {
  return Object.fromEntries(fields.flatMap(({ key, default: fallback }) => (fallback === null || fallback === '' ? [] : [[key, fallback]])));
}

/** The values that Buildkite is given: those that are empty are left out. One reason for each field that is not answered well. */
export function checkFields(
  fields: readonly BlockField[],
  given: FieldValues,
): { readonly values: FieldValues; readonly reasons: readonly Extract<ActReason, { code: 'bad-field' }>[] } {
  const reasons = fields.flatMap((field) => (isAnswered(field, valueOf(given, field)) ? [] : [badField(field)]));
  const values = fields.map((field) => [field.key, valueOf(given, field)] as const).filter(([, value]) => value !== '');
  return { values: Object.fromEntries(values), reasons };
}

export function sameValues(one: FieldValues, other: FieldValues): boolean {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].every((key) => (one[key] ?? '') === (other[key] ?? ''));
}

/** The step of the pipeline's own configuration that this job is, if it can be told: by its key, else by a label that only one has. */
export function stepOf(steps: readonly ManualStepWords[] | null, job: Pick<ManualJob, 'key' | 'label'>): ManualStepWords | null {
  const named = steps?.filter(({ key, label }) => (job.key === null ? key === null && label === job.label : key === job.key)) ?? [];
  return named.length === 1 ? (named[0] ?? null) : null;
}

const valueOf = (given: FieldValues, { key }: BlockField): string => (Object.hasOwn(given, key) ? (given[key] ?? '').trim() : '');

function isAnswered({ required, options, multiple }: BlockField, value: string): boolean {
  if (value === '') return !required;
  if (options === null) return value.length <= VALUE_MAX && LINE.test(value);
  const chosen = multiple ? value.split('\n') : [value];
  return chosen.every((one, at) => options.some((option) => option.value === one) && chosen.indexOf(one) === at);
}

function badField({ label, options }: BlockField): Extract<ActReason, { code: 'bad-field' }> {
  return { code: 'bad-field', field: label, allowed: options?.map((option) => option.label) ?? null };
}
