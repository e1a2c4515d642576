// Pure: what the jobs of a build may do next, and what state the build is in because of them.
import { presentJobs, type BlockedState, type BuildState, type JobState, type SimBuild, type SimJob } from './state.ts';

export const DONE: readonly JobState[] = ['passed', 'failed', 'timed_out', 'canceled', 'skipped', 'broken', 'expired'];
const ACTIVE: readonly JobState[] = ['scheduled', 'running', 'canceling'];

type Progress = 'open' | 'closed' | 'failed';

export function isHardFailure(job: SimJob): boolean {
  if (job.state === 'failed') return !job.softFailed;
  return job.state === 'timed_out' || job.state === 'expired' || (job.state === 'canceled' && job.type !== 'manual');
}

/**
 * The state every waiting job moves to now. Steps run side by side until a `wait` or `block`; those let the next ones
 * through when everything before has ended well. A retry reopens what its failure had closed.
 */
export function nextJobStates(jobs: readonly SimJob[]): readonly { readonly job: SimJob; readonly to: JobState }[] {
  const moves: { job: SimJob; to: JobState }[] = [];
  let gate: Progress = 'open';
  let unfinished = false;
  let failed = false;
  const upToHere = (): Progress => (failed ? 'failed' : gate === 'closed' || unfinished ? 'closed' : gate);
  for (const job of jobs) {
    const to = nextJobState(job, gate, upToHere());
    if (to !== job.state) moves.push({ job, to });
    if (job.type === 'waiter') gate = upToHere();
    else if (job.step.type === 'block') gate = to === 'unblocked' || to === 'broken' ? upToHere() : failed ? 'failed' : 'closed';
    else if (job.step.type !== 'input') {
      unfinished ||= !DONE.includes(to);
      failed ||= isHardFailure(job);
    }
  }
  return moves;
}

function nextJobState(job: SimJob, gate: Progress, before: Progress): JobState {
  switch (job.state) {
    case 'waiting':
    case 'waiting_failed': {
      const way = job.type === 'waiter' ? before : gate;
      if (way === 'failed') return 'waiting_failed';
      if (way === 'closed') return 'waiting';
      return job.type === 'waiter' ? 'passed' : 'scheduled';
    }
    case 'blocked':
    case 'blocked_failed':
      return before === 'failed' ? 'blocked_failed' : 'blocked';
    case 'unblocked':
    case 'unblocked_failed':
      return before === 'failed' ? 'unblocked_failed' : 'unblocked';
    case 'scheduled':
    case 'running':
    case 'passed':
    case 'failed':
    case 'timed_out':
    case 'canceling':
    case 'canceled':
    case 'skipped':
    case 'broken':
    case 'expired':
      return job.state;
  }
}

export interface BuildSummary {
  readonly state: BuildState;
  readonly blocked: boolean;
  readonly blockedState: '' | BlockedState;
}

/** The build's state as its jobs make it. `skipped` and `creating` are not the jobs' doing and stay. */
export function summarize(build: Pick<SimBuild, 'jobs' | 'state' | 'cancelAsked' | 'startedAt'>): BuildSummary {
  const plain = (state: BuildState): BuildSummary => ({ state, blocked: false, blockedState: '' });
  if (build.state === 'skipped' || build.state === 'creating') return plain(build.state);
  const jobs = presentJobs(build);
  const active = jobs.some((job) => ACTIVE.includes(job.state));
  if (build.cancelAsked) return plain(active ? 'canceling' : 'canceled');
  if (jobs.every((job) => job.type === 'waiter' || job.state === 'broken' || job.state === 'skipped')) return plain('not_run');
  const failed = jobs.some(isHardFailure);
  if (active) return plain(failed ? 'failing' : build.startedAt === null ? 'scheduled' : 'running');
  const blocker = jobs.find((job) => job.state === 'blocked');
  if (blocker !== undefined) {
    const blockedState = blocker.step.type === 'block' || blocker.step.type === 'input' ? (blocker.step.blockedState ?? 'passed') : 'passed';
    return { state: blockedState, blocked: true, blockedState };
  }
  return plain(failed ? 'failed' : 'passed');
}

/** Nothing will happen any more, unless somebody retries a job. */
export function isOver(build: Pick<SimBuild, 'state' | 'blocked'>): boolean {
  return !build.blocked && ['passed', 'failed', 'canceled', 'skipped', 'not_run'].includes(build.state);
}
