// Repositories and what people may do there.
import type { RepositoryFacts } from '../policy/facts.ts';
import { ROLES, type Role } from '../policy/environment-policy.ts';
import type { GithubAccess, Repo } from './api.ts';
import { addressOf, type Requests } from './requests.ts';
import { Installation, Permission, Repository, User } from './schema.ts';

const CACHED_MS = 5 * 60_000;

export function createRepositories(requests: Requests, now: () => number): (slug: string) => Promise<RepositoryFacts> {
  const cache = new Map<string, { readonly facts: RepositoryFacts; readonly until: number }>();
  return async (slug) => {
    const key = slug.toLowerCase();
    const cached = cache.get(key);
    if (cached !== undefined && now() < cached.until) return cached.facts;
    const facts = await readRepository(requests, slug);
    cache.set(key, { facts, until: now() + CACHED_MS });
    return facts;
  };
}

async function readRepository(requests: Requests, slug: string): Promise<RepositoryFacts> {
  const params = addressOf(slug);
  const doing = `reading repository ${slug}`;
  const installation = await requests.read({
    doing: `finding the installation for ${slug}`,
    as: 'app',
    route: 'GET /repos/{owner}/{repo}/installation',
    params,
    answer: Installation,
  });
  const repository = await requests.read({ doing, as: installation.id, route: 'GET /repos/{owner}/{repo}', params, answer: Repository });
  return {
    id: repository.id,
    slug: repository.full_name,
    installation: installation.id,
    defaultBranch: repository.default_branch,
    url: repository.html_url,
  };
}

/**
 * Only the numeric id decides: the login is looked up afresh, and the answer must be about the same account, since a login can
 * pass to somebody else between the two requests.
 */
export async function readAccess(requests: Requests, repo: Repo, accountId: number): Promise<GithubAccess> {
  const doing = `reading the role of account ${accountId} on ${repo.slug}`;
  const as = repo.installation;
  const user = await requests.readIfThere({ doing, as, route: 'GET /user/{account_id}', params: { account_id: accountId }, answer: User });
  if (user?.id !== accountId) return { role: 'none', why: null };
  // A bot can have write access. Nobody knows which human it speaks for.
  if (user.type !== 'User') return { role: 'none', why: 'bot' };
  if (typeof user.suspended_at === 'string') return { role: 'none', why: 'deactivated' };
  const permission = await requests.readIfThere({
    doing,
    as,
    route: 'GET /repos/{owner}/{repo}/collaborators/{username}/permission',
    params: { ...addressOf(repo.slug), username: user.login },
    answer: Permission,
  });
  if (permission?.user?.id !== accountId) return { role: 'none', why: null };
  // `permission` folds maintain into write and triage into read; `role_name` tells them apart, or names a custom role.
  return { role: roleNamed(permission.role_name) ?? roleNamed(permission.permission) ?? 'none', why: null };
}

function roleNamed(name: string | null | undefined): Role | null {
  return ROLES.find((role) => role === name) ?? null;
}
