// What lies between the live version and the requested one, and who wrote it.
import type { ChangeSummary, PersonKey } from '../../workflows/vocabulary.ts';
import { githubPersonKey } from '../ids.ts';
import type { CommitFacts, ComparisonFacts, Facts, RefFacts, RepositoryFacts } from '../policy/facts.ts';
import type { FactsDeps, Gathered } from './gather-facts.ts';
import type { Reader } from './reading.ts';

type FoundRef = Extract<RefFacts, { kind: 'found' }>;

export interface Change {
  readonly change: ChangeSummary;
  /** Why some of its authors are not known; null: all are that GitHub knows. */
  readonly unread: string | null;
}

/** What lies between the live version and this one; while nothing is live, what the pull request adds, else the commit itself. */
export async function readChange(
  deps: FactsDeps,
  reader: Reader,
  input: { gathered: Gathered; repository: RepositoryFacts; ref: FoundRef },
): Promise<Change> {
  const { facts, pullRequest } = input.gathered;
  const live = facts.comparison.known ? facts.comparison.value : null;
  if (live !== null) return { change: summarise(live, facts), unread: unlisted(live) };
  let unread = facts.comparison.known ? null : facts.comparison.why;
  if (pullRequest !== null && pullRequest.state === 'open') {
    const added = await reader.read('the commits of the pull request', () =>
      deps.github.compare(input.repository, pullRequest.baseRef, input.ref.sha),
    );
    reader.throwIfWorthRetrying();
    if (added.known) return { change: { ...summarise(added.value, facts), compareUrl: null }, unread: unread ?? unlisted(added.value) };
    unread ??= added.why;
  }
  const authors = input.ref.authors.map(({ id }) => githubPersonKey(id));
  const commitsBy = Object.fromEntries(authors.map((key) => [key, 1]));
  const unknownAuthors = input.ref.hasUnknownAuthor ? 1 : 0;
  return { change: { commits: 1, pullRequests: [], authors, commitsBy, unknownAuthors, compareUrl: null }, unread };
}

/** GitHub lists at most 250 commits. */
function unlisted({ added, addedTotal }: ComparisonFacts): string | null {
  return added.length < addedTotal ? `GitHub lists ${added.length} of ${addedTotal} commits; deploy in smaller steps` : null;
}

function summarise(comparison: ComparisonFacts, facts: Facts): ChangeSummary {
  const commitsBy = countByAuthor(comparison.added);
  const reviewed = facts.reviews.known ? facts.reviews.value : null;
  return {
    commits: comparison.addedTotal,
    pullRequests: reviewed?.pullRequests ?? pullRequestsByTitle(comparison.added),
    authors: Object.keys(commitsBy) as PersonKey[],
    commitsBy,
    unknownAuthors: comparison.added.filter(({ hasUnknownAuthor }) => hasUnknownAuthor).length,
    compareUrl: comparison.compareUrl,
  };
}

function countByAuthor(commits: readonly CommitFacts[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const commit of commits) {
    for (const key of new Set(commit.authors.map(({ id }) => githubPersonKey(id)))) counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

/** GitHub's merge and squash titles name their pull request; for display only. */
function pullRequestsByTitle(commits: readonly CommitFacts[]): readonly number[] {
  const numbers = commits.flatMap(({ title }) => {
    const match = /^Merge pull request #(\d+) |\(#(\d+)\)$/.exec(title);
    return match === null ? [] : [Number(match[1] ?? match[2])];
  });
  return [...new Set(numbers)];
}
