import { describe, expect, it } from 'vitest';
import { createBlockActivities } from '../../src/activities/blocks.ts';
import { createBlockBuildkiteActivities } from '../../src/activities/block-buildkite.ts';
import { createDecidingActivities } from '../../src/activities/decide.ts';
import type { BlockPolicy, PipelinePolicy } from '../../src/policy/block-policy.ts';
import type { BlocksApi, KnownUser, RawHaltedBuild } from '../../src/buildkite/api.ts';
import { Trouble } from '../../src/trouble.ts';
import type { PlanBlockInput } from '../../workflows/block-activities.ts';
import type { BlockPlan, FilledFields } from '../../workflows/block-contract.ts';
import type { BuildkiteUser, HaltedBuild, ManualJob } from '../../workflows/block-vocabulary.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import type { Account, Person, Plan, Vote } from '../../workflows/vocabulary.ts';
import { GROUP, HEAD, PEOPLE, person, vote, type Name } from '../policy/given.ts';
import { asked, factsIn, planned, type World } from './world.ts';

const RULE = { tree: GROUP('sre', 2), exclude: ['requester'], expireMs: 3_600_000 } as const;
const GROUPS = { sre: PEOPLE, dba: [person('Dan'), person('Eve')] };
const JOB: ManualJob = { id: 'job-1', label: 'Release?', key: 'release', state: 'blocked', unblockable: true, unblockedBy: null, unblockedAt: null };
const BK = { 'github:1': 'ann@bk', 'github:2': 'bea@bk', 'github:3': 'carl@bk' };

function pipeline(blocks: Partial<BlockPolicy> = {}): PipelinePolicy {
  return {
    slug: 'api-release',
    organization: 'acme',
    zone: 'default',
    repo: 'acme/api',
    outside: { do: 'tell', deploySteps: [], isDedicated: false },
    blocks: { approvals: RULE, onExpire: 'cancel', steps: {}, channel: 'C9', ...blocks } as PipelinePolicy['blocks'],
  };
}

const user = (name: string, who: Name | null): BuildkiteUser => ({ id: name, name, person: who === null ? null : person(who).key });
function build(change: Partial<HaltedBuild> = {}): HaltedBuild {
  return {
    uuid: 'uuid-7',
    number: 7,
    pipeline: 'api-release',
    url: 'https://bk/7',
    commit: HEAD,
    branch: 'main',
    message: 'Release it',
    state: 'passed',
    blocked: true,
    isOver: false,
    source: 'ui',
    creator: user('Ann', 'Ann'),
    author: null,
    manual: [JOB],
    ...change,
  };
}
const input = (change: Partial<PlanBlockInput> = {}): PlanBlockInput => ({
  workflowId: 'block:acme:uuid-7',
  organization: 'acme',
  deployId: null,
  build: build(),
  job: JOB,
  steps: null,
  members: { 'github:2': 'u2', 'github:3': 'u3' },
  ...change,
});

function blocksIn(world: World & { readonly pipeline?: PipelinePolicy } = {}) {
  const facts = factsIn({ groups: GROUPS, ...world, config: { pipelines: [world.pipeline ?? pipeline()], buildkite: BK, ...world.config } });
  return createBlockActivities(facts, createDecidingActivities(facts));
}
async function planOf(world: Parameters<typeof blocksIn>[0], change: Partial<PlanBlockInput> = {}): Promise<BlockPlan> {
  const result = await blocksIn(world).planBlock(input(change));
  if (result.kind === 'left') throw new Error(result.why);
  return result.plan;
}
const by = (name: Name): Account => ({ surface: 'slack', team: 'T1', user: `U${person(name).github?.id}`, name });
const approves = (who: Name, plan: BlockPlan): Vote => ({ ...vote(who), contract: plan.contract });

describe('who unblocks a step of a pipeline that the configuration names', () => {
  it('is frozen with what the step asks, and the starter never counts', async () => {
    const fields = [{ key: 'v', label: 'v', hint: null, required: true, default: null, options: null, multiple: false }];
    const steps = [{ key: 'release', label: 'Release?', prompt: 'Sure?', fields }];
    const result = await blocksIn().planBlock(input({ steps }));
    expect(result).toMatchObject({
      kind: 'planned',
      tally: { have: 0, need: 2 },
      plan: {
        environment: 'api-release',
        repo: { id: 7, installation: 99 },
        requesters: [{ name: 'Ann' }],
        subject: { kind: 'foreign', starter: { name: 'Ann', known: true }, message: 'Release it' },
        rule: RULE,
        prompt: 'Sure?',
        fields,
        knowsFields: true,
        onExpire: 'cancel',
        slack: { channel: 'C9' },
        github: null,
        build: 7,
      },
    });
    const waitingFor = result.kind === 'planned' && result.tally.tree?.kind === 'group' ? result.tally.tree.waitingFor : [];
    expect(waitingFor.map(({ name }) => name)).toEqual(['Bea', 'Carl', 'Dan', 'Eve', 'Fay']);
  });

  it('may be others for a single step, or nobody here', async () => {
    const dba = { ...RULE, tree: GROUP('dba') };
    expect((await planOf({ pipeline: pipeline({ steps: { release: { approvals: dba } } }) })).rule).toEqual(dba);
    const left = pipeline({ steps: { release: { approvals: 'none' } } });
    expect(await blocksIn({ pipeline: left }).planBlock(input())).toMatchObject({ kind: 'left' });
    expect(await blocksIn().planBlock(input({ build: build({ pipeline: 'other' }) }))).toMatchObject({ kind: 'left' });
  });

  it('says that it does not know what the step asks, where nothing tells', async () => {
    expect(await planOf({})).toMatchObject({ fields: [], knowsFields: false });
    const configured = pipeline({ steps: { release: { fields: [] } } });
    expect(await planOf({ pipeline: configured })).toMatchObject({ knowsFields: true });
  });

  it('signs another contract for another job, build, commit, starter or rule', async () => {
    const contracts = await Promise.all([
      planOf({}),
      planOf({}, { job: { ...JOB, id: 'job-2' } }),
      planOf({}, { build: build({ uuid: 'uuid-8' }) }),
      planOf({}, { build: build({ commit: 'b'.repeat(40) }) }),
      planOf({}, { build: build({ creator: user('Bea', 'Bea') }) }),
      planOf({ pipeline: pipeline({ approvals: { ...RULE, tree: GROUP('sre', 1) } }) }),
    ]);
    expect(new Set(contracts.map(({ contract }) => contract)).size).toBe(contracts.length);
  });

  it('is not planned on a repository that has another name now', async () => {
    const github = { readRepository: async () => ({ id: 7, slug: 'acme/else', installation: 9, defaultBranch: 'main', url: 'https://g' }) };
    await expect(blocksIn({ github }).planBlock(input())).rejects.toThrow(/acme\/api is acme\/else now/);
  });
});

describe('who unblocks a step of a build of ours', () => {
  const deploy = (plan: Plan): DeployStatus => ({ plan, request: asked().request }) as unknown as DeployStatus;
  const own = { deployId: 'deploy:github:7:5' };

  it('is whoever approves deploys there, without what only the wait for a start knows', async () => {
    const rule = {
      ...RULE,
      undoMs: 20_000,
      escalate: { afterMs: 1, to: 'dba', may: 'approve' },
      remind: [{ share: 0.5 }],
      stepUp: 'github',
    } as const;
    const plan = await planOf({ deploy: deploy(planned({ rule })) }, own);
    expect(plan.rule).toEqual({ ...RULE, remind: [{ share: 0.5 }], stepUp: 'github' });
    expect(plan).toMatchObject({
      environment: 'production',
      requesters: [{ name: 'Ann' }],
      onExpire: 'leave',
      subject: { kind: 'own', deployId: own.deployId, service: 'api', environment: 'production' },
      github: { issue: 42 },
    });
  });

  it.each([
    ['a rule of their own', { approvals: { ...RULE, tree: GROUP('dba') }, onExpire: 'cancel', steps: {} }, 'dba', 'cancel'],
    ['one for this step', { approvals: null, onExpire: 'leave', steps: { release: { approvals: { ...RULE, tree: GROUP('dba') } } } }, 'dba', 'leave'],
  ] as const)('may have %s', async (_, blocks, group, onExpire) => {
    const plan = await planOf({ deploy: deploy(planned({}, { blocks })) }, own);
    expect([plan.rule.tree, plan.onExpire]).toEqual([GROUP(group), onExpire]);
  });

  it.each([
    ['its environment says so', planned({}, { blocks: 'none' })],
    ['it is an emergency', planned({ emergency: { reason: 'fire', review: GROUP('sre'), remindMs: 1, tally: planned().tally } })],
    ['nobody approves there', planned({ rule: { ...RULE, tree: null } })],
  ])('is left to Buildkite where %s', async (_, plan) => {
    expect(await blocksIn({ deploy: deploy(plan) }).planBlock(input(own))).toMatchObject({ kind: 'left' });
  });

  it('is left to Buildkite where the request is not known', async () => {
    expect(await blocksIn().planBlock(input(own))).toMatchObject({ kind: 'left' });
  });

  it('is promised by the plan of the request', async () => {
    const facts = (blocks?: 'none') => createDecidingActivities(factsIn({ policy: blocks === undefined ? {} : { blocks } }));
    expect(await facts().makePlan(asked())).toMatchObject({ plan: { blocks: true } });
    const none = await facts('none').makePlan(asked());
    expect(none.kind === 'planned' && none.plan).not.toHaveProperty('blocks');
  });
});

describe('an approval of a step', () => {
  const judge = async (world: Parameters<typeof blocksIn>[0], who: Name, more: object = {}, plan?: BlockPlan) => {
    const judged = plan ?? (await planOf(world));
    const act = { kind: 'approve', by: by(who), contract: null, sha: null, reason: null } as const;
    return blocksIn(world).judgeBlockVote({ plan: judged, votes: [], act, fields: null, filled: null, ...more });
  };

  it('counts like one of a deploy', async () => {
    expect(await judge({}, 'Bea')).toMatchObject({
      kind: 'counts',
      person: { name: 'Bea' },
      tally: { have: 1, need: 2 },
      values: {},
      isChanged: false,
    });
  });

  it('never counts of whoever started the build', async () => {
    expect(await judge({}, 'Ann')).toMatchObject({ kind: 'refused', reasons: [{ code: 'started-it', build: 7 }] });
  });

  it('never counts of whoever pushed what is built, whoever the commit says wrote it', async () => {
    const forged = build({ source: 'webhook', creator: user('Ann', 'Ann'), author: user('Ann', 'Ann') });
    const github = { readPusher: async () => ({ id: 2, login: 'bea' }) };
    const plan = await planOf({ github }, { build: forged });
    expect(plan.subject).toMatchObject({ starter: { name: 'Bea', known: true } });
    expect(await judge({}, 'Bea', {}, plan)).toMatchObject({ reasons: [{ code: 'started-it' }] });
    expect(await judge({}, 'Carl', {}, plan)).toMatchObject({ kind: 'counts' });
  });

  it('is not asked for where GitHub does not tell who pushed what is built', async () => {
    const pushed = build({ source: 'webhook', creator: user('Ann', 'Ann') });
    const gone = new Trouble({ source: 'github', kind: 'not-found', doing: 'reading who pushed to main', found: 'github answered 404' });
    for (const readPusher of [async () => null, () => Promise.reject(gone)])
      expect(await blocksIn({ github: { readPusher } }).planBlock(input({ build: pushed }))).toMatchObject({ kind: 'left' });
  });

  it('needs a known Buildkite account where nobody knows who started it', async () => {
    const plan = await planOf({}, { build: build({ creator: user('ci-bot', null) }) });
    expect(await judge({}, 'Bea', {}, plan)).toMatchObject({ kind: 'counts' });
    expect(await judge({}, 'Eve', {}, plan)).toMatchObject({ reasons: [{ code: 'may-have-started', build: 7, starter: 'ci-bot' }] });
  });

  it('takes everybody away from a rule that only the unknown could fill', async () => {
    const world = { config: { buildkite: {} } };
    const result = await blocksIn(world).planBlock(input({ build: build({ creator: user('ci-bot', null) }) }));
    expect(result).toMatchObject({ kind: 'planned', tally: { satisfied: false, tree: { state: 'failed', waitingFor: [] } } });
  });

  it('in Slack is refused where the environment wants it on GitHub', async () => {
    const plan = { ...(await planOf({})), rule: { ...RULE, stepUp: 'github' } as const };
    expect(await judge({}, 'Bea', {}, plan)).toMatchObject({ reasons: [{ code: 'only-on-github' }] });
    const act = { kind: 'approve', by: { surface: 'github', id: 2, login: 'bea' }, contract: null, sha: null, reason: null };
    expect(await judge({}, 'Bea', { act }, plan)).toMatchObject({ kind: 'counts' });
  });

  describe('with fields', () => {
    const field = (key: string, fallback: string | null) => ({
      key,
      label: key,
      hint: null,
      required: true,
      default: fallback,
      options: null,
      multiple: false,
    });
    const asking = async (): Promise<BlockPlan> => ({ ...(await planOf({})), fields: [field('v', null), field('w', 'x')] });
    const filled: FilledFields = { values: { v: '1', w: 'x' }, by: person('Bea') };

    it('says what is filled in', async () => {
      expect(await judge({}, 'Bea', { fields: { v: '1', w: 'y' } }, await asking())).toMatchObject({ values: { v: '1', w: 'y' }, isChanged: false });
    });

    it('does not count while something that is required is empty', async () => {
      expect(await judge({}, 'Bea', {}, await asking())).toMatchObject({ kind: 'refused', reasons: [{ code: 'bad-field', field: 'v' }] });
    });

    it('takes the values as they stand, and the votes for them with it', async () => {
      const plan = await asking();
      const more = { votes: [approves('Bea', plan)], filled };
      expect(await judge({}, 'Carl', more, plan)).toMatchObject({ values: filled.values, isChanged: false, tally: { have: 2, satisfied: true } });
    });

    it('of other values stands alone, also of somebody who approved before', async () => {
      const plan = await asking();
      const more = { votes: [approves('Bea', plan)], filled, fields: { v: '2', w: 'x' } };
      expect(await judge({}, 'Carl', more, plan)).toMatchObject({ isChanged: true, tally: { have: 1, satisfied: false } });
      expect(await judge({}, 'Bea', more, plan)).toMatchObject({ isChanged: true, tally: { have: 1, satisfied: false } });
      expect(await judge({}, 'Bea', { ...more, fields: null }, plan)).toMatchObject({ reasons: [{ code: 'already-voted' }] });
    });

    it('tells who may not of nothing but that', async () => {
      expect(await judge({}, 'Ann', {}, await asking())).toMatchObject({ reasons: [{ code: 'started-it' }] });
    });
  });
});

describe('right before a step is unblocked', () => {
  const recheck = async (world: Parameters<typeof blocksIn>[0], change: Partial<PlanBlockInput> = {}, names: readonly Name[] = ['Bea', 'Carl']) => {
    const plan = await planOf({}, change);
    const votes = names.map((name) => approves(name, plan));
    const tally = { satisfied: true, have: 2, need: 2, tree: null };
    return blocksIn(world).recheckBlock({ plan, votes, tally });
  };

  it('everybody is looked at again', async () => {
    expect(await recheck({})).toMatchObject({ kind: 'good', tally: { satisfied: true } });
  });

  it.each([
    ['an account was deactivated', { isActive: (key: string) => key !== 'github:2' }, 'inactive'],
    ['somebody left the group', { groups: { ...GROUPS, sre: [person('Carl'), person('Dan')] as readonly Person[] } }, 'left-group'],
  ])('a vote is void when %s', async (_, world, why) => {
    expect(await recheck(world)).toMatchObject({ kind: 'void', votes: [{ by: { name: 'Bea' }, why }], tally: { satisfied: false, have: 1 } });
  });

  it('a vote is void when the Buildkite account of its voter is not known any more, and nobody knows who started it', async () => {
    const unknown = { build: build({ creator: user('ci-bot', null) }) };
    const isVoid = { kind: 'void', votes: [{ by: { name: 'Bea' }, why: 'became-requester' }], tally: { satisfied: false, have: 1 } };
    const buildkite = { 'github:3': 'carl@bk' };
    expect(await recheck({ config: { buildkite } }, unknown)).toMatchObject(isVoid);
    // Gone from the configuration altogether, and in the group all the same.
    const people = PEOPLE.filter(({ name }) => name !== 'Bea');
    expect(await recheck({ config: { buildkite, people } }, unknown)).toMatchObject(isVoid);
    expect(await recheck({}, unknown)).toMatchObject({ kind: 'good' });
  });

  it('what can not be read is no approval', async () => {
    const sre = async (): Promise<never> => {
      throw new Trouble({ source: 'github', kind: 'unavailable', doing: 'reading a team', found: 'github answered 502' });
    };
    expect(await recheck({ groups: { ...GROUPS, sre } })).toMatchObject({ kind: 'unknown', what: 'who is in sre' });
  });
});

describe('people at Buildkite', () => {
  const known: readonly KnownUser[] = [{ id: 'u2', name: 'Bea', email: 'Bea@BK' }];
  const raw = (change: Partial<RawHaltedBuild>): RawHaltedBuild => ({ ...build(), manual: [], creator: null, author: null, ...change });
  const activities = (api: Partial<BlocksApi>, asApprover = false) =>
    createBlockBuildkiteActivities({ buildkite: api as BlocksApi, config: { people: PEOPLE, buildkite: BK }, asApprover });
  const at = { organization: 'acme', pipeline: 'api-release', number: 7 };

  it('unblock by themselves where a zone says so, or nobody does', async () => {
    const asked: unknown[] = [];
    const unblockJob: BlocksApi['unblockJob'] = async (input, as = null) => {
      asked.push([input.unblocker, as]);
      return { kind: 'unblocked', by: null };
    };
    const ask = (unblocker: string | null) => ({ ...at, jobId: 'job', fields: {}, unblocker });
    for (const unblocker of ['u2', null]) await activities({ unblockJob }).unblockJob(ask(unblocker));
    await activities({ unblockJob }, true).unblockJob(ask('u2'));
    expect(await activities({ unblockJob }, true).unblockJob(ask(null))).toMatchObject({ kind: 'refused' });
    expect(asked).toEqual([
      ['u2', null],
      [null, null],
      ['u2', 'u2'],
    ]);
  });

  it('are known by the address of their account, which stays outside', async () => {
    const creator = { id: 'u1', name: 'Ann', email: 'ANN@bk' };
    const halted = await activities({ readHalted: async () => raw({ creator }) }).readHalted(at);
    expect(halted.creator).toEqual({ id: 'u1', name: 'Ann', person: 'github:1' });
    expect(JSON.stringify(halted)).not.toContain('@');
  });

  it('are known as authors by their login on GitHub, too', async () => {
    const author = { name: 'x', email: 'x@private', login: 'CARL' };
    expect((await activities({ readHalted: async () => raw({ author }) }).readHalted(at)).author?.person).toBe('github:3');
  });

  it('are found among the members, page by page', async () => {
    const listMembers: BlocksApi['listMembers'] = async ({ page }) => ({ members: page === 1 ? [] : known, isLast: page === 2 });
    const read = (page: number) => activities({ listMembers }).readMembers({ organization: 'acme', page });
    expect(await read(1)).toEqual({ ids: {}, isLast: false });
    expect(await read(2)).toEqual({ ids: { 'github:2': 'u2' }, isLast: true });
  });
});
