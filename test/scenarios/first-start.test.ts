// The first start in a namespace that knows nothing of us: whoever asks as soon as it is ready is answered.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { freePorts, startProduct, type Product } from '../../src/sim/product.ts';
import { REPOSITORY, startWorld, type World } from '../../src/sim/world.ts';
import { SEARCH_ATTRIBUTES } from '../../src/temporal/bootstrap.ts';
import { eventually } from '../support/acme.ts';

const DAYS_30 = 30 * 86_400;

describe('the first start in a new namespace', () => {
  const namespace = `first-${process.pid}`;
  let folder: string;
  let connection: Connection;
  let world: World;
  let product: Product;
  /** What the very first command was answered, at the moment the front door opened. */
  let first: number;

  /** Asks until somebody listens (GitHub tells a delivery to nobody as 502) and Temporal is quick enough for a front door. */
  function firstAnswer(): Promise<number> {
    return eventually('an answer', async () => {
      const { delivery } = await world.github.comment(REPOSITORY, world.pullRequest, 'ann', '/deploy api to production');
      return delivery === null || [502, 503].includes(delivery.statusCode) ? undefined : delivery.statusCode;
    });
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-first-'));
    const address = inject('temporalAddress');
    connection = await Connection.connect({ address });
    await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: { seconds: DAYS_30 as never } });
    // A new namespace is known to every part of the server a moment later.
    await eventually('the new namespace', async () => {
      await connection.operatorService.listSearchAttributes({ namespace });
      return true;
    });
    world = await startWorld({ folder });
    const env = { PATH: process.env['PATH'] ?? '', ...world.env, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
    const ports = await freePorts();
    world.connect(`http://127.0.0.1:${ports.web}`);
    const starting = startProduct({ env, ports });
    first = await firstAnswer();
    product = await starting;
  });
  afterAll(async () => {
    await product.kill();
    await world.close();
    await connection.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('opens the front door once the search attributes are there, and answers the first who asks', async () => {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    expect(first).toBe(200);
    expect(Object.keys(customAttributes ?? {})).toEqual(expect.arrayContaining(Object.keys(SEARCH_ATTRIBUTES)));
  });
});
