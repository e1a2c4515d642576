import { describe, expect, it } from 'vitest';
import { scrubSecrets } from '../../src/scrub.ts';
import { matchesAnySecret, secretsEqual } from '../../src/secret-compare.ts';

describe('comparing secrets', () => {
  it.each([
    ['same', 'same', true],
    ['same', 'other', false],
    ['same', 'same but longer', false],
    ['ä', 'ä', true],
    ['', '', false],
    ['', 'x', false],
    ['x', '', false],
  ])('%j and %j: %s', (given, expected, isEqual) => {
    expect(secretsEqual(given, expected)).toBe(isEqual);
  });

  it('accepts each of the current secrets, and nothing when there is none', () => {
    expect(matchesAnySecret('old', ['new', 'old'])).toBe(true);
    expect(matchesAnySecret('older', ['new', 'old'])).toBe(false);
    expect(matchesAnySecret('', [''])).toBe(false);
    expect(matchesAnySecret('x', [])).toBe(false);
  });
});

describe('scrubbing', () => {
  it.each([
    'xoxo from ann',
    'gh-pages',
    'bk_label',
    'the bearer of news',
    'http://a:3000/b',
    'eyJhb',
    'time 12:30 ann@acme.test',
    '4f5a6b7c'.repeat(5),
  ])('leaves %j alone', (text) => {
    expect(scrubSecrets(text)).toBe(text);
  });
});
