// Block steps: from the words of the configuration to the policy. Pure.
import { toRule } from './build-rule.ts';
import { DEFAULTS } from './defaults.ts';
import { DEFAULT_ZONE, type Draft, type DraftPipeline } from './draft.ts';
import { parseDuration } from './duration.ts';
import type { BlockRuleEntry, BlocksEntry, FieldEntry, StepEntry } from './schema-blocks.ts';
import { toWaiting } from './waiting.ts';
import type { BlockPolicy, PipelinePolicy, StepPolicy } from '../policy/block-policy.ts';
import { OUTSIDE_DEFAULT } from '../policy/outside-policy.ts';
import type { BlockField } from '../../workflows/block-vocabulary.ts';
import type { ApprovalRule } from '../../workflows/vocabulary.ts';

export function toBlocks({ approvals, onExpire, steps }: BlocksEntry): BlockPolicy {
  return {
    approvals: approvals === undefined ? null : toBlockRule(approvals),
    onExpire: onExpire ?? DEFAULTS.onExpire,
    steps: Object.fromEntries(Object.entries(steps ?? {}).map(([key, step]) => [key, toStep(step)])),
  };
}

export function toPipeline({ slug, entry }: DraftPipeline, draft: Draft, channel: string): PipelinePolicy {
  const zone = entry.zone ?? DEFAULT_ZONE;
  const { blocks } = entry;
  return {
    slug,
    zone,
    organization: draft.zones[zone]?.buildkite.organization ?? '',
    repo: entry.repo,
    outside: { do: entry.outside ?? OUTSIDE_DEFAULT.do, deploySteps: entry.deploySteps ?? [], isDedicated: entry.dedicated ?? false },
    blocks: blocks === undefined ? null : { ...toBlocks(blocks), approvals: toBlockRule(blocks.approvals), channel: blocks.channel ?? channel },
  };
}

/** Whoever asked, or started the build, never counts: there is nothing to switch off. */
function toBlockRule(entry: BlockRuleEntry): ApprovalRule {
  const { expire, remind, hours } = entry;
  return {
    tree: toRule(entry),
    exclude: DEFAULTS.exclude,
    expireMs: parseDuration(expire ?? DEFAULTS.expire),
    ...toWaiting({ remind, hours }),
  };
}

function toStep({ approvals, fields }: StepEntry): StepPolicy {
  return {
    ...(approvals === undefined ? {} : { approvals: approvals === 'none' ? approvals : toBlockRule(approvals) }),
    ...(fields === undefined ? {} : { fields: fields.map(toField) }),
  };
}

function toField({ key, label, hint, options, multiple, required, default: fallback }: FieldEntry): BlockField {
  return {
    key,
    label: label ?? key,
    hint: hint ?? null,
    required: required ?? true,
    default: fallback ?? null,
    options: options?.map((value) => ({ label: value, value })) ?? null,
    multiple: multiple ?? false,
  };
}
