import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CreateRequest, createRequestOf, SAFE_VALUE } from '../../src/buildkite/order.ts';
import { target } from '../../src/ids.ts';
import type { BuildOrder } from '../../workflows/build-vocabulary.ts';
import { ORDER } from '../support/build-order.ts';

const MESSAGE = /^Deploy [A-Za-z0-9._/@:+-]+ to [A-Za-z0-9._/@:+-]+ \([A-Za-z0-9-]+, asked by [A-Za-z0-9._/@:+-]+\)$/;

describe('what a build receives', () => {
  it('is the contract that pipelines are written against, and nothing else', () => {
    expect(createRequestOf(ORDER)).toEqual({
      kind: 'request',
      body: {
        commit: ORDER.sha,
        branch: 'main',
        message: `Deploy api to production (${ORDER.code}, asked by Ann)`,
        env: {
          COUNTERSIGN_DEPLOY_ID: 'deploy:github:101:5001',
          COUNTERSIGN_CODE: ORDER.code,
          COUNTERSIGN_SERVICE: 'api',
          COUNTERSIGN_ENVIRONMENT: 'production',
          COUNTERSIGN_TARGET: 'api/production',
          COUNTERSIGN_SHA: ORDER.sha,
          COUNTERSIGN_REF: 'fix-retry',
          COUNTERSIGN_PR: '42',
          COUNTERSIGN_REQUESTER: 'Ann',
          COUNTERSIGN_APPROVERS: 'Bea:Dan',
          COUNTERSIGN_PREVIOUS_SHA: ORDER.previousSha,
          COUNTERSIGN_PARAM_MIGRATE: 'no',
        },
        meta_data: {
          'countersign:deploy-id': 'deploy:github:101:5001',
          'countersign:code': ORDER.code,
          'countersign:service': 'api',
          'countersign:environment': 'production',
          'countersign:sha': ORDER.sha,
          'countersign:ref': 'fix-retry',
          'countersign:pr': '42',
          'countersign:requester': 'Ann',
          'countersign:approvers': 'Bea:Dan',
          'countersign:previous-sha': ORDER.previousSha,
          'countersign:param-migrate': 'no',
          'countersign:target': 'api/production',
          'countersign:contract': 'c0ffee',
          'countersign:seal': ORDER.seal,
        },
        ignore_pipeline_branch_filters: true,
      },
    });
  });

  it('is sealed in its meta-data alone, which a rebuild does not take along; the order of an older version is not', () => {
    expect(JSON.stringify(createRequestOf(ORDER)).split(ORDER.seal ?? '')).toHaveLength(2);
    const { seal: _seal, ...unsealed } = ORDER;
    expect(JSON.stringify(createRequestOf(unsealed))).not.toContain('seal');
    expect(createRequestOf({ ...ORDER, seal: 'run-1' })).toMatchObject({ kind: 'refused', answer: 'not asked: the seal is none' });
  });

  it('leaves out what is absent instead of sending it empty', () => {
    const ordered = createRequestOf({ ...ORDER, pullRequest: null, previousSha: null, approvers: [], parameters: {} });
    const env = ordered.kind === 'request' ? Object.keys(ordered.body.env) : [];
    expect(env).toEqual(['DEPLOY_ID', 'CODE', 'SERVICE', 'ENVIRONMENT', 'TARGET', 'SHA', 'REF', 'REQUESTER'].map((name) => `COUNTERSIGN_${name}`));
  });

  it.each([
    ['Zoë Müller', 'Zoe_Muller'],
    ['$(rm -rf /)', '_rm_-rf_/_'],
    ['a\nb\0c`d`', 'a_b_c_d_'],
    ['', '_'],
  ])('shows %j as %j', (requester, shown) => {
    const ordered = createRequestOf({ ...ORDER, requester });
    expect(ordered.kind === 'request' && ordered.body.env['COUNTERSIGN_REQUESTER']).toBe(shown);
  });

  it('names as many approvers in whole as fit', () => {
    const ordered = createRequestOf({ ...ORDER, approvers: Array.from({ length: 60 }, (_, i) => `person-${i}`) });
    const list = ordered.kind === 'request' ? (ordered.body.env['COUNTERSIGN_APPROVERS'] ?? '') : '';
    expect(list.length).toBeLessThanOrEqual(200);
    expect(list.split(':').at(-1)).toMatch(/^person-\d\d$/);
  });

  it.each<[string, Partial<BuildOrder>]>([
    ['a parameter with a line end', { parameters: { migrate: 'no\nyes' } }],
    ['a parameter with a shell expansion', { parameters: { migrate: '$HOME' } }],
    ['an empty parameter', { parameters: { migrate: '' } }],
    ['a parameter that is too long', { parameters: { migrate: 'x'.repeat(201) } }],
    ['a parameter with a strange name', { parameters: { 'mig=rate': 'no' } }],
    ['two parameters of one variable', { parameters: { 'a-b': '1', a_b: '2' } }],
    ['an id that could not be found again', { deployId: 'deploy github' }],
    ['a target with a space', { target: target('api production') }],
    ['an abbreviated commit', { sha: '4f5a6b7' as BuildOrder['sha'] }],
    ['no pull request number', { pullRequest: -1 }],
  ])('refuses %s', (_what, change) => {
    expect(createRequestOf({ ...ORDER, ...change })).toEqual({ kind: 'refused', answer: expect.stringMatching(/^not asked: /) });
  });

  it('lets nothing outside the allow-list leave, whatever people typed', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.stringMatching(SAFE_VALUE));
    const change = fc.record({
      branch: text,
      ref: text,
      requester: text,
      approvers: fc.array(text, { maxLength: 5 }),
      service: text,
      deployId: text,
      parameters: fc.dictionary(text, text, { maxKeys: 3 }),
    });
    fc.assert(
      fc.property(change, (changed) => {
        const harmless = { ...ORDER, ...changed, service: 'api', deployId: ORDER.deployId, parameters: {} };
        const ordered = [createRequestOf({ ...ORDER, ...changed }), createRequestOf(harmless)];
        expect(ordered[1]?.kind).toBe('request');
        const bodies = ordered.flatMap((one) => (one.kind === 'request' ? [one.body] : []));
        for (const body of bodies) expectOnlyAllowed(body);
      }),
      { numRuns: 500 },
    );
  });
});

function expectOnlyAllowed(body: CreateRequest): void {
  for (const value of [body.branch, body.commit, ...Object.values(body.env), ...Object.values(body.meta_data)]) expect(value).toMatch(SAFE_VALUE);
  for (const name of Object.keys(body.env)) expect(name).toMatch(/^COUNTERSIGN_[A-Z0-9_]+$/);
  for (const name of Object.keys(body.meta_data)) expect(name).toMatch(/^countersign:[a-z0-9-]+$/);
  expect(body.message).toMatch(MESSAGE);
  expect(Object.keys(body)).not.toContain('pull_request_id');
}
