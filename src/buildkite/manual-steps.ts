// What block and input steps ask, out of a pipeline's own configuration (YAML): the jobs of a build do not say it. Pure.
// Steps that a build uploads while it runs are not in there.
import { parse } from 'yaml';
import type { BlockField, ManualStepWords } from '../../workflows/block-vocabulary.ts';
import { StepsFile, type StepField, type StepEntry } from './schema.ts';

const YAML_MAX_CHARACTERS = 500_000;
const FIELDS_MAX = 20;
const DEPTH_MAX = 3;

/** Every block and input step, those in groups too. null: it can't be read. */
export function manualStepsIn(configuration: string): readonly ManualStepWords[] | null {
  if (configuration.length > YAML_MAX_CHARACTERS) return null;
  const file = StepsFile.safeParse(parsed(configuration));
  if (!file.success) return null;
  return manualOf(Array.isArray(file.data) ? file.data : file.data.steps, 0);
}

function parsed(text: string): unknown {
  try {
    // As JSON would have it: what holds itself throws.
    return JSON.parse(JSON.stringify(parse(text, { maxAliasCount: 50, logLevel: 'silent' }) ?? null)) as unknown;
  } catch {
    return null;
  }
}

function manualOf(steps: readonly StepEntry[], depth: number): readonly ManualStepWords[] {
  if (depth > DEPTH_MAX) return [];
  return steps.flatMap((step) => {
    if (step === null || typeof step === 'string') return [];
    const isManual = 'block' in step || 'input' in step || ['block', 'input', 'manual'].includes(step.type ?? '');
    if (!isManual) return manualOf(step.steps ?? [], depth + 1);
    return [
      {
        key: step.key ?? step.id ?? step.identifier ?? null,
        label: step.label ?? step.name ?? step.block ?? step.input ?? null,
        prompt: step.prompt ?? null,
        fields: distinct(step.fields ?? [])
          .slice(0, FIELDS_MAX)
          .map(fieldOf),
      },
    ];
  });
}

/** Two fields of one key are one: the last answer would win. */
const distinct = (fields: readonly StepField[]): readonly StepField[] =>
  fields.filter(({ key }, at) => fields.findIndex((other) => other.key === key) === at);

function fieldOf(field: StepField): BlockField {
  const label = field.text ?? field.select ?? field.key;
  const fallback = Array.isArray(field.default) ? field.default.join('\n') : field.default;
  return {
    key: field.key,
    label: label === '' ? field.key : label,
    hint: field.hint ?? null,
    // Buildkite's own default.
    required: field.required ?? true,
    default: fallback ?? null,
    options: field.select == null ? null : (field.options ?? []).map(({ label: words, value }) => ({ label: words ?? value, value })),
    multiple: field.multiple === true,
  };
}
