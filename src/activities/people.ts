// What an account may and whether it is still active, read at most so long ago as the caller allows.
import type { Person } from '../../workflows/vocabulary.ts';
import type { GithubAccess, GithubApi, Repo } from '../github/api.ts';
import type { Role } from '../policy/environment-policy.ts';
import type { AccountState } from '../policy/facts.ts';
import type { SlackApi } from '../slack/api.ts';

export interface People {
  /** The person's role on the repository; `none` without a known GitHub account. Throws `Trouble`. */
  roleOf(repo: Repo, person: Person, maxAgeMs: number): Promise<Role>;
  /** Active: the Slack account is neither deleted, guest, stranger nor bot, and the GitHub account is a person's, not suspended, and can still read. Throws `Trouble`. */
  stateOf(repo: Repo, person: Person, maxAgeMs: number): Promise<AccountState>;
}

/** Entries kept; the oldest go first. */
const CACHE_MAX = 2_000;

export function createPeople(deps: {
  readonly github: Pick<GithubApi, 'readAccess'>;
  readonly slack: Pick<SlackApi, 'readAccount'>;
  readonly now: () => number;
}): People {
  const reads = new Map<string, { readonly at: number; readonly access: Promise<GithubAccess> }>();

  function accessOf(repo: Repo, accountId: number, maxAgeMs: number): Promise<GithubAccess> {
    const key = `${repo.id}:${accountId}`;
    const cached = reads.get(key);
    if (cached !== undefined && deps.now() - cached.at < maxAgeMs) return cached.access;
    const entry = { at: deps.now(), access: deps.github.readAccess(repo, accountId) };
    reads.delete(key);
    reads.set(key, entry);
    // A failed read is nothing to remember.
    entry.access.catch(() => {
      if (reads.get(key) === entry) reads.delete(key);
    });
    const [oldest] = reads.keys();
    if (reads.size > CACHE_MAX && oldest !== undefined) reads.delete(oldest);
    return entry.access;
  }

  async function roleOf(repo: Repo, person: Person, maxAgeMs: number): Promise<Role> {
    return person.github === null ? 'none' : (await accessOf(repo, person.github.id, maxAgeMs)).role;
  }

  async function stateOf(repo: Repo, person: Person, maxAgeMs: number): Promise<AccountState> {
    const [slack, github] = await Promise.all([
      person.slack === null ? null : deps.slack.readAccount(person.slack.team, person.slack.user, maxAgeMs),
      person.github === null ? null : accessOf(repo, person.github.id, maxAgeMs),
    ]);
    if (slack?.active === false) return { active: false, why: slack.why };
    if (github !== null && github.why !== null) return { active: false, why: github.why };
    if (github?.role === 'none') return { active: false, why: 'no-read-access' };
    return { active: true, why: null };
  }

  return { roleOf, stateOf };
}
