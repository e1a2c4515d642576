// Whatever is done to builds, in whatever order: what is true of them at Buildkite stays true.
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { summarize } from '../../../src/sim/buildkite/build-state.ts';
import { createBuildkiteSim, type BuildkiteSim } from '../../../src/sim/buildkite/buildkite-sim.ts';
import { manualClock, type ManualClock } from '../../../src/sim/buildkite/clock.ts';
import { presentJobs, type SimBuild, type SimJob, type StepDefinition } from '../../../src/sim/buildkite/state.ts';

const GROUP = { group: 'deploy/api', limit: 1 };
const DEPLOY: StepDefinition = { type: 'command', label: 'deploy', concurrency: GROUP };
const PIPELINES: readonly (readonly StepDefinition[])[] = [
  [{ type: 'command', label: 'test', outcome: ['fail', 'pass'], automaticRetries: 1 }, { type: 'block', label: 'Go?' }, DEPLOY],
  [{ type: 'block', label: 'Go?', blockedState: 'running' }, { type: 'command', label: 'test', outcome: 'soft_fail' }, { type: 'wait' }, DEPLOY],
  [
    { type: 'command', label: 'test', outcome: ['timeout', 'pass'] },
    { type: 'command', label: 'lint', outcome: ['fail', 'pass'] },
    { type: 'wait' },
    DEPLOY,
  ],
  [
    { type: 'input', label: 'Go?' },
    { type: 'trigger', label: 'infra', pipeline: 'infra' },
    { type: 'block', label: 'test', blockedState: 'failed' },
  ],
  [
    { type: 'command', label: 'test', when: () => false },
    { type: 'command', label: 'lint', branches: 'release/*' },
  ],
];
const LABELS = ['test', 'lint', 'Go?', 'deploy', 'infra'];

/** Where a build may go from where it is (the reference, 2.5); `blocked`, whatever it pretends to be. Ends are left by a retry alone. */
const WAYS: Readonly<Record<string, readonly string[]>> = {
  scheduled: ['running', 'failing', 'blocked', 'canceled', 'skipped', 'not_run'],
  running: ['failing', 'blocked', 'passed', 'failed', 'canceling', 'canceled'],
  // `scheduled`: a job that no agent took in time is tried again, and nothing has run yet.
  failing: ['scheduled', 'running', 'failed', 'blocked', 'canceling', 'canceled'],
  blocked: ['scheduled', 'running', 'passed', 'failed', 'canceled'],
  passed: ['running'],
  failed: ['running', 'failing'],
  canceling: ['canceled'],
  canceled: [],
  skipped: [],
  not_run: [],
};
const ENDS = ['passed', 'failed', 'timed_out', 'canceled', 'skipped', 'broken', 'expired'];

type Act = readonly [kind: string, act: (sim: BuildkiteSim, clock: ManualClock) => void];
const number = fc.integer({ min: 1, max: 3 });
const label = fc.constantFrom(...LABELS);
const acts: fc.Arbitrary<Act> = fc.oneof(
  { arbitrary: fc.integer({ min: 1, max: 20 }).map((s): Act => [`${s} s pass`, (_, clock) => clock.advance(s * 1_000)]), weight: 6 },
  { arbitrary: number.map((n): Act => [`unblock ${n}`, (sim) => sim.unblock('deploy', n)]), weight: 3 },
  fc.constant<Act>(['build', (sim) => void sim.buildInUi('deploy', { commit: 'HEAD', branch: 'main' })]),
  number.map((n): Act => [`cancel ${n}`, (sim) => sim.cancelInUi('deploy', n)]),
  number.map((n): Act => [`rebuild ${n}`, (sim) => void sim.rebuildInUi('deploy', n)]),
  fc.tuple(number, label).map(([n, step]): Act => [`retry ${step} of ${n}`, (sim) => sim.retryJobInUi('deploy', n, step)]),
  fc.tuple(number, label).map(([n, step]): Act => [`expire ${step} of ${n}`, (sim) => sim.expireStep('deploy', n, step)]),
  fc.constant<Act>(['hold', (sim) => sim.hold('deploy')]),
  fc.constant<Act>(['release', (sim) => sim.release('deploy')]),
);

interface Before {
  readonly state: string;
  readonly failingAt: number | null;
  readonly jobs: ReadonlyMap<SimJob, string>;
}
const photo = (build: Readonly<SimBuild>): Before => ({
  state: build.blocked ? 'blocked' : build.state,
  failingAt: build.failingAt,
  jobs: new Map(build.jobs.map((job) => [job, job.state])),
});

describe('any life', () => {
  it('goes only ways that there are, and is never two things at once', async () => {
    const plans = fc.array(acts, { minLength: 1, maxLength: 40 });
    const property = fc.asyncProperty(plans, fc.constantFrom(...PIPELINES), fc.boolean(), async (plan, steps, supersedes) => {
      const clock = manualClock();
      const sim = await createBuildkiteSim({ clock });
      sim.addPipeline({ slug: 'infra', steps: [{ type: 'command', label: 'apply', concurrency: GROUP }] });
      sim.addPipeline({ slug: 'deploy', steps, skipQueuedBranchBuilds: supersedes, cancelRunningBranchBuilds: supersedes });
      sim.buildInUi('deploy', { commit: 'HEAD', branch: 'main' });
      try {
        for (const [, act] of plan) expect(wrongAfter(sim, () => act(sim, clock))).toEqual([]);
      } finally {
        await sim.close();
      }
    });
    await fc.assert(property, { numRuns: 300 });
  });
});

/** Does it, and answers everything that must not be so. */
function wrongAfter(sim: BuildkiteSim, act: () => void): readonly string[] {
  const before = new Map(sim.builds().map((build) => [build, photo(build)]));
  const known = sim.events.length;
  const refusal = refusalOf(act);
  const busy = sim
    .builds()
    .flatMap((build) => presentJobs(build))
    .filter((job) => job.state === 'running' && job.step.type === 'command' && job.step.concurrency !== undefined);
  return [
    ...(refusal === null || /Buildkite would answer|has no|not scheduled/.test(refusal) ? [] : [refusal]),
    ...(busy.length > GROUP.limit ? [`${busy.length} jobs run in a group of ${GROUP.limit}`] : []),
    ...sim
      .builds()
      .flatMap((build) => [
        ...wrongWays([before.get(build)?.state ?? 'scheduled', ...statesSince(sim, build, known)]),
        ...wrongNow(build),
        ...wrongSince(build, before.get(build)),
      ]),
  ];
}

/** What Buildkite would refuse is no life: the driver throws. */
function refusalOf(act: () => void): string | null {
  try {
    act();
    return null;
  } catch (error) {
    return String(error);
  }
}

function statesSince(sim: BuildkiteSim, build: Readonly<SimBuild>, known: number): readonly string[] {
  const own = sim.events.slice(known).filter((event) => event.pipeline === build.pipeline.slug && event.number === build.number);
  return own.map(({ state }) => (state.startsWith('blocked') ? 'blocked' : state));
}

function wrongWays(states: readonly string[]): readonly string[] {
  const ways = states.slice(1).map((to, i) => [states[i] ?? '', to] as const);
  return ways.filter(([from, to]) => from !== to && WAYS[from]?.includes(to) !== true).map(([from, to]) => `from ${from} to ${to}`);
}

function wrongNow(build: Readonly<SimBuild>): readonly string[] {
  const jobs = presentJobs(build);
  const hasEnded = build.blocked ? build.state !== 'running' : ['passed', 'failed', 'canceled'].includes(build.state);
  const rules: readonly (readonly [string, boolean])[] = [
    [
      'the state is what the jobs say',
      isDeepStrictEqual(summarize(build), { state: build.state, blocked: build.blocked, blockedState: build.blockedState }),
    ],
    ['the end has a time, and nothing else has', (build.finishedAt !== null) === hasEnded],
    ['every step has one present job', jobs.length === build.pipeline.steps.length],
    ['nothing runs in a blocked build', !build.blocked || jobs.every((job) => !['scheduled', 'running', 'canceling'].includes(job.state))],
    ['a retry is a job of the build', build.jobs.every((job) => job.retriedIn === null || build.jobs.includes(job.retriedIn))],
  ];
  return rules.filter(([, holds]) => !holds).map(([rule]) => `not so: ${rule} (${build.number})`);
}

function wrongSince(build: Readonly<SimBuild>, before: Before | undefined): readonly string[] {
  if (before === undefined) return [];
  const moved = [...before.jobs]
    .filter(([job, was]) => ENDS.includes(was) && job.state !== was)
    .map(([job, was]) => `a job that was ${was} is ${job.state}`);
  return before.failingAt !== null && build.failingAt !== before.failingAt ? [...moved, 'failing_at has changed'] : moved;
}
