// What workflows ask of Buildkite: queue `buildkite`. Names are WIRE FORMAT, like activities.ts.
// One activity is one HTTP request is one token of the quota.
import type { BuildAddress, BuildFacts, BuildOrder } from './build-vocabulary.ts';
import type { LogTail } from './status.ts';
import type { Target } from './vocabulary.ts';

export type CreateOutcome =
  | { readonly kind: 'created'; readonly build: BuildFacts }
  | { readonly kind: 'refused'; readonly status: number; readonly answer: string }
  /** Proven not sent (no token, 429, connection refused, too late to begin): waiting is safe. */
  | { readonly kind: 'not-sent'; readonly why: 'quota' | 'unreachable' | 'credential' | 'too-late'; readonly retryAfterMs: number };

/** Which log: the first failed step of `readBuild`, with its job. */
export interface LogTailInput extends BuildAddress {
  readonly jobId: string;
  /** `BuildFacts.url`: the page a person is sent to. */
  readonly buildUrl: string;
  /** The step's label, for the words around the log. */
  readonly step: string;
}

export interface FindBuild {
  readonly organization: string;
  readonly pipeline: string;
  readonly deployId: string;
  readonly seal?: string;
}

export interface RunningPage {
  readonly builds: readonly BuildFacts[];
  /** There are no more pages. */
  readonly isLast: boolean;
}

export interface BuildkiteActivities {
  /** One attempt only; any failure or time-out is unclear and is followed by `findBuild`. */
  createBuild(order: BuildOrder): Promise<CreateOutcome>;
  /** By `countersign:seal`, by `countersign:deploy-id` where the order has none; finished builds too. More than one: lowest number first. */
  findBuild(input: FindBuild): Promise<readonly BuildFacts[]>;
  readBuild(at: BuildAddress): Promise<BuildFacts>;
  /** Idempotent: a build that has ended, or is being cancelled already, is fine. */
  cancelBuild(at: BuildAddress): Promise<void>;
  /** By `countersign:target`, newest first, at most 100, finished ones too. */
  listTargetBuilds(input: { readonly organization: string; readonly pipeline: string; readonly target: Target }): Promise<readonly BuildFacts[]>;
  /** The first page of `listRunningPage`, asked for by older versions. */
  listRunningBuilds(input: { readonly organization: string }): Promise<readonly BuildFacts[]>;
  /** One bulk request: a hundred unfinished builds of the organization, newest first, and of these the ones that carry our meta-data. Pages begin at 1. */
  listRunningPage(input: { readonly organization: string; readonly page: number }): Promise<RunningPage>;
  /** Last lines of the log of one step, named by `readBuild`; null when there is no log. */
  readLogTail(input: LogTailInput): Promise<LogTail | null>;
  /** Writes who signed what onto the page of the build. A second time it replaces what it wrote. */
  annotateBuild(input: { readonly order: BuildOrder; readonly number: number }): Promise<void>;
}
