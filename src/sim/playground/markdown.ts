// GitHub's Markdown, as much of it as comments here use: blocks. Everything that is not recognised is text. Pure.
import { inline } from './markdown-inline.ts';
import { el, type Tree } from './tree.ts';

export function markdown(source: string): readonly Tree[] {
  const lines = source
    .replaceAll('\r\n', '\n')
    .replaceAll(/<!--[\s\S]*?(?:-->|$)/g, '')
    .split('\n');
  return blocks(lines);
}

interface Taken {
  readonly trees: readonly Tree[];
  /** How many lines it took; at least one. */
  readonly lines: number;
}
type Taker = (lines: readonly string[]) => Taken | null;

function blocks(lines: readonly string[]): readonly Tree[] {
  const trees: Tree[] = [];
  for (let at = 0; at < lines.length;) {
    const rest = lines.slice(at);
    const taken = TAKERS.map((take) => take(rest)).find((found) => found !== null) ?? paragraph(rest);
    trees.push(...taken.trees);
    at += taken.lines;
  }
  return trees;
}

const blank: Taker = ([line = '']) => (line.trim() === '' ? { trees: [], lines: 1 } : null);

const heading: Taker = ([line = '']) => {
  const match = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
  return match === null ? null : { trees: [el((match[1] ?? '').length < 4 ? 'h3' : 'h4', {}, inline(match[2] ?? ''))], lines: 1 };
};

const fence: Taker = (lines) => {
  const open = /^(`{3,}|~{3,})/.exec(lines[0] ?? '')?.[1];
  if (open === undefined) return null;
  const end = lines.findIndex((line, i) => i > 0 && line.startsWith(open) && line.trim() === open);
  const inside = lines.slice(1, end === -1 ? lines.length : end);
  return { trees: [el('pre', {}, inside.join('\n'))], lines: end === -1 ? lines.length : end + 1 };
};

const quote: Taker = (lines) => {
  const inside = leading(lines, (line) => line.startsWith('>'));
  if (inside.length === 0) return null;
  return { trees: [el('blockquote', {}, blocks(inside.map((line) => line.replace(/^> ?/, ''))))], lines: inside.length };
};

const list: Taker = (lines) => {
  const kind = listKind(lines[0] ?? '');
  if (kind === null) return null;
  const taken = leading(lines, (line) => listKind(line) === kind || /^ {2,}\S/.test(line));
  const items: string[] = [];
  for (const line of taken) {
    if (listKind(line) === kind) items.push(line.replace(/^\s{0,1}(?:[-*+]|\d{1,9}[.)])\s+/, ''));
    else items[items.length - 1] += `\n${line.trim()}`;
  }
  return {
    trees: [
      el(
        kind,
        {},
        items.map((item) => el('li', {}, inline(item))),
      ),
    ],
    lines: taken.length,
  };
};

function listKind(line: string): 'ol' | 'ul' | null {
  if (/^\s{0,1}[-*+]\s+\S/.test(line)) return 'ul';
  return /^\s{0,1}\d{1,9}[.)]\s+\S/.test(line) ? 'ol' : null;
}

const table: Taker = (lines) => {
  const [head = '', rule = ''] = lines;
  if (!head.includes('|') || !/^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/.test(rule)) return null;
  const rows = leading(lines.slice(2), (line) => line.includes('|') && line.trim() !== '');
  const titles = cells(head);
  const hasHead = titles.some((title) => title !== '');
  const drawn = rows.map((row) =>
    el(
      'tr',
      {},
      cells(row).map((cell, i) => (i === 0 && !hasHead ? el('th', { scope: 'row' }, inline(cell)) : el('td', {}, inline(cell)))),
    ),
  );
  const header = el(
    'thead',
    {},
    el(
      'tr',
      {},
      titles.map((title) => el('th', { scope: 'col' }, inline(title))),
    ),
  );
  return { trees: [el('table', {}, hasHead ? header : null, el('tbody', {}, drawn))], lines: 2 + rows.length };
};

/** A pipe after a backslash belongs to the cell, even in code. */
function cells(row: string): readonly string[] {
  const inside = row
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '');
  return inside.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'));
}

const TAKERS: readonly Taker[] = [blank, heading, fence, quote, list, table];

function paragraph(lines: readonly string[]): Taken {
  const taken = leading(lines, (line, i) => i === 0 || [blank, heading, fence, quote, list].every((take) => take([line]) === null));
  return { trees: [el('p', {}, inline(taken.join('\n')))], lines: taken.length };
}

function leading(lines: readonly string[], holds: (line: string, index: number) => boolean): readonly string[] {
  const end = lines.findIndex((line, i) => !holds(line, i));
  return end === -1 ? lines : lines.slice(0, end);
}
