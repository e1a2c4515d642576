// The playground: a page on loopback where a newcomer types and clicks. What is done there reaches the product through its front doors, as from the real platforms.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Client } from '@temporalio/client';
import { jsonObject } from '../json.ts';
import type { World } from '../world.ts';
import { isPersonName, perform, readAct, type Told } from './acts.ts';
import { turnMainGreen } from './commits.ts';
import { createHistoryReader } from './histories.ts';
import { createLimiterReader } from './limiter.ts';
import { createNews } from './news.ts';
import { pageFile } from './page-files.ts';
import { isConversation, takeSnapshot, type Scene } from './snapshot.ts';
import { createTroubles } from './troubles.ts';

export interface PlaygroundOptions {
  readonly world: World;
  readonly client: Client;
  /** Page of the namespace's workflows in Temporal's own UI; null: there is none. */
  readonly temporalUi: string | null;
  /** Operations port of the product, which says what its limiter knows; null: it is not asked. */
  readonly opsUrl: string | null;
  /** Kills the product and starts it again; resolves when it is ready. */
  readonly restart: () => Promise<void>;
  /** How many times slower than in the story builds run, so that a person can follow; 4 unless given. */
  readonly pace?: number;
}

const BODY_MAX = 64 << 10;
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** Serves the page until closed. */
export async function startPlayground(options: PlaygroundOptions): Promise<{ url: string; close(): Promise<void> }> {
  const { world, client, temporalUi, restart, pace = 4 } = options;
  const news = createNews(() => {
    histories.refresh();
    limiter.refresh();
  });
  const limiter = createLimiterReader(options.opsUrl, () => news.tell());
  const histories = createHistoryReader(client, () => news.tell());
  const heard = (): void => {
    news.tell();
    histories.refresh();
    limiter.refresh();
  };
  turnMainGreen(world);
  const troubles = createTroubles({ world, pace, restart, changed: heard });
  world.github.onChange(heard);
  const unhear = [world.slack.onChange(heard), world.buildkite.onChange(heard)];
  histories.refresh();
  limiter.refresh();
  const scene: Scene = { world, troubles, histories: () => histories.current(), limiter: () => limiter.current(), temporalUi };

  let port = 0;
  const server = createServer((request, response) => {
    void serve({ request, response, port }, scene, news).catch((error: unknown) => {
      send(response, 500, { told: error instanceof Error ? error.message : String(error), errors: {} });
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: async () => {
      for (const end of unhear) end();
      news.stop();
      await histories.stop();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly port: number;
}

async function serve(exchange: Exchange, scene: Scene, news: ReturnType<typeof createNews>): Promise<void> {
  const { request, response, port } = exchange;
  // A page elsewhere must neither read this one (by a name of its own that leads here) nor act on it.
  const host = [`127.0.0.1:${port}`, `localhost:${port}`].find((name) => name === request.headers.host);
  if (host === undefined) return send(response, 421, { told: `This is 127.0.0.1:${port}.`, errors: {} });
  const url = new URL(request.url ?? '/', `http://${host}`);
  const route = `${request.method} ${url.pathname}`;
  if (route === 'GET /state') return sendState(response, url.searchParams, scene);
  if (route === 'GET /events') return news.listen(response, HEADERS);
  if (route === 'POST /act') return act(exchange, scene);
  const file = request.method === 'GET' ? await pageFile(url.pathname) : null;
  if (file === null) return send(response, 404, { told: 'There is nothing here.', errors: {} });
  response.writeHead(200, { ...HEADERS, 'content-type': file.type });
  response.end(file.content);
}

function sendState(response: ServerResponse, query: URLSearchParams, scene: Scene): void {
  const who = query.get('as');
  const conversation = query.get('conversation') ?? 'pay';
  if (!isPersonName(who) || !isConversation(conversation)) return send(response, 400, { told: 'Nobody here by that name.', errors: {} });
  send(response, 200, takeSnapshot(scene, { who, conversation, now: Date.now() }));
}

async function act({ request, response }: Exchange, scene: Scene): Promise<void> {
  const isOurs = request.headers.origin === `http://${request.headers.host}` && request.headers['content-type'] === 'application/json';
  if (!isOurs) return send(response, 403, { told: 'Only this page may act.', errors: {} });
  const body = await readBody(request);
  const parsed = body === null ? null : jsonObject(body);
  const wish = parsed === null ? null : readAct(parsed['act']);
  if (parsed === null || wish === null || !isPersonName(parsed['as']))
    return send(response, 400, { told: 'That is nothing one can do here.', errors: {} });
  send(response, 200, await perform(scene, parsed['as'], wish).catch(couldNot));
}

/** A simulator refuses what the platform's own page would not offer: a button that has just gone, a build that has just ended. */
function couldNot(error: unknown): Told {
  return { told: `That is no longer possible: ${error instanceof Error ? error.message : String(error)}.`, errors: {} };
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_MAX) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, status: number, value: unknown): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { ...HEADERS, 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(value));
}
