// The worker of the bare workflow: a process of its own, as the product is, with the settings of the product's worker.
//   node bench/bare-worker.ts <address> <namespace> <task queue>
import { fileURLToPath } from 'node:url';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { BareActivities } from './bare-workflow.ts';

const [address = '', namespace = '', taskQueue = ''] = process.argv.slice(2);
const activities: BareActivities = { look: async (name) => `hello ${name}` };

Runtime.install({
  logger: new DefaultLogger('WARN'),
  shutdownSignals: [],
  telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' } } },
});
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  namespace,
  taskQueue,
  activities,
  workflowsPath: fileURLToPath(new URL('bare-workflow.ts', import.meta.url)),
  maxCachedWorkflows: 1_000,
  maxConcurrentActivityTaskExecutions: 50,
  stickyQueueScheduleToStartTimeout: '3s',
});
process.send?.('polling');
await worker.run();
