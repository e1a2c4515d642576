import { describe, expect, test } from 'vitest';
import { policyOf } from '../../src/config/config.ts';
import { policyDigest } from '../../src/policy/contract.ts';
import type { EnvironmentPolicy } from '../../src/policy/environment-policy.ts';
import type { RuleNode } from '../../workflows/vocabulary.ts';
import { broken, configOf, problemsOf } from './base-config.ts';

const RULE = '{ all: [{ group: sre }, { group: owners }] }';
const withRule = (rule: string): string => broken(RULE, rule);

function productionOf(rule: string): EnvironmentPolicy {
  const policy = policyOf(configOf(withRule(rule)), 'api', 'production');
  if (policy === null) throw new Error('there is no production');
  return policy;
}
const treeOf = (rule: string): RuleNode | null => productionOf(rule).approvals.tree;

test('every part of a rule may hang on what a request changes', () => {
  expect(treeOf('{ all: [{ group: sre }, { group: owners, count: 1, when: { files: ["db/**"], size: { lines: ">= 100" } } }] }')).toEqual({
    kind: 'all',
    of: [
      { kind: 'group', group: 'sre', count: 1 },
      { kind: 'group', group: 'owners', count: 1, when: { files: ['db/**'], size: { lines: '>= 100' } } },
    ],
  });
  const nested =
    '{ any: [{ group: owners }, { all: [{ group: sre }], when: { author: [sre, Ann], ref: [tags, "branch:rel/*"], labels: [hotfix] } }] }';
  expect(treeOf(nested)).toMatchObject({
    of: [{}, { kind: 'all', when: { author: ['sre', 'Ann'], ref: ['tags', 'branch:rel/*'], labels: ['hotfix'] } }],
  });
});

test('a rule may name what needs nobody', () => {
  expect(treeOf('{ any: [{ group: sre }, { auto: docs-only, when: { onlyFiles: ["docs/**", "**/*.md"] } }] }')).toMatchObject({
    kind: 'any',
    of: [{ kind: 'group' }, { kind: 'auto', name: 'docs-only', when: { onlyFiles: ['docs/**', '**/*.md'] } }],
  });
});

test('a condition decides, so it is in the policy digest', () => {
  const digest = (glob: string): string =>
    policyDigest(productionOf(`{ any: [{ group: sre }, { auto: docs-only, when: { onlyFiles: ["${glob}"] } }] }`));
  expect(digest('docs/**')).not.toBe(digest('src/**'));
  expect(digest('docs/**')).toBe(digest('docs/**'));
});

const at = (inner: string): string => `services.api.environments.production.approvals.${inner}`;
const sure = '{ group: sre }';

describe('a rule that says nothing, too much, or may leave nobody is refused', () => {
  test.each<readonly [what: string, rule: string, path: string, found: RegExp, fix: RegExp]>([
    ['auto without when', `{ any: [${sure}, { auto: docs }] }`, at('any[1].auto'), /approve everything/, /onlyFiles/],
    ['auto in all', `{ all: [${sure}, { auto: docs, when: { files: [a] } }] }`, at('all[1].auto'), /inside `any` only/, /beside the groups/],
    ['auto and a group', `{ any: [${sure}, { auto: docs, group: sre, when: { files: [a] } }] }`, at('any[1].auto'), /side by side/, /Keep one/],
    ['auto at the top', '{ auto: docs, when: { files: [a] } }', at('auto'), /unknown key/, /./],
    ['when at the top', '{ group: sre, when: { files: [a] } }', at('when'), /unknown key/, /./],
    ['an empty when', `{ any: [${sure}, { group: owners, when: {} }] }`, at('any[1].when'), /says nothing/, /files/],
    ['an empty size', `{ any: [${sure}, { group: owners, when: { size: {} } }] }`, at('any[1].when'), /says nothing/, /files/],
    ['no glob', `{ any: [${sure}, { group: owners, when: { files: [] } }] }`, at('any[1].when.files'), /./, /at least one/],
    [
      'a glob from the root',
      `{ any: [${sure}, { group: owners, when: { files: [/docs] } }] }`,
      at('any[1].when.files[0]'),
      /docs/,
      /top of the repository/,
    ],
    ['a folder', `{ any: [${sure}, { group: owners, when: { files: [docs/] } }] }`, at('any[1].when.files[0]'), /matches no file/, /folder/],
    ['a way up', `{ any: [${sure}, { group: owners, when: { onlyFiles: [a/../b] } }] }`, at('any[1].when.onlyFiles[0]'), /matches no file/, /top/],
    ['a wild glob', `{ any: [${sure}, { group: owners, when: { files: ["*a*b*c*d*e*f*g*h*i"] } }] }`, at('any[1].when.files[0]'), /9 wildcards/, /8/],
    ['a size without a sign', `{ any: [${sure}, { group: owners, when: { size: { lines: "50" } } }] }`, at('any[1].when.size.lines'), /50/, /<= 50/],
    ['a size as a number', `{ any: [${sure}, { group: owners, when: { size: { files: 50 } } }] }`, at('any[1].when.size.files'), /50/, /<= 50/],
    ['an author nobody knows', `{ any: [${sure}, { group: owners, when: { author: [Karl] } }] }`, at('any[1].when.author[0]'), /Karl/, /Carl/],
    ['a ref of no kind', `{ any: [${sure}, { group: owners, when: { ref: [main] } }] }`, at('any[1].when.ref[0]'), /main/, /branch:PATTERN/],
    ['an unknown fact', `{ any: [${sure}, { group: owners, when: { paths: [a] } }] }`, at('any[1].when.paths'), /unknown key/, /./],
    [
      'every way hangs',
      '{ any: [{ group: sre, when: { files: [a] } }, { auto: x, when: { files: [b] } }] }',
      at('any'),
      /nobody could approve/,
      /without `when`/,
    ],
    ['everything asked hangs', '{ all: [{ group: sre, when: { files: [a] } }] }', at('all'), /nobody could approve/, /one level up/],
    [
      'a list inside hangs',
      `{ any: [${sure}, { all: [{ group: sre, when: { files: [a] } }] }] }`,
      at('any[1].all'),
      /nobody could approve/,
      /without `when`/,
    ],
    [
      'more people than there are, if all holds',
      `{ all: [{ group: sre, count: 2 }, { group: sre, when: { files: [a] } }] }`,
      at('').slice(0, -1),
      /never be satisfied/,
      /fewer/,
    ],
  ])('%s', (_what, rule, path, found, fix) => {
    expect(problemsOf(withRule(rule))).toContainEqual(
      expect.objectContaining({ path, found: expect.stringMatching(found) as string, fix: expect.stringMatching(fix) as string }),
    );
  });
});
