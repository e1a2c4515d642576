import { describe, expect, test } from 'vitest';
import { matchesBranch } from '../../src/policy/branch-pattern.ts';
import { contractParts, planContract, policyDigest, type ContractTerms } from '../../src/policy/contract.ts';
import { resolveParameters } from '../../src/policy/parameters.ts';
import { target } from '../../src/ids.ts';
import { duration } from '../../src/policy/gates/gate.ts';
import { gates, LIVE, MINUTE, person, plan, policy } from './given.ts';
import type { RepoSlug } from '../../workflows/vocabulary.ts';

const TERMS: ContractTerms = { ...plan({ parameters: { migrate: 'no' } }), workflowId: 'deploy:github:7:1' };

describe('the contract', () => {
  test('has exactly the parts of the design', () => {
    expect(Object.keys(contractParts(TERMS))).toEqual([
      'request',
      'repo',
      'sha',
      'service',
      'environment',
      'target',
      'pipeline',
      'parameters',
      'requester',
      'policy',
    ]);
  });

  test.each<readonly [what: string, change: Partial<ContractTerms>]>([
    ['request', { workflowId: 'deploy:github:7:2' }],
    ['repository', { repo: { ...TERMS.repo, id: 8 } }],
    ['commit', { sha: LIVE }],
    ['service', { service: 'web' }],
    ['environment', { environment: 'staging' }],
    ['target', { target: target('other') }],
    ['organization', { organization: 'other' }],
    ['pipeline', { pipeline: 'other' }],
    ['parameter', { parameters: { migrate: 'yes' } }],
    ['requester', { requester: person('Bea') }],
    ['policy', { policyDigest: 'other' }],
  ])('is another for another %s', (_, change) => {
    expect(planContract({ ...TERMS, ...change })).not.toBe(planContract(TERMS));
  });

  test('stays the same when only names change', () => {
    const renamed = { ...TERMS, repo: { ...TERMS.repo, slug: 'acme/renamed' as RepoSlug }, requester: { ...person('Ann'), name: 'Ann B.' } };
    expect(planContract(renamed)).toBe(planContract(TERMS));
    expect(planContract(TERMS)).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('the policy digest', () => {
  test.each([
    ['a gate', gates({ review: false })],
    ['a rule', policy({ approvals: { ...policy().approvals, tree: { kind: 'group', group: 'sre', count: 1 } } })],
    ['an expiry', policy({ approvals: { ...policy().approvals, expireMs: 1 } })],
    ['who may ask', policy({ may: { ...policy().may, request: { ...policy().may.request, roles: ['admin'] } } })],
    ['what may go', policy({ refs: [{ kind: 'tags' }] })],
    ['the parameters', policy({ parameters: [{ name: 'a', choices: ['b'], default: null }] })],
  ])('changes with %s', (_, changed) => {
    expect(policyDigest(changed)).not.toBe(policyDigest(policy()));
  });
  test('does not change with what is only shown', () => {
    expect(policyDigest(policy({ aliases: ['backend'], environmentUrl: 'https://x.test', slack: { channel: 'C9', also: [] } }))).toBe(
      policyDigest(policy()),
    );
  });
});

describe('branch patterns', () => {
  test.each([
    ['main', 'main', true],
    ['main', 'maintenance', false],
    ['release/*', 'release/1.2', true],
    ['release/*', 'release/', true],
    ['release/*', 'release/1/2', false],
    ['release/**', 'release/1/2', true],
    ['*', 'feature/x', false],
    ['**', 'feature/x', true],
    ['v1.*', 'v1x', false],
    ['a+b', 'a+b', true],
    ['main', 'main\n', false],
    ['main', 'evil\nmain', false],
    ['release/*', 'prerelease/1', false],
  ])('%s and %j: %s', (pattern, branch, expected) => {
    expect(matchesBranch(pattern, branch)).toBe(expected);
  });
});

describe('resolveParameters', () => {
  const parameters = [
    { name: 'migrate', choices: ['yes', 'no'], default: 'no' },
    { name: 'mode', choices: ['fast', 'slow'], default: null },
  ];
  test('fills defaults in, in the order of the configuration', () => {
    expect(resolveParameters({ parameters }, { mode: 'slow' })).toEqual({ values: { migrate: 'no', mode: 'slow' }, reasons: [] });
  });
  test('tells every problem with what is allowed', () => {
    expect(resolveParameters({ parameters }, { migrate: 'Yes', extra: '1' }).reasons).toEqual([
      { code: 'unknown-parameter', name: 'extra', known: ['migrate', 'mode'] },
      { code: 'bad-parameter', name: 'migrate', value: 'Yes', allowed: ['yes', 'no'] },
      { code: 'missing-parameter', name: 'mode', allowed: ['fast', 'slow'] },
    ]);
  });
});

test.each([
  [0, '0 s'],
  [45_000, '45 s'],
  [90_000, '1 min 30 s'],
  [35 * MINUTE, '35 min'],
  [130 * MINUTE, '2 h 10 min'],
  [3 * 86_400_000 + 5 * MINUTE, '3 d 5 min'],
])('%d ms are told as %s', (ms, told) => expect(duration(ms)).toBe(told));
