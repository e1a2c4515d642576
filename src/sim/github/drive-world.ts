// What stories set up: people, repositories, roles, teams, installations. Nothing here sends a webhook.
import { addCommit } from './commits.ts';
import { emailOf, touching } from './drive-commits.ts';
import { installationOf, needRepository, needUser, repositoryBySlug, UnknownInSim, userByLogin } from './lookup.ts';
import type { GithubState, Permissions, RoleName, SimInstallation, SimRepository, SimTeam, SimUser } from './state.ts';

export interface RepositoryInput {
  /** `owner/name`; the owner becomes an organization unless it is known already. */
  readonly slug: string;
  readonly id?: number;
  /** Private unless said otherwise. */
  readonly private?: boolean;
  readonly defaultBranch?: string;
  /** Approvals that a pull request needs; 0 when left out. */
  readonly requiredReviews?: number;
  /** Whether the app is installed for the owner; true unless said otherwise, false for a fork. */
  readonly installed?: boolean;
  readonly forkOf?: string;
}

export interface WorldDriver {
  addUser(user: { login: string; id?: number; name?: string; type?: SimUser['type'] }): { readonly id: number };
  renameUser(login: string, to: string): void;
  /** The account no longer exists; what it did shows no account. */
  removeUser(login: string): void;
  /** A repository with one commit on its default branch; a fork has the branches of its parent. */
  addRepository(input: RepositoryInput): { readonly id: number; readonly head: string };
  renameRepository(slug: string, name: string): void;
  removeRepository(slug: string): void;
  /** null: no access any more. */
  setRole(slug: string, login: string, role: RoleName | null): void;
  setRequiredReviews(slug: string, approvals: number): void;
  /** Creates the team if need be. null: not a member any more. */
  setTeamMember(org: string, team: string, login: string, membership?: { role: 'member' | 'maintainer'; state: 'active' | 'pending' } | null): void;
  /** Puts a team below another; members of the lower one are members of the upper one, too. */
  setTeamParent(org: string, team: string, parent: string | null): void;
  removeTeam(org: string, team: string): void;
  installation(owner: string): { readonly id: number };
  setInstallation(owner: string, change: { permissions?: Permissions; suspended?: boolean }): void;
}

export function createWorldDriver(state: GithubState, defaults: { permissions: Permissions }): WorldDriver {
  const changed = touching(state);
  return {
    addUser: changed((user) => addUser(state, user)),
    renameUser: changed((login, to) => void (needUser(state, login).login = to)),
    removeUser: changed((login) => void state.users.delete(needUser(state, login).id)),
    addRepository: changed((input) => addRepository(state, input, defaults.permissions)),
    renameRepository: changed((slug, name) => {
      const repository = needRepository(state, slug);
      state.renamed.set(slug.toLowerCase(), repository.id);
      repository.name = name;
    }),
    removeRepository: changed((slug) => removeRepository(state, needRepository(state, slug))),
    setRole: changed((slug, login, role) => {
      const { roles } = needRepository(state, slug);
      if (role === null) roles.delete(needUser(state, login).id);
      else roles.set(needUser(state, login).id, role);
    }),
    setRequiredReviews: changed((slug, approvals) => void (needRepository(state, slug).requiredReviews = approvals)),
    setTeamMember: changed((org, team, login, membership = { role: 'member', state: 'active' }) => {
      const { members } = findTeam(state, ownerOf(state, org).id, team);
      if (membership === null) members.delete(needUser(state, login).id);
      else members.set(needUser(state, login).id, membership);
    }),
    setTeamParent: changed((org, team, parent) => void (findTeam(state, ownerOf(state, org).id, team).parent = parent)),
    removeTeam: changed((org, team) => void state.teams.splice(state.teams.indexOf(findTeam(state, ownerOf(state, org).id, team)), 1)),
    installation: (owner) => ({ id: needInstallation(state, owner).id }),
    setInstallation: changed((owner, change) => {
      const installation = needInstallation(state, owner);
      if (change.permissions !== undefined) installation.permissions = change.permissions;
      if (change.suspended !== undefined) installation.suspendedAt = change.suspended ? state.now() : null;
    }),
  };
}

function addUser(state: GithubState, user: { login: string; id?: number; name?: string; type?: SimUser['type'] }): SimUser {
  const id = user.id ?? state.nextId();
  if (state.users.has(id) || userByLogin(state, user.login) !== null) throw new UnknownInSim(`user ${user.login} (${id}) exists already`);
  const added: SimUser = { id, login: user.login, name: user.name ?? null, type: user.type ?? 'User', createdAt: state.now() };
  state.users.set(id, added);
  return added;
}

function ownerOf(state: GithubState, login: string): SimUser {
  return userByLogin(state, login) ?? addUser(state, { login, type: 'Organization' });
}

function addRepository(state: GithubState, input: RepositoryInput, permissions: Permissions): { id: number; head: string } {
  if (repositoryBySlug(state, input.slug) !== null) throw new UnknownInSim(`repository ${input.slug} exists already`);
  const [ownerLogin = '', name = ''] = input.slug.split('/');
  const owner = ownerOf(state, ownerLogin);
  const parent = input.forkOf === undefined ? null : needRepository(state, input.forkOf);
  const id = input.id ?? state.nextId();
  const now = state.now();
  const repository: SimRepository = {
    id,
    owner: owner.id,
    name,
    private: input.private ?? true,
    defaultBranch: input.defaultBranch ?? parent?.defaultBranch ?? 'main',
    createdAt: now,
    pushedAt: now,
    network: parent?.network ?? id,
    parent: parent?.id ?? null,
    requiredReviews: input.requiredReviews ?? 0,
    roles: new Map(owner.type === 'User' ? [[owner.id, 'admin']] : []),
    branches: new Map(parent?.branches),
    tags: new Map(),
    objects: parent?.objects ?? new Set(),
    issues: new Map(),
    statuses: [],
    checkRuns: [],
    deployments: [],
    activity: [],
  };
  state.repositories.set(id, repository);
  if (parent === null) {
    const by = { account: owner.id, name: ownerLogin, email: emailOf(owner), at: now };
    const first = addCommit(state, repository, { parents: [], message: 'Initial commit', author: by, committer: by });
    repository.branches.set(repository.defaultBranch, first.sha);
  }
  if ((input.installed ?? parent === null) && installationOf(state, repository) === null) {
    const installation = { id: state.nextId(), account: owner.id, permissions, suspendedAt: null, createdAt: now };
    state.installations.set(installation.id, installation);
  }
  return { id, head: repository.branches.get(repository.defaultBranch) ?? '' };
}

function removeRepository(state: GithubState, repository: SimRepository): void {
  state.repositories.delete(repository.id);
  for (const other of state.repositories.values())
    for (const { pull } of other.issues.values()) if (pull?.headRepository === repository.id) pull.headRepository = null;
}

function findTeam(state: GithubState, org: number, slug: string): SimTeam {
  const known = state.teams.find((team) => team.org === org && team.slug === slug);
  if (known !== undefined) return known;
  const team: SimTeam = { org, slug, parent: null, members: new Map() };
  state.teams.push(team);
  return team;
}

function needInstallation(state: GithubState, owner: string): SimInstallation {
  const { id } = needUser(state, owner);
  const installation = [...state.installations.values()].find(({ account }) => account === id);
  if (installation === undefined) throw new UnknownInSim(`the app is not installed for ${owner}`);
  return installation;
}
