import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { effectivePlan, escalatedRule } from '../../src/policy/escalation.ts';
import { judgeVote } from '../../src/policy/judge.ts';
import { recheckVotes } from '../../src/policy/recheck.ts';
import { tallyVotes } from '../../src/policy/rule.ts';
import type { ApprovalRule, Person, RuleNode } from '../../workflows/vocabulary.ts';
import { ALL_OF, ANY_OF, GROUP, GROUPS, known, PEOPLE, person, plan, vote, type Name } from './given.ts';

const ESCALATE = { afterMs: 60_000, to: 'oncall', may: 'approve' } as const;
const ruleOf = (tree: RuleNode, escalate: NonNullable<ApprovalRule['escalate']> = ESCALATE): ApprovalRule => ({
  tree,
  exclude: ['requester'],
  expireMs: 3_600_000,
  escalate,
});
const oncall = GROUP('oncall');
const skipped = (node: RuleNode): RuleNode => ({ ...node, when: { labels: ['db'] }, judged: { applies: false, facts: [] } });

describe('an escalated rule', () => {
  test.each<[string, RuleNode, RuleNode]>([
    ['one of a group', GROUP('sre'), ANY_OF(GROUP('sre'), oncall)],
    ['two of a group', GROUP('sre', 2), ANY_OF(GROUP('sre', 2), ALL_OF(GROUP('sre'), oncall))],
    [
      'one of each',
      ALL_OF(GROUP('sre'), GROUP('owners')),
      ANY_OF(ALL_OF(GROUP('sre'), GROUP('owners')), ALL_OF(GROUP('owners'), oncall), ALL_OF(GROUP('sre'), oncall)),
    ],
    ['one of several ways', ANY_OF(GROUP('sre', 2), GROUP('owners')), ANY_OF(GROUP('sre', 2), GROUP('owners'), ALL_OF(GROUP('sre'), oncall), oncall)],
    [
      'a part that is skipped: it gives no place away',
      ANY_OF(GROUP('sre', 2), skipped(GROUP('owners'))),
      ANY_OF(GROUP('sre', 2), skipped(GROUP('owners')), ALL_OF(GROUP('sre'), oncall)),
    ],
    [
      'a low-risk rule that does not hold',
      ANY_OF(GROUP('sre', 2), skipped({ kind: 'auto', name: 'low-risk' })),
      ANY_OF(GROUP('sre', 2), skipped({ kind: 'auto', name: 'low-risk' }), ALL_OF(GROUP('sre'), oncall)),
    ],
  ])('lets one more group fill one place of %s', (_what, tree, expected) => expect(escalatedRule(ruleOf(tree)).tree).toEqual(expected));

  test('is the same rule where the others are only called, and before its moment', () => {
    const called = ruleOf(GROUP('sre'), { ...ESCALATE, may: 'call' });
    expect(escalatedRule(called)).toBe(called);
    const asked = plan({ rule: ruleOf(GROUP('sre')) });
    expect(effectivePlan(asked, false)).toBe(asked);
  });

  test('is satisfied exactly when somebody who was called could be anybody once', () => {
    const NAMES: readonly Name[] = ['Ann', 'Bea', 'Carl', 'Dan'];
    const names = fc.subarray([...NAMES]);
    const { tree } = fc.letrec<{ tree: RuleNode }>((tie) => {
      const of = fc.array(tie('tree'), { minLength: 1, maxLength: 2 });
      return {
        tree: fc.oneof(
          { maxDepth: 2, depthSize: 'small' },
          fc.record({ kind: fc.constant('group' as const), group: fc.constantFrom('a', 'b'), count: fc.integer({ min: 1, max: 2 }) }),
          fc.record({ kind: fc.constant('all' as const), of }),
          fc.record({ kind: fc.constant('any' as const), of }),
        ),
      };
    });
    const called: Name[] = ['Eve', 'Fay'];
    const given = fc.record({ tree, a: names, b: names, approved: fc.subarray([...NAMES, ...called]) });
    let escalations = 0;
    fc.assert(
      fc.property(given, (one) => {
        const groups = { a: one.a.map(person), b: one.b.map(person), oncall: called.map(person) };
        const isSatisfied = (rule: ApprovalRule, approved: readonly Person[], members: Readonly<Record<string, readonly Person[]>>): boolean =>
          tallyVotes({ rule, votes: approved.map((by) => ({ kind: 'approve', by })), groups: members, excluded: new Set() }).satisfied;
        const rule = ruleOf(one.tree);
        const approved = one.approved.map(person);
        const anybody = called.find((name) => one.approved.includes(name));
        const joker = anybody === undefined ? [] : [person(anybody)];
        const withJoker = { a: [...groups.a, ...joker], b: [...groups.b, ...joker] };
        const expected = isSatisfied(rule, approved, groups) || isSatisfied(rule, approved, withJoker);
        if (expected && !isSatisfied(rule, approved, groups)) escalations += 1;
        expect(isSatisfied(escalatedRule(rule), approved, groups)).toBe(expected);
      }),
      { numRuns: 3_000 },
    );
    expect(escalations).toBeGreaterThan(100);
  });
});

describe('a vote of somebody who was called', () => {
  const groups = { ...GROUPS, oncall: [person('Eve')] };
  const judge = (escalated: boolean) =>
    judgeVote({
      plan: effectivePlan(plan({ rule: ruleOf(ALL_OF(GROUP('sre'), GROUP('owners'))) }), escalated),
      votes: [vote('Carl')],
      act: { kind: 'approve', contract: null, sha: null, reason: null },
      surface: 'slack',
      voter: person('Eve'),
      voterState: known({ active: true, why: null }),
      groups,
      unread: {},
    });

  test('is not in the group before, and the last one after', () => {
    expect(judge(false)).toMatchObject({ kind: 'refused', reasons: [{ code: 'not-in-group', groups: ['sre', 'owners'], yours: ['oncall'] }] });
    expect(judge(true)).toMatchObject({ kind: 'counts', tally: { satisfied: true, have: 2, need: 2 } });
  });

  test('still counts at the claim, and is void without the escalation', () => {
    const states = new Map(['Carl', 'Eve'].map((name) => [person(name as Name).key, known({ active: true, why: null } as const)]));
    const recheck = (escalated: boolean) =>
      recheckVotes({
        plan: effectivePlan(plan({ rule: ruleOf(ALL_OF(GROUP('sre'), GROUP('owners'))) }), escalated),
        votes: [vote('Carl'), vote('Eve')],
        groups,
        unread: {},
        told: null,
        states,
        people: PEOPLE,
      });
    expect(recheck(true)).toMatchObject({ kind: 'checked', voided: [], tally: { satisfied: true } });
    expect(recheck(false)).toMatchObject({ kind: 'checked', voided: [{ by: { name: 'Eve' }, why: 'left-group' }], tally: { satisfied: false } });
  });
});
