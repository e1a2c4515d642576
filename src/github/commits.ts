// Commits, and what lies between two of them.
import type { CommitFacts, ComparisonFacts } from '../policy/facts.ts';
import { Trouble } from '../trouble.ts';
import type { CommitSha } from '../../workflows/vocabulary.ts';
import type { Repo } from './api.ts';
import { addressOf, PAGE_SIZE, type Requests } from './requests.ts';
import { Comparison, type Commit } from './schema.ts';

type Account = CommitFacts['authors'][number];

const COMMITS_MAX = 250;
/** The account that GitHub names as committer of what is merged or edited in the browser. */
const WEB_FLOW = 'web-flow';
const CO_AUTHOR = /^co-authored-by:[^<\n]*<([^<>\s]+)>\s*$/gim;
/** `ID+login@users.noreply.github.com`; an Enterprise Server has its own host after `noreply`. */
const NOREPLY = /^(\d{1,15})\+([\w.-]+(?:\[bot\])?)@users\.noreply\.[\w.-]+$/i;

export function titleOf(commit: Commit): string {
  return commit.commit.message.split('\n', 1)[0]?.trim() ?? '';
}

/** Both directions: what `head` adds to `base` (a SHA or a branch), and what of `base` it would lose (of more than 250 commits, the oldest). */
export async function compare(requests: Requests, repo: Repo, base: string, head: CommitSha): Promise<ComparisonFacts> {
  const forward = await readComparison(requests, repo, base, head);
  const backward = forward.comparison.behind_by === 0 ? null : await readComparison(requests, repo, head, base);
  return {
    status: forward.comparison.status,
    added: describeCommits(forward.commits),
    addedTotal: forward.comparison.ahead_by,
    lost: describeCommits(backward?.commits ?? []).toReversed(),
    compareUrl: forward.comparison.html_url,
  };
}

async function readComparison(
  requests: Requests,
  repo: Repo,
  base: string,
  head: string,
): Promise<{ readonly comparison: Comparison; readonly commits: readonly Commit[] }> {
  const doing = `comparing ${base} with ${head}`;
  const pages = await requests.readPages(
    {
      doing,
      as: repo.installation,
      route: 'GET /repos/{owner}/{repo}/compare/{basehead}',
      params: { ...addressOf(repo.slug), basehead: `${base}...${head}` },
      answer: Comparison,
    },
    { items: (page) => page.commits, pagesMax: Math.ceil(COMMITS_MAX / PAGE_SIZE) },
  );
  const commits = pages.items.slice(0, COMMITS_MAX);
  const expected = Math.min(pages.last.ahead_by, COMMITS_MAX);
  if (commits.length !== expected) {
    throw new Trouble({ source: 'github', kind: 'unavailable', doing, found: `github listed ${commits.length} of ${expected} commits` });
  }
  return { comparison: pages.last, commits };
}

function describeCommits(commits: readonly Commit[]): readonly CommitFacts[] {
  const accounts = accountsByEmail(commits);
  return commits.map((commit) => ({
    sha: commit.sha,
    title: titleOf(commit),
    authors: authorsOf(commit, accounts),
    authorName: commit.commit.author?.name ?? 'unknown',
    hasUnknownAuthor: hasUnknownAuthor(commit, accounts),
  }));
}

/** Addresses that GitHub itself tied to an account, in commits of the same comparison. */
function accountsByEmail(commits: readonly Commit[]): ReadonlyMap<string, Account> {
  const accounts = new Map<string, Account>();
  for (const { author, commit } of commits) {
    const email = commit.author?.email?.toLowerCase();
    if (author && email !== undefined) accounts.set(email, accountOf(author));
  }
  return accounts;
}

/** Author, committer and co-authors, each account once. `accounts`: what else is known about e-mail addresses. */
export function authorsOf(commit: Commit, accounts: ReadonlyMap<string, Account> = accountsByEmail([commit])): readonly Account[] {
  const authors = new Map<number, Account>();
  const add = (account: Account | null | undefined): void => {
    if (account && account.login !== WEB_FLOW && !authors.has(account.id)) authors.set(account.id, accountOf(account));
  };
  add(commit.author);
  add(commit.committer);
  for (const [, email = ''] of commit.commit.message.matchAll(CO_AUTHOR)) add(accountAt(email) ?? accounts.get(email.toLowerCase()));
  return [...authors.values()];
}

/** Whether somebody wrote it whom GitHub ties to no account: nobody can be left out for that. */
export function hasUnknownAuthor({ author, committer, commit }: Commit, accounts: ReadonlyMap<string, Account> = new Map()): boolean {
  if (!author || !committer) return true;
  const coAuthors = [...commit.message.matchAll(CO_AUTHOR)].map(([, email = '']) => email);
  return coAuthors.some((email) => accountAt(email) === null && !accounts.has(email.toLowerCase()));
}

/** Only GitHub's own address carries an id; any other is a claim that nobody checked. */
function accountAt(email: string): Account | null {
  const [, id, login] = NOREPLY.exec(email) ?? [];
  return id === undefined || login === undefined ? null : { id: Number(id), login };
}

const accountOf = ({ id, login }: Account): Account => ({ id, login });
