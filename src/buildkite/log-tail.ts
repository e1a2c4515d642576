// The last lines of a job's log, fit for people. Pure.
import { stripVTControlCharacters } from 'node:util';
import { scrubSecrets } from '../scrub.ts';

const LINES_MAX = 20;
const LINE_MAX = 300;

// Buildkite puts `ESC _bk;t=<milliseconds> BEL` before each line.
const BUILDKITE_TIME = /\p{Cc}_bk;t=\d+\p{Cc}/gu;
// Control characters, and invisible ones that reorder text. U+FFFD: a character that the cut went through.
const NOT_FOR_PEOPLE = /[\p{Cc}\p{Cf}\ufffd]/gu;

/** At most the last 20 lines, without terminal sequences and secrets. `isCut`: the text begins in the middle of a line. */
export function tailOf(text: string, options: { readonly isCut: boolean }): string[] {
  const lines = stripVTControlCharacters(text.replaceAll(BUILDKITE_TIME, '')).split('\n');
  const whole = options.isCut && lines.length > 1 ? lines.slice(1) : lines;
  const shown = scrubSecrets(whole.map(lastOverprint).join('\n'))
    .split('\n')
    .map((line) => line.replaceAll('\t', '  ').replaceAll(NOT_FOR_PEOPLE, '').trimEnd())
    .filter((line) => line !== '');
  return shown.slice(-LINES_MAX).map((line) => (line.length > LINE_MAX ? `${line.slice(0, LINE_MAX - 1)}…` : line));
}

/** A progress bar writes over itself after each carriage return; what was there last is what a person saw. */
function lastOverprint(line: string): string {
  return line.split('\r').findLast((text) => text.trim() !== '') ?? '';
}
