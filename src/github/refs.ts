// What a person means by `@ref`, and by no ref at all (design §3).
import { parseSha } from '../ids.ts';
import type { PullRequestFacts, RefFacts, RepositoryFacts } from '../policy/facts.ts';
import { assertNever, isTrouble, Trouble } from '../trouble.ts';
import type { CommitSha, RefWish } from '../../workflows/vocabulary.ts';
import { authorsOf, hasUnknownAuthor, titleOf } from './commits.ts';
import { addressOf, type Requests } from './requests.ts';
import { Commit, GitRef, GitTag } from './schema.ts';

/** An annotated tag may point to another one. */
const TAG_DEPTH_MAX = 5;
const REF_NAME_MAX = 255;
const ABBREVIATED_SHA = /^[0-9a-f]{7,39}$/i;

type Found = Extract<RefFacts, { kind: 'found' }>;
type Named = Pick<Found, 'type' | 'name' | 'branch'>;
type Namespace = 'heads' | 'tags';

export async function resolveRef(requests: Requests, repo: RepositoryFacts, wish: RefWish, pullRequest: PullRequestFacts | null): Promise<RefFacts> {
  switch (wish.kind) {
    case 'named':
      return resolveNamed(requests, repo, wish.name);
    case 'head':
      return pullRequest === null ? resolveDefaultBranch(requests, repo) : resolvePullRequest(requests, repo, pullRequest);
    default:
      return assertNever(wish);
  }
}

async function resolveDefaultBranch(requests: Requests, repo: RepositoryFacts): Promise<RefFacts> {
  const name = repo.defaultBranch;
  const sha = await readRef(requests, repo, { namespace: 'heads', name });
  if (sha === null) return { kind: 'not-found', name };
  return describe(requests, repo, sha, { type: 'branch', name, branch: name });
}

/** A merged pull request is its merge commit, which lies on the base; policy refuses one closed unmerged. */
async function resolvePullRequest(requests: Requests, repo: RepositoryFacts, pull: PullRequestFacts): Promise<RefFacts> {
  if (pull.state !== 'merged') {
    return describe(requests, repo, pull.headSha, { type: 'pull-request', name: pull.headRef, branch: pull.headRef });
  }
  if (pull.mergeSha === null) {
    throw new Trouble({
      source: 'github',
      kind: 'unavailable',
      doing: `reading pull request ${pull.number}`,
      found: 'it is merged, but without a merge commit',
    });
  }
  return describe(requests, repo, pull.mergeSha, { type: 'pull-request', name: pull.baseRef, branch: pull.baseRef });
}

async function resolveNamed(requests: Requests, repo: RepositoryFacts, asked: string): Promise<RefFacts> {
  const missing: RefFacts = { kind: 'not-found', name: asked };
  const sha = parseSha(asked);
  if (sha !== null) return resolveCommit(requests, repo, asked);
  const { namespaces, name } = split(asked);
  if (!isRefName(name)) return missing;
  const lookUp = async (namespace: Namespace): Promise<CommitSha | null> =>
    namespaces.includes(namespace) ? readRef(requests, repo, { namespace, name }) : null;
  const [branch, tag] = await Promise.all([lookUp('heads'), lookUp('tags')]);
  if (branch !== null && tag !== null) return { kind: 'ambiguous', name: asked, matches: [`refs/heads/${name}`, `refs/tags/${name}`] };
  if (branch !== null) return describe(requests, repo, branch, { type: 'branch', name, branch: name });
  if (tag !== null) return describe(requests, repo, tag, { type: 'tag', name, branch: repo.defaultBranch });
  return ABBREVIATED_SHA.test(asked) ? resolveCommit(requests, repo, asked) : missing;
}

function split(asked: string): { readonly namespaces: readonly Namespace[]; readonly name: string } {
  const match = /^refs\/(?<namespace>heads|tags)\/(?<name>.+)$/.exec(asked);
  const { namespace, name } = match?.groups ?? {};
  if (name === undefined) return { namespaces: ['heads', 'tags'], name: asked };
  return { namespaces: [namespace === 'heads' ? 'heads' : 'tags'], name };
}

/**
 * `digits`: a full SHA or at least 7 digits of one. GitHub answers 422 for digits that fit no commit, and for digits that fit several.
 * It also finds the commits of every fork under the original's address: whether the repository's own branches contain the commit
 * is asked separately.
 */
async function resolveCommit(requests: Requests, repo: RepositoryFacts, digits: string): Promise<RefFacts> {
  try {
    const commit = await readCommit(requests, repo, digits.toLowerCase());
    if (commit === null || !commit.sha.startsWith(digits.toLowerCase())) return { kind: 'not-found', name: digits };
    return found(commit, { type: 'commit', name: digits, branch: repo.defaultBranch });
  } catch (error) {
    if (!isTrouble(error, 'invalid') || error.status !== 422) throw error;
    return /ambiguous/i.test(error.message) ? { kind: 'ambiguous', name: digits, matches: [] } : { kind: 'not-found', name: digits };
  }
}

/** The commit a branch or tag points to, annotated tags peeled; null if there is none of that name. */
async function readRef(
  requests: Requests,
  repo: RepositoryFacts,
  ref: { readonly namespace: Namespace; readonly name: string },
): Promise<CommitSha | null> {
  const path = `${ref.namespace}/${ref.name}`;
  const call = { doing: `reading ref ${path}`, as: repo.installation, params: addressOf(repo.slug) };
  const answer = await requests.readIfThere({
    ...call,
    route: 'GET /repos/{owner}/{repo}/git/ref/{ref}',
    params: { ...call.params, ref: path },
    answer: GitRef,
  });
  if (answer?.ref !== `refs/${path}`) return null;
  let at = answer.object;
  for (let depth = 0; at.type === 'tag' && depth < TAG_DEPTH_MAX; depth += 1) {
    const params = { ...call.params, tag_sha: at.sha };
    at = (await requests.read({ ...call, route: 'GET /repos/{owner}/{repo}/git/tags/{tag_sha}', params, answer: GitTag })).object;
  }
  return at.type === 'commit' ? at.sha : null;
}

async function describe(requests: Requests, repo: RepositoryFacts, sha: CommitSha, named: Named): Promise<RefFacts> {
  const commit = await readCommit(requests, repo, sha);
  return commit?.sha === sha ? found(commit, named) : { kind: 'not-found', name: named.name };
}

function readCommit(requests: Requests, repo: RepositoryFacts, ref: string): Promise<Commit | null> {
  return requests.readIfThere({
    doing: `reading commit ${ref}`,
    as: repo.installation,
    route: 'GET /repos/{owner}/{repo}/commits/{ref}',
    params: { ...addressOf(repo.slug), ref, per_page: 1 },
    answer: Commit,
  });
}

function found(commit: Commit, named: Named): Found {
  return {
    kind: 'found',
    ...named,
    sha: commit.sha,
    title: titleOf(commit),
    commitUrl: commit.html_url,
    authors: authorsOf(commit),
    hasUnknownAuthor: hasUnknownAuthor(commit),
  };
}

/** Git's own rules for names (`git check-ref-format`): whatever breaks them cannot exist, and is not sent anywhere. */
export function isRefName(name: string): boolean {
  if (name.length === 0 || name.length > REF_NAME_MAX || name === '@') return false;
  // oxlint-disable-next-line no-control-regex -- control characters are what the rule forbids
  if (/[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\//.test(name)) return false;
  return !/^[-/]|[/.]$|(?:^|\/)\.|\.lock(?:\/|$)/.test(name);
}
