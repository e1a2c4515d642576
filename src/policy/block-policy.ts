// Who unblocks block and input steps, after defaults were merged. Pure data.
import type { BlockField } from '../../workflows/block-vocabulary.ts';
import type { OutsidePolicy } from './outside-policy.ts';
import type { ApprovalRule } from '../../workflows/vocabulary.ts';

export interface BlockPolicy {
  /** null: whoever approves deploys there. */
  readonly approvals: ApprovalRule | null;
  readonly onExpire: 'cancel' | 'leave';
  /** By the key of the step in the pipeline. */
  readonly steps: Readonly<Record<string, StepPolicy>>;
}

export interface StepPolicy {
  /** `none`: left to Buildkite. Absent: as all steps. */
  readonly approvals?: ApprovalRule | 'none';
  /** Absent: as the pipeline's own configuration says. */
  readonly fields?: readonly BlockField[];
}

/** A pipeline and what holds for builds of it that Countersign did not start. */
export interface PipelinePolicy {
  readonly slug: string;
  readonly organization: string;
  readonly zone: string;
  /** `owner/name`; compared without case. */
  readonly repo: string;
  readonly outside: OutsidePolicy;
  readonly blocks: (BlockPolicy & { readonly approvals: ApprovalRule; readonly channel: string }) | null;
}

/** Whether steps of builds by this policy ever ask for an approval. An emergency is held up by nobody. */
export function opensBlocks({ blocks }: { readonly blocks?: BlockPolicy | 'none' }, { tree }: ApprovalRule): boolean {
  if (blocks === 'none') return false;
  const hasRule = (step: StepPolicy): boolean => typeof step.approvals === 'object';
  return tree !== null || (blocks !== undefined && (blocks.approvals !== null || Object.values(blocks.steps).some(hasRule)));
}
