// A namespace of its own on the run's Temporal server, with the product's workflows and the activities a test gives it.
import { Context } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { DefaultLogger, GracefulShutdownPeriodExpiredError, IllegalStateError, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { inject } from 'vitest';
import { withLateFailures } from '../../src/activities/late-failures.ts';
import { withSignsOfLife } from '../../src/activities/signs-of-life.ts';
import { registerSearchAttributes } from '../../src/temporal/bootstrap.ts';
import { TASK_QUEUE } from '../../workflows/contract.ts';

export type History = temporal.api.history.v1.IHistory;
type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

export interface Stage {
  readonly client: Client;
  readonly namespace: string;
  /** The history of a workflow's present or last run. */
  history(workflowId: string): Promise<History>;
  /** Lets a run begin anew right after this event, the end of a workflow task, as somebody may in Temporal's own UI. */
  reset(run: { readonly workflowId: string; readonly runId: string }, event: HistoryEvent | undefined): Promise<void>;
  /** From now on the server skips the time in which nothing happens to this workflow. */
  skipTime(workflowId: string): Promise<void>;
  /** Lets the `buildkite` queue be worked off. */
  release(): Promise<void>;
  stop(): Promise<void>;
}

let isQuiet = false;

/** Once a process: what a story breaks on purpose is no news. */
export function quietRuntime(): void {
  if (isQuiet) return;
  isQuiet = true;
  const logging = { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } as const;
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging } });
}

/** Opens the stage. `activities` is given the client that they may use. `holdsBuildkite`: nothing is asked of Buildkite before `release`. */
export async function openStage(options: { readonly activities: (client: Client) => object; readonly holdsBuildkite?: true }): Promise<Stage> {
  const { activities, holdsBuildkite = false } = options;
  quietRuntime();
  const address = inject('temporalAddress');
  const namespace = `test-${process.pid}-${Date.now()}-${Math.floor(Math.random() * 1e6)}`;
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: { seconds: days(1) } });
  await registerSearchAttributes(address, namespace);
  // Identities are written into histories, of which some are kept: they must not name a machine.
  const client = new Client({ connection, namespace, identity: 'test' });
  // Now and then a worker that was told to stop in the middle of a story never ends.
  const shared = { connection: native, namespace, identity: 'test', activities: lively(activities(client)), shutdownForceTime: '20s' } as const;
  const workers = await Promise.all([
    Worker.create({
      ...shared,
      taskQueue: TASK_QUEUE.workflows,
      workflowBundle: { codePath: inject('workflowBundlePath') },
      stickyQueueScheduleToStartTimeout: '3s',
    }),
    Worker.create({ ...shared, taskQueue: TASK_QUEUE.notify }),
  ]);
  const running = workers.map((worker) => worker.run());
  const release = async (): Promise<void> => {
    // One at a time: what is asked in which order can be seen.
    const buildkite = await Worker.create({
      ...shared,
      taskQueue: TASK_QUEUE.buildkite,
      ...(holdsBuildkite && { maxConcurrentActivityTaskExecutions: 1 }),
    });
    workers.push(buildkite);
    running.push(buildkite.run());
  };
  if (!holdsBuildkite) await release();
  return {
    client,
    namespace,
    ...handlesOf(client),
    release,
    async stop() {
      for (const worker of workers) worker.shutdown();
      const ends = await Promise.allSettled(running);
      // The latter where it was forced, and something of it is still under way.
      const isForced = (end: PromiseSettledResult<void>): boolean =>
        end.status === 'rejected' && (end.reason instanceof GracefulShutdownPeriodExpiredError || end.reason instanceof IllegalStateError);
      for (const end of ends) if (end.status === 'rejected' && !isForced(end)) throw end.reason;
      await connection.close();
      // It is still in the hands of a worker that was not done in time.
      if (!ends.some(isForced)) await native.close();
    },
  };
}

function handlesOf({ workflow, workflowService, options: { namespace } }: Client): Pick<Stage, 'history' | 'reset' | 'skipTime'> {
  return {
    history: (workflowId) => workflow.getHandle(workflowId).fetchHistory(),
    async reset(workflowExecution, event) {
      const requestId = `reset-${workflowExecution.runId}`;
      const workflowTaskFinishEventId = event?.eventId ?? null;
      await workflowService.resetWorkflowExecution({ namespace, workflowExecution, reason: 'test', requestId, workflowTaskFinishEventId });
    },
    async skipTime(workflowId) {
      await workflowService.updateWorkflowExecutionOptions({
        namespace,
        identity: 'test',
        workflowExecution: { workflowId },
        workflowExecutionOptions: { timeSkippingConfig: { enabled: true } },
        updateMask: { paths: ['time_skipping_config'] },
      });
    },
  };
}

/** With signs of life and late failures, as the product's have: what a story holds for long is not tried again. Nor does it keep its worker from ending. */
function lively(activities: object): object {
  type Activity = (...input: readonly unknown[]) => Promise<unknown>;
  const calls = Object.entries(activities).map(([name, activity]: [string, Activity]): [string, Activity] => [
    name,
    (...input) => Promise.race([activity(...input), Context.current().cancelled]),
  ]);
  return withSignsOfLife(withLateFailures(Object.fromEntries(calls)));
}

// protobufjs takes numbers for 64-bit fields at run time; its typings ask for Long.
const days = (count: number): never => (count * 86_400) as never;
