// Pull requests: what they are now, who pushed last, and whether what was merged had been reviewed.
import { parseSha } from '../ids.ts';
import type { CommitSha } from '../../workflows/vocabulary.ts';
import type { CommitFacts, PullRequestFacts, PushFacts, RepositoryFacts, ReviewFacts } from '../policy/facts.ts';
import { Trouble } from '../trouble.ts';
import type { Repo } from './api.ts';
import { readAccess } from './repositories.ts';
import { addressOf, type Requests } from './requests.ts';
import { Activities, Comparison, PullRequest, PullRequests, ReviewDecision, Reviews } from './schema.ts';

const COMMITS_MAX = 100;
/** Well below GitHub's limit of concurrent requests. */
const AT_ONCE = 8;
const REVIEW_PAGES_MAX = 5;

type Review = PullRequestFacts['review'];

const REVIEW = {
  APPROVED: 'approved',
  CHANGES_REQUESTED: 'changes-requested',
  REVIEW_REQUIRED: 'review-required',
} as const satisfies Record<string, Review>;

const REVIEW_QUERY = `query ($owner: String!, $repo: String!, $number: Int!) {
  repository(owner: $owner, name: $repo) { pullRequest(number: $number) { reviewDecision headRefOid baseRefName } }
}`;

export async function readPullRequest(requests: Requests, repo: Repo, number: number): Promise<PullRequestFacts> {
  const doing = `reading pull request ${number} of ${repo.slug}`;
  const params = { ...addressOf(repo.slug), pull_number: number };
  const pull = await requests.read({
    doing,
    as: repo.installation,
    route: 'GET /repos/{owner}/{repo}/pulls/{pull_number}',
    params,
    answer: PullRequest,
  });
  if (pull.base.repo.id !== repo.id) {
    throw new Trouble({ source: 'github', kind: 'invalid', doing, found: `the address now leads to repository ${pull.base.repo.id}` });
  }
  const [decision, behindBy] = await Promise.all([readDecision(requests, repo, number), readBehindBy(requests, repo, pull)]);
  // The two answers are about different commits, or about different bases: neither may vouch for the other.
  const moved = decision.headRefOid !== pull.head.sha ? 'pushed' : decision.baseRefName !== pull.base.ref ? 'changed its base' : null;
  if (moved !== null) throw new Trouble({ source: 'github', kind: 'unavailable', doing, found: `somebody ${moved} while it was read` });
  return {
    number,
    title: pull.title,
    url: pull.html_url,
    state: stateOf(pull),
    draft: pull.draft ?? false,
    headRepository: pull.head.repo === null ? null : { id: pull.head.repo.id, slug: pull.head.repo.full_name },
    isFork: pull.head.repo?.id !== pull.base.repo.id,
    headRef: pull.head.ref,
    headSha: pull.head.sha,
    baseRef: pull.base.ref,
    mergeSha: stateOf(pull) === 'merged' ? (pull.merge_commit_sha ?? null) : null,
    review: decision.reviewDecision === null ? 'not-required' : REVIEW[decision.reviewDecision],
    behindBy,
    labels: pull.labels.map((label) => label.name),
    author: pull.user ? { id: pull.user.id, login: pull.user.login } : null,
  };
}

function stateOf(pull: PullRequest): PullRequestFacts['state'] {
  if (pull.merged_at) return 'merged';
  return pull.state;
}

async function readDecision(requests: Requests, repo: Repo, number: number): Promise<ReviewDecision['repository']['pullRequest']> {
  const answer = await requests.query({
    doing: `reading the review of pull request ${number}`,
    as: repo.installation,
    query: REVIEW_QUERY,
    params: { ...addressOf(repo.slug), number },
    answer: ReviewDecision,
  });
  return answer.repository.pullRequest;
}

/** A closed pull request is not brought up to date any more, and its base may be gone. */
async function readBehindBy(requests: Requests, repo: Repo, pull: PullRequest): Promise<number> {
  if (stateOf(pull) !== 'open') return 0;
  const comparison = await requests.read({
    doing: `comparing pull request ${pull.number} with ${pull.base.ref}`,
    as: repo.installation,
    route: 'GET /repos/{owner}/{repo}/compare/{basehead}',
    params: { ...addressOf(repo.slug), basehead: `${pull.base.ref}...${pull.head.sha}`, per_page: 1 },
    answer: Comparison,
  });
  return comparison.behind_by;
}

export async function findOpenPullRequests(requests: Requests, repo: Repo, branch: string): Promise<readonly PullRequestFacts[]> {
  const { owner, repo: name } = addressOf(repo.slug);
  const pulls = await requests.read({
    doing: `finding pull requests of ${branch}`,
    as: repo.installation,
    route: 'GET /repos/{owner}/{repo}/pulls',
    params: { owner, repo: name, state: 'open', head: `${owner}:${branch}`, per_page: 100 },
    answer: PullRequests,
  });
  // GitHub ignores a `head` that it cannot parse and lists everything.
  const own = pulls.filter((pull) => pull.state === 'open' && pull.head.ref === branch && pull.head.repo?.id === repo.id);
  return Promise.all(own.map((pull) => readPullRequest(requests, repo, pull.number)));
}

export async function readLastPush(requests: Requests, repo: Repo, branch: string): Promise<PushFacts | null> {
  const [last] = await readPushes(requests, repo, { branch, most: 1, doing: `reading the last push to ${branch}` });
  return last ?? null;
}

const PUSHES_MAX = 100;

/** Who made this commit the branch's head, the last time that it became so; null: not among its last hundred pushes, or GitHub names nobody. */
export async function readPusher(requests: Requests, repo: Repo, branch: string, sha: CommitSha): Promise<PushFacts['by']> {
  const pushes = await readPushes(requests, repo, { branch, most: PUSHES_MAX, doing: `reading who pushed to ${branch}` });
  return pushes.find((push) => push.sha === sha)?.by ?? null;
}

/**
 * `GET /repos/{o}/{r}/activity`, the newest first: the one place where GitHub tells its own time of a push, and who pushed; dates and
 * names in commits are whatever the author wrote.
 */
async function readPushes(
  requests: Requests,
  repo: Repo,
  { branch, most, doing }: { readonly branch: string; readonly most: number; readonly doing: string },
): Promise<readonly PushFacts[]> {
  const ref = `refs/heads/${branch}`;
  const activities = await requests.read({
    doing,
    as: repo.installation,
    route: 'GET /repos/{owner}/{repo}/activity',
    params: { ...addressOf(repo.slug), ref, per_page: most },
    answer: Activities,
  });
  return activities.flatMap((told, at) => {
    const sha = told.activity_type === 'branch_deletion' ? null : parseSha(told.after);
    // The branch is there, and what GitHub tells first is about something else or older: that is no proof that nobody pushed.
    if (told.ref !== ref || (at === 0 && sha === null))
      throw new Trouble({ source: 'github', kind: 'unavailable', doing, found: `github told of a ${told.activity_type} of ${told.ref}` });
    const by = told.actor ? { id: told.actor.id, login: told.actor.login } : null;
    return sha === null ? [] : [{ sha, before: parseSha(told.before ?? ''), at: Date.parse(told.timestamp), by }];
  });
}

/** A commit is reviewed if a pull request that brought it into the default branch was approved. Throws `Trouble` (`invalid`) for more than 100 commits. */
export async function readReviews(requests: Requests, repository: RepositoryFacts, commits: readonly CommitFacts[]): Promise<ReviewFacts> {
  if (commits.length > COMMITS_MAX) {
    const found = `too many commits: ${commits.length}, at most ${COMMITS_MAX}`;
    throw new Trouble({ source: 'github', kind: 'invalid', doing: 'reading reviews', found });
  }
  const merged = await inTurns(commits, async (commit) => ({ sha: commit.sha, pulls: await mergedWith(requests, repository, commit) }));
  const pulls = new Map(merged.flatMap((commit) => commit.pulls.map((pull) => [pull.number, pull])));
  const approved = await inTurns([...pulls.values()], async (pull) => ((await isApproved(requests, repository, pull)) ? pull.number : null));
  const reviewed = new Set(approved.filter((number) => number !== null));
  return {
    pullRequests: [...reviewed].sort((a, b) => a - b),
    unreviewed: merged.filter((commit) => !commit.pulls.some((pull) => reviewed.has(pull.number))).map((commit) => commit.sha),
  };
}

async function mergedWith(requests: Requests, repository: RepositoryFacts, commit: CommitFacts): Promise<readonly PullRequest[]> {
  const pulls = await requests.read({
    doing: `finding the pull requests of ${commit.sha}`,
    as: repository.installation,
    route: 'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls',
    params: { ...addressOf(repository.slug), commit_sha: commit.sha },
    answer: PullRequests,
  });
  return pulls.filter((pull) => stateOf(pull) === 'merged' && pull.base.repo.id === repository.id && pull.base.ref === repository.defaultBranch);
}

/** GitHub decides where it asks for reviews. Elsewhere: somebody who may write has approved, and nobody who may write still objects. */
async function isApproved(requests: Requests, repository: RepositoryFacts, pull: PullRequest): Promise<boolean> {
  const { reviewDecision } = await readDecision(requests, repository, pull.number);
  if (reviewDecision !== null) return reviewDecision === 'APPROVED';
  const doing = `reading reviews of pull request ${pull.number}`;
  const route = 'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews';
  const params = { ...addressOf(repository.slug), pull_number: pull.number };
  const reviews = await requests.readPages(
    { doing, as: repository.installation, route, params, answer: Reviews },
    { items: (page) => page, pagesMax: REVIEW_PAGES_MAX },
  );
  if (!reviews.complete) throw new Trouble({ source: 'github', kind: 'invalid', doing, found: 'too many reviews' });
  // Oldest first: the last opinion of each person stands. A comment is no opinion; a dismissal takes one back.
  const opinions = new Map<number, string>();
  for (const { state, user } of reviews.items) {
    if (user && user.id !== pull.user?.id && state !== 'COMMENTED' && state !== 'PENDING') opinions.set(user.id, state);
  }
  const standing = [...opinions].filter(([, state]) => state === 'APPROVED' || state === 'CHANGES_REQUESTED');
  const writers = await inTurns(standing, async ([id, state]) => ((await mayWrite(requests, repository, id)) ? state : null));
  return writers.includes('APPROVED') && !writers.includes('CHANGES_REQUESTED');
}

async function mayWrite(requests: Requests, repo: Repo, accountId: number): Promise<boolean> {
  const { role } = await readAccess(requests, repo, accountId);
  return role === 'write' || role === 'maintain' || role === 'admin';
}

async function inTurns<I, O>(items: readonly I[], work: (item: I) => Promise<O>): Promise<readonly O[]> {
  const results: O[] = [];
  for (let i = 0; i < items.length; i += AT_ONCE) results.push(...(await Promise.all(items.slice(i, i + AT_ONCE).map(work))));
  return results;
}
