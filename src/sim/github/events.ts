// The webhook payloads of what people do: GitHub's `issue_comment` and `pull_request` events.
import { accountJson, nodeId } from './payloads.ts';
import { commentJson, issueJson, pullJson, pullSimpleJson, reviewJson } from './payloads-pull.ts';
import { repositoryJson } from './payloads-repository.ts';
import { lineCommentJson } from './payloads-review.ts';
import { isPull } from './pulls.ts';
import { installationOf } from './lookup.ts';
import type { Json } from './payloads.ts';
import type { SimLineComment } from './state-marks.ts';
import type { GithubState, SimComment, SimIssue, SimPullRequest, SimRepository, SimReview } from './state.ts';

/** null: the app is not installed there, so GitHub tells it nothing. */
function envelope(state: GithubState, repository: SimRepository, sender: number): Json | null {
  const installation = installationOf(state, repository);
  if (installation === null) return null;
  const owner = state.users.get(repository.owner);
  return {
    repository: repositoryJson(state, repository),
    ...(owner?.type === 'Organization' ? { organization: organizationJson(state, owner.id, owner.login) } : {}),
    sender: accountJson(state, sender),
    installation: { id: installation.id, node_id: nodeId('IN', installation.id) },
  };
}

function organizationJson(state: GithubState, id: number, login: string): Json {
  const api = `${state.apiUrl}/orgs/${login}`;
  return {
    login,
    id,
    node_id: nodeId('O', id),
    url: api,
    repos_url: `${api}/repos`,
    events_url: `${api}/events`,
    hooks_url: `${api}/hooks`,
    issues_url: `${api}/issues`,
    members_url: `${api}/members{/member}`,
    public_members_url: `${api}/public_members{/member}`,
    avatar_url: `https://avatars.githubusercontent.com/u/${id}?v=4`,
    description: null,
  };
}

export type CommentAction = { readonly action: 'created' | 'deleted' } | { readonly action: 'edited'; readonly before: string };

export function commentEvent(
  state: GithubState,
  comment: SimComment,
  what: { readonly change: CommentAction; readonly sender: number },
): Json | null {
  const repository = state.repositories.get(comment.repository);
  const issue = repository?.issues.get(comment.issue);
  if (repository === undefined || issue === undefined) return null;
  const around = envelope(state, repository, what.sender);
  if (around === null) return null;
  return {
    action: what.change.action,
    ...(what.change.action === 'edited' ? { changes: { body: { from: what.change.before } } } : {}),
    issue: issueJson(state, repository, issue),
    comment: commentJson(state, comment),
    ...around,
  };
}

/** In webhooks a review's state is in small letters, unlike in answers of the API. */
export function reviewEvent(
  state: GithubState,
  repository: SimRepository,
  what: { readonly issue: SimPullRequest; readonly action: 'submitted' | 'edited'; readonly review: SimReview; readonly before?: string },
): Json | null {
  const { issue, action, review, before } = what;
  const around = envelope(state, repository, review.user);
  if (around === null) return null;
  const shown = reviewJson(state, repository, { issue, review });
  return {
    action,
    ...(before === undefined ? {} : { changes: { body: { from: before } } }),
    review: { ...shown, state: review.state.toLowerCase(), body: review.body === '' ? null : review.body },
    pull_request: pullSimpleJson(state, repository, issue),
    ...around,
  };
}

export function lineCommentEvent(state: GithubState, comment: SimLineComment, sender: number): Json | null {
  const repository = state.repositories.get(comment.repository);
  const issue = repository?.issues.get(comment.issue);
  if (repository === undefined || issue === undefined || !isPull(issue)) return null;
  const around = envelope(state, repository, sender);
  if (around === null) return null;
  return {
    action: 'created',
    comment: lineCommentJson(state, repository, comment),
    pull_request: pullSimpleJson(state, repository, issue),
    ...around,
  };
}

export type PullAction =
  | { readonly action: 'opened' | 'closed' | 'reopened' | 'ready_for_review' | 'converted_to_draft' }
  | { readonly action: 'synchronize'; readonly before: string; readonly after: string }
  | { readonly action: 'edited'; readonly changes: { readonly base: Readonly<Record<'ref' | 'sha', { readonly from: string }>> } };

export function pullEvent(
  state: GithubState,
  repository: SimRepository,
  what: { readonly issue: SimIssue; readonly change: PullAction; readonly sender: number },
): Json | null {
  const around = envelope(state, repository, what.sender);
  if (around === null || !isPull(what.issue)) return null;
  return { ...what.change, number: what.issue.number, pull_request: pullJson(state, repository, what.issue), ...around };
}
