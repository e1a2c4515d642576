import { describe, expect, test } from 'vitest';
import { findPipeline, policyOf } from '../../src/config/config.ts';
import { explainConfig } from '../../src/config/explain.ts';
import { BASE, broken, configOf, filesOf, problemsOf } from './base-config.ts';
import { BROKEN_BLOCKS } from './broken-blocks.ts';

describe('block steps that are configured wrongly', () => {
  test.each(BROKEN_BLOCKS)('$what', ({ text, path, found, fix }) => {
    const problems = problemsOf(text);
    expect(problems.map((problem) => problem.path)).toEqual([path]);
    expect(problems[0]?.found).toMatch(found);
    expect(problems[0]?.fix).toMatch(fix);
  });
});

const PRODUCTION = '        gates: { after: { staging: 30m } }\n';
const own = (blocks: string): string => broken(PRODUCTION, `        blocks: ${blocks}\n`);
const SRE = { tree: { kind: 'group', group: 'sre', count: 1 }, exclude: ['requester'], expireMs: 4 * 3_600_000 };

test('an environment that says nothing of block steps says nothing in its policy either', () => {
  expect(policyOf(configOf(BASE), 'api', 'production')).not.toHaveProperty('blocks');
});

test('who unblocks steps of our own builds, what they ask, and what becomes of stale ones', () => {
  const text = own(
    '{ onExpire: cancel, steps: { migrate: { approvals: { group: sre } }, notes: { approvals: none, fields: [{ key: v, options: [x, z], required: false }] } } }',
  );
  expect(policyOf(configOf(text), 'api', 'production')?.blocks).toEqual({
    approvals: null,
    onExpire: 'cancel',
    steps: {
      migrate: { approvals: SRE },
      notes: {
        approvals: 'none',
        fields: [
          {
            key: 'v',
            label: 'v',
            hint: null,
            required: false,
            default: null,
            multiple: false,
            options: [
              { label: 'x', value: 'x' },
              { label: 'z', value: 'z' },
            ],
          },
        ],
      },
    },
  });
  expect(policyOf(configOf(own('none')), 'api', 'production')?.blocks).toBe('none');
});

test('a rule of an environment for its block steps replaces the one of the defaults', () => {
  const defaults = 'defaults: { environments: { production: { blocks: { onExpire: cancel, approvals: { group: owners, expire: 1h } } } } }\n';
  const text = own('{ approvals: { group: sre } }').replace('services:', `${defaults}services:`);
  expect(policyOf(configOf(text), 'api', 'production')?.blocks).toEqual({ approvals: SRE, onExpire: 'cancel', steps: {} });
});

test('a pipeline is known by its slug in the organization of its zone, and its cards have a channel', () => {
  const entry = '{ repo: acme/api, zone: eu, blocks: { approvals: { group: sre } } }';
  const config = configOf(broken('services:', `pipelines: { api-release: ${entry} }\nservices:`));
  const blocks = { approvals: SRE, onExpire: 'leave', steps: {}, channel: 'C0DEPLOYS' };
  expect(findPipeline(config, 'acme-eu', 'api-release')).toEqual({
    slug: 'api-release',
    zone: 'eu',
    organization: 'acme-eu',
    repo: 'acme/api',
    outside: { do: 'tell', deploySteps: [], isDedicated: false },
    blocks,
  });
  expect(findPipeline(config, 'acme', 'api-release')).toBeNull();
});

test('the addresses of Buildkite accounts are compared without case', () => {
  expect(configOf(broken('U01ANN }', 'U01ANN, buildkite: Ann@Acme.test }')).buildkite).toEqual({ 'github:1001': 'ann@acme.test' });
});

test('what holds for block steps is explained, with where it was written', () => {
  const read = filesOf({ 'countersign.yml': own('{ approvals: { group: sre } }') });
  const explained = explainConfig({ loading: { path: 'countersign.yml', read, home: null }, service: 'api', environment: 'production' });
  if (explained.kind !== 'explained') throw new Error(explained.kind);
  expect(explained.values.filter(({ path }) => path.startsWith('blocks'))).toEqual([
    { path: 'blocks.onExpire', value: 'leave', from: 'built-in default' },
    { path: 'blocks.approvals.group', value: 'sre', from: 'countersign.yml:21' },
  ]);
});
