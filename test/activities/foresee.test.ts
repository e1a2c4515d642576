// What somebody who fills in the form is shown: who would have to approve, for the commit that is chosen.
import { describe, expect, it } from 'vitest';
import { foresee } from '../../src/activities/foresee.ts';
import type { ApprovalRule } from '../../workflows/vocabulary.ts';
import { ANY_OF, commit, comparison, GROUP, HEAD, onMain } from '../policy/given.ts';
import { Trouble } from '../../src/trouble.ts';
import { factsIn, gone, policyOf, type World } from './world.ts';

const APPROVALS: ApprovalRule = {
  tree: ANY_OF(GROUP('sre'), { kind: 'auto', name: 'low-risk', when: { onlyFiles: ['docs/**'] } }),
  exclude: ['requester', 'commit-authors'],
  expireMs: 1,
};
const by = { surface: 'slack', team: 'T1', user: 'U1', name: 'ann' } as const;
const docs = async () => ({ files: [{ path: 'docs/a.md', before: null, lines: 1 }], isComplete: true, isExact: true });
const GITHUB = {
  resolveRef: async () => onMain,
  readChangedFiles: docs,
  compare: async () => comparison({ added: [{ ...commit('a'), authors: [{ id: 2, login: 'bea' }] }] }),
};

function seen(world: World = {}, name: string | null = null): ReturnType<typeof foresee> {
  const ref = name === null ? ({ kind: 'head' } as const) : ({ kind: 'named', name } as const);
  const deps = factsIn({ policy: { approvals: APPROVALS }, ...world, github: { ...GITHUB, ...world.github } });
  return foresee(deps, { policy: policyOf({ approvals: APPROVALS }), ref, by });
}
const applies = async (asked: ReturnType<typeof foresee>): Promise<boolean | undefined> => {
  const tree = (await asked)?.rule.tree;
  return tree?.kind === 'any' ? tree.of[1]?.judged?.applies : undefined;
};

describe('what is foreseen', () => {
  it('is judged by what the commit changes, and knows who wrote it', async () => {
    expect(await seen()).toMatchObject({ sha: HEAD, title: onMain.title, change: { authors: ['github:2'] } });
    expect(await applies(seen())).toBe(true);
  });

  it('makes nothing easier on a guess: unread files and a first deploy take people', async () => {
    const away = async (): Promise<never> => {
      throw new Trouble({ source: 'github', kind: 'unavailable', doing: 'reading', found: 'github answered 502', status: 502 });
    };
    expect(await applies(seen({ github: { readChangedFiles: away } }))).toBe(false);
    expect(await applies(seen({ live: null }))).toBe(false);
  });

  it('is nothing where there is no such commit, or nobody can tell', async () => {
    expect(await seen({ github: { resolveRef: async () => ({ kind: 'not-found', name: 'nope' }) } })).toBeNull();
    expect(await seen({ github: { readRepository: gone } })).toBeNull();
  });

  it('starts no environment that nobody has asked for', async () => {
    const started: boolean[] = [];
    const deps = factsIn({ policy: { approvals: APPROVALS }, github: GITHUB });
    const environmentState: typeof deps.gateway.environmentState = async (_where, start) => {
      started.push(start);
      return null;
    };
    const gateway = { ...deps.gateway, environmentState };
    const result = await foresee({ ...deps, gateway }, { policy: policyOf({ approvals: APPROVALS }), ref: { kind: 'head' }, by });
    expect(result?.sha).toBe(HEAD);
    expect(started).toEqual([false]);
  });
});
