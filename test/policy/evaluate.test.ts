import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/policy/evaluate.ts';
import { facts, GROUP, HEAD, known, LIVE, MINUTE, NOW, person, policy, pullRequest, sha, state, UNREAD } from './given.ts';
import { may, checks, staging, lost } from './gate-row.ts';

describe('evaluate', () => {
  test('lets a good request through, with every gate in its order', () => {
    const { reasons, gates: results } = evaluate(policy(), facts());
    expect(reasons).toEqual([]);
    expect(results.map(({ gate }) => gate)).toEqual([
      'identity',
      'permission',
      'parameters',
      'ref',
      'fork',
      'draft',
      'head',
      'checks',
      'review',
      'up-to-date',
      'order',
      'keeps-live',
    ]);
  });

  test('tells every reason at once', () => {
    const bad = facts({
      requesterRole: known('read'),
      ...checks([], ['unit']),
      pullRequest: known(pullRequest({ draft: true, behindBy: 2, review: 'changes-requested' })),
      before: { staging: known(state(null)) },
    });
    expect(evaluate(policy(), bad).reasons.map(({ code }) => code)).toEqual([
      'no-permission',
      'draft',
      'checks-failed',
      'review-needed',
      'behind',
      'not-deployed-before',
    ]);
  });

  test('tells a read that several gates need once', () => {
    const { reasons, gates: results } = evaluate(policy(), facts({ pullRequest: UNREAD }));
    expect(results.filter(({ state: found }) => found === 'unknown').length).toBeGreaterThan(3);
    expect(reasons.filter(({ code }) => code === 'unreadable').map((reason) => JSON.stringify(reason))).toHaveLength(2);
  });

  test('never lets a request through when anything that matters is unknown', () => {
    const reads = ['requesterState', 'requesterRole', 'ref', 'pullRequest', 'lastPush', 'checks', 'comparison', 'here'] as const;
    for (const read of reads) expect(evaluate(policy(), facts({ [read]: UNREAD })).reasons.map(({ code }) => code)).toContain('unreadable');
  });

  test('says what is needed and found where somebody may not ask', () => {
    const { reasons } = evaluate(may({ roles: ['maintain'], groups: ['sre'] }), facts({ requester: person('Eve'), requesterGroups: ['owners'] }));
    expect(reasons).toEqual([{ code: 'no-permission', needed: ['maintain', 'sre'], found: 'write, owners' }]);
  });

  test('names the commits and authors that would vanish', () => {
    expect(evaluate(policy(), facts({ comparison: known(lost) })).reasons).toEqual([
      { code: 'would-lose-live', live: LIVE, commits: [{ sha: sha('d'), author: 'Ann', title: 'change d' }] },
    ]);
  });

  test('says when a soak is over', () => {
    const since = NOW - 12 * MINUTE;
    expect(evaluate(policy(), facts(staging(known(state({ sha: HEAD, since }))))).reasons).toEqual([
      { code: 'soaking', environment: 'staging', since, neededMs: 30 * MINUTE, openAt: since + 30 * MINUTE },
    ]);
  });

  test('gates without a rule of approval are judged all the same', () => {
    const unprotected = policy({ isProtected: false, approvals: { tree: GROUP('sre'), exclude: [], expireMs: 1 } });
    expect(evaluate(unprotected, facts(checks([], ['unit']))).reasons.map(({ code }) => code)).toEqual(['checks-failed']);
  });
});
