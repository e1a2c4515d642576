// The checks of block steps, of environments and of pipelines. Pure.
import { DEFAULT_ZONE, problemAt, type Draft } from './draft.ts';
import { quote, suggest, type Problem } from './problem.ts';
import type { BlockRuleEntry, BlocksEntry, FieldEntry } from './schema-blocks.ts';
import type { Path } from './source.ts';
import { validatePossible } from './validate-environment.ts';
import { validateRule, type Tell } from './validate-rule.ts';
import { validateWaiting } from './waiting.ts';

interface Checks {
  readonly draft: Draft;
  /** Where the section is, as `tell` understands it. */
  readonly at: Path;
  readonly tell: Tell;
}

export function validateBlocks({ approvals, steps = {} }: BlocksEntry, checks: Checks): readonly Problem[] {
  const inside = Object.entries(steps).flatMap(([key, step]) => {
    const at = [...checks.at, 'steps', key];
    const rule = step.approvals === undefined || step.approvals === 'none' ? [] : validateBlockRule(step.approvals, { ...checks, at });
    return [...rule, ...validateFields(step.fields ?? [], { ...checks, at: [...at, 'fields'] })];
  });
  return [...(approvals === undefined ? [] : validateBlockRule(approvals, checks)), ...inside];
}

/** Pipelines, and everything they say. */
export function validatePipelines(draft: Draft): readonly Problem[] {
  return draft.pipelines.flatMap(({ slug, entry }) => {
    const tell: Tell = (inner, told) => problemAt(draft.root, ['pipelines', slug, ...inner], told);
    const zone = entry.zone ?? DEFAULT_ZONE;
    const isKnown = draft.written.zones.includes(zone);
    const homeless = { found: `there is no zone ${quote(zone)}`, fix: suggest(zone, draft.written.zones) };
    return [
      ...(isKnown ? [] : [tell(['zone'], homeless)]),
      ...(entry.outside === 'cancel' && entry.deploySteps === undefined && entry.dedicated !== true ? [tell(['outside'], AIMLESS)] : []),
      ...(entry.blocks === undefined ? [] : validateBlocks(entry.blocks, { draft, at: ['blocks'], tell })),
    ];
  });
}

/** Nothing would ever be cancelled, and somebody relies on it. */
const AIMLESS = { found: 'nothing says which of its builds deploy', fix: 'Write `deploySteps`, or `dedicated: true`' };

function validateBlockRule(rule: BlockRuleEntry, { draft, at, tell }: Checks): readonly Problem[] {
  const inner = [...at, 'approvals'];
  const problems = validateWaiting({ draft, rule, who: 'builds', tell: (path, told) => tell([...at, ...path], told) });
  const wrong = validateRule({ entry: rule, inner, draft, tell });
  if (wrong.length > 0) return [...problems, ...wrong];
  return [...problems, ...validatePossible(draft, rule, (told) => tell(inner, told))];
}

function validateFields(fields: readonly FieldEntry[], { at, tell }: Checks): readonly Problem[] {
  return fields.flatMap(({ key, options, multiple, default: fallback }, place) => {
    const here = [...at, place];
    const isTwice = fields.findIndex((field) => field.key === key) !== place;
    const twice = (options ?? []).findIndex((option, spot) => options?.indexOf(option) !== spot);
    return [
      ...(isTwice ? [tell([...here, 'key'], { found: `${quote(key)} is asked twice`, fix: 'Take one out' })] : []),
      ...(twice === -1 ? [] : [tell([...here, 'options', twice], { found: `${quote(options?.[twice])} is listed twice`, fix: 'Take one out' })]),
      ...(multiple === true && options === undefined
        ? [tell([...here, 'multiple'], { found: 'there is nothing to choose several of', fix: 'Write `options`' })]
        : []),
      ...(fallback === undefined || options === undefined || options.includes(fallback)
        ? []
        : [tell([...here, 'default'], { found: `${quote(fallback)} is not among the options`, fix: suggest(fallback, options) })]),
    ];
  });
}
