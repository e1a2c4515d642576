// `emergency <service>[@ref] [to] <environment> … because <reason>` and the review that comes after it: `review <code> sign`.
import type { Grammar, ParseFailure, Parsed } from './command.ts';
import { notUnderstood } from './failure.ts';
import type { Line } from './line.ts';
import { plainWord } from './line.ts';
import { readCode, REASON_MAX } from './parse-act.ts';
import { parseDeploy } from './parse-deploy.ts';
import { nearest, quoted, visibleText } from './spelling.ts';

/** A reason of one word is none. */
const REASON_WORDS_MIN = 2;

/** The verb is the first word of the line. */
export function parseEmergency(line: Line, grammar: Grammar): Parsed {
  const at = line.words.findIndex((word) => plainWord(word).toLowerCase() === 'because');
  const place = parseDeploy({ line: { ...line, words: at === -1 ? line.words : line.words.slice(0, at) }, grammar, mode: 'emergency' }, 1);
  const reason = at === -1 ? '' : visibleText(line.words.slice(at + 1));
  if (place.kind === 'not-understood') return withReason(place, reason);
  if (place.kind !== 'command' || place.command.kind !== 'deploy') return place;
  const { mode, service, ref, environment, parameters } = place.command;
  if (mode === 'plan') return notUnderstood(`An emergency can't be tried; \`${grammar.prefix} plan …\` changes nothing.`, { topic: 'emergency' });
  if (reason.split(' ').length < REASON_WORDS_MIN) {
    const problem = `Say why, in a few words at the end: \`because the shop is down\`. Everybody reads it, and whoever signs it off afterwards.`;
    return notUnderstood(problem, { topic: 'emergency' });
  }
  if (reason.length > REASON_MAX) return tooLong(reason, 'emergency');
  return { kind: 'command', command: { kind: 'emergency', service, ref, environment, parameters, reason } };
}

/** What was suggested in place of the words before `because`, with what stands after it. */
function withReason(failure: ParseFailure, reason: string): ParseFailure {
  const { suggestion } = failure;
  const isPlain = /^[ -~]{1,200}$/.test(reason) && !reason.includes('`');
  return suggestion === null ? failure : { ...failure, suggestion: isPlain ? `${suggestion} because ${reason}` : null };
}

const ACTS: Readonly<Record<string, 'sign' | 'dispute'>> = { sign: 'sign', approve: 'sign', dispute: 'dispute', reject: 'dispute' };

export function parseReview(words: readonly string[], grammar: Grammar): Parsed {
  const [first, second] = words;
  if (first === undefined) {
    return notUnderstood(`Which review? The code of its emergency stands on its message; \`${grammar.prefix} help review\` shows an example.`, {
      topic: 'review',
    });
  }
  const read = readCode(first, 'review');
  if (read.kind === 'not-understood') return read;
  const { code } = read;
  if (second === undefined) return { kind: 'command', command: { kind: 'review', code, act: 'show', reason: null } };
  const word = plainWord(second).toLowerCase();
  const act = Object.hasOwn(ACTS, word) ? ACTS[word] : undefined;
  if (act === undefined) {
    const near = nearest(word, ['sign', 'dispute']);
    const suggestion = near === null ? null : `${grammar.prefix} review ${code} ${near.word}`;
    return notUnderstood(`${quoted(second)} is neither \`sign\` nor \`dispute\`.`, { suggestion, topic: 'review' });
  }
  const reason = visibleText(words.slice(2));
  if (reason.length > REASON_MAX) return tooLong(reason, 'review');
  return { kind: 'command', command: { kind: 'review', code, act, reason: reason === '' ? null : reason } };
}

function tooLong(reason: string, topic: 'emergency' | 'review'): ParseFailure {
  return notUnderstood(`The reason is ${reason.length} characters long; ${REASON_MAX} is the most.`, { topic });
}
