// The commit graph: real SHA-1s over what git would hash, ancestry, and how GitHub reads a ref.
import { createHash } from 'node:crypto';
import { UnknownInSim } from './lookup.ts';
import type { GithubState, Signature, SimCommit, SimFile, SimRepository } from './state.ts';

export interface CommitContent {
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: Signature;
  readonly committer: Signature;
  /** One line of a file that no other commit touches, when left out. */
  readonly files?: readonly SimFile[];
  /** Only for stories that need a certain SHA (an ambiguous prefix); otherwise it is computed. */
  readonly sha?: string;
}

export function addCommit(state: GithubState, repository: SimRepository, content: CommitContent): SimCommit {
  const order = state.nextId();
  const tree = sha1(`tree ${order}`);
  const sha = content.sha ?? gitSha(content, tree);
  if (!/^[0-9a-f]{40}$/.test(sha) || state.commits.has(sha)) throw new UnknownInSim(`not a new 40-digit SHA: ${sha}`);
  const files = content.files ?? [{ path: `src/part-${order}.ts`, additions: 1, deletions: 0 }];
  const commit = { ...content, files, sha, order, tree };
  state.commits.set(sha, commit);
  repository.objects.add(sha);
  return commit;
}

function gitSha(content: CommitContent, tree: string): string {
  const sign = (who: Signature): string => `${who.name} <${who.email}> ${Math.floor(who.at / 1000)} +0000`;
  const lines = [
    `tree ${tree}`,
    ...content.parents.map((parent) => `parent ${parent}`),
    `author ${sign(content.author)}`,
    `committer ${sign(content.committer)}`,
    '',
    content.message,
  ];
  const text = `${lines.join('\n')}\n`;
  return sha1(`commit ${Buffer.byteLength(text)}\0${text}`);
}

export function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}

/** Newest first, children before parents, the commit itself included. */
export function history(state: GithubState, sha: string): readonly SimCommit[] {
  const seen = new Map<string, SimCommit>();
  const pending = [sha];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const commit = state.commits.get(next);
    if (commit === undefined || seen.has(next)) continue;
    seen.set(next, commit);
    pending.push(...commit.parents);
  }
  return [...seen.values()].sort((a, b) => b.order - a.order);
}

export interface Comparison {
  readonly mergeBase: SimCommit;
  /** Reachable from the head only, oldest first. */
  readonly ahead: readonly SimCommit[];
  /** Reachable from the base only. */
  readonly behind: readonly SimCommit[];
}

/** Three-dot comparison; null when the two share no commit. */
export function compareCommits(state: GithubState, base: string, head: string): Comparison | null {
  const ofBase = history(state, base);
  const ofHead = history(state, head);
  const inBase = new Set(ofBase.map((commit) => commit.sha));
  const inHead = new Set(ofHead.map((commit) => commit.sha));
  // No common commit descends from the newest common one, so that is a best merge base.
  const mergeBase = ofHead.find((commit) => inBase.has(commit.sha));
  if (mergeBase === undefined) return null;
  return {
    mergeBase,
    ahead: ofHead.filter((commit) => !inBase.has(commit.sha)).reverse(),
    behind: ofBase.filter((commit) => !inHead.has(commit.sha)),
  };
}

/**
 * What git makes of a name: a full SHA, then `refs/…`, a tag, a branch, then the digits of exactly one commit.
 * null: nothing, or digits that several commits begin with.
 */
export function resolveRef(state: GithubState, repository: SimRepository, name: string): SimCommit | null {
  if (/^[0-9a-f]{40}$/i.test(name)) return commitIn(state, repository, name.toLowerCase());
  const short = name.replace(/^refs\//, '');
  const sha =
    (short.startsWith('heads/') ? repository.branches.get(short.slice('heads/'.length)) : undefined) ??
    (short.startsWith('tags/') ? repository.tags.get(short.slice('tags/'.length))?.sha : undefined) ??
    repository.tags.get(name)?.sha ??
    repository.branches.get(name) ??
    (name === 'HEAD' ? repository.branches.get(repository.defaultBranch) : undefined);
  if (sha !== undefined) return commitIn(state, repository, sha);
  if (!/^[0-9a-f]{4,39}$/i.test(name)) return null;
  const matches = [...repository.objects].filter((candidate) => candidate.startsWith(name.toLowerCase()));
  const [only, ...others] = matches;
  return only !== undefined && others.length === 0 ? commitIn(state, repository, only) : null;
}

function commitIn(state: GithubState, repository: SimRepository, sha: string): SimCommit | null {
  return repository.objects.has(sha) ? (state.commits.get(sha) ?? null) : null;
}
