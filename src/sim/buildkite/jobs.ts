// What a job is made of and what decides its way: conditions, attempts, concurrency groups.
import { matchesWildcard } from './patterns.ts';
import {
  presentJobs,
  uuid7,
  type BuildRequest,
  type SimPipeline,
  type SimUser,
  type CommandEnd,
  type CommandOutcome,
  type SimBuild,
  type SimJob,
  type StepDefinition,
} from './state.ts';

export function createJob(
  build: SimBuild,
  from: { readonly step: StepDefinition; readonly retrySource: SimJob | null; readonly now: number },
): SimJob {
  const { step, now } = from;
  const broken = step.type === 'wait' ? null : whyLeftOut(build, step);
  return {
    id: uuid7(now),
    step,
    type: step.type === 'wait' ? 'waiter' : step.type === 'trigger' ? 'trigger' : step.type === 'command' ? 'script' : 'manual',
    attempt: from.retrySource === null ? 0 : from.retrySource.attempt + 1,
    createdAt: now,
    retrySource: from.retrySource,
    state: broken !== null ? 'broken' : step.type === 'block' || step.type === 'input' ? 'blocked' : 'waiting',
    brokenReason: broken,
    priority: 0,
    scheduledAt: null,
    startedAt: null,
    finishedAt: null,
    expiredAt: null,
    exitStatus: null,
    softFailed: false,
    signalReason: null,
    retriedIn: null,
    retryType: null,
    retriedBy: null,
    unblockedBy: null,
    unblockedAt: null,
    triggered: null,
    log: '',
  };
}

/** Puts a new job in the place of one that has failed. `by` null: by itself. */
export function replaceJob(build: SimBuild, job: SimJob, retry: { readonly by: SimUser | null; readonly now: number }): SimJob {
  const next = createJob(build, { step: job.step, retrySource: job, now: retry.now });
  build.jobs.splice(build.jobs.indexOf(job) + 1, 0, next);
  Object.assign(job, { retriedIn: next, retriedBy: retry.by, retryType: retry.by === null ? 'automatic' : 'manual' });
  return next;
}

/** Will Buildkite try it again by itself? */
export function isTriedAgain(job: SimJob): boolean {
  return job.step.type === 'command' && job.attempt < (job.step.automaticRetries ?? 0);
}

function whyLeftOut(build: SimBuild, step: Exclude<StepDefinition, { type: 'wait' }>): SimJob['brokenReason'] {
  if (step.branches !== undefined && !matchesWildcard(step.branches, build.branch)) return 'branch_mismatch';
  return step.when?.(build) === false ? 'conditional_failed' : null;
}

/** How this attempt of the job will end. */
export function outcomeOf(job: SimJob): CommandOutcome {
  const outcome = job.step.type === 'command' ? (job.step.outcome ?? 'pass') : 'pass';
  return typeof outcome === 'string' ? outcome : (outcome[Math.min(job.attempt, outcome.length - 1)] ?? 'pass');
}

/** Runs the program of a command step that has one. */
export async function programEnd(build: SimBuild, job: SimJob): Promise<CommandEnd> {
  try {
    return (job.step.type === 'command' ? await job.step.run?.(build, job) : undefined) ?? { outcome: 'pass', log: '' };
  } catch (error) {
    return { outcome: 'fail', log: error instanceof Error ? error.message : String(error) };
  }
}

/** Does the job's concurrency group let it start now? */
export function hasRoom(builds: readonly SimBuild[], job: SimJob): boolean {
  if (job.step.type !== 'command' || job.step.concurrency === undefined) return true;
  const { group, limit, method = 'ordered' } = job.step.concurrency;
  const members = builds.flatMap((build) =>
    presentJobs(build)
      .filter((other) => groupOf(other) === group)
      .map((other) => ({ build, other })),
  );
  const busy = members.filter(({ other }) => other.state === 'running' || other.state === 'canceling').length;
  if (method === 'eager') return busy < limit;
  const queue = members.filter(({ build, other }) => isQueued(build, other)).map(({ other }) => other);
  return queue.sort((a, b) => a.createdAt - b.createdAt).indexOf(job) < limit - busy;
}

/** Whoever was made first is first, ready or not; but a job behind a block step is not in the queue, so that the order breaks there. */
function isQueued(build: SimBuild, job: SimJob): boolean {
  if (job.state !== 'waiting') return job.state === 'scheduled';
  const before = build.jobs.slice(0, build.jobs.indexOf(job));
  return !before.some((other) => other.step.type === 'block' && other.state === 'blocked');
}

export const groupOf = (job: SimJob): string | null => (job.step.type === 'command' ? (job.step.concurrency?.group ?? null) : null);

export type JobEnd = Exclude<CommandOutcome, 'hang'> | 'canceled';

/** Writes down how a job ended. */
export function finishJob(job: SimJob, end: JobEnd, now: number): void {
  const stopped = end === 'canceled' || end === 'timeout';
  job.state = end === 'pass' ? 'passed' : end === 'timeout' ? 'timed_out' : end === 'canceled' ? 'canceled' : 'failed';
  job.softFailed = end === 'soft_fail';
  job.exitStatus = end === 'pass' ? 0 : stopped ? -1 : 1;
  job.signalReason = stopped ? 'cancel' : null;
  job.finishedAt = now;
  job.log = logOf(job);
}

function logOf(job: SimJob): string {
  if (job.step.type !== 'command') return '';
  if (job.step.run !== undefined) return job.log;
  if (job.step.log !== undefined) return job.step.log;
  return `~~~ Running commands\n$ ${job.step.command ?? job.step.label}\n${job.exitStatus === 0 ? 'done' : `🚨 Error: The command exited with status ${job.exitStatus}`}\n`;
}

/** The build that a trigger step asks for. */
export function triggeredRequest(pipeline: SimPipeline, by: { readonly build: SimBuild; readonly label: string }): BuildRequest {
  return {
    commit: 'HEAD',
    branch: pipeline.settings.defaultBranch ?? 'main',
    message: by.label,
    env: {},
    metaData: {},
    author: by.build.author,
    pullRequest: null,
    source: 'trigger_job',
    creator: by.build.creator,
    rebuiltFrom: null,
    triggeredFrom: by.build,
  };
}
