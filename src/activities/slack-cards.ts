// A card in Slack: posted once, and where it can be read.
import { activityInfo } from '@temporalio/activity';
import type { Millis } from '../../workflows/vocabulary.ts';
import type { SlackMessage } from '../render/message.ts';
import type { CardPlace, SlackApi } from '../slack/api.ts';

/** How much older than what it is about a card may seem by Slack's clock. */
const CLOCKS_DIFFER_MS = 60_000;

export interface NewCard {
  readonly channel: string;
  /** By which a later attempt finds it again. */
  readonly key: string;
  /** There was none before. */
  readonly since: Millis;
  readonly message: SlackMessage;
}

export interface PostedCard {
  readonly card: CardPlace & { readonly url: string | null };
  /** No earlier attempt had posted it. */
  readonly isNew: boolean;
}

/** Finds the card that an earlier attempt posted before it posts one. Throws `Trouble`. */
export async function postOnce(
  slack: Pick<SlackApi, 'findCard' | 'postCard' | 'permalink'>,
  { channel, key, since, message }: NewCard,
): Promise<PostedCard> {
  const known = await findOwnCard(slack, { channel, key, since }).catch((error: unknown) => {
    // Without the history scope a lost answer may post a second one; it never stops the first.
    if (activityInfo().attempt > 1) throw error;
    return null;
  });
  const card = known ?? (await slack.postCard(channel, message, key));
  return { card: { ...card, url: await urlOf(slack, card) }, isNew: known === null };
}

/** Throws `Trouble`. */
export function findOwnCard(slack: Pick<SlackApi, 'findCard'>, { channel, key, since }: Omit<NewCard, 'message'>): Promise<CardPlace | null> {
  return slack.findCard(channel, key, since - CLOCKS_DIFFER_MS);
}

/** Its address; null when Slack does not tell: the card is there all the same. */
export function urlOf(slack: Pick<SlackApi, 'permalink'>, card: CardPlace): Promise<string | null> {
  return slack.permalink(card).catch(() => null);
}
