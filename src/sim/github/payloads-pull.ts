// GitHub's JSON for pull requests, issues, reviews, comments and reactions.
import { compareCommits, sha1 } from './commits.ts';
import { accountJson, integrationJson, nodeId } from './payloads.ts';
import { repositoryJson } from './payloads-repository.ts';
import { filesOf } from './files.ts';
import { reviewDecision } from './pulls.ts';
import { iso, slugOf } from './lookup.ts';
import type { Json } from './payloads.ts';
import type { GithubState, RoleName, SimComment, SimIssue, SimPullRequest, SimReaction, SimRepository, SimReview } from './state.ts';

/** The size that lists carry. */
export function pullSimpleJson(state: GithubState, repository: SimRepository, issue: SimPullRequest): Json {
  const { pull, number } = issue;
  const slug = slugOf(state, repository);
  const api = `${state.apiUrl}/repos/${slug}/pulls/${number}`;
  const urls = pullUrls(state, slug, issue);
  const head = pull.headRepository === null ? undefined : state.repositories.get(pull.headRepository);
  return {
    ...urls,
    url: api,
    id: pull.id,
    node_id: nodeId('PR', pull.id),
    number,
    state: issue.closedAt === null ? 'open' : 'closed',
    locked: false,
    title: issue.title,
    user: accountJson(state, issue.user),
    body: issue.body,
    created_at: iso(issue.createdAt),
    updated_at: iso(issue.updatedAt),
    closed_at: issue.closedAt === null ? null : iso(issue.closedAt),
    merged_at: pull.merged === null ? null : iso(pull.merged.at),
    // While a pull request is open this is GitHub's trial merge, a commit that is on no branch.
    merge_commit_sha: pull.merged?.sha ?? sha1(`trial merge ${pull.baseSha} ${pull.headSha}`),
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    labels: labelsJson(state, repository, issue),
    milestone: null,
    draft: pull.draft,
    head: endJson(state, { owner: pull.headOwner, ref: pull.headRef, sha: pull.headSha, repository: head }),
    base: endJson(state, { owner: repository.owner, ref: pull.baseRef, sha: pull.baseSha, repository }),
    _links: linksJson({ self: api, ...urls }),
    author_association: associationOf(state, repository, issue.user),
    auto_merge: null,
    active_lock_reason: null,
  };
}

function labelsJson(state: GithubState, repository: SimRepository, { labels }: SimIssue): readonly Json[] {
  const api = `${state.apiUrl}/repos/${slugOf(state, repository)}/labels`;
  return labels.map((name) => {
    const id = Number.parseInt(sha1(name).slice(0, 8), 16);
    return { id, node_id: nodeId('LA', id), url: `${api}/${encodeURIComponent(name)}`, name, description: null, color: 'ededed', default: false };
  });
}

function endJson(state: GithubState, end: { owner: number; ref: string; sha: string; repository: SimRepository | undefined }): Json {
  return {
    label: `${state.users.get(end.owner)?.login ?? 'ghost'}:${end.ref}`,
    ref: end.ref,
    sha: end.sha,
    user: accountJson(state, end.owner),
    repo: end.repository === undefined ? null : repositoryJson(state, end.repository),
  };
}

function linksJson(urls: Readonly<Record<string, string>>): Json {
  const names = ['self', 'html', 'issue', 'comments', 'review_comments', 'review_comment', 'commits', 'statuses'];
  return Object.fromEntries(names.map((name) => [name, { href: urls[name] ?? urls[`${name}_url`] }]));
}

function pullUrls(state: GithubState, slug: string, issue: SimPullRequest): Readonly<Record<string, string>> {
  const repo = `${state.apiUrl}/repos/${slug}`;
  const api = `${repo}/pulls/${issue.number}`;
  const page = `${state.webUrl}/${slug}/pull/${issue.number}`;
  return {
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: `${repo}/issues/${issue.number}`,
    commits_url: `${api}/commits`,
    review_comments_url: `${api}/comments`,
    review_comment_url: `${repo}/pulls/comments{/number}`,
    comments_url: `${repo}/issues/${issue.number}/comments`,
    statuses_url: `${repo}/statuses/${issue.pull.headSha}`,
  };
}

/** What `GET …/pulls/{number}` and the webhooks carry. */
export function pullJson(state: GithubState, repository: SimRepository, issue: SimPullRequest): Json {
  const { pull } = issue;
  const base = pull.merged === null ? (repository.branches.get(pull.baseRef) ?? pull.baseSha) : pull.baseSha;
  const own = compareCommits(state, base, pull.headSha)?.ahead ?? [];
  const files = filesOf(own);
  const decision = reviewDecision(state, repository, issue);
  const blocked = decision === 'REVIEW_REQUIRED' || decision === 'CHANGES_REQUESTED';
  const isOpen = issue.closedAt === null;
  return {
    ...pullSimpleJson(state, repository, issue),
    merged: pull.merged !== null,
    mergeable: isOpen ? true : null,
    rebaseable: isOpen ? true : null,
    mergeable_state: isOpen ? (pull.draft ? 'draft' : blocked ? 'blocked' : 'clean') : 'unknown',
    merged_by: accountJson(state, pull.merged?.by ?? null),
    comments: commentsOf(state, repository, issue.number).length,
    review_comments: 0,
    maintainer_can_modify: pull.headRepository !== repository.id,
    commits: own.length,
    additions: files.reduce((sum, { additions }) => sum + additions, 0),
    deletions: files.reduce((sum, { deletions }) => sum + deletions, 0),
    changed_files: files.length,
  };
}

export function commentsOf(state: GithubState, repository: SimRepository, number: number): readonly SimComment[] {
  return [...state.comments.values()].filter((comment) => comment.repository === repository.id && comment.issue === number);
}

/** An issue as webhooks carry it: `pull_request` is there exactly when it is one. */
export function issueJson(state: GithubState, repository: SimRepository, issue: SimIssue): Json {
  const slug = slugOf(state, repository);
  const api = `${state.apiUrl}/repos/${slug}/issues/${issue.number}`;
  const { pull } = issue;
  const page = `${state.webUrl}/${slug}/${pull === null ? 'issues' : 'pull'}/${issue.number}`;
  return {
    url: api,
    repository_url: `${state.apiUrl}/repos/${slug}`,
    labels_url: `${api}/labels{/name}`,
    comments_url: `${api}/comments`,
    events_url: `${api}/events`,
    html_url: page,
    id: issue.id,
    node_id: nodeId(pull === null ? 'I' : 'PR', issue.id),
    number: issue.number,
    title: issue.title,
    user: accountJson(state, issue.user),
    labels: labelsJson(state, repository, issue),
    state: issue.closedAt === null ? 'open' : 'closed',
    locked: false,
    assignee: null,
    assignees: [],
    milestone: null,
    comments: commentsOf(state, repository, issue.number).length,
    created_at: iso(issue.createdAt),
    updated_at: iso(issue.updatedAt),
    closed_at: issue.closedAt === null ? null : iso(issue.closedAt),
    author_association: associationOf(state, repository, issue.user),
    active_lock_reason: null,
    body: issue.body,
    reactions: rollup(`${api}/reactions`, []),
    timeline_url: `${api}/timeline`,
    performed_via_github_app: null,
    state_reason: null,
    ...(pull === null
      ? {}
      : {
          draft: pull.draft,
          pull_request: {
            url: `${state.apiUrl}/repos/${slug}/pulls/${issue.number}`,
            html_url: page,
            diff_url: `${page}.diff`,
            patch_url: `${page}.patch`,
            merged_at: pull.merged === null ? null : iso(pull.merged.at),
          },
        }),
  };
}

export function commentJson(state: GithubState, comment: SimComment): Json {
  const repository = state.repositories.get(comment.repository);
  const slug = repository === undefined ? 'ghost/ghost' : slugOf(state, repository);
  const isPull = (repository?.issues.get(comment.issue)?.pull ?? null) !== null;
  const api = `${state.apiUrl}/repos/${slug}/issues`;
  return {
    url: `${api}/comments/${comment.id}`,
    html_url: `${state.webUrl}/${slug}/${isPull ? 'pull' : 'issues'}/${comment.issue}#issuecomment-${comment.id}`,
    issue_url: `${api}/${comment.issue}`,
    id: comment.id,
    node_id: nodeId('IC', comment.id),
    user: accountJson(state, comment.user),
    created_at: iso(comment.createdAt),
    updated_at: iso(comment.updatedAt),
    author_association: repository === undefined ? 'NONE' : associationOf(state, repository, comment.user),
    body: comment.body,
    reactions: rollup(`${api}/comments/${comment.id}/reactions`, comment.reactions),
    performed_via_github_app: comment.viaApp ? integrationJson(state, state.app.slug) : null,
  };
}

const CONTENTS = ['+1', '-1', 'laugh', 'hooray', 'confused', 'heart', 'rocket', 'eyes'] as const;

export function rollup(url: string, reactions: readonly SimReaction[]): Json {
  const counts = CONTENTS.map((content) => [content, reactions.filter((reaction) => reaction.content === content).length] as const);
  return { url, total_count: reactions.length, ...Object.fromEntries(counts) };
}

export function isReaction(content: unknown): content is (typeof CONTENTS)[number] {
  return CONTENTS.some((known) => known === content);
}

export function reactionJson(state: GithubState, reaction: SimReaction): Json {
  return {
    id: reaction.id,
    node_id: nodeId('REA', reaction.id),
    user: accountJson(state, reaction.user),
    content: reaction.content,
    created_at: iso(reaction.at),
  };
}

export function reviewJson(state: GithubState, repository: SimRepository, of: { issue: SimIssue; review: SimReview }): Json {
  const { issue, review } = of;
  const slug = slugOf(state, repository);
  const page = `${state.webUrl}/${slug}/pull/${issue.number}#pullrequestreview-${review.id}`;
  const pull = `${state.apiUrl}/repos/${slug}/pulls/${issue.number}`;
  return {
    id: review.id,
    node_id: nodeId('PRR', review.id),
    user: accountJson(state, review.user),
    body: review.body,
    state: review.state,
    html_url: page,
    pull_request_url: pull,
    author_association: associationOf(state, repository, review.user),
    _links: { html: { href: page }, pull_request: { href: pull } },
    submitted_at: iso(review.at),
    commit_id: review.sha,
  };
}

const ASSOCIATION: Readonly<Record<RoleName, string>> = {
  admin: 'MEMBER',
  maintain: 'MEMBER',
  write: 'MEMBER',
  triage: 'COLLABORATOR',
  read: 'COLLABORATOR',
};

/** A hint for people, never an authorisation: GitHub derives it from membership, not from rights. */
export function associationOf(state: GithubState, repository: SimRepository, user: number): string {
  const role = repository.roles.get(user);
  if (user === repository.owner) return 'OWNER';
  return role === undefined || !state.users.has(user) ? 'NONE' : ASSOCIATION[role];
}
