// Everything policy decides on, as read from the world. Pure data: adapters produce it, `evaluate` consumes it.
import type { CheckRef } from '../../workflows/reasons.ts';
import type { EnvironmentState } from '../../workflows/status.ts';
import type { CommitSha, Millis, Person } from '../../workflows/vocabulary.ts';
import type { Role } from './environment-policy.ts';

/** A value that was read, or why it could not be. Unknown never counts as good. */
export type Read<T> = { readonly known: true; readonly value: T } | { readonly known: false; readonly why: string };

export interface RepositoryFacts {
  readonly id: number;
  readonly slug: string;
  readonly installation: number;
  readonly defaultBranch: string;
  readonly url: string;
}

/** What a ref wish turned out to be. */
export type RefFacts =
  | {
      readonly kind: 'found';
      readonly type: 'pull-request' | 'branch' | 'tag' | 'commit';
      /** As asked, or the branch that `head` stands for. */
      readonly name: string;
      /** What Buildkite is told: the ref's branch; the default branch for a tag or a SHA. */
      readonly branch: string;
      readonly sha: CommitSha;
      readonly title: string;
      readonly commitUrl: string;
      /** Accounts that wrote this one commit: all there is to exclude while nothing is live. */
      readonly authors: readonly { readonly id: number; readonly login: string }[];
      readonly hasUnknownAuthor: boolean;
    }
  | { readonly kind: 'not-found'; readonly name: string }
  | { readonly kind: 'ambiguous'; readonly name: string; readonly matches: readonly string[] };

export interface PullRequestFacts {
  readonly number: number;
  readonly title: string;
  readonly url: string;
  readonly state: 'open' | 'merged' | 'closed';
  readonly draft: boolean;
  /** null when the fork was deleted. */
  readonly headRepository: { readonly id: number; readonly slug: string } | null;
  readonly isFork: boolean;
  readonly headRef: string;
  readonly headSha: CommitSha;
  readonly baseRef: string;
  readonly mergeSha: CommitSha | null;
  readonly review: 'approved' | 'changes-requested' | 'review-required' | 'not-required';
  /** Commits of the base that the head lacks. */
  readonly behindBy: number;
  readonly labels: readonly string[];
  /** null: the account is gone. */
  readonly author: { readonly id: number; readonly login: string } | null;
}

/** The last push to a branch, by GitHub's own clock (`GET /repos/{o}/{r}/activity`). */
export interface PushFacts {
  readonly sha: CommitSha;
  /** What it replaced; null: the branch was new, or it is not known. */
  readonly before?: CommitSha | null;
  readonly at: Millis;
  readonly by: { readonly id: number; readonly login: string } | null;
}

/** Statuses and check runs of a commit together, newest per name, every page, our own excluded. */
export interface CheckFacts {
  readonly passed: readonly CheckRef[];
  readonly failed: readonly CheckRef[];
  readonly pending: readonly CheckRef[];
}

/** A commit between the live version and the requested one. */
export interface CommitFacts {
  readonly sha: CommitSha;
  readonly title: string;
  /** Accounts of author, committer (unless GitHub's web flow) and co-authors that GitHub could match. */
  readonly authors: readonly { readonly id: number; readonly login: string }[];
  /** Name as written in the commit, for display only. */
  readonly authorName: string;
  /** Its author or a co-author has an address that GitHub ties to no account. */
  readonly hasUnknownAuthor: boolean;
}

export interface ComparisonFacts {
  /** `ahead`/`identical`: the live commit is an ancestor of the requested one. */
  readonly status: 'ahead' | 'identical' | 'behind' | 'diverged';
  /** Commits the requested one adds, oldest first, at most 250. */
  readonly added: readonly CommitFacts[];
  readonly addedTotal: number;
  /** Commits of the live version that would vanish, newest first, at most 250. */
  readonly lost: readonly CommitFacts[];
  readonly compareUrl: string;
}

/** A file that differs between what runs and what is to run. */
export interface ChangedFile {
  readonly path: string;
  /** Where it was before it was moved. */
  readonly before: string | null;
  /** Added and removed together; null: GitHub does not count them (binary files). */
  readonly lines: number | null;
}

export interface ChangedFiles {
  readonly files: readonly ChangedFile[];
  /** false: GitHub lists at most 300 files, and there may be more. */
  readonly isComplete: boolean;
  /** false: both sides have commits of their own, so that a file of the list may be the same on both. */
  readonly isExact: boolean;
}

export interface AccountState {
  readonly active: boolean;
  readonly why: 'deactivated' | 'guest' | 'stranger' | 'bot' | 'no-read-access' | null;
}

/** Merged, reviewed pull requests by commit: `reviewed` has those commits that came through one. */
export interface ReviewFacts {
  readonly pullRequests: readonly number[];
  readonly unreviewed: readonly CommitSha[];
}

export interface Facts {
  readonly now: Millis;
  readonly askedAt: Millis;
  readonly revision: number;
  readonly requester: Person;
  readonly requesterState: Read<AccountState>;
  /** The requester's role on the repository; `none` for an unmapped Slack user. */
  readonly requesterRole: Read<Role>;
  /** The requester's groups, by name, of those that were read. */
  readonly requesterGroups: readonly string[];
  /** Groups that could not be read, with why: whether the requester is in them is unknown. */
  readonly unreadGroups: Readonly<Record<string, string>>;
  readonly surface: 'github' | 'slack';
  readonly defaultBranch: string;
  readonly ref: Read<RefFacts>;
  /**
   * Whether the default branch contains the commit; asked for a ref of type `commit`, else null. GitHub answers for commits of
   * forks too, so that a SHA by itself proves nothing.
   */
  readonly onDefaultBranch: Read<boolean | null>;
  readonly pullRequest: Read<PullRequestFacts | null>;
  /** null: not asked, since the ref is not a branch. */
  readonly lastPush: Read<PushFacts | null>;
  /** SHA that a push event told; null at the first revision. */
  readonly expectedHead: string | null;
  readonly checks: Read<CheckFacts>;
  readonly reviews: Read<ReviewFacts | null>;
  /** null: nothing is live. */
  readonly comparison: Read<ComparisonFacts | null>;
  readonly here: Read<EnvironmentState>;
  /** State of each environment named in `gates.after`. */
  readonly before: Readonly<Record<string, Read<EnvironmentState>>>;
  readonly parameters: Readonly<Record<string, string>>;
  /** Asked for as an emergency. */
  readonly emergency?: boolean;
}
