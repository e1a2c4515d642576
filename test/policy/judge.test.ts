import { describe, expect, test } from 'vitest';
import { judgeMay, judgeVote, tallyPlan, type JudgeMay, type JudgeVote } from '../../src/policy/judge.ts';
import { recheckVotes } from '../../src/policy/recheck.ts';
import { githubPersonKey } from '../../src/ids.ts';
import type { AccountState, Read } from '../../src/policy/facts.ts';
import type { Contract, Person, PersonKey } from '../../workflows/vocabulary.ts';
import { CONTRACT, GROUPS, HEAD, known, LIVE, NOW, PEOPLE, person, plan, STRANGER, UNREAD, vote, type Name } from './given.ts';

const ACTIVE: Read<AccountState> = known({ active: true, why: null });
const GUEST: Read<AccountState> = known({ active: false, why: 'guest' });
const approve = { kind: 'approve', contract: CONTRACT, sha: 'aaaaaaa', reason: null } as const;
const reject = { ...approve, kind: 'reject', reason: 'not on a Friday' } as const;
const withdraw = { ...approve, kind: 'withdraw' } as const;
const byAuthors = plan({
  rule: { ...plan().rule, exclude: ['requester', 'commit-authors'] },
  change: { commits: 4, pullRequests: [], authors: [person('Bea').key], compareUrl: null },
});

const STEP_UP = plan({ rule: { ...plan().rule, stepUp: 'github' } });

function judge(change: Partial<JudgeVote>): ReturnType<typeof judgeVote> {
  return judgeVote({
    plan: plan(),
    votes: [],
    act: approve,
    surface: 'github',
    voter: person('Bea'),
    voterState: ACTIVE,
    groups: GROUPS,
    unread: {},
    ...change,
  });
}
const codes = (change: Partial<JudgeVote>): readonly string[] => {
  const verdict = judge(change);
  return verdict.kind === 'refused' ? verdict.reasons.map(({ code }) => code) : [verdict.kind];
};

describe('a vote', () => {
  test.each<readonly [what: string, given: Partial<JudgeVote>, codes: readonly string[]]>([
    ['by somebody in a group counts', {}, ['counts']],
    ['by words alone, without a card, counts', { act: { ...approve, contract: null, sha: null } }, ['counts']],
    ['by the requester', { voter: person('Ann') }, ['own-request', 'not-in-group']],
    [
      'by the requester from another account',
      { voter: { ...person('Ann'), key: 'slack:T1:U1' as PersonKey, github: null } },
      ['own-request', 'not-in-group'],
    ],
    ['by somebody who pushed since', { plan: plan({ requesters: [person('Ann'), person('Bea')] }) }, ['pushed-to-it']],
    ['by an author who is excluded', { plan: byAuthors }, ['commit-author']],
    ['by an author who is not excluded', { plan: plan({ change: byAuthors.change }) }, ['counts']],
    ['by somebody in no group of the rule', { voter: person('Eve') }, ['not-in-group']],
    ['by somebody we do not know', { voter: STRANGER }, ['unmapped-voter']],
    ['by the requester, whom we do not know any more', { voter: { ...person('Ann'), mapped: false } }, ['own-request', 'unmapped-voter']],
    ['by a guest', { voterState: GUEST }, ['inactive-person']],
    ['by somebody whose account can not be read', { voterState: UNREAD }, ['unreadable']],
    ['in Slack, where it has to be confirmed on GitHub', { plan: STEP_UP, surface: 'slack' }, ['to-confirm']],
    ['on GitHub, where it has to be confirmed there', { plan: STEP_UP }, ['counts']],
    ['on GitHub, after a click in Slack that does not count', { plan: STEP_UP, votes: [vote('Bea')] }, ['counts']],
    ['against it, in Slack, where an approval would have to be confirmed', { plan: STEP_UP, surface: 'slack', act: reject }, ['counts']],
    [
      'in Slack by somebody in no group, where it would have to be confirmed',
      { plan: STEP_UP, surface: 'slack', voter: person('Eve') },
      ['not-in-group'],
    ],
    ['on a stale card', { act: { ...approve, contract: 'old' as Contract } }, ['stale-card']],
    ['for the second time', { votes: [vote('Bea')] }, ['already-voted']],
    [
      'for the second time, from another account',
      { votes: [vote('Bea', { by: { ...person('Bea'), key: 'slack:T1:U2' as PersonKey, github: null } })] },
      ['already-voted'],
    ],
    ['after a vote for another contract', { votes: [vote('Bea', { contract: 'old' as Contract })] }, ['counts']],
    ['where nobody has to approve', { plan: plan({ rule: { tree: null, exclude: [], expireMs: 1 } }) }, ['no-approval-needed']],
    [
      'with everything wrong',
      {
        voter: person('Ann'),
        voterState: GUEST,
        act: { ...reject, contract: 'old' as Contract, reason: ' ' },
        votes: [vote('Ann', { kind: 'reject' })],
      },
      ['stale-card', 'inactive-person', 'own-request', 'not-in-group', 'already-voted', 'reason-needed'],
    ],
    ['to reject, with a reason', { act: reject }, ['counts']],
    ['to reject, without a reason', { act: { ...reject, reason: null } }, ['reason-needed']],
    ['to reject, by the requester', { act: reject, voter: person('Ann') }, ['own-request', 'not-in-group']],
    ['to reject, by somebody outside', { act: reject, voter: person('Eve') }, ['not-in-group']],
    ['to reject, after approving', { act: reject, votes: [vote('Bea')] }, ['counts']],
    ['to withdraw one', { act: withdraw, votes: [vote('Bea')] }, ['counts']],
    ['to withdraw one as somebody who could not vote any more', { act: withdraw, voterState: GUEST, votes: [vote('Bea')], groups: {} }, ['counts']],
    ['to withdraw none', { act: withdraw, votes: [vote('Dan')] }, ['nothing-to-withdraw']],
    ['to withdraw one for another contract', { act: withdraw, votes: [vote('Bea', { contract: 'old' as Contract })] }, ['nothing-to-withdraw']],
  ])('%s', (_, given, expected) => {
    expect(codes(given)).toEqual(expected);
  });

  test('that counts carries the tally with it', () => {
    expect(judge({ votes: [vote('Dan')] })).toMatchObject({ kind: 'counts', person: { name: 'Bea' }, tally: { satisfied: true, have: 2, need: 2 } });
    expect(judge({ act: withdraw, votes: [vote('Bea'), vote('Dan')] })).toMatchObject({ tally: { satisfied: false, have: 1, need: 2 } });
    expect(judge({ act: reject, votes: [vote('Bea'), vote('Dan')] })).toMatchObject({ tally: { have: 1 } });
  });

  test('that is refused says what was found and needed', () => {
    expect(judge({ voter: person('Eve'), groups: { ...GROUPS, web: [person('Eve')] } })).toEqual({
      kind: 'refused',
      reasons: [{ code: 'not-in-group', groups: ['sre', 'owners'], yours: ['web'], environment: 'production' }],
    });
    expect(judge({ plan: byAuthors })).toEqual({
      kind: 'refused',
      reasons: [{ code: 'commit-author', wrote: null, of: 4, environment: 'production' }],
    });
    expect(judge({ votes: [vote('Bea', { surface: 'github' })] })).toEqual({
      kind: 'refused',
      reasons: [{ code: 'already-voted', kind: 'approve', at: NOW, surface: 'github' }],
    });
  });

  test.each([
    [LIVE, LIVE, `https://g/acme/api/compare/${LIVE}...${HEAD}`],
    ['bbbbbbb', 'bbbbbbb', `https://g/acme/api/compare/bbbbbbb...${HEAD}`],
    [null, null, null],
    ['../evil', '../evil', null],
  ])('on a card about %s links to what changed since', (shown, seen, compareUrl) => {
    expect(judge({ act: { ...approve, contract: 'old' as Contract, sha: shown } })).toEqual({
      kind: 'refused',
      reasons: [{ code: 'stale-card', seen, now: HEAD, compareUrl }],
    });
  });
});

describe('a review that names the commit it looked at', () => {
  test('counts for a request of just this commit, and says nothing of other refs', () => {
    expect(judge({ act: { ...approve, contract: null, sha: HEAD } })).toMatchObject({ kind: 'counts' });
    expect(judge({ act: { ...approve, contract: null, sha: LIVE } })).toMatchObject({
      kind: 'refused',
      reasons: [{ code: 'stale-card', seen: LIVE }],
    });
    const tag = plan({ ref: { kind: 'tag', name: 'v1', branch: 'main' } });
    expect(judge({ plan: tag, act: { ...approve, contract: null, sha: LIVE } })).toMatchObject({ kind: 'counts' });
  });
});

describe('the re-check of votes', () => {
  const states = (change: Partial<Record<Name, Read<AccountState>>> = {}): ReadonlyMap<PersonKey, Read<AccountState>> =>
    new Map((['Bea', 'Carl', 'Dan'] as const).map((name) => [person(name).key, change[name] ?? ACTIVE]));
  const votes = [vote('Bea'), vote('Dan')];
  const recheck = (change: Partial<Parameters<typeof recheckVotes>[0]> = {}) =>
    recheckVotes({ plan: plan(), votes, groups: GROUPS, unread: {}, told: null, states: states(), people: PEOPLE, ...change });

  test('finds good votes good', () => {
    expect(recheck()).toMatchObject({ kind: 'checked', voided: [], tally: { satisfied: true } });
  });

  test.each<readonly [what: string, change: Partial<Parameters<typeof recheckVotes>[0]>, why: string, detail: string | null]>([
    ['somebody who left the group', { groups: { sre: [person('Carl')], owners: [person('Dan')] } }, 'left-group', 'sre, owners'],
    ['somebody who left the company', { states: states({ Bea: known({ active: false, why: 'deactivated' }) }) }, 'inactive', 'deactivated'],
    ['somebody who pushed since', { plan: plan({ requesters: [person('Ann'), person('Bea')] }) }, 'became-requester', null],
    ['somebody who turns out to be an author', { plan: byAuthors }, 'became-author', null],
  ])('voids the vote of %s', (_, change, why, detail) => {
    expect(recheck(change)).toMatchObject({
      kind: 'checked',
      voided: [{ by: { name: 'Bea' }, why, detail }],
      tally: { satisfied: false, have: 1, need: 2 },
    });
  });

  test('is satisfied by the others when enough of them are left', () => {
    const result = recheck({ votes: [...votes, vote('Carl')], states: states({ Bea: GUEST }) });
    expect(result).toMatchObject({ kind: 'checked', voided: [{ by: { name: 'Bea' } }], tally: { satisfied: true, have: 2 } });
  });

  test.each([
    ['could not be read', states({ Dan: UNREAD })],
    ['was not read', new Map([[person('Bea').key, ACTIVE]])],
  ])('is unknown when an account %s', (_, read) => {
    expect(recheck({ states: read })).toEqual({ kind: 'unknown', what: 'the account of Dan' });
  });

  const zoe: Person = { ...person('Bea'), key: githubPersonKey(70), name: 'zoe', github: { id: 70, login: 'zoe' }, binding: 'linked' };
  const bySelfService = { votes: [{ ...vote('Bea'), by: zoe }, vote('Dan')], groups: { ...GROUPS, sre: [zoe] } };
  const read = new Map([...states(), [zoe.key, ACTIVE]]);
  test.each([
    ['stands', [zoe], []],
    ['stands under a new login', [{ ...zoe, name: 'zoe-2', github: { id: 70, login: 'zoe-2' } }], []],
    ['stands once the configuration says the same', [{ ...person('Bea'), github: zoe.github }], []],
    ['is gone', [], ['unlinked']],
    ['leads to another Slack account now', [{ ...zoe, slack: { team: 'T1', user: 'U9' } }], ['unlinked']],
    ['leads to another GitHub account now', [{ ...zoe, github: { id: 71, login: 'zoe' } }], ['unlinked']],
  ])('of somebody whose link %s', (_, people, why) => {
    const result = recheck({ ...bySelfService, states: read, people });
    expect(result.kind === 'checked' && result.voided.map((one) => one.why)).toEqual(why);
  });

  test('looks at votes for this contract only', () => {
    expect(
      recheck({
        votes: [...votes, vote('Carl', { contract: 'old' as Contract })],
        states: new Map([...states()].slice(0, 1).concat([...states()].slice(2))),
      }),
    ).toMatchObject({ kind: 'checked' });
  });
});

test('the tally of a plan leaves its requester out even where exclude is empty', () => {
  const asked = plan({ requester: person('Bea'), requesters: [], rule: { ...plan().rule, exclude: [] } });
  expect(tallyPlan({ plan: asked, votes: [vote('Bea'), vote('Dan')], groups: GROUPS })).toMatchObject({ have: 1, satisfied: false });
});

describe('cancelling', () => {
  const may = { roles: [], groups: [], requester: true, approvers: true } as const;
  const cancel = (change: Partial<JudgeMay>) =>
    judgeMay({
      act: 'cancel',
      may,
      rule: plan().rule,
      requesters: [person('Ann')],
      person: person('Eve'),
      state: ACTIVE,
      role: known('write'),
      groups: GROUPS,
      unread: {},
      ...change,
    });
  const nobody: Person = STRANGER;

  test.each<readonly [what: string, given: Partial<JudgeMay>, codes: readonly string[]]>([
    ['the requester', { person: person('Ann') }, []],
    ['the requester, whose account can not be read', { person: person('Ann'), state: UNREAD }, []],
    ['an unmapped requester', { person: nobody, requesters: [nobody] }, []],
    ['an approver', { person: person('Dan') }, []],
    ['an approver before there is a plan', { person: person('Dan'), rule: null }, ['may-not-cancel']],
    ['a guest among the approvers', { person: person('Dan'), state: GUEST }, ['inactive-person']],
    ['an approver whose account can not be read', { person: person('Dan'), state: UNREAD }, ['unreadable']],
    ['anybody else', {}, ['may-not-cancel']],
    ['an admin, where roles do not count', { role: known('admin') }, ['may-not-cancel']],
    ['a maintainer, where they may', { may: { ...may, roles: ['maintain'] }, role: known('maintain') }, []],
    ['a role that can not be read, where it could help', { may: { ...may, roles: ['maintain'] }, role: UNREAD }, ['unreadable']],
    ['the requester, where even they may not', { may: { ...may, requester: false, approvers: false }, person: person('Ann') }, ['may-not-cancel']],
    ['a group, where it may', { may: { ...may, groups: ['web'] }, groups: { ...GROUPS, web: [person('Eve')] } }, []],
  ])('by %s', (_, given, expected) => {
    const answer = cancel(given);
    expect(answer.kind === 'refused' ? answer.reasons.map(({ code }) => code) : []).toEqual(expected);
  });

  test('that is refused names who may', () => {
    expect(cancel({ may: { ...may, roles: ['admin'], groups: ['web'] } })).toEqual({
      kind: 'refused',
      reasons: [{ code: 'may-not-cancel', allowed: ['requester', 'approvers', 'admin', 'web'] }],
    });
  });

  test('is another right than extending', () => {
    expect(cancel({ act: 'extend' })).toEqual({ kind: 'refused', reasons: [{ code: 'may-not-extend', allowed: ['requester', 'approvers'] }] });
  });
});
