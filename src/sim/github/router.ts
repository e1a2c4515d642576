// From a request to GitHub's answer: authentication, permissions, redirects of renamed repositories, the exchange log.
import { randomBytes } from 'node:crypto';
import { jsonObject } from '../json.ts';
import { bearerOf, verifyAppJwt, verifyToken } from './auth.ts';
import { ApiError, errorResponse, notFound } from './responses.ts';
import { installationOf, repositoryBySlug } from './lookup.ts';
import type { GithubState, Level, SimRepository, SimToken } from './state.ts';
import type { SimHandler, SimRequest, SimResponse, SimRoutes } from '../http.ts';

/** One request and its answer, as tests check them against GitHub's published description. */
export interface Exchange {
  readonly method: string;
  /** The route's pattern, such as `/repos/:owner/:repo/pulls/:number`. */
  readonly pattern: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** undefined: the request had none. */
  readonly requestBody: unknown;
  readonly status: number;
  readonly responseBody: unknown;
}

export interface Grant {
  readonly permission: string;
  readonly level: Level;
}

export interface Call {
  readonly state: GithubState;
  readonly request: SimRequest;
  readonly body: Readonly<Record<string, unknown>>;
  param(name: string): string;
  number(name: string): number;
}
/** A call about a repository that the asker may know of. */
export interface RepositoryCall extends Call {
  readonly repository: SimRepository;
}

export type Route =
  | { readonly kind: 'public'; readonly handle: (call: Call) => SimResponse }
  | { readonly kind: 'app'; readonly handle: (call: Call) => SimResponse }
  | { readonly kind: 'token'; readonly needs: Grant | null; readonly handle: (call: Call & { readonly token: SimToken }) => SimResponse }
  | {
      readonly kind: 'repository';
      /** Any one of them is enough, the first that is granted counts as used. */
      readonly needs: readonly Grant[] | ((call: RepositoryCall) => readonly Grant[]);
      readonly handle: (call: RepositoryCall) => SimResponse | Promise<SimResponse>;
    };
export type RouteTable = Readonly<Record<string, Route>>;

interface RouterOptions {
  readonly state: GithubState;
  readonly publicKey: string;
  readonly rateLimit: number;
  readonly exchanged: (exchange: Exchange) => void;
}

/** Every `/repos/:owner/:repo…` route answers under `/repositories/:repository…` too: redirects of renamed repositories lead there. */
export function createRoutes(table: RouteTable, options: RouterOptions): SimRoutes {
  const limits = new Map<string, Allowance>();
  const routes: Record<string, SimHandler> = {};
  for (const [key, route] of Object.entries(table)) {
    const pattern = key.slice(key.indexOf(' ') + 1);
    const handler: SimHandler = async (request) => {
      const spent = spend(request, options.state, limits);
      const isAllowed = spent.used <= options.rateLimit;
      const answered = isAllowed ? await answer(route, request, options) : errorResponse(new ApiError(403, 'API rate limit exceeded'));
      const response = withHeaders(request, answered, { limit: options.rateLimit, spent });
      options.exchanged(exchangeOf(pattern, request, response));
      return response;
    };
    routes[key] = handler;
    if (pattern.startsWith('/repos/')) routes[key.replace('/repos/:owner/:repo', '/repositories/:repository')] = handler;
  }
  return routes;
}

async function answer(route: Route, request: SimRequest, options: RouterOptions): Promise<SimResponse> {
  try {
    // GitHub turns away requests that do not say who they are.
    if (request.headers['user-agent'] === undefined) throw new ApiError(403, 'Request forbidden by administrative rules.');
    return await dispatch(route, callOf(request, options.state), options);
  } catch (error) {
    if (error instanceof ApiError) return errorResponse(error);
    throw error;
  }
}

function dispatch(route: Route, call: Call, options: RouterOptions): SimResponse | Promise<SimResponse> {
  const { authorization } = call.request.headers;
  if (route.kind === 'public') return route.handle(call);
  if (route.kind === 'app') {
    verifyAppJwt(call.state, options.publicKey, authorization);
    return route.handle(call);
  }
  const token = verifyToken(call.state, authorization);
  if (route.kind === 'token') {
    if (route.needs !== null) requirePermission(call.state, token, [route.needs]);
    return route.handle({ ...call, token });
  }
  const repositoryCall = { ...call, repository: findRepository(call) };
  const needs = typeof route.needs === 'function' ? route.needs(repositoryCall) : route.needs;
  if (isInScope(call.state, token, repositoryCall.repository)) requirePermission(call.state, token, needs);
  else if (repositoryCall.repository.private) throw notFound();
  else if (needs.every((grant) => grant.level === 'write')) throw notAccessible(needs);
  return route.handle(repositoryCall);
}

export function isInScope(state: GithubState, token: SimToken, repository: SimRepository): boolean {
  const isInstalled = installationOf(state, repository)?.id === token.installation;
  return isInstalled && (token.repositories === null || token.repositories.includes(repository.id));
}

/** Throws GitHub's 403 unless one of the grants is held; notes the one that was used. */
export function requirePermission(state: GithubState, token: SimToken, anyOf: readonly Grant[]): void {
  const granted = anyOf.find(({ permission, level }) => token.permissions[permission] === 'write' || token.permissions[permission] === level);
  if (granted === undefined) throw notAccessible(anyOf);
  const used = state.permissionsUsed[granted.permission];
  state.permissionsUsed[granted.permission] = used === 'write' ? 'write' : granted.level;
}

function notAccessible(anyOf: readonly Grant[]): ApiError {
  const accepted = anyOf.map(({ permission, level }) => `${permission}=${level}`).join('; ');
  return new ApiError(403, 'Resource not accessible by integration', { headers: { 'x-accepted-github-permissions': accepted } });
}

function findRepository(call: Call): SimRepository {
  const { state, request } = call;
  const byId = request.params['repository'];
  const slug = `${request.params['owner'] ?? ''}/${request.params['repo'] ?? ''}`;
  const found = byId === undefined ? repositoryBySlug(state, slug) : state.repositories.get(Number(byId));
  if (found !== null && found !== undefined) return found;
  const moved = state.renamed.get(slug.toLowerCase());
  if (moved === undefined) throw notFound();
  const rest = request.path.split('/').slice(4).join('/');
  const location = `${request.base}/repositories/${moved}${rest === '' ? '' : `/${rest}`}${request.query.size > 0 ? `?${request.query.toString()}` : ''}`;
  throw new ApiError(request.method === 'GET' ? 301 : 307, 'Moved Permanently', { headers: { location } });
}

function callOf(request: SimRequest, state: GithubState): Call {
  const body = parseBody(request);
  if (body === null) throw new ApiError(400, 'Problems parsing JSON');
  const param = (name: string): string => request.params[name] ?? '';
  const number = (name: string): number => {
    if (!/^\d{1,15}$/.test(param(name))) throw notFound();
    return Number(param(name));
  };
  return { state, request, body, param, number };
}

function parseBody(request: SimRequest): Readonly<Record<string, unknown>> | null {
  return request.rawBody.length === 0 ? {} : jsonObject(request.rawBody.toString('utf8'));
}

function exchangeOf(pattern: string, request: SimRequest, response: SimResponse): Exchange {
  const requestBody = request.rawBody.length === 0 ? undefined : parseBody(request);
  const query = Object.fromEntries(request.query);
  return { method: request.method, pattern, path: request.path, query, requestBody, status: response.status, responseBody: response.body };
}

const HOUR_MS = 3_600_000;

interface Allowance {
  used: number;
  resetAt: number;
}

/** Counts the request against the hourly limit of whoever sent it. */
function spend(request: SimRequest, state: GithubState, limits: Map<string, Allowance>): Allowance {
  const key = bearerOf(request.headers.authorization) ?? 'anonymous';
  const current = limits.get(key);
  const fresh = current === undefined || current.resetAt <= state.now() ? { used: 0, resetAt: state.now() + HOUR_MS } : current;
  limits.set(key, fresh);
  fresh.used += 1;
  return fresh;
}

function withHeaders(request: SimRequest, response: SimResponse, { limit, spent }: { limit: number; spent: Allowance }): SimResponse {
  const headers = {
    'x-github-request-id': randomBytes(14).toString('hex').toUpperCase(),
    'x-github-media-type': 'github.v3; format=json',
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(Math.max(0, limit - spent.used)),
    'x-ratelimit-used': String(Math.min(limit, spent.used)),
    'x-ratelimit-reset': String(Math.ceil(spent.resetAt / 1000)),
    'x-ratelimit-resource': request.path === '/graphql' ? 'graphql' : 'core',
  };
  return { ...response, headers: { ...headers, ...response.headers } };
}
