// A build that deploys though nobody asked for it: told once, with a button that cancels it. WIRE FORMAT, like contract.ts.
import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { NotAttested } from './attest-contract.ts';
import type { BuildAddress, BuildAsRead, BuildFacts } from './build-vocabulary.ts';
import type { DeployCode, Millis, Person } from './vocabulary.ts';

/** One workflow for each build, so that it is told once. */
export const outsideId = (organization: string, build: string): string => `outside:${organization}:${build}`;
export const isOutsideId = (workflowId: string): boolean => workflowId.startsWith('outside:');

/** What makes it one to tell of. */
export type OutsideWhy =
  /** It started a step that deploys; its key. */
  | { readonly kind: 'step'; readonly step: string }
  /** Every build of its pipeline deploys. */
  | { readonly kind: 'dedicated' }
  /** A job of it asked whether it is approved, and was told no. */
  | { readonly kind: 'attestation'; readonly reason: NotAttested };

/** A build that names a request as the one that asked for it, by its meta-data: anybody may write anything there. */
export interface ClaimedBuild extends BuildAddress {
  readonly uuid: string;
  readonly commit: string;
  /** The target that its meta-data names. */
  readonly target: string | null;
  /** Workflow id of the request that it names, or what stands there. */
  readonly deployId: string;
  /** Left out: it carries none. */
  readonly seal?: string;
}

/**
 * What the request says to that. `not-known-yet`: its build may be under way, or a second one that is about to be stopped; or the request
 * could not be asked.
 */
export type Claimed = 'its-own' | 'not-its-own' | 'no-such-request' | 'not-known-yet';

/** The part of a claim that the build's address does not say. `code`: of the request that is named. */
export interface OutsideClaim extends Pick<ClaimedBuild, 'commit' | 'target' | 'deployId' | 'seal'> {
  readonly code: DeployCode;
}

export interface OutsideInput extends BuildAddress {
  readonly uuid: string;
  /** Names it in answers to people. */
  readonly code: DeployCode;
  readonly why: OutsideWhy;
  readonly policy: 'tell' | 'cancel';
  readonly channel: string;
  /** It names a request, which is asked before Buildkite is: nobody is told if it says yes. */
  readonly claim?: OutsideClaim;
  /** `OUTSIDE_TIMING` unless given. */
  readonly timing?: OutsideTiming;
}

export interface OutsideTiming {
  /** First and longest pause before Buildkite is asked by itself how the build stands. */
  readonly lookMs: Millis;
  readonly lookMaxMs: Millis;
  /** After so long it is looked after no more. */
  readonly leaveMs: Millis;
  /** First and longest pause before a request that does not know yet is asked again, and after how long people are told all the same. */
  readonly askMs?: Millis;
  readonly askMaxMs?: Millis;
  readonly doubtMs?: Millis;
}
export const OUTSIDE_TIMING: Required<OutsideTiming> = {
  lookMs: 300_000,
  lookMaxMs: 3_600_000,
  leaveMs: 3 * 86_400_000,
  askMs: 2_000,
  askMaxMs: 30_000,
  doubtMs: 180_000,
};

/** A build that deploys, and what says whose it is. */
export interface OutsideBuild extends BuildAsRead {
  /** Whom Buildkite names; null: nobody. */
  readonly startedBy: string | null;
  /** Number of the build that it repeats. */
  readonly rebuiltFrom: number | null;
  /** Code of the request whose marks it carries: by its meta-data, or by the environment that a rebuild copies. */
  readonly code: string | null;
  /** Its meta-data says that a request asked for it. */
  readonly isMarked: boolean;
  /** The request that it names then. Left out by workers of older versions. */
  readonly claim?: OutsideClaim;
  /** It goes to one of our targets, which must not be deployed to twice at once: told to its environment. */
  readonly onTarget?: BuildFacts;
}

export type OutsidePhase =
  | { readonly kind: 'running' }
  /** `by` null: by policy. */
  | { readonly kind: 'cancelling'; readonly by: Person | null }
  | { readonly kind: 'ended'; readonly state: string; readonly by: Person | null; readonly cancelled: boolean; readonly at: Millis }
  /** People were told that its request could not say whose it is: by now the request knows it as its own. */
  | { readonly kind: 'claimed'; readonly at: Millis }
  /** It runs for days: nobody looks after it here any more. */
  | { readonly kind: 'left'; readonly at: Millis };

export interface OutsideStatus {
  readonly workflowId: string;
  readonly input: OutsideInput;
  readonly build: OutsideBuild;
  readonly phase: OutsidePhase;
  readonly openedAt: Millis;
  /** It names a request, and this is what was found out about that. */
  readonly claim?: { readonly code: DeployCode; readonly said: Exclude<Claimed, 'its-own'> };
}

/** Something changed about the build: it is read again before anything is believed. */
export const outsideChanged = defineSignal('outsideChanged');
/** null: it was not read yet. */
export const outsideStatus = defineQuery<OutsideStatus | null>('outsideStatus');
