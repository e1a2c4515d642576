// What people and API clients do to builds: cancel, unblock, retry, rebuild. Answers the refusals of Buildkite.
import { isOver } from './build-state.ts';
import { cancel, createBuild, refresh, type Engine } from './engine.ts';
import { replaceJob } from './jobs.ts';
import { presentJobs, type SimBuild, type SimJob, type SimUser } from './state.ts';

export interface Refusal {
  readonly kind: 'refused';
  readonly status: number;
  readonly message: string;
}
export type Done<T> = { readonly kind: 'done'; readonly value: T } | Refusal;

const done = <T>(value: T): Done<T> => ({ kind: 'done', value });
const refused = (status: number, message: string): Refusal => ({ kind: 'refused', status, message });

export function cancelBuild(engine: Engine, build: SimBuild): Done<SimBuild> {
  if (build.state === 'canceling') return refused(422, "Build can't be canceled because it's already being canceled.");
  if (build.state === 'canceled') return refused(422, "Build can't be canceled because it's already been canceled.");
  if (isOver(build)) return refused(422, "Build can't be canceled because it's already finished.");
  cancel(engine, build);
  return done(build);
}

export interface UnblockRequest {
  readonly job: SimJob;
  readonly by: SimUser;
  readonly fields: Readonly<Record<string, string>>;
}

/** A block step may be unblocked before the steps in front of it have ended. */
export function unblockJob(engine: Engine, build: SimBuild, request: UnblockRequest): Done<SimJob> {
  const { job } = request;
  if (job.type !== 'manual') return refused(400, 'This job type cannot be unblocked');
  if (build.cancelAsked) return refused(422, 'Jobs from canceled builds cannot be unblocked');
  if (job.state !== 'blocked') return refused(422, "The job's state must be blocked");
  job.state = 'unblocked';
  job.unblockedBy = request.by;
  job.unblockedAt = engine.clock.now();
  Object.assign(build.metaData, request.fields);
  engine.emit('job.activated', build, job);
  refresh(engine, build);
  return done(job);
}

/** Answers the new job. Brings a build that had ended back to life. */
export function retryJob(engine: Engine, build: SimBuild, request: { readonly job: SimJob; readonly by: SimUser }): Done<SimJob> {
  const { job, by } = request;
  const never = whyNoRetry(build);
  if (never !== null) return never;
  if (failureOf(job) === null || job.retriedIn !== null) return refused(400, 'Only failed, timed out or canceled jobs can be retried');
  const retry = replaceJob(build, job, { by, now: engine.clock.now() });
  refresh(engine, build);
  return done(retry);
}

/** null: its jobs may be retried. */
function whyNoRetry({ id, cancelAsked, triggeredFrom }: SimBuild): Refusal | null {
  if (cancelAsked) return refused(422, 'Jobs from canceled builds cannot be retried');
  const step = triggeredFrom?.jobs.find((job) => job.triggered?.id === id)?.step;
  return triggeredFrom?.cancelAsked === true && step?.type === 'trigger' && step.async !== true
    ? refused(422, "This job can't be retried because this build was triggered by a synchronous trigger step in a canceled build")
    : null;
}

export const RETRYABLE = ['canceled', 'expired', 'failed', 'soft_failed', 'timed_out'] as const;
export type Failure = (typeof RETRYABLE)[number];

/** What kind of failure a job ended with; null: with none. */
function failureOf(job: SimJob): Failure | null {
  if (job.state === 'failed' && job.softFailed) return 'soft_failed';
  return RETRYABLE.find((failure) => failure === job.state) ?? null;
}

/** Retries every job that failed in one of these ways, and answers how many. */
export function retryFailedJobs(
  engine: Engine,
  build: SimBuild,
  request: { readonly failures: readonly Failure[]; readonly by: SimUser },
): Done<number> {
  const never = whyNoRetry(build);
  if (never !== null) return never;
  const failed = presentJobs(build).filter((job) => {
    const failure = failureOf(job);
    return failure !== null && request.failures.includes(failure);
  });
  for (const job of failed) retryJob(engine, build, { job, by: request.by });
  return done(failed.length);
}

export interface RebuildRequest {
  readonly by: SimUser;
  readonly source: 'api' | 'ui';
  /** Buildkite documents that commit, branch, message, environment and pull request are copied, and is silent about meta-data. */
  readonly copyMetaData: boolean;
}

export function rebuild(engine: Engine, build: SimBuild, request: RebuildRequest): Done<SimBuild> {
  if (build.pipeline.settings.allowRebuilds === false) return refused(422, 'Rebuilds have been disabled for this pipeline');
  return done(
    createBuild(engine, build.pipeline, {
      commit: build.commit,
      branch: build.branch,
      message: build.message,
      env: build.env,
      metaData: request.copyMetaData ? build.metaData : {},
      author: build.author,
      pullRequest: build.pullRequest,
      source: request.source,
      creator: request.by,
      rebuiltFrom: build,
      triggeredFrom: null,
    }),
  );
}
