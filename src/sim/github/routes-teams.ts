// Teams of an organization, and the installation that may read them.
import { installationJson, userJson } from './payloads.ts';
import { notFound, ok, paginate } from './responses.ts';
import { userByLogin } from './lookup.ts';
import type { Call, Grant, RouteTable } from './router.ts';
import type { GithubState, SimTeam, SimToken, SimUser } from './state.ts';
import type { SimResponse } from '../http.ts';

const MEMBERS: Grant = { permission: 'members', level: 'read' };

export const teamRoutes: RouteTable = {
  'GET /orgs/:org/installation': {
    kind: 'app',
    handle: (call) => {
      const org = userByLogin(call.state, call.param('org'));
      const installation = [...call.state.installations.values()].find(({ account }) => account === org?.id);
      if (org?.type !== 'Organization' || installation === undefined) throw notFound();
      return ok(installationJson(call.state, installation));
    },
  },
  'GET /orgs/:org/teams/:team/memberships/:login': { kind: 'token', needs: MEMBERS, handle: readMembership },
  'GET /orgs/:org/teams/:team/members': { kind: 'token', needs: MEMBERS, handle: listMembers },
};

function readMembership(call: Call): SimResponse {
  const { state } = call;
  const org = userByLogin(state, call.param('org'));
  const team = teamOf(call);
  const user = userByLogin(state, call.param('login'));
  const membership = team === null || user === null ? undefined : team.members.get(user.id);
  if (membership === undefined) throw notFound();
  const url = `${state.apiUrl}/organizations/${org?.id}/team/${team?.slug}/memberships/${user?.login}`;
  return ok({ url, role: membership.role, state: membership.state });
}

/** Members of the teams below are among them; whoever was invited and has not accepted is not. */
function listMembers(call: Call & { readonly token: SimToken }): SimResponse {
  const { state, token } = call;
  const team = teamOf(call);
  // A token of another installation sees nothing of this organization.
  if (team === null || state.installations.get(token.installation)?.account !== team.org) throw notFound();
  const role = call.request.query.get('role') ?? 'all';
  const { items, headers } = paginate(call.request, membersOf(state, team, role));
  return { status: 200, headers, body: items.map((user) => userJson(state, user)) };
}

function membersOf(state: GithubState, team: SimTeam, role: string): readonly SimUser[] {
  const own = [...team.members].filter(([, member]) => member.state === 'active' && (role === 'all' || member.role === role)).map(([id]) => id);
  const below = state.teams.filter(({ org, parent }) => org === team.org && parent === team.slug).flatMap((child) => membersOf(state, child, role));
  const ids = new Set([...own, ...below.map(({ id }) => id)]);
  return [...ids].flatMap((id) => state.users.get(id) ?? []);
}

function teamOf(call: Call): SimTeam | null {
  const org = userByLogin(call.state, call.param('org'));
  return call.state.teams.find(({ org: id, slug }) => id === org?.id && slug === call.param('team')) ?? null;
}
