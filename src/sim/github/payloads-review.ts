// GitHub's JSON for comments at lines. Shapes: GitHub's OpenAPI description.
import { iso, slugOf } from './lookup.ts';
import { accountJson, nodeId } from './payloads.ts';
import { associationOf, rollup } from './payloads-pull.ts';
import type { Json } from './payloads.ts';
import type { SimLineComment } from './state-marks.ts';
import type { GithubState, SimRepository } from './state.ts';

export function lineCommentJson(state: GithubState, repository: SimRepository, comment: SimLineComment): Json {
  const slug = slugOf(state, repository);
  const api = `${state.apiUrl}/repos/${slug}/pulls`;
  const url = `${api}/comments/${comment.id}`;
  const page = `${state.webUrl}/${slug}/pull/${comment.issue}#discussion_r${comment.id}`;
  const pull = `${api}/${comment.issue}`;
  return {
    url,
    pull_request_review_id: comment.review,
    id: comment.id,
    node_id: nodeId('PRRC', comment.id),
    diff_hunk: '@@ -1 +1 @@\n-old\n+new',
    path: 'src/retry.ts',
    position: 1,
    original_position: 1,
    commit_id: comment.sha,
    original_commit_id: comment.sha,
    ...(comment.root === null ? {} : { in_reply_to_id: comment.root }),
    user: accountJson(state, comment.user),
    body: comment.body,
    created_at: iso(comment.createdAt),
    updated_at: iso(comment.updatedAt),
    html_url: page,
    pull_request_url: pull,
    author_association: associationOf(state, repository, comment.user),
    _links: { self: { href: url }, html: { href: page }, pull_request: { href: pull } },
    line: 1,
    original_line: 1,
    side: 'RIGHT',
    subject_type: 'line',
    reactions: rollup(`${url}/reactions`, comment.reactions),
  };
}
