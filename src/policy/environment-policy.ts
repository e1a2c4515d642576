// The effective policy of one service in one environment, after includes, defaults and overrides were merged. Pure data.
import type { BlockPolicy } from './block-policy.ts';
import type { ApprovalRule, GateName, RuleNode, Target } from '../../workflows/vocabulary.ts';

/** GitHub's repository roles, weakest first; a permission in `may` admits that role and every stronger one. */
export const ROLES = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who may do something: repository roles, group names, or the people of the request itself. */
export interface MayRule {
  readonly roles: readonly Role[];
  readonly groups: readonly string[];
  readonly requester: boolean;
  readonly approvers: boolean;
}

export type RefRule =
  | { readonly kind: 'default-branch' }
  | { readonly kind: 'pull-request' }
  | { readonly kind: 'tags' }
  /** `*` matches within a path segment, `**` across. */
  | { readonly kind: 'branch'; readonly pattern: string };

export interface Gates {
  /** `all`: every status and check run; names: only these; null: off. */
  readonly checks: 'all' | readonly string[] | null;
  readonly review: boolean;
  readonly upToDate: boolean;
  readonly keepsLive: boolean;
  /** Environments where the same SHA must have been live, and for how long. */
  readonly after: readonly { readonly environment: string; readonly soakMs: number }[];
}

export interface ParameterRule {
  readonly name: string;
  readonly choices: readonly string[];
  readonly default: string | null;
}

/** What GitHub shows beside the card. Decides nothing, so it is no part of the policy digest. */
export interface OnGithub {
  readonly check: boolean;
  /** Name of the environment on GitHub, which is the repository's: with several services in it their names come first. null: none is shown. */
  readonly deployments: string | null;
}

/** Gates that an emergency may skip. Never: identity, permission, parameters, ref, fork, draft, and whether the head has moved. */
export const SKIPPABLE = ['checks', 'review', 'up-to-date', 'order', 'keeps-live'] as const satisfies readonly GateName[];

export interface EmergencyPolicy {
  readonly skip: readonly (typeof SKIPPABLE)[number][];
  /** Who signs it off afterwards. */
  readonly review: RuleNode;
  readonly remindMs: number;
}

export interface EnvironmentPolicy {
  readonly service: string;
  readonly aliases: readonly string[];
  readonly environment: string;
  readonly zone: string;
  /** `owner/name`; compared without case. */
  readonly repo: string;
  readonly organization: string;
  readonly pipeline: string;
  readonly target: Target;
  readonly environmentUrl: string | null;
  readonly refs: readonly RefRule[];
  /** `extend` is missing in plans of earlier versions: the default holds then. */
  readonly may: { readonly request: MayRule; readonly cancel: MayRule; readonly extend?: MayRule; readonly emergency?: MayRule };
  readonly gates: Gates;
  readonly parameters: readonly ParameterRule[];
  readonly approvals: ApprovalRule;
  /** Not in plans from before there was such a thing. */
  readonly github?: OnGithub;
  /** Break glass, for those whom `may.emergency` admits; absent where that admits nobody. */
  readonly emergency?: EmergencyPolicy;
  /** Who unblocks block steps of its builds; absent: whoever approves deploys. `none`: that is left to Buildkite. */
  readonly blocks?: BlockPolicy | 'none';
  /** `approvals` is not `none`. */
  readonly isProtected: boolean;
  readonly slack: { readonly channel: string; readonly also: readonly string[] };
}
