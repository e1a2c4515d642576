// Pull requests, their reviews, and the conversation below them.
import { commentJson, commentsOf, isReaction, pullJson, pullSimpleJson, reactionJson, reviewJson } from './payloads-pull.ts';
import { isPull, pullsOf } from './pulls.ts';
import { ApiError, invalid, notFound, ok, paginate } from './responses.ts';
import type { Grant, RepositoryCall, RouteTable } from './router.ts';
import type { GithubState, Level, SimComment, SimIssue, SimPullRequest } from './state.ts';
import type { SimResponse } from '../http.ts';

export interface CommentEvents {
  readonly written: (comment: SimComment) => void;
  readonly rewritten: (comment: SimComment, before: string) => void;
}

const PULLS: readonly Grant[] = [{ permission: 'pull_requests', level: 'read' }];
const MAX_BODY_LENGTH = 65_536;

/** For what is said below a pull request either permission will do; below an issue it takes `issues`. */
function conversation(level: Level): (call: RepositoryCall) => readonly Grant[] {
  return (call) => {
    const issue = call.request.params['comment'] === undefined ? findIssue(call) : issueOf(call, findComment(call));
    const issues = { permission: 'issues', level };
    return issue.pull === null ? [issues] : [{ permission: 'pull_requests', level }, issues];
  };
}

export function pullRoutes(events: CommentEvents): RouteTable {
  const comment = '/repos/:owner/:repo/issues/comments/:comment';
  return {
    'GET /repos/:owner/:repo/pulls': { kind: 'repository', needs: PULLS, handle: listPulls },
    'GET /repos/:owner/:repo/pulls/:number': {
      kind: 'repository',
      needs: PULLS,
      handle: (call) => ok(pullJson(call.state, call.repository, findPull(call))),
    },
    'GET /repos/:owner/:repo/pulls/:number/reviews': { kind: 'repository', needs: PULLS, handle: listReviews },
    'GET /repos/:owner/:repo/issues/:number/comments': { kind: 'repository', needs: conversation('read'), handle: listComments },
    'POST /repos/:owner/:repo/issues/:number/comments': {
      kind: 'repository',
      needs: conversation('write'),
      handle: (call) => createComment(call, events),
    },
    [`GET ${comment}`]: { kind: 'repository', needs: conversation('read'), handle: (call) => ok(commentJson(call.state, findComment(call))) },
    [`PATCH ${comment}`]: { kind: 'repository', needs: conversation('write'), handle: (call) => updateComment(call, events) },
    [`GET ${comment}/reactions`]: { kind: 'repository', needs: conversation('read'), handle: listReactions },
    [`POST ${comment}/reactions`]: { kind: 'repository', needs: conversation('write'), handle: createReaction },
  };
}

function findIssue(call: RepositoryCall): SimIssue {
  const issue = call.repository.issues.get(call.number('number'));
  if (issue === undefined) throw notFound();
  return issue;
}

function findPull(call: RepositoryCall): SimPullRequest {
  const issue = findIssue(call);
  if (!isPull(issue)) throw notFound();
  return issue;
}

function findComment(call: RepositoryCall): SimComment {
  const comment = call.state.comments.get(call.number('comment'));
  if (comment === undefined || comment.repository !== call.repository.id) throw notFound();
  return comment;
}

function issueOf(call: RepositoryCall, comment: SimComment): SimIssue {
  const issue = call.repository.issues.get(comment.issue);
  if (issue === undefined) throw notFound();
  return issue;
}

function listPulls(call: RepositoryCall): SimResponse {
  const { state, repository, request } = call;
  const wanted = request.query.get('state') ?? 'open';
  const head = request.query.get('head');
  const base = request.query.get('base');
  const matching = pullsOf(repository).filter(
    ({ pull, closedAt }) =>
      (wanted === 'all' || (wanted === 'open') === (closedAt === null)) &&
      (base === null || pull.baseRef === base) &&
      // GitHub ignores a head that does not name its owner.
      (head === null || !head.includes(':') || head === `${state.users.get(pull.headOwner)?.login ?? 'ghost'}:${pull.headRef}`),
  );
  const { items, headers } = paginate(request, request.query.get('direction') === 'asc' ? matching : matching.toReversed());
  return { status: 200, headers, body: items.map((issue) => pullSimpleJson(state, repository, issue)) };
}

function listReviews(call: RepositoryCall): SimResponse {
  const issue = findPull(call);
  const { items, headers } = paginate(call.request, issue.pull.reviews);
  return { status: 200, headers, body: items.map((review) => reviewJson(call.state, call.repository, { issue, review })) };
}

function listComments(call: RepositoryCall): SimResponse {
  const { state, repository, request } = call;
  const since = Date.parse(request.query.get('since') ?? '');
  const comments = commentsOf(state, repository, findIssue(call).number).filter(({ updatedAt }) => Number.isNaN(since) || updatedAt >= since);
  const { items, headers } = paginate(request, comments);
  return { status: 200, headers, body: items.map((comment) => commentJson(state, comment)) };
}

function bodyOf(call: RepositoryCall): string {
  const { body } = call.body;
  if (typeof body !== 'string' || body.trim() === '') throw invalid({ resource: 'IssueComment', field: 'body', code: 'missing_field' });
  if (body.length > MAX_BODY_LENGTH)
    throw invalid({
      resource: 'IssueComment',
      field: 'data',
      code: 'unprocessable',
      message: `Body is too long (maximum is ${MAX_BODY_LENGTH} characters)`,
    });
  return body;
}

/** Writes a comment into the state, whoever wrote it. */
export function addComment(
  state: GithubState,
  comment: { repository: number; issue: number; user: number; body: string; viaApp: boolean },
): SimComment {
  const now = state.now();
  const added: SimComment = { ...comment, id: state.nextId(), createdAt: now, updatedAt: now, reactions: [] };
  state.comments.set(added.id, added);
  state.touch();
  return added;
}

function createComment(call: RepositoryCall, events: CommentEvents): SimResponse {
  const { state, repository } = call;
  const issue = findIssue(call);
  const body = bodyOf(call);
  const comment = addComment(state, { repository: repository.id, issue: issue.number, user: state.app.bot, body, viaApp: true });
  events.written(comment);
  return { status: 201, body: commentJson(state, comment) };
}

function updateComment(call: RepositoryCall, events: CommentEvents): SimResponse {
  const { state } = call;
  const comment = findComment(call);
  // Stricter than GitHub, which lets whoever may write edit any comment: the bot has no business in other people's.
  if (!comment.viaApp) throw new ApiError(403, 'Resource not accessible by integration');
  const before = comment.body;
  comment.body = bodyOf(call);
  comment.updatedAt = state.now();
  state.touch();
  events.rewritten(comment, before);
  return ok(commentJson(state, comment));
}

function listReactions(call: RepositoryCall): SimResponse {
  const content = call.request.query.get('content');
  const matching = findComment(call).reactions.filter((reaction) => content === null || reaction.content === content);
  const { items, headers } = paginate(call.request, matching);
  return { status: 200, headers, body: items.map((reaction) => reactionJson(call.state, reaction)) };
}

function createReaction(call: RepositoryCall): SimResponse {
  const { state } = call;
  const { content } = call.body;
  const comment = findComment(call);
  if (!isReaction(content)) throw invalid({ resource: 'Reaction', field: 'content', code: 'invalid' });
  const existing = comment.reactions.find((reaction) => reaction.user === state.app.bot && reaction.content === content);
  if (existing !== undefined) return ok(reactionJson(state, existing));
  const reaction = { id: state.nextId(), user: state.app.bot, content, at: state.now() };
  comment.reactions.push(reaction);
  state.touch();
  return { status: 201, body: reactionJson(state, reaction) };
}
