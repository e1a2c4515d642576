// What a job is made of and what decides its way: conditions, attempts, concurrency groups.
import { matchesWildcard, presentJobs, uuid7, type CommandOutcome, type SimBuild, type SimJob, type StepDefinition } from './state.ts';

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
    scheduledAt: null,
    startedAt: null,
    finishedAt: null,
    exitStatus: null,
    softFailed: false,
    signalReason: null,
    retriedIn: null,
    retriedBy: null,
    unblockedBy: null,
    unblockedAt: null,
    triggered: null,
    log: '',
  };
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

/** Does the job's concurrency group let it start now? */
export function hasRoom(builds: readonly SimBuild[], job: SimJob): boolean {
  if (job.step.type !== 'command' || job.step.concurrency === undefined) return true;
  const { group, limit } = job.step.concurrency;
  const members = builds.flatMap((build) => presentJobs(build)).filter((other) => groupOf(other) === group);
  const busy = members.filter((other) => other.state === 'running' || other.state === 'canceling').length;
  // Ordered: whoever was scheduled first is first. Jobs behind a block step are not in the queue.
  const queue = members.filter((other) => other.state === 'scheduled').sort((a, b) => (a.scheduledAt ?? 0) - (b.scheduledAt ?? 0));
  return queue.indexOf(job) < limit - busy;
}

export const groupOf = (job: SimJob): string | null => (job.step.type === 'command' ? (job.step.concurrency?.group ?? null) : null);

/** The log of a job that has just ended. */
export function logOf(job: SimJob): string {
  if (job.step.type !== 'command') return '';
  if (job.step.log !== undefined) return job.step.log;
  return `~~~ Running commands\n$ ${job.step.command ?? job.step.label}\n${job.exitStatus === 0 ? 'done' : `🚨 Error: The command exited with status ${job.exitStatus}`}\n`;
}
