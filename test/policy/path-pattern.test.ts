import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchesPath } from '../../src/policy/path-pattern.ts';

test.each([
  ['docs/**', 'docs/a.md', true],
  ['docs/**', 'docs/deep/er/a.md', true],
  ['docs/**', 'docs', false],
  ['docs/**', 'docs2/a.md', false],
  ['docs/**', 'src/docs/a.md', false],
  ['docs/**', 'Docs/a.md', false],
  ['docs/*', 'docs/a.md', true],
  ['docs/*', 'docs/deep/a.md', false],
  ['*.md', 'README.md', true],
  ['*.md', 'docs/README.md', false],
  ['**/*.md', 'README.md', true],
  ['**/*.md', 'a/b/README.md', true],
  ['**/*.md', 'a/b/README.mdx', false],
  ['**', 'anything/at/all', true],
  ['a/**/z', 'a/z', true],
  ['a/**/z', 'a/b/c/z', true],
  ['a/**/z', 'a/b/c', false],
  ['**/test/**', 'pkg/test/x/y', true],
  ['**/test/**', 'test', false],
  ['**/b/**/b', 'b/a/b/a/b', true],
  ['src/?.ts', 'src/a.ts', true],
  ['src/?.ts', 'src/ab.ts', false],
  ['src/?.ts', 'src//.ts', false],
  ['a*b*c', 'aXbYbZc', true],
  ['a*b*c', 'aXbYcZ', false],
  ['a+(b).ts', 'a+(b).ts', true],
  ['a+(b).ts', 'abb.ts', false],
  ['[ab].ts', 'a.ts', false],
  ['{a,b}.ts', 'a.ts', false],
  ['a**b', 'aXXb', true],
  ['a**b', 'a/b', false],
  ['.*', '.env', true],
  ['*', '.env', true],
])('%s matches %s: %s', (pattern, path, expected) => {
  expect(matchesPath(pattern, path)).toBe(expected);
});

const segment = fc.stringMatching(/^[a-c.*?]{1,4}$/);
const pattern = fc.array(fc.oneof(segment, fc.constant('**')), { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
const path = fc.array(fc.stringMatching(/^[a-c.]{1,4}$/), { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/'));

/** The same, by a regular expression: slow for hostile patterns, so that it is none for the product. */
function byRegExp(glob: string): RegExp {
  const parts = glob.split('/').map((part, i, all) => {
    if (part === '**') return i === all.length - 1 ? '[^/]+(?:/[^/]+)*' : '(?:[^/]+/)*';
    const source = part
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*+/g, '[^/]*')
      .replaceAll('?', '[^/]');
    return i === all.length - 1 ? source : `${source}/`;
  });
  return new RegExp(`^${parts.join('')}$`);
}

test('it agrees with the usual translation into a regular expression', () => {
  fc.assert(
    fc.property(pattern, path, (glob, file) => {
      expect(matchesPath(glob, file)).toBe(byRegExp(glob).test(file));
    }),
    { numRuns: 5_000 },
  );
});

test('a hostile pattern on a long path takes no more steps than it has to', () => {
  expect(matchesPath(`${'**/'.repeat(60)}z`, `${'a/'.repeat(1_000)}b`)).toBe(false);
  expect(matchesPath('*a'.repeat(80), 'a'.repeat(3_000).replace(/a$/, 'b'))).toBe(false);
});
