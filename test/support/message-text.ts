// The texts of a message as a platform reads them, for tests that parse instead of searching.
import { lexer, type Token } from 'marked';
import type { SlackMessage } from '../../src/render/message.ts';

export interface SlackText {
  readonly type: 'mrkdwn' | 'plain_text';
  readonly text: string;
}

/** Every text object of the blocks, in order; the fallback text is parsed as mrkdwn too. */
export function slackTexts(message: SlackMessage): readonly SlackText[] {
  return [{ type: 'mrkdwn', text: message.text }, ...textsIn(message.blocks)];
}

function textsIn(value: unknown): readonly SlackText[] {
  if (value === null || typeof value !== 'object') return [];
  if ('type' in value && (value.type === 'mrkdwn' || value.type === 'plain_text') && 'text' in value && typeof value.text === 'string') {
    return [{ type: value.type, text: value.text }];
  }
  return Object.values(value).flatMap(textsIn);
}

/** What Slack makes of `<…>` in mrkdwn: mentions, dates, links; a bracket that belongs to none is an error. */
export function slackTokens(mrkdwn: string): readonly string[] {
  const tokens = Array.from(mrkdwn.matchAll(/<([^<>]*)>/g), (match) => match[1] ?? '');
  const rest = mrkdwn.replaceAll(/<[^<>]*>/g, '');
  return /[<>]/.test(rest) ? [...tokens, `stray bracket in: ${rest}`] : tokens;
}

/** What GitHub makes of Markdown, as far as it can do something: raw HTML, links, and text that is searched for @names and #numbers. */
export interface GithubParts {
  readonly html: readonly string[];
  readonly links: readonly string[];
  readonly texts: readonly string[];
  readonly code: readonly string[];
  /** Kinds of blocks from top to bottom. */
  readonly blocks: readonly string[];
}

export function githubParts(markdown: string): GithubParts {
  const tokens = lexer(markdown, { gfm: true });
  const all = tokens.flatMap(flatten);
  const of = (type: string): readonly string[] => all.filter((token) => token.type === type).map((token) => token.raw);
  return {
    html: of('html'),
    links: all.flatMap((token) => (token.type === 'link' || token.type === 'image' ? [String(token['href'])] : [])),
    texts: all.flatMap((token) => ((token.type === 'text' || token.type === 'escape') && !hasTokens(token) ? [token.raw] : [])),
    code: all.flatMap((token) => (token.type === 'codespan' || token.type === 'code' ? [String(token['text'])] : [])),
    blocks: tokens.filter((token) => token.type !== 'space').map((token) => token.type),
  };
}

function hasTokens(token: Token): boolean {
  return 'tokens' in token && Array.isArray(token.tokens) && token.tokens.length > 0;
}

function flatten(token: Token): readonly Token[] {
  const cells = token.type === 'table' ? [...(token['header'] as Cell[]), ...(token['rows'] as Cell[][]).flat()].flatMap((cell) => cell.tokens) : [];
  const items = token.type === 'list' ? (token['items'] as Token[]) : [];
  const inner = 'tokens' in token && Array.isArray(token.tokens) ? token.tokens : [];
  return [token, ...[...inner, ...cells, ...items].flatMap(flatten)];
}
interface Cell {
  readonly tokens: readonly Token[];
}
