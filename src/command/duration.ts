// Durations as people type them in commands: `90m`, `2h`, `1d`. Pure.
const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;
const WORDS = { s: /^s(?:ecs?|econds?)?$/, m: /^m(?:ins?|inutes?)?$/, h: /^h(?:rs?|ours?)?$/, d: /^d(?:ays?)?$/ } as const;

/** Milliseconds of `90m`, `2h` or `2hours`; null for anything else, and for no time at all. */
export function readDuration(text: string): number | null {
  const match = /^(\d{1,5})([a-z]{1,7})$/.exec(text.toLowerCase());
  if (match === null) return null;
  const [, amount = '', word = ''] = match;
  const unit = UNITS.find(([name]) => WORDS[name].test(word));
  return unit === undefined || Number(amount) === 0 ? null : Number(amount) * unit[1];
}

/** The shortest way to type it, in the largest unit that is exact. */
export function printDuration(ms: number): string {
  const [name, unit] = UNITS.find(([, size]) => ms % size === 0 && ms / size < 100_000) ?? ['s', 1_000];
  return `${Math.round(ms / unit)}${name}`;
}
