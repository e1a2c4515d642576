// GitHub's JSON for accounts, the app, installations and commits. Shapes: GitHub's OpenAPI description.
import { createHash } from 'node:crypto';
import { iso, slugOf } from './lookup.ts';
import type { GithubState, SimCommit, SimInstallation, SimRepository, SimUser, Signature } from './state.ts';

export type Json = Readonly<Record<string, unknown>>;

export function nodeId(kind: string, id: number | string): string {
  return `${kind}_${Buffer.from(String(id)).toString('base64url')}`;
}

export function userJson(state: GithubState, user: SimUser): Json {
  const api = `${state.apiUrl}/users/${encodeURIComponent(user.login)}`;
  const page = user.type === 'Bot' ? `apps/${user.login.replace('[bot]', '')}` : user.login;
  return {
    login: user.login,
    id: user.id,
    node_id: nodeId(user.type === 'User' ? 'U' : user.type === 'Bot' ? 'BOT' : 'O', user.id),
    avatar_url: `https://avatars.githubusercontent.com/u/${user.id}?v=4`,
    gravatar_id: '',
    url: api,
    html_url: `${state.webUrl}/${page}`,
    followers_url: `${api}/followers`,
    following_url: `${api}/following{/other_user}`,
    gists_url: `${api}/gists{/gist_id}`,
    starred_url: `${api}/starred{/owner}{/repo}`,
    subscriptions_url: `${api}/subscriptions`,
    organizations_url: `${api}/orgs`,
    repos_url: `${api}/repos`,
    events_url: `${api}/events{/privacy}`,
    received_events_url: `${api}/received_events`,
    type: user.type,
    user_view_type: 'public',
    site_admin: false,
  };
}

/** null for an account that was deleted. */
export function accountJson(state: GithubState, id: number | null): Json | null {
  const user = id === null ? undefined : state.users.get(id);
  return user === undefined ? null : userJson(state, user);
}

export function publicUserJson(state: GithubState, user: SimUser): Json {
  return {
    ...userJson(state, user),
    name: user.name,
    company: null,
    blog: '',
    location: null,
    email: null,
    hireable: null,
    bio: null,
    twitter_username: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: iso(user.createdAt),
    updated_at: iso(user.createdAt),
  };
}

/** An app as it appears beside what it did; `null` details are those of our own app only. */
export function integrationJson(state: GithubState, slug: string): Json {
  const own = slug === state.app.slug;
  const id = own ? state.app.id : createHash('sha1').update(slug).digest().readUInt16BE();
  return {
    id,
    ...(own ? { client_id: state.app.clientId } : {}),
    slug,
    node_id: nodeId('A', id),
    owner: accountJson(state, state.app.owner),
    name: slug,
    description: '',
    external_url: `${state.webUrl}/apps/${slug}`,
    html_url: `${state.webUrl}/apps/${slug}`,
    created_at: iso(state.app.createdAt),
    updated_at: iso(state.app.createdAt),
    permissions: { metadata: 'read' },
    events: own ? state.app.events : [],
  };
}

export function installationJson(state: GithubState, installation: SimInstallation): Json {
  const account = state.users.get(installation.account);
  return {
    id: installation.id,
    client_id: state.app.clientId,
    account: accountJson(state, installation.account),
    repository_selection: 'all',
    access_tokens_url: `${state.apiUrl}/app/installations/${installation.id}/access_tokens`,
    repositories_url: `${state.apiUrl}/installation/repositories`,
    html_url: `${state.webUrl}/organizations/${account?.login ?? 'ghost'}/settings/installations/${installation.id}`,
    app_id: state.app.id,
    app_slug: state.app.slug,
    target_id: installation.account,
    target_type: account?.type ?? 'Organization',
    permissions: installation.permissions,
    events: state.app.events,
    created_at: iso(installation.createdAt),
    updated_at: iso(installation.createdAt),
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: installation.suspendedAt === null ? null : accountJson(state, installation.account),
    suspended_at: installation.suspendedAt === null ? null : iso(installation.suspendedAt),
  };
}

export function commitJson(state: GithubState, repository: SimRepository, commit: SimCommit): Json {
  const slug = slugOf(state, repository);
  const api = `${state.apiUrl}/repos/${slug}`;
  const signed = (who: Signature): Json => ({ name: who.name, email: who.email, date: iso(who.at) });
  return {
    sha: commit.sha,
    node_id: nodeId('C', commit.sha),
    commit: {
      author: signed(commit.author),
      committer: signed(commit.committer),
      message: commit.message,
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      url: `${api}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null },
    },
    url: `${api}/commits/${commit.sha}`,
    html_url: `${state.webUrl}/${slug}/commit/${commit.sha}`,
    comments_url: `${api}/commits/${commit.sha}/comments`,
    author: accountJson(state, commit.author.account),
    committer: accountJson(state, commit.committer.account),
    parents: commit.parents.map((sha) => ({ sha, url: `${api}/commits/${sha}`, html_url: `${state.webUrl}/${slug}/commit/${sha}` })),
  };
}
