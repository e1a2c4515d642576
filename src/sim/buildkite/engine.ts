// The life of a build: created, scheduled, its jobs one after the other, its end. Everything that happens is emitted.
import { DONE, isHardFailure, isOver, nextJobStates, summarize } from './build-state.ts';
import type { SimClock } from './clock.ts';
import { createJob, finishJob, groupOf, hasRoom, isTriedAgain, outcomeOf, programEnd, replaceJob, triggeredRequest, type JobEnd } from './jobs.ts';
import { matchesBranches } from './patterns.ts';
import { presentJobs, uuid7, type BuildRequest, type SimBuild, type SimJob, type SimPipeline, type SimState } from './state.ts';

export type BuildkiteEvent =
  | 'build.scheduled'
  | 'build.running'
  | 'build.failing'
  | 'build.finished'
  | 'build.skipped'
  | 'job.scheduled'
  | 'job.started'
  | 'job.finished'
  | 'job.activated';

/** Durations in simulated milliseconds. */
export interface EngineTiming {
  /** How long a build is `creating`; 0: it is scheduled when the request is answered. */
  readonly creatingMs: number;
  /** Until an agent takes a scheduled job. */
  readonly queueMs: number;
  /** How long a cancelled job may take to stop; agents give 10 s. */
  readonly cancelGraceMs: number;
  /** Of a command step that does not say. */
  readonly stepMs: number;
}

export interface Engine {
  readonly state: SimState;
  readonly clock: SimClock;
  readonly timing: EngineTiming;
  /** Undocumented at Buildkite, so a choice: do builds that end as `skipped` or `not_run` have `finished_at`? */
  readonly finishedAtWhenNotRun: boolean;
  /** Adds this many to the number of each new build, for whoever believes that numbers have no gaps. */
  readonly numberGap: () => number;
  /** Null: something changed that has no webhook. */
  emit(event: BuildkiteEvent | null, build: SimBuild, job: SimJob | null): void;
}

export function createBuild(engine: Engine, pipeline: SimPipeline, request: BuildRequest): SimBuild {
  const now = engine.clock.now();
  pipeline.lastNumber += 1 + engine.numberGap();
  const build: SimBuild = {
    ...request,
    metaData: { ...request.metaData },
    id: uuid7(now),
    pipeline,
    number: pipeline.lastNumber,
    createdAt: now,
    jobs: [],
    annotations: [],
    state: 'creating',
    blocked: false,
    blockedState: '',
    cancelReason: null,
    cancelAsked: false,
    held: pipeline.held ? 'queued' : null,
    scheduledAt: null,
    startedAt: null,
    failingAt: null,
    finishedAt: null,
  };
  supersede(engine, build);
  engine.state.builds.push(build);
  build.jobs.push(...pipeline.steps.map((step) => createJob(build, { step, retrySource: null, now })));
  if (engine.timing.creatingMs > 0) engine.clock.after(engine.timing.creatingMs, () => schedule(engine, build));
  else schedule(engine, build);
  return build;
}

/** Skips and cancels older builds of the branch, where the pipeline is set so. */
function supersede(engine: Engine, build: SimBuild): void {
  const { settings } = build.pipeline;
  const skips = settings.skipQueuedBranchBuilds === true && matchesBranches(settings.skipQueuedBranchBuildsFilter ?? '', build.branch);
  const cancels = settings.cancelRunningBranchBuilds === true && matchesBranches(settings.cancelRunningBranchBuildsFilter ?? '', build.branch);
  for (const older of engine.state.builds) {
    if (older.pipeline !== build.pipeline || older.branch !== build.branch || isOver(older)) continue;
    const queued = older.state === 'creating' || older.state === 'scheduled';
    if (queued && skips) skip(engine, older);
    else if (!queued && cancels) cancel(engine, older);
  }
}

function schedule(engine: Engine, build: SimBuild): void {
  if (build.state !== 'creating') return;
  build.state = 'scheduled';
  build.scheduledAt = engine.clock.now();
  engine.emit('build.scheduled', build, null);
  refresh(engine, build);
}

/** Lets every job do what it may do now, then brings the build's state up to date. */
export function refresh(engine: Engine, build: SimBuild): void {
  if (build.state === 'skipped' || build.state === 'creating') return;
  const ready: SimJob[] = [];
  const moves = build.cancelAsked ? [] : nextJobStates(presentJobs(build));
  for (const { job, to } of moves) {
    job.state = to;
    if (to !== 'scheduled') continue;
    job.scheduledAt = engine.clock.now();
    ready.push(job);
  }
  settle(engine, build);
  for (const job of ready) {
    engine.emit('job.scheduled', build, job);
    awaitAgent(engine, build, job);
  }
  // One that will never run leaves the queue of its group.
  for (const { job, to } of moves) if (to !== 'scheduled') useRoom(engine, job);
}

function awaitAgent(engine: Engine, build: SimBuild, job: SimJob): void {
  if (build.held === 'queued') return;
  if (build.held === 'started') return startJob(engine, build, job);
  engine.clock.after(engine.timing.queueMs, () => startJob(engine, build, job));
}

/** A place in the job's concurrency group may have become free: whoever waits for it starts. */
function useRoom(engine: Engine, job: SimJob): void {
  const group = groupOf(job);
  if (group === null) return;
  for (const build of engine.state.builds) {
    if (build.held === 'queued') continue;
    for (const other of presentJobs(build)) if (groupOf(other) === group) startJob(engine, build, other);
  }
}

/** Gives the scheduled jobs of a build to agents, after a hold. */
export function dispatch(engine: Engine, build: SimBuild): void {
  for (const job of presentJobs(build)) if (job.state === 'scheduled') awaitAgent(engine, build, job);
}

export function startJob(engine: Engine, build: SimBuild, job: SimJob): void {
  if (job.state !== 'scheduled' || !hasRoom(engine.state.builds, job)) return;
  job.state = 'running';
  job.startedAt = engine.clock.now();
  build.startedAt ??= engine.clock.now();
  if (build.commit === 'HEAD') build.commit = build.pipeline.settings.head ?? 'HEAD';
  settle(engine, build);
  engine.emit('job.started', build, job);
  if (job.step.type === 'trigger') startTriggered(engine, build, job);
  else if (job.step.type === 'command' && build.held === null) runByItself(engine, build, job);
}

/** Plans the end of a running command step. */
export function runByItself(engine: Engine, build: SimBuild, job: SimJob): void {
  if (job.step.type !== 'command') return;
  if (job.step.run !== undefined) return void runProgram(engine, build, job);
  const outcome = outcomeOf(job);
  if (outcome === 'hang') return;
  engine.clock.after(job.step.durationMs ?? engine.timing.stepMs, () => {
    if (build.held === null) endJob(engine, build, { job, outcome });
  });
}

async function runProgram(engine: Engine, build: SimBuild, job: SimJob): Promise<void> {
  const { outcome, log } = await programEnd(build, job);
  job.log = log;
  if (build.held === null) endJob(engine, build, { job, outcome });
}

function startTriggered(engine: Engine, build: SimBuild, job: SimJob): void {
  if (job.step.type !== 'trigger') return;
  const slug = job.step.pipeline;
  const pipeline = engine.state.pipelines.find((p) => p.slug === slug);
  if (pipeline === undefined) return endJob(engine, build, { job, outcome: 'fail' });
  job.triggered = createBuild(engine, pipeline, triggeredRequest(pipeline, { build, label: job.step.label }));
  if (job.step.async === true) endJob(engine, build, { job, outcome: 'pass' });
}

/** Ends a running job. Does nothing if it does not run (any more). */
export function endJob(engine: Engine, build: SimBuild, end: { readonly job: SimJob; readonly outcome: JobEnd }): void {
  const { job, outcome } = end;
  if (job.state !== 'running' && job.state !== 'canceling') return;
  // Whatever it did in its grace: a job that was told to stop counts as stopped.
  finishJob(job, job.state === 'canceling' ? 'canceled' : outcome, engine.clock.now());
  ended(engine, build, job);
}

/** No agent took the job for too long. */
export function expireJob(engine: Engine, build: SimBuild, job: SimJob): void {
  if (job.state !== 'scheduled') return;
  job.state = 'expired';
  job.expiredAt = engine.clock.now();
  ended(engine, build, job);
}

function ended(engine: Engine, build: SimBuild, job: SimJob): void {
  engine.emit('job.finished', build, job);
  const failed = isHardFailure(job) && !build.cancelAsked;
  if (failed && isTriedAgain(job)) replaceJob(build, job, { by: null, now: engine.clock.now() });
  else if (failed && build.failingAt === null) {
    build.failingAt = engine.clock.now();
    build.state = 'failing';
    engine.emit('build.failing', build, null);
  }
  refresh(engine, build);
  useRoom(engine, job);
}

/** Sets the build's state from its jobs and tells what changed. */
export function settle(engine: Engine, build: SimBuild): void {
  const before = { state: build.state, blocked: build.blocked };
  const { state, blocked, blockedState } = summarize(build);
  if (state === before.state && blocked === before.blocked) return engine.emit(null, build, null);
  const now = engine.clock.now();
  const revived = !blocked && !isOver({ state, blocked }) && isOver(before);
  build.state = state;
  build.blocked = blocked;
  build.blockedState = blockedState;
  const ended = blocked ? state !== 'running' : isOver({ state, blocked });
  build.finishedAt = !ended || (state === 'not_run' && !engine.finishedAtWhenNotRun) ? null : now;
  if (revived) build.startedAt = now;
  if (blocked || ended) engine.emit('build.finished', build, null);
  else if (state === 'running' && before.state !== 'failing') engine.emit('build.running', build, null);
  else engine.emit(null, build, null);
  if (!blocked && ended) reportToParent(engine, build);
}

function reportToParent(engine: Engine, build: SimBuild): void {
  const parent = build.triggeredFrom;
  const job = parent?.jobs.find((candidate) => candidate.triggered === build);
  if (parent !== null && job !== undefined) endJob(engine, parent, { job, outcome: build.state === 'passed' ? 'pass' : 'fail' });
}

/** Skips a build that has not started. */
export function skip(engine: Engine, build: SimBuild): void {
  build.state = 'skipped';
  for (const job of build.jobs) if (job.type !== 'waiter' && !DONE.includes(job.state)) job.state = 'skipped';
  build.finishedAt = engine.finishedAtWhenNotRun ? engine.clock.now() : null;
  engine.emit('build.skipped', build, null);
  reportToParent(engine, build);
}

/** Cancels: what waits ends at once, what runs gets its grace. */
export function cancel(engine: Engine, build: SimBuild): void {
  if (build.state === 'creating') build.state = 'scheduled';
  build.cancelAsked = true;
  const running = presentJobs(build).filter((job) => job.state === 'running');
  for (const job of presentJobs(build)) if (['waiting', 'blocked', 'scheduled', 'waiting_failed'].includes(job.state)) job.state = 'canceled';
  for (const job of running) {
    job.state = 'canceling';
    engine.clock.after(engine.timing.cancelGraceMs, () => endJob(engine, build, { job, outcome: 'canceled' }));
  }
  settle(engine, build);
  for (const job of presentJobs(build)) useRoom(engine, job);
}
