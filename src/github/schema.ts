// What GitHub sends, as far as it is used; permissive about the rest. Ids beyond 2^53 (Octokit hands them over as BigInt) are refused, not rounded.
import { z } from 'zod';
import { commitSha } from '../ids.ts';

const Id = z.int().positive();
const Sha = z
  .string()
  .regex(/^[0-9a-f]{40}$/)
  .transform(commitSha);
const Time = z.iso.datetime({ offset: true });
const Login = z.object({ id: Id, login: z.string().min(1) });

// ---- answers of the API ----------------------------------------------------------------------------------------

export const Installation = z.object({ id: Id });
export const Repository = z.object({
  id: Id,
  full_name: z.string().regex(/^[^/\s]+\/[^/\s]+$/),
  default_branch: z.string().min(1),
  html_url: z.url(),
});
/** `suspended_at`: on GitHub Enterprise Server; github.com answers 404 for a suspended account. */
export const User = Login.extend({ type: z.string(), suspended_at: z.string().nullish() });
export const TeamMembers = z.array(Login);
export const Permission = z.object({ permission: z.string(), role_name: z.string().nullish(), user: z.object({ id: Id }).nullable() });

export const GitRef = z.object({ ref: z.string(), object: z.object({ type: z.string(), sha: Sha }) });
export const GitTag = z.object({ object: z.object({ type: z.string(), sha: Sha }) });

// The API documents `author` and `committer` as an account, null, or an empty object.
const CommitAccount = z.union([Login, z.strictObject({}).transform(() => null)]).nullish();
export const Commit = z.object({
  sha: Sha,
  html_url: z.url(),
  commit: z.object({ message: z.string(), author: z.object({ name: z.string(), email: z.string() }).partial().nullish() }),
  author: CommitAccount,
  committer: CommitAccount,
});
export type Commit = z.infer<typeof Commit>;
export const Comparison = z.object({
  status: z.enum(['ahead', 'identical', 'behind', 'diverged']),
  ahead_by: z.int().nonnegative(),
  behind_by: z.int().nonnegative(),
  html_url: z.url(),
  commits: z.array(Commit),
});
export type Comparison = z.infer<typeof Comparison>;
const ComparedFile = z.object({
  filename: z.string().min(1),
  previous_filename: z.string().min(1).nullish(),
  additions: z.int().nonnegative(),
  deletions: z.int().nonnegative(),
});
export type ComparedFile = z.infer<typeof ComparedFile>;
export const FileComparison = Comparison.pick({ status: true }).extend({ files: z.array(ComparedFile).nullish() });
export type FileComparison = z.infer<typeof FileComparison>;

export const PullRequest = z.object({
  number: Id,
  title: z.string(),
  html_url: z.url(),
  state: z.enum(['open', 'closed']),
  draft: z.boolean().nullish(),
  merged_at: z.string().nullish(),
  merge_commit_sha: Sha.nullish(),
  head: z.object({ ref: z.string().min(1), sha: Sha, repo: z.object({ id: Id, full_name: z.string() }).nullable() }),
  base: z.object({ ref: z.string().min(1), repo: z.object({ id: Id }) }),
  user: Login.nullish(),
  labels: z.array(z.object({ name: z.string() })),
});
export type PullRequest = z.infer<typeof PullRequest>;
export const PullRequests = z.array(PullRequest);
export const ReviewDecision = z.object({
  repository: z.object({
    pullRequest: z.object({
      reviewDecision: z.enum(['APPROVED', 'CHANGES_REQUESTED', 'REVIEW_REQUIRED']).nullable(),
      headRefOid: Sha,
      baseRefName: z.string(),
    }),
  }),
});
export type ReviewDecision = z.infer<typeof ReviewDecision>;
export const Reviews = z.array(z.object({ state: z.string(), user: Login.nullish() }));
export const Activities = z.array(
  z.object({ ref: z.string(), before: z.string().nullish(), after: z.string(), timestamp: Time, activity_type: z.string(), actor: Login.nullish() }),
);

export const CombinedStatus = z.object({
  total_count: z.int().nonnegative(),
  statuses: z.array(z.object({ id: Id, context: z.string(), state: z.string(), target_url: z.string().nullish() })),
});
export type CombinedStatus = z.infer<typeof CombinedStatus>;
export const CheckRuns = z.object({
  total_count: z.int().nonnegative(),
  check_runs: z.array(
    z.object({
      id: Id,
      name: z.string(),
      status: z.string(),
      conclusion: z.string().nullish(),
      html_url: z.string().nullish(),
      details_url: z.string().nullish(),
      app: z.object({ id: Id }).nullish(),
    }),
  ),
});
export type CheckRun = z.infer<typeof CheckRuns>['check_runs'][number];

export const CheckRunsByName = z.object({
  check_runs: z.array(z.object({ id: Id, status: z.string(), external_id: z.string().nullish(), app: z.object({ id: Id }).nullish() })),
});
export const WithId = z.object({ id: Id });
/** GitHub hands the payload back as it was given, or as text. */
export const Deployments = z.array(z.object({ id: Id, sha: Sha, payload: z.unknown() }));
export const Deployment = z.object({ id: Id, sha: Sha });
export const DeploymentPayload = z.object({ countersign: z.object({ deploy: z.string(), code: z.string() }) });

export const Comment = z.object({
  id: Id,
  body: z.string().nullish(),
  created_at: z.string(),
  updated_at: z.string(),
  user: z.object({ type: z.string() }).nullish(),
  performed_via_github_app: z.object({ id: Id }).nullish(),
});
export const Comments = z.array(Comment);
export const Review = z.object({ id: Id, body: z.string().nullish() });
export const ThreadComments = z.array(z.object({ id: Id, body: z.string(), user: z.object({ type: z.string() }).nullish() }));
export const Created = z.object({ id: Id, body: z.string() });
export const Reacted = z.object({ content: z.string() });

// ---- failures, as Octokit throws them --------------------------------------------------------------------------

const Headers = z.record(z.string(), z.unknown());
/** `response` is absent when there was no answer; Octokit then claims status 500. */
export const RequestFailure = z.object({
  status: z.int(),
  request: z.object({ url: z.string() }).nullish(),
  response: z.object({ headers: Headers, data: z.unknown() }).nullish(),
});
export type RequestFailure = z.infer<typeof RequestFailure>;
export const GraphqlFailure = z.object({
  errors: z.array(z.object({ type: z.string().nullish(), message: z.string() })).min(1),
  headers: Headers,
});
export type GraphqlFailure = z.infer<typeof GraphqlFailure>;
export const ErrorBody = z.object({ message: z.string() });

// ---- webhooks --------------------------------------------------------------------------------------------------

const HookRepository = z.object({ id: Id, full_name: z.string() });
/** `installation`: absent only in deliveries of a repository's own webhook, which is not ours. */
const InRepository = { repository: HookRepository, sender: Login, installation: z.object({ id: Id }).nullish() };
/** What somebody wrote, and through what. */
const Writing = z.object({ id: Id, user: Login.extend({ type: z.string() }).nullable(), performed_via_github_app: z.unknown().optional() });
export const IssueCommentCreated = z.object({
  issue: z.object({ number: Id, pull_request: z.unknown().optional() }),
  comment: Writing.extend({
    body: z.string(),
    created_at: Time,
    updated_at: Time,
  }),
  ...InRepository,
});
const InReview = { ...InRepository, pull_request: z.object({ number: Id }) };
export const ReviewSubmitted = z.object({
  review: Writing.extend({ body: z.string().nullish(), state: z.string(), commit_id: Sha.nullish(), submitted_at: Time }),
  ...InReview,
});
export type ReviewSubmitted = z.infer<typeof ReviewSubmitted>;
export const ReviewCommentCreated = z.object({
  comment: Writing.extend({ in_reply_to_id: Id.nullish(), body: z.string(), created_at: Time }),
  ...InReview,
});
export type ReviewCommentCreated = z.infer<typeof ReviewCommentCreated>;
export const PullRequestSynchronize = z.object({
  number: Id,
  before: Sha,
  after: Sha,
  pull_request: z.object({ updated_at: Time }),
  repository: HookRepository,
  sender: Login,
});
export const PullRequestClosed = z.object({
  number: Id,
  pull_request: z.object({ merged: z.boolean(), merge_commit_sha: Sha.nullish(), closed_at: Time, head: z.object({ sha: Sha }) }),
  repository: HookRepository,
  sender: Login,
});
export type PullRequestClosed = z.infer<typeof PullRequestClosed>;
export type IssueCommentCreated = z.infer<typeof IssueCommentCreated>;
export type PullRequestSynchronize = z.infer<typeof PullRequestSynchronize>;

// ---- signing in as a person ------------------------------------------------------------------------------------

export const AccessToken = z.object({ access_token: z.string().min(1) });
/** `error_description` may quote what was sent; the code alone says enough. */
export const TokenRefusal = z.object({ error: z.string().regex(/^[a-z_]{1,60}$/) });
/** Only people sign in. */
export const SignedInUser = Login.extend({ type: z.literal('User') });
