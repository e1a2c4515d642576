// People whose Slack account is found by its address: the weaker binding, and what it is not good for.
import { describe, expect, it } from 'vitest';
import type { Person, Vote } from '../../workflows/vocabulary.ts';
import { ANY_OF, GROUP, onMain, person, vote } from '../policy/given.ts';
import { asked, decidingIn, planned, type World } from './world.ts';

const BEA = { ...person('Bea'), binding: 'email' } as const satisfies Person;
const byBea = { surface: 'slack', team: 'T1', user: 'U2', name: 'bea' } as const;
const onGithub = { surface: 'github', id: 2, login: 'bea' } as const;
const approve = { kind: 'approve', by: byBea, contract: null, sha: null, reason: null } as const;
const ONE = { tree: ANY_OF(GROUP('sre')), exclude: ['requester'], expireMs: 3_600_000 } as const;
const plan = planned({ rule: ONE }, { approvals: ONE });
const world = (now: Readonly<Record<string, string>>): World => ({ emails: { bea: 'bea@acme.test', now } });
const found = world({ U2: 'Bea@acme.test' });

describe('somebody whose address is in the configuration', () => {
  it('approves in Slack as that person, and is marked as matched', async () => {
    expect(await decidingIn(found).judgeVote({ plan, votes: [], act: approve })).toMatchObject({
      kind: 'counts',
      person: { key: BEA.key, mapped: true, slack: BEA.slack, binding: 'email' },
      tally: { satisfied: true },
    });
  });

  it('is marked nowhere for what they do on GitHub, where the account itself says who they are', async () => {
    const verdict = await decidingIn(found).judgeVote({ plan, votes: [], act: { ...approve, by: onGithub } });
    expect(verdict).toMatchObject({ kind: 'counts' });
    expect(verdict.kind === 'counts' && verdict.person.binding).toBeUndefined();
  });

  it('counts once, whichever surface they use', async () => {
    const votes = [vote('Bea', { by: { ...person('Bea'), slack: null }, contract: plan.contract })];
    expect(await decidingIn(found).judgeVote({ plan, votes, act: approve })).toMatchObject({ kind: 'refused', reasons: [{ code: 'already-voted' }] });
    const own = planned({ requester: { ...person('Bea'), slack: null }, rule: ONE }, { approvals: ONE });
    expect(await decidingIn(found).judgeVote({ plan: own, votes: [], act: approve })).toMatchObject({
      kind: 'refused',
      reasons: [{ code: 'own-request' }],
    });
  });

  it('asks for a protected environment in Slack', async () => {
    const wish = { requester: byBea, origin: { surface: 'slack', team: 'T1', channel: 'C1', user: 'U2' } } as const;
    const github = { resolveRef: async () => onMain };
    const deciding = decidingIn({ ...found, github, policy: { approvals: { ...ONE, tree: GROUP('owners') } } });
    expect(await deciding.makePlan(asked(wish))).toMatchObject({ kind: 'planned', plan: { requester: { name: 'Bea', binding: 'email' } } });
  });
});

describe('somebody else', () => {
  it.each<readonly [string, World]>([
    ['has another address', world({ U2: 'bea@other.test' })],
    ['has none that is confirmed', world({})],
    ['has the address while matching is off', {}],
  ])('is nobody we know if the account %s', async (_why, other) => {
    const act = { ...approve, by: { ...byBea, user: 'U77' } };
    const given = other.emails === undefined ? other : world(Object.fromEntries(Object.values(other.emails.now).map((address) => ['U77', address])));
    expect(await decidingIn(given).judgeVote({ plan, votes: [], act })).toMatchObject({ kind: 'refused', reasons: [{ code: 'unmapped-voter' }] });
  });
});

describe('where an approval has to be confirmed on GitHub', () => {
  const rule = { ...ONE, stepUp: 'github' } as const;
  const strict = planned({ rule }, { approvals: rule });

  it('an approval by somebody matched by e-mail is refused in Slack with where to go, and a rejection is not', async () => {
    const deciding = decidingIn(found);
    expect(await deciding.judgeVote({ plan: strict, votes: [], act: approve })).toMatchObject({
      kind: 'refused',
      reasons: [{ code: 'matched-by-email', environment: 'production' }],
    });
    expect(await deciding.judgeVote({ plan: strict, votes: [], act: { ...approve, kind: 'reject', reason: 'no' } })).toMatchObject({
      kind: 'counts',
    });
    expect(await deciding.judgeVote({ plan: strict, votes: [], act: { ...approve, by: onGithub } })).toMatchObject({ kind: 'counts' });
  });
});

describe('right before the build', () => {
  const votes: readonly Vote[] = [vote('Bea', { by: BEA, contract: plan.contract })];
  const recheck = (given: World) => decidingIn(given).recheck({ plan, request: asked().request, votes });

  it('the address is looked up again: as long as it leads to the same person the vote stands', async () => {
    expect(await recheck(found)).toMatchObject({ kind: 'good' });
  });

  it.each<readonly [string, World]>([
    ['belongs to another account now', world({ U3: 'bea@acme.test' })],
    ['was taken out of the configuration', {}],
  ])('the vote is void if the address %s', async (_why, given) => {
    const now = given.emails === undefined ? world({}) : given;
    expect(await recheck(now)).toMatchObject({ kind: 'void', votes: [{ by: { name: 'Bea' }, why: 'unlinked' }] });
  });
});
