import { describe, expect, it } from 'vitest';
import type { GithubApi } from '../../src/github/api.ts';
import { sealOf } from '../../src/ids.ts';
import { Trouble } from '../../src/trouble.ts';
import type { ReplyTo } from '../../workflows/vocabulary.ts';
import { comparison, GROUPS, HEAD, MERGE, NOW, person, pullRequest, ref, vote } from '../policy/given.ts';
import { asked, decidingIn, gone, planned, REPOSITORY } from './world.ts';

const AUTHORS_EXCLUDED = {
  approvals: { tree: { kind: 'group', group: 'sre', count: 1 }, exclude: ['requester', 'commit-authors'], expireMs: 1 },
} as const;
const RENAMED = { ...REPOSITORY, id: 8 };

describe('a plan', () => {
  it('plans with a seal that is the same at every revision, where one is wanted', async () => {
    const firstRun = '0199ffff-0000-7000-8000-000000000000';
    const first = await decidingIn().makePlan({ ...asked(), firstRun });
    const second = await decidingIn().makePlan({ ...asked(), firstRun, revision: 2 });
    expect([first, second]).toMatchObject([{ seal: sealOf(asked().workflowId, firstRun) }, { seal: sealOf(asked().workflowId, firstRun) }]);
    expect(JSON.stringify(first)).not.toContain(firstRun);
    expect(await decidingIn().makePlan(asked())).not.toHaveProperty('seal');
  });

  it('is made when everything is good', async () => {
    expect(await decidingIn().makePlan(asked())).toMatchObject({ kind: 'planned', plan: { sha: HEAD } });
  });

  it('is refused when the name has passed to another repository since the command', async () => {
    const result = await decidingIn({ github: { readRepository: async () => RENAMED } }).makePlan(asked());
    expect(result).toMatchObject({ kind: 'refused', reasons: [{ code: 'wrong-repository', expected: 'acme/api (7)', found: 'acme/api (8)' }] });
  });

  it.each([
    ['edited', { body: '/deploy api to staging', edited: true }],
    ['deleted', null],
  ])('is refused when the comment that asked was %s meanwhile', async (how, comment) => {
    const result = await decidingIn({ github: { readComment: async () => comment } }).makePlan(asked());
    expect(result).toMatchObject({ kind: 'refused', reasons: [{ code: 'comment-changed', how }] });
  });

  it.each([
    ['edited', { body: '/deploy api to staging', edited: true }],
    ['deleted', null],
  ])('is refused when the review that asked was %s meanwhile', async (how, review) => {
    const origin = { ...asked().request.origin, written: { kind: 'review', login: 'ann', digest: 'as it arrived' } } as ReplyTo;
    const seen: unknown[] = [];
    const readReview: GithubApi['readReview'] = async (_repo, of) => {
      seen.push(of);
      return review;
    };
    const result = await decidingIn({ github: { readReview } }).makePlan(asked({ origin }));
    expect(result).toMatchObject({ kind: 'refused', reasons: [{ code: 'comment-changed', how }] });
    expect(seen).toEqual([{ issue: 42, review: 5, digest: 'as it arrived' }]);
  });

  it.each([
    ['the way from the live version can’t be read', {}, gone],
    ['GitHub lists only some of the commits', {}, async () => comparison({ addedTotal: 300 })],
    ['nothing is live, and the commits of the pull request can’t be read', { live: null }, gone],
  ])('is refused when authors may not approve and %s', async (_when, world, compare) => {
    const result = await decidingIn({ ...world, policy: AUTHORS_EXCLUDED, github: { compare } }).makePlan(asked());
    expect(result).toMatchObject({ kind: 'refused', reasons: [{ code: 'unreadable', what: 'who wrote the commits' }] });
    expect(await decidingIn({ ...world, github: { compare } }).makePlan(asked())).toMatchObject({ kind: 'planned' });
  });

  it('asks for the reviews of the commits of a merged pull request', async () => {
    const github = {
      readPullRequest: async () => pullRequest({ state: 'merged', mergeSha: MERGE }),
      resolveRef: async () => ref({ sha: MERGE, name: 'main', branch: 'main' }),
      readReviews: async () => ({ pullRequests: [42], unreviewed: [] }),
    };
    const review = { gates: { checks: null, review: true, upToDate: false, keepsLive: false, after: [] } };
    expect(await decidingIn({ policy: review, github }).makePlan(asked())).toMatchObject({ kind: 'planned', plan: { sha: MERGE } });
    const unreviewed = { ...github, readReviews: async () => ({ pullRequests: [], unreviewed: [MERGE] }) };
    expect(await decidingIn({ policy: review, github: unreviewed }).makePlan(asked())).toMatchObject({
      kind: 'refused',
      reasons: [{ code: 'unreviewed-commits' }],
    });
  });
});

describe('a click', () => {
  const linked = {
    slack: { surface: 'slack', team: 'T1', user: 'U70', name: 'zoe' },
    github: { surface: 'github', id: 70, login: 'zoe' },
    since: 1,
  } as const;
  const act = { kind: 'approve', by: linked.slack, contract: null, sha: null, reason: null } as const;

  it('of somebody who linked their accounts since the last look counts at once', async () => {
    let reads = 0;
    const clock = { now: NOW };
    const links = async () => {
      reads += 1;
      return { links: reads === 1 ? [] : [linked], delegations: [] };
    };
    const deciding = decidingIn({ links, clock });
    const judge = () => deciding.judgeVote({ plan: planned(), votes: [], act });
    expect(await judge()).toMatchObject({ kind: 'refused', reasons: [{ code: 'unmapped-voter' }] });
    clock.now += 2_000;
    expect(await judge()).toMatchObject({ kind: 'refused', reasons: [{ code: 'not-in-group' }] });
    // In no group: somebody may have asked them to stand in meanwhile. Not asked again and again, though.
    clock.now += 1_999;
    await judge();
    expect(reads).toBe(2);
    clock.now += 1;
    await judge();
    expect(reads).toBe(3);
  });

  it('of somebody who may be linked is not counted while links can’t be read, and says why', async () => {
    const links = async (): Promise<never> => {
      throw new Trouble({ source: 'temporal', kind: 'unavailable', doing: 'reading people', found: 'no answer' });
    };
    const verdict = await decidingIn({ links }).judgeVote({ plan: planned(), votes: [], act });
    expect(verdict.kind === 'refused' && verdict.reasons.map(({ code }) => code)).toEqual(['unreadable', 'unmapped-voter']);
    const bea = { ...act, by: { surface: 'slack', team: 'T1', user: 'U2', name: 'bea' } as const };
    expect(await decidingIn({ links }).judgeVote({ plan: planned(), votes: [], act: bea })).toMatchObject({ kind: 'counts' });
  });
});

describe('the re-check', () => {
  const { request } = asked();
  const votes = [vote('Carl'), vote('Bea'), vote('Dan')];
  const recheck = (world: Parameters<typeof decidingIn>[0], frozen = {}) => decidingIn(world).recheck({ plan: planned({}, frozen), request, votes });

  it('is good as long as nothing has changed', async () => {
    expect(await recheck({})).toMatchObject({ kind: 'good', tally: { satisfied: true }, live: { sha: expect.any(String) } });
  });

  it('names a vote that stopped counting also when enough are left without it', async () => {
    const result = await recheck({ isActive: (key) => key !== person('Carl').key });
    expect(result).toMatchObject({
      kind: 'void',
      votes: [{ by: { name: 'Carl' }, why: 'inactive' }],
      tally: { satisfied: true },
      live: { sha: expect.any(String) },
    });
  });

  it('names a vote that stopped counting when too few are left', async () => {
    const result = await recheck({ groups: { ...GROUPS, owners: [] } });
    expect(result).toMatchObject({ kind: 'void', votes: [{ by: { name: 'Dan' }, why: 'left-group' }], tally: { satisfied: false } });
  });

  it('ends a request whose repository gave its name away', async () => {
    expect(await recheck({ github: { readRepository: async () => RENAMED } })).toMatchObject({
      kind: 'gates',
      reasons: [{ code: 'wrong-repository' }],
    });
  });

  it('goes by the decision about the head that was planned when the pull request was merged meanwhile', async () => {
    const review = { gates: { checks: null, review: true, upToDate: false, keepsLive: false, after: [] } };
    const mergedBy = (decision: 'approved' | 'changes-requested') => ({
      readPullRequest: async () => pullRequest({ state: 'merged', mergeSha: MERGE, review: decision }),
      readReviews: async () => ({ pullRequests: [], unreviewed: [HEAD] }),
    });
    expect(await recheck({ github: mergedBy('approved') }, review)).toMatchObject({ kind: 'good' });
    expect(await recheck({ github: mergedBy('changes-requested') }, review)).toMatchObject({ kind: 'gates', reasons: [{ code: 'review-needed' }] });
  });

  it('goes by the base that the pull request has now', async () => {
    const upToDate = { gates: { checks: null, review: true, upToDate: true, keepsLive: false, after: [] } };
    const onto = (review: 'approved' | 'not-required', behindBy: number) => ({
      readPullRequest: async () => pullRequest({ baseRef: 'release', review, behindBy }),
    });
    expect(await recheck({ github: onto('approved', 0) }, upToDate)).toMatchObject({ kind: 'good' });
    expect(await recheck({ github: onto('approved', 2) }, upToDate)).toMatchObject({ kind: 'gates', reasons: [{ code: 'behind', base: 'release' }] });
    // A branch that asks for no review vouches for none.
    expect(await recheck({ github: onto('not-required', 0) }, upToDate)).toMatchObject({ kind: 'gates', reasons: [{ code: 'review-needed' }] });
  });

  it('is unknown while the links can’t be read, if a vote rests on one', async () => {
    const linked = { ...vote('Carl'), by: { ...person('Carl'), binding: 'linked' as const } };
    const links = async (): Promise<never> => {
      throw new Trouble({ source: 'temporal', kind: 'unavailable', doing: 'reading people', found: 'no answer' });
    };
    expect(await decidingIn({ links }).recheck({ plan: planned(), request, votes: [...votes, linked] })).toEqual({
      kind: 'unknown',
      what: 'the account links',
    });
    expect(await recheck({ links })).toMatchObject({ kind: 'good' });
  });

  it('never takes what can’t be read for good', async () => {
    expect(await recheck({ github: { readChecks: gone } })).toMatchObject({ kind: 'unknown' });
  });
});
