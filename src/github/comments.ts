// Comments and reactions on a pull request.
import { Trouble } from '../trouble.ts';
import type { Reaction, Repo } from './api.ts';
import { addressOf, type Requests } from './requests.ts';
import { Comment, Comments, Created, Reacted } from './schema.ts';

const PAGES_MAX = 30;
const COMMENT_ROUTE = '/repos/{owner}/{repo}/issues/comments/{comment_id}';

export async function readComment(
  requests: Requests,
  repo: Repo,
  comment: number,
): Promise<{ readonly body: string; readonly edited: boolean } | null> {
  const found = await requests.readIfThere({
    doing: `reading comment ${comment}`,
    as: repo.installation,
    route: `GET ${COMMENT_ROUTE}`,
    params: { ...addressOf(repo.slug), comment_id: comment },
    answer: Comment,
  });
  return found === null ? null : { body: found.body ?? '', edited: found.created_at !== found.updated_at };
}

/** Idempotent: GitHub answers 200 instead of 201 if the reaction is there already. */
export async function react(requests: Requests, repo: Repo, comment: number, reaction: Reaction): Promise<void> {
  await requests.write({
    doing: `reacting to comment ${comment}`,
    as: repo.installation,
    route: `POST ${COMMENT_ROUTE}/reactions`,
    params: { ...addressOf(repo.slug), comment_id: comment, content: reaction },
    answer: Reacted,
  });
}

/** Anybody can write our marker into a comment; only one made by our own app counts. */
export async function findComment(
  requests: Requests,
  repo: Repo,
  issue: number,
  own: { readonly appId: number; readonly marker: string },
): Promise<number | null> {
  const doing = `finding our comment on ${repo.slug}#${issue}`;
  const pages = await requests.readPages(
    {
      doing,
      as: repo.installation,
      route: 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
      params: { ...addressOf(repo.slug), issue_number: issue },
      answer: Comments,
    },
    { items: (page) => page, pagesMax: PAGES_MAX },
  );
  const mine = pages.items.find(
    (comment) => comment.performed_via_github_app?.id === own.appId && comment.user?.type === 'Bot' && comment.body?.includes(own.marker),
  );
  if (mine === undefined && !pages.complete) {
    throw new Trouble({ source: 'github', kind: 'invalid', doing, found: `more than ${pages.items.length} comments` });
  }
  return mine?.id ?? null;
}

export async function createComment(requests: Requests, repo: Repo, issue: number, markdown: string): Promise<number> {
  const created = await requests.write({
    doing: `commenting on ${repo.slug}#${issue}`,
    as: repo.installation,
    route: 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
    params: { ...addressOf(repo.slug), issue_number: issue, body: markdown },
    answer: Created,
  });
  return created.id;
}

export async function updateComment(requests: Requests, repo: Repo, comment: number, markdown: string): Promise<void> {
  await requests.write({
    doing: `editing comment ${comment}`,
    as: repo.installation,
    route: `PATCH ${COMMENT_ROUTE}`,
    params: { ...addressOf(repo.slug), comment_id: comment, body: markdown },
    answer: Created,
  });
}
