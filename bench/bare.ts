// The baselines: what a client of Temporal can do at best on this machine and server.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { bare, decide } from './bare-workflow.ts';

const TASK_QUEUE = 'bare';

export interface Bare {
  /** Milliseconds of a bare `workflow.start`. */
  start(index: number): Promise<number>;
  /** Milliseconds of a bare update of that workflow, whose handler awaits one local activity. */
  update(index: number, key: string): Promise<number>;
  /** Milliseconds of one list call that finds one open request, followed by a bare update. */
  listAndUpdate(index: number, key: string, pullRequest: string): Promise<number>;
  /** Milliseconds of a bare update, followed by one request like this. */
  updateAnd(index: number, key: string, request: () => Promise<unknown>): Promise<number>;
  close(): void;
}

export async function startBare(client: Client, address: string): Promise<Bare> {
  const { namespace } = client.options;
  const child = fork(fileURLToPath(new URL('bare-worker.ts', import.meta.url)), [address, namespace, TASK_QUEUE]);
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', (code) => reject(new Error(`the bare worker ended with ${code}`)));
  });
  const update = (index: number, updateId: string): Promise<string> =>
    client.workflow.getHandle(`bare:${index}`).executeUpdate(decide, { args: ['vote'], updateId });
  return {
    start: (index) => timed(() => client.workflow.start(bare, { workflowId: `bare:${index}`, taskQueue: TASK_QUEUE })),
    update: (index, key) => timed(() => update(index, key)),
    listAndUpdate: (index, key, pullRequest) =>
      timed(async () => {
        const query = `WorkflowType = 'deploy' AND ExecutionStatus = 'Running' AND DeployPr = '${pullRequest}'`;
        const { executions } = await client.workflowService.listWorkflowExecutions({ namespace, query, pageSize: 20 });
        if (executions?.length !== 1) throw new Error(`the list call found ${executions?.length ?? 0} requests`);
        await update(index, key);
      }),
    updateAnd: (index, key, request) =>
      timed(async () => {
        await update(index, key);
        await request();
      }),
    close: () => void child.kill('SIGKILL'),
  };
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await act();
  return performance.now() - began;
}
