// From what arrived to the words of one line: where a command may stand, and what phones and chat apps do to typed text.

/** Longest line that is read as a command, in characters. */
export const LINE_MAX = 1_000;

/** One line that was meant for us, cut into words. */
export interface Line {
  /** What a suggestion begins with: `/deploy`, or `/approve` and `/reject` on a pull request. */
  readonly prefix: string;
  readonly words: readonly string[];
}

// Leading lines that are blank don't show in a rendered comment, so they don't count (the first line that a reader sees does).
const FIRST_LINE = /^(?:[ \t]*(?:\r\n|\n|\r))*([^\r\n]*)/;
// Spaces that phones and copied pages put between words: all that Unicode has, but for line ends and tabs.
const ODD_SPACES = /[^\S\r\n\t ]/g;

/** The first line that is not blank, with ordinary spaces; not trimmed. */
export function firstLine(text: string): string {
  return (FIRST_LINE.exec(text)?.[1] ?? '').replace(ODD_SPACES, ' ');
}

/**
 * The line without the indentation that Markdown still renders as a paragraph (up to three spaces), or null when it
 * would be shown as code (four spaces, a tab) or starts with no text at all.
 */
export function paragraphLine(line: string): string | null {
  const indent = /^ {0,3}(?=[^ \t])/.exec(line);
  return indent === null ? null : line.slice(indent[0].length).trimEnd();
}

export function wordsOf(text: string): readonly string[] {
  return text.split(/[ \t]+/).filter((word) => word !== '');
}

/**
 * Slack's escapes back to what was typed: `<@U1|ann>` is `@ann`, `<#C1|ops>` is `#ops`, an automatic link is its label
 * (https://docs.slack.dev/messaging/formatting-message-text, "escaping text").
 */
export function unescapeSlack(text: string): string {
  return text
    .replace(/<([@#!]?)([^<>|]{1,500})(?:\|([^<>]{0,500}))?>/g, (_whole, sign: string, target: string, label: string | undefined) => {
      if (sign === '') return label ?? target;
      const name = label ?? target;
      return `${sign === '#' ? '#' : '@'}${name.replace(/^[@#]/, '')}`;
    })
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

/** `—dry-run` as autocorrect makes it of `--dry-run`, and words in straight or smart quotes. */
export function plainWord(word: string): string {
  const dashes = word.replace(/^[\u2013\u2014\u2212](?=[A-Za-z])/, '--');
  return dashes.replace(/(^|=)["'“”„‘’«»]([^"'“”„‘’«»]*)["'“”„‘’«»]$/, '$1$2');
}
