// The messages between Countersign's parts. WIRE FORMAT: names and shapes are in histories and on the wire;
// renaming is a breaking change, fields may only be added as nullable or optional.
//
// People's acts are Updates with receipts as values. Facts from machines are Signals in the past tense. Reads are Queries.
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Attested } from './attest-contract.ts';
import type { CarriedEnvironment } from './carried.ts';
import type { ActReason, GateReason } from './reasons.ts';
import type { DeployStatus, EmergencyNote, EnvironmentState, Join } from './status.ts';
import type { DeployTiming, EnvironmentTiming } from './timing.ts';
import type { BuildReport, BuildResult } from './build-contract.ts';
import type { BuildEnd, BuildFacts, BuildOrder } from './build-vocabulary.ts';
import type { Account, CommitSha, Contract, DeployCode, DeployRequest, Millis, Person, ReplyTo, Target } from './vocabulary.ts';

/** Task queues. Every zone is a namespace of its own, so the names are the same everywhere. */
export const TASK_QUEUE = { workflows: 'countersign', buildkite: 'buildkite', notify: 'notify' } as const;

// ---- ids -----------------------------------------------------------------------------------------------------

export const githubDeployId = (repository: number, comment: number): string => `deploy:github:${repository}:${comment}`;
/** A submitted review; its ids may be those of comments as well. */
export const githubReviewDeployId = (repository: number, review: number): string => `deploy:github:${repository}:review:${review}`;
/** `trigger`: the trigger id of a slash command or the id of a submitted view. */
export const slackDeployId = (team: string, trigger: string): string => `deploy:slack:${team}:${trigger}`;
export const environmentId = (target: Target): string => `environment:${target}`;
export const buildId = (target: Target): string => `build:${target}`;
export const buildWatchId = (organization: string): string => `build-watch:${organization}`;
/** `run`: the run of a `deploy` that was ended from outside. Its cards are closed once. */
export const farewellId = (run: string): string => `farewell:${run}`;
/** One answer to what was written, however often GitHub delivers it. `about`: see `replyAbout`. */
export const replyId = (repository: number, about: number | string): string => `reply:github:${repository}:${about}`;

// ---- deploy --------------------------------------------------------------------------------------------------

/** What every act of a person carries. `key` comes from the event and is the `updateId` as well: applied once, whatever is delivered twice. */
export interface Act {
  readonly key: string;
  readonly by: Account;
  /** When the person acted, by the surface's clock. */
  readonly at: Millis;
  readonly replyTo: ReplyTo;
}
export interface CastVote extends Act {
  readonly kind: 'approve' | 'reject';
  /** What the card showed; null when the person only named the code or the environment. */
  readonly contract: Contract | null;
  /** Short SHA the card showed, for the words of a stale click. */
  readonly sha: string | null;
  readonly reason: string | null;
}
export interface Withdraw extends Act {
  readonly reason: string | null;
}
export interface Cancel extends Act {
  readonly reason: string | null;
}
/** Back to the commit before the last push. `contract`, `sha`: what the card showed; null when the person only named the code. */
export interface KeepEarlier extends Act {
  readonly contract: Contract | null;
  readonly sha: string | null;
}
/** More time to wait for approval, by the clock of the rule. */
export interface Extend extends Act {
  readonly byMs: Millis;
}

/** The answer to an act: never an exception. */
export type Receipt =
  | {
      readonly kind: 'counted';
      readonly vote: 'approve';
      readonly have: number;
      readonly need: number;
      readonly missing: readonly { readonly group: string; readonly count: number; readonly people: readonly Person[] }[];
      readonly last: boolean;
      /** With the last one: how long the start can still be stopped. */
      readonly undoMs?: Millis;
      /** Only the address of the Slack account says whose vote it is. */
      readonly isMatchedByEmail?: true;
      /** It lets this build go on, which waits at a block step. */
      readonly unblocks?: number;
    }
  /** Recorded, and counts once the same person says `/approve` on GitHub. `pullRequest`: of the request; null: it has none, any of the repository does. */
  | { readonly kind: 'to-confirm'; readonly code: DeployCode; readonly pullRequest: { readonly number: number; readonly url: string } | null }
  /** A review of an emergency: signed off, as far as it goes. */
  | { readonly kind: 'signed'; readonly have: number; readonly need: number; readonly last: boolean }
  | { readonly kind: 'disputed' }
  | { readonly kind: 'rejected'; readonly service: string; readonly environment: string }
  /** A block step of this build was rejected: it is cancelled. */
  | { readonly kind: 'block-rejected'; readonly build: number; readonly step: string }
  | { readonly kind: 'withdrawn'; readonly have: number; readonly need: number }
  | { readonly kind: 'cancelled'; readonly during: string }
  /** The build runs already: Buildkite was asked to cancel it. */
  | { readonly kind: 'cancelling'; readonly build: number | null }
  | { readonly kind: 'extended'; readonly expiresAt: Millis; readonly byMs: Millis }
  /** The commit before the push is planned again. */
  | { readonly kind: 'keeping'; readonly sha: CommitSha; readonly instead: CommitSha }
  | { readonly kind: 'refused'; readonly reasons: readonly ActReason[]; readonly code: DeployCode };

export const castVote = defineUpdate<Receipt, [CastVote]>('castVote');
export const withdraw = defineUpdate<Receipt, [Withdraw]>('withdraw');
export const cancel = defineUpdate<Receipt, [Cancel]>('cancel');
export const extend = defineUpdate<Receipt, [Extend]>('extend');
export const keep = defineUpdate<Receipt, [KeepEarlier]>('keep');

/** The fallback when an Update's deadline passed: the same act with the same key; the workflow applies it once and sends the receipt itself. */
export type LateAct =
  | { readonly act: 'castVote'; readonly input: CastVote }
  | { readonly act: 'withdraw'; readonly input: Withdraw }
  | { readonly act: 'cancel'; readonly input: Cancel }
  | { readonly act: 'extend'; readonly input: Extend }
  | { readonly act: 'keep'; readonly input: KeepEarlier };
export const actArrived = defineSignal<[LateAct]>('actArrived');

/** A push to the pull request's branch. */
export interface HeadChange {
  readonly sha: CommitSha;
  readonly before: CommitSha | null;
  readonly by: Account;
  readonly at: Millis;
}
export const headChanged = defineSignal<[HeadChange]>('headChanged');

/** A pull request was closed. `head`: what it had last; `mergeSha`: the commit that its merge made. */
export interface PullRequestClosure {
  readonly number: number;
  readonly merged: boolean;
  readonly head: CommitSha;
  readonly mergeSha: CommitSha | null;
  readonly by: Account;
  readonly at: Millis;
}
export const pullRequestClosed = defineSignal<[PullRequestClosure]>('pullRequestClosed');

/** `build` asks at its turn; `deploy` re-checks and answers. `go` is the point of no return. */
export interface ClaimStart {
  readonly turn: number;
  /** The build workflow's run id: a later run of the same turn is answered `again`. */
  readonly run: string;
}
export type Claim =
  /** `attested`: the build that stays, if there are two. `known`: the one that an earlier run of `build` told of. */
  | {
      readonly kind: 'go';
      readonly order: BuildOrder;
      readonly again: boolean;
      readonly cancel: boolean;
      readonly attested?: Attested;
      readonly known?: Attested;
    }
  | { readonly kind: 'no'; readonly reason: 'ended' | 'other-turn' | 'void-votes' | 'gates' };
export const claimStart = defineUpdate<Claim, [ClaimStart]>('claimStart');

/** The place in the queue changed, or the turn was lost to something outside. */
export const queueChanged = defineSignal<[{ readonly turn: number; readonly position: number; readonly ahead: string | null }]>('queueChanged');

export const buildReported = defineSignal<[{ readonly turn: number; readonly report: BuildReport }]>('buildReported');

export const status = defineQuery<DeployStatus>('status');

// ---- environment ---------------------------------------------------------------------------------------------

export type JoinAnswer =
  | { readonly kind: 'queued'; readonly position: number; readonly ahead: string | null }
  | { readonly kind: 'running' }
  /** `build`: what was built, so that a lost report can be made good. */
  | { readonly kind: 'ended'; readonly how: BuildEnd | 'not-built'; readonly build?: BuildFacts | null };
export const join = defineUpdate<JoinAnswer, [Join]>('join');
/** The request gives its place up (cancelled, expired, votes void). */
export const placeGivenUp = defineSignal<[{ readonly deployId: string; readonly turn: number }]>('placeGivenUp');
/** Answer of a `build` that a previous run (or nobody) started: it holds the target, and now it has ended. */
export const holderEnded = defineSignal<[{ readonly deployId: string | null; readonly turn: number; readonly result: BuildResult }]>('holderEnded');
/** A webhook told of a build on this target that no running `build` follows; confirmed by one read before it is believed. */
export const strayBuildSeen = defineSignal<[{ readonly build: BuildFacts }]>('strayBuildSeen');
/** What became of the review that an emergency owes. */
export const emergencyReviewed = defineSignal<[{ readonly deployId: string; readonly review: EmergencyNote['review'] }]>('emergencyReviewed');
export const environmentState = defineQuery<EnvironmentState>('environmentState');

/** Input of the `environment` workflow. `carried` is null for a fresh one, else its own state from the run before. */
export interface EnvironmentInput {
  readonly target: Target;
  readonly organization: string;
  readonly pipelines: readonly string[];
  readonly carried: CarriedEnvironment | null;
  /** `ENVIRONMENT_TIMING` unless given. */
  readonly timing?: EnvironmentTiming;
}
// ---- reply ---------------------------------------------------------------------------------------------------

/** One answer to one comment: a reaction and, if there is something to say, a comment. */
export interface ReplyInput {
  readonly to: Extract<ReplyTo, { surface: 'github' }>;
  readonly reaction: 'eyes' | '+1' | '-1' | 'confused' | 'rocket' | null;
  readonly markdown: string | null;
  /** What is said once, whatever brought it about. Left out: the answer to what was written. */
  readonly once?: string;
}

/** What an answer is about, unique within a repository: comments, reviews and threads are numbered apart. */
export function replyAbout({ to, once }: Pick<ReplyInput, 'to' | 'once'>): string {
  if (once !== undefined) return once;
  return to.written === undefined ? `${to.comment}` : `${to.written.kind}:${to.comment}`;
}

/** Input of `farewell`: the request that can close its cards no longer. */
export interface FarewellInput {
  readonly deployId: string;
}

export interface DeployInput {
  readonly request: DeployRequest;
  readonly timing: DeployTiming;
}
export type { ActReason, GateReason, Join };
export { DEPLOY_TIMING, type DeployTiming } from './timing.ts';
