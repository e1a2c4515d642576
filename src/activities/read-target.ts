// What is to be deployed, as it is now: the commit, its pull request, the last push to its branch.
import type { CommitSha, RefWish } from '../../workflows/vocabulary.ts';
import type { GithubApi } from '../github/api.ts';
import type { Facts, PullRequestFacts, Read, RefFacts, RepositoryFacts } from '../policy/facts.ts';
import { andThen, known, type Reader } from './reading.ts';

/** What is to be deployed: a wish to resolve, or a commit that was planned and is looked at again. */
export type Subject =
  | { readonly kind: 'wish'; readonly ref: RefWish; readonly issue: number | null; readonly expectedHead: string | null }
  | { readonly kind: 'planned'; readonly ref: Extract<RefFacts, { kind: 'found' }>; readonly pullRequest: number | null };

export type Target = Pick<Facts, 'ref' | 'pullRequest' | 'lastPush' | 'onDefaultBranch'>;

export async function readTarget(github: GithubApi, reader: Reader, repository: Read<RepositoryFacts>, subject: Subject): Promise<Target> {
  if (!repository.known) return { ref: repository, pullRequest: repository, lastPush: repository, onDefaultBranch: repository };
  const repo = repository.value;
  if (subject.kind === 'planned') return readPlanned(github, reader, repo, subject);
  const { issue } = subject;
  const commanding = issue === null ? known(null) : await reader.read('the pull request', () => github.readPullRequest(repo, issue));
  const ref = await andThen(commanding, (pull) => reader.read('the ref', () => github.resolveRef(repo, subject.ref, pull)));
  const found = ref.known && ref.value.kind === 'found' ? ref.value : null;
  const meansCommanding = subject.ref.kind === 'head' || (commanding.known && commanding.value !== null && commanding.value.headSha === found?.sha);
  const pullRequest = meansCommanding ? commanding : await pullRequestOfBranch(github, reader, repo, found);
  const { pull, ambiguous } = onlyOne(pullRequest);
  const onDefaultBranch =
    found?.type === 'commit'
      ? await reader.read('whether the default branch contains the commit', () => isContained(github, repo, found.sha))
      : known(null);
  return {
    ref: ambiguous === null ? asPullRequest(ref, pull) : known(ambiguous),
    pullRequest: pull,
    lastPush: await readPush(github, reader, repo, found, pull),
    onDefaultBranch,
  };
}

/** A branch with one open pull request stands for that pull request. */
function asPullRequest(ref: Read<RefFacts>, pull: Read<PullRequestFacts | null>): Read<RefFacts> {
  if (!ref.known || ref.value.kind !== 'found' || ref.value.type !== 'branch') return ref;
  if (!pull.known || pull.value === null || pull.value.headSha !== ref.value.sha) return ref;
  return known({ ...ref.value, type: 'pull-request' });
}

async function pullRequestOfBranch(
  github: GithubApi,
  reader: Reader,
  repo: RepositoryFacts,
  found: Found | null,
): Promise<Read<readonly PullRequestFacts[]>> {
  if (found?.type !== 'branch' || found.name === repo.defaultBranch) return known([]);
  return reader.read('the pull requests of the branch', () => github.findOpenPullRequests(repo, found.branch));
}

type Found = Extract<RefFacts, { kind: 'found' }>;

function onlyOne(pulls: Read<PullRequestFacts | null> | Read<readonly PullRequestFacts[]>): {
  pull: Read<PullRequestFacts | null>;
  ambiguous: RefFacts | null;
} {
  if (!pulls.known) return { pull: pulls, ambiguous: null };
  const { value } = pulls;
  const list: readonly PullRequestFacts[] = value === null ? [] : 'number' in value ? [value] : value;
  if (list.length <= 1) return { pull: known(list[0] ?? null), ambiguous: null };
  const matches = list.map((pull) => `#${pull.number} into ${pull.baseRef}`);
  return { pull: known(null), ambiguous: { kind: 'ambiguous', name: list[0]?.headRef ?? '', matches } };
}

function readPush(
  github: GithubApi,
  reader: Reader,
  repo: RepositoryFacts,
  found: Found | null,
  pull: Read<PullRequestFacts | null>,
): Promise<Facts['lastPush']> | Facts['lastPush'] {
  const fromPull = pull.known && pull.value !== null && !pull.value.isFork && pull.value.state === 'open' ? pull.value.headRef : null;
  const branch = fromPull ?? (found?.type === 'branch' ? found.branch : null);
  return branch === null ? known(null) : reader.read('the last push', () => github.readLastPush(repo, branch));
}

async function isContained(github: GithubApi, repo: RepositoryFacts, sha: CommitSha): Promise<boolean> {
  const { status } = await github.compare(repo, repo.defaultBranch, sha);
  return status === 'behind' || status === 'identical';
}

/** At the turn: the same commit again, its pull request as it is now. Later pushes change nothing, so they are not asked about. */
async function readPlanned(
  github: GithubApi,
  reader: Reader,
  repo: RepositoryFacts,
  subject: Extract<Subject, { kind: 'planned' }>,
): Promise<Target> {
  const { ref, pullRequest: number } = subject;
  const pullRequest = number === null ? known(null) : await reader.read('the pull request', () => github.readPullRequest(repo, number));
  const onDefaultBranch =
    ref.type === 'commit'
      ? await reader.read('whether the default branch contains the commit', () => isContained(github, repo, ref.sha))
      : known(null);
  return { ref: known(ref), pullRequest, lastPush: known(null), onDefaultBranch };
}
