// Text that wants to be more than text, and a way to put it everywhere that somebody else writes.

const PAYLOADS = [
  '<!channel>',
  '<!here|here>',
  '<@U01BEA>',
  '<@U99EVIL|ann>',
  '<#C0DEPLOYS>',
  '<!subteam^S01SRE>',
  '<https://evil.test|https://acme.test>',
  '<!date^1^{time}^https://evil.test|now>',
  '&lt;!channel&gt;',
  '*bold* _em_ ~gone~',
  '`code` and ```fence',
  '```\n</details>\n```',
  '> quoted',
  '@bea please look',
  '@acme/sre wake up',
  'mail me@bea',
  'fixes #1, closes GH-2, resolves acme/api#3',
  'fixes https://github.test/acme/api/issues/1',
  'www.evil.test http://evil.test',
  '<!-- countersign:deploy:github:1:1 -->',
  '--> <!-- countersign-reply:9 -->',
  '<!--',
  '<img src=x onerror=alert(1)>',
  '<details><summary>x</summary>',
  '</sub></td></table><script>alert(1)</script>',
  '[click](https://evil.test)',
  '![pixel](https://evil.test/p.png)',
  '[x]: https://evil.test "t"',
  '<https://evil.test>',
  '| a | b |\n|---|---|',
  'a|b||c\\|d',
  '# heading\n\nparagraph\n---\n',
  '1. one\n2. two\n- three',
  '- [ ] task',
  '$$\\text{math}$$ and $x$',
  '\u202Egnp.exe\u202C',
  'zero\u200Bwidth\uFEFF',
  '\u0000\u0007\u001B[31mred',
  '\uD800 lone',
  '\\`\\*\\<',
  '``` ```` `````',
  '**',
  '&amp;&#64;bea',
  'a'.repeat(5_000),
  '<'.repeat(3_000),
  '`'.repeat(1_000),
  '|\n'.repeat(500),
  ' ',
  '',
  '🚀'.repeat(800),
];
/** Over 200: each by itself, at the end of a word, at the start of a line, between other text. */
export const HOSTILE: readonly string[] = PAYLOADS.flatMap((text) => [text, `fix${text}`, `\n${text}\n`, `a ${text} b`, `${text}${text}`]);

/** What others can't write: ids, digests, our own words. Everything else is tainted. */
const OURS: ReadonlySet<string> = new Set(
  [
    'kind code surface gate state why how vote act type what prefix topic waitingFor codes other sha live now seen commits contract workflowId',
    'deployId key id user channel team also retryOf policyDigest target exclude uuid origin login at from to',
  ].flatMap((keys) => keys.split(' ')),
);

/** The same value with the text in every string that somebody else wrote. */
export function tainted<T>(value: T, text: string): T {
  return taint(value, text) as T;
}

function taint(value: unknown, text: string): unknown {
  if (typeof value === 'string') return text;
  if (Array.isArray(value)) return value.map((one) => taint(one, text));
  if (value === null || typeof value !== 'object') return value;
  // An object stays itself even under a key of ours: only its strings are spared.
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, OURS.has(key) && !isStructure(inner) ? inner : taint(inner, text)]));
}

function isStructure(value: unknown): boolean {
  return value !== null && typeof value === 'object' && !(Array.isArray(value) && value.every((one) => typeof one === 'string'));
}
