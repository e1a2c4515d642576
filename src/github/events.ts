// The events that mean something to us, from payload to front door.
import type { Logger } from 'pino';
import type { Probot } from 'probot';
import type { FrontDoor, Incoming, PushEvent } from '../bot/front-door.ts';
import { repoSlug } from '../ids.ts';
import { githubDeployId } from '../../workflows/contract.ts';
import { approvesCode, fromReview, fromThread } from './reviews.ts';
import { IssueCommentCreated, PullRequestClosed, PullRequestSynchronize, ReviewCommentCreated, ReviewSubmitted } from './schema.ts';

export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'nothing-to-do' }
  | { readonly kind: 'malformed'; readonly found: string }
  | { readonly kind: 'failed'; readonly error: unknown };
/** By payload. Handlers never throw at Probot: it would log the whole payload, and answer with the error's message. */
export type Outcomes = WeakMap<object, Outcome>;

interface Handling {
  readonly frontDoor: FrontDoor;
  readonly log: Logger;
  readonly outcomes: Outcomes;
}

export function registerHandlers(app: Probot, handling: Handling): void {
  const settle = async (payload: object, handle: () => Promise<Outcome>): Promise<void> => {
    try {
      handling.outcomes.set(payload, await handle());
    } catch (error) {
      handling.outcomes.set(payload, { kind: 'failed', error });
    }
  };
  app.on('issue_comment.created', ({ id, payload }) => settle(payload, () => commentCreated(payload, id, handling)));
  app.on('pull_request_review.submitted', ({ id, payload }) => settle(payload, () => reviewSubmitted(payload, id, handling)));
  app.on('pull_request_review_comment.created', ({ id, payload }) => settle(payload, () => threadWritten(payload, id, handling)));
  app.on('pull_request.synchronize', ({ payload }) => settle(payload, () => pushed(payload, handling)));
  app.on('pull_request.closed', ({ payload }) => settle(payload, () => closed(payload, handling)));
}

async function commentCreated(payload: unknown, delivery: string, { frontDoor, log }: Handling): Promise<Outcome> {
  const event = IssueCommentCreated.safeParse(payload);
  if (!event.success) return { kind: 'malformed', found: event.error.message };
  if (!isTypedByPerson(event.data)) return { kind: 'nothing-to-do' };
  const incoming = incomingOf(event.data);
  if (incoming === null) return { kind: 'malformed', found: 'a comment without an installation' };
  const reply = await frontDoor.command(incoming);
  // Nearly every comment is no command; the ones that are answer for themselves on the pull request.
  log.debug({ delivery, key: incoming.key, reply: reply.kind }, 'github comment handled');
  return { kind: 'done' };
}

/** A new comment on a pull request, as typed: no bot, no app speaking for somebody, not edited since, not somebody else's. */
function isTypedByPerson({ issue, comment, sender }: IssueCommentCreated): boolean {
  return (
    (issue.pull_request ?? null) !== null &&
    comment.user?.type === 'User' &&
    (comment.performed_via_github_app ?? null) === null &&
    comment.created_at === comment.updated_at &&
    comment.user.id === sender.id
  );
}

function incomingOf({ issue, comment, repository, sender, installation }: IssueCommentCreated): Incoming | null {
  if (!installation) return null;
  return {
    key: githubDeployId(repository.id, comment.id),
    text: comment.body,
    by: { surface: 'github', id: sender.id, login: sender.login },
    at: Date.parse(comment.created_at),
    from: {
      surface: 'github',
      repo: { id: repository.id, slug: repoSlug(repository.full_name) },
      installation: installation.id,
      issue: issue.number,
      comment: comment.id,
    },
  };
}

async function reviewSubmitted(payload: unknown, delivery: string, { frontDoor, log }: Handling): Promise<Outcome> {
  const event = ReviewSubmitted.safeParse(payload);
  if (!event.success) return { kind: 'malformed', found: event.error.message };
  const incoming = fromReview(event.data);
  if (incoming === null) return { kind: 'nothing-to-do' };
  const reply = await frontDoor.reviewed({ incoming, approvesCode: approvesCode(event.data) });
  log.debug({ delivery, key: incoming.key, reply: reply.kind }, 'github review handled');
  return { kind: 'done' };
}

async function threadWritten(payload: unknown, delivery: string, { frontDoor, log }: Handling): Promise<Outcome> {
  const event = ReviewCommentCreated.safeParse(payload);
  if (!event.success) return { kind: 'malformed', found: event.error.message };
  const incoming = fromThread(event.data);
  if (incoming === null) return { kind: 'nothing-to-do' };
  const reply = await frontDoor.misplaced(incoming);
  log.debug({ delivery, key: incoming.key, reply: reply.kind }, 'github review comment handled');
  return { kind: 'done' };
}

async function pushed(payload: unknown, { frontDoor }: Handling): Promise<Outcome> {
  const event = PullRequestSynchronize.safeParse(payload);
  if (!event.success) return { kind: 'malformed', found: event.error.message };
  await frontDoor.pushed(pushOf(event.data));
  return { kind: 'done' };
}

async function closed(payload: unknown, { frontDoor }: Handling): Promise<Outcome> {
  const event = PullRequestClosed.safeParse(payload);
  if (!event.success) return { kind: 'malformed', found: event.error.message };
  const { number, pull_request: pull, repository, sender } = event.data;
  await frontDoor.pullRequestClosed({
    repo: { id: repository.id, slug: repository.full_name },
    closure: {
      number,
      merged: pull.merged,
      head: pull.head.sha,
      // Before a merge GitHub names its own test merge here.
      mergeSha: pull.merged ? (pull.merge_commit_sha ?? null) : null,
      by: { surface: 'github', id: sender.id, login: sender.login },
      at: Date.parse(pull.closed_at),
    },
  });
  return { kind: 'done' };
}

function pushOf({ number, before, after, pull_request: pull, repository, sender }: PullRequestSynchronize): PushEvent {
  return {
    repo: { id: repository.id, slug: repository.full_name },
    pullRequest: number,
    change: { sha: after, before, by: { surface: 'github', id: sender.id, login: sender.login }, at: Date.parse(pull.updated_at) },
  };
}
