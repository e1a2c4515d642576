// Temporal stops answering, and is killed and started again with its database: people are told so in time, asking again works, and nothing
// happens twice. On a server of its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDevServer, type DevServer } from '../../src/temporal/dev-server.ts';
import { eventually, type Acme } from '../support/acme.ts';
import {
  accepted,
  approve,
  approvedSha,
  ask,
  broken,
  built,
  click,
  comment,
  deploysOf,
  ended,
  FIRST,
  pipelineOf,
  shows,
  startCompany,
  typed,
  type Asked,
} from '../support/survival.ts';

const WISH = 'typed@fix-retry-loop to production';
const UNKNOWN = /^I can't tell whether your command arrived/;

describe('an outage of Temporal', () => {
  let folder: string;
  let server: DevServer;
  let acme: Acme;
  let waiting: Asked;
  let building: Asked;
  let unheard: Asked;

  const startServer = (port?: number): Promise<DevServer> =>
    startDevServer({ env: process.env, say: () => {}, file: join(folder, 'temporal.db'), ...(port === undefined ? {} : { port }) });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-temporal-'));
    server = await startServer();
    acme = await startCompany(['waiting', 'building', 'asked-late', 'typed'], { temporal: server.address });
    acme.world.buildkite.hold(pipelineOf('building'));
    building = await ask(acme, 'ann', '/deploy building to production');
    waiting = await ask(acme, 'ann', '/deploy waiting to production');
    await approve(acme, building);
    await shows(acme, building, '🚚');
    await click(acme, 'bea', waiting, FIRST);
  });
  afterAll(async () => {
    await acme.end();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('is told to GitHub as 503 and to people in Slack in words, while it hangs', async () => {
    process.kill(server.pid, 'SIGSTOP');
    try {
      const heard = await comment(acme, 'ann', '/deploy asked-late to production');
      expect(heard.status).toBe(503);
      unheard = heard;
      await click(acme, 'dan', waiting, /^I can't tell whether your click arrived\. Click again/);
      expect(await typed(acme, 'ann', WISH)).toMatch(UNKNOWN);
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
  });

  it('is told in the same way while it is gone', async () => {
    process.kill(server.pid, 'SIGKILL');
    expect((await acme.world.github.redeliver(unheard.guid)).statusCode).toBe(503);
    await click(acme, 'dan', waiting, /^I can't tell whether your click arrived\. Click again/);
    expect(await typed(acme, 'ann', WISH)).toMatch(UNKNOWN);
  });

  it('is over when the server is back with its database: what was redelivered, clicked and typed again counts, once', async () => {
    server = await startServer(Number(server.address.split(':')[1]));
    await accepted(acme, unheard);
    await click(acme, 'dan', waiting, /^Counted: that was the last one|already/);
    await ended(acme, waiting);
    expect(built(acme, 'waiting')).toEqual([approvedSha(acme)]);
    // A busy server may still be too slow to say so: whoever is told that looks whether it arrived, before asking again.
    const before = (await deploysOf(acme)).length;
    const isThere = (): Promise<boolean> => eventually('the request', async () => (await deploysOf(acme)).length > before, 5_000).catch(() => false);
    await eventually('the request', async () => !UNKNOWN.test(await typed(acme, 'ann', WISH)) || isThere());
  });

  it('has not touched the build that ran meanwhile', async () => {
    acme.world.buildkite.finish(pipelineOf('building'), 1, 'passed');
    await ended(acme, building);
    expect(built(acme, 'building')).toEqual([approvedSha(acme)]);
  });

  it('left one request for each wish', async () => {
    const late = (await deploysOf(acme)).filter((id) => id !== waiting.id && id !== building.id);
    expect(late).toHaveLength(2);
    expect(late).toContain(unheard.id);
    for (const id of late) await approve(acme, { id });
    for (const id of late) await ended(acme, { id });
    expect([...built(acme, 'asked-late'), ...built(acme, 'typed')]).toEqual([approvedSha(acme), approvedSha(acme)]);
  });

  it('breaks no invariant', async () => {
    expect(await broken(acme)).toEqual([]);
  });
});
