import { describe, expect, it } from 'vitest';
import { tailOf } from '../../src/buildkite/log-tail.ts';

describe('the tail of a log', () => {
  it.each<[string, string, string[]]>([
    ['colours', '\u001b[1;31merror\u001b[0m: no\n', ['error: no']],
    ['Buildkite’s time stamps', '\u001b_bk;t=1700000000001\u0007one\n\u001b_bk;t=1700000000002\u0007two', ['one', 'two']],
    ['links', '\u001b]8;;https://x.test\u0007text\u001b]8;;\u0007', ['text']],
    ['what a progress bar wrote over', '10 %\r50 %\r100 %\r\nend', ['100 %', 'end']],
    ['control characters and bidirectional overrides', 'a\u0000b\u0007c\u202ed', ['abcd']],
    ['empty lines', 'a\n\n  \nb\n', ['a', 'b']],
    ['tokens', 'export T=xoxb-1234567890-abc and ghp_abcdefghij', ['export T=[redacted] and [redacted]']],
    ['tabs', 'a\tb', ['a  b']],
  ])('is shown without %s', (_what, text, lines) => {
    expect(tailOf(text, { isCut: false })).toEqual(lines);
  });

  it('has no half line at its beginning', () => {
    expect(tailOf('f a line\nwhole', { isCut: true })).toEqual(['whole']);
    expect(tailOf('one long line without an end', { isCut: true })).toEqual(['one long line without an end']);
  });

  it('has at most twenty lines of at most 300 characters', () => {
    const lines = tailOf(Array.from({ length: 50 }, (_, i) => `${i} ${'x'.repeat(400)}`).join('\n'), { isCut: false });
    expect(lines).toHaveLength(20);
    expect(lines[0]).toMatch(/^30 x+…$/);
    expect(lines[0]).toHaveLength(300);
  });

  it('hides a private key that spans lines', () => {
    const key = '-----BEGIN RSA PRIVATE KEY-----\nMIIEabc\n-----END RSA PRIVATE KEY-----';
    expect(tailOf(`before\n${key}\nafter`, { isCut: false })).toEqual(['before', '[redacted key]', 'after']);
  });
});
