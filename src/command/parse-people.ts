// About people themselves: `link`, `link revoke`, `delegate Bea for 2d on holiday`, `delegate off`.
import type { Parsed } from './command.ts';
import { readDuration } from './duration.ts';
import { lineWith, notUnderstood } from './failure.ts';
import { plainWord, type Line } from './line.ts';
import { REASON_MAX } from './parse-act.ts';
import { nearest, quoted, visibleText } from './spelling.ts';

const NAME_MAX = 100;

/** `words`: what follows the verb. */
export function parseLink(line: Line, words: readonly string[]): Parsed {
  const [first, extra] = words;
  if (first === undefined) return { kind: 'command', command: { kind: 'link', act: 'open' } };
  if (plainWord(first).toLowerCase() === 'revoke' && extra === undefined) return { kind: 'command', command: { kind: 'link', act: 'revoke' } };
  const near = extra === undefined ? nearest(first, ['revoke']) : null;
  const suggestion = near === null ? null : lineWith(line, first, near.word);
  return notUnderstood(`I did not expect ${quoted(extra ?? first)} there.`, { suggestion, topic: 'link' });
}

/** The name is everything before `for` and a duration; after them comes why, in free words. */
export function parseDelegate(words: readonly string[]): Parsed {
  const [first, second] = words;
  if (first === undefined) return notUnderstood('Who acts for you, and for how long?', { topic: 'delegate' });
  if (second === undefined && plainWord(first).toLowerCase() === 'off')
    return { kind: 'command', command: { kind: 'delegate', to: null, forMs: null, reason: null } };
  const at = words.findIndex((word, i) => i > 0 && word.toLowerCase() === 'for');
  const length = at === -1 ? undefined : words[at + 1];
  if (length === undefined) return notUnderstood('Say for how long, such as `for 2d`: an absence must end by itself.', { topic: 'delegate' });
  const forMs = readDuration(plainWord(length));
  if (forMs === null) return notUnderstood(`${quoted(length)} is no duration such as \`30m\`, \`4h\` or \`2d\`.`, { topic: 'delegate' });
  const to = visibleText(words.slice(0, at)).replace(/^@/, '');
  if (to === '' || to.length > NAME_MAX)
    return notUnderstood('Who acts for you? A name of the configuration, or a GitHub login.', { topic: 'delegate' });
  const reason = visibleText(words.slice(at + 2));
  if (reason.length > REASON_MAX)
    return notUnderstood(`The reason is ${reason.length} characters long; ${REASON_MAX} is the most.`, { topic: 'delegate' });
  return { kind: 'command', command: { kind: 'delegate', to, forMs, reason: reason === '' ? null : reason } };
}
