// The public HTTP server: knows routes and their caps, nothing of platforms. A body is capped before anything looks at it.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { RawResponse, Route } from '../ingress.ts';

export interface WebServer {
  /** The port in use, also when 0 was asked for. */
  readonly port: number;
  /** Accepts nothing new, lets requests finish for at most 10 s, then cuts the rest. */
  close(): Promise<void>;
}

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const TIMEOUT_CHECK_MS = 2_000;
const DRAIN_MS = 10_000;
/** All bodies together that are read or handled at a time: nobody has been verified yet, and memory ends. */
const HELD_MAX_BYTES = 96 << 20;
/** Bodies up to this have as much room again, so that whoever sends large ones keeps no person's click out. */
const SMALL_BYTES = 256 << 10;
/** After a 413 or 503 the rest of the body is thrown away this long, so that the client reads the answer before the connection ends. */
const REFUSED_BODY_MS = 1_000;

export async function startWebServer(options: {
  readonly port: number;
  readonly host?: string;
  readonly routes: readonly Route[];
  readonly log: Logger;
  /** Bytes of all bodies at a time, beyond which large ones are answered 503, and beyond twice as many all; 96 MiB unless a test says otherwise. */
  readonly heldMaxBytes?: number;
}): Promise<WebServer> {
  const { log } = options;
  const memory: Memory = { held: 0, max: options.heldMaxBytes ?? HELD_MAX_BYTES };
  const routes = new Map<string, Partial<Record<string, Route>>>();
  for (const route of options.routes) routes.set(route.path, { ...routes.get(route.path), [route.method ?? 'POST']: route });
  const draining = new AbortController();
  const server = createServer(
    { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS, connectionsCheckingInterval: TIMEOUT_CHECK_MS },
    (req, res) => {
      if (draining.signal.aborted) res.setHeader('connection', 'close');
      serve(req, res, { routes, memory }).catch((error: unknown) => {
        if (req.destroyed && !req.complete) return log.debug({ err: error }, 'a request broke off');
        log.error({ err: error, method: req.method, path: addressOf(req).path }, 'a request failed');
        if (!res.headersSent) answer(res, { status: 500 });
      });
    },
  );
  return { port: await listen(server, options), close: () => drain(server, draining) };
}

/** Resolves with the port once the server accepts connections. */
export async function listen(server: Server, where: { readonly port: number; readonly host?: string }): Promise<number> {
  server.listen(where.port, where.host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

interface Memory {
  held: number;
  readonly max: number;
}

async function serve(
  req: IncomingMessage,
  res: ServerResponse,
  { routes, memory }: { readonly routes: ReadonlyMap<string, Partial<Record<string, Route>>>; readonly memory: Memory },
): Promise<void> {
  const { path, query } = addressOf(req);
  const here = routes.get(path);
  if (here === undefined) return answer(res, { status: 404 });
  const route = Object.hasOwn(here, req.method ?? '') ? here[req.method ?? ''] : undefined;
  if (route === undefined) return answer(res, { status: 405, headers: { allow: Object.keys(here).toSorted().join(', ') } });
  const mine = { bytes: 0 };
  const isTooMuch = (bytes: number): boolean => {
    mine.bytes += bytes;
    memory.held += bytes;
    return memory.held > (mine.bytes > SMALL_BYTES ? memory.max : 2 * memory.max);
  };
  try {
    const body = await readBody(req, { maxBytes: route.maxBytes(req.headers), isTooMuch });
    if (typeof body === 'number') await refuseBody(req, res, body);
    else answer(res, await route.handle({ headers: req.headers, rawBody: body, query }));
  } finally {
    memory.held -= mine.bytes;
  }
}

/**
 * The body; or 413 when it is larger than `maxBytes`, told by its length before a byte is read or noticed on the way; or 503 when there
 * is no room for it now.
 */
function readBody(
  req: IncomingMessage,
  limits: { readonly maxBytes: number; readonly isTooMuch: (bytes: number) => boolean },
): Promise<Buffer | 413 | 503> {
  if (Number(req.headers['content-length'] ?? 0) > limits.maxBytes) return Promise.resolve(413);
  const chunks: Buffer[] = [];
  let size = 0;
  // Events, not an iterator, which takes as long as checking the signature does.
  return new Promise((resolve, reject) => {
    const refuse = (status: 413 | 503): void => {
      req.off('data', take);
      resolve(status);
    };
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limits.maxBytes) return refuse(413);
      if (limits.isTooMuch(chunk.length)) return refuse(503);
      chunks.push(chunk);
    };
    req.on('data', take);
    req.once('end', () => resolve(Buffer.concat(chunks)));
    req.once('error', reject);
    req.once('close', () => reject(new Error('the request broke off')));
  });
}

async function refuseBody(req: IncomingMessage, res: ServerResponse, status: 413 | 503): Promise<void> {
  res.writeHead(status, { connection: 'close', 'content-length': 0 });
  res.flushHeaders();
  req.resume();
  await Promise.race([once(req, 'close'), sleep(REFUSED_BODY_MS)]);
  res.end();
  req.destroy();
}

function answer(res: ServerResponse, response: RawResponse): void {
  const hasType = Object.keys(response.headers ?? {}).some((name) => name.toLowerCase() === 'content-type');
  res.writeHead(response.status, {
    ...(response.body === undefined || hasType ? {} : { 'content-type': 'text/plain; charset=utf-8' }),
    'content-length': Buffer.byteLength(response.body ?? ''),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...response.headers,
  });
  res.end(response.body);
}

/** As sent: nothing is decoded or resolved, so `/a/../b` is no route. */
function addressOf(req: IncomingMessage): { readonly path: string; readonly query: string } {
  const [path = '', ...rest] = (req.url ?? '').split('?');
  return { path, query: rest.join('?') };
}

async function drain(server: Server, draining: AbortController): Promise<void> {
  if (draining.signal.aborted) return;
  draining.abort();
  const closed = once(server, 'close');
  server.close();
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearTimeout(cut);
}
