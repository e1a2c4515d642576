import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareNamespace } from '../../src/temporal/bootstrap.ts';
import { startDevServer } from '../../src/temporal/dev-server.ts';

const QUIET = { env: process.env, say: () => undefined };

describe('a dev server with a database', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-dev-server-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('ends one that outlived its process, keeps what that one held, and needs no mending', async () => {
    const file = join(folder, 'temporal.db');
    const first = await startDevServer({ ...QUIET, file });
    const before = await Connection.connect({ address: first.address });
    await new Client({ connection: before }).workflow.start('nobody', { workflowId: 'kept', taskQueue: 'none' });
    await before.close();

    const second = await startDevServer({ ...QUIET, file });
    expect(isAlive(first.pid)).toBe(false);
    const after = await Connection.connect({ address: second.address });
    expect((await new Client({ connection: after }).workflow.getHandle('kept').describe()).status.name).toBe('RUNNING');
    expect(await prepareNamespace(after, 'default')).toEqual([]);
    await after.close();
    await second.stop();
    expect(isAlive(second.pid)).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
