// What the rest of Countersign asks of GitHub. Implemented by `createGithub` in client.ts. Every method throws `Trouble`.
import type {
  ChangedFiles,
  CheckFacts,
  ComparisonFacts,
  CommitFacts,
  PullRequestFacts,
  PushFacts,
  RefFacts,
  RepositoryFacts,
  ReviewFacts,
} from '../policy/facts.ts';
import type { Role } from '../policy/environment-policy.ts';
import type { CommitSha, RefWish } from '../../workflows/vocabulary.ts';

/** A repository as later calls need it: the id decides, the slug addresses, the installation holds the credential. */
export type Repo = Pick<RepositoryFacts, 'id' | 'slug' | 'installation'>;
export type Reaction = 'eyes' | '+1' | '-1' | 'confused' | 'rocket';

/** `why`: what is wrong with the account itself; null: nothing is known to be. */
export interface GithubAccess {
  readonly role: Role;
  readonly why: 'bot' | 'deactivated' | null;
}

/** Somebody in a team: the id decides, the login is shown. */
export interface TeamMember {
  readonly id: number;
  readonly login: string;
}

/** A check run of ours. */
export interface CheckRunWish {
  readonly status: 'queued' | 'in_progress' | 'completed';
  /** Of a completed one. `neutral` counts as passed where the check is required, `cancelled` and `timed_out` don't. */
  readonly conclusion: 'success' | 'failure' | 'neutral' | 'cancelled' | 'timed_out' | null;
  readonly title: string;
  /** Markdown, at most 65,535 characters. */
  readonly summary: string;
  /** Where its details are; null: GitHub's own page. */
  readonly detailsUrl: string | null;
}
/** Which check run: GitHub keeps its name and external id, and we find it again by them. */
export interface CheckRunKey {
  readonly sha: CommitSha;
  readonly name: string;
  readonly externalId: string;
}
export interface DeploymentKey {
  readonly sha: CommitSha;
  readonly environment: string;
  /** The request, by its workflow id or its code. */
  readonly by: { readonly deploy: string } | { readonly code: string };
}
export interface DeploymentWish {
  readonly sha: CommitSha;
  readonly environment: string;
  readonly deploy: string;
  readonly code: string;
  readonly description: string;
  readonly isProduction: boolean;
}
export interface DeploymentStatusWish {
  readonly state: 'queued' | 'in_progress' | 'pending' | 'success' | 'failure' | 'error' | 'inactive';
  /** At most 140 characters. */
  readonly description: string;
  readonly logUrl: string | null;
  readonly environmentUrl: string | null;
}

export interface GithubApi {
  /** `GET /repos/{o}/{r}/installation` with the app's JWT, then the repository itself. Cached for some minutes. */
  readRepository(slug: string): Promise<RepositoryFacts>;
  /**
   * What the account with this numeric id may do, whatever its login is now: `none` if it has no access, no longer exists, is suspended
   * or is no person's. Never cached.
   */
  readAccess(repo: Repo, accountId: number): Promise<GithubAccess>;
  /** Members of the team and of the teams below it, every page. Never cached; the permission is Members: read. */
  readTeam(org: string, slug: string): Promise<readonly TeamMember[]>;
  /** Resolves a wish. `pullRequest`: the one the command was written on. An abbreviated SHA needs at least 7 digits. */
  resolveRef(repo: RepositoryFacts, wish: RefWish, pullRequest: PullRequestFacts | null): Promise<RefFacts>;
  readPullRequest(repo: Repo, number: number): Promise<PullRequestFacts>;
  /** Open pull requests of this repository whose head is this branch (not from forks). */
  findOpenPullRequests(repo: Repo, branch: string): Promise<readonly PullRequestFacts[]>;
  readLastPush(repo: Repo, branch: string): Promise<PushFacts | null>;
  /** Who made this commit the head of the branch; null: GitHub does not tell, or not any more. */
  readPusher(repo: Repo, branch: string, sha: CommitSha): Promise<PushFacts['by']>;
  readChecks(repo: Repo, sha: CommitSha): Promise<CheckFacts>;
  /** `base` may be a branch name: the base of a pull request while nothing is live. */
  compare(repo: Repo, base: string, head: CommitSha): Promise<ComparisonFacts>;
  /** What runs after a deploy of `head` and did not with `base`, file by file; `base` as for `compare`. */
  readChangedFiles(repo: Repo, base: string, head: CommitSha): Promise<ChangedFiles>;
  /** Our own check run, or null. */
  findCheckRun(repo: Repo, key: CheckRunKey): Promise<{ readonly id: number; readonly isCompleted: boolean } | null>;
  createCheckRun(repo: Repo, key: CheckRunKey, wish: CheckRunWish): Promise<number>;
  updateCheckRun(repo: Repo, id: number, wish: CheckRunWish): Promise<void>;
  findDeployment(repo: Repo, key: DeploymentKey): Promise<number | null>;
  /** Of exactly this commit: never merged with anything, never waiting for checks. Throws `Trouble` (`invalid`) if GitHub made it of another. */
  createDeployment(repo: Repo, wish: DeploymentWish): Promise<number>;
  /** A success ends earlier ones of the environment by itself, unless it is a production environment. */
  setDeploymentStatus(repo: Repo, deployment: number, wish: DeploymentStatusWish): Promise<void>;
  readReviews(repo: Repo, commits: readonly CommitFacts[]): Promise<ReviewFacts>;
  /** Like `readComment`, for the body of a review. `digest`: of the text as it arrived. */
  readReview(
    repo: Repo,
    of: { readonly issue: number; readonly review: number; readonly digest: string },
  ): Promise<{ readonly body: string; readonly edited: boolean } | null>;
  /** null: deleted. `edited`: the body is not the one that was posted. */
  readComment(repo: Repo, comment: number): Promise<{ readonly body: string; readonly edited: boolean } | null>;

  react(repo: Repo, comment: number, reaction: Reaction): Promise<void>;
  /** The same for a comment at a line of code. */
  reactInThread(repo: Repo, comment: number, reaction: Reaction): Promise<void>;
  /** A bot's reply at a line of this pull request that carries this marker, or null. */
  findThreadReply(repo: Repo, issue: number, marker: string): Promise<number | null>;
  /** `root`: the comment that began the thread. */
  replyInThread(repo: Repo, to: { readonly issue: number; readonly root: number }, markdown: string): Promise<void>;
  /** A comment of our own app on this issue that carries this marker, or null. */
  findComment(repo: Repo, issue: number, marker: string): Promise<number | null>;
  createComment(repo: Repo, issue: number, markdown: string): Promise<number>;
  updateComment(repo: Repo, comment: number, markdown: string): Promise<void>;
}
