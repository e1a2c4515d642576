// Text that somebody else wrote, made harmless for the surface that shows it. Everything typed, pushed or configured comes through here.
//
// Slack parses `<…>` in mrkdwn (https://docs.slack.dev/messaging/formatting-message-text): without `<`, `>` and `&` there is no
// mention, no channel and no link. GitHub links @names, #numbers, GH-numbers and addresses in *rendered text*, so that a backslash does
// not help there; a zero-width space does. Code spans are not searched for them.

const ZERO_WIDTH = '\u200B';
// What can't be seen: control characters (line ends too), direction changes, zero-width characters, other invisible formats.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu;

/** One visible line of at most `max` characters. */
export function oneLine(text: string, max = 500): string {
  const line = text
    .slice(0, max * 4)
    .toWellFormed()
    .replace(INVISIBLE, (run) => (/[\s\p{Cc}\p{Zl}\p{Zp}]/u.test(run) ? ' ' : ''))
    .trim();
  // Platforms count UTF-16 units; a character outside the first plane is never cut in two.
  return line.length <= max ? line : `${line.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

// ---- Slack ---------------------------------------------------------------------------------------------------

const SLACK_ENTITY: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
// mrkdwn has no escape for its marks: where they could open or close something they are shown by their like.
const SLACK_LIKE: Readonly<Record<string, string>> = { '*': '∗', _: 'ˍ', '~': '∼', '`': "'" };

/** For mrkdwn and for the fallback text. */
export function slackText(text: string): string {
  return oneLine(text)
    .replace(/`|(?<![\p{L}\p{N}])[*_~]|[*_~](?![\p{L}\p{N}])/gu, (mark) => SLACK_LIKE[mark] ?? mark)
    .replace(/^>+/, (marks) => '›'.repeat(marks.length))
    .replace(/[&<>]/g, (c) => SLACK_ENTITY[c] ?? c);
}

export function slackCode(text: string): string {
  const inside = oneLine(text)
    .replaceAll('`', "'")
    .replace(/[&<>]/g, (c) => SLACK_ENTITY[c] ?? c);
  return inside === '' ? '' : `\`${inside}\``;
}

/** For `plain_text` objects, where nothing is parsed but entities may be: no entity is needed. */
export function slackPlain(text: string, max: number): string {
  return oneLine(text.replaceAll('<', '‹').replaceAll('>', '›').replaceAll('&', '＆'), max);
}

/** Lines as a code block; the fence can't be closed from inside. */
export function slackFence(lines: readonly string[]): string {
  const inside = lines.map((line) =>
    oneLine(line, 200)
      .replaceAll('`', "'")
      .replace(/[&<>]/g, (c) => SLACK_ENTITY[c] ?? c),
  );
  return `\`\`\`\n${inside.join('\n')}\n\`\`\``;
}

// ---- GitHub --------------------------------------------------------------------------------------------------

const GITHUB_ESCAPE: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', $: '<span>$</span>' };

/** For a paragraph, a list item or a table cell. */
export function githubText(text: string): string {
  return oneLine(text)
    .replace(/([@#])(?=[\p{L}\p{N}_-]|$)/gu, `$1${ZERO_WIDTH}`)
    .replace(/\b(GH-)(?=\d)/gi, `$1${ZERO_WIDTH}`)
    .replace(/:\/\//g, `:${ZERO_WIDTH}//`)
    .replace(/\bwww\./gi, (www) => `${www.slice(0, 3)}${ZERO_WIDTH}.`)
    .replace(/[\\`*_[\]~|]/g, '\\$&')
    .replace(/^(\d{1,9})([.)])|^[-+=#]/, (whole, number: string | undefined, mark: string | undefined) =>
      number === undefined ? `\\${whole}` : `${number}\\${mark ?? ''}`,
    )
    .replace(/[&<>$]/g, (c) => GITHUB_ESCAPE[c] ?? c);
}

/** A code span that can't be closed from inside. `cell`: in a table a pipe ends the cell even in code. */
export function githubCode(text: string, where: 'text' | 'cell' = 'text'): string {
  const inside = unmarked(oneLine(text));
  if (inside === '') return '';
  const longest = Math.max(0, ...Array.from(inside.matchAll(/`+/g), (run) => run[0].length));
  const fence = '`'.repeat(longest + 1);
  const padded = inside.startsWith('`') || inside.endsWith('`') ? ` ${inside} ` : inside;
  return `${fence}${where === 'cell' ? padded.replaceAll('|', '\\|') : padded}${fence}`;
}

/** Lines as a code block; the fence is longer than any run of backticks inside. */
export function githubFence(lines: readonly string[]): string {
  const inside = lines.map((line) => unmarked(oneLine(line, 300)));
  const longest = Math.max(2, ...inside.flatMap((line) => Array.from(line.matchAll(/`+/g), (run) => run[0].length)));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${inside.join('\n')}\n${fence}`;
}

/** In code `<!--` is shown as it is, but whoever searches the raw text of our comments for a marker must not find a forged one. */
function unmarked(text: string): string {
  return text.replaceAll('<!--', '< !--');
}

// ---- addresses -----------------------------------------------------------------------------------------------

/** The address if it is a web address, with everything that could end a link encoded; else null. */
export function safeUrl(url: string): string | null {
  if (url.length > 2_000 || !URL.canParse(url)) return null;
  const parsed = new URL(url);
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') return null;
  return parsed.href.replace(/[<>|()[\]`*\\"'\s]/g, (c) => `%${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(2, '0')}`);
}

// ---- pages of our own -----------------------------------------------------------------------------------------

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** For text and for attributes in double quotes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
