// The history that stories find there: commits, branches, tags, checks. Nothing here is a push, and nothing sends a webhook.
import { sha1 } from './commits.ts';
import { shaOf, sign, touching, writeCommit } from './drive-commits.ts';
import { needRepository } from './lookup.ts';
import type { CommitInput } from './drive-commits.ts';
import type { Conclusion, GithubState, SimCheckRun, SimRepository, SimStatus } from './state.ts';

export interface StatusInput {
  readonly context: string;
  readonly state: SimStatus['state'];
  readonly description?: string;
  readonly targetUrl?: string;
}
export interface CheckInput {
  readonly name: string;
  readonly result: 'queued' | 'in_progress' | Conclusion;
  /** Slug of the app that reports it, `github-actions` when left out. */
  readonly app?: string;
  readonly detailsUrl?: string;
}

export interface HistoryDriver {
  /** History that is just there: no push, no webhook. The branch is made from the default branch if it is new. Returns the SHA. */
  commit(slug: string, branch: string, commit: CommitInput): string;
  branch(slug: string, name: string, from: string): void;
  /** Lightweight, or annotated when it has a message. */
  tag(slug: string, name: string, at: string, annotation?: { by: string; message: string }): void;
  /** SHA of a branch, tag or SHA. */
  sha(slug: string, ref: string): string;
  setStatus(slug: string, ref: string, status: StatusInput): void;
  /** A finished run is followed by a new one of the same name, as after "re-run". */
  setCheck(slug: string, ref: string, check: CheckInput): void;
}

export function createHistoryDriver(state: GithubState): HistoryDriver {
  const changed = touching(state);
  return {
    commit: changed((slug, branch, input) => {
      const repository = needRepository(state, slug);
      const parent = repository.branches.get(branch) ?? repository.branches.get(repository.defaultBranch);
      const parents = parent === undefined || input.orphan === true ? [] : [parent];
      const { sha } = writeCommit(state, repository, { ...input, parents });
      repository.branches.set(branch, sha);
      return sha;
    }),
    branch: changed((slug, name, from) => void needRepository(state, slug).branches.set(name, shaOf(state, needRepository(state, slug), from))),
    tag: changed((slug, name, at, annotation) => addTag(state, needRepository(state, slug), { name, at, ...annotation })),
    sha: (slug, ref) => shaOf(state, needRepository(state, slug), ref),
    setStatus: changed((slug, ref, status) => {
      const repository = needRepository(state, slug);
      const { context, state: result, description = null, targetUrl = null } = status;
      const sha = shaOf(state, repository, ref);
      repository.statuses.push({ id: state.nextId(), sha, context, state: result, description, targetUrl, at: state.now() });
    }),
    setCheck: changed((slug, ref, check) => setCheck(state, needRepository(state, slug), { ref, check })),
  };
}

function addTag(state: GithubState, repository: SimRepository, tag: { name: string; at: string; by?: string; message?: string }): void {
  const sha = shaOf(state, repository, tag.at);
  const { by, message } = tag;
  const annotation = by === undefined || message === undefined ? null : { sha: sha1(`tag ${sha} ${tag.name}`), message, tagger: sign(state, by) };
  repository.tags.set(tag.name, { sha, annotation });
}

function setCheck(state: GithubState, repository: SimRepository, { ref, check }: { ref: string; check: CheckInput }): void {
  const sha = shaOf(state, repository, ref);
  const app = check.app ?? 'github-actions';
  const isDone = check.result !== 'queued' && check.result !== 'in_progress';
  const outcome = {
    status: isDone ? 'completed' : check.result,
    conclusion: isDone ? check.result : null,
    completedAt: isDone ? state.now() : null,
  } as Pick<SimCheckRun, 'status' | 'conclusion' | 'completedAt'>;
  const running = repository.checkRuns.find((run) => run.sha === sha && run.name === check.name && run.app === app && run.status !== 'completed');
  if (running !== undefined) return void Object.assign(running, outcome);
  const { name, detailsUrl = null } = check;
  const ids = { id: state.nextId(), suite: state.nextId(), externalId: '' };
  repository.checkRuns.push({ ...ids, sha, name, app, detailsUrl, output: null, startedAt: state.now(), ...outcome });
}
