// What a story, a test or the playground looks at, without a request.
import { checksOf, deploymentsOf } from './check-view.ts';
import { needPull, needRepository } from './lookup.ts';
import { commentsOf, pullJson } from './payloads-pull.ts';
import type { CheckView, DeploymentView } from './check-view.ts';
import type { Json } from './payloads.ts';
import type { GithubState, SimReview } from './state.ts';

/** A comment as the story's reader wants it. */
export interface CommentView {
  readonly id: number;
  readonly login: string;
  readonly body: string;
  /** Written by the app. */
  readonly viaApp: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly reactions: readonly ReactionView[];
}
export interface ReactionView {
  readonly login: string;
  readonly content: string;
}

export interface ReviewView {
  readonly id: number;
  readonly login: string;
  readonly state: SimReview['state'];
  readonly body: string;
  readonly at: number;
}

export interface Views {
  comments(slug: string, number: number): readonly CommentView[];
  reactions(comment: number): readonly ReactionView[];
  /** The pull request as `GET …/pulls/{number}` shows it. */
  pullRequest(slug: string, number: number): Json;
  /** The latest of each check run and commit status, as a pull request lists them. */
  checks(slug: string, sha: string): readonly CheckView[];
  /** Reviews that say something or decide something, oldest first. */
  reviews(slug: string, number: number): readonly ReviewView[];
  /** Oldest first. */
  deployments(slug: string): readonly DeploymentView[];
}

export function createViews(state: GithubState): Views {
  const login = (id: number): string => state.users.get(id)?.login ?? 'ghost';
  const reactions = (comment: number): readonly ReactionView[] =>
    (state.comments.get(comment)?.reactions ?? []).map(({ user, content }) => ({ login: login(user), content }));
  return {
    reactions,
    comments: (slug, number) =>
      commentsOf(state, needRepository(state, slug), number).map((comment) => ({
        id: comment.id,
        login: login(comment.user),
        body: comment.body,
        viaApp: comment.viaApp,
        createdAt: comment.createdAt,
        updatedAt: comment.updatedAt,
        reactions: reactions(comment.id),
      })),
    checks: (slug, sha) => checksOf(needRepository(state, slug), sha),
    reviews: (slug, number) =>
      needPull(state, slug, number)
        .pull.reviews.filter(({ state: opinion, body }) => opinion !== 'COMMENTED' || body !== '')
        .map(({ id, user, state: opinion, body, at }) => ({ id, login: login(user), state: opinion, body, at })),
    deployments: (slug) => deploymentsOf(needRepository(state, slug)),
    pullRequest: (slug, number) => pullJson(state, needRepository(state, slug), needPull(state, slug, number)),
  };
}
