// What is written in a review of the code: its body, which may begin with a command, and comments at lines, which never do.
import { createHash } from 'node:crypto';
import type { Incoming } from '../bot/front-door.ts';
import { repoSlug } from '../ids.ts';
import { githubReviewDeployId } from '../../workflows/contract.ts';
import type { WrittenElsewhere } from '../../workflows/vocabulary.ts';
import type { Reaction, Repo } from './api.ts';
import { addressOf, type Requests } from './requests.ts';
import { Created, Reacted, Review, ThreadComments, type ReviewCommentCreated, type ReviewSubmitted } from './schema.ts';

const PAGES_MAX = 10;

// ---- what arrives ----------------------------------------------------------------------------------------------

/** null: nothing was written that could be for us, or not by a person, or through a hook that is not our app's. */
export function fromReview(event: ReviewSubmitted): Incoming | null {
  const { review, repository, sender } = event;
  const body = review.body ?? '';
  if (!isOfPerson(review, event) || (body === '' && !approvesCode(event))) return null;
  const written: WrittenElsewhere = { kind: 'review', login: sender.login, digest: digestOfText(body), sha: review.commit_id ?? null };
  return incoming(event, { key: githubReviewDeployId(repository.id, review.id), text: body, at: review.submitted_at, id: review.id, written });
}

/** States are in capitals in answers of the API. */
export function approvesCode({ review }: ReviewSubmitted): boolean {
  return review.state.toLowerCase() === 'approved';
}

/**
 * null: not by a person, or through a hook that is not our app's. (Its times say nothing of edits: drafted with a review, it is created
 * when it is written and updated when the review is submitted.)
 */
export function fromThread(event: ReviewCommentCreated): Incoming | null {
  const { comment, repository } = event;
  if (!isOfPerson(comment, event)) return null;
  const written: WrittenElsewhere = { kind: 'thread', root: comment.in_reply_to_id ?? comment.id };
  // No request ever starts there, so the key is only for the log.
  const key = `thread:github:${repository.id}:${comment.id}`;
  return incoming(event, { key, text: comment.body, at: comment.created_at, id: comment.id, written });
}

type Writing = Pick<ReviewCommentCreated['comment'], 'user' | 'performed_via_github_app'>;
type Event = Pick<ReviewSubmitted, 'pull_request' | 'repository' | 'sender' | 'installation'>;

/** No bot, no app speaking for somebody, not somebody else's. */
function isOfPerson(writing: Writing, { sender, installation }: Event): boolean {
  return (
    installation != null && writing.user?.type === 'User' && writing.user.id === sender.id && (writing.performed_via_github_app ?? null) === null
  );
}

interface Written {
  readonly key: string;
  readonly text: string;
  readonly at: string;
  readonly id: number;
  readonly written: WrittenElsewhere;
}

function incoming(event: Event, { key, text, at, id, written }: Written): Incoming {
  const { repository, pull_request: pull, sender, installation } = event;
  return {
    key,
    text,
    by: { surface: 'github', id: sender.id, login: sender.login },
    at: Date.parse(at),
    from: {
      surface: 'github',
      repo: { id: repository.id, slug: repoSlug(repository.full_name) },
      installation: installation?.id ?? 0,
      issue: pull.number,
      comment: id,
      written,
    },
  };
}

/** Equal for texts that a reader can't tell apart by their line ends. */
function digestOfText(text: string): string {
  return createHash('sha256').update(text.replaceAll('\r\n', '\n').trim()).digest('hex');
}

// ---- what is asked and answered --------------------------------------------------------------------------------

/** null: deleted. A review has no time of its last edit, so the text itself is compared. */
export async function readReview(
  requests: Requests,
  repo: Repo,
  of: { readonly issue: number; readonly review: number; readonly digest: string },
): Promise<{ readonly body: string; readonly edited: boolean } | null> {
  const found = await requests.readIfThere({
    doing: `reading review ${of.review}`,
    as: repo.installation,
    route: 'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}',
    params: { ...addressOf(repo.slug), pull_number: of.issue, review_id: of.review },
    answer: Review,
  });
  return found === null ? null : { body: found.body ?? '', edited: digestOfText(found.body ?? '') !== of.digest };
}

/** Idempotent: GitHub answers 200 instead of 201 if the reaction is there already. */
export async function reactInThread(requests: Requests, repo: Repo, comment: number, reaction: Reaction): Promise<void> {
  await requests.write({
    doing: `reacting to review comment ${comment}`,
    as: repo.installation,
    route: 'POST /repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions',
    params: { ...addressOf(repo.slug), comment_id: comment, content: reaction },
    answer: Reacted,
  });
}

/** A bot's reply that carries this marker, or null. GitHub does not say which app wrote a comment at a line. */
export async function findThreadReply(requests: Requests, repo: Repo, issue: number, marker: string): Promise<number | null> {
  const pages = await requests.readPages(
    {
      doing: `finding our reply at a line of ${repo.slug}#${issue}`,
      as: repo.installation,
      route: 'GET /repos/{owner}/{repo}/pulls/{pull_number}/comments',
      params: { ...addressOf(repo.slug), pull_number: issue, sort: 'created', direction: 'desc' },
      answer: ThreadComments,
    },
    { items: (page) => page, pagesMax: PAGES_MAX },
  );
  return pages.items.find(({ user, body }) => user?.type === 'Bot' && body.includes(marker))?.id ?? null;
}

/** GitHub takes no replies to replies: `root` is the comment that began the thread. */
export async function replyInThread(
  requests: Requests,
  repo: Repo,
  to: { readonly issue: number; readonly root: number },
  markdown: string,
): Promise<void> {
  await requests.write({
    doing: `replying at a line of ${repo.slug}#${to.issue}`,
    as: repo.installation,
    route: 'POST /repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies',
    params: { ...addressOf(repo.slug), pull_number: to.issue, comment_id: to.root, body: markdown },
    answer: Created,
  });
}
