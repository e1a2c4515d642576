import { Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { prepareNamespace, setRetention } from '../../src/temporal/bootstrap.ts';
import { eventually } from '../support/acme.ts';

const NAMESPACE = `bootstrap-${process.pid}`;

describe('a namespace', () => {
  let connection: Connection;
  beforeAll(async () => {
    connection = await Connection.connect({ address: inject('temporalAddress') });
    await connection.workflowService.registerNamespace({ namespace: NAMESPACE, workflowExecutionRetentionPeriod: { seconds: 86_400 as never } });
    await eventually('the namespace', async () => {
      await connection.operatorService.listSearchAttributes({ namespace: NAMESPACE });
      return true;
    });
  });
  afterAll(() => connection.close());

  it('that forgets within a week is refused, with the command that mends it', async () => {
    await expect(prepareNamespace(connection, NAMESPACE)).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining(`temporal operator namespace update --namespace ${NAMESPACE} --retention 30d`) as string,
    });
  });

  it('has the search attributes afterwards, also when they are asked for twice', async () => {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: NAMESPACE });
    expect(Object.keys(customAttributes ?? {})).toEqual(expect.arrayContaining(['DeployCode', 'DeployPr', 'DeployApprovers']));
  });

  it('that forgets within a month is good enough, with a warning', async () => {
    await setRetention(connection, NAMESPACE, 10);
    const warnings = await eventually('the new retention', () => prepareNamespace(connection, NAMESPACE));
    expect(warnings).toEqual([expect.stringContaining('keeps histories for 10 d only')]);
  });

  it('that remembers for a month is fit without a word', async () => {
    await setRetention(connection, NAMESPACE, 30);
    await expect.poll(() => prepareNamespace(connection, NAMESPACE)).toEqual([]);
  });
});
