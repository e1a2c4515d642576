// Finding things in the state by the names that people use.
import type { GithubState, SimInstallation, SimPullRequest, SimRepository, SimUser } from './state.ts';

/** Thrown by driver methods that name something that does not exist: a mistake in the story, not an answer of GitHub. */
export class UnknownInSim extends Error {
  override readonly name = 'UnknownInSim';
}

export function userByLogin(state: GithubState, login: string): SimUser | null {
  const wanted = login.toLowerCase();
  return [...state.users.values()].find((user) => user.login.toLowerCase() === wanted) ?? null;
}

export function slugOf(state: GithubState, repository: SimRepository): string {
  return `${state.users.get(repository.owner)?.login ?? 'ghost'}/${repository.name}`;
}

export function repositoryBySlug(state: GithubState, slug: string): SimRepository | null {
  const wanted = slug.toLowerCase();
  return [...state.repositories.values()].find((repository) => slugOf(state, repository).toLowerCase() === wanted) ?? null;
}

export function needUser(state: GithubState, login: string): SimUser {
  const user = userByLogin(state, login);
  if (user === null) throw new UnknownInSim(`no user ${login}: add it with addUser`);
  return user;
}

export function needRepository(state: GithubState, slug: string): SimRepository {
  const repository = repositoryBySlug(state, slug);
  if (repository === null) throw new UnknownInSim(`no repository ${slug}: add it with addRepository`);
  return repository;
}

export function needPull(state: GithubState, slug: string, number: number): SimPullRequest {
  const issue = needRepository(state, slug).issues.get(number);
  if (issue === undefined || issue.pull === null) throw new UnknownInSim(`no pull request ${number} in ${slug}`);
  return issue as SimPullRequest;
}

export function installationOf(state: GithubState, repository: SimRepository): SimInstallation | null {
  return [...state.installations.values()].find((installation) => installation.account === repository.owner) ?? null;
}

/** GitHub's times have no fractions of a second. */
export function iso(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}
