// What a renderer needs besides the status: values, never a clock, an environment variable or a configuration file.
import type { Millis } from '../../workflows/vocabulary.ts';

export interface RenderContext {
  /** When the message is drawn. */
  readonly now: Millis;
  /** The word of the slash command and comment, `/deploy` unless configured. */
  readonly prefix: string;
  /** Where the request's cards are, once they exist. */
  readonly cards: { readonly githubUrl: string | null; readonly slackUrl: string | null };
  /** How long a passed build of this service and environment usually takes, in milliseconds; null when there is nothing to go by. */
  readonly usualMs: number | null;
  /** The request's page in Temporal's own UI. */
  readonly temporalUrl: string | null;
}

/** Of a message that is told away from the request's cards. */
export function plainContext(now: Millis, prefix: string): RenderContext {
  return { now, prefix, cards: { githubUrl: null, slackUrl: null }, usualMs: null, temporalUrl: null };
}
