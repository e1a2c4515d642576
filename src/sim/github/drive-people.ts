// What people do in a story, with the webhooks that GitHub sends for it.
import { closePull } from './drive-branches.ts';
import { commentEvent } from './events.ts';
import { addComment } from './routes-pulls.ts';
import { needPull, needRepository, needUser, slugOf, UnknownInSim } from './lookup.ts';
import { deliver, tell } from './tell.ts';
import type { CommentAction } from './events.ts';
import type { GithubState, SimComment, SimIssue, SimRepository } from './state.ts';
import type { Told, World } from './tell.ts';
import type { Delivery } from './webhooks.ts';

export interface OpenInput {
  readonly head: string;
  readonly by: string;
  readonly title?: string;
  readonly body?: string;
  /** The default branch when left out. */
  readonly base?: string;
  readonly draft?: boolean;
  /** `owner/name` of the fork that has the head branch. */
  readonly fork?: string;
  readonly number?: number;
}
export interface PeopleDriver {
  openPullRequest(slug: string, input: OpenInput): Promise<Told & { readonly number: number; readonly headSha: string }>;
  openIssue(slug: string, input: { title: string; by: string }): { readonly number: number };
  closePullRequest(slug: string, number: number, by: string): Promise<Told>;
  reopenPullRequest(slug: string, number: number, by: string): Promise<Told>;
  setDraft(slug: string, number: number, input: { by: string; draft: boolean }): Promise<Told>;
  /** These and no others. */
  setLabels(slug: string, number: number, labels: readonly string[]): void;
  /** Writes a comment and delivers `issue_comment.created`. `delivery` is null when nobody listens. */
  comment(slug: string, number: number, login: string, body: string): Promise<{ readonly id: number; readonly delivery: Delivery | null }>;
  editComment(id: number, login: string, body: string): Promise<Delivery | null>;
  deleteComment(id: number, login: string): Promise<Delivery | null>;
}

export function createPeopleDriver(world: World): PeopleDriver {
  const { state } = world;
  return {
    openPullRequest: (slug, input) => openPullRequest(world, needRepository(state, slug), input),
    openIssue: (slug, { title, by }) => {
      const repository = needRepository(state, slug);
      const issue = newIssue(state, repository, { title, by, body: null, pull: null });
      return { number: issue.number };
    },
    closePullRequest: (slug, number, by) => closePull(world, needRepository(state, slug), { issue: needPull(state, slug, number), by }),
    reopenPullRequest: (slug, number, by) => {
      const issue = needPull(state, slug, number);
      issue.closedAt = null;
      return tell(world, needRepository(state, slug), { issue, change: { action: 'reopened' }, by });
    },
    setDraft: (slug, number, { by, draft }) => {
      const issue = needPull(state, slug, number);
      issue.pull.draft = draft;
      return tell(world, needRepository(state, slug), { issue, change: { action: draft ? 'converted_to_draft' : 'ready_for_review' }, by });
    },
    setLabels: (slug, number, labels) => {
      needPull(state, slug, number).labels = labels;
      state.touch();
    },
    comment: (slug, number, login, body) => writeComment(world, needRepository(state, slug), { number, login, body }),
    editComment: (id, login, body) => {
      const comment = needComment(state, id);
      const before = comment.body;
      comment.body = body;
      comment.updatedAt = state.now();
      return tellOfComment(world, comment, { change: { action: 'edited', before }, login });
    },
    deleteComment: (id, login) => {
      const told = tellOfComment(world, needComment(state, id), { change: { action: 'deleted' }, login });
      state.comments.delete(id);
      return told;
    },
  };
}

async function writeComment(
  world: World,
  repository: SimRepository,
  input: { number: number; login: string; body: string },
): Promise<{ readonly id: number; readonly delivery: Delivery | null }> {
  const { state } = world;
  const { number: issue, login, body } = input;
  if (!repository.issues.has(issue)) throw new UnknownInSim(`no issue ${issue} in ${slugOf(state, repository)}`);
  const comment = addComment(state, { repository: repository.id, issue, user: needUser(state, login).id, body, viaApp: false });
  return { id: comment.id, delivery: await tellOfComment(world, comment, { change: { action: 'created' }, login }) };
}

/** The payload is made at once, so that a comment may be deleted right after. */
function tellOfComment(world: World, comment: SimComment, what: { change: CommentAction; login: string }): Promise<Delivery | null> {
  const sender = needUser(world.state, what.login).id;
  const payload = commentEvent(world.state, comment, { change: what.change, sender });
  world.state.touch();
  return deliver(world, 'issue_comment', payload);
}

function needComment(state: GithubState, id: number): SimComment {
  const comment = state.comments.get(id);
  if (comment === undefined) throw new UnknownInSim(`no comment ${id}`);
  return comment;
}

function newIssue(
  state: GithubState,
  repository: SimRepository,
  input: { title: string; by: string; body: string | null; pull: SimIssue['pull']; number?: number },
): SimIssue {
  const number = input.number ?? Math.max(0, ...repository.issues.keys()) + 1;
  if (repository.issues.has(number)) throw new UnknownInSim(`number ${number} is taken`);
  const now = state.now();
  const { title, body, pull } = input;
  const user = needUser(state, input.by).id;
  const issue: SimIssue = { id: state.nextId(), number, title, body, user, createdAt: now, updatedAt: now, closedAt: null, pull, labels: [] };
  repository.issues.set(number, issue);
  state.touch();
  return issue;
}

async function openPullRequest(
  world: World,
  repository: SimRepository,
  input: OpenInput,
): Promise<Told & { readonly number: number; readonly headSha: string }> {
  const { state } = world;
  const source = input.fork === undefined ? repository : needRepository(state, input.fork);
  const headSha = source.branches.get(input.head);
  const baseRef = input.base ?? repository.defaultBranch;
  const baseSha = repository.branches.get(baseRef);
  if (headSha === undefined || baseSha === undefined) throw new UnknownInSim(`no branch ${headSha === undefined ? input.head : baseRef}`);
  const pull = {
    id: state.nextId(),
    headRepository: source.id,
    headOwner: source.owner,
    headRef: input.head,
    headSha,
    baseRef,
    baseSha,
    draft: input.draft ?? false,
    merged: null,
    landed: [],
    reviews: [],
  };
  const title = input.title ?? state.commits.get(headSha)?.message.split('\n')[0] ?? input.head;
  const number = input.number === undefined ? {} : { number: input.number };
  const issue = newIssue(state, repository, { title, by: input.by, body: input.body ?? null, pull, ...number });
  return { number: issue.number, headSha, ...(await tell(world, repository, { issue, change: { action: 'opened' }, by: input.by })) };
}
