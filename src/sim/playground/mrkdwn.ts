// Slack's mrkdwn as Slack's own client shows it: https://docs.slack.dev/messaging/formatting-message-text. Pure.
import { el, linkTo, type Tree } from './tree.ts';

/** What a reader sees differs: names of people and channels, and the reader's own time zone. */
export interface Reader {
  readonly now: number;
  /** The process's own zone when left out. */
  readonly timeZone?: string;
  readonly user: (id: string) => string | null;
  readonly channel: (id: string) => string | null;
}

export function mrkdwn(text: string, reader: Reader): readonly Tree[] {
  const parts = text.split(/```\n?/);
  // An odd number of parts: every fence is closed.
  if (parts.length % 2 === 0) return quoted(text, reader);
  return parts.flatMap((part, i) => (i % 2 === 1 ? [el('pre', {}, decoded(part.replace(/\n$/, '')))] : quoted(part.replace(/^\n|\n$/g, ''), reader)));
}

function quoted(text: string, reader: Reader): readonly Tree[] {
  if (text === '') return [];
  const trees: Tree[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    const quote = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (quote !== null) trees.push(el('blockquote', {}, spans(quote[1] ?? '', reader)));
    else trees.push(...(i === 0 ? [] : [el('br', {})]), ...spans(line, reader));
  }
  return trees;
}

// A mark opens after a space or punctuation and closes before one: `a*b*c` is not bold.
const SPAN =
  /`([^`\n]+)`|<([^<>\n]+)>|(?<![\p{L}\p{N}])\*(?=\S)([^*\n]*[^*\s])\*(?![\p{L}\p{N}])|(?<![\p{L}\p{N}])_(?=\S)([^_\n]*[^_\s])_(?![\p{L}\p{N}])|(?<![\p{L}\p{N}])~(?=\S)([^~\n]*[^~\s])~(?![\p{L}\p{N}])/gu;

function spans(text: string, reader: Reader): readonly Tree[] {
  const trees: Tree[] = [];
  let end = 0;
  for (const match of text.matchAll(SPAN)) {
    if (match.index > end) trees.push(decoded(text.slice(end, match.index)));
    end = match.index + match[0].length;
    const [, code, angle, bold, italic, struck] = match;
    if (code !== undefined) trees.push(el('code', {}, codeContent(code, reader)));
    else if (angle !== undefined) trees.push(angled(angle, reader));
    else if (bold !== undefined) trees.push(el('strong', {}, spans(bold, reader)));
    else if (italic !== undefined) trees.push(el('em', {}, spans(italic, reader)));
    else if (struck !== undefined) trees.push(el('del', {}, spans(struck, reader)));
  }
  if (end < text.length) trees.push(decoded(text.slice(end)));
  return trees;
}

/** In code only links keep a meaning. */
function codeContent(text: string, reader: Reader): readonly Tree[] {
  const whole = /^<(https?:[^<>]+)>$/.exec(text);
  return [whole?.[1] === undefined ? decoded(text) : angled(whole[1], reader)];
}

/** What stands between `<` and `>`. */
function angled(inside: string, reader: Reader): Tree {
  const [target, label] = split(inside, '|');
  if (target.startsWith('@')) return mention(`@${reader.user(target.slice(1)) ?? decoded(label ?? target.slice(1))}`);
  if (target.startsWith('#')) return mention(`#${reader.channel(target.slice(1)) ?? decoded(label ?? target.slice(1))}`);
  if (target.startsWith('!date^')) return date(target, decoded(label ?? ''), reader);
  if (target.startsWith('!')) return mention(decoded(label ?? `@${target.slice(1).split('^')[0] ?? ''}`));
  return linkTo(decoded(target), [decoded(label ?? target)]);
}

const mention = (name: string): Tree => el('span', { class: 'mention' }, name);

function date(token: string, fallback: string, reader: Reader): Tree {
  const [, seconds = '', format = '', link] = token.split('^');
  const at = new Date(Number(seconds) * 1_000);
  if (Number.isNaN(at.getTime())) return fallback;
  const shown = el('time', { title: at.toISOString() }, slackDate(at, format, reader) ?? fallback);
  return link === undefined ? shown : linkTo(decoded(link), [shown]);
}

const DAY: Readonly<Record<string, Intl.DateTimeFormatOptions>> = {
  date_num: { year: 'numeric', month: '2-digit', day: '2-digit' },
  date: { year: 'numeric', month: 'long', day: 'numeric' },
  date_short: { year: 'numeric', month: 'short', day: 'numeric' },
  date_long: { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' },
};

/** null when a token is unknown: then Slack shows the fallback. */
function slackDate(at: Date, format: string, { now, timeZone }: Reader): string | null {
  const zone = timeZone === undefined ? {} : { timeZone };
  const words = (options: Intl.DateTimeFormatOptions, when: Date): string => new Intl.DateTimeFormat('en-GB', { ...options, ...zone }).format(when);
  const day = (when: number): string => words(DAY['date_num'] ?? {}, new Date(when));
  const near = new Map([
    [day(now), 'today'],
    [day(now - 86_400_000), 'yesterday'],
    [day(now + 86_400_000), 'tomorrow'],
  ]);
  let unknown = false;
  const text = format.replaceAll(/\{(\w+)\}/g, (_whole, token: string) => {
    if (token === 'time') return words({ hour: '2-digit', minute: '2-digit' }, at);
    if (token === 'time_secs') return words({ hour: '2-digit', minute: '2-digit', second: '2-digit' }, at);
    const name = token.replace(/_pretty$/, '');
    const options = DAY[name];
    unknown ||= options === undefined;
    return (name === token ? undefined : near.get(day(at.getTime()))) ?? words(options ?? {}, at);
  });
  return unknown ? null : text;
}

/** Slack escapes exactly these three. */
export function decoded(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function split(text: string, at: string): readonly [string, string | undefined] {
  const index = text.indexOf(at);
  return index === -1 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
}
