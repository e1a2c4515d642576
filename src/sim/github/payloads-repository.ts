// GitHub's JSON for repositories, in their three sizes, and for what hangs on a commit.
import { accountJson, integrationJson, nodeId } from './payloads.ts';
import { installationOf, iso, slugOf } from './lookup.ts';
import type { Json } from './payloads.ts';
import type { GithubState, SimActivity, SimCheckRun, SimRepository, SimStatus } from './state.ts';

const URLS: Readonly<Record<string, string>> = {
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  contributors_url: '/contributors',
  deployments_url: '/deployments',
  downloads_url: '/downloads',
  events_url: '/events',
  forks_url: '/forks',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  hooks_url: '/hooks',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  languages_url: '/languages',
  merges_url: '/merges',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  stargazers_url: '/stargazers',
  statuses_url: '/statuses/{sha}',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  tags_url: '/tags',
  teams_url: '/teams',
  trees_url: '/git/trees{/sha}',
};

/** The size that is embedded in other answers (combined status). */
export function minimalRepositoryJson(state: GithubState, repository: SimRepository): Json {
  const slug = slugOf(state, repository);
  const api = `${state.apiUrl}/repos/${slug}`;
  return {
    id: repository.id,
    node_id: nodeId('R', repository.id),
    name: repository.name,
    full_name: slug,
    private: repository.private,
    owner: accountJson(state, repository.owner),
    html_url: `${state.webUrl}/${slug}`,
    description: null,
    fork: repository.parent !== null,
    url: api,
    ...Object.fromEntries(Object.entries(URLS).map(([name, path]) => [name, api + path])),
  };
}

/** The size that pull requests and webhooks carry. */
export function repositoryJson(state: GithubState, repository: SimRepository): Json {
  const slug = slugOf(state, repository);
  const openIssues = [...repository.issues.values()].filter((issue) => issue.closedAt === null).length;
  return {
    ...minimalRepositoryJson(state, repository),
    created_at: iso(repository.createdAt),
    updated_at: iso(repository.pushedAt),
    pushed_at: iso(repository.pushedAt),
    git_url: `git://${new URL(state.webUrl).host}/${slug}.git`,
    ssh_url: `git@${new URL(state.webUrl).hostname}:${slug}.git`,
    clone_url: `${state.webUrl}/${slug}.git`,
    svn_url: `${state.webUrl}/${slug}`,
    homepage: null,
    size: 1,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: true,
    has_projects: false,
    has_downloads: true,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    forks_count: 0,
    mirror_url: null,
    archived: false,
    disabled: false,
    open_issues_count: openIssues,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: repository.private ? 'private' : 'public',
    forks: 0,
    open_issues: openIssues,
    watchers: 0,
    default_branch: repository.defaultBranch,
    custom_properties: {},
  };
}

/** What `GET /repos/{owner}/{repo}` answers. */
export function fullRepositoryJson(state: GithubState, repository: SimRepository): Json {
  const parent = repository.parent === null ? undefined : state.repositories.get(repository.parent);
  const isOurs = installationOf(state, repository) !== null;
  return {
    ...repositoryJson(state, repository),
    ...(parent === undefined ? {} : { parent: repositoryJson(state, parent), source: repositoryJson(state, parent) }),
    permissions: { admin: false, maintain: false, push: false, triage: false, pull: isOurs },
    temp_clone_token: '',
    subscribers_count: 0,
    network_count: 0,
  };
}

export function statusJson(state: GithubState, repository: SimRepository, status: SimStatus): Json {
  return {
    url: `${state.apiUrl}/repos/${slugOf(state, repository)}/statuses/${status.sha}`,
    avatar_url: `https://avatars.githubusercontent.com/u/${repository.owner}?v=4`,
    id: status.id,
    node_id: nodeId('SC', status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: iso(status.at),
    updated_at: iso(status.at),
  };
}

export function checkRunJson(state: GithubState, repository: SimRepository, run: SimCheckRun): Json {
  const slug = slugOf(state, repository);
  const api = `${state.apiUrl}/repos/${slug}/check-runs/${run.id}`;
  const pulls = [...repository.issues.values()].filter((issue) => issue.pull?.headSha === run.sha && issue.pull.headRepository === repository.id);
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId('CR', run.id),
    head_sha: run.sha,
    external_id: run.externalId,
    url: api,
    html_url: `${state.webUrl}/${slug}/runs/${run.id}`,
    details_url: run.detailsUrl,
    status: run.status,
    conclusion: run.conclusion,
    started_at: iso(run.startedAt),
    completed_at: run.completedAt === null ? null : iso(run.completedAt),
    output: {
      title: run.output?.title ?? null,
      summary: run.output?.summary ?? null,
      text: null,
      annotations_count: 0,
      annotations_url: `${api}/annotations`,
    },
    check_suite: { id: run.suite },
    app: integrationJson(state, run.app),
    pull_requests: pulls.map(({ pull, number }) => {
      const repo = { id: repository.id, url: `${state.apiUrl}/repos/${slug}`, name: repository.name };
      return {
        id: pull?.id,
        number,
        url: `${state.apiUrl}/repos/${slug}/pulls/${number}`,
        head: { ref: pull?.headRef, sha: pull?.headSha, repo },
        base: { ref: pull?.baseRef, sha: pull?.baseSha, repo },
      };
    }),
  };
}

export function activityJson(state: GithubState, entry: SimActivity): Json {
  return {
    id: entry.id,
    node_id: nodeId('PSH', entry.id),
    before: entry.before,
    after: entry.after,
    ref: entry.ref,
    timestamp: iso(entry.at),
    activity_type: entry.type,
    actor: accountJson(state, entry.actor),
  };
}
