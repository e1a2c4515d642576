// What the workflow of a blocked build asks of the world. Names are WIRE FORMAT, like those in activities.ts.
import type { Cards, JudgeInput } from './activities.ts';
import type { BlockNews, BlockPlan, BlockStatus, FilledFields } from './block-contract.ts';
import type { HaltedBuild, ManualJob, ManualStepWords, MemberIds } from './block-vocabulary.ts';
import type { BuildAddress } from './build-vocabulary.ts';
import type { ActReason, VoidVote } from './reasons.ts';
import type { Person, Tally, Vote } from './vocabulary.ts';

// ---- queue `countersign` ---------------------------------------------------------------------------------------

export interface PlanBlockInput {
  readonly workflowId: string;
  readonly organization: string;
  readonly deployId: string | null;
  readonly build: HaltedBuild;
  readonly job: ManualJob;
  /** null: the pipeline's own configuration can't be read. */
  readonly steps: readonly ManualStepWords[] | null;
  /** Read where nobody knows who started the build; empty otherwise. */
  readonly members: MemberIds;
}
/** `left`: nothing says who unblocks it, so that is left to Buildkite. */
export type PlanBlockResult =
  | { readonly kind: 'planned'; readonly plan: BlockPlan; readonly tally: Tally }
  | { readonly kind: 'left'; readonly why: string };

export interface JudgeBlockInput {
  readonly plan: BlockPlan;
  readonly votes: readonly Vote[];
  readonly act: JudgeInput['act'];
  /** As filled in now; null: as they stand. */
  readonly fields: Readonly<Record<string, string>> | null;
  readonly filled: FilledFields | null;
}
export type BlockVerdict =
  | {
      readonly kind: 'counts';
      readonly person: Person;
      readonly tally: Tally;
      /** Of an approval: what the fields say with it, and whether the approvals before it were for something else. */
      readonly values: Readonly<Record<string, string>>;
      readonly isChanged: boolean;
    }
  | { readonly kind: 'refused'; readonly reasons: readonly ActReason[] };

export interface RecheckBlockInput {
  readonly plan: BlockPlan;
  readonly votes: readonly Vote[];
  readonly tally: Tally;
}
export type BlockRecheck =
  | { readonly kind: 'good'; readonly tally: Tally }
  | { readonly kind: 'void'; readonly votes: readonly VoidVote[]; readonly tally: Tally }
  | { readonly kind: 'unknown'; readonly what: string };

export interface BlockDecidingActivities {
  planBlock(input: PlanBlockInput): Promise<PlanBlockResult>;
  /** Local, short, read-only, like `judgeVote`. */
  judgeBlockVote(input: JudgeBlockInput): Promise<BlockVerdict>;
  /** Everybody who approved is read afresh, right before the step is unblocked. */
  recheckBlock(input: RecheckBlockInput): Promise<BlockRecheck>;
}

// ---- queue `buildkite`: one HTTP request each ------------------------------------------------------------------

export interface UnblockInput extends BuildAddress {
  readonly jobId: string;
  /** Become meta-data of the build. */
  readonly fields: Readonly<Record<string, string>>;
  /** A member of the organization who is named as the one who unblocked; null: the token's own user is. */
  readonly unblocker: string | null;
}
export type UnblockOutcome =
  | { readonly kind: 'unblocked'; readonly by: string | null }
  /** Somebody was faster, perhaps an earlier attempt of ours. */
  | { readonly kind: 'not-blocked' }
  /** The build was cancelled, or is not there any more. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'no-such-member' }
  | { readonly kind: 'refused'; readonly answer: string };

export interface BlockBuildkiteActivities {
  readHalted(at: BuildAddress): Promise<HaltedBuild>;
  /** What the pipeline's own configuration says of its block steps; null: this token may not read it. */
  readManualSteps(at: Pick<BuildAddress, 'organization' | 'pipeline'>): Promise<readonly ManualStepWords[] | null>;
  /** One page of the members: the ids of those whom the configuration knows, by the key of the person. Empty and last where the token may not list them. */
  readMembers(input: { readonly organization: string; readonly page: number }): Promise<{ readonly ids: MemberIds; readonly isLast: boolean }>;
  /** Safe to repeat. */
  unblockJob(input: UnblockInput): Promise<UnblockOutcome>;
}

// ---- queue `notify` --------------------------------------------------------------------------------------------

export interface BlockMessages {
  /** Both look for the card of this step first, so that a retry posts no second one. */
  postSlackBlock(status: BlockStatus): Promise<NonNullable<Cards['slack']>>;
  postGithubBlock(status: BlockStatus): Promise<NonNullable<Cards['github']>>;
  /** Edits both cards; `news` makes new messages, too. */
  announceBlock(input: { readonly status: BlockStatus; readonly cards: Cards; readonly news: BlockNews | null }): Promise<void>;
}
