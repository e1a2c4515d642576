// Builds that wait at a block step, as the front door reaches them.
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { blockId, blockStatus, haltSeen, type BlockInput, type BlockStatus } from '../../workflows/block-contract.ts';
import { TASK_QUEUE } from '../../workflows/contract.ts';
import { unlessClosed, within } from './deadline.ts';
import { blockQuery, lookUp, WAITING_BLOCKS } from './find-deploys.ts';

const TELL_MS = 1_500;
const READ_MS = 1_500;

/** A build of a pipeline that the configuration names. `waits`: it says that it waits; nothing is believed before it was read. */
export interface HaltSighting {
  readonly build: Omit<BlockInput, 'deployId' | 'timing'>;
  readonly waits: boolean;
}

export interface BlockStore {
  seen(sighting: HaltSighting): Promise<void>;
  /** Workflow id of the approval that this build (`pipeline#number`) waits for; null: none is open. Asks no worker. */
  findOpen(build: string): Promise<string | null>;
  /** Workflow ids of approvals that are asked for, at most 20. */
  findWaiting(): Promise<readonly string[]>;
  /** The step that waits, or the last one that did; null: there is none. */
  status(workflowId: string): Promise<BlockStatus | null>;
}

export function createBlockStore(client: Client): BlockStore {
  return {
    seen: (sighting) => tell(client, sighting),
    findOpen: async (build) => (await lookUp(client, blockQuery(build), false, 1))[0]?.workflowId ?? null,
    findWaiting: async () => (await lookUp(client, WAITING_BLOCKS, false)).map(({ workflowId }) => workflowId),
    status: (workflowId) => read(client, workflowId),
  };
}

/** Whoever waits has a workflow; one that does not is of interest only to a workflow that is there already. */
async function tell(client: Client, { build, waits }: HaltSighting): Promise<void> {
  const workflowId = blockId(build.organization, build.uuid);
  const limits = { deadlineMs: TELL_MS, doing: 'telling of a build that waits' };
  if (waits) {
    const options = { ...blockOptions(build), signal: haltSeen, workflowIdReusePolicy: 'ALLOW_DUPLICATE' } as const;
    await within(client, limits, () => client.workflow.signalWithStart('block', { ...options, signalArgs: [] }));
    return;
  }
  await unlessClosed(within(client, limits, () => client.workflow.getHandle(workflowId).signal(haltSeen)));
}

/** Of the workflow that asks for the approval of a build which nobody asked Countersign for. */
export function blockOptions(build: HaltSighting['build']): {
  readonly workflowId: string;
  readonly taskQueue: string;
  readonly args: [BlockInput];
  readonly staticSummary: string;
} {
  return {
    workflowId: blockId(build.organization, build.uuid),
    taskQueue: TASK_QUEUE.workflows,
    args: [{ ...build, deployId: null }],
    staticSummary: `build ${build.number} of ${build.pipeline} waits at a block step`,
  };
}

async function read(client: Client, workflowId: string): Promise<BlockStatus | null> {
  try {
    return await within(client, { deadlineMs: READ_MS, doing: 'reading a block step' }, () =>
      client.workflow.getHandle(workflowId).query(blockStatus),
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
