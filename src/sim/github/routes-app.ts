// What the app asks as itself: who it is, where it is installed, a token for an installation, its webhook deliveries.
import { issueToken } from './auth.ts';
import { installationJson, integrationJson } from './payloads.ts';
import { fullRepositoryJson } from './payloads-repository.ts';
import { ApiError, notFound, ok, paginateByCursor } from './responses.ts';
import { installationOf, iso, repositoryBySlug } from './lookup.ts';
import { deliveryDetailsJson, deliveryJson } from './webhooks.ts';
import type { Call, RouteTable } from './router.ts';
import type { Level, Permissions, SimInstallation } from './state.ts';
import type { DeliveryLog } from './webhooks.ts';
import type { SimResponse } from '../http.ts';

export function appRoutes(deliveries: DeliveryLog): RouteTable {
  return {
    'GET /app': {
      kind: 'app',
      handle: ({ state }) => {
        const { permissions } = [...state.installations.values()][0] ?? { permissions: {} };
        return ok({ ...integrationJson(state, state.app.slug), permissions, installations_count: state.installations.size });
      },
    },
    'GET /repos/:owner/:repo/installation': {
      kind: 'app',
      handle: (call) => {
        const repository = repositoryBySlug(call.state, `${call.param('owner')}/${call.param('repo')}`);
        const installation = repository === null ? null : installationOf(call.state, repository);
        if (installation === null) throw notFound();
        return ok(installationJson(call.state, installation));
      },
    },
    'GET /app/installations/:installation': {
      kind: 'app',
      handle: (call) => ok(installationJson(call.state, findInstallation(call))),
    },
    'POST /app/installations/:installation/access_tokens': { kind: 'app', handle: createToken },
    'GET /app/hook/deliveries': {
      kind: 'app',
      handle: ({ request }) => {
        const { items, headers } = paginateByCursor(request, deliveries.newestFirst(), 'cursor');
        return { status: 200, headers, body: items.map((delivery) => deliveryJson(delivery)) };
      },
    },
    'GET /app/hook/deliveries/:delivery': {
      kind: 'app',
      handle: (call) => {
        const delivery = deliveries.find(call.number('delivery'));
        if (delivery === null) throw notFound();
        return ok(deliveryDetailsJson(delivery));
      },
    },
    'POST /app/hook/deliveries/:delivery/attempts': {
      kind: 'app',
      handle: (call) => {
        const delivery = deliveries.find(call.number('delivery'));
        if (delivery === null) throw notFound();
        deliveries.redeliverLater(delivery);
        return { status: 202, body: {} };
      },
    },
  };
}

function findInstallation(call: Call): SimInstallation {
  const installation = call.state.installations.get(call.number('installation'));
  if (installation === undefined) throw notFound();
  return installation;
}

function createToken(call: Call): SimResponse {
  const { state } = call;
  const installation = findInstallation(call);
  if (installation.suspendedAt !== null) throw new ApiError(403, 'This installation has been suspended');
  const permissions = narrowPermissions(installation.permissions, call.body['permissions']);
  const chosen = chosenRepositories(call, installation);
  const token = issueToken(state, installation, { permissions, repositories: chosen });
  const repositories = (chosen ?? []).flatMap((id) => {
    const repository = state.repositories.get(id);
    return repository === undefined ? [] : [fullRepositoryJson(state, repository)];
  });
  return {
    status: 201,
    body: {
      token: token.token,
      expires_at: iso(token.expiresAt),
      permissions,
      repository_selection: chosen === null ? 'all' : 'selected',
      ...(chosen === null ? {} : { repositories }),
    },
  };
}

function narrowPermissions(granted: Permissions, asked: unknown): Permissions {
  if (typeof asked !== 'object' || asked === null) return granted;
  const narrowed: Record<string, Level> = {};
  for (const [permission, level] of Object.entries(asked)) {
    const held = granted[permission];
    if (held === undefined || (level !== held && held !== 'write') || (level !== 'read' && level !== 'write'))
      throw new ApiError(422, 'The permissions requested are not granted to this installation.');
    narrowed[permission] = level;
  }
  return narrowed;
}

function chosenRepositories(call: Call, installation: SimInstallation): readonly number[] | null {
  const { repositories: names, repository_ids: ids } = call.body;
  if (!Array.isArray(names) && !Array.isArray(ids)) return null;
  const owned = [...call.state.repositories.values()].filter((repository) => repository.owner === installation.account);
  const wanted: readonly unknown[] = [...(Array.isArray(names) ? names : []), ...(Array.isArray(ids) ? ids : [])];
  return wanted.map((wish) => {
    const repository = owned.find((candidate) => candidate.name === wish || candidate.id === wish);
    if (repository === undefined)
      throw new ApiError(422, 'There is at least one repository that does not exist or is not accessible to the parent installation.');
    return repository.id;
  });
}
