// The workers of one zone: workflows and their deciding activities, the `buildkite` queue, the `notify` queue.
import { DefaultLogger, Runtime, Worker, type NativeConnection, type WorkflowBundle } from '@temporalio/worker';
import type { Logger } from 'pino';
import { TASK_QUEUE } from '../../workflows/contract.ts';

/** Just under the user's quota; the same on every worker, or the last poller's value wins. */
const buildkitePerSecond = (requestsPerMinute: number): number => (requestsPerMinute - 5) / 60;
/** Half a MiB each. One that is forgotten is replayed in some tens of milliseconds when somebody acts on it (docs/measured.md). */
const CACHED_MAX = 250;
const GRACE = '20s';
const FORCE = '30s';

export interface WorkerOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly bundle: WorkflowBundle;
  /** What Buildkite allows our user. */
  readonly requestsPerMinute: number;
  readonly activities: { readonly workflows: object; readonly buildkite: object; readonly notify: object };
}

export interface RunningWorkers {
  /** Settles when all have stopped; rejects when one failed. */
  readonly done: Promise<void>;
  /** All of them poll. */
  isRunning(): boolean;
  stop(): void;
}

/** The SDK's own log goes to ours. Call once, before the first connection of this process. */
export function installRuntime(log: Logger): void {
  const logger = new DefaultLogger('INFO', ({ level, message, meta }) => {
    const fields = { sdk: meta?.['sdkComponent'], workflowId: meta?.['workflowId'], activity: meta?.['activityType'], err: meta?.['error'] };
    // Two of our workers serve activities only, on purpose.
    if (message.startsWith('No workflows registered')) return;
    if (level === 'ERROR') log.error(fields, message);
    else if (level === 'WARN') log.warn(fields, message);
    else log.debug(fields, message);
  });
  Runtime.install({ logger, shutdownSignals: [], telemetryOptions: { logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } } } });
}

export async function startWorkers(options: WorkerOptions): Promise<RunningWorkers> {
  const { connection, namespace, bundle, activities } = options;
  const common = { connection, namespace, shutdownGraceTime: GRACE, shutdownForceTime: FORCE } as const;
  const workers = await Promise.all([
    Worker.create({
      ...common,
      taskQueue: TASK_QUEUE.workflows,
      workflowBundle: bundle,
      activities: activities.workflows,
      maxCachedWorkflows: CACHED_MAX,
      maxConcurrentActivityTaskExecutions: 50,
      // A killed worker's requests answer after this long; the default is 10 s.
      stickyQueueScheduleToStartTimeout: '3s',
    }),
    Worker.create({
      ...common,
      taskQueue: TASK_QUEUE.buildkite,
      activities: activities.buildkite,
      maxTaskQueueActivitiesPerSecond: buildkitePerSecond(options.requestsPerMinute),
      maxConcurrentActivityTaskExecutions: 20,
    }),
    Worker.create({ ...common, taskQueue: TASK_QUEUE.notify, activities: activities.notify, maxConcurrentActivityTaskExecutions: 20 }),
  ]);
  const running = workers.map((worker) => worker.run());
  return {
    done: Promise.all(running).then(() => undefined),
    isRunning: () => workers.every((worker) => worker.getState() === 'RUNNING'),
    stop: () => {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    },
  };
}
