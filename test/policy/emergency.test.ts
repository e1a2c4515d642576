import { describe, expect, test } from 'vitest';
import { contractParts, planContract, policyDigest } from '../../src/policy/contract.ts';
import { emergencyRule, reviewPlan, ruleOfCancel, withEmergency } from '../../src/policy/emergency.ts';
import { SKIPPABLE, type EnvironmentPolicy, type MayRule } from '../../src/policy/environment-policy.ts';
import { evaluate } from '../../src/policy/evaluate.ts';
import type { Facts } from '../../src/policy/facts.ts';
import { judgeVote } from '../../src/policy/judge.ts';
import { requestOf } from '../support/deploy-examples.ts';
import { CONTRACT, facts, GROUP, GROUPS, HEAD, known, NOW, person, plan, policy, pullRequest, STRANGER, UNREAD, vote } from './given.ts';
import { checks, lost, staging } from './gate-row.ts';

const NOBODY: MayRule = { roles: [], groups: [], requester: false, approvers: false };
const review = GROUP('sre');
const withEmergencyFor = (who: Partial<MayRule>, skip: readonly (typeof SKIPPABLE)[number][] = SKIPPABLE): EnvironmentPolicy =>
  policy({ may: { ...policy().may, emergency: { ...NOBODY, ...who } }, emergency: { skip, review, remindMs: 60_000 } });
const FOR_SRE = withEmergencyFor({ groups: ['sre'] });
const asked = (change: Partial<Facts> = {}): Facts => facts({ emergency: true, requesterGroups: ['sre'], ...change });
const ALL_CLOSED = {
  ...checks([], ['unit']),
  ...staging(known({ target: 't', known: true, live: [], holder: null, queue: [], history: [] })),
  pullRequest: known(pullRequest({ behindBy: 2, review: 'changes-requested' })),
  comparison: known(lost),
} as const;
const codes = (rule: EnvironmentPolicy, change: Partial<Facts>): readonly string[] => evaluate(rule, asked(change)).reasons.map(({ code }) => code);

describe('who may start an emergency', () => {
  test.each<readonly [what: string, rule: EnvironmentPolicy, change: Partial<Facts>, codes: readonly string[]]>([
    ['somebody of a group that is named', FOR_SRE, {}, []],
    ['nobody, where nobody is named', policy(), { requesterRole: known('admin') }, ['no-emergency']],
    ['nobody else, whatever their role', FOR_SRE, { requesterGroups: ['owners'], requesterRole: known('admin') }, ['no-emergency']],
    ['somebody with a role that is named', withEmergencyFor({ roles: ['maintain'] }), { requesterGroups: [], requesterRole: known('admin') }, []],
    ['approvers, where they are named', withEmergencyFor({ approvers: true }), { requesterGroups: ['owners'] }, []],
    ['nobody whose account is only matched by e-mail', FOR_SRE, { requester: { ...person('Bea'), binding: 'email' } }, ['matched-by-email']],
    ['nobody without a mapping', FOR_SRE, { requester: STRANGER, requesterRole: known('admin') }, ['unmapped-requester', 'no-emergency']],
    ['nobody whose account is not active', FOR_SRE, { requesterState: known({ active: false, why: 'guest' }) }, ['inactive-person']],
    [
      'nobody as long as the role that would do is unknown',
      withEmergencyFor({ roles: ['write'] }),
      { requesterGroups: [], requesterRole: UNREAD },
      ['unreadable'],
    ],
    [
      'nobody as long as the group that would do is unknown',
      FOR_SRE,
      { requesterGroups: [], unreadGroups: { sre: 'github answered 502' } },
      ['unreadable'],
    ],
  ])('%s', (_what, rule, change, expected) => {
    expect(codes(rule, change)).toEqual(expected);
  });

  test('says whom the environment names', () => {
    const { reasons } = evaluate(FOR_SRE, asked({ requesterGroups: ['owners'] }));
    expect(reasons).toEqual([{ code: 'no-emergency', service: 'api', environment: 'production', needed: ['sre'], found: 'write, owners' }]);
  });

  test('may not ask in the ordinary way by it', () => {
    const { reasons } = evaluate(FOR_SRE, facts({ requesterRole: known('read'), requesterGroups: ['sre'] }));
    expect(reasons.map(({ code }) => code)).toEqual(['no-permission']);
  });
});

describe('the gates of an emergency', () => {
  test('stop nobody where they may be skipped, and are told all the same', () => {
    const { reasons, gates } = evaluate(FOR_SRE, asked(ALL_CLOSED));
    expect(reasons).toEqual([]);
    expect(gates.filter(({ skipped }) => skipped === true).map(({ gate }) => gate)).toEqual(SKIPPABLE);
    expect(gates.find(({ gate }) => gate === 'checks')).toEqual({ gate: 'checks', state: 'fail', note: '0 of 1', skipped: true });
  });

  test('are skipped at its turn as they were before', () => {
    expect(evaluate(FOR_SRE, asked(ALL_CLOSED), 'turn').reasons).toEqual([]);
  });

  test('are not skipped for an ordinary request', () => {
    const { reasons, gates } = evaluate(FOR_SRE, facts(ALL_CLOSED));
    expect(reasons).not.toEqual([]);
    expect(gates.filter(({ skipped }) => skipped === true)).toEqual([]);
  });

  test.each(SKIPPABLE)('%s is kept where the environment keeps it', (kept) => {
    const rule = withEmergencyFor({ groups: ['sre'] }, SKIPPABLE.filter((gate) => gate !== kept)); // oxfmt-ignore
    const { reasons, gates } = evaluate(rule, asked(ALL_CLOSED));
    expect(reasons.length).toBeGreaterThan(0);
    expect(gates.filter(({ skipped }) => skipped === true).map(({ gate }) => gate)).toEqual(SKIPPABLE.filter((gate) => gate !== kept));
  });

  test('count as skipped, too, when they can not be read', () => {
    expect(codes(FOR_SRE, { checks: UNREAD })).toEqual([]);
  });

  test.each<readonly [what: string, change: Partial<Facts>, code: string]>([
    ['a draft', { pullRequest: known(pullRequest({ draft: true })) }, 'draft'],
    ['a fork', { pullRequest: known(pullRequest({ isFork: true, headRepository: { id: 9, slug: 'eve/api' } })) }, 'fork'],
    ['a wrong parameter', { parameters: { mode: 'fast' } }, 'unknown-parameter'],
    ['an unknown ref', { ref: known({ kind: 'not-found', name: 'nope' }) }, 'unknown-ref'],
    ['a push after the command', { lastPush: known({ sha: HEAD, at: NOW, by: null }) }, 'head-moved'],
  ])('never let %s through', (_what, change, code) => {
    expect(codes(FOR_SRE, change)).toContain(code);
  });
});

describe('what an emergency owes', () => {
  const request = requestOf('deploy:github:7:1', { emergency: { reason: 'down' } });
  const planned = withEmergency(plan({ rule: emergencyRule(policy().approvals) }), { request, policy: FOR_SRE, membership: { groups: GROUPS } });

  test('is frozen with the plan, and an ordinary plan owes nothing', () => {
    expect(planned).toMatchObject({
      rule: { tree: null },
      emergency: { reason: 'down', review, remindMs: 60_000, tally: { have: 0, need: 1, satisfied: false } },
    });
    const { emergency, ...ordinary } = request;
    expect(emergency).toBeDefined();
    expect(withEmergency(plan(), { request: ordinary, policy: FOR_SRE, membership: { groups: GROUPS } })).toEqual(plan());
  });

  test('is judged by the rule of the review, never for whoever asked', () => {
    const given = {
      plan: reviewPlan(planned, { review }),
      votes: [],
      unread: {},
      surface: 'slack',
      groups: { ...GROUPS, sre: [person('Ann'), person('Bea')] },
    } as const;
    const act = { kind: 'approve', contract: null, sha: null, reason: null } as const;
    const judge = (name: 'Ann' | 'Bea' | 'Dan') => judgeVote({ ...given, act, voter: person(name), voterState: known({ active: true, why: null }) });
    expect(judge('Ann')).toMatchObject({ kind: 'refused', reasons: [{ code: 'own-request' }] });
    expect(judge('Dan')).toMatchObject({ kind: 'refused', reasons: [{ code: 'not-in-group' }] });
    expect(judge('Bea')).toMatchObject({ kind: 'counts', tally: { satisfied: true } });
    expect(judgeVote({ ...given, act, votes: [vote('Bea')], voter: person('Bea'), voterState: known({ active: true, why: null }) })).toMatchObject({
      reasons: [{ code: 'already-voted' }],
    });
  });

  test('leaves the approvers their right to stop it', () => {
    expect(ruleOfCancel(planned, FOR_SRE)).toEqual(FOR_SRE.approvals);
    expect(ruleOfCancel(plan(), FOR_SRE)).toEqual(plan().rule);
    expect(ruleOfCancel(null, FOR_SRE)).toBeNull();
  });

  test('is bound into the contract with its reason, and what decides it into the digest of the policy', () => {
    const terms = { ...plan(), workflowId: 'deploy:github:7:1' };
    const contractFor = (reason: string): string => planContract({ ...terms, emergency: { reason } });
    expect(new Set([planContract(terms), contractFor('down'), contractFor('slow')]).size).toBe(3);
    expect(contractParts({ ...terms, emergency: { reason: 'down' } })).toMatchObject({ emergency: 'down' });
    const digests = [policy(), FOR_SRE, withEmergencyFor({ groups: ['sre'] }, ['checks']), withEmergencyFor({ groups: ['owners'] })].map(
      policyDigest,
    );
    expect(new Set(digests).size).toBe(4);
    expect(plan().contract).toBe(CONTRACT);
  });
});
