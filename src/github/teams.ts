// Who is in a team: https://docs.github.com/rest/teams/members#list-team-members. The permission is Members: read.
import { Trouble } from '../trouble.ts';
import type { TeamMember } from './api.ts';
import { PAGE_SIZE, type Requests } from './requests.ts';
import { Installation, TeamMembers } from './schema.ts';

/** A team of more than 2,000 approves nothing: who is in it could not be told at a click. */
const PAGES_MAX = 20;
const CACHED_MS = 5 * 60_000;

/**
 * Reads a team afresh, every page; members of the teams below it are in GitHub's answer. Whoever was invited and has not accepted is
 * not. A team that can't be read in full is `Trouble`, never a shorter one.
 */
export function createTeams(requests: Requests, now: () => number): (org: string, slug: string) => Promise<readonly TeamMember[]> {
  const installations = new Map<string, { readonly id: number; readonly until: number }>();

  /** The organization's installation, whatever repository is deployed: kept for some minutes, since an app is installed once. */
  async function installationFor(org: string): Promise<number> {
    const key = org.toLowerCase();
    const cached = installations.get(key);
    if (cached !== undefined && now() < cached.until) return cached.id;
    const doing = `finding the installation for ${org}`;
    const { id } = await requests.read({ doing, as: 'app', route: 'GET /orgs/{org}/installation', params: { org }, answer: Installation });
    installations.set(key, { id, until: now() + CACHED_MS });
    return id;
  }

  return async (org, slug) => {
    const doing = `reading team ${org}/${slug}`;
    const { items, complete } = await requests.readPages(
      {
        doing,
        as: await installationFor(org),
        route: 'GET /orgs/{org}/teams/{team_slug}/members',
        params: { org, team_slug: slug },
        answer: TeamMembers,
      },
      { items: (page) => page, pagesMax: PAGES_MAX },
    );
    if (!complete) throw new Trouble({ source: 'github', kind: 'invalid', doing, found: `it has more than ${PAGES_MAX * PAGE_SIZE} members` });
    return items;
  };
}
