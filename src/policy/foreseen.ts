// What a request would be about if it were made now. Types only.
import type { Account, ApprovalRule, ChangeSummary, CommitSha, RefWish } from '../../workflows/vocabulary.ts';
import type { EnvironmentPolicy } from './environment-policy.ts';

export interface Foreseeable {
  readonly policy: EnvironmentPolicy;
  readonly ref: RefWish;
  readonly by: Account;
}

export interface Foreseen {
  /** With its conditions judged. */
  readonly rule: ApprovalRule;
  readonly change: ChangeSummary;
  readonly sha: CommitSha;
  readonly title: string;
}
