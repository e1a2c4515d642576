// The HTTP floor of the simulators: routes, a request log, faults. Knows nothing of any platform.
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createFaultList, seededRandom, type FaultList, type When } from './faults.ts';

export interface SimRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly params: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  readonly rawBody: Buffer;
  /** Base address this request came to: absolute links are built from it. */
  readonly base: string;
}
export interface SimResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string or Buffer is sent as it is; anything else as JSON; undefined: no body. */
  readonly body?: unknown;
}
export type SimHandler = (request: SimRequest) => SimResponse | Promise<SimResponse>;
/** `GET /repos/:owner/:repo/pulls/:number` → handler. `*` at the end of the pattern matches the rest (`params['*']`). */
export type SimRoutes = Readonly<Record<string, SimHandler>>;

export interface LoggedRequest {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: string;
  /** null while unanswered, or when the connection was cut. */
  status: number | null;
}

/**
 * - `status`: answer this instead of doing anything.
 * - `commit-then-status`: do it, then answer this.
 * - `commit-then-cut`: do it, then cut the connection. `cut`: cut before doing anything.
 * - `commit-then-half`: do it, then cut the connection in the middle of the answer.
 * - `commit-then-hang`: do it, never answer. `hang`: never answer, do nothing.
 * - `commit-then-body`: do it, answer 200 with this body (HTML, truncated JSON).
 * - `delay`: wait, then go on normally. `slow-body`: do it, send half of the answer, wait, send the rest.
 */
export type FaultEffect =
  | { readonly kind: 'status'; readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  | { readonly kind: 'commit-then-status'; readonly status: number; readonly body?: unknown }
  | { readonly kind: 'commit-then-body'; readonly body: string; readonly contentType?: string }
  | { readonly kind: 'commit-then-cut' | 'commit-then-half' | 'cut' | 'commit-then-hang' | 'hang' }
  | { readonly kind: 'delay' | 'slow-body'; readonly ms: number };
/** Of several that hit the same request the first one counts. */
export interface Fault extends When {
  /** `*`: any. */
  readonly method: string;
  readonly path: RegExp;
  readonly effect: FaultEffect;
}
type RequestFaults = FaultList<{ readonly method: string; readonly path: string }, FaultEffect>;

export interface SimServer {
  readonly url: string;
  readonly requests: readonly LoggedRequest[];
  /** Requests that no route answers; tests assert that there are none. */
  readonly unknownRoutes: readonly string[];
  fault(fault: Fault): void;
  /** Ends all faults. */
  mend(): void;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 32 << 20;

/** Starts a simulator's server on loopback. `finish` may add headers (quota) and sees every response that a route or `notFound` made. */
export async function startSimServer(options: {
  routes: SimRoutes;
  port?: number;
  notFound: SimHandler;
  /** Runs before the route; a response ends the request there (authentication, quota). */
  before?: (request: SimRequest) => SimResponse | null;
  finish?: (request: SimRequest, response: SimResponse) => SimResponse;
  /** What decides about faults; the wall clock and seed 1 unless given. */
  world?: { readonly now: () => number; readonly random: () => number };
}): Promise<SimServer> {
  const requests: LoggedRequest[] = [];
  const unknownRoutes: string[] = [];
  const faults: RequestFaults = createFaultList(options.world ?? { now: () => Date.now(), random: seededRandom(1) });
  const table = Object.entries(options.routes).map(([key, handler]) => ({ ...compile(key), handler }));

  const answer = async (request: Omit<SimRequest, 'params'>): Promise<SimResponse> => {
    const early = options.before?.({ ...request, params: {} }) ?? null;
    if (early !== null) return finish({ ...request, params: {} }, early);
    for (const route of table) {
      const match = route.method === request.method ? route.pattern.exec(request.path) : null;
      if (match === null) continue;
      const params = Object.fromEntries(route.names.map((name, i) => [name, decodeURIComponent(match[i + 1] ?? '')]));
      const full = { ...request, params };
      return finish(full, await route.handler(full));
    }
    unknownRoutes.push(`${request.method} ${request.path}`);
    return finish({ ...request, params: {} }, await options.notFound({ ...request, params: {} }));
  };
  const finish = (request: SimRequest, response: SimResponse): SimResponse => options.finish?.(request, response) ?? response;

  const server = createServer((req, res) => {
    void serve(req, res, { answer, faults, requests, base: () => url }).catch(() => res.destroy());
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    requests,
    unknownRoutes,
    fault: ({ method, path, effect, ...when }) =>
      faults.add({ match: (request) => (method === '*' || method === request.method) && path.test(request.path), when, effect }),
    mend: () => faults.clear(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  req: IncomingMessage,
  res: ServerResponse,
  sim: {
    answer: (request: Omit<SimRequest, 'params'>) => Promise<SimResponse>;
    faults: RequestFaults;
    requests: LoggedRequest[];
    base: () => string;
  },
): Promise<void> {
  const url = new URL(req.url ?? '/', sim.base());
  const rawBody = await readBody(req);
  const method = req.method ?? 'GET';
  const logged: LoggedRequest = { at: Date.now(), method, path: url.pathname, query: url.search, body: rawBody.toString('utf8'), status: null };
  sim.requests.push(logged);
  const [effect] = sim.faults.take({ method, path: url.pathname }, 'first');
  if (effect?.kind === 'cut') return void res.destroy();
  if (effect?.kind === 'hang') return;
  if (effect?.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, effect.ms));
  if (effect?.kind === 'status')
    return send(res, logged, { status: effect.status, body: effect.body ?? { message: 'simulated' }, headers: effect.headers ?? {} });
  const response = await sim.answer({ method, path: url.pathname, query: url.searchParams, headers: req.headers, rawBody, base: sim.base() });
  answerWith(effect, { res, logged, response });
}

/** Sends the response to what was done, or what a fault makes of it. */
function answerWith(
  effect: FaultEffect | undefined,
  { res, logged, response }: { readonly res: ServerResponse; readonly logged: LoggedRequest; readonly response: SimResponse },
): void {
  switch (effect?.kind) {
    case 'commit-then-cut':
      return void res.destroy();
    case 'commit-then-hang':
      return;
    case 'commit-then-status':
      return send(res, logged, { status: effect.status, body: effect.body ?? { message: 'Internal server error' } });
    case 'commit-then-body':
      return send(res, logged, { status: 200, body: effect.body, headers: { 'content-type': effect.contentType ?? 'text/html' } });
    case 'commit-then-half':
      return sendHalf(res, response, () => res.destroy());
    case 'slow-body':
      return sendHalf(res, response, (rest) => {
        setTimeout(() => {
          logged.status = response.status;
          res.end(rest);
        }, effect.ms).unref();
      });
    default:
      send(res, logged, response);
  }
}

function send(res: ServerResponse, logged: LoggedRequest, response: SimResponse): void {
  logged.status = response.status;
  const { headers, content } = wire(response);
  res.writeHead(response.status, headers);
  res.end(content);
}

function sendHalf(res: ServerResponse, response: SimResponse, then: (rest: Buffer) => void): void {
  const { headers, content } = wire(response);
  const half = content.length >> 1;
  res.writeHead(response.status, { ...headers, 'content-length': String(content.length) });
  res.write(content.subarray(0, half), () => then(content.subarray(half)));
}

function wire(response: SimResponse): { readonly headers: Readonly<Record<string, string>>; readonly content: Buffer } {
  const asItIs = typeof response.body === 'string' || Buffer.isBuffer(response.body) ? Buffer.from(response.body) : null;
  const content = asItIs ?? Buffer.from(response.body === undefined ? '' : JSON.stringify(response.body));
  const type = asItIs === null ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8';
  return { headers: { ...(content.length === 0 ? {} : { 'content-type': type }), ...response.headers }, content };
}

async function readBody(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error('simulated server: body too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function compile(key: string): { method: string; pattern: RegExp; names: string[] } {
  const [method = '', path = ''] = key.split(' ');
  const names: string[] = [];
  const source = path
    .split('/')
    .map((part) => {
      if (part === '*') return names.push('*') && '(.*)';
      if (part.startsWith(':')) return names.push(part.slice(1)) && '([^/]+)';
      return part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
    })
    .join('/');
  return { method, pattern: new RegExp(`^${source}/?$`), names };
}
