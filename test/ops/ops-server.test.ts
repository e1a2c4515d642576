import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import type { BoardSnapshot } from '../../src/ops/board.ts';
import { createMetrics } from '../../src/ops/metrics.ts';
import { type OpsOptions, type OpsServer, startOpsServer } from '../../src/ops/ops-server.ts';

const servers: OpsServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
const LIMITER = { mode: 'degraded', processes: 4, isGuessed: true, waiting: 2, closed: {} } as const;
const EMPTY: BoardSnapshot = {
  at: 1_700_000_000_000,
  requests: [],
  isPartial: false,
  unread: { zones: [], others: 0 },
  environments: [],
  quota: { windows: [], limiter: LIMITER },
};

async function bench(options: Partial<OpsOptions> = {}) {
  const metrics = createMetrics({ quota: () => [{ scope: 'user', remaining: 35 }], limiter: () => LIMITER, version: '1.2.3' });
  const server = await startOpsServer({
    port: 0,
    host: '127.0.0.1',
    ready: () => ({ ok: true, detail: 'listening' }),
    status: async () => ({ temporal: { ok: true } }),
    metrics: () => metrics.text(),
    snapshot: async () => EMPTY,
    log: pino({ level: 'silent' }),
    ...options,
  });
  servers.push(server);
  const get = async (path: string, method = 'GET') => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  return { metrics, get };
}

describe('the operations port', () => {
  it('says that the process is alive and ready', async () => {
    const { get } = await bench();
    expect(await get('/livez')).toMatchObject({ status: 200, text: expect.stringMatching(/^ok: event loop \d+ ms/) });
    expect(await get('/readyz')).toMatchObject({ status: 200, text: 'ok: listening\n' });
  });

  it('says not ready while draining, and still alive', async () => {
    const { get } = await bench({ ready: () => ({ ok: false, detail: 'draining' }) });
    expect(await get('/readyz')).toMatchObject({ status: 503, text: 'not ok: draining\n' });
    expect(await get('/livez')).toMatchObject({ status: 200 });
  });

  it('tells the state of each dependency as JSON', async () => {
    expect(JSON.parse((await (await bench()).get('/statusz')).text)).toEqual({ temporal: { ok: true } });
  });

  it('counts by closed lists of labels', async () => {
    const { metrics, get } = await bench();
    metrics.webhookReceived({ source: 'buildkite', event: 'build.finished', outcome: 'followed' });
    metrics.webhookAnswered({ source: 'slack', seconds: 0.2 });
    metrics.command({ source: 'github', outcome: 'started' });
    metrics.vote({ source: 'slack', act: 'approve', outcome: 'counted' });
    metrics.deployEnded({ environment: 'production', outcome: 'succeeded' });
    metrics.buildkiteAnswered({ lane: 'create', method: 'POST', status: 201 });
    metrics.buildkiteAnswered({ lane: 'status', method: 'GET', status: null });
    metrics.buildkiteAnswered({ lane: 'status', method: 'GET', status: 'deferred' });
    const { text } = await get('/metrics');
    expect(text.split('\n').filter((line) => /^countersign_(?!webhook_ack)/.test(line))).toEqual([
      'countersign_webhook_received_total{source="buildkite",event="build.finished",outcome="followed"} 1',
      'countersign_commands_total{source="github",outcome="started"} 1',
      'countersign_votes_total{source="slack",act="approve",outcome="counted"} 1',
      'countersign_deploys_total{environment="production",outcome="succeeded"} 1',
      'countersign_buildkite_requests_total{lane="create",method="POST",status="201"} 1',
      'countersign_buildkite_requests_total{lane="status",method="GET",status="none"} 1',
      'countersign_buildkite_requests_total{lane="status",method="GET",status="deferred"} 1',
      'countersign_buildkite_quota_remaining{scope="user"} 35',
      'countersign_limiter_degraded 1',
      'countersign_limiter_processes 4',
      'countersign_limiter_waiting 2',
      'countersign_build_info{version="1.2.3"} 1',
    ]);
    expect(text).toContain('countersign_webhook_ack_seconds_bucket{le="0.25",source="slack"} 1');
  });

  it('shows the board, which may load nothing', async () => {
    const { status, headers, text } = await (await bench()).get('/');
    expect(status).toBe(200);
    expect(text).toContain('Nothing is waiting');
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
  });

  it.each([
    ['GET', '/toString', 404],
    ['GET', '/statusz/', 404],
    ['POST', '/livez', 405],
  ])('answers %s %s with %i', async (method, path, status) => {
    expect(await (await bench()).get(path, method)).toMatchObject({ status });
  });

  it('says that a page can’t be read, and not why, when its source fails', async () => {
    const { get } = await bench({ snapshot: () => Promise.reject(new Error('secret detail')) });
    expect(await get('/')).toMatchObject({ status: 503, text: 'can’t be read now\n' });
  });
});
