import { describe, expect, test } from 'vitest';
import { describeExplained, explainConfig, type ExplainedValue } from '../../src/config/explain.ts';
import { BASE, broken, filesOf } from './base-config.ts';

const DEFAULTS = 'defaults: { environments: { production: { gates: { review: true }, approvals: { expire: 1h } } } }\n';
const text = broken('services:', `${DEFAULTS}services:`);

function explain(service: string, environment: string, config = text): ReturnType<typeof explainConfig> {
  return explainConfig({ loading: { path: 'countersign.yml', read: filesOf({ 'countersign.yml': config }), home: null }, service, environment });
}

function valueOf(path: string): ExplainedValue | undefined {
  const explained = explain('backend', 'production');
  return explained.kind === 'explained' ? explained.values.find((value) => value.path === path) : undefined;
}

describe('config explain', () => {
  test.each([
    ['pipeline', 'api-deploy', 'countersign.yml:21'],
    ['gates.after.staging', '"30m"', 'countersign.yml:22'],
    ['gates.review', 'true', 'countersign.yml:13 (defaults)'],
    ['approvals.expire', '"1h"', 'countersign.yml:13 (defaults)'],
    ['approvals.all', '[{ group: sre }, { group: owners }]', 'countersign.yml:23'],
    ['gates.checks', 'all', 'built-in default'],
    ['target', 'api/production', 'built-in default'],
    ['may.cancel', '[requester, approvers]', 'built-in default'],
  ])('tells %s and where it was written', (path, value, from) => {
    expect(valueOf(path)).toEqual({ path, value, from });
  });

  test('tells an unknown service and environment with what was probably meant', () => {
    expect(explain('apo', 'production')).toEqual({ kind: 'unknown', found: 'there is no service "apo"', fix: 'Did you mean "api"?' });
    expect(explain('api', 'prod')).toMatchObject({ kind: 'unknown', fix: 'Known: staging, production' });
  });

  test('tells the problems of a broken configuration instead', () => {
    expect(explain('api', 'production', BASE.replace('version: 1', 'version: 3'))).toMatchObject({
      kind: 'problems',
      problems: [{ path: 'version' }],
    });
  });

  test('prints one line for each value', () => {
    const explained = explain('api', 'staging');
    const lines = explained.kind === 'explained' ? describeExplained(explained.values).split('\n') : [];
    expect(lines.map((line) => line.split(/ {2,}/))).toContainEqual(['approvals', 'none', 'countersign.yml:19']);
  });
});
