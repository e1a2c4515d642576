// Routes of notification services: a client registers its own webhook. Webhooks are the one provider that is simulated.
import type { SimResponse, SimRoutes } from '../http.ts';
import { guarded, jsonBody, ORGANIZATION, Refused, requireOrganization, type Api, type Call } from './access.ts';
import { graphqlId, userJson, type Json, type Wording } from './objects.ts';
import type { ServiceSettings, SimService } from './organization.ts';
import { cursored } from './paging.ts';
import { serviceOf } from './webhooks.ts';

const SERVICES = `${ORGANIZATION}/services`;
const BUILD_STATES = ['build_passed', 'build_fixed', 'build_failed', 'build_blocked', 'build_canceled', 'build_failing', 'job_activated'];

export function serviceRoutes(api: Api): SimRoutes {
  const { services } = api.engine.state;
  const reading = (handler: (call: Call) => SimResponse) => guarded(api, ['read_notification_services'], (call) => asAdmin(call, handler));
  const writing = (handler: (call: Call) => SimResponse) => guarded(api, ['write_notification_services'], (call) => asAdmin(call, handler));
  const answer = (status: number, service: SimService, call: Call): SimResponse => ({ status, body: serviceJson(service, call.wording) });
  const enabled = (on: boolean) =>
    writing((call) => {
      const service = requireService(call);
      service.enabled = on;
      return answer(200, service, call);
    });
  return {
    [`GET ${SERVICES}`]: reading((call) => cursored(call.request, services, (service) => serviceJson(service, call.wording))),
    [`GET ${SERVICES}/:service`]: reading((call) => answer(200, requireService(call), call)),
    [`POST ${SERVICES}`]: writing((call) => {
      const service = created(call);
      services.push(service);
      api.ping(service);
      return answer(201, service, call);
    }),
    [`PATCH ${SERVICES}/:service`]: writing((call) => {
      const service = requireService(call);
      change(service, jsonBody(call));
      api.ping(service);
      return answer(200, service, call);
    }),
    [`DELETE ${SERVICES}/:service`]: writing((call) => {
      services.splice(services.indexOf(requireService(call)), 1);
      return { status: 204 };
    }),
    [`PUT ${SERVICES}/:service/enable`]: enabled(true),
    [`PUT ${SERVICES}/:service/disable`]: enabled(false),
  };
}

function asAdmin(call: Call, handler: (call: Call) => SimResponse): SimResponse {
  requireOrganization(call);
  if (call.token.user.role !== 'admin') throw new Refused(403, 'Forbidden');
  return handler(call);
}

function requireService(call: Call): SimService {
  const service = call.api.engine.state.services.find(({ id }) => id === call.request.params['service']);
  if (service === undefined) throw new Refused(404, 'No service found');
  return service;
}

function created(call: Call): SimService {
  const body = jsonBody(call);
  if (body['provider'] !== 'webhook') throw invalid('provider');
  const service = serviceOf({ url: '', token: '', mode: 'token' }, { by: call.token.user, now: call.api.engine.clock.now() });
  change(service, body);
  if (service.settings.url === '') throw invalid('settings.url');
  return service;
}

type Check = (value: unknown) => boolean;
const isText: Check = (value) => typeof value === 'string';
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const oneOf =
  (...choices: readonly string[]): Check =>
  (value) =>
    choices.some((choice) => choice === value);
const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

const FIELDS: Readonly<Record<string, Check>> = {
  provider: oneOf('webhook'),
  description: isText,
  scope: oneOf('all', 'some_projects', 'some_teams', 'some_clusters'),
  scope_uuids: isTexts,
  branch_configuration: isText,
  build_states: (value) => isRecord(value) && Object.entries(value).every(([name, on]) => BUILD_STATES.includes(name) && typeof on === 'boolean'),
  settings: isRecord,
};
const SETTINGS: Readonly<Record<keyof ServiceSettings, Check>> = {
  url: (value) => typeof value === 'string' && /^https?:\/\//.test(value),
  version: (value) => value === 3,
  token: isText,
  token_mode: oneOf('token', 'signature'),
  events: isTexts,
  tls_verify: (value) => typeof value === 'boolean',
};

/** What is left out stays as it was. What is unknown or wrong is refused whole. */
function change(service: SimService, body: Json): void {
  const settings = isRecord(body['settings']) ? body['settings'] : {};
  const checks: readonly (readonly [string, unknown, Check | undefined])[] = [
    ...Object.entries(body).map(([name, value]) => [name, value, FIELDS[name]] as const),
    ...Object.entries(settings).map(
      ([name, value]) => [`settings.${name}`, value, Object.entries(SETTINGS).find(([key]) => key === name)?.[1]] as const,
    ),
  ];
  const wrong = checks.filter(([, value, check]) => check?.(value) !== true);
  if (wrong.length > 0) throw invalid(...wrong.map(([name]) => name));
  Object.assign(service, {
    description: body['description'] ?? service.description,
    scope: body['scope'] ?? service.scope,
    scopeUuids: body['scope_uuids'] ?? service.scopeUuids,
    branchConfiguration: body['branch_configuration'] ?? service.branchConfiguration,
    buildStates: { ...service.buildStates, ...(isRecord(body['build_states']) ? body['build_states'] : {}) },
    settings: { ...service.settings, ...settings },
  });
}

const invalid = (...fields: readonly string[]): Refused =>
  new Refused(422, 'Validation Failed', { errors: fields.map((field) => ({ field, code: 'invalid' })) });

/** The token of a webhook is told in full, as at Buildkite. */
function serviceJson(service: SimService, wording: Wording): Json {
  return {
    id: service.id,
    graphql_id: graphqlId('NotificationServiceWebhook', service.id),
    url: `${wording.base}/v2/organizations/${wording.organization}/services/${service.id}`,
    provider: { id: 'webhook', name: 'Webhook' },
    description: service.description,
    enabled: service.enabled,
    scope: service.scope,
    scope_uuids: service.scopeUuids,
    branch_configuration: service.branchConfiguration,
    build_states: Object.fromEntries(BUILD_STATES.map((state) => [state, service.buildStates[state] ?? false])),
    settings: service.settings,
    created_at: wording.time(service.createdAt),
    created_by: userJson(service.createdBy, wording),
  };
}
