// What a request says of itself, and what is said of one that can't speak any more.
import { QueryRejectedError, WorkflowClient, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { status } from '../../workflows/contract.ts';
import { reviewId, reviewStatus, type ReviewStatus } from '../../workflows/review-contract.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import { isFinal } from '../render/phase.ts';
import { within } from './deadline.ts';

const READ_MS = 1_500;

/** null: there is no such request (any more). One that was ended from outside is `terminated`, whatever it last knew. Throws `Trouble` (temporal). */
export async function readStatus(client: Client, workflowId: string): Promise<DeployStatus | null> {
  const { connection, options } = client;
  const reader = new WorkflowClient({ connection, namespace: options.namespace, queryRejectCondition: 'NOT_COMPLETED_CLEANLY' });
  try {
    return await within(client, { deadlineMs: READ_MS, doing: 'reading a request' }, () => reader.getHandle(workflowId).query(status));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    if (error instanceof QueryRejectedError) return readEnded(client, workflowId);
    throw error;
  }
}

/** The history of a closed run is replayed to what it knew; how it closed only the server can tell. */
async function readEnded(client: Client, workflowId: string): Promise<DeployStatus> {
  const handle = client.workflow.getHandle(workflowId);
  const limits = { deadlineMs: READ_MS, doing: 'reading a request that was ended from outside' };
  const [last, closed] = await within(client, limits, () => Promise.all([handle.query(status), handle.describe()]));
  if (isFinal(last.phase)) return last;
  const how = closed.status.name.toLowerCase().replaceAll('_', ' ');
  return { ...last, phase: { kind: 'terminated', how, during: last.phase.kind, at: (closed.closeTime ?? closed.startTime).getTime() } };
}

/** The review that a request owes; null: there is none. Throws `Trouble` (temporal). */
export async function readReview(client: Client, deployId: string): Promise<ReviewStatus | null> {
  try {
    return await within(client, { deadlineMs: READ_MS, doing: 'reading a review' }, () =>
      client.workflow.getHandle(reviewId(deployId)).query(reviewStatus),
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
