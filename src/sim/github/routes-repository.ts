// Repositories, accounts, roles, refs, and the log of pushes.
import { commitJson, nodeId, publicUserJson, userJson } from './payloads.ts';
import { activityJson, fullRepositoryJson } from './payloads-repository.ts';
import { ApiError, notFound, ok, paginate, paginateByCursor } from './responses.ts';
import { iso, slugOf, userByLogin } from './lookup.ts';
import type { Json } from './payloads.ts';
import type { Call, Grant, RepositoryCall, RouteTable } from './router.ts';
import type { GithubState, RoleName, SimRepository, SimUser } from './state.ts';
import type { SimResponse } from '../http.ts';

const METADATA: readonly Grant[] = [{ permission: 'metadata', level: 'read' }];
const CONTENTS: readonly Grant[] = [{ permission: 'contents', level: 'read' }];

export const repositoryRoutes: RouteTable = {
  'GET /repos/:owner/:repo': {
    kind: 'repository',
    needs: METADATA,
    handle: ({ state, repository }) => ok(fullRepositoryJson(state, repository)),
  },
  'GET /repos/:owner/:repo/collaborators/:login/permission': { kind: 'repository', needs: METADATA, handle: readPermission },
  'GET /repos/:owner/:repo/git/ref/*': { kind: 'repository', needs: CONTENTS, handle: readRef },
  'GET /repos/:owner/:repo/git/matching-refs/*': { kind: 'repository', needs: CONTENTS, handle: readMatchingRefs },
  'GET /repos/:owner/:repo/git/tags/:sha': { kind: 'repository', needs: CONTENTS, handle: readTag },
  'GET /repos/:owner/:repo/branches/*': { kind: 'repository', needs: CONTENTS, handle: readBranch },
  'GET /repos/:owner/:repo/activity': { kind: 'repository', needs: CONTENTS, handle: readActivity },
  'GET /users/:login': { kind: 'token', needs: null, handle: (call) => ok(publicUserJson(call.state, findUser(call, call.param('login')))) },
  'GET /user/:account': {
    kind: 'token',
    needs: null,
    handle: (call) => {
      const user = call.state.users.get(call.number('account'));
      if (user === undefined) throw notFound();
      return ok(publicUserJson(call.state, user));
    },
  },
  'GET /meta': {
    kind: 'public',
    handle: () => ok({ verifiable_password_authentication: false, hooks: ['192.30.252.0/22', '185.199.108.0/22'] }),
  },
};

function findUser(call: Call, login: string): SimUser {
  const user = userByLogin(call.state, login);
  if (user === null) throw notFound();
  return user;
}

/** `permission` knows four words only: maintain reads as write, triage as read; `role_name` says what it really is. */
const LEGACY: Readonly<Record<RoleName, string>> = { admin: 'admin', maintain: 'write', write: 'write', triage: 'read', read: 'read' };

function readPermission(call: RepositoryCall): SimResponse {
  const { state, repository } = call;
  const user = findUser(call, call.param('login'));
  // Everybody can read a public repository, and GitHub says so here.
  const role = repository.roles.get(user.id) ?? (repository.private ? null : 'read');
  if (role === null) throw new ApiError(404, `${user.login} is not a user`);
  const permissions = {
    admin: role === 'admin',
    maintain: role === 'admin' || role === 'maintain',
    push: LEGACY[role] === 'admin' || LEGACY[role] === 'write',
    triage: role !== 'read',
    pull: true,
  };
  return ok({ permission: LEGACY[role], role_name: role, user: { ...userJson(state, user), permissions, role_name: role } });
}

interface Ref {
  readonly name: string;
  readonly sha: string;
  /** An annotated tag's ref leads to the tag object, not to the commit. */
  readonly type: 'commit' | 'tag';
}

function refJson(state: GithubState, repository: SimRepository, ref: Ref): Json {
  const api = `${state.apiUrl}/repos/${slugOf(state, repository)}/git`;
  return {
    ref: ref.name,
    node_id: nodeId('REF', `${repository.id}:${ref.name}`),
    url: `${api}/${ref.name}`,
    object: { sha: ref.sha, type: ref.type, url: `${api}/${ref.type}s/${ref.sha}` },
  };
}

function refsOf(repository: SimRepository): readonly Ref[] {
  const refs: readonly Ref[] = [
    ...[...repository.branches].map(([name, sha]) => ({ name: `refs/heads/${name}`, sha, type: 'commit' }) as const),
    ...[...repository.tags].map(([name, { sha, annotation }]) => {
      const type = annotation === null ? 'commit' : 'tag';
      return { name: `refs/tags/${name}`, sha: annotation?.sha ?? sha, type } as const;
    }),
    ...[...repository.issues.values()].flatMap(({ number, pull }) =>
      pull === null ? [] : [{ name: `refs/pull/${number}/head`, sha: pull.headSha, type: 'commit' } as const],
    ),
  ];
  return refs.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function readTag(call: RepositoryCall): SimResponse {
  const { state, repository } = call;
  const [name, tag] = [...repository.tags].find(([, { annotation }]) => annotation?.sha === call.param('sha')) ?? [];
  if (name === undefined || tag === undefined || tag.annotation === null) throw notFound();
  const { sha, message, tagger } = tag.annotation;
  const api = `${state.apiUrl}/repos/${slugOf(state, repository)}/git`;
  return ok({
    node_id: nodeId('TA', sha),
    tag: name,
    sha,
    url: `${api}/tags/${sha}`,
    message,
    tagger: { name: tagger.name, email: tagger.email, date: iso(tagger.at) },
    object: { sha: tag.sha, type: 'commit', url: `${api}/commits/${tag.sha}` },
    verification: { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null },
  });
}

function readRef(call: RepositoryCall): SimResponse {
  const wanted = `refs/${call.param('*').replace(/^refs\//, '')}`;
  const ref = refsOf(call.repository).find(({ name }) => name === wanted);
  if (ref === undefined) throw notFound();
  return ok(refJson(call.state, call.repository, ref));
}

function readMatchingRefs(call: RepositoryCall): SimResponse {
  const prefix = `refs/${call.param('*').replace(/^refs\//, '')}`;
  const matching = refsOf(call.repository).filter(({ name }) => name.startsWith(prefix));
  const { items, headers } = paginate(call.request, matching);
  return { status: 200, headers, body: items.map((ref) => refJson(call.state, call.repository, ref)) };
}

function readBranch(call: RepositoryCall): SimResponse {
  const { state, repository } = call;
  const name = call.param('*');
  const commit = state.commits.get(repository.branches.get(name) ?? '');
  if (commit === undefined) throw new ApiError(404, 'Branch not found');
  const slug = slugOf(state, repository);
  const self = `${state.apiUrl}/repos/${slug}/branches/${name}`;
  const isProtected = name === repository.defaultBranch && repository.requiredReviews > 0;
  return ok({
    name,
    commit: commitJson(state, repository, commit),
    _links: { self, html: `${state.webUrl}/${slug}/tree/${name}` },
    protected: isProtected,
    protection: { enabled: isProtected, required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] } },
    protection_url: `${self}/protection`,
  });
}

/** `ref` may be a branch or `refs/heads/<branch>`; newest first unless `direction=asc`. */
function readActivity(call: RepositoryCall): SimResponse {
  const { state, repository, request } = call;
  const ref = request.query.get('ref');
  const type = request.query.get('activity_type');
  const actor = request.query.get('actor')?.toLowerCase() ?? null;
  const matching = repository.activity.filter(
    (entry) =>
      (ref === null || entry.ref === ref || entry.ref === `refs/heads/${ref}`) &&
      (type === null || entry.type === type) &&
      (actor === null || state.users.get(entry.actor)?.login.toLowerCase() === actor),
  );
  if (request.query.get('direction') !== 'asc') matching.reverse();
  const { items, headers } = paginateByCursor(request, matching, 'after');
  return { status: 200, headers, body: items.map((entry) => activityJson(state, entry)) };
}
