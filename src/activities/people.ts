// What an account may and whether it is still active, read at most so long ago as the caller allows.
import type { Person } from '../../workflows/vocabulary.ts';
import type { GithubApi, Repo } from '../github/api.ts';
import type { Role } from '../policy/environment-policy.ts';
import type { AccountState } from '../policy/facts.ts';
import type { SlackApi } from '../slack/api.ts';

export interface People {
  /** The person's role on the repository; `none` without a known GitHub account. Throws `Trouble`. */
  roleOf(repo: Repo, person: Person, maxAgeMs: number): Promise<Role>;
  /** Active: the Slack account is neither deleted, guest nor stranger, and the GitHub account can still read. Throws `Trouble`. */
  stateOf(repo: Repo, person: Person, maxAgeMs: number): Promise<AccountState>;
}

/** Entries kept; the oldest go first. */
const CACHE_MAX = 2_000;

export function createPeople(deps: { readonly github: GithubApi; readonly slack: SlackApi; readonly now: () => number }): People {
  const roles = new Map<string, { readonly at: number; readonly role: Promise<Role> }>();

  function roleOf(repo: Repo, person: Person, maxAgeMs: number): Promise<Role> {
    if (person.github === null) return Promise.resolve('none');
    const key = `${repo.id}:${person.github.id}`;
    const cached = roles.get(key);
    if (cached !== undefined && deps.now() - cached.at < maxAgeMs) return cached.role;
    const role = deps.github.readRole(repo, person.github.id);
    roles.delete(key);
    roles.set(key, { at: deps.now(), role });
    // A failed read is nothing to remember.
    role.catch(() => roles.delete(key));
    const [oldest] = roles.keys();
    if (roles.size > CACHE_MAX && oldest !== undefined) roles.delete(oldest);
    return role;
  }

  async function stateOf(repo: Repo, person: Person, maxAgeMs: number): Promise<AccountState> {
    const [slack, role] = await Promise.all([
      person.slack === null ? null : deps.slack.readAccount(person.slack.team, person.slack.user, maxAgeMs),
      person.github === null ? null : roleOf(repo, person, maxAgeMs),
    ]);
    if (slack?.active === false) return { active: false, why: slack.why };
    if (role === 'none') return { active: false, why: 'no-read-access' };
    return { active: true, why: null };
  }

  return { roleOf, stateOf };
}
