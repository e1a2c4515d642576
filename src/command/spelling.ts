// What may stand in a command, and what was probably meant when something else stands there.

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const REF = /^[A-Za-z0-9_][A-Za-z0-9._/-]{0,199}$/;
const PARAMETER_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;
const PARAMETER_VALUE = /^[A-Za-z0-9._:/@+-]{1,200}$/;
// Control, zero-width, direction-changing and other characters that a reader can't see.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u034F\u115F\u1160\u3164\uFFA0]/u;

/** Name of a service or environment. */
export const isName = (text: string): boolean => NAME.test(text);
export const isParameterName = (text: string): boolean => PARAMETER_NAME.test(text);
export const isParameterValue = (text: string): boolean => PARAMETER_VALUE.test(text);

/** A branch, tag or SHA in letters that every shell, log and build variable can carry; git's own rules for names hold too (git-check-ref-format). */
export function isRef(text: string): boolean {
  return REF.test(text) && !/\.\.|\/\/|\/\.|\.\/|[./]$|\.lock$/.test(text);
}

/** A word of the person, safe to quote in an answer: visible, short, in backticks. */
export function quoted(word: string): string {
  const visible = word.replaceAll('`', "'").replace(new RegExp(INVISIBLE, 'gu'), (c) => `‹U+${codePoint(c)}›`);
  const characters = Array.from(visible);
  return `\`${characters.length > 60 ? `${characters.slice(0, 59).join('')}…` : visible}\``;
}

/** What is wrong with the letters of a word, or null: look-alikes and invisible characters are refused, never guessed at. */
export function strangeLetters(word: string): string | null {
  const invisible = INVISIBLE.exec(word);
  if (invisible !== null) return `${quoted(word)} contains a character that can't be seen (U+${codePoint(invisible[0])}).`;
  const plain = word.normalize('NFKC');
  if (plain !== word) return `${quoted(word)} only looks like ${quoted(plain)}: it is written with other characters.`;
  const foreign = Array.from(word).find((c) => c > '~');
  return foreign === undefined ? null : `${quoted(word)} contains ${quoted(foreign)} (U+${codePoint(foreign)}), which is no plain letter.`;
}

/** The candidate that was probably meant: at most two slips away, fewer for short words; null when nothing is near or two are equally near. */
export function nearest(word: string, candidates: readonly string[]): { readonly word: string; readonly slips: number } | null {
  if (word.length > 64) return null;
  const lower = word.toLowerCase();
  let best: { word: string; slips: number } | null = null;
  for (const candidate of new Set(candidates)) {
    const slips = distance(lower, candidate.toLowerCase());
    if (slips <= allowedSlips(lower, candidate) && (best === null || slips < best.slips)) best = { word: candidate, slips };
  }
  return best;
}

function allowedSlips(word: string, candidate: string): number {
  return Math.min(word.length, candidate.length) <= 3 ? 1 : 2;
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Free text of a person (a reason) on one line, without what can't be seen. */
export function visibleText(words: readonly string[]): string {
  return words.join(' ').replace(new RegExp(INVISIBLE, 'gu'), '').replace(/\s+/g, ' ').trim();
}

function codePoint(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}
