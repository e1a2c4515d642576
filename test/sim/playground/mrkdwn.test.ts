import { describe, expect, it } from 'vitest';
import { mrkdwn, type Reader } from '../../../src/sim/playground/mrkdwn.ts';
import { sketch } from './sketch.ts';

const NOW = Date.UTC(2026, 5, 15, 12);
const reader: Reader = {
  now: NOW,
  timeZone: 'UTC',
  user: (id) => (id === 'U01ANN' ? 'Ann' : null),
  channel: (id) => (id === 'C0PAY' ? 'pay' : null),
};
const drawn = (text: string): string => sketch(mrkdwn(text, reader));
const seconds = (at: number): number => at / 1_000;

describe('mrkdwn', () => {
  it.each([
    ['*bold* and _italic_ and ~gone~', '<strong>bold</strong> and <em>italic</em> and <del>gone</del>'],
    ['*bold with `code`*', '<strong>bold with <code>code</code></strong>'],
    ['`*not bold*`', '<code>*not bold*</code>'],
    ['a*b*c and snake_case_name', 'a*b*c and snake_case_name'],
    ['2 * 3 * 4', '2 * 3 * 4'],
    ['one\ntwo', 'one<br>two'],
    ['&gt; quoted', '<blockquote>quoted</blockquote>'],
    ['```\nline 1\nline *2*\n```', '<pre>line 1\nline *2*</pre>'],
    ['unclosed ``` fence', 'unclosed ``` fence'],
  ])('%s', (text, expected) => {
    expect(drawn(text)).toBe(expected);
  });

  it.each([
    ['<@U01ANN>', '<span .mention>@Ann</span>'],
    ['<@U9NOBODY>', '<span .mention>@U9NOBODY</span>'],
    ['<#C0PAY>', '<span .mention>#pay</span>'],
    ['<!here>', '<span .mention>@here</span>'],
    ['<https://a.test/?x=1&amp;y=2|the *page*>', '<a href=https://a.test/?x=1&y=2>the *page*</a>'],
    ['<https://a.test>', '<a href=https://a.test>https://a.test</a>'],
    ['`<https://a.test|4f5a6b7>`', '<code><a href=https://a.test>4f5a6b7</a></code>'],
  ])('resolves %s', (text, expected) => {
    expect(drawn(text)).toBe(expected);
  });

  it('never leads anywhere but the web', () => {
    expect(drawn('<javascript:alert(1)|click>')).toBe('<span>click</span>');
  });

  it('shows escaped text as it was typed, and tags in it as text', () => {
    expect(drawn('a &lt;b&gt; &amp;amp;')).toBe('a ‹b› &amp;');
  });

  it.each([
    [NOW, '{time}', '12:00'],
    [NOW, '{date_short_pretty} at {time}', 'today at 12:00'],
    [NOW + 86_400_000, '{date_pretty}', 'tomorrow'],
    [NOW + 7 * 86_400_000, '{date_short_pretty}', '22 Jun 2026'],
    [NOW, '{date_short}', '15 Jun 2026'],
  ])('shows a date in the reader’s zone: %s as %s', (at, format, expected) => {
    expect(drawn(`<!date^${seconds(at)}^${format}|fallback>`)).toBe(`<time>${expected}</time>`);
  });

  it('shows the fallback of a date it can not show', () => {
    expect(drawn('<!date^soon^{time}|18:00 UTC>')).toBe('18:00 UTC');
    expect(drawn(`<!date^${seconds(NOW)}^{ago}|18:00 UTC>`)).toBe('<time>18:00 UTC</time>');
  });
});
