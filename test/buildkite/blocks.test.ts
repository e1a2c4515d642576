import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { givenCredentials } from '../../src/buildkite/credentials.ts';
import { createBuildkite } from '../../src/buildkite/client.ts';
import { createLimiter, type Limiter } from '../../src/buildkite/limiter.ts';
import { lookForHalted, type HaltedSweep } from '../../src/compose/halted-builds.ts';
import { manualStepsIn } from '../../src/buildkite/manual-steps.ts';
import { type BuildkiteSim, createBuildkiteSim } from '../../src/sim/buildkite/buildkite-sim.ts';
import type { StepDefinition } from '../../src/sim/buildkite/state.ts';

const SHA = '4f5a6b7c'.repeat(5);
const ADA = { name: 'Ada', email: 'ada@acme.test' };
const LOG = pino({ level: 'silent' });
const FAST = { perWindow: 1_000, windowMs: 1_000, burst: 100, requestTimeoutMs: 1_500 };
const SCOPES = ['read_builds', 'write_builds', 'read_build_logs'];
const STEPS: readonly StepDefinition[] = [
  {
    type: 'block',
    label: 'Release?',
    key: 'release',
    prompt: 'Is the note written?',
    fields: [
      { key: 'release-name', text: 'Name', hint: 'as in the note', default: 'next' },
      { key: 'streams', select: 'Streams', required: false, multiple: true, options: [{ label: 'Beta', value: 'beta' }] },
    ],
  },
  { type: 'input', label: 'Notes' },
  { type: 'command', label: 'release' },
];
const AT = { organization: 'acme', pipeline: 'api-release', number: 1 };

let sim: BuildkiteSim;
let limiter: Limiter;
beforeEach(async () => {
  sim = await createBuildkiteSim({ organization: 'acme' });
  sim.addToken({ token: 'bkua_poor', user: { name: 'Countersign', email: 'bot@acme.test' }, scopes: SCOPES });
  sim.addToken({ token: 'bkua_rich', user: { name: 'Countersign', email: 'bot@acme.test' }, scopes: [...SCOPES, 'read_pipelines', 'view_teams'] });
  sim.addPipeline({ slug: 'api-release', steps: STEPS });
  limiter = createLimiter({ organization: 'acme', now: () => Date.now(), log: LOG, pace: FAST });
  sim.buildInUi('api-release', { commit: SHA, branch: 'main', message: 'Release it\nnow', by: ADA });
});
afterEach(async () => {
  await limiter.stop();
  await sim.close();
});

const client = (token = 'bkua_rich') =>
  createBuildkite({ credentials: givenCredentials(() => token), organization: 'acme', baseUrl: sim.url, limiter, log: LOG, now: () => Date.now() });
const jobId = async (): Promise<string> => (await client().readHalted(AT)).manual[0]?.id ?? '';
const unblock = async (more: { unblocker?: string | null; fields?: Record<string, string>; jobId?: string } = {}) =>
  client().unblockJob({ ...AT, jobId: more.jobId ?? (await jobId()), fields: more.fields ?? {}, unblocker: more.unblocker ?? null });

describe('what a build waits at', () => {
  it('is read with who started it, in one request', async () => {
    const halted = await client().readHalted(AT);
    expect(halted).toMatchObject({
      number: 1,
      pipeline: 'api-release',
      blocked: true,
      isOver: false,
      commit: SHA,
      branch: 'main',
      message: 'Release it',
      source: 'ui',
      creator: { name: 'Ada', email: 'ada@acme.test' },
      author: { name: 'Ada', email: 'ada@acme.test', login: null },
    });
    const [listed] = await client().listHalted('acme');
    expect(halted.waitsSince).toBe(listed?.since);
    expect(halted.manual).toMatchObject([
      { label: 'Release?', key: 'release', state: 'blocked', unblockable: true, unblockedBy: null, unblockedAt: null },
      { label: 'Notes', key: null, state: 'blocked' },
    ]);
  });

  it('is over when the build has ended, and names who unblocked what', async () => {
    sim.unblock('api-release', 1, { by: ADA });
    sim.cancelInUi('api-release', 1);
    const { isOver, blocked, manual, waitsSince } = await client().readHalted(AT);
    expect([isOver, blocked, waitsSince]).toEqual([true, false, undefined]);
    expect(manual[0]).toMatchObject({ state: 'unblocked', unblockable: false, unblockedBy: { name: 'Ada' } });
    expect(manual[0]?.unblockedAt).toBeGreaterThan(0);
  });
});

describe('builds that wait', () => {
  it('are listed without those of ours, each time they begin to wait under another time', async () => {
    const ours = { 'countersign:deploy-id': 'deploy:slack:T1:1', 'countersign:target': 'api/production' };
    await fetch(`${sim.url}/v2/organizations/acme/pipelines/api-release/builds`, {
      method: 'POST',
      headers: { authorization: 'Bearer bkua_rich', 'content-type': 'application/json' },
      body: JSON.stringify({ commit: SHA, branch: 'main', meta_data: ours }),
    });
    expect(sim.builds('api-release').map(({ blocked }) => blocked)).toEqual([true, true]);
    const [listed, ...others] = await client().listHalted('acme');
    expect(listed).toMatchObject({ pipeline: 'api-release', number: 1, uuid: sim.build('api-release', 1).id });
    expect(others).toEqual([]);
    expect(listed?.since).toBeGreaterThan(0);
    sim.cancelInUi('api-release', 1);
    expect(await client().listHalted('acme')).toEqual([]);
  });

  it('are told of in every round, as news once for each time they wait, where the configuration names their pipeline', async () => {
    const seen: string[] = [];
    const one = { pipeline: 'api-release', number: 1, uuid: 'a', since: 1 };
    let waiting = [one, { pipeline: 'other', number: 2, uuid: 'b', since: 1 }];
    const sweep: HaltedSweep = {
      config: { pipelines: [{ slug: 'api-release', organization: 'acme', zone: 'default', repo: 'acme/api', blocks: {} }] as never },
      buildkite: { listHalted: async () => waiting },
      tell: async ({ build, since, isNews }) => void seen.push(`${build.uuid} ${since} ${isNews ? 'news' : 'still'}`),
    };
    const told = new Map<string, number | null>();
    await lookForHalted(sweep, told);
    await lookForHalted(sweep, told);
    expect(seen).toEqual(['a 1 news', 'a 1 still']);
    waiting = [{ ...one, since: 2 }];
    await lookForHalted(sweep, told);
    expect(seen.at(-1)).toBe('a 2 news');
    const failing: HaltedSweep = {
      ...sweep,
      tell: async ({ build }) => (build.uuid === 'a' ? Promise.reject(new Error('away')) : sweep.tell({ build, since: 3, isNews: true })),
    };
    waiting = [
      { ...one, since: 3 },
      { ...one, uuid: 'c', since: 3 },
    ];
    await expect(lookForHalted(failing, told)).rejects.toThrow('away');
    expect([seen.at(-1), told.get('a'), told.get('c')]).toEqual(['c 3 news', 2, 3]);
    waiting = [];
    await lookForHalted(sweep, told);
    expect(told.size).toBe(0);
    const nothing = { pipelines: [{ slug: 'api-release', organization: 'acme', blocks: null }] as never };
    await lookForHalted({ ...sweep, config: nothing, buildkite: { listHalted: async () => Promise.reject(new Error('not asked')) } }, told);
  });
});

describe('what a step asks', () => {
  it('is read from the configuration of the pipeline', async () => {
    expect(await client().readManualSteps(AT)).toEqual([
      {
        key: 'release',
        label: 'Release?',
        prompt: 'Is the note written?',
        fields: [
          { key: 'release-name', label: 'Name', hint: 'as in the note', required: true, default: 'next', options: null, multiple: false },
          {
            key: 'streams',
            label: 'Streams',
            hint: null,
            required: false,
            default: null,
            options: [{ label: 'Beta', value: 'beta' }],
            multiple: true,
          },
        ],
      },
      { key: null, label: 'Notes', prompt: null, fields: [] },
    ]);
  });

  it('is not known where the token may not read pipelines', async () => {
    expect(await client('bkua_poor').readManualSteps(AT)).toBeNull();
  });

  it.each([
    ['text that is no YAML', '{{{', null],
    ['steps uploaded while it runs', 'steps:\n  - command: buildkite-agent pipeline upload\n', []],
    ['bare words', '- wait\n- block\n- command: a\n', []],
    ['far too much', `steps:\n${'  - command: a\n'.repeat(40_000)}`, null],
    ['an endless alias', 'steps: &a\n  - group: g\n    steps: *a\n', null],
  ])('%s', (_, yaml, expected) => {
    expect(manualStepsIn(yaml)).toEqual(expected);
  });

  it('is found inside a group, and numbers are text', () => {
    const yaml = `steps:\n  - group: Ship\n    steps:\n      - input: Which?\n        fields:\n          - select: Shards\n            key: shards\n            default: 2\n            options: [{ label: two, value: 2 }]\n`;
    expect(manualStepsIn(yaml)).toMatchObject([
      { label: 'Which?', fields: [{ key: 'shards', default: '2', options: [{ label: 'two', value: '2' }] }] },
    ]);
  });
});

describe('unblocking', () => {
  it('fills in the fields and names a member', async () => {
    const { members, isLast } = await client().listMembers({ organization: 'acme', page: 1 });
    const ada = members.find(({ email }) => email === ADA.email)?.id ?? null;
    expect(isLast).toBe(true);
    expect(await unblock({ unblocker: ada, fields: { 'release-name': '1.2' } })).toEqual({ kind: 'unblocked', by: 'Ada' });
    expect(sim.build('api-release', 1).metaData).toEqual({ 'release-name': '1.2' });
  });

  it('is the doing of the token alone where nobody is named', async () => {
    expect(await unblock()).toEqual({ kind: 'unblocked', by: 'Countersign' });
  });

  it('tells apart why it did not happen', async () => {
    const id = await jobId();
    expect(await unblock({ unblocker: 'f00d' })).toEqual({ kind: 'no-such-member' });
    expect(await unblock({ jobId: sim.build('api-release', 1).jobs[2]?.id ?? '' })).toEqual({
      kind: 'refused',
      answer: 'This job type cannot be unblocked',
    });
    expect(await unblock({ jobId: 'nothing' })).toEqual({ kind: 'gone' });
    sim.unblock('api-release', 1, { by: ADA });
    expect(await unblock({ jobId: id })).toEqual({ kind: 'not-blocked' });
    sim.cancelInUi('api-release', 1);
    expect(await unblock({ jobId: id })).toEqual({ kind: 'gone' });
  });

  it('lists nobody where the token may not', async () => {
    expect(await client('bkua_poor').listMembers({ organization: 'acme', page: 1 })).toEqual({ members: [], isLast: true });
  });
});
