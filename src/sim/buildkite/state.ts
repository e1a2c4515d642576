// What the simulated Buildkite knows: people, tokens, pipelines, builds, jobs. Plain data that the engine changes.
import { randomBytes } from 'node:crypto';
import type { SimService, SimTeam } from './organization.ts';

export type CommandOutcome = 'pass' | 'fail' | 'soft_fail' | 'timeout' | 'hang';

export interface CommandEnd {
  readonly outcome: 'pass' | 'fail';
  readonly log: string;
}

interface StepCommon {
  readonly label: string;
  readonly key?: string;
  /** Like `if:` in a pipeline: false leaves the step out (job state `broken`). */
  readonly when?: (build: SimBuild) => boolean;
  /** Like `branches:`: a pattern with `*`. */
  readonly branches?: string;
}
export interface CommandStep extends StepCommon {
  readonly type: 'command';
  readonly command?: string;
  readonly durationMs?: number;
  /** A list gives the outcome of each attempt; the last one repeats. */
  readonly outcome?: CommandOutcome | readonly CommandOutcome[];
  readonly log?: string;
  /** What its command really does, in the place of `durationMs`, `outcome` and `log`; a rejection fails it. Not while the build is held. */
  readonly run?: (build: SimBuild, job: SimJob) => Promise<CommandEnd>;
  /** How often a hard failure is tried again by itself, before the build fails. */
  readonly automaticRetries?: number;
  /** `ordered` unless given: jobs start in the order in which they were made. `eager`: whoever is ready. */
  readonly concurrency?: { readonly group: string; readonly limit: number; readonly method?: 'ordered' | 'eager' };
}
export interface WaitStep {
  readonly type: 'wait';
}
/** `input` holds up the end of the build, but no other step. */
export interface ManualStep extends StepCommon {
  readonly type: 'block' | 'input';
  /** What a blocked build pretends to be (`blocked_state`), `passed` unless given. */
  readonly blockedState?: BlockedState;
  /** Slugs of the teams that may unblock it, in the place of everybody who may build. */
  readonly allowedTeams?: readonly string[];
  readonly prompt?: string;
  readonly fields?: readonly ManualField[];
}
/** As in a pipeline's YAML: only the page enforces what is required. */
export interface ManualField {
  readonly key: string;
  readonly text?: string;
  readonly select?: string;
  readonly hint?: string;
  readonly required?: boolean;
  readonly default?: string;
  readonly multiple?: boolean;
  readonly options?: readonly { readonly label: string; readonly value: string }[];
}
export interface TriggerStep extends StepCommon {
  readonly type: 'trigger';
  readonly pipeline: string;
  readonly async?: boolean;
}
export type StepDefinition = CommandStep | WaitStep | ManualStep | TriggerStep;

export type BlockedState = 'passed' | 'failed' | 'running';
export type BuildState = 'creating' | 'scheduled' | 'running' | 'failing' | 'passed' | 'failed' | 'canceling' | 'canceled' | 'skipped' | 'not_run';
export type JobState =
  | 'waiting'
  | 'waiting_failed'
  | 'blocked'
  | 'blocked_failed'
  | 'unblocked'
  | 'unblocked_failed'
  | 'scheduled'
  | 'running'
  | 'passed'
  | 'failed'
  | 'timed_out'
  | 'canceling'
  | 'canceled'
  | 'skipped'
  | 'broken'
  | 'expired';

export interface SimUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly createdAt: number;
  /** Left out: a member. For an outsider the organization does not exist. */
  readonly role?: 'admin' | 'outsider';
}
export interface SimToken {
  readonly id: string;
  readonly secret: string;
  readonly user: SimUser;
  readonly scopes: readonly string[];
  readonly description: string;
  readonly createdAt: number;
  expiresAt: number | null;
  /** Of a workload identity: the pipelines that it may see; others do not exist for it. */
  readonly pipelines?: readonly string[];
}

/** A pipeline as tests and the demo describe it. */
export interface PipelineDefinition {
  readonly slug: string;
  readonly name?: string;
  readonly repository?: string;
  readonly defaultBranch?: string;
  readonly steps: readonly StepDefinition[];
  readonly env?: Readonly<Record<string, string>>;
  /** `none`: builds by the API need `ignore_pipeline_branch_filters`, as deploy pipelines usually do. */
  readonly triggerMode?: 'code' | 'deployment' | 'fork' | 'none';
  /** Branches that may be built, with `*`, separated by spaces; a leading `!` excludes. */
  readonly branchConfiguration?: string;
  readonly skipQueuedBranchBuilds?: boolean;
  /** Branches for which it is so, as `branchConfiguration`; all unless given. */
  readonly skipQueuedBranchBuildsFilter?: string;
  readonly cancelRunningBranchBuilds?: boolean;
  readonly cancelRunningBranchBuildsFilter?: string;
  /** What the first job of a build of `HEAD` finds it to be; without it `HEAD` stays. */
  readonly head?: string;
  readonly allowRebuilds?: boolean;
  readonly archived?: boolean;
  /** E-mail addresses of users for whom it does not exist. */
  readonly hiddenFrom?: readonly string[];
  /** Likewise of users who see it and may not build it. */
  readonly readOnlyFor?: readonly string[];
}
export interface SimPipeline {
  readonly id: string;
  readonly slug: string;
  readonly createdAt: number;
  readonly settings: Omit<PipelineDefinition, 'steps' | 'slug'>;
  steps: readonly StepDefinition[];
  /** Held: builds start and steps end only by the driver's hand. */
  held: boolean;
  lastNumber: number;
}

export interface SimJob {
  readonly id: string;
  readonly step: StepDefinition;
  readonly type: 'script' | 'waiter' | 'manual' | 'trigger';
  readonly attempt: number;
  readonly createdAt: number;
  readonly retrySource: SimJob | null;
  state: JobState;
  brokenReason: 'conditional_failed' | 'branch_mismatch' | null;
  priority: number;
  scheduledAt: number | null;
  startedAt: number | null;
  finishedAt: number | null;
  expiredAt: number | null;
  exitStatus: number | null;
  softFailed: boolean;
  signalReason: string | null;
  retriedIn: SimJob | null;
  /** How it was retried, and by whom: null when it was not, or by itself. */
  retryType: 'manual' | 'automatic' | null;
  retriedBy: SimUser | null;
  unblockedBy: SimUser | null;
  unblockedAt: number | null;
  triggered: SimBuild | null;
  log: string;
}

export interface SimAnnotation {
  readonly id: string;
  readonly context: string;
  /** The job that it belongs to; null: to the build. */
  readonly job: SimJob | null;
  style: string | null;
  priority: number;
  readonly createdAt: number;
  body: string;
  updatedAt: number;
}

/** What a build is made from. */
export interface BuildRequest {
  readonly commit: string;
  readonly branch: string;
  readonly message: string;
  readonly env: Readonly<Record<string, unknown>>;
  readonly metaData: Readonly<Record<string, string>>;
  readonly author: Readonly<Record<string, string>>;
  readonly pullRequest: { readonly id: string; readonly base: string; readonly repository: string } | null;
  readonly source: 'api' | 'ui' | 'trigger_job' | 'webhook';
  readonly creator: SimUser;
  readonly rebuiltFrom: SimBuild | null;
  readonly triggeredFrom: SimBuild | null;
}
export interface SimBuild extends Omit<BuildRequest, 'metaData' | 'commit'> {
  readonly id: string;
  readonly pipeline: SimPipeline;
  readonly number: number;
  readonly createdAt: number;
  commit: string;
  readonly metaData: Record<string, string>;
  readonly jobs: SimJob[];
  readonly annotations: SimAnnotation[];
  /** While blocked this is what the block step says (`passed` unless told otherwise): only `blocked` tells. */
  state: BuildState;
  blocked: boolean;
  blockedState: '' | BlockedState;
  cancelReason: string | null;
  cancelAsked: boolean;
  held: 'queued' | 'started' | null;
  scheduledAt: number | null;
  startedAt: number | null;
  failingAt: number | null;
  finishedAt: number | null;
}

export interface SimState {
  readonly organization: { readonly id: string; readonly slug: string; readonly name: string; readonly createdAt: number };
  readonly users: SimUser[];
  readonly tokens: SimToken[];
  readonly pipelines: SimPipeline[];
  readonly services: SimService[];
  readonly teams: SimTeam[];
  /** In order of creation. */
  readonly builds: SimBuild[];
}

/** A UUID of version 7, as Buildkite makes them. */
export function uuid7(now: number): string {
  const hex = Math.floor(now).toString(16).padStart(12, '0') + randomBytes(10).toString('hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The attempts that count: a retried job is replaced by its retry. */
export function presentJobs(build: Pick<SimBuild, 'jobs'>): readonly SimJob[] {
  return build.jobs.filter((job) => job.retriedIn === null);
}
