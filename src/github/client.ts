// GitHub as the rest of Countersign sees it.
import type { GithubApi } from './api.ts';
import { readChangedFiles } from './changed-files.ts';
import { createCheckRun, findCheckRun, updateCheckRun } from './check-runs.ts';
import { readChecks } from './checks.ts';
import { createComment, findComment, react, readComment, updateComment } from './comments.ts';
import { compare } from './commits.ts';
import { findOpenPullRequests, readLastPush, readPullRequest, readPusher, readReviews } from './pull-requests.ts';
import { resolveRef } from './refs.ts';
import { createDeployment, findDeployment, setDeploymentStatus } from './deployments.ts';
import { createRepositories, readAccess } from './repositories.ts';
import { findThreadReply, reactInThread, readReview, replyInThread } from './reviews.ts';
import { createRequests, type RequestsOptions } from './requests.ts';
import { createTeams } from './teams.ts';

/** `ownCheckPrefix`: check runs of our app whose names begin so are ours and gate nothing (`countersign/`). */
export interface GithubOptions extends RequestsOptions {
  readonly ownCheckPrefix: string;
}

/**
 * A client that sends each request once, with a time-out: retries and waiting are Temporal's. (One exception, Octokit's own: a 401
 * within 5 s of a new installation token is tried again, since GitHub's servers learn of a token with a delay; a 401 did nothing.)
 * Failures are `Trouble`: without an answer, or with a 5xx, a read is `unavailable` and a write `unclear` (`not-sent` if no
 * connection was made).
 */
export function createGithub(options: GithubOptions): GithubApi {
  const requests = createRequests(options);
  const readRepository = createRepositories(requests, options.now);
  const own = { appId: options.appId, prefix: options.ownCheckPrefix };
  return {
    readRepository,
    readAccess: (repo, accountId) => readAccess(requests, repo, accountId),
    readTeam: createTeams(requests, options.now),
    resolveRef: (repo, wish, pullRequest) => resolveRef(requests, repo, wish, pullRequest),
    readPullRequest: (repo, number) => readPullRequest(requests, repo, number),
    findOpenPullRequests: (repo, branch) => findOpenPullRequests(requests, repo, branch),
    readLastPush: (repo, branch) => readLastPush(requests, repo, branch),
    readPusher: (repo, branch, sha) => readPusher(requests, repo, branch, sha),
    readChecks: (repo, sha) => readChecks(requests, repo, sha, own),
    compare: (repo, base, head) => compare(requests, repo, base, head),
    readChangedFiles: (repo, base, head) => readChangedFiles(requests, repo, base, head),
    readReviews: async (repo, commits) => readReviews(requests, await readRepository(repo.slug), commits),
    readComment: (repo, comment) => readComment(requests, repo, comment),
    findCheckRun: (repo, key) => findCheckRun(requests, repo, { ...key, appId: options.appId }),
    createCheckRun: (repo, key, wish) => createCheckRun(requests, repo, key, wish),
    updateCheckRun: (repo, id, wish) => updateCheckRun(requests, repo, id, wish),
    findDeployment: (repo, key) => findDeployment(requests, repo, key),
    createDeployment: (repo, wish) => createDeployment(requests, repo, wish),
    setDeploymentStatus: (repo, deployment, wish) => setDeploymentStatus(requests, repo, deployment, wish),
    readReview: (repo, of) => readReview(requests, repo, of),
    reactInThread: (repo, comment, reaction) => reactInThread(requests, repo, comment, reaction),
    findThreadReply: (repo, issue, marker) => findThreadReply(requests, repo, issue, marker),
    replyInThread: (repo, to, markdown) => replyInThread(requests, repo, to, markdown),
    react: (repo, comment, reaction) => react(requests, repo, comment, reaction),
    findComment: (repo, issue, marker) => findComment(requests, repo, issue, { appId: options.appId, marker }),
    createComment: (repo, issue, markdown) => createComment(requests, repo, issue, markdown),
    updateComment: (repo, comment, markdown) => updateComment(requests, repo, comment, markdown),
  };
}
