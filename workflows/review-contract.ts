// The review that an emergency deploy owes: its messages and what it looks like from outside. WIRE FORMAT, like contract.ts.
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Act, Receipt } from './contract.ts';
import type { DeployStatus } from './status.ts';
import type { Millis, Person, Tally, Vote } from './vocabulary.ts';

/** One review a request. */
export const reviewId = (deployId: string): string => `review:${deployId}`;
export const deployOfReview = (workflowId: string): string => workflowId.replace(/^review:/, '');

/** Input of `review`: the request as it ended. It was planned, and it was an emergency. */
export interface ReviewInput {
  readonly deploy: DeployStatus;
}

/** Sign off, or dispute with a reason. */
export interface CastReview extends Act {
  readonly kind: 'sign' | 'dispute';
  readonly reason: string | null;
}
export const castReview = defineUpdate<Receipt, [CastReview]>('castReview');
/** The fallback when the Update's deadline passed: the same act with the same key. */
export interface LateReview {
  readonly act: 'castReview';
  readonly input: CastReview;
}
export const reviewArrived = defineSignal<[LateReview]>('reviewArrived');

export type ReviewPhase =
  | { readonly kind: 'owed'; readonly remindAt: Millis }
  | { readonly kind: 'signed'; readonly at: Millis }
  | { readonly kind: 'disputed'; readonly by: Person; readonly reason: string; readonly at: Millis };

export interface ReviewStatus {
  readonly workflowId: string;
  readonly deploy: DeployStatus;
  readonly phase: ReviewPhase;
  /** Signatures, in the order they were given; after a dispute also that. */
  readonly votes: readonly Vote[];
  readonly tally: Tally;
  /** How often somebody was reminded. */
  readonly reminders: number;
}
export const reviewStatus = defineQuery<ReviewStatus>('reviewStatus');

/** What makes a new message beside the edited card. */
export type ReviewNews = 'signed' | 'reminder' | 'ended';
