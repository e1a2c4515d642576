// What the deciding activities make of groups that can't be read, and of delegations.
import { describe, expect, it } from 'vitest';
import type { GithubApi } from '../../src/github/api.ts';
import { createPeople } from '../../src/activities/people.ts';
import { Trouble } from '../../src/trouble.ts';
import type { Delegation } from '../../workflows/people-contract.ts';
import type { Account } from '../../workflows/vocabulary.ts';
import { CONTRACT, GROUP, GROUPS, HEAD, NOW, person, STRANGER, vote, type Name } from '../policy/given.ts';
import { asked, decidingIn, planned, policyOf, REPOSITORY, type World } from './world.ts';

// For good: trying again would not help.
const unread = async (): Promise<never> => {
  throw new Trouble({ source: 'github', kind: 'not-found', doing: 'reading team acme/sre', found: 'github answered 404', status: 404 });
};
const never = (): Promise<never> => new Promise(() => undefined);
const NO_SRE = { groups: { ...GROUPS, sre: unread } };
const { request } = asked();

function clicks(name: Name, world: World, votes = [] as ReturnType<typeof vote>[]) {
  const { id, login } = person(name).github ?? { id: 0, login: '' };
  const by: Account = { surface: 'github', id, login };
  const act = { kind: 'approve', by, contract: CONTRACT, sha: HEAD, reason: null } as const;
  return decidingIn(world).judgeVote({ plan: planned(), votes, act });
}

describe('a group that can’t be read', () => {
  it('refuses a plan that names it, and no other', async () => {
    expect(await decidingIn(NO_SRE).makePlan(asked())).toMatchObject({
      kind: 'refused',
      reasons: [{ code: 'unreadable', what: 'who is in sre', why: expect.stringContaining('github answered 404') }],
    });
    const approvals = { tree: GROUP('owners'), exclude: [], expireMs: 1 };
    expect(await decidingIn({ ...NO_SRE, policy: { approvals } }).makePlan(asked())).toMatchObject({ kind: 'planned' });
  });

  it('refuses a request by whoever may ask only as its member', async () => {
    const may = { ...policyOf().may, request: { roles: [], groups: ['web'], requester: false, approvers: false } };
    const result = await decidingIn({ groups: { ...GROUPS, web: unread }, policy: { may } }).makePlan(asked());
    expect(result).toMatchObject({ kind: 'refused', reasons: [{ code: 'unreadable', what: 'who is in web' }] });
  });

  it('lets a click count for another group, and otherwise asks to try again', async () => {
    expect(await clicks('Dan', NO_SRE)).toMatchObject({ kind: 'counts' });
    expect(await clicks('Carl', NO_SRE)).toMatchObject({
      kind: 'refused',
      reasons: [{ code: 'unreadable', what: 'who is in sre', why: 'reading team acme/sre: github answered 404' }],
    });
  });

  it('is given a second at a click', async () => {
    const slow = await clicks('Carl', { groups: { ...GROUPS, sre: never } });
    expect(slow).toMatchObject({ kind: 'refused', reasons: [{ code: 'unreadable', what: 'who is in sre', why: 'no answer within 1 s' }] });
  });

  it('holds the build up', async () => {
    const votes = [vote('Bea'), vote('Dan')];
    expect(await decidingIn(NO_SRE).recheck({ plan: planned(), request, votes })).toEqual({ kind: 'unknown', what: 'who is in sre' });
    expect(await decidingIn({ groups: { ...GROUPS, web: unread } }).recheck({ plan: planned(), request, votes })).toMatchObject({ kind: 'good' });
  });
});

describe('a plan that nobody can approve', () => {
  it('names the members whom nobody knows', async () => {
    const result = await decidingIn({ groups: { ...GROUPS, sre: [STRANGER] } }).makePlan(asked());
    expect(result).toMatchObject({ kind: 'refused', reasons: [{ code: 'rule-unsatisfiable', group: 'sre', could: 0, unmapped: ['sly'] }] });
  });
});

describe('a delegation', () => {
  const delegation: Delegation = { from: person('Carl'), to: person('Eve'), since: NOW - 1, until: NOW + 1, reason: null };
  const given = (change: Partial<Delegation> = {}): World => ({ links: async () => ({ links: [], delegations: [{ ...delegation, ...change }] }) });
  const lost: World = {
    links: async () => {
      throw new Trouble({ source: 'temporal', kind: 'unavailable', doing: 'reading people', found: 'no answer' });
    },
  };
  const carlLeft = { isActive: (key: string) => key !== person('Carl').key };

  it('lets the delegate approve, and the card name both', async () => {
    expect(await clicks('Eve', given())).toMatchObject({
      kind: 'counts',
      tally: { tree: { of: [{ by: [{ name: 'Eve' }], standIns: { [person('Eve').key]: 'Carl' } }, { group: 'owners' }] } },
    });
    expect(await decidingIn(given()).makePlan(asked())).toMatchObject({
      plan: { tally: { tree: { of: [{ waitingFor: [{ name: 'Bea' }, { name: 'Carl' }, { name: 'Eve' }] }, {}] } } },
    });
  });

  it('is nothing before, after, and once whoever is away has left for good', async () => {
    for (const world of [given({ since: NOW + 1 }), given({ until: NOW }), { ...given(), ...carlLeft }])
      expect(await clicks('Eve', world)).toMatchObject({ kind: 'refused', reasons: [{ code: 'not-in-group' }] });
  });

  it('counts at once, also where somebody looked a moment before', async () => {
    let delegations: readonly Delegation[] = [];
    const clock = { now: NOW };
    const deciding = decidingIn({ clock, links: async () => ({ links: [], delegations }) });
    const act = { kind: 'approve', by: { surface: 'github', id: 5, login: 'eve' }, contract: CONTRACT, sha: HEAD, reason: null } as const;
    const judge = () => deciding.judgeVote({ plan: planned(), votes: [], act });
    expect(await judge()).toMatchObject({ kind: 'refused', reasons: [{ code: 'not-in-group' }] });
    delegations = [{ ...delegation, until: NOW + 60_000 }];
    clock.now += 2_000;
    expect(await judge()).toMatchObject({ kind: 'counts' });
  });

  it('is unknown while it can’t be read, for those only who are in no group themselves', async () => {
    expect(await clicks('Eve', lost)).toMatchObject({ kind: 'refused', reasons: [{ code: 'unreadable', what: 'the account links' }] });
    expect(await clicks('Carl', lost)).toMatchObject({ kind: 'counts' });
  });

  it('is looked at again before the build', async () => {
    const votes = [vote('Eve'), vote('Dan')];
    const told = await clicks('Dan', given(), [vote('Eve')]);
    const tally = told.kind === 'counts' ? told.tally : null;
    const recheck = (world: World) => decidingIn(world).recheck({ plan: planned(), request, votes, tally });
    expect(await recheck(given())).toMatchObject({ kind: 'good' });
    const over = { kind: 'void', votes: [{ by: { name: 'Eve' }, why: 'delegation-over', detail: 'Carl' }] };
    expect(await recheck(given({ until: NOW }))).toMatchObject(over);
    expect(await recheck({ ...given(), ...carlLeft })).toMatchObject(over);
    expect(await recheck(lost)).toEqual({ kind: 'unknown', what: 'the account links' });
  });
});

describe('an account', () => {
  type Access = Awaited<ReturnType<GithubApi['readAccess']>>;
  const stateWith = (access: Access, slack: 'deactivated' | 'guest' | 'stranger' | 'bot' | null = null) =>
    createPeople({
      github: { readAccess: async () => access },
      slack: { readAccount: async () => ({ active: slack === null, why: slack, name: 'Bea', email: null }) },
      now: () => NOW,
    }).stateOf(REPOSITORY, person('Bea'), 0);

  it.each<readonly [string, Access, Parameters<typeof stateWith>[1], unknown]>([
    ['is active with both accounts in order', { role: 'read', why: null }, null, { active: true, why: null }],
    ['is not, as a bot of GitHub', { role: 'none', why: 'bot' }, null, { active: false, why: 'bot' }],
    ['is not, suspended at GitHub', { role: 'none', why: 'deactivated' }, null, { active: false, why: 'deactivated' }],
    ['is not, without read access', { role: 'none', why: null }, null, { active: false, why: 'no-read-access' }],
    ['is not, as a bot of Slack', { role: 'admin', why: null }, 'bot', { active: false, why: 'bot' }],
    ['is not, as a guest', { role: 'admin', why: null }, 'guest', { active: false, why: 'guest' }],
    ['is not, as a stranger', { role: 'admin', why: null }, 'stranger', { active: false, why: 'stranger' }],
    ['is not, deactivated in Slack', { role: 'admin', why: null }, 'deactivated', { active: false, why: 'deactivated' }],
  ])('%s', async (_what, access, slack, state) => {
    expect(await stateWith(access, slack)).toEqual(state);
  });
});
