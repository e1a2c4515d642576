import { describe, expect, it } from 'vitest';
import type { GithubApi } from '../../src/github/api.ts';
import type { EnvironmentPolicy } from '../../src/policy/environment-policy.ts';
import type { PlanInput, PlanResult } from '../../workflows/activities.ts';
import type { OnPush, Plan, Vote } from '../../workflows/vocabulary.ts';
import { commit, comparison, HEAD, MERGE, NOW, policy, pullRequest, ref, vote } from '../policy/given.ts';
import { asked, decidingIn, gone } from './world.ts';

const SMALL: OnPush = { keep: 'requester', small: { lines: 10, files: ['docs/**'] } };
const OLD = MERGE;

function asksFor(onPush: OnPush, count = 1): Partial<EnvironmentPolicy> {
  return { approvals: { ...policy().approvals, tree: { kind: 'group', group: 'sre', count }, onPush } };
}
const docs = async () => ({ files: [{ path: 'docs/a.md', before: null, lines: 4 }], isComplete: true, isExact: true });
const pushedOn = async () => comparison({ added: [commit('a')] });

/** The request was planned at OLD; the head is HEAD now. */
async function planned(onPush: OnPush, count = 1): Promise<Plan> {
  const at: Partial<GithubApi> = {
    resolveRef: async () => ref({ sha: OLD }),
    readPullRequest: async () => pullRequest({ headSha: OLD }),
    readLastPush: async () => ({ sha: OLD, at: NOW - 600_000, by: null }),
  };
  const result = await decidingIn({ policy: asksFor(onPush, count), github: at }).makePlan(asked());
  if (result.kind !== 'planned') throw new Error(JSON.stringify(result.reasons));
  return result.plan;
}

interface Twist {
  readonly onPush?: OnPush;
  readonly github?: Partial<GithubApi>;
  readonly input?: Partial<PlanInput>;
  readonly votes?: (plan: Plan) => readonly Vote[];
}

async function pushed({ onPush = SMALL, github = {}, input = {}, votes }: Twist = {}): Promise<Extract<PlanResult, { kind: 'planned' }>> {
  const before = await planned(onPush);
  const voted = votes?.(before) ?? [vote('Bea', { contract: before.contract })];
  const result = await decidingIn({
    policy: asksFor(onPush),
    github: { compare: pushedOn, readChangedFiles: docs, ...github },
  }).makePlan({ ...asked(), revision: 2, expectedHead: HEAD, before: { plan: before, votes: voted, tally: null }, ...input });
  if (result.kind !== 'planned') throw new Error(JSON.stringify(result.reasons));
  return result;
}

describe('a revision', () => {
  it('says what was pushed', async () => {
    const { delta } = await pushed({ onPush: { keep: null, small: null } });
    expect(delta).toEqual({ commits: 1, files: ['docs/a.md'], filesTotal: 1, lines: 4, isWhole: true });
  });

  it('is made all the same when nobody knows what was pushed', async () => {
    expect(await pushed({ github: { readChangedFiles: gone } })).toMatchObject({ delta: null, plan: { sha: HEAD } });
  });

  it.each(['in_progress', 'none'] as const)('waits for checks that are not there yet: %s', async (how) => {
    const pending = how === 'none' ? [] : [{ name: 'e2e', url: null }];
    const readChecks = async () => ({ passed: [], failed: [], pending });
    const code = how === 'none' ? 'checks-missing' : 'checks-pending';
    expect((await pushed({ github: { readChecks } })).pending).toMatchObject([{ code }]);
    // A command is refused as ever.
    expect(await decidingIn({ github: { readChecks } }).makePlan(asked())).toMatchObject({ kind: 'refused', reasons: [{ code }] });
  });
});

describe('votes before a small push', () => {
  it('stand for the contract of the new plan', async () => {
    const { standing, plan } = await pushed();
    expect(standing).toMatchObject({ votes: [{ by: { name: 'Bea' }, contract: plan.contract }], voided: [], tally: { have: 1, need: 1 } });
  });

  it('but not those of whoever pushed', async () => {
    const input: Partial<PlanInput> = { pushers: [{ surface: 'github', id: vote('Bea').by.github?.id ?? 0, login: 'bea' }] };
    expect((await pushed({ input })).standing).toMatchObject({ votes: [], voided: [{ by: { name: 'Bea' }, why: 'became-requester' }] });
  });

  it('are void after a push that is not small, or not known in full, or where policy does not say so', async () => {
    const big = async () => ({ files: [{ path: 'src/a.ts', before: null, lines: 1 }], isComplete: true, isExact: true });
    expect((await pushed({ github: { readChangedFiles: big } })).standing).toBeUndefined();
    expect((await pushed({ github: { readChangedFiles: gone } })).standing).toBeUndefined();
    expect((await pushed({ github: { compare: async () => comparison({ status: 'diverged' }) } })).standing).toBeUndefined();
    expect((await pushed({ onPush: { keep: null, small: null } })).standing).toBeUndefined();
  });

  it('are void where anything else than the commit has changed, too', async () => {
    const { request } = asked();
    const other = await pushed({ input: { request, workflowId: 'deploy:github:7:another' } });
    expect(other.standing).toBeUndefined();
  });
});

describe('two quick pushes of which the second was told to nobody', () => {
  const NEWEST = ref().sha;
  const onTop = async () => ({ sha: NEWEST, before: OLD, at: NOW, by: { id: vote('Carl').by.github?.id ?? 0, login: 'carl' } });

  it('are one revision at the newest head, and whoever pushed it is a requester', async () => {
    const { plan, pushedBy } = await pushed({ github: { readLastPush: onTop }, input: { expectedHead: OLD } });
    expect(pushedBy).toMatchObject({ surface: 'github', login: 'carl' });
    expect(plan.requesters.map(({ name }) => name)).toEqual(['Ann', 'Carl']);
    expect(plan.sha).toBe(NEWEST);
  });
});

describe('the commit before the push', () => {
  it('is planned again where the requester keeps it, whatever the head is', async () => {
    const keep = await planned(SMALL);
    const input: PlanInput = { ...asked(), revision: 3, pushers: [{ surface: 'github', id: 999, login: 'eve' }], expectedHead: null, keep };
    const result = await decidingIn({ policy: asksFor(SMALL) }).makePlan(input);
    expect(result).toMatchObject({ kind: 'planned', plan: { sha: OLD, revision: 3, ref: keep.ref, contract: keep.contract } });
  });

  it('is not planned where whoever pushed since is needed', async () => {
    const keep = await planned(SMALL, 2);
    const by = vote('Bea').by.github?.id ?? 0;
    const input: PlanInput = { ...asked(), revision: 3, pushers: [{ surface: 'github', id: by, login: 'bea' }], expectedHead: null, keep };
    expect(await decidingIn({ policy: asksFor(SMALL, 2) }).makePlan(input)).toMatchObject({
      kind: 'refused',
      reasons: [{ code: 'rule-unsatisfiable' }],
    });
  });
});
