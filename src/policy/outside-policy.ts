// Builds that nobody asked Countersign for: what is done about them, and who may stop one. Pure.
import type { ApprovalRule } from '../../workflows/vocabulary.ts';
import type { EnvironmentPolicy, MayRule } from './environment-policy.ts';

export interface OutsidePolicy {
  readonly do: 'ignore' | 'tell' | 'cancel';
  /** Keys of the steps that deploy. */
  readonly deploySteps: readonly string[];
  /** Every build of the pipeline deploys. */
  readonly isDedicated: boolean;
}

/** Of a pipeline that the configuration names in its environments alone: only a build that asked and was told no is told of. */
export const OUTSIDE_DEFAULT: OutsidePolicy = { do: 'tell', deploySteps: [], isDedicated: false };

/** Who may cancel, on which repository. */
export interface Canceller {
  /** `owner/name`. */
  readonly repo: string;
  readonly may: MayRule;
  readonly rule: ApprovalRule | null;
}

/** Nobody asked for it, so `requester` means whoever may ask. */
export function cancellerOf({ repo, may, approvals }: EnvironmentPolicy): Canceller {
  const { cancel, request } = may;
  const too = cancel.requester ? request : { roles: [], groups: [], approvers: false };
  const both: MayRule = {
    roles: [...new Set([...cancel.roles, ...too.roles])],
    groups: [...new Set([...cancel.groups, ...too.groups])],
    requester: false,
    approvers: cancel.approvers || too.approvers,
  };
  return { repo, may: both, rule: approvals };
}

/** Of a pipeline that deploys none of our environments. */
export const cancellerOfPipeline = (repo: string): Canceller => ({
  repo,
  may: { roles: ['write'], groups: [], requester: false, approvers: false },
  rule: null,
});
