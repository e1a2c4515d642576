// Words with their meaning: written once, drawn by each surface in its own manner. Escaping happens here and nowhere else.
import type { Millis, Person } from '../../workflows/vocabulary.ts';
import { githubCode, githubText, safeUrl, slackCode, slackText } from './escape.ts';
import { away, clock, slackDate } from './time.ts';

export type Span =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'strong'; readonly text: string }
  | { readonly kind: 'emphasis'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly url: string; readonly isCode: boolean }
  /** `call`: the person can act now and is mentioned; otherwise only named. */
  | { readonly kind: 'person'; readonly person: Person; readonly call: boolean }
  | { readonly kind: 'channel'; readonly id: string }
  | { readonly kind: 'time'; readonly at: Millis }
  /** To the second. */
  | { readonly kind: 'instant'; readonly at: Millis }
  /** A time to come, with how long it takes until then where the surface can't tell by itself. */
  | { readonly kind: 'until'; readonly at: Millis };
export type Inline = readonly Span[];
type Piece = string | number | Span | Inline;

/** `` say`Needs ${strong('sre')}` ``: every string, the template's and the values', is plain text and is escaped when drawn. */
export function say(texts: TemplateStringsArray, ...pieces: readonly Piece[]): Inline {
  return texts.flatMap((text, i) => [...spansOf(text), ...spansOf(pieces[i] ?? '')]);
}

const none: Inline = [];
function spansOf(piece: Piece): Inline {
  if (typeof piece === 'number') return [{ kind: 'text', text: String(piece) }];
  if (typeof piece === 'string') return piece === '' ? none : [{ kind: 'text', text: piece }];
  return 'kind' in piece ? [piece] : piece;
}

export const text = (words: string): Inline => spansOf(words);
export const code = (words: string): Span => ({ kind: 'code', text: words });
export const strong = (words: string): Span => ({ kind: 'strong', text: words });
export const emphasis = (words: string): Span => ({ kind: 'emphasis', text: words });
/** A name that somebody else chose, within a sentence: it may end in a mark of its own. */
export const quoted = (words: string): Inline => text(`“${words}”`);
export const named = (person: Person): Span => ({ kind: 'person', person, call: false });
/** Mentions the person: only for somebody who can act now. */
export const called = (person: Person): Span => ({ kind: 'person', person, call: true });
export const time = (at: Millis): Span => ({ kind: 'time', at });
export const instant = (at: Millis): Span => ({ kind: 'instant', at });
export const until = (at: Millis): Span => ({ kind: 'until', at });
export const channel = (id: string): Span => ({ kind: 'channel', id });
export function link(words: string, url: string | null): Span {
  return url === null ? { kind: 'text', text: words } : { kind: 'link', text: words, url, isCode: false };
}
export interface CardLinks {
  readonly slack: string | null;
  readonly github: string | null;
}
/** `in Slack · on the pull request`, as far as there are such cards. */
export function cardLinks({ slack, github }: CardLinks): Inline {
  return join([...(slack === null ? [] : [link('in Slack', slack)]), ...(github === null ? [] : [link('on the pull request', github)])], ' · ');
}
/** A short SHA, linked to its commit where the address is known. */
export function shaLink(sha: string, url: string | null): Span {
  const short = sha.slice(0, 7);
  return url === null ? code(short) : { kind: 'link', text: short, url, isCode: true };
}

export function join(parts: readonly (Inline | Span)[], separator: string): Inline {
  return parts.flatMap((part, i) => [...spansOf(i === 0 ? '' : separator), ...spansOf(part)]);
}

/** The first `max`, and how many more there are. */
export function listed(parts: readonly (Inline | Span)[], max: number, separator = ', '): Inline {
  // "and 1 more" would take as much room as the one itself.
  if (parts.length <= max + 1) return join(parts, separator);
  return say`${join(parts.slice(0, max), separator)} and ${parts.length - max} more`;
}

/** Text with `code` in backticks, as the parser writes its problems. */
export function fromBackticks(words: string): Inline {
  return words.split('`').flatMap((part, i) => (part === '' ? none : i % 2 === 0 ? text(part) : [code(part)]));
}

// ---- drawing -------------------------------------------------------------------------------------------------

export interface Drawing {
  readonly now: Millis;
  /** In a table cell of GitHub's Markdown a pipe must not end the cell. */
  readonly where?: 'text' | 'cell';
  /** Longest result in characters: what does not fit is left out whole and `…` says so. */
  readonly max?: number;
}

export function toGithub(inline: Inline, drawing: Drawing): string {
  return draw(inline, drawing, githubSpan);
}

/** mrkdwn. */
export function toSlack(inline: Inline, drawing: Drawing): string {
  return draw(inline, drawing, slackSpan);
}

/** For fallback texts: escaped for Slack, without any mark-up, mentioning nobody. */
export function toSlackFallback(inline: Inline, drawing: Drawing): string {
  return draw(inline, drawing, (span, { now }) => slackText(spoken(span, now)));
}

/** For `plain_text` (headers, buttons) and for tests: the words alone, not escaped. */
export function toWords(inline: Inline, now: Millis): string {
  return inline.map((span) => spoken(span, now)).join('');
}

function draw(inline: Inline, drawing: Drawing, span: (span: Span, drawing: Drawing) => string): string {
  let drawn = '';
  for (const part of inline) {
    const next = keepEdges(part, span(part, drawing));
    if (drawing.max !== undefined && drawn.length + next.length > drawing.max - 2) return `${drawn.trimEnd()} …`;
    drawn += next;
  }
  return drawn;
}

/** Escaping trims; the spaces between spans are ours. */
function keepEdges(span: Span, drawn: string): string {
  if (span.kind !== 'text') return drawn;
  const before = /^\s/.test(span.text) ? ' ' : '';
  const after = /\s$/.test(span.text) ? ' ' : '';
  return drawn === '' ? before : `${before}${drawn}${after}`;
}

function githubSpan(span: Span, { now, where = 'text' }: Drawing): string {
  switch (span.kind) {
    case 'text':
      return githubText(span.text);
    case 'code':
      return githubCode(span.text, where);
    case 'strong':
      return wrapped('**', githubText(span.text));
    case 'emphasis':
      return wrapped('*', githubText(span.text));
    case 'link': {
      const url = safeUrl(span.url);
      const label = span.isCode ? githubCode(span.text, where) : githubText(span.text);
      return url === null ? label : `[${label}](${url})`;
    }
    case 'person': {
      const login = span.person.github?.login;
      return span.call && login !== undefined && /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$/.test(login) ? `@${login}` : githubText(span.person.name);
    }
    case 'channel':
      return 'Slack';
    case 'time':
      return clock(span.at, now);
    case 'instant':
      return clock(span.at, now, 'seconds');
    case 'until':
      return `${clock(span.at, now)}, ${away(span.at, now)}`;
  }
}

function slackSpan(span: Span, { now }: Drawing): string {
  switch (span.kind) {
    case 'text':
      return slackText(span.text);
    case 'code':
      return slackCode(span.text);
    case 'strong':
      // Inside a word a star stays as it is; inside these it would end them.
      return wrapped('*', slackText(span.text).replaceAll('*', '∗'));
    case 'emphasis':
      return wrapped('_', slackText(span.text));
    case 'link': {
      const url = safeUrl(span.url);
      if (url === null) return span.isCode ? slackCode(span.text) : slackText(span.text);
      const linked = `<${url.replaceAll('&', '&amp;')}|${slackText(span.text)}>`;
      return span.isCode ? `\`${linked}\`` : linked;
    }
    case 'person': {
      const user = span.person.slack?.user;
      return span.call && user !== undefined && /^[UW][A-Z0-9]{1,20}$/.test(user) ? `<@${user}>` : slackText(span.person.name);
    }
    case 'channel':
      return /^[CGD][A-Z0-9]{1,20}$/.test(span.id) ? `<#${span.id}>` : 'the channel';
    case 'time':
    case 'until':
      return slackDate(span.at, now);
    case 'instant':
      return slackDate(span.at, now, 'seconds');
  }
}

/** Marks around nothing would be shown as they are. */
function wrapped(mark: string, drawn: string): string {
  return drawn === '' ? '' : `${mark}${drawn}${mark}`;
}

function spoken(span: Span, now: Millis): string {
  switch (span.kind) {
    case 'person':
      return span.person.name;
    case 'channel':
      return 'the channel';
    case 'time':
    case 'until':
      return clock(span.at, now);
    case 'instant':
      return clock(span.at, now, 'seconds');
    default:
      return span.text;
  }
}
