// Who is asking: token → user → scope, the quota, and the headers that every answer carries.
import { createHash, randomUUID } from 'node:crypto';
import type { SimHandler, SimRequest, SimResponse } from '../http.ts';
import { jsonObject } from '../json.ts';
import type { Done } from './acts.ts';
import type { Engine } from './engine.ts';
import { apiTime, type Wording } from './objects.ts';
import type { QuotaBook } from './quota.ts';
import type { Lag } from './lag.ts';
import type { SimService } from './organization.ts';
import type { SimBuild, SimPipeline, SimToken } from './state.ts';

/** Where the routes begin. */
export const ORGANIZATION = '/v2/organizations/:organization';
export const BUILDS = `${ORGANIZATION}/pipelines/:pipeline/builds`;
export const BUILD = `${BUILDS}/:number`;

/** What the routes of the simulator share. */
export interface Api {
  readonly engine: Engine;
  readonly quota: QuotaBook;
  readonly settings: ApiSettings;
  readonly lag: Lag;
  /** Tells the receiver of a service that it was made or changed. */
  ping(service: SimService): void;
}
export interface ApiSettings {
  /** Undocumented at Buildkite: does a rebuild carry the meta-data along? */
  readonly rebuildCopiesMetaData: boolean;
  /** Lists are refused beyond this many builds. */
  readonly deepestBuild: number;
}

/** A request whose sender is known and may ask this. */
export interface Call {
  readonly api: Api;
  readonly request: SimRequest;
  readonly token: SimToken;
  readonly wording: Wording;
}
export type CallHandler = (call: Call) => SimResponse;

/** Thrown by helpers of a route to answer at once. */
export class Refused extends Error {
  readonly response: SimResponse;
  constructor(status: number, message: string, rest: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.response = { status, body: { message, ...rest } };
  }
}

/** Wraps a route: authentication (401), quota (429), scope (403), then the route. `scopes`: one of them is enough; none: any token. */
export function guarded(api: Api, scopes: readonly string[], handler: CallHandler): SimHandler {
  return (request) => {
    const token = authenticate(api, request);
    if (token === null) {
      const message = 'Authentication required. Please supply a valid API Access Token: https://buildkite.com/docs/apis/rest-api#authentication';
      return decorated({ status: 401, body: { message } }, {});
    }
    const quota = api.quota.take(token.user.email);
    const headers = {
      ...quota.headers,
      'x-oauth-scopes': token.scopes.join(', '),
      ...(scopes.length > 0 ? { 'x-accepted-oauth-scopes': scopes.join(', ') } : {}),
    };
    if (quota.refusal !== null) return decorated({ status: 429, body: quota.refusal }, headers);
    const [needed] = scopes;
    if (needed !== undefined && !scopes.some((scope) => token.scopes.includes(scope)))
      return decorated({ status: 403, body: { message: `Your access token doesn't have the ${needed} scope` } }, headers);
    const webhookUrls = token.scopes.includes('write_pipelines');
    const wording = { base: request.base, organization: api.engine.state.organization.slug, time: apiTime, webhookUrls };
    return decorated(answer(handler, { api, request, token, wording }), headers);
  };
}

function answer(handler: CallHandler, call: Call): SimResponse {
  try {
    return handler(call);
  } catch (error) {
    if (error instanceof Refused) return error.response;
    throw error;
  }
}

function authenticate(api: Api, request: SimRequest): SimToken | null {
  const secret = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const token = api.engine.state.tokens.find((candidate) => candidate.secret === secret);
  if (token === undefined || (token.expiresAt !== null && token.expiresAt <= api.engine.clock.now())) return null;
  return token;
}

/** Adds what real answers carry besides the body. */
export function decorated(response: SimResponse, headers: Readonly<Record<string, string>>): SimResponse {
  const text = typeof response.body === 'string' ? response.body : JSON.stringify(response.body ?? '');
  return {
    ...response,
    headers: {
      'cache-control': 'max-age=0, private, must-revalidate',
      etag: `W/"${createHash('md5').update(text).digest('hex')}"`,
      'x-request-id': randomUUID(),
      'x-runtime': '0.042',
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'Link, RateLimit-Remaining, RateLimit-Limit, RateLimit-Reset, X-OAuth-Scopes',
      vary: 'Accept',
      ...headers,
      ...response.headers,
    },
  };
}

export function requireOrganization(call: Call): void {
  const { organization } = call.api.engine.state;
  if (call.request.params['organization'] !== organization.slug || call.token.user.role === 'outsider')
    throw new Refused(404, 'No organization found');
}

/** The pipeline of the path. One that is hidden from the user does not exist for him. */
export function requirePipeline(call: Call): SimPipeline {
  requireOrganization(call);
  const slug = call.request.params['pipeline'];
  const pipeline = visiblePipelines(call).find((candidate) => candidate.slug === slug);
  if (pipeline === undefined) throw new Refused(404, 'No pipeline found');
  return pipeline;
}

/** Changing a build needs more than seeing it. */
export function requireWrite({ token }: Call, { settings }: SimPipeline): void {
  if (settings.readOnlyFor?.includes(token.user.email) === true) throw new Refused(403, 'Forbidden');
}

export function visiblePipelines(call: Call): readonly SimPipeline[] {
  if (call.token.user.role === 'outsider') return [];
  const { user, pipelines } = call.token;
  return call.api.engine.state.pipelines.filter(
    ({ slug, settings }) => settings.hiddenFrom?.includes(user.email) !== true && pipelines?.includes(slug) !== false,
  );
}

export function requireBuild(call: Call): SimBuild {
  const pipeline = requirePipeline(call);
  const number = Number(call.request.params['number']);
  const build = call.api.engine.state.builds.find((candidate) => candidate.pipeline === pipeline && candidate.number === number);
  if (build === undefined) throw new Refused(404, 'No build found');
  return build;
}

/** The build, for somebody who means to change it. */
export function requireBuildToChange(call: Call): SimBuild {
  const build = requireBuild(call);
  requireWrite(call, build.pipeline);
  return build;
}

/** The request's body as a JSON object; an empty body is `{}`. Anything that is not called JSON is none. */
export function jsonBody(call: Call): Readonly<Record<string, unknown>> {
  const text = call.request.rawBody.toString('utf8');
  if (text.trim() === '') return {};
  const isCalledJson = (call.request.headers['content-type'] ?? '').startsWith('application/json');
  const body = isCalledJson ? jsonObject(text) : null;
  if (body === null) throw new Refused(400, 'The request body must be a JSON object, sent as application/json');
  return body;
}

/** What an act led to; Buildkite's refusal of it is the answer. */
export function carriedOut<T>(done: Done<T>): T {
  if (done.kind === 'refused') throw new Refused(done.status, done.message);
  return done.value;
}
