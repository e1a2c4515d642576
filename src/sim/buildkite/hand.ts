// Driving a build by hand, for tests and the playground: no clock decides, the caller does.
import { isOver } from './build-state.ts';
import { cancel, dispatch, endJob, expireJob, refresh, runByItself, startJob, type Engine } from './engine.ts';
import { createJob } from './jobs.ts';
import { presentJobs, type CommandOutcome, type ManualStep, type SimBuild, type SimJob, type SimPipeline } from './state.ts';

/** From now on new builds of the pipeline stand still until they are driven. */
export function hold(pipeline: SimPipeline): void {
  pipeline.held = true;
}

/** The pipeline, and its builds that were held, go on by their own durations. */
export function release(engine: Engine, pipeline: SimPipeline): void {
  pipeline.held = false;
  for (const build of engine.state.builds) {
    if (build.pipeline !== pipeline || build.held === null) continue;
    build.held = null;
    dispatch(engine, build);
    for (const job of presentJobs(build)) if (job.state === 'running') runByItself(engine, build, job);
  }
}

/** An agent takes the build's first jobs. From here on its steps end by hand. */
export function start(engine: Engine, build: SimBuild): void {
  build.held = 'started';
  for (const job of presentJobs(build)) if (job.state === 'scheduled') startJob(engine, build, job);
}

/** Ends one running step, found by key or label. */
export function finishStep(engine: Engine, build: SimBuild, end: { readonly step: string; readonly outcome: Exclude<CommandOutcome, 'hang'> }): void {
  const job = findJob(build, end.step);
  if (job.state === 'scheduled') start(engine, build);
  if (job.state !== 'running') throw new Error(`step ${end.step} of build ${build.number} is ${job.state}, not running`);
  endJob(engine, build, { job, outcome: end.outcome });
}

/** Ends the build now: `failed` fails the first step that runs. A block step on the way stops `passed`: unblock it first. */
export function finish(engine: Engine, build: SimBuild, how: 'passed' | 'failed' | 'canceled'): void {
  if (how === 'canceled' && !isOver(build) && !build.cancelAsked) cancel(engine, build);
  let toFail = how === 'failed';
  for (;;) {
    if (!build.cancelAsked) start(engine, build);
    const job = presentJobs(build).find((candidate) => candidate.state === 'running' || candidate.state === 'canceling');
    if (job === undefined) break;
    if (job.triggered !== null && !isOver(job.triggered)) finish(engine, job.triggered, how);
    endJob(engine, build, { job, outcome: job.state === 'canceling' ? 'canceled' : toFail ? 'fail' : 'pass' });
    toFail = false;
  }
  if (!build.pipeline.held) build.held = null;
  if (!isOver(build) && !build.blocked) throw new Error(`build ${build.number} of ${build.pipeline.slug} can't end now: it is ${build.state}`);
}

/** Makes the build wait for a person now: what runs passes, and a block step comes before what is left. */
export function block(engine: Engine, build: SimBuild, step: Omit<ManualStep, 'type'>): SimJob {
  start(engine, build);
  const job = createJob(build, { step: { ...step, type: 'block' }, retrySource: null, now: engine.clock.now() });
  const firstWaiting = build.jobs.findIndex((candidate) => candidate.state === 'waiting' || candidate.state === 'blocked');
  build.jobs.splice(firstWaiting === -1 ? build.jobs.length : firstWaiting, 0, job);
  for (const running of build.jobs.filter((candidate) => candidate.state === 'running')) endJob(engine, build, { job: running, outcome: 'pass' });
  refresh(engine, build);
  if (!build.pipeline.held) build.held = null;
  return job;
}

/** As if no agent had taken the step for 30 days. */
export function expire(engine: Engine, build: SimBuild, step: string): void {
  const job = findJob(build, step);
  if (job.state !== 'scheduled') throw new Error(`step ${step} of build ${build.number} is ${job.state}, not scheduled`);
  expireJob(engine, build, job);
}

/** A step by key or label, its present attempt. Throws if there is none. */
export function findJob(build: SimBuild, step: string): SimJob {
  const job = presentJobs(build).find(
    (candidate) => candidate.step.type !== 'wait' && (candidate.step.key === step || candidate.step.label === step),
  );
  if (job === undefined) throw new Error(`build ${build.number} of ${build.pipeline.slug} has no step ${step}`);
  return job;
}
