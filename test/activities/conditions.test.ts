// Conditions of a rule, from what GitHub tells to the frozen plan.
import { describe, expect, it } from 'vitest';
import type { GithubApi } from '../../src/github/api.ts';
import type { ChangedFiles } from '../../src/policy/facts.ts';
import type { RuleCondition } from '../../workflows/conditions.ts';
import type { Plan, RuleNode } from '../../workflows/vocabulary.ts';
import { ANY_OF, commit, comparison, GROUP, HEAD, LIVE, NOW, pullRequest, ref } from '../policy/given.ts';
import { asked, decidingIn, gone, planned, type World } from './world.ts';

const AUTO = (when: RuleCondition): RuleNode => ANY_OF(GROUP('sre'), { kind: 'auto', name: 'low-risk', when });
const approvals = (tree: RuleNode) => ({ tree, exclude: ['requester'], expireMs: 1 }) as const;
const DOCS = { onlyFiles: ['docs/**'] };

const changes = (...paths: readonly string[]): ChangedFiles => ({
  files: paths.map((path) => ({ path, before: null, lines: 1 })),
  isComplete: true,
  isExact: true,
});

async function planWith(when: RuleCondition, world: World = {}): Promise<Plan> {
  const result = await decidingIn({ policy: { approvals: approvals(AUTO(when)) }, ...world }).makePlan(asked());
  if (result.kind === 'refused') throw new Error(JSON.stringify(result.reasons));
  return result.plan;
}

function auto({ rule }: Plan): RuleNode['judged'] {
  return rule.tree?.kind === 'any' ? rule.tree.of[1]?.judged : undefined;
}

describe('a condition on changed files', () => {
  it('compares the live version with what is asked for', async () => {
    const ranges: (readonly string[])[] = [];
    const readChangedFiles: GithubApi['readChangedFiles'] = async (_repo, base, head) => {
      ranges.push([base, head]);
      return changes('docs/a.md');
    };
    const plan = await planWith(DOCS, { github: { readChangedFiles } });
    expect(ranges).toEqual([[LIVE, HEAD]]);
    expect(auto(plan)).toEqual({
      applies: true,
      facts: [{ fact: 'only-files', state: 'holds', wanted: 'changes in `docs/**` only', found: 'only `docs/a.md`' }],
    });
    expect(plan.tally).toMatchObject({ satisfied: true, have: 0, need: 0 });
  });

  it('is not known while nothing is live, whatever the pull request adds, and nothing is read for it', async () => {
    const plan = await planWith(DOCS, { live: null });
    expect(auto(plan)).toEqual({
      applies: false,
      facts: [
        { fact: 'live', state: 'fails', wanted: 'something live to compare with', found: 'nothing is live yet' },
        { fact: 'only-files', state: 'unknown', wanted: 'changes in `docs/**` only', found: 'nothing is live yet, so all of it is new' },
      ],
    });
    expect(plan.tally).toMatchObject({ satisfied: false, have: 0, need: 1 });
  });

  it.each<readonly [string, World]>([
    ['they can’t be read', { github: { readChangedFiles: gone } }],
    ['there are more than GitHub lists', { github: { readChangedFiles: async () => ({ ...changes('docs/a.md'), isComplete: false }) } }],
  ])('asks a person when %s', async (_when, world) => {
    const plan = await planWith(DOCS, world);
    expect(auto(plan)).toMatchObject({ applies: false, facts: [{ state: 'unknown' }] });
    expect(plan.tally).toMatchObject({ satisfied: false, have: 0, need: 1 });
  });
});

it('nothing is read for conditions that do not need it', async () => {
  // The world fails for whoever reads changed files in it.
  const github = { readPullRequest: async () => pullRequest({ labels: ['hotfix'] }) };
  expect(auto(await planWith({ labels: ['hotfix'] }, { github }))).toMatchObject({ applies: true });
  const bare = await decidingIn().makePlan(asked());
  expect(bare).toMatchObject({ kind: 'planned' });
});

describe('a condition on the author', () => {
  const BEAS = [{ ...commit('a'), authors: [{ id: 2, login: 'bea' }] }];
  const by = (id: number): Partial<GithubApi> => ({
    readPullRequest: async () => pullRequest({ author: { id, login: 'x' } }),
    compare: async () => comparison({ added: [{ ...commit('a'), authors: [{ id, login: 'x' }] }] }),
  });
  it('holds for a pull request and commits of the group alone', async () => {
    expect(auto(await planWith({ author: ['sre'] }, { github: by(2) }))).toMatchObject({ applies: true, facts: [{ found: 'Bea' }] });
  });

  it('is not known while nothing is live: whoever wrote the rest comes with it', async () => {
    expect(auto(await planWith({ author: ['sre'] }, { live: null, github: by(2) }))).toMatchObject({
      applies: false,
      facts: [{ fact: 'live' }, { fact: 'author', state: 'unknown', found: 'Bea; nothing is live yet, so all of it is new' }],
    });
  });

  it.each<readonly [string, Partial<GithubApi>, string]>([
    ['somebody else’s pull request', by(1), 'Ann'],
    ['a commit of somebody else', { ...by(2), compare: async () => comparison() }, 'Bea and Ann'],
    [
      'a push of somebody else',
      { ...by(2), readLastPush: async () => ({ sha: HEAD, at: NOW - 600_000, by: { id: 1, login: 'ann' } }) },
      'Bea and Ann',
    ],
    [
      'a commit of somebody whom GitHub does not know',
      { ...by(2), compare: async () => comparison({ added: [{ ...commit('a'), authors: [{ id: 2, login: 'x' }], hasUnknownAuthor: true }] }) },
      'Bea; 1 commit has an author that GitHub does not know',
    ],
    [
      'commits that GitHub does not list',
      { ...by(2), compare: async () => comparison({ added: BEAS, addedTotal: 300 }) },
      'Bea; GitHub lists 1 of 300 commits; deploy in smaller steps',
    ],
  ])('asks a person for %s', async (_what, github, found) => {
    expect(auto(await planWith({ author: ['sre'] }, { github }))).toMatchObject({ applies: false, facts: [{ found }] });
  });
});

describe('what is approved by a rule', () => {
  const low = (): Promise<Plan> => planWith(DOCS, { github: { readChangedFiles: async () => changes('docs/a.md') } });

  it('is still refused by every gate', async () => {
    const github: Partial<GithubApi> = {
      readChangedFiles: async () => changes('docs/a.md'),
      readChecks: async () => ({ passed: [], failed: [{ name: 'unit', url: null }], pending: [] }),
    };
    const deciding = decidingIn({ policy: { approvals: approvals(AUTO(DOCS)) }, github });
    expect(await deciding.makePlan(asked())).toMatchObject({ kind: 'refused', reasons: [{ code: 'checks-failed' }] });
    expect(
      await deciding.recheck({
        plan: { ...planned({}, { approvals: approvals(AUTO(DOCS)) }), rule: (await low()).rule },
        request: asked().request,
        votes: [],
      }),
    ).toMatchObject({
      kind: 'gates',
      reasons: [{ code: 'checks-failed' }],
    });
  });

  it('stays approved right before the build by what was found when it was planned', async () => {
    // Nothing about files is read any more: the world fails for whoever does.
    const plan = planned({ rule: (await low()).rule }, { approvals: approvals(AUTO(DOCS)) });
    expect(await decidingIn().recheck({ plan, request: asked().request, votes: [] })).toMatchObject({ kind: 'good', tally: { satisfied: true } });
  });

  it('asks for a person again when the plan does not say that the rule held', async () => {
    const plan = planned({ rule: approvals(AUTO(DOCS)) }, { approvals: approvals(AUTO(DOCS)) });
    expect(await decidingIn().recheck({ plan, request: asked().request, votes: [] })).toMatchObject({ kind: 'void', tally: { satisfied: false } });
  });
});

describe('commits whose authors GitHub does not know', () => {
  it('are counted, and exclude nobody', async () => {
    const added = [{ ...commit('a'), authors: [], hasUnknownAuthor: true }, commit('c'), { ...commit('d'), hasUnknownAuthor: true }];
    const plan = await planWith({ labels: ['x'] }, { github: { compare: async () => comparison({ added }) } });
    expect(plan.change).toMatchObject({ commits: 3, authors: ['github:1'], unknownAuthors: 2 });
  });

  it('count too while nothing is live and a commit is asked for', async () => {
    const github = {
      resolveRef: async () => ref({ hasUnknownAuthor: true, authors: [] }),
      readPullRequest: async () => pullRequest({ state: 'merged', mergeSha: HEAD }),
    };
    expect((await planWith({ labels: ['x'] }, { live: null, github })).change).toMatchObject({ commits: 1, authors: [], unknownAuthors: 1 });
  });
});
