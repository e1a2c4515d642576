// A closed request as its history tells it: no worker has to be there, and nothing is asked of anybody but the server.
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { defaultPayloadConverter, fromPayloadsAtIndex } from '@temporalio/common';
import { tsToMs } from '@temporalio/common/lib/time.js';
import type { temporal } from '@temporalio/proto';
import type { Claim } from '../../workflows/contract.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import type { Millis } from '../../workflows/vocabulary.ts';
import { within } from './deadline.ts';

const READ_MS = 20_000;

type History = temporal.api.history.v1.IHistory;

export interface ClosedRun {
  readonly runId: string;
  readonly startedAt: Millis;
  readonly closedAt: Millis;
  /** What it ended with; null: it was ended from outside. */
  readonly status: DeployStatus | null;
  readonly granted: { readonly at: Millis; readonly approvers: readonly string[] } | null;
}

/** null: it is not there (any more). `open`: it has not ended. */
export async function readClosedRun(client: Client, workflowId: string): Promise<ClosedRun | 'open' | null> {
  const read = async (): Promise<ClosedRun | 'open' | null> => {
    const { runId, status, type } = await client.workflow.getHandle(workflowId).describe();
    if (type !== 'deploy') return null;
    if (status.name === 'RUNNING') return 'open';
    return closedRunOf(await client.workflow.getHandle(workflowId, runId).fetchHistory(), runId);
  };
  try {
    return await within(client, { deadlineMs: READ_MS, doing: 'reading the history of a request' }, read);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

function closedRunOf({ events }: History, runId: string): ClosedRun {
  const all = events ?? [];
  const result = all.at(-1)?.workflowExecutionCompletedEventAttributes?.result?.payloads;
  return {
    runId,
    startedAt: timeOf(all[0]),
    closedAt: timeOf(all.at(-1)),
    // Cast at the boundary: our own workflow wrote it.
    status: result == null ? null : (fromPayloadsAtIndex(defaultPayloadConverter, 0, result) as DeployStatus),
    granted: grantIn(all),
  };
}

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

/** The first claim that was answered `go`. */
function grantIn(events: readonly HistoryEvent[]): ClosedRun['granted'] {
  const claims = new Set(
    events
      .filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input?.name === 'claimStart')
      .map(({ eventId }) => String(eventId)),
  );
  for (const event of events) {
    const done = event.workflowExecutionUpdateCompletedEventAttributes;
    const answer = done?.outcome?.success?.payloads;
    if (answer == null || !claims.has(String(done?.acceptedEventId))) continue;
    const claim = fromPayloadsAtIndex(defaultPayloadConverter, 0, answer) as Claim;
    if (claim.kind === 'go') return { at: timeOf(event), approvers: claim.order.approvers };
  }
  return null;
}

const timeOf = (event: HistoryEvent | undefined): Millis => (event?.eventTime == null ? 0 : tsToMs(event.eventTime));
