// Kinds of people against every act that is authorised: whatever no rule allows is refused.
import { describe, expect, test } from 'vitest';
import { slackPersonKey } from '../../src/ids.ts';
import type { MayRule, Role } from '../../src/policy/environment-policy.ts';
import { evaluate } from '../../src/policy/evaluate.ts';
import type { AccountState, Read } from '../../src/policy/facts.ts';
import { judgeMay, judgeVote } from '../../src/policy/judge.ts';
import { linkedPerson } from '../../src/policy/links.ts';
import { groupsOf, isSamePerson } from '../../src/policy/people.ts';
import type { Person } from '../../workflows/vocabulary.ts';
import { CONTRACT, facts, GROUPS, known, NOW, person, plan, policy, STRANGER, UNREAD, vote } from './given.ts';

const ACTS = ['request', 'approve', 'reject', 'withdraw', 'cancel', 'extend'] as const;
type Act = (typeof ACTS)[number];

interface Kind {
  readonly person: Person;
  readonly role?: Read<Role>;
  readonly state?: Read<AccountState>;
  readonly groups?: typeof GROUPS;
  /** Has a vote that still stands. */
  readonly voted?: boolean;
}
const ACTIVE: Read<AccountState> = known({ active: true, why: null });
const inactive = (why: AccountState['why']): Read<AccountState> => known({ active: false, why });
const LINK = {
  slack: { surface: 'slack', team: 'T1', user: 'U70', name: 'zoe' },
  github: { surface: 'github', id: 70, login: 'zoe' },
  since: NOW,
} as const;
const zoe = linkedPerson(LINK);
const inSlackOnly: Person = { key: slackPersonKey('T1', 'U99'), name: 'sly', mapped: false, github: null, slack: { team: 'T1', user: 'U99' } };

const OPEN: Readonly<Record<'request' | 'cancel' | 'extend', MayRule>> = {
  request: { roles: ['write'], groups: [], requester: false, approvers: false },
  cancel: { roles: [], groups: [], requester: true, approvers: true },
  extend: { roles: [], groups: [], requester: true, approvers: true },
};
const NOBODY: MayRule = { roles: [], groups: [], requester: false, approvers: false };
const SHUT: typeof OPEN = { request: NOBODY, cancel: NOBODY, extend: NOBODY };
const INSIDERS: typeof OPEN = {
  request: { ...NOBODY, groups: ['owners'] },
  cancel: { ...NOBODY, groups: ['owners'] },
  extend: { ...NOBODY, roles: ['admin'] },
};

/** Ann asked; one of sre and one of owners must sign. */
function isAllowed(act: Act, kind: Kind, may: typeof OPEN): boolean {
  const { person: who, role = known('write'), state = ACTIVE, groups = GROUPS, voted = false } = kind;
  switch (act) {
    case 'request': {
      const asked = { ...facts(), requester: who, requesterState: state, requesterRole: role, requesterGroups: groupsOf(groups, who) };
      const surface = who.github === null ? 'slack' : 'github';
      const { gates } = evaluate(policy({ may }), { ...asked, surface });
      return gates.every(({ gate, state: result }) => (gate !== 'identity' && gate !== 'permission') || result === 'pass');
    }
    case 'approve':
    case 'reject':
    case 'withdraw': {
      const votes = voted ? [{ ...vote('Bea'), by: who }] : [];
      const said = { kind: act, contract: CONTRACT, sha: null, reason: 'because' };
      const surface = 'github' as const;
      return judgeVote({ plan: plan(), votes, act: said, surface, voter: who, voterState: state, groups, unread: {} }).kind === 'counts';
    }
    case 'cancel':
    case 'extend': {
      const requesters = plan().requesters;
      return judgeMay({ act, may: may[act], rule: plan().rule, requesters, person: who, state, role, groups, unread: {} }).kind === 'allowed';
    }
  }
}

const allowed = (kind: Kind, may: typeof OPEN): string => ACTS.filter((act) => isAllowed(act, kind, may)).join(' ');

describe('by the defaults', () => {
  test.each<readonly [who: string, kind: Kind, may: string]>([
    ['the requester', { person: person('Ann') }, 'request cancel extend'],
    ['the requester, whose role was taken away', { person: person('Ann'), role: known('read') }, 'cancel extend'],
    ['an approver', { person: person('Bea') }, 'request approve reject cancel extend'],
    ['an approver who has voted', { person: person('Bea'), voted: true }, 'request reject withdraw cancel extend'],
    ['an approver without write permission', { person: person('Bea'), role: known('read') }, 'approve reject cancel extend'],
    ['an approver who has just left the group', { person: person('Carl'), groups: { ...GROUPS, sre: [] } }, 'request'],
    ['an approver who is a guest', { person: person('Bea'), state: inactive('guest') }, ''],
    ['an approver who left the company, and had voted', { person: person('Bea'), state: inactive('deactivated'), voted: true }, 'withdraw'],
    ['an approver of another company', { person: person('Bea'), state: inactive('stranger') }, ''],
    ['an approver whose account can’t be read', { person: person('Bea'), state: UNREAD }, ''],
    ['an approver whose role can’t be read', { person: person('Bea'), role: UNREAD }, 'approve reject cancel extend'],
    ['somebody with write permission', { person: person('Eve') }, 'request'],
    ['an administrator', { person: person('Eve'), role: known('admin') }, 'request'],
    ['a reader', { person: person('Eve'), role: known('read') }, ''],
    ['somebody who linked their accounts', { person: zoe }, 'request'],
    ['somebody who linked their accounts, in a group', { person: zoe, groups: { ...GROUPS, sre: [zoe] } }, 'request approve reject cancel extend'],
    ['an account on GitHub alone', { person: STRANGER }, ''],
    ['an account on GitHub alone, of an administrator', { person: STRANGER, role: known('admin') }, ''],
    ['an account on GitHub alone that somebody put into a group', { person: STRANGER, groups: { ...GROUPS, sre: [STRANGER] } }, ''],
    ['an account in Slack alone', { person: inSlackOnly, role: known('none') }, ''],
    ['an account in Slack alone that is in a group', { person: inSlackOnly, role: known('none'), groups: { ...GROUPS, sre: [inSlackOnly] } }, ''],
  ])('%s may: %s', (_, kind, expected) => {
    expect(allowed(kind, OPEN)).toBe(expected);
  });
});

const everybody: readonly Kind[] = [
  { person: person('Ann') },
  { person: person('Bea') },
  { person: person('Eve'), role: known('admin') },
  { person: zoe },
  { person: STRANGER, role: known('admin') },
  { person: inSlackOnly },
];

describe('where nothing is allowed', () => {
  test.each(['request', 'cancel', 'extend'] as const)('nobody may %s', (act) => {
    expect(everybody.filter((kind) => isAllowed(act, kind, SHUT))).toEqual([]);
  });
});

describe('where groups and roles are named', () => {
  test.each<readonly [act: Act, who: string, expected: boolean, kind: Kind]>([
    ['request', 'a member', true, { person: person('Dan'), role: known('none') }],
    ['request', 'an administrator who is no member', false, { person: person('Eve'), role: known('admin') }],
    ['request', 'an unmapped member', false, { person: STRANGER, groups: { ...GROUPS, owners: [STRANGER] } }],
    ['cancel', 'a member', true, { person: person('Dan') }],
    ['cancel', 'the requester', false, { person: person('Ann') }],
    ['cancel', 'an approver who is no member', false, { person: person('Carl') }],
    ['cancel', 'an unmapped member', false, { person: STRANGER, groups: { ...GROUPS, owners: [STRANGER] } }],
    ['extend', 'an administrator', true, { person: person('Eve'), role: known('admin') }],
    ['extend', 'somebody whose role can’t be read', false, { person: person('Eve'), role: UNREAD }],
    ['extend', 'a maintainer', false, { person: person('Eve'), role: known('maintain') }],
  ])('to %s: %s: %s', (act, _, expected, kind) => {
    expect(isAllowed(act, kind, INSIDERS)).toBe(expected);
  });
});

test('a link makes nobody anybody else: who asked with one account can’t sign with the other', () => {
  const own = { ...plan(), requester: zoe, requesters: [zoe] };
  const bySlackAlone = { ...inSlackOnly, slack: zoe.slack };
  expect(isSamePerson(zoe, bySlackAlone)).toBe(true);
  for (const voter of [zoe, bySlackAlone, { ...zoe, github: { id: 71, login: 'other' } }]) {
    const groups = { ...GROUPS, sre: [voter] };
    const act = { kind: 'approve', contract: CONTRACT, sha: null, reason: null } as const;
    const verdict = judgeVote({ plan: own, votes: [], act, surface: 'slack', voter, voterState: ACTIVE, groups, unread: {} });
    expect(verdict.kind === 'refused' && verdict.reasons.map(({ code }) => code)).toContain('own-request');
  }
});
