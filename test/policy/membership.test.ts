// Votes while it is not known who is in a group, or while somebody is there in another's place.
import { describe, expect, test } from 'vitest';
import { judgeMay, judgeVote, tallyPlan, type JudgeVote } from '../../src/policy/judge.ts';
import { recheckVotes } from '../../src/policy/recheck.ts';
import { withStandIns } from '../../src/policy/stand-ins.ts';
import type { Delegation } from '../../workflows/people-contract.ts';
import type { RuleNode, Tally } from '../../workflows/vocabulary.ts';
import { ALL_OF, ANY_OF, CONTRACT, GROUP, GROUPS, HEAD, known, NOW, PEOPLE, person, plan, STRANGER, vote, type Name } from './given.ts';

const ACTIVE = known({ active: true, why: null });
const WHY = 'reading team acme/sre: github answered 502';
const NO_SRE = { groups: { owners: GROUPS.owners }, unread: { sre: WHY } };
const UNREAD = { code: 'unreadable', what: 'who is in sre', why: WHY };
const DOUBT = { what: 'the account links', why: 'no answer' };
const ruled = (tree: RuleNode) => plan({ rule: { ...plan().rule, tree } });

function judge(change: Partial<JudgeVote>): ReturnType<typeof judgeVote> {
  const act = { kind: 'approve', contract: CONTRACT, sha: HEAD, reason: null } as const;
  const input = { plan: plan(), votes: [], act, surface: 'github', voter: person('Dan'), voterState: ACTIVE } as const;
  return judgeVote({ ...input, groups: GROUPS, unread: {}, ...change });
}

describe('while a group can’t be read', () => {
  test('whoever is in another one that is asked for counts for that', () => {
    expect(judge(NO_SRE)).toMatchObject({ kind: 'counts', tally: { have: 1, need: 2, satisfied: false } });
    expect(judge({ ...NO_SRE, plan: ruled(ANY_OF(GROUP('sre'), GROUP('owners'))) })).toMatchObject({ kind: 'counts', tally: { satisfied: true } });
  });

  test('whoever is in no other is asked to try again, and not told that they are in none', () => {
    expect(judge({ ...NO_SRE, voter: person('Carl') })).toEqual({ kind: 'refused', reasons: [UNREAD] });
    expect(judge({ ...NO_SRE, voter: STRANGER })).toMatchObject({ kind: 'refused', reasons: [{ code: 'unmapped-voter' }] });
  });

  test('a vote that may be the last is not counted: nobody would look again', () => {
    expect(judge({ ...NO_SRE, votes: [vote('Carl')] })).toEqual({ kind: 'refused', reasons: [UNREAD] });
    const third = ruled(ALL_OF(GROUP('sre'), GROUP('owners'), GROUP('web')));
    expect(judge({ ...NO_SRE, plan: third, votes: [vote('Carl')] })).toMatchObject({ kind: 'counts', tally: { have: 1, need: 3 } });
  });

  test('a rejection and a withdrawal count', () => {
    const act = { contract: CONTRACT, sha: HEAD, reason: 'no' } as const;
    expect(judge({ ...NO_SRE, votes: [vote('Carl')], act: { ...act, kind: 'reject' } })).toMatchObject({ kind: 'counts' });
    expect(judge({ ...NO_SRE, votes: [vote('Carl')], voter: person('Carl'), act: { ...act, kind: 'withdraw' } })).toMatchObject({ kind: 'counts' });
  });

  test('the tally says that it waits, and for nobody by name', () => {
    const { tree } = tallyPlan({ plan: plan(), votes: [], ...NO_SRE });
    expect(tree).toMatchObject({ state: 'waiting', of: [{ group: 'sre', state: 'waiting', unread: true, waitingFor: [] }, { group: 'owners' }] });
  });

  test('a build is not started, even where the rule would do without it', () => {
    const states = new Map([[person('Dan').key, ACTIVE]]);
    const input = { plan: ruled(ANY_OF(GROUP('sre'), GROUP('owners'))), votes: [vote('Dan')], told: null, states, people: PEOPLE };
    expect(recheckVotes({ ...input, ...NO_SRE })).toEqual({ kind: 'unknown', what: 'who is in sre' });
    expect(recheckVotes({ ...input, groups: NO_SRE.groups, unread: { web: WHY } })).toMatchObject({ kind: 'checked', voided: [] });
  });

  test.each([
    ['is allowed through another group', person('Dan'), { kind: 'allowed' }],
    ['is asked to try again', person('Carl'), { kind: 'refused', reasons: [UNREAD] }],
    ['is refused as nobody we know', STRANGER, { kind: 'refused', reasons: [{ code: 'may-not-cancel' }] }],
  ])('whoever cancels %s', (_what, who, answer) => {
    const may = { roles: [], groups: [], requester: true, approvers: true } as const;
    const { rule } = plan();
    const given = {
      act: 'cancel',
      may,
      rule,
      requesters: [person('Ann')],
      person: who,
      state: ACTIVE,
      role: known('write' as const),
      ...NO_SRE,
    } as const;
    expect(judgeMay(given)).toMatchObject(answer);
  });
});

describe('members whom nobody knows', () => {
  const groups = { ...GROUPS, sre: [STRANGER, person('Carl')] };

  test('are counted on the card, and waited for by nobody', () => {
    const { tree } = tallyPlan({ plan: plan(), votes: [], groups });
    expect(tree).toMatchObject({ of: [{ group: 'sre', waitingFor: [{ name: 'Carl' }], unmapped: 1 }, { group: 'owners' }] });
  });

  test('fill nothing, even if a vote of theirs should stand', () => {
    expect(tallyPlan({ plan: plan(), votes: [{ ...vote('Bea'), by: STRANGER }], groups })).toMatchObject({ have: 0 });
  });
});

describe('a vote in the place of somebody who is away', () => {
  const delegation: Delegation = { from: person('Carl'), to: person('Eve'), since: NOW, until: NOW + 1, reason: null };
  const standing = withStandIns({ groups: GROUPS, unread: {} }, [delegation], PEOPLE);
  const carlsPlace = { [person('Eve').key]: 'Carl' };

  test('fills a slot of their group, and is told as that', () => {
    expect(judge({ ...standing, voter: person('Eve') })).toMatchObject({
      kind: 'counts',
      tally: { have: 1, tree: { of: [{ group: 'sre', by: [{ name: 'Eve' }], standIns: carlsPlace }, { group: 'owners' }] } },
    });
  });

  test.each<readonly [string, Name, Partial<JudgeVote>, string]>([
    ['the requester', 'Ann', {}, 'own-request'],
    ['who pushed since', 'Eve', { plan: plan({ requesters: [person('Ann'), person('Eve')] }) }, 'pushed-to-it'],
    [
      'an author',
      'Eve',
      { plan: plan({ rule: { ...plan().rule, exclude: ['commit-authors'] }, change: { ...plan().change, authors: [person('Eve').key] } }) },
      'commit-author',
    ],
  ])('never makes a vote of %s', (_who, name, change, code) => {
    const forThem = withStandIns({ groups: GROUPS, unread: {} }, [{ ...delegation, to: person(name) }], PEOPLE);
    expect(judge({ ...forThem, voter: person(name), ...change })).toMatchObject({ kind: 'refused', reasons: [{ code }] });
  });

  test('is void once they are back', () => {
    const votes = [vote('Eve'), vote('Dan')];
    const told: Tally = tallyPlan({ plan: plan(), votes, ...standing });
    expect(told.satisfied).toBe(true);
    const states = new Map((['Eve', 'Dan'] as const).map((name) => [person(name).key, ACTIVE]));
    const input = { plan: plan(), votes, told, states, people: PEOPLE };
    expect(recheckVotes({ ...input, ...standing })).toMatchObject({ kind: 'checked', voided: [], tally: { satisfied: true } });
    expect(recheckVotes({ ...input, groups: GROUPS, unread: {} })).toMatchObject({
      voided: [{ by: { name: 'Eve' }, why: 'delegation-over', detail: 'Carl' }],
      tally: { satisfied: false },
    });
  });

  test('is in doubt while nobody can tell who stands in for whom', () => {
    const doubted = { code: 'unreadable', ...DOUBT };
    expect(judge({ voter: person('Eve'), doubt: DOUBT })).toEqual({ kind: 'refused', reasons: [doubted] });
    // Eve's earlier vote may count: then this one is the last.
    expect(judge({ votes: [vote('Eve')], doubt: DOUBT })).toEqual({ kind: 'refused', reasons: [doubted] });
    expect(judge({ votes: [vote('Carl')], doubt: DOUBT })).toMatchObject({ kind: 'counts', tally: { satisfied: true } });
    expect(judge({ doubt: DOUBT })).toMatchObject({ kind: 'counts', tally: { have: 1 } });
  });
});

describe('whoever left', () => {
  const votes = [vote('Bea'), vote('Dan')];
  const states = new Map((['Bea', 'Dan'] as const).map((name) => [person(name).key, ACTIVE]));
  const told = tallyPlan({ plan: plan(), votes, groups: GROUPS });
  const recheck = (groups: JudgeVote['groups']) => recheckVotes({ plan: plan(), votes, groups, unread: {}, told, states, people: PEOPLE });

  test('is told of the group they were counted for', () => {
    expect(recheck({ sre: [person('Carl')], owners: [person('Dan')] })).toMatchObject({
      voided: [{ by: { name: 'Bea' }, why: 'left-group', detail: 'sre' }],
    });
  });

  test('is told so also where they are still in another group, if the rule lacks them', () => {
    expect(recheck({ ...GROUPS, sre: [person('Carl')] })).toMatchObject({
      voided: [{ by: { name: 'Bea' }, why: 'left-group', detail: 'sre' }],
      tally: { have: 1, satisfied: false },
    });
  });

  test('keeps the vote where it is enough for another group', () => {
    const any = ruled(ANY_OF(GROUP('sre'), GROUP('owners')));
    const input = { plan: any, votes: [vote('Bea')], unread: {}, states, people: PEOPLE };
    const before = tallyPlan({ plan: any, votes: [vote('Bea')], groups: GROUPS });
    expect(recheckVotes({ ...input, told: before, groups: { ...GROUPS, sre: [] } })).toMatchObject({ voided: [], tally: { satisfied: true } });
  });
});
