import { describe, expect, test } from 'vitest';
import { known, policy, STRANGER, UNREAD } from './given.ts';
import { answer, OPEN, may, byStranger, type Row } from './gate-row.ts';

const WHO: readonly Row[] = [
  { what: 'a mapped person', gate: 'identity', state: 'pass' },
  { what: 'an unmapped GitHub user on a protected environment', gate: 'identity', facts: byStranger, state: 'fail', reasons: ['unmapped-requester'] },
  { what: 'an unmapped GitHub user elsewhere', gate: 'identity', policy: OPEN, facts: byStranger, state: 'pass', note: /GitHub only/ },
  {
    what: 'an unmapped Slack user elsewhere',
    gate: 'identity',
    policy: OPEN,
    facts: { ...byStranger, surface: 'slack' },
    state: 'fail',
    reasons: ['unmapped-requester'],
  },
  {
    what: 'a deactivated person',
    gate: 'identity',
    facts: { requesterState: known({ active: false, why: 'deactivated' }) },
    state: 'fail',
    reasons: ['inactive-person'],
  },
  {
    what: 'a guest elsewhere',
    gate: 'identity',
    policy: OPEN,
    facts: { requesterState: known({ active: false, why: 'guest' }) },
    state: 'fail',
    reasons: ['inactive-person'],
  },
  {
    what: 'an unmapped guest, both at once',
    gate: 'identity',
    facts: { ...byStranger, requesterState: known({ active: false, why: 'guest' }) },
    state: 'fail',
    reasons: ['unmapped-requester', 'inactive-person'],
  },
  { what: 'an unreadable account', gate: 'identity', facts: { requesterState: UNREAD }, state: 'unknown', reasons: ['unreadable'] },
  {
    what: 'an unreadable account of an unmapped user',
    gate: 'identity',
    facts: { ...byStranger, requesterState: UNREAD },
    state: 'fail',
    reasons: ['unmapped-requester', 'unreadable'],
  },
  { what: 'exactly the role', gate: 'permission', state: 'pass' },
  { what: 'a stronger role', gate: 'permission', facts: { requesterRole: known('admin') }, state: 'pass' },
  { what: 'a weaker role', gate: 'permission', facts: { requesterRole: known('triage') }, state: 'fail', reasons: ['no-permission'] },
  { what: 'no role', gate: 'permission', facts: { requesterRole: known('none') }, state: 'fail', reasons: ['no-permission'] },
  {
    what: 'no role where reading is enough',
    gate: 'permission',
    policy: may({ roles: ['read'] }),
    facts: { requesterRole: known('none') },
    state: 'fail',
    reasons: ['no-permission'],
  },
  { what: 'an unreadable role', gate: 'permission', facts: { requesterRole: UNREAD }, state: 'unknown', reasons: ['unreadable'] },
  {
    what: 'a group, whatever the role',
    gate: 'permission',
    policy: may({ groups: ['sre'] }),
    facts: { requesterRole: UNREAD, requesterGroups: ['sre'] },
    state: 'pass',
  },
  {
    what: 'another group',
    gate: 'permission',
    policy: may({ groups: ['sre'] }),
    facts: { requesterRole: known('admin'), requesterGroups: ['owners'] },
    state: 'fail',
    reasons: ['no-permission'],
  },
  {
    what: 'another group and an unreadable role that could not help',
    gate: 'permission',
    policy: may({ groups: ['sre'] }),
    facts: { requesterRole: UNREAD },
    state: 'fail',
    reasons: ['no-permission'],
  },
  {
    what: 'a group that can’t be read',
    gate: 'permission',
    policy: may({ groups: ['sre'] }),
    facts: { requesterRole: known('admin'), requesterGroups: ['owners'], unreadGroups: { sre: 'github answered 502' } },
    state: 'unknown',
    reasons: ['unreadable'],
  },
  {
    what: 'one group, where another can’t be read',
    gate: 'permission',
    policy: may({ groups: ['sre', 'owners'] }),
    facts: { requesterGroups: ['owners'], unreadGroups: { sre: 'github answered 502' } },
    state: 'pass',
  },
  {
    what: 'a role, whatever can’t be read',
    gate: 'permission',
    policy: may({ roles: ['write'], groups: ['sre'] }),
    facts: { unreadGroups: { sre: 'github answered 502' } },
    state: 'pass',
  },
  {
    what: 'no group that asks, where one that does not can’t be read',
    gate: 'permission',
    policy: may({ groups: ['owners'] }),
    facts: { unreadGroups: { sre: 'github answered 502' } },
    state: 'fail',
    reasons: ['no-permission'],
  },
  { what: 'an approver', gate: 'permission', policy: may({ approvers: true }), facts: { requesterGroups: ['owners'] }, state: 'pass' },
  {
    what: 'a rule that admits nobody',
    gate: 'permission',
    policy: may({}),
    facts: { requesterRole: known('admin') },
    state: 'fail',
    reasons: ['no-permission'],
  },
  { what: 'an unmapped user who may write', gate: 'permission', policy: OPEN, facts: byStranger, state: 'pass' },
  {
    what: 'an unmapped user who may only read, where reading is enough',
    gate: 'permission',
    policy: may({ roles: ['read'] }),
    facts: { requester: STRANGER, requesterRole: known('read') },
    state: 'fail',
    reasons: ['no-permission'],
  },
  {
    what: 'an unmapped user who claims a group',
    gate: 'permission',
    policy: may({ groups: ['sre'] }),
    facts: { ...byStranger, requesterGroups: ['sre'] },
    state: 'fail',
    reasons: ['no-permission'],
  },
];

const PARAMETERS = policy({
  parameters: [
    { name: 'migrate', choices: ['yes', 'no'], default: 'no' },
    { name: 'mode', choices: ['fast'], default: null },
  ],
});
const GIVEN: readonly Row[] = [
  { what: 'none asked, none given', gate: 'parameters', state: 'not-applicable' },
  {
    what: 'defaults filled in',
    gate: 'parameters',
    policy: PARAMETERS,
    facts: { parameters: { mode: 'fast' } },
    state: 'pass',
    note: /migrate=no mode=fast/,
  },
  { what: 'one missing', gate: 'parameters', policy: PARAMETERS, state: 'fail', reasons: ['missing-parameter'] },
  {
    what: 'no choice',
    gate: 'parameters',
    policy: PARAMETERS,
    facts: { parameters: { mode: '$(reboot)' } },
    state: 'fail',
    reasons: ['bad-parameter'],
  },
  {
    what: 'one unknown, one missing',
    gate: 'parameters',
    policy: PARAMETERS,
    facts: { parameters: { moed: 'fast' } },
    state: 'fail',
    reasons: ['unknown-parameter', 'missing-parameter'],
  },
  {
    what: 'a name that objects have by themselves',
    gate: 'parameters',
    facts: { parameters: { constructor: 'x' } },
    state: 'fail',
    reasons: ['unknown-parameter'],
  },
];

describe.each([
  ['who asks', WHO],
  ['parameters', GIVEN],
])('%s', (_, rows) => {
  test.each(rows)('$gate: $what is $state', (row) => {
    const found = answer(row);
    expect(found.state).toBe(row.state);
    expect(found.reasons).toEqual(expect.arrayContaining([...(row.reasons ?? [])]));
    expect(found.note).toMatch(row.note ?? /./);
  });
});
