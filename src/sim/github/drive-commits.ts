// Commits as stories write them: by login, with trailers, dated by whoever makes them.
import { addCommit, resolveRef } from './commits.ts';
import { needUser, slugOf, UnknownInSim } from './lookup.ts';
import type { GithubState, Signature, SimCommit, SimFile, SimRepository, SimUser } from './state.ts';

export interface CommitInput {
  readonly message: string;
  /** Login of the author. */
  readonly author: string;
  /** Login; the author when left out. `web-flow` is GitHub itself, as after a click in the browser. */
  readonly committer?: string;
  /** Logins, written as `Co-authored-by` trailers. */
  readonly coAuthors?: readonly string[];
  /** An address that GitHub ties to no account: whoever set up git like this is unknown. */
  readonly email?: string;
  /** What the commit claims as its dates; anybody can forge these. Now when left out. */
  readonly at?: number;
  /** Only where a story needs a certain SHA. */
  readonly sha?: string;
  /** What it changes; a path alone is one line of that file. One line of a file of its own when left out. */
  readonly files?: readonly (string | SimFile)[];
  /** Starts a history of its own. */
  readonly orphan?: boolean;
}

export function shaOf(state: GithubState, repository: SimRepository, ref: string): string {
  const commit = resolveRef(state, repository, ref);
  if (commit === null) throw new UnknownInSim(`no commit ${ref} in ${slugOf(state, repository)}`);
  return commit.sha;
}

/** The address by which GitHub ties a commit to an account that keeps its own address to itself. */
export function emailOf(user: SimUser): string {
  return `${user.id}+${user.login}@users.noreply.github.com`;
}

/** How this account signs a commit or an annotated tag. */
export function sign(state: GithubState, login: string, at: number = state.now()): Signature {
  const user = needUser(state, login);
  if (user.id === state.webFlow) return { account: user.id, name: 'GitHub', email: 'noreply@github.com', at };
  return { account: user.id, name: user.name ?? user.login, email: emailOf(user), at };
}

export function writeCommit(state: GithubState, repository: SimRepository, input: CommitInput & { readonly parents: readonly string[] }): SimCommit {
  const trailers = (input.coAuthors ?? []).map((login) => {
    const { name, email } = sign(state, login);
    return `Co-authored-by: ${name} <${email}>`;
  });
  const message = trailers.length === 0 ? input.message : `${input.message}\n\n${trailers.join('\n')}`;
  const known = sign(state, input.author, input.at);
  const author = input.email === undefined ? known : { ...known, account: null, email: input.email };
  const committer = sign(state, input.committer ?? input.author, input.at);
  const sha = input.sha === undefined ? {} : { sha: input.sha };
  const files = input.files?.map((file) => (typeof file === 'string' ? { path: file, additions: 1, deletions: 0 } : file));
  return addCommit(state, repository, { parents: input.parents, message, author, committer, ...sha, ...(files === undefined ? {} : { files }) });
}

/** Makes driver methods that change the state tell so. */
export function touching(state: GithubState): <A extends readonly unknown[], R>(work: (...args: A) => R) => (...args: A) => R {
  return (work) =>
    (...args) => {
      const result = work(...args);
      state.touch();
      return result;
    };
}
