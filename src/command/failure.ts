import type { ParseFailure } from './command.ts';
import type { Line } from './line.ts';
import type { CommandName } from './table.ts';

/** `suggestion`: the whole line as it was probably meant. */
export function notUnderstood(
  problem: string,
  more: { readonly suggestion?: string | null; readonly topic?: CommandName | null } = {},
): ParseFailure {
  return { kind: 'not-understood', problem, suggestion: more.suggestion ?? null, topic: more.topic ?? null };
}

/** The same line with one word changed; null when the rest can't be repeated as it stands. */
export function lineWith(line: Line, from: string, to: string): string | null {
  const words = line.words.map((word) => (word === from ? to : word));
  const text = [line.prefix, ...words].join(' ');
  return /^[ -~]{1,300}$/.test(text) && !text.includes('`') ? text : null;
}
