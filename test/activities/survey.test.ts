import { describe, expect, it } from 'vitest';
import { stillTrue } from '../../src/activities/remind.ts';
import type { Reminder } from '../../workflows/activities.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import { Trouble } from '../../src/trouble.ts';
import { ALL_OF, GROUP, GROUPS, person, vote } from '../policy/given.ts';
import { EXAMPLES } from '../support/examples.ts';
import { NOW, bea, carl, dan, eve, tree } from '../support/views.ts';
import { decidingIn, planned } from './world.ts';

const rule = {
  tree: ALL_OF(GROUP('sre'), GROUP('owners')),
  exclude: ['requester' as const],
  expireMs: 3_600_000,
  escalate: { afterMs: 60_000, to: 'oncall', may: 'call' as const },
};
const groups = { ...GROUPS, oncall: [person('Ann'), person('Eve'), person('Fay')] };
const unreadable = async (): Promise<never> => {
  throw new Trouble({ source: 'github', kind: 'unavailable', doing: 'reading a team', found: 'github answered 502', status: 502 });
};

describe('who is missing', () => {
  it('is everybody whose approval would still count, each once', async () => {
    const survey = await decidingIn({ groups }).surveyWaiting({ plan: planned({ rule }), votes: [], escalated: false });
    expect(survey?.missing.map(({ name }) => name)).toEqual(['Bea', 'Carl', 'Dan']);
    expect(survey?.called).toEqual([]);
  });

  it('is nobody whose place was filled', async () => {
    const survey = await decidingIn({ groups }).surveyWaiting({ plan: planned({ rule }), votes: [vote('Carl')], escalated: false });
    expect(survey?.missing.map(({ name }) => name)).toEqual(['Dan', 'Bea']);
  });

  it('is nobody who can not act', async () => {
    const isActive = (key: string): boolean => key !== person('Bea').key;
    const survey = await decidingIn({ groups, isActive }).surveyWaiting({ plan: planned({ rule }), votes: [], escalated: false });
    expect(survey?.missing.map(({ name }) => name)).toEqual(['Carl', 'Dan']);
  });

  it('names the others once the request is escalated, but not whoever asked for it', async () => {
    const survey = await decidingIn({ groups }).surveyWaiting({ plan: planned({ rule }), votes: [], escalated: true });
    expect(survey?.called.map(({ name }) => name)).toEqual(['Eve', 'Fay']);
  });

  it.each([
    ['a group of the rule', { ...groups, sre: unreadable }, false],
    ['the group that is called', { ...groups, oncall: unreadable }, true],
  ])('is not known while %s can’t be read', async (_what, unread, escalated) => {
    expect(await decidingIn({ groups: unread }).surveyWaiting({ plan: planned({ rule }), votes: [], escalated })).toBeNull();
  });
});

describe('a reminder that comes late', () => {
  const then = EXAMPLES.waiting.waiting;
  const reminder: Reminder = { kind: 'reminder', people: [bea, carl, dan], at: NOW };
  const names = (now: DeployStatus | null, sent: Reminder = reminder): readonly string[] | null =>
    stillTrue({ status: then, cards: { slack: null, github: null }, reminder: sent }, now)?.people.map(({ name }) => name) ?? null;

  it.each<[string, DeployStatus | null, readonly string[] | null]>([
    ['calls everybody while nothing has changed', then, ['Bea', 'Carl', 'Dan']],
    ['calls nobody whose place was filled since', EXAMPLES.waiting['waiting-half'], ['Dan']],
    ['says nothing once the request has its approvals', EXAMPLES.approved.approved, null],
    ['says nothing once it is over', EXAMPLES.expired.expired, null],
    ['says nothing about another commit', EXAMPLES.waiting['waiting-new-revision'], null],
    ['says nothing about a request that is gone', null, null],
  ])('%s', (_what, now, expected) => expect(names(now)).toEqual(expected));

  it('that calls others calls those who have not voted', () => {
    const voted: DeployStatus = {
      ...then,
      votes: [...EXAMPLES.waiting['waiting-half'].votes],
      tally: { satisfied: false, have: 1, need: 2, tree: tree(bea) },
    };
    expect(names(voted, { kind: 'escalation', people: [eve, bea], at: NOW })).toEqual(['Eve']);
  });
});
