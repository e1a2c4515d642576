// From a person's act to the answer that Slack shows, within the three seconds that Slack waits.
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { SlackMessage } from '../render/message.ts';
import type { Reply } from '../render/reply.ts';
import { isTrouble } from '../trouble.ts';

/** Slack gives up after 3 s: https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response. The rest is for the way. */
const ANSWER_WITHIN_MS = 2_500;

export const STILL_WORKING: SlackMessage = { text: 'Still working on it: the answer comes here.', blocks: [] };

/** What to say when the bot has no answer. */
export type NoAnswer = Extract<Reply, { kind: 'unreachable' | 'broken' }>;

/** The bot's answer, or what to say when it has none. Never throws. */
export async function ask<T = Reply>(
  work: () => Promise<T>,
  at: { readonly what: 'command' | 'click'; readonly log: Logger },
): Promise<T | NoAnswer> {
  try {
    return await work();
  } catch (error) {
    if (isTrouble(error) && error.source === 'temporal') {
      at.log.warn({ err: error }, 'Temporal could not be reached for a person in Slack');
      return { kind: 'unreachable', what: at.what };
    }
    return broken(error, at.log);
  }
}

/** A bug as a reply; logged under the reference that the person is given. */
export function broken(error: unknown, log: Logger): NoAnswer {
  const reference = randomUUID().slice(0, 8);
  log.error({ err: error, reference }, 'answering a person in Slack broke');
  return { kind: 'broken', reference };
}

/** Hands the outcome to `inTime`; or, when it takes too long, calls `meanwhile` and hands it to `late` as soon as it is there. */
export async function settle<T>(
  outcome: Promise<T>,
  answer: { readonly inTime: (value: T) => Promise<void>; readonly meanwhile: () => Promise<void>; readonly late: (value: T) => Promise<void> },
  withinMs = ANSWER_WITHIN_MS,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), withinMs);
  });
  const first = await Promise.race([outcome.then((value) => ({ value })), timeUp]).finally(() => clearTimeout(timer));
  if (first !== null) return answer.inTime(first.value);
  await answer.meanwhile();
  await answer.late(await outcome);
}
