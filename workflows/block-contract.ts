// The approval that a build opens when it waits at a block step: its messages and what it looks like from outside. WIRE FORMAT, like
// contract.ts. One workflow for each build, which asks for one step at a time: the first that waits.
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { BlockField } from './block-vocabulary.ts';
import type { BuildAddress } from './build-vocabulary.ts';
import type { Act, Receipt, Withdraw } from './contract.ts';
import type { BlockStop } from './status.ts';
import type { Contract, DeployCode, JudgedPlan, Millis, Person, PersonKey, PullRequestRef, Tally, Vote } from './vocabulary.ts';

export const blockId = (organization: string, build: string): string => `block:${organization}:${build}`;
/** Stands where requests have their service: builds that nobody asked Countersign for have none. */
export const serviceOfPipeline = ({ organization, pipeline }: Pick<BuildAddress, 'organization' | 'pipeline'>): string =>
  `pipeline:${organization}/${pipeline}`;
export const isBlockId = (workflowId: string): boolean => workflowId.startsWith('block:');

/** Input of `block`: a build that was seen to wait. */
export interface BlockInput extends BuildAddress {
  readonly uuid: string;
  /** The request that asked for the build; null: somebody else started it. */
  readonly deployId: string | null;
  /** `BLOCK_TIMING` unless given. */
  readonly timing?: BlockTiming;
}

export interface BlockTiming {
  /** First and longest pause before Buildkite is asked by itself how the build stands. */
  readonly lookMs: Millis;
  readonly lookMaxMs: Millis;
  /** First and longest pause before something that did not work is tried again. */
  readonly retryMs: Millis;
  readonly retryMaxMs: Millis;
  /** For so long an unblocking is tried before everybody who approved is looked at again. */
  readonly unblockMs: Millis;
  /** How long a build that is left to Buildkite is looked after. */
  readonly leftMs: Millis;
}
export const BLOCK_TIMING: BlockTiming = {
  lookMs: 300_000,
  lookMaxMs: 3_600_000,
  retryMs: 5_000,
  retryMaxMs: 60_000,
  unblockMs: 300_000,
  leftMs: 30 * 86_400_000,
};

/** Something changed about the build: it is read again before anything is believed. */
export const haltSeen = defineSignal('haltSeen');

/** To the request that asked for the build: it is cancelled at a block step. */
export const stoppedAtBlock = defineSignal<[BlockStop]>('stoppedAtBlock');

/** Approve or reject the step that waits. */
export interface CastBlockVote extends Act {
  readonly kind: 'approve' | 'reject';
  /** What the card showed; null when the person only named the code or the environment. */
  readonly contract: Contract | null;
  /** As filled in; null: as they stand. */
  readonly fields: Readonly<Record<string, string>> | null;
  readonly reason: string | null;
}
export const castBlockVote = defineUpdate<Receipt, [CastBlockVote]>('castBlockVote');
export const withdrawBlockVote = defineUpdate<Receipt, [Withdraw]>('withdrawBlockVote');
/** The fallback when an Update's deadline passed: the same act with the same key. */
export type LateBlockAct =
  | { readonly act: 'castBlockVote'; readonly input: CastBlockVote }
  | { readonly act: 'withdrawBlockVote'; readonly input: Withdraw };
export const blockActArrived = defineSignal<[LateBlockAct]>('blockActArrived');

/** What an approval of a step is judged by. Frozen when it is asked for. */
export interface BlockPlan extends JudgedPlan {
  readonly code: DeployCode;
  /** Its number. */
  readonly build: number;
  readonly subject: BlockSubject;
  readonly prompt: string | null;
  readonly fields: readonly BlockField[];
  /** False: what the step asks could not be read and is not configured either. */
  readonly knowsFields: boolean;
  readonly onExpire: 'cancel' | 'leave';
  readonly slack: { readonly channel: string };
  /** Where its card on GitHub is; null: it has none. */
  readonly github: { readonly issue: number } | null;
  readonly policyDigest: string;
}

export type BlockSubject =
  | {
      readonly kind: 'own';
      readonly deployId: string;
      /** Of the request. */
      readonly code: DeployCode;
      readonly service: string;
      readonly environment: string;
      readonly pullRequest: PullRequestRef | null;
    }
  | { readonly kind: 'foreign'; readonly starter: Starter; readonly message: string };

/** `known`: it is somebody of the configuration. Else only `others` are known to be somebody else: members under another id, by the keys of the people. */
export type Starter =
  | { readonly known: true; readonly name: string }
  | { readonly known: false; readonly name: string; readonly others: readonly PersonKey[] };

export type BlockPhase =
  | { readonly kind: 'waiting'; readonly expiresAt: Millis; readonly remindAt: readonly Millis[] }
  /** It has all its approvals. `unread`: what has to be read once more, and can't be just now. */
  | { readonly kind: 'unblocking'; readonly unread: string | null; readonly expiresAt: Millis }
  /** `by`: whom Buildkite names. */
  | { readonly kind: 'unblocked'; readonly by: string | null; readonly at: Millis }
  | { readonly kind: 'unblocked-elsewhere'; readonly by: string | null; readonly at: Millis }
  | { readonly kind: 'rejected'; readonly by: Person; readonly reason: string; readonly at: Millis }
  | { readonly kind: 'expired'; readonly build: 'cancel' | 'leave'; readonly at: Millis }
  /** The build ended, or was cancelled, while people were asked. `state`: Buildkite's own word. */
  | { readonly kind: 'gone'; readonly state: string; readonly at: Millis }
  | { readonly kind: 'not-unblocked'; readonly answer: string; readonly at: Millis };

export interface FilledFields {
  readonly values: Readonly<Record<string, string>>;
  readonly by: Person;
}

/** Why approvals do not count any more. */
export interface BlockVoid {
  readonly people: readonly string[];
  /** `other-values`: `by` filled in something else. `recheck`: they may not approve any more. */
  readonly why: 'other-values' | 'recheck';
  readonly by: string | null;
}

export interface BlockStatus {
  readonly workflowId: string;
  readonly build: BuildAddress & { readonly uuid: string; readonly url: string };
  readonly job: { readonly id: string; readonly label: string; readonly key: string | null };
  readonly plan: BlockPlan;
  /** What an approval is for now: other values in the fields make another one. */
  readonly contract: Contract;
  readonly phase: BlockPhase;
  readonly votes: readonly Vote[];
  readonly tally: Tally;
  readonly filled: FilledFields | null;
  readonly voided: BlockVoid | null;
  readonly openedAt: Millis;
  /** Since when the build waits, by Buildkite's clock: an earlier run may have told people already. */
  readonly waitsSince?: Millis;
}
/** The step that waits, or the last one that did; null: none did yet. */
export const blockStatus = defineQuery<BlockStatus | null>('blockStatus');

/** What makes a new message beside the edited card. */
export type BlockNews = 'voted' | 'void' | 'reminder' | 'ended';

/** What became of a blocked build, for Temporal's own UI. */
export interface BlockResult {
  readonly steps: readonly { readonly label: string; readonly how: BlockPhase['kind'] | 'left' }[];
}
