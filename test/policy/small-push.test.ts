import { describe, expect, test } from 'vitest';
import type { ChangedFiles } from '../../src/policy/facts.ts';
import { isOnlyPending } from '../../src/policy/pending.ts';
import { isSmall } from '../../src/policy/small-push.ts';
import { REASONS } from '../support/replies.ts';

const SMALL = { lines: 20, files: ['docs/**', '*.md'] };
const file = (path: string, lines: number | null, before: string | null = null): ChangedFiles['files'][number] => ({ path, before, lines });
const change = (...files: ChangedFiles['files']): ChangedFiles => ({ files, isComplete: true, isExact: true });

describe('a push is small', () => {
  test('when every file is in a place that counts as small and the lines are few enough', () => {
    expect(isSmall(SMALL, 'ahead', change(file('docs/a/b.md', 12), file('README.md', 8)))).toBe(true);
  });

  test.each([
    ['one line too many', 'ahead', change(file('docs/a.md', 21))],
    ['too many lines over all files', 'ahead', change(file('docs/a.md', 12), file('docs/b.md', 12))],
    ['a file elsewhere', 'ahead', change(file('docs/a.md', 1), file('src/a.ts', 1))],
    ['a file that was elsewhere before', 'ahead', change(file('docs/a.md', 1, 'src/a.ts'))],
    ['a file of which nobody counts the lines', 'ahead', change(file('docs/a.png', null))],
    ['a list of files that is cut off', 'ahead', { ...change(file('docs/a.md', 1)), isComplete: false }],
    ['a list that may be wrong', 'ahead', { ...change(file('docs/a.md', 1)), isExact: false }],
    ['history that was rewritten', 'diverged', change(file('docs/a.md', 1))],
    ['a head that went back', 'behind', change(file('docs/a.md', 1))],
  ] as const)('not with %s', (_what, status, changed) => {
    expect(isSmall(SMALL, status, changed)).toBe(false);
  });
});

describe('only time is missing', () => {
  test('where checks run or have not begun, or a version must be live elsewhere for longer', () => {
    expect(isOnlyPending([REASONS['checks-pending'], REASONS['checks-missing'], REASONS.soaking])).toBe(true);
  });

  test('not where anything else stands in the way, nor where nothing does', () => {
    expect(isOnlyPending([REASONS['checks-pending'], REASONS['checks-failed']])).toBe(false);
    expect(isOnlyPending([])).toBe(false);
  });
});
