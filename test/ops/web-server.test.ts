import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import type { RawRequest, Route } from '../../src/ingress.ts';
import { startWebServer, type WebServer } from '../../src/ops/web-server.ts';

const servers: WebServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function bench(route: Partial<Route> = {}, heldMaxBytes = 1 << 30) {
  const seen: RawRequest[] = [];
  const handle = async (request: RawRequest) => {
    seen.push(request);
    return { status: 202, body: 'taken' };
  };
  const routes: Route[] = [{ path: '/hook', maxBytes: () => 1000, handle, ...route }];
  const server = await startWebServer({ port: 0, host: '127.0.0.1', routes, log: pino({ level: 'silent' }), heldMaxBytes });
  servers.push(server);
  return { server, seen, url: `http://127.0.0.1:${server.port}` };
}

/** Sends by hand what a polite client would not: `chunks` of a body that may never end. */
function rawPost(url: string, headers: Record<string, string | number>, chunks: readonly string[]): Promise<{ status: number; connection: string }> {
  return new Promise((resolve, reject) => {
    const req = httpRequest(`${url}/hook`, { method: 'POST', headers }, (res) => {
      res.resume();
      resolve({ status: res.statusCode ?? 0, connection: res.headers.connection ?? '' });
      req.destroy();
    });
    req.on('error', reject);
    for (const chunk of chunks) req.write(chunk);
    req.flushHeaders();
  });
}

describe('the public server', () => {
  it('hands the bytes of a body to its route as they were sent', async () => {
    const { seen, url } = await bench();
    const response = await fetch(`${url}/hook?x=1`, { method: 'POST', body: '{"a": "ä"}' });
    expect([response.status, await response.text()]).toEqual([202, 'taken']);
    expect(seen[0]?.rawBody.toString()).toBe('{"a": "ä"}');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('keeps routes of one path apart by their method, and hands over what follows the question mark', async () => {
    const { seen, url } = await bench({ method: 'GET', maxBytes: () => 0 });
    expect((await fetch(`${url}/hook?a=1&b=?`)).status).toBe(202);
    expect(seen[0]?.query).toBe('a=1&b=?');
    const post = await fetch(`${url}/hook`, { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET']);
  });

  it.each([
    ['GET', '/hook', 405],
    ['DELETE', '/hook', 405],
    ['POST', '/other', 404],
    ['POST', '/hook/', 404],
    ['POST', '/%68ook', 404],
    ['GET', '/', 404],
  ])('answers %s %s with %i and says nothing else', async (method, path, status) => {
    const { seen, url } = await bench();
    const response = await fetch(url + path, { method });
    expect([response.status, await response.text()]).toEqual([status, '']);
    expect(seen).toEqual([]);
  });

  it('refuses a body that says it is too large, before it arrives', async () => {
    const { seen, url } = await bench();
    expect(await rawPost(url, { 'content-length': 1001 }, [])).toEqual({ status: 413, connection: 'close' });
    expect(seen).toEqual([]);
  });

  it('refuses a body that turns out too large on the way', async () => {
    const { seen, url } = await bench();
    expect(await rawPost(url, { 'transfer-encoding': 'chunked' }, ['x'.repeat(600), 'x'.repeat(600)])).toEqual({ status: 413, connection: 'close' });
    expect(seen).toEqual([]);
  });

  it('accepts a body of exactly the cap, which may depend on the headers', async () => {
    const { url } = await bench({ maxBytes: (headers) => (headers['x-small'] === undefined ? 1000 : 10) });
    expect((await fetch(`${url}/hook`, { method: 'POST', body: 'x'.repeat(1000) })).status).toBe(202);
    expect(await rawPost(url, { 'content-length': 1000, 'x-small': 'yes' }, [])).toMatchObject({ status: 413 });
  });

  it('has room for so many bytes of large bodies at a time, and more for small ones', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const arrivals: number[] = [];
    const handle = async ({ rawBody }: RawRequest) => {
      arrivals.push(rawBody.length);
      if (rawBody.length === 700_000) await gate;
      return { status: 202 };
    };
    const { url } = await bench({ handle, maxBytes: () => 1_000_000 }, 1_000_000);
    const post = async (size: number): Promise<number> => (await fetch(`${url}/hook`, { method: 'POST', body: 'x'.repeat(size) })).status;
    const held = post(700_000);
    await expect.poll(() => arrivals, { timeout: 10_000 }).toEqual([700_000]);
    expect(await post(600_000)).toBe(503);
    expect(await post(200_000)).toBe(202);
    open();
    expect(await held).toBe(202);
    expect(await post(600_000)).toBe(202);
  });

  it('has an end of room for small ones as well: as much again', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    let arrived = 0;
    const handle = async () => {
      arrived += 1;
      await gate;
      return { status: 202 };
    };
    const { url } = await bench({ handle, maxBytes: () => 1_000_000 }, 1_000_000);
    const post = async (): Promise<number> => (await fetch(`${url}/hook`, { method: 'POST', body: 'x'.repeat(200_000) })).status;
    const held = Array.from({ length: 10 }, post);
    await expect.poll(() => arrived, { timeout: 10_000 }).toBe(10);
    expect(await post()).toBe(503);
    open();
    expect(await Promise.all(held)).toEqual(Array(10).fill(202));
    expect(await post()).toBe(202);
  });

  it('answers a bug with 500 and without its words', async () => {
    const { url } = await bench({ handle: () => Promise.reject(new Error('secret detail')) });
    const response = await fetch(`${url}/hook`, { method: 'POST' });
    expect([response.status, await response.text()]).toEqual([500, '']);
  });

  it('lives on when a client goes away in the middle of its body', async () => {
    const { server, seen, url } = await bench();
    const socket = connect(server.port, '127.0.0.1');
    await new Promise<void>((resolve) => socket.write('POST /hook HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf', () => resolve()));
    socket.destroy();
    expect((await fetch(`${url}/hook`, { method: 'POST' })).status).toBe(202);
    expect(seen).toHaveLength(1);
  });

  it('finishes a request that has begun before it closes, and accepts no other', async () => {
    const { promise: reached, resolve: arrive } = Promise.withResolvers<void>();
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const handle = async () => {
      arrive();
      await gate;
      return { status: 200, body: 'done' };
    };
    const { server, url } = await bench({ handle });
    const running = fetch(`${url}/hook`, { method: 'POST' });
    await reached;
    const closed = server.close();
    await expect(fetch(`${url}/hook`, { method: 'POST' })).rejects.toThrow('fetch failed');
    open();
    expect(await (await running).text()).toBe('done');
    await closed;
  });
});
