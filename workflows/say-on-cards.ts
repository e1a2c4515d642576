// One card on each surface, edited in place, with new messages beside it for what is news.
import { delivered } from './delivered.ts';
import type { Cards } from './status.ts';

interface Saying {
  /** What the cards are of, for the log. */
  readonly what: string;
  /** As far as they are posted. */
  readonly cards: Cards;
  readonly postSlack: () => Promise<NonNullable<Cards['slack']>>;
  /** null: it has no card there. */
  readonly postGithub: (() => Promise<NonNullable<Cards['github']>>) | null;
  /** null: a card that is posted now says everything itself. */
  readonly announce: ((cards: Cards) => Promise<void>) | null;
}

/** Posts what is missing, then announces. `isComplete`: everything was delivered. */
export async function sayOnCards(saying: Saying): Promise<{ readonly cards: Cards; readonly isComplete: boolean }> {
  const { what, cards, postSlack, postGithub, announce } = saying;
  const [slack, github] = await Promise.all([
    cards.slack ?? delivered(`Slack card of ${what}`, postSlack()),
    cards.github ?? (postGithub === null ? null : delivered(`GitHub card of ${what}`, postGithub())),
  ]);
  const posted: Cards = { slack, github };
  const isPosted = slack !== null && (github !== null || postGithub === null);
  if (announce === null) return { cards: posted, isComplete: isPosted };
  const isSaid = await delivered(
    `news of ${what}`,
    announce(posted).then(() => true),
  );
  return { cards: posted, isComplete: isSaid === true && isPosted };
}
