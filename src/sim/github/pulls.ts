// What GitHub derives about pull requests: whether they are reviewed, which commits they bring.
import { compareCommits } from './commits.ts';
import type { GithubState, RoleName, SimIssue, SimPull, SimPullRequest, SimRepository } from './state.ts';

const WRITERS: readonly RoleName[] = ['admin', 'maintain', 'write'];

/** null when the branch asks for no review, whatever reviews there are (GraphQL `PullRequest.reviewDecision`). */
export function reviewDecision(
  state: GithubState,
  repository: SimRepository,
  issue: SimPullRequest,
): 'APPROVED' | 'CHANGES_REQUESTED' | 'REVIEW_REQUIRED' | null {
  if (repository.requiredReviews === 0) return null;
  const latest = new Map<number, string>();
  for (const review of issue.pull.reviews) {
    const role = repository.roles.get(review.user);
    const counts = role !== undefined && WRITERS.includes(role) && state.users.has(review.user) && review.user !== issue.user;
    if (counts && review.state !== 'COMMENTED') latest.set(review.user, review.state);
  }
  const opinions = [...latest.values()];
  if (opinions.includes('CHANGES_REQUESTED')) return 'CHANGES_REQUESTED';
  const approvals = opinions.filter((opinion) => opinion === 'APPROVED').length;
  return approvals >= repository.requiredReviews ? 'APPROVED' : 'REVIEW_REQUIRED';
}

/** Commits that the pull request consists of; after a merge also those by which it landed. */
export function commitsOfPull(state: GithubState, repository: SimRepository, pull: SimPull): ReadonlySet<string> {
  const base = pull.merged === null ? (repository.branches.get(pull.baseRef) ?? pull.baseSha) : pull.baseSha;
  const own = compareCommits(state, base, pull.headSha)?.ahead ?? [];
  return new Set([...own.map((commit) => commit.sha), ...pull.landed]);
}

export function pullsOf(repository: SimRepository): readonly SimPullRequest[] {
  return [...repository.issues.values()].filter(isPull);
}

export function isPull(issue: SimIssue): issue is SimPullRequest {
  return issue.pull !== null;
}
