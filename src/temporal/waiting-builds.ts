// Builds that are found to wait, in every round of the sweep: each has the workflow that asks for its approval, unless that was decided.
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { blockId, type BlockPhase, type BlockStatus } from '../../workflows/block-contract.ts';
import type { Millis } from '../../workflows/vocabulary.ts';
import { blockOptions, createBlockStore, type BlockStore, type HaltSighting } from './blocks.ts';
import { unlessKnown, wasNeverRun, within } from './deadline.ts';

const ASK_MS = 1_500;

export interface WaitingBuild {
  readonly build: HaltSighting['build'];
  /** By Buildkite's clock; null: it does not say. */
  readonly since: Millis | null;
  /** Nobody was told that it waits since then, as far as this process knows. */
  readonly isNews: boolean;
}

export type TellOfWaiting = (waiting: WaitingBuild) => Promise<void>;

/**
 * What is news is told as by a webhook. Later a workflow that was ended from outside is started again; one that goes on is left in peace, since
 * every sign makes it ask Buildkite. Asks a worker only for what the one that was ended had decided. Throws `Trouble`.
 */
export function createTellOfWaiting(client: Client): TellOfWaiting {
  const store = createBlockStore(client);
  return async ({ build, since, isNews }) => {
    const workflowId = blockId(build.organization, build.uuid);
    const isCutOff = await wasEndedFromOutside(client, workflowId);
    if (isCutOff && isDecided(await lastStatus(store, workflowId), since)) return;
    if (isNews) return store.seen({ build, waits: true });
    if (isCutOff) await startAgain(client, build);
  };
}

async function wasEndedFromOutside(client: Client, workflowId: string): Promise<boolean> {
  try {
    const { status } = await within(client, { deadlineMs: ASK_MS, doing: 'looking for the approval of a build that waits' }, () =>
      client.workflow.getHandle(workflowId).describe(),
    );
    return status.name !== 'RUNNING' && status.name !== 'COMPLETED';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** null: it had asked for nothing yet. */
async function lastStatus(store: BlockStore, workflowId: string): Promise<BlockStatus | null> {
  try {
    return await store.status(workflowId);
  } catch (error) {
    if (wasNeverRun(error)) return null;
    throw error;
  }
}

/** After which a build may wait on: Buildkite was not asked to go on, or did not. Everything else it waits at is another step. */
const LEAVES_WAITING: ReadonlySet<BlockPhase['kind']> = new Set<BlockPhase['kind']>(['rejected', 'expired', 'not-unblocked']);

function isDecided(status: BlockStatus | null, since: Millis | null): boolean {
  if (status === null || !('at' in status.phase) || !LEAVES_WAITING.has(status.phase.kind)) return false;
  return since === null || status.phase.at >= since;
}

/** Not beside one that somebody else has started meanwhile, and not after one that has come to its end. */
async function startAgain(client: Client, build: WaitingBuild['build']): Promise<void> {
  const options = { ...blockOptions(build), workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY', workflowIdConflictPolicy: 'FAIL' } as const;
  await unlessKnown(
    within(client, { deadlineMs: ASK_MS, doing: 'starting the approval of a build that waits' }, () => client.workflow.start('block', options)),
  );
}
