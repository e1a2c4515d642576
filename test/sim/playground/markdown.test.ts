import { describe, expect, it } from 'vitest';
import { markdown } from '../../../src/sim/playground/markdown.ts';
import { sketch } from './sketch.ts';

const drawn = (source: string): string => sketch(markdown(source));
const line = (source: string): string => drawn(source).replace(/^<p>(.*)<\/p>$/s, '$1');

describe('Markdown within a line', () => {
  it.each([
    ['**bold** *em* _em_ ~~gone~~', '<strong>bold</strong> <em>em</em> <em>em</em> <del>gone</del>'],
    ['`code` ``a ` b``', '<code>code</code> <code>a ` b</code>'],
    ['**bold with `code`**', '<strong>bold with <code>code</code></strong>'],
    ['[`4f5a6b7`](https://a.test/c)', '<a href=https://a.test/c><code>4f5a6b7</code></a>'],
    [String.raw`\*not em\* \[no link\](https://a.test)`, '*not em* [no link](<a href=https://a.test>https://a.test</a>)'],
    ['snake_case_name 2 * 3', 'snake_case_name 2 * 3'],
    ['ask @bea-b_acme', 'ask <span .mention>@bea-b_acme</span>'],
    ['ask @bea, not a@b.test', 'ask <span .mention>@bea</span>, not a@b.test'],
    ['see https://a.test/x.', 'see <a href=https://a.test/x>https://a.test/x</a>.'],
    ['&lt;b&gt; &amp; &copy;', '‹b› & &copy;'],
    ['<sub>small `x`</sub>', '<sub>small <code>x</code></sub>'],
    ['one\ntwo', 'one<br>two'],
  ])('%s', (source, expected) => {
    expect(line(source)).toBe(expected);
  });

  it.each(['<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '<a href="javascript:alert(1)">x</a>'])('shows %s as text', (source) => {
    expect(line(source)).toBe(source.replaceAll('<', '‹').replaceAll('>', '›'));
  });

  it('never leads anywhere but the web', () => {
    expect(line('[click](javascript:alert)')).toBe('<span>click</span>');
  });
});

describe('Markdown in blocks', () => {
  it('draws headings, paragraphs and hidden comments', () => {
    expect(drawn('### ⏸ Waiting\n\ntext\n\n<!-- countersign:deploy:x -->')).toBe('<h3>⏸ Waiting</h3><p>text</p>');
  });

  it('hides a comment that is never closed', () => {
    expect(drawn('text\n<!-- open\nstill open')).toBe('<p>text</p>');
  });

  it('draws a card’s table, whose head is empty, with the first column as its titles', () => {
    expect(drawn('| | |\n|---|---|\n| **What** | a `x\\|y` |')).toBe(
      '<table><tbody><tr><th><strong>What</strong></th><td>a <code>x|y</code></td></tr></tbody></table>',
    );
  });

  it('draws a table with a head', () => {
    expect(drawn('| a | b |\n|---|---|\n| 1 | 2 |')).toBe(
      '<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>',
    );
  });

  it('draws lists, with lines that go on', () => {
    expect(drawn('- one\n  more\n- two\n\n1. first\n2. second')).toBe(
      '<ul><li>one<br>more</li><li>two</li></ul><ol><li>first</li><li>second</li></ol>',
    );
  });

  it('draws code as it is, also when it holds backticks or is never closed', () => {
    expect(drawn('````text\n```\n**x**\n````\nafter')).toBe('<pre>```\n**x**</pre><p>after</p>');
    expect(drawn('```\nopen')).toBe('<pre>open</pre>');
  });

  it('draws quotes', () => {
    expect(drawn('> /deploy api to production\n> - x')).toBe('<blockquote><p>/deploy api to production</p><ul><li>x</li></ul></blockquote>');
  });
});
