// Acts on a request that exists: `approve 7F3K-Q2`, `reject production not reviewed`, `/approve` on a pull request.
import { parseDeployCode } from '../ids.ts';
import type { DeployCode } from '../../workflows/vocabulary.ts';
import type { Grammar, ParseFailure, Parsed, Which } from './command.ts';
import { lineWith, notUnderstood } from './failure.ts';
import type { Line } from './line.ts';
import { plainWord } from './line.ts';
import { environmentsOf, findEnvironment, findService } from './names.ts';
import { nearest, quoted, strangeLetters, visibleText } from './spelling.ts';

/** Longest reason, in characters. */
export const REASON_MAX = 500;

export type ActVerb = 'approve' | 'reject' | 'withdraw' | 'cancel' | 'keep';
export interface Act<Verb = ActVerb> {
  readonly line: Line;
  readonly grammar: Grammar;
  readonly verb: Verb;
}

/** Reads the words from the `skip`th on. Which request is meant may be left out on a pull request; the rest is a reason in free words. */
export function parseAct(act: Act, skip: number): Parsed {
  const typed = act.line.words.slice(skip);
  const words = typed.map((word) => visibleText([word])).filter((word) => word !== '');
  // Nobody can see which request such a word names.
  if (words[0] !== undefined && words[0] !== typed[0]) {
    return notUnderstood(`${strangeLetters(typed[0] ?? '') ?? ''} Type it in plain letters.`, { topic: act.verb });
  }
  const which = readWhich(act, words[0]);
  if (which.kind === 'not-understood') return which;
  const reason = visibleText(which.which.by === 'only' ? words : words.slice(1));
  if (reason.length > REASON_MAX) {
    return notUnderstood(`The reason is ${reason.length} characters long; ${REASON_MAX} is the most.`, { topic: act.verb });
  }
  const rest = { which: which.which, reason: reason === '' ? null : reason };
  const { verb } = act;
  return { kind: 'command', command: verb === 'approve' || verb === 'reject' ? { kind: 'vote', vote: verb, ...rest } : { kind: verb, ...rest } };
}

/** Which request the first word names, or that it names none. */
export function readWhich(act: Act<ActVerb | 'extend'>, first: string | undefined): { readonly kind: 'found'; readonly which: Which } | ParseFailure {
  const { grammar, verb } = act;
  if (first === undefined) return grammar.surface === 'github' ? { kind: 'found', which: { by: 'only' } } : codeMissing(act);
  const word = plainWord(first);
  const environments = environmentsOf(grammar, null);
  // `canary` and `prod-1` have the shape of a code: an environment's own name goes first.
  const environment = grammar.surface === 'github' ? findEnvironment(environments, word) : null;
  if (environment !== null) return { kind: 'found', which: { by: 'environment', environment } };
  const code = codeIn(word);
  if (code !== null && (grammar.surface === 'slack' || verb !== 'reject' || isPlainlyCode(word)))
    return { kind: 'found', which: { by: 'code', code } };
  if (looksLikeCode(word)) return notUnderstood(`${quoted(word)} is no code of a request. ${ABOUT_CODES}`, { topic: verb });
  if (grammar.surface === 'slack') return codeMissing(act);
  if (findService(grammar, word) !== null) {
    return notUnderstood(`Say which request by its code or its environment; ${quoted(word)} is a service.`, { topic: verb });
  }
  return strayWord(act, first, environments) ?? { kind: 'found', which: { by: 'only' } };
}

/** The first word of a reason, unless it is an environment misspelt: that must not act on another one. */
function strayWord(act: Act<ActVerb | 'extend'>, first: string, environments: readonly string[]): ParseFailure | null {
  const plain = first.normalize('NFKC');
  const lookAlike = plain !== first && (findEnvironment(environments, plain) !== null || parseDeployCode(plain) !== null);
  const strange = lookAlike ? strangeLetters(first) : null;
  if (strange !== null) return notUnderstood(`${strange} Type it in plain letters.`, { topic: act.verb });
  // A rejection's reason is prose, where a word may well be near to a name ("stating").
  const near = act.verb === 'reject' ? null : nearest(first, environments);
  if (near === null) return null;
  return notUnderstood(`I know no environment ${quoted(first)} here.`, { suggestion: lineWith(act.line, first, near.word), topic: act.verb });
}

function codeMissing(act: Act<ActVerb | 'extend'>): ParseFailure {
  const problem = `Say which request by its code, such as \`7F3K-Q2\`; \`${act.grammar.prefix} status\` lists the open ones.`;
  return notUnderstood(problem, { topic: act.verb });
}

const ABOUT_CODES = 'A code has six letters and digits, such as `7F3K-Q2`; there is no 0, O, 1, I, L or U in it.';

/** A code in any case, with any hyphen or none, also at the end of a sentence. */
function codeIn(word: string): DeployCode | null {
  return parseDeployCode(word.replace(/[\u2010-\u2015\u2212]/g, '-').replace(/[.,;:!]$/, ''));
}

/** `rather` has a code's letters too: where a reason may follow, a code has a hyphen, a digit or capitals only. */
function isPlainlyCode(word: string): boolean {
  return /[-\u2010-\u2015\u2212]|\d/.test(word) || word === word.toUpperCase();
}

function looksLikeCode(word: string): boolean {
  return /^[A-Za-z0-9]{3,5}-[A-Za-z0-9]{1,3}$/.test(word) && /\d/.test(word);
}

/** The code of `retry <code>`, `status [code]`, `why <code>` and `review <code>`. */
export function readCode(
  word: string,
  verb: 'retry' | 'status' | 'why' | 'review',
): { readonly kind: 'found'; readonly code: DeployCode } | ParseFailure {
  const plain = plainWord(word);
  const code = codeIn(plain);
  return code === null ? notUnderstood(`${quoted(plain)} is no code of a request. ${ABOUT_CODES}`, { topic: verb }) : { kind: 'found', code };
}
