// GitHub's Markdown within a line: code, emphasis, links, mentions, the few tags that comments here use. Pure.
import { el, linkTo, type Tree } from './tree.ts';

/** A rule looks at the text from here on and takes a piece of it, or nothing. */
interface Piece {
  readonly trees: readonly Tree[];
  readonly length: number;
}
type Rule = (text: string, before: string) => Piece | null;

const TAGS = ['sub', 'span', 'strong', 'em', 'del', 'code'] as const;
const ENTITY: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: '\u00A0', '#39': "'" };

export function inline(text: string): readonly Tree[] {
  const trees: Tree[] = [];
  let words = '';
  const flush = (): void => {
    if (words !== '') trees.push(words);
    words = '';
  };
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at);
    const piece = SPECIAL.test(rest) ? firstPiece(rest, text.slice(0, at)) : null;
    if (piece === null) {
      words += text.charAt(at);
      at += 1;
      continue;
    }
    const [only] = piece.trees;
    if (piece.trees.length === 1 && typeof only === 'string') words += only;
    else {
      flush();
      trees.push(...piece.trees);
    }
    at += piece.length;
  }
  flush();
  return trees;
}

const SPECIAL = /^[\\`*_~[&<@\nh]/;

function firstPiece(rest: string, before: string): Piece | null {
  for (const rule of RULES) {
    const piece = rule(rest, before);
    if (piece !== null) return piece;
  }
  return null;
}

const escaped: Rule = (text) => {
  const match = /^\\([!-/:-@[-`{-~])/.exec(text);
  return match === null ? null : { trees: [match[1] ?? ''], length: 2 };
};

const code: Rule = (text) => {
  const match = /^(`+)([\s\S]*?[^`])\1(?!`)/.exec(text);
  if (match === null) return null;
  const inside = (match[2] ?? '').replaceAll('\n', ' ');
  return { trees: [el('code', {}, /^ .*[^ ].* $/.test(inside) ? inside.slice(1, -1) : inside)], length: match[0].length };
};

const strong: Rule = (text) => wrapped(text, /^\*\*(?=\S)((?:\\.|[^*\\]|\*(?!\*))+?)\*\*/, 'strong');
const emphasis: Rule = (text) => wrapped(text, /^\*(?=\S)((?:\\.|[^*\\])+?)\*/, 'em');
const underscored: Rule = (text, before) =>
  /[\p{L}\p{N}]$/u.test(before) ? null : wrapped(text, /^_(?=\S)((?:\\.|[^_\\])+?)_(?![\p{L}\p{N}])/u, 'em');
const struck: Rule = (text) => wrapped(text, /^~~(?=\S)([^~]+)~~/, 'del');

function wrapped(text: string, pattern: RegExp, tag: 'strong' | 'em' | 'del'): Piece | null {
  const match = pattern.exec(text);
  return match === null ? null : { trees: [el(tag, {}, inline(match[1] ?? ''))], length: match[0].length };
}

const link: Rule = (text) => {
  const match = /^\[((?:\\.|`[^`]*`|[^\]\\`])*)\]\(([^)\s]*)\)/.exec(text);
  return match === null ? null : { trees: [linkTo(match[2] ?? '', inline(match[1] ?? ''))], length: match[0].length };
};

const address: Rule = (text, before) => {
  const match = /[\p{L}\p{N}]$/u.test(before) ? null : /^https?:\/\/[^\s<>)\]]*[^\s<>)\].,;:!?]/.exec(text);
  return match === null ? null : { trees: [linkTo(match[0], [match[0]])], length: match[0].length };
};

const mention: Rule = (text, before) => {
  const match = /[\p{L}\p{N}/.]$/u.test(before) ? null : /^@[A-Za-z0-9][A-Za-z0-9_-]{0,38}/.exec(text);
  return match === null ? null : { trees: [el('span', { class: 'mention' }, match[0])], length: match[0].length };
};

const entity: Rule = (text) => {
  const match = /^&(#?\w+);/.exec(text);
  const character = ENTITY[match?.[1] ?? ''];
  return match === null || character === undefined ? null : { trees: [character], length: match[0].length };
};

const tag: Rule = (text) => {
  if (/^<br\s*\/?>/.test(text)) return { trees: [el('br', {})], length: text.indexOf('>') + 1 };
  for (const name of TAGS) {
    const open = `<${name}>`;
    const end = text.startsWith(open) ? text.indexOf(`</${name}>`) : -1;
    if (end !== -1) return { trees: [el(name, {}, inline(text.slice(open.length, end)))], length: end + open.length + 1 };
  }
  return null;
};

/** In comments GitHub keeps line ends. */
const lineEnd: Rule = (text) => (text.startsWith('\n') ? { trees: [el('br', {})], length: 1 } : null);

const RULES: readonly Rule[] = [escaped, code, strong, emphasis, underscored, struck, link, address, mention, entity, tag, lineEnd];
