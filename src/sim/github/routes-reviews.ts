// Reviews one by one, and what is said at the lines of a pull request.
import { isReaction, reactionJson, reviewJson } from './payloads-pull.ts';
import { lineCommentJson } from './payloads-review.ts';
import { isPull } from './pulls.ts';
import { invalid, notFound, ok, paginate } from './responses.ts';
import type { Grant, RepositoryCall, RouteTable } from './router.ts';
import type { SimLineComment } from './state-marks.ts';
import type { GithubState, SimPullRequest, SimRepository, SimReview } from './state.ts';
import type { SimResponse } from '../http.ts';

const READS: readonly Grant[] = [{ permission: 'pull_requests', level: 'read' }];
const WRITES: readonly Grant[] = [{ permission: 'pull_requests', level: 'write' }];

/** The longer paths come first. */
export function reviewRoutes(written: (comment: SimLineComment) => void): RouteTable {
  const pull = '/repos/:owner/:repo/pulls/:number';
  return {
    'POST /repos/:owner/:repo/pulls/comments/:comment/reactions': { kind: 'repository', needs: WRITES, handle: createReaction },
    [`GET ${pull}/reviews/:review`]: { kind: 'repository', needs: READS, handle: readReview },
    [`GET ${pull}/comments`]: { kind: 'repository', needs: READS, handle: listComments },
    [`POST ${pull}/comments/:comment/replies`]: { kind: 'repository', needs: WRITES, handle: (call) => createReply(call, written) },
  };
}

/** Writes at a line into the state, whoever wrote it. A comment outside a review begins one of its own, as GitHub has it. */
export function addLineComment(
  state: GithubState,
  repository: SimRepository,
  input: { readonly issue: SimPullRequest; readonly user: number; readonly body: string; readonly replyTo: number | null },
): SimLineComment {
  const { issue, user, body, replyTo } = input;
  const now = state.now();
  const parent = replyTo === null ? null : (state.lineComments.get(replyTo) ?? null);
  const review: SimReview = { id: state.nextId(), user, body: '', state: 'COMMENTED', sha: issue.pull.headSha, at: now };
  issue.pull.reviews.push(review);
  const comment: SimLineComment = {
    id: state.nextId(),
    repository: repository.id,
    issue: issue.number,
    review: review.id,
    root: parent === null ? null : (parent.root ?? parent.id),
    user,
    body,
    sha: issue.pull.headSha,
    createdAt: now,
    updatedAt: now,
    reactions: [],
  };
  state.lineComments.set(comment.id, comment);
  state.touch();
  return comment;
}

function findPull(call: RepositoryCall): SimPullRequest {
  const issue = call.repository.issues.get(call.number('number'));
  if (issue === undefined || !isPull(issue)) throw notFound();
  return issue;
}

function findLineComment(call: RepositoryCall): SimLineComment {
  const comment = call.state.lineComments.get(call.number('comment'));
  if (comment === undefined || comment.repository !== call.repository.id) throw notFound();
  return comment;
}

function readReview(call: RepositoryCall): SimResponse {
  const issue = findPull(call);
  const review = issue.pull.reviews.find(({ id }) => id === call.number('review'));
  if (review === undefined) throw notFound();
  return ok(reviewJson(call.state, call.repository, { issue, review }));
}

function listComments(call: RepositoryCall): SimResponse {
  const { state, repository, request } = call;
  const { number } = findPull(call);
  const comments = [...state.lineComments.values()].filter((comment) => comment.repository === repository.id && comment.issue === number);
  const { items, headers } = paginate(request, request.query.get('direction') === 'desc' ? comments.toReversed() : comments);
  return { status: 200, headers, body: items.map((comment) => lineCommentJson(state, repository, comment)) };
}

function createReply(call: RepositoryCall, written: (comment: SimLineComment) => void): SimResponse {
  const { state, repository } = call;
  const issue = findPull(call);
  const parent = findLineComment(call);
  const { body } = call.body;
  // "Replies to replies are not supported."
  if (parent.issue !== issue.number || parent.root !== null) throw notFound();
  if (typeof body !== 'string' || body.trim() === '') throw invalid({ resource: 'PullRequestReviewComment', field: 'body', code: 'missing_field' });
  const comment = addLineComment(state, repository, { issue, user: state.app.bot, body, replyTo: parent.id });
  written(comment);
  return { status: 201, body: lineCommentJson(state, repository, comment) };
}

function createReaction(call: RepositoryCall): SimResponse {
  const { state } = call;
  const { content } = call.body;
  const { reactions } = findLineComment(call);
  if (!isReaction(content)) throw invalid({ resource: 'Reaction', field: 'content', code: 'invalid' });
  const existing = reactions.find((reaction) => reaction.user === state.app.bot && reaction.content === content);
  if (existing !== undefined) return ok(reactionJson(state, existing));
  const reaction = { id: state.nextId(), user: state.app.bot, content, at: state.now() };
  reactions.push(reaction);
  state.touch();
  return { status: 201, body: reactionJson(state, reaction) };
}
