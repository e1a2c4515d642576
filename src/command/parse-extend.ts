// `extend 7F3K-Q2 2h`; on a pull request also `extend production 2h` and `extend 2h`.
import type { Parsed } from './command.ts';
import { readDuration } from './duration.ts';
import { notUnderstood } from './failure.ts';
import { plainWord } from './line.ts';
import { readWhich, type Act } from './parse-act.ts';
import { quoted, strangeLetters, visibleText } from './spelling.ts';

const TOPIC = { topic: 'extend' } as const;

export function parseExtend(act: Act<'extend'>, skip: number): Parsed {
  const words = act.line.words.slice(skip);
  // Nobody can see what such a word names.
  const hidden = words.find((word) => visibleText([word]) !== word);
  if (hidden !== undefined) return notUnderstood(`${strangeLetters(hidden) ?? ''} Type it in plain letters.`, TOPIC);
  const isOnly = act.grammar.surface === 'github' && (words.length === 0 || (words.length === 1 && readDuration(plainWord(words[0] ?? '')) !== null));
  const which = readWhich(act, isOnly ? undefined : words[0]);
  if (which.kind === 'not-understood') return which;
  // On a pull request a word that names nothing is not left out silently: time must not go to another request.
  if (!isOnly && which.which.by === 'only') return notUnderstood(`${quoted(words[0] ?? '')} names no request here.`, TOPIC);
  const [word, extra] = isOnly ? words : words.slice(1);
  if (word === undefined) return notUnderstood('Say by how much, such as `2h`, `90m` or `1d`.', TOPIC);
  if (extra !== undefined) return notUnderstood(`I did not expect ${quoted(extra)} there.`, TOPIC);
  const byMs = readDuration(plainWord(word));
  if (byMs === null) return notUnderstood(`${quoted(word)} is no duration. Write it like \`2h\`, \`90m\` or \`1d\`.`, TOPIC);
  return { kind: 'command', command: { kind: 'extend', which: which.which, byMs } };
}
