// The operations port, not public: probes, metrics and the board. Only GET, only reads.
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Logger } from 'pino';
import { inTime } from '../in-time.ts';
import { BOARD_POLICY, boardPage, type BoardSnapshot } from './board.ts';
import { listen } from './web-server.ts';

export interface OpsServer {
  readonly port: number;
  close(): Promise<void>;
}
export interface OpsOptions {
  readonly port: number;
  readonly host?: string;
  /** Only what this process itself needs to answer: an outage of Temporal must not take it out of the load balancer. */
  readonly ready: () => { readonly ok: boolean; readonly detail: string };
  /** One entry for each dependency; shown as it is, so without secrets. */
  readonly status: () => Promise<Readonly<Record<string, unknown>>>;
  readonly metrics: () => Promise<{ readonly type: string; readonly body: string }>;
  readonly snapshot: () => Promise<BoardSnapshot>;
  readonly log: Logger;
}

const REQUEST_TIMEOUT_MS = 10_000;
const ANSWER_MS = 5_000;
const LAG_MAX_MS = 1_000;
const NS_PER_MS = 1e6;

interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}
const JSON_TYPE = 'application/json; charset=utf-8';
const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'content-security-policy': BOARD_POLICY };

/** `GET /livez /readyz /statusz /metrics` and the board at `/`. */
export async function startOpsServer(options: OpsOptions): Promise<OpsServer> {
  const lag = monitorEventLoopDelay();
  lag.enable();
  const pages: Readonly<Record<string, () => Page | Promise<Page>>> = {
    '/livez': () => livePage(lag),
    '/readyz': () => probe(options.ready()),
    '/statusz': async () => ({ status: 200, type: JSON_TYPE, body: `${JSON.stringify(await options.status(), null, 2)}\n` }),
    '/metrics': async () => ({ status: 200, ...(await options.metrics()) }),
    '/': async () => ({ status: 200, type: 'text/html; charset=utf-8', body: boardPage(await options.snapshot()) }),
  };
  const server = createServer({ headersTimeout: REQUEST_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS }, (req, res) => {
    const path = (req.url ?? '').split('?', 1)[0] ?? '';
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (page === undefined) return send(res, { status: 404, type: 'text/plain', body: '' });
    if (req.method !== 'GET' && req.method !== 'HEAD') return send(res.setHeader('allow', 'GET'), { status: 405, type: 'text/plain', body: '' });
    void inTime((async () => page())(), ANSWER_MS, new Error('not made in time')).then(
      (made) => send(res, made),
      (error: unknown) => {
        options.log.error({ err: error, path }, 'a page of the operations port failed');
        send(res, { status: 503, type: 'text/plain; charset=utf-8', body: 'can’t be read now\n' });
      },
    );
  });
  const port = await listen(server, options);
  const close = async (): Promise<void> => {
    lag.disable();
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { port, close };
}

/** Alive: the event loop turned over in time, in the middle of what was seen since the last probe. Never touches the network. */
function livePage(lag: IntervalHistogram): Page {
  const medianMs = lag.count === 0 ? 0 : lag.percentile(50) / NS_PER_MS;
  lag.reset();
  return probe({ ok: medianMs < LAG_MAX_MS, detail: `event loop ${Math.round(medianMs)} ms` });
}

function probe({ ok, detail }: { readonly ok: boolean; readonly detail: string }): Page {
  return { status: ok ? 200 : 503, type: 'text/plain; charset=utf-8', body: `${ok ? 'ok' : 'not ok'}: ${detail}\n` };
}

function send(res: ServerResponse, page: Page): void {
  res.writeHead(page.status, { ...HEADERS, 'content-type': page.type, 'content-length': Buffer.byteLength(page.body) });
  res.end(page.body);
}
