// Commits: by ref, their statuses and check runs, their pull requests, comparisons.
import { compareCommits, history, resolveRef } from './commits.ts';
import { fileJson, filesOf } from './files.ts';
import { commitJson } from './payloads.ts';
import { pullSimpleJson } from './payloads-pull.ts';
import { checkRunJson, minimalRepositoryJson, statusJson } from './payloads-repository.ts';
import { commitsOfPull, pullsOf } from './pulls.ts';
import { ApiError, noCommit, notFound, ok, paginate } from './responses.ts';
import { slugOf } from './lookup.ts';
import type { Grant, RepositoryCall, RouteTable } from './router.ts';
import type { SimCheckRun, SimCommit, SimRepository, SimStatus } from './state.ts';
import type { SimResponse } from '../http.ts';

const reads = (permission: string): readonly Grant[] => [{ permission, level: 'read' }];

/** The longer paths come first: `commits/*` would swallow them. */
export const commitRoutes: RouteTable = {
  'GET /repos/:owner/:repo/commits/:ref/status': { kind: 'repository', needs: reads('statuses'), handle: readCombinedStatus },
  'GET /repos/:owner/:repo/commits/:ref/check-runs': { kind: 'repository', needs: reads('checks'), handle: readCheckRuns },
  'GET /repos/:owner/:repo/commits/:sha/pulls': { kind: 'repository', needs: reads('pull_requests'), handle: readPulls },
  'GET /repos/:owner/:repo/commits/*': { kind: 'repository', needs: reads('contents'), handle: readCommit },
  'GET /repos/:owner/:repo/compare/*': { kind: 'repository', needs: reads('contents'), handle: readComparison },
};

function findCommit(call: RepositoryCall, ref: string): SimCommit {
  const commit = resolveRef(call.state, call.repository, ref);
  if (commit === null) throw noCommit(ref);
  return commit;
}

function readCommit(call: RepositoryCall): SimResponse {
  const commit = findCommit(call, call.param('*'));
  const { state, repository } = call;
  const [additions, deletions] = (['additions', 'deletions'] as const).map((kind) => commit.files.reduce((sum, file) => sum + file[kind], 0));
  const files = commit.files.map((file) => fileJson(state, repository, { sha: commit.sha, file }));
  return ok({ ...commitJson(state, repository, commit), stats: { total: (additions ?? 0) + (deletions ?? 0), additions, deletions }, files });
}

/** `failure` if any context failed or errored, else `pending` if one is pending or there are none, else `success`. */
function combinedState(latest: readonly SimStatus[]): string {
  if (latest.some(({ state }) => state === 'failure' || state === 'error')) return 'failure';
  return latest.length === 0 || latest.some(({ state }) => state === 'pending') ? 'pending' : 'success';
}

function readCombinedStatus(call: RepositoryCall): SimResponse {
  const { state, repository } = call;
  const commit = resolveRef(state, repository, call.param('ref'));
  if (commit === null) throw notFound();
  const byContext = new Map(repository.statuses.filter(({ sha }) => sha === commit.sha).map((status) => [status.context, status]));
  const latest = [...byContext.values()];
  const { items, headers } = paginate(call.request, latest);
  const api = `${state.apiUrl}/repos/${slugOf(state, repository)}/commits/${commit.sha}`;
  const body = {
    state: combinedState(latest),
    statuses: items.map((status) => statusJson(state, repository, status)),
    sha: commit.sha,
    total_count: latest.length,
    repository: minimalRepositoryJson(state, repository),
    commit_url: api,
    url: `${api}/status`,
  };
  return { status: 200, headers, body };
}

/** `filter=latest` (the default) keeps the newest run of each name and app; `all` shows re-runs too. */
function readCheckRuns(call: RepositoryCall): SimResponse {
  const { state, repository, request } = call;
  const commit = findCommit(call, call.param('ref'));
  const name = request.query.get('check_name');
  const status = request.query.get('status');
  const ofCommit = repository.checkRuns.filter((run) => run.sha === commit.sha);
  const shown = request.query.get('filter') === 'all' ? ofCommit : newestPerName(ofCommit);
  const matching = shown.filter((run) => (name === null || run.name === name) && (status === null || run.status === status));
  const { items, headers } = paginate(request, matching.toReversed());
  return {
    status: 200,
    headers,
    body: { total_count: matching.length, check_runs: items.map((run) => checkRunJson(state, repository, run)) },
  };
}

function newestPerName(runs: readonly SimCheckRun[]): readonly SimCheckRun[] {
  return [...new Map(runs.map((run) => [`${run.app}/${run.name}`, run])).values()];
}

/** On the default branch only the merged pull requests that brought the commit; elsewhere open ones too. */
function readPulls(call: RepositoryCall): SimResponse {
  const { state, repository } = call;
  const commit = findCommit(call, call.param('sha'));
  const trunk = repository.branches.get(repository.defaultBranch) ?? '';
  const isLanded = history(state, trunk).some(({ sha }) => sha === commit.sha);
  const pulls = pullsOf(repository).filter(
    (issue) => (!isLanded || issue.pull.merged !== null) && commitsOfPull(state, repository, issue.pull).has(commit.sha),
  );
  const { items, headers } = paginate(call.request, pulls);
  return { status: 200, headers, body: items.map((issue) => pullSimpleJson(state, repository, issue)) };
}

/** GitHub documents: without `page` or `per_page` at most 250 commits, the most recent ones. */
const MAX_UNPAGED_COMMITS = 250;
const MAX_FILES = 300;

function readComparison(call: RepositoryCall): SimResponse {
  const { state, repository, request } = call;
  const [base, head, ...rest] = call.param('*').split('...');
  if (base === undefined || head === undefined || rest.length > 0) throw notFound();
  const baseCommit = findEnd(call, base);
  const headCommit = findEnd(call, head);
  const comparison = compareCommits(state, baseCommit.sha, headCommit.sha);
  if (comparison === null) throw new ApiError(404, `No common ancestor between ${base} and ${head}.`);
  const { ahead, behind, mergeBase } = comparison;
  const isPaged = request.query.has('page') || request.query.has('per_page');
  const { items, headers } = isPaged ? paginate(request, ahead) : { items: ahead.slice(-MAX_UNPAGED_COMMITS), headers: {} };
  const page = `${state.webUrl}/${slugOf(state, repository)}/compare/${base}...${head}`;
  const files = filesOf(ahead).map((file) => fileJson(state, repository, { sha: headCommit.sha, file }));
  const body = {
    url: `${state.apiUrl}/repos/${slugOf(state, repository)}/compare/${base}...${head}`,
    html_url: page,
    permalink_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    base_commit: commitJson(state, repository, baseCommit),
    merge_base_commit: commitJson(state, repository, mergeBase),
    status: ahead.length > 0 ? (behind.length > 0 ? 'diverged' : 'ahead') : behind.length > 0 ? 'behind' : 'identical',
    ahead_by: ahead.length,
    behind_by: behind.length,
    total_commits: ahead.length,
    commits: items.map((commit) => commitJson(state, repository, commit)),
    // On the first page only, whatever part of the commits is asked for.
    ...((request.query.get('page') ?? '1') === '1' ? { files: files.slice(0, MAX_FILES) } : {}),
  };
  return { status: 200, headers, body };
}

/** An end of a comparison may name a repository of the same network: `owner:ref` or `owner:repo:ref`. */
function findEnd(call: RepositoryCall, end: string): SimCommit {
  const parts = end.split(':');
  const ref = parts.at(-1) ?? '';
  const repository = parts.length === 1 ? call.repository : findInNetwork(call, parts);
  const commit = repository === null ? null : resolveRef(call.state, repository, ref);
  if (commit === null) throw notFound();
  return commit;
}

function findInNetwork(call: RepositoryCall, [owner = '', name]: readonly string[]): SimRepository | null {
  const network = [...call.state.repositories.values()].filter((candidate) => candidate.network === call.repository.network);
  const ofOwner = network.filter((candidate) => call.state.users.get(candidate.owner)?.login === owner);
  return ofOwner.find((candidate) => candidate.name === name) ?? ofOwner[0] ?? null;
}
