// What every reason for saying no consists of, on both surfaces.
import type { Reason, ReasonCode } from '../../workflows/reasons.ts';
import type { DeployCode } from '../../workflows/vocabulary.ts';
import { code, listed, say } from './inline.ts';
import type { Inline, Span } from './inline.ts';
import type { ActName } from './reply.ts';

export interface ReasonText {
  /** ❌ has to be changed, ⏳ will change by itself, ❓ could not be read. */
  readonly sign: '❌' | '⏳' | '❓';
  /** The gate or matter in a word or two. */
  readonly title: string;
  /** What was found and what was needed. */
  readonly said: Inline;
  /** What to do now, with the exact words to type; null where nothing helps or nothing is needed. */
  readonly wayOut: Inline | null;
}

/** What the words depend on besides the reason. */
export interface Hints {
  readonly prefix: string;
  readonly surface: 'github' | 'slack';
  /** The words that ask for the deploy again, if it is known which. */
  readonly again: string | null;
  /** What the person tried; null for a request. */
  readonly act: ActName | null;
  readonly code: DeployCode | null;
}

export type ReasonTexts<K extends ReasonCode> = { readonly [C in K]: (reason: Extract<Reason, { code: C }>, hints: Hints) => ReasonText };

export const names = (words: readonly string[]): Inline => listed(words.map(code), 8);
/** `a, b or c`. */
export function either(words: readonly (Inline | Span)[]): Inline {
  const last = words.at(-1);
  if (words.length < 2 || last === undefined) return listed(words, 8);
  return say`${listed(words.slice(0, -1), 8)} or ${last}`;
}

/** Where somebody looked: `#42`, `acme/api`, `this channel`. */
export function placeWords(where: string): string {
  if (where === '') return 'here';
  return /^#\d+$/.test(where) ? `on pull request ${where.slice(1)}` : `in ${where}`;
}

/** What has to be changed, and how. */
export function no(title: string, said: Inline, wayOut: Inline | null): ReasonText {
  return { sign: '❌', title, said, wayOut };
}

/** `what`: what such an account can't do. */
export function inactive(name: string, why: 'deactivated' | 'guest' | 'stranger' | 'bot' | 'no-read-access', what: string): ReasonText {
  const found: Readonly<Record<typeof why, Inline>> = {
    deactivated: say`${name}'s account is deactivated.`,
    guest: say`People from outside the workspace can't ${what}.`,
    stranger: say`People from outside the workspace can't ${what}.`,
    bot: say`Bots can't ${what}.`,
    'no-read-access': say`${name} can't read the repository any more.`,
  };
  return no('identity', found[why], null);
}
