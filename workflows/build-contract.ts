// The messages of `build` and `build-watch`. WIRE FORMAT, like contract.ts.
import { defineSignal } from '@temporalio/workflow';
import type { BuildEnd, BuildFacts } from './build-vocabulary.ts';
import type { BuildTiming, BuildWatchTiming } from './timing.ts';
import type { DeployCode, Millis, Target } from './vocabulary.ts';

/** Input of `build`. `look`: the run before ended abnormally; ask Buildkite before claiming. `follow`: only follow this build (a revived or foreign one). */
export interface BuildInput {
  readonly target: Target;
  readonly environmentId: string;
  readonly organization: string;
  readonly pipeline: string;
  /** All that deploy to this target, as far as its environment knows. */
  readonly pipelines: readonly string[];
  readonly deployId: string | null;
  readonly code: DeployCode | null;
  readonly turn: number;
  readonly look: { readonly notBefore: Millis } | null;
  readonly follow: BuildFacts | null;
  /** How long the start is claimed from within the workflow task, before an activity of its own goes on asking. Absent: by an activity only. */
  readonly claimMs?: Millis;
  readonly timing: BuildTiming;
  /** Of two builds of the request one is stopped. Inputs of older versions leave both alone. */
  readonly keepsOne?: true;
  /** Of the request, as in its order. */
  readonly seal?: string;
  /** With `follow`: a second build of a request that had its own already; it is asked to stop. */
  readonly stops?: true;
}
/** Who asked for a build and who approved it, by name; for the target's history. */
export interface Asked {
  readonly requester: string;
  readonly approvers: readonly string[];
  readonly emergency: { readonly reason: string } | null;
}
export type BuildResult =
  | {
      readonly kind: 'ended';
      readonly how: BuildEnd;
      readonly build: BuildFacts;
      readonly sha: string;
      readonly code: string | null;
      /** Who was behind it; null and absent: nothing was granted to this run of `build`, or by an earlier version. */
      readonly asked?: Asked | null;
    }
  | { readonly kind: 'not-built'; readonly why: 'claim-refused' | 'refused-by-buildkite' | 'cancelled-first' };

/** Something about a Buildkite build was seen: by webhook (signed) or by the shared poll. Addressed: `build:<target>` is reused. */
export const buildSeen =
  defineSignal<[{ readonly deployId: string | null; readonly build: BuildFacts; readonly by: 'webhook' | 'poll' }]>('buildSeen');
/** The shared poll no longer found the build among the unfinished ones: it has ended, or waits at a block step. */
export const buildLeft = defineSignal<[{ readonly deployId: string | null; readonly uuid: string }]>('buildLeft');
/** A person cancelled: `deploy` passes it on. Kept until there is a build to cancel. */
export const cancelAsked = defineSignal<[{ readonly deployId: string; readonly seal?: string }]>('cancelAsked');
/** `environment` (a later run of it) asks the holder to signal its end. */
export const tellMeYourEnd = defineSignal<[{ readonly environmentId: string }]>('tellMeYourEnd');

/** Progress of the build, in order; display only moves forward. */
export type BuildReport =
  | { readonly kind: 'waiting-for-quota'; readonly until: Millis }
  | { readonly kind: 'unreachable'; readonly until: Millis }
  /** Buildkite refuses our token, or there is none. */
  | { readonly kind: 'credential'; readonly until: Millis }
  | { readonly kind: 'unclear'; readonly until: Millis }
  | { readonly kind: 'progress'; readonly build: BuildFacts }
  | { readonly kind: 'blocked'; readonly build: BuildFacts; readonly step: string }
  | { readonly kind: 'ended'; readonly how: BuildEnd; readonly build: BuildFacts }
  /** Buildkite refused to create it: nothing was built. */
  | { readonly kind: 'refused'; readonly answer: string }
  /** The build was proven absent and a cancel came first: nothing was built. */
  | { readonly kind: 'never-built' }
  /** Buildkite had two builds of the request: `other` is asked to stop. */
  | { readonly kind: 'doubled'; readonly kept: number; readonly other: number }
  /** `environment` saw the child close without a result; it starts `build` again for the same turn. */
  | { readonly kind: 'restarted' };
// ---- build-watch ---------------------------------------------------------------------------------------------

export interface Watched {
  readonly target: Target;
  readonly deployId: string | null;
  readonly pipeline: string;
  readonly number: number;
  readonly uuid: string;
  readonly since: Millis;
}
export const watchAsked = defineSignal<[Watched]>('watchAsked');
export const watchEnded = defineSignal<[{ readonly uuid: string }]>('watchEnded');
export interface BuildWatchInput {
  readonly organization: string;
  readonly carried: readonly Watched[];
  /** More than the first page is asked for where a build is not on it. Inputs of older versions ask for one. */
  readonly pages?: true;
  /** `BUILD_WATCH_TIMING` unless given. */
  readonly timing?: BuildWatchTiming;
}
