// What `review` asks of the world. Names are WIRE FORMAT, like activities.ts.
import type { ReviewNews, ReviewStatus } from './review-contract.ts';
import type { Cards } from './status.ts';

/** The review of an emergency has messages of its own: the request's cards have ended. */
export interface ReviewActivities {
  /** Both look for the card of this review first, so that a retry posts no second one. */
  postSlackReview(status: ReviewStatus): Promise<NonNullable<Cards['slack']>>;
  postGithubReview(status: ReviewStatus): Promise<NonNullable<Cards['github']>>;
  /** Edits both cards; `news` makes new messages, too. */
  announceReview(input: { readonly status: ReviewStatus; readonly cards: Cards; readonly news: ReviewNews | null }): Promise<void>;
}
