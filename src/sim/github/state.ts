// Everything that the simulated GitHub remembers. Mutable on purpose: it is a world, not a value.
import type { SimDeployment, SimLineComment } from './state-marks.ts';

export type RoleName = 'admin' | 'maintain' | 'write' | 'triage' | 'read';
export type Level = 'read' | 'write';
/** App permissions by GitHub's own names, as in a manifest's `default_permissions`. */
export type Permissions = Readonly<Record<string, Level>>;

export interface SimUser {
  readonly id: number;
  login: string;
  name: string | null;
  readonly type: 'User' | 'Bot' | 'Organization';
  readonly createdAt: number;
}

/** Who a commit says made it. `account`: the user that GitHub matches by e-mail, if any. */
export interface Signature {
  readonly account: number | null;
  readonly name: string;
  readonly email: string;
  readonly at: number;
}

/** What a commit does to a file. `before`: where it was. Without lines: binary, or only moved. */
export interface SimFile {
  readonly path: string;
  readonly before?: string;
  readonly additions: number;
  readonly deletions: number;
}

export interface SimCommit {
  readonly sha: string;
  /** Order of creation: a parent's is always lower, so sorting by it is a topological sort. */
  readonly order: number;
  readonly parents: readonly string[];
  readonly message: string;
  readonly tree: string;
  readonly author: Signature;
  readonly committer: Signature;
  readonly files: readonly SimFile[];
}

export interface SimStatus {
  readonly id: number;
  readonly sha: string;
  readonly context: string;
  readonly state: 'error' | 'failure' | 'pending' | 'success';
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly at: number;
}

export type Conclusion = 'success' | 'failure' | 'neutral' | 'cancelled' | 'skipped' | 'timed_out' | 'action_required';
export interface SimCheckRun {
  readonly id: number;
  readonly suite: number;
  readonly sha: string;
  readonly name: string;
  /** Slug of the app that reports it. */
  readonly app: string;
  /** What the app that reports it calls it; empty: nothing. */
  readonly externalId: string;
  detailsUrl: string | null;
  output: { readonly title: string | null; readonly summary: string } | null;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: Conclusion | null;
  readonly startedAt: number;
  completedAt: number | null;
}

export interface SimReview {
  readonly id: number;
  readonly user: number;
  body: string;
  state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED';
  readonly sha: string;
  readonly at: number;
}

/** The half of a pull request that an issue has too; `pull` is null for a plain issue. */
export interface SimIssue {
  readonly id: number;
  readonly number: number;
  readonly title: string;
  readonly body: string | null;
  readonly user: number;
  readonly createdAt: number;
  updatedAt: number;
  closedAt: number | null;
  readonly pull: SimPull | null;
  labels: readonly string[];
}

export interface SimPull {
  readonly id: number;
  /** null once the fork is deleted. */
  headRepository: number | null;
  readonly headOwner: number;
  readonly headRef: string;
  headSha: string;
  baseRef: string;
  /** The base's tip when the pull request was opened or last pushed to. */
  baseSha: string;
  draft: boolean;
  merged: { readonly at: number; readonly by: number; readonly sha: string } | null;
  /** What the pull request brought (merge, squash or rebased copies); set when merged. */
  landed: readonly string[];
  readonly reviews: SimReview[];
}

export type SimPullRequest = SimIssue & { readonly pull: SimPull };

export interface SimReaction {
  readonly id: number;
  readonly user: number;
  readonly content: string;
  readonly at: number;
}
export interface SimComment {
  readonly id: number;
  readonly repository: number;
  readonly issue: number;
  readonly user: number;
  readonly viaApp: boolean;
  body: string;
  readonly createdAt: number;
  updatedAt: number;
  readonly reactions: SimReaction[];
}

export type ActivityType = 'push' | 'force_push' | 'branch_deletion' | 'branch_creation' | 'pr_merge' | 'merge_queue_merge';
export interface SimActivity {
  readonly id: number;
  readonly before: string;
  readonly after: string;
  readonly ref: string;
  readonly type: ActivityType;
  readonly actor: number;
  readonly at: number;
}

export interface SimTag {
  /** The commit, annotation peeled. */
  readonly sha: string;
  /** null: a lightweight tag. */
  readonly annotation: { readonly sha: string; readonly message: string; readonly tagger: Signature } | null;
}

export interface SimRepository {
  readonly id: number;
  readonly owner: number;
  name: string;
  readonly private: boolean;
  readonly defaultBranch: string;
  readonly createdAt: number;
  pushedAt: number;
  /** Root of the fork network; its own id when it is no fork. */
  readonly network: number;
  readonly parent: number | null;
  /** Approvals that a pull request needs; 0: the branch is not protected. */
  requiredReviews: number;
  readonly roles: Map<number, RoleName>;
  readonly branches: Map<string, string>;
  readonly tags: Map<string, SimTag>;
  /** SHAs of the commits that its address leads to. One set for a repository and all its forks: GitHub shares objects among them. */
  readonly objects: Set<string>;
  readonly issues: Map<number, SimIssue>;
  readonly statuses: SimStatus[];
  readonly checkRuns: SimCheckRun[];
  readonly deployments: SimDeployment[];
  readonly activity: SimActivity[];
}

export interface SimInstallation {
  readonly id: number;
  readonly account: number;
  permissions: Permissions;
  suspendedAt: number | null;
  readonly createdAt: number;
}
export interface SimToken {
  readonly token: string;
  readonly installation: number;
  readonly permissions: Permissions;
  /** null: every repository of the installation. */
  readonly repositories: readonly number[] | null;
  readonly expiresAt: number;
}
export interface SimTeam {
  readonly org: number;
  readonly slug: string;
  /** Slug of the team above. */
  parent: string | null;
  readonly members: Map<number, { role: 'member' | 'maintainer'; state: 'active' | 'pending' }>;
}

export interface SimApp {
  readonly id: number;
  readonly slug: string;
  readonly clientId: string;
  readonly bot: number;
  readonly owner: number;
  readonly events: readonly string[];
  readonly createdAt: number;
}

export interface GithubState {
  readonly now: () => number;
  /** Base of links to pages, such as `https://github.com`. */
  readonly webUrl: string;
  /** Base of links to the API: the simulator's own address, known once it listens. */
  apiUrl: string;
  readonly app: SimApp;
  readonly webFlow: number;
  readonly users: Map<number, SimUser>;
  readonly repositories: Map<number, SimRepository>;
  /** Former `owner/name` → id: GitHub redirects them. */
  readonly renamed: Map<string, number>;
  readonly commits: Map<string, SimCommit>;
  readonly comments: Map<number, SimComment>;
  readonly lineComments: Map<number, SimLineComment>;
  readonly installations: Map<number, SimInstallation>;
  readonly tokens: Map<string, SimToken>;
  readonly teams: SimTeam[];
  /** Permissions that the requests served so far needed, the higher level of each. */
  readonly permissionsUsed: Record<string, Level>;
  nextId(): number;
  /** Tells the listeners that something changed. */
  touch(): void;
}
