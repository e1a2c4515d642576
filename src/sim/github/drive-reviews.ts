// What people do in a review of the code, with the webhooks that GitHub sends for it.
import { lineCommentEvent, reviewEvent } from './events.ts';
import { needPull, needRepository, needUser, UnknownInSim } from './lookup.ts';
import { addLineComment } from './routes-reviews.ts';
import { deliver } from './tell.ts';
import type { SimReview } from './state.ts';
import type { World } from './tell.ts';
import type { Delivery } from './webhooks.ts';

export interface ReviewInput {
  readonly by: string;
  readonly state: SimReview['state'];
  readonly body?: string;
}
export interface ReviewDriver {
  /** A review that nobody is told of: one from before the story. */
  review(slug: string, number: number, review: ReviewInput): { readonly id: number };
  /** Submits a review and delivers `pull_request_review.submitted`. `sha`: the commit that was looked at, the head unless given. */
  submitReview(slug: string, number: number, review: ReviewInput & { readonly sha?: string }): Promise<{ id: number; delivery: Delivery | null }>;
  /** Delivers `pull_request_review.edited`. */
  editReview(slug: string, number: number, review: { readonly id: number; readonly body: string }): Promise<Delivery | null>;
  /** Writes at a line, or below another comment there, and delivers `pull_request_review_comment.created`. */
  commentAtLine(
    slug: string,
    number: number,
    comment: { readonly by: string; readonly body: string; readonly replyTo?: number },
  ): Promise<{ id: number; delivery: Delivery | null }>;
  /** Everything that was said at lines, oldest first. */
  lineComments(slug: string, number: number): readonly LineCommentView[];
}
export interface LineCommentView {
  readonly id: number;
  readonly root: number | null;
  readonly login: string;
  readonly body: string;
  readonly reactions: readonly string[];
}

export function createReviewDriver(world: World): ReviewDriver {
  const { state } = world;
  const add = (slug: string, number: number, input: ReviewInput & { readonly sha?: string }): SimReview => {
    const { pull } = needPull(state, slug, number);
    const user = needUser(state, input.by).id;
    const { state: opinion, body = '', sha = pull.headSha } = input;
    const review: SimReview = { id: state.nextId(), user, body, state: opinion, sha, at: state.now() };
    pull.reviews.push(review);
    state.touch();
    return review;
  };
  const tell = (
    slug: string,
    number: number,
    what: { action: 'submitted' | 'edited'; review: SimReview; before?: string },
  ): Promise<Delivery | null> =>
    deliver(world, 'pull_request_review', reviewEvent(state, needRepository(state, slug), { issue: needPull(state, slug, number), ...what }));
  return {
    review: (slug, number, input) => ({ id: add(slug, number, input).id }),
    async submitReview(slug, number, input) {
      const review = add(slug, number, input);
      return { id: review.id, delivery: await tell(slug, number, { action: 'submitted', review }) };
    },
    editReview(slug, number, { id, body }) {
      const review = needPull(state, slug, number).pull.reviews.find((known) => known.id === id);
      if (review === undefined) throw new UnknownInSim(`no review ${id}`);
      const before = review.body;
      review.body = body;
      state.touch();
      return tell(slug, number, { action: 'edited', review, before });
    },
    async commentAtLine(slug, number, { by, body, replyTo }) {
      const user = needUser(state, by).id;
      const comment = addLineComment(state, needRepository(state, slug), {
        issue: needPull(state, slug, number),
        user,
        body,
        replyTo: replyTo ?? null,
      });
      return { id: comment.id, delivery: await deliver(world, 'pull_request_review_comment', lineCommentEvent(state, comment, user)) };
    },
    lineComments: (slug, number) => {
      const { id } = needRepository(state, slug);
      const mine = [...state.lineComments.values()].filter((comment) => comment.repository === id && comment.issue === number);
      return mine.map(({ id: comment, root, user, body, reactions }) => ({
        id: comment,
        root,
        login: state.users.get(user)?.login ?? 'ghost',
        body,
        reactions: reactions.map(({ content }) => content),
      }));
    },
  };
}
