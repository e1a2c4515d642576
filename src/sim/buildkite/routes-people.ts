// Routes of the people of an organization: members and teams. Read only.
import type { SimRoutes } from '../http.ts';
import { guarded, ORGANIZATION, Refused, requireOrganization, type Api, type Call } from './access.ts';
import { graphqlId, userJson, type Json, type Wording } from './objects.ts';
import type { SimTeam } from './organization.ts';
import { paged } from './paging.ts';
import type { SimUser } from './state.ts';

// The documentation of today names `read_organizations` and `read_teams`; older tokens have `view_teams`.
const MEMBERS = ['read_organizations', 'view_teams'];
const TEAMS = ['read_teams', 'view_teams'];

export function peopleRoutes(api: Api): SimRoutes {
  const { state } = api.engine;
  const members = (call: Call): readonly SimUser[] => {
    requireOrganization(call);
    return state.users.filter((user) => user.role !== 'outsider');
  };
  return {
    [`GET ${ORGANIZATION}/members`]: guarded(api, MEMBERS, (call) => paged(call.request, members(call), (user) => memberJson(user, call.token.user))),
    [`GET ${ORGANIZATION}/members/:user`]: guarded(api, MEMBERS, (call) => {
      const user = members(call).find(({ id }) => id === call.request.params['user']);
      if (user === undefined) throw new Refused(404, 'No member found');
      return { status: 200, body: memberJson(user, call.token.user) };
    }),
    [`GET ${ORGANIZATION}/teams`]: guarded(api, TEAMS, (call) => {
      requireOrganization(call);
      const of = call.request.query.get('user_id');
      const teams = state.teams.filter((team) => of === null || team.members.some(({ user }) => user.id === of));
      return paged(call.request, teams, (team) => teamJson(team, call.wording));
    }),
    [`GET ${ORGANIZATION}/teams/:team`]: guarded(api, TEAMS, (call) => ({ status: 200, body: teamJson(requireTeam(call), call.wording) })),
    [`GET ${ORGANIZATION}/teams/:team/members`]: guarded(api, TEAMS, (call) =>
      paged(call.request, requireTeam(call).members, ({ user, role, since }) => ({
        role,
        created_at: call.wording.time(since),
        user_id: user.id,
        user_name: user.name,
      })),
    ),
  };
}

/** How somebody must sign in is told to administrators, and to oneself. */
function memberJson({ id, name, email, role }: SimUser, reader: SimUser): Json {
  const open = reader.role === 'admin' || reader.id === id;
  return { id, name, email, role: role === 'admin' ? 'admin' : 'member', ...(open ? { sso_mode: 'optional' } : {}) };
}

function requireTeam(call: Call): SimTeam {
  requireOrganization(call);
  const team = call.api.engine.state.teams.find(({ id }) => id === call.request.params['team']);
  if (team === undefined) throw new Refused(404, 'No team found');
  return team;
}

function teamJson(team: SimTeam, wording: Wording): Json {
  return {
    id: team.id,
    graphql_id: graphqlId('Team', team.id),
    name: team.name,
    slug: team.slug,
    description: '',
    created_at: wording.time(team.createdAt),
    privacy: 'visible',
    default: false,
    created_by: userJson(team.createdBy, wording),
  };
}
