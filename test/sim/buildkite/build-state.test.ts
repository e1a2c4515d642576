import { describe, expect, it } from 'vitest';
import { nextJobStates, summarize } from '../../../src/sim/buildkite/build-state.ts';
import type { BuildState, JobState, SimJob, StepDefinition } from '../../../src/sim/buildkite/state.ts';

const STEPS: Readonly<Record<string, StepDefinition>> = {
  run: { type: 'command', label: 'run' },
  wait: { type: 'wait' },
  block: { type: 'block', label: 'block' },
  input: { type: 'input', label: 'input' },
};

/** `run passed` and so on; `run soft` is a failure that is allowed. */
function job(text: string): SimJob {
  const [kind = '', state = ''] = text.split(' ');
  const step = STEPS[kind]!;
  return {
    id: text,
    step,
    type: step.type === 'wait' ? 'waiter' : step.type === 'command' ? 'script' : 'manual',
    attempt: 0,
    createdAt: 0,
    retrySource: null,
    state: state === 'soft' ? 'failed' : (state as JobState),
    brokenReason: null,
    priority: 0,
    scheduledAt: null,
    startedAt: null,
    finishedAt: null,
    expiredAt: null,
    exitStatus: null,
    softFailed: state === 'soft',
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

describe('what the jobs of a build do next', () => {
  it.each([
    [
      'everything before the first wait runs side by side',
      'run waiting, run waiting, wait waiting, run waiting',
      'scheduled, scheduled, waiting, waiting',
    ],
    ['a wait opens when all before it passed', 'run passed, run passed, wait waiting, run waiting', 'passed, passed, passed, scheduled'],
    ['a wait stays while one still runs', 'run passed, run running, wait waiting, run waiting', 'passed, running, waiting, waiting'],
    ['a failure closes the wait for good', 'run failed, run running, wait waiting, run waiting', 'failed, running, waiting_failed, waiting_failed'],
    ['a soft failure does not', 'run soft, wait waiting, run waiting', 'failed, passed, scheduled'],
    ['a time-out does', 'run timed_out, wait waiting, run waiting', 'timed_out, waiting_failed, waiting_failed'],
    ['a retry reopens what the failure closed', 'run running, wait waiting_failed, run waiting_failed', 'running, waiting, waiting'],
    ['a block holds up what follows', 'run passed, block blocked, run waiting', 'passed, blocked, waiting'],
    ['an unblocked block lets it through', 'run passed, block unblocked, run waiting', 'passed, unblocked, scheduled'],
    ['one unblocked early still waits for the steps before it', 'run running, block unblocked, run waiting', 'running, unblocked, waiting'],
    ['a block behind a failure can not be reached', 'run failed, block blocked, run waiting', 'failed, blocked_failed, waiting_failed'],
    [
      'one unblocked early can not be reached behind a failure',
      'run failed, block unblocked, run waiting',
      'failed, unblocked_failed, waiting_failed',
    ],
    ['a job that no agent took closes the wait', 'run expired, wait waiting, run waiting', 'expired, waiting_failed, waiting_failed'],
    ['a block left out holds up nothing', 'run passed, block broken, run waiting', 'passed, broken, scheduled'],
    ['a second block waits for the first', 'block unblocked, run passed, block blocked, run waiting', 'unblocked, passed, blocked, waiting'],
    ['an input holds up nothing', 'input blocked, run waiting, wait waiting, run waiting', 'blocked, scheduled, waiting, waiting'],
  ])('%s', (_, before, after) => {
    const jobs = before.split(', ').map(job);
    for (const { job: moved, to } of nextJobStates(jobs)) moved.state = to;
    expect(jobs.map((each) => each.state).join(', ')).toBe(after);
  });
});

describe('the state of a build', () => {
  it.each<[BuildState, string, boolean, string]>([
    ['scheduled', 'nothing has started', false, 'run scheduled, wait waiting, run waiting'],
    ['running', 'a job runs', true, 'run running, wait waiting, run waiting'],
    ['running', 'the next job is about to start', true, 'run passed, wait passed, run scheduled'],
    ['failing', 'one failed and another runs', true, 'run failed, run running'],
    ['running', 'one failed softly and another runs', true, 'run soft, run running'],
    ['failed', 'one failed and nothing is left', true, 'run failed, run passed, wait waiting_failed, run waiting_failed'],
    ['passed', 'all passed, one softly failed', true, 'run soft, wait passed, run passed'],
    ['not_run', 'every step was left out', false, 'run broken, wait passed, run broken'],
  ])('is %s when %s', (state, _, started, jobs) => {
    const build = { jobs: jobs.split(', ').map(job), state: 'scheduled' as const, cancelAsked: false, startedAt: started ? 1 : null };
    expect(summarize(build)).toEqual({ state, blocked: false, blockedState: '' });
  });

  it.each([
    ['the block is all that is left', 'run passed, block blocked, run waiting', true],
    ['something before the block runs', 'run running, block blocked, run waiting', false],
    ['the block can not be reached', 'run failed, block blocked_failed, run waiting_failed', false],
    ['an input is all that is left', 'run passed, input blocked', true],
  ])('blocked or not when %s', (_, jobs, blocked) => {
    const build = { jobs: jobs.split(', ').map(job), state: 'running' as const, cancelAsked: false, startedAt: 1 };
    expect(summarize(build).blocked).toBe(blocked);
  });

  it.each([
    ['canceling', 'run canceling, run canceled'],
    ['canceled', 'run passed, run canceled'],
  ])('is %s after a cancel, as long as its jobs say so', (state, jobs) => {
    const build = { jobs: jobs.split(', ').map(job), state: 'running' as const, cancelAsked: true, startedAt: 1 };
    expect(summarize(build).state).toBe(state);
  });
});
