// Who is in a user group: https://docs.slack.dev/reference/methods/usergroups.users.list. Paid plans only; the scope is usergroups:read.
import { Trouble } from '../trouble.ts';
import type { SlackWeb } from './web.ts';

/** Reads a user group afresh, by its id. One that is disabled or gone is `Trouble`: nobody knows who would be in it. */
export async function readUserGroup(
  web: SlackWeb,
  ownTeam: () => Promise<string>,
  usergroup: string,
): Promise<readonly { readonly team: string; readonly user: string }[]> {
  const team = await ownTeam();
  const doing = `reading user group ${usergroup}`;
  // Disabled groups are left out unless asked for.
  const { users } = await web({ doing, kind: 'read' }, (client) => client.usergroups.users.list({ usergroup }));
  if (users === undefined) throw new Trouble({ source: 'slack', kind: 'invalid', doing, found: 'slack named no users' });
  return users.map((user) => ({ team, user }));
}
