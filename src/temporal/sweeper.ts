// Requests that were ended from outside close their own cards no longer. The sweeper finds them and starts their `farewell`.
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { farewellId, TASK_QUEUE, type FarewellInput } from '../../workflows/contract.ts';
import { unlessKnown } from './deadline.ts';

const EVERY_MS = 60_000;
/** How far back it looks: longer than anybody leaves the workers switched off. */
const LOOK_BACK_MS = 3 * 24 * 3_600_000;

const ENDED_FROM_OUTSIDE = `WorkflowType = 'deploy' AND ExecutionStatus IN ('Terminated', 'Failed', 'TimedOut', 'Canceled')`;

export interface Sweeper {
  stop(): void;
}

/** Sweeps at once and then every minute. Trouble is logged: the next round makes it good. */
export function startSweeper({ client, log }: { readonly client: Client; readonly log: Logger }): Sweeper {
  const seen = new Set<string>();
  const round = (): void => {
    sweep(client, seen).catch((error: unknown) => log.warn({ err: error }, 'requests that were ended from outside could not be looked for'));
  };
  const timer = setInterval(round, EVERY_MS);
  timer.unref();
  round();
  return { stop: () => clearInterval(timer) };
}

/** Starts a farewell for each run that was ended from outside; each has one, however often it is found. `seen`: runs that need no look. */
export async function sweep(client: Client, seen: Set<string>): Promise<void> {
  const since = new Date(Date.now() - LOOK_BACK_MS).toISOString();
  for await (const { workflowId, runId } of client.workflow.list({ query: `${ENDED_FROM_OUTSIDE} AND CloseTime > '${since}'`, pageSize: 100 })) {
    if (seen.has(runId)) continue;
    await startFarewell(client, runId, { deployId: workflowId });
    seen.add(runId);
  }
}

async function startFarewell(client: Client, runId: string, input: FarewellInput): Promise<void> {
  await unlessKnown(
    client.workflow.start('farewell', {
      workflowId: farewellId(runId),
      taskQueue: TASK_QUEUE.workflows,
      args: [input],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      staticSummary: `${input.deployId} was ended from outside: its cards are closed`,
    }),
  );
}
