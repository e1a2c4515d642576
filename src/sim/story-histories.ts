// What Temporal remembers of the demo's story, read like anybody else would.
import type { Client } from '@temporalio/client';

export interface History {
  readonly type: string;
  readonly events: number;
  /** Keys of the votes that count. */
  readonly votes: readonly string[];
  /** What its request was allowed to build; null: it is about something else, or was not allowed. */
  readonly granted: Granted | null;
}

export interface Granted {
  readonly sha: string;
  readonly approvers: readonly string[];
}

const TYPES = ['deploy', 'build', 'environment'];

export async function readHistories(client: Client): Promise<readonly History[]> {
  const histories: History[] = [];
  for await (const execution of client.workflow.list({ query: `WorkflowType IN (${TYPES.map((type) => `'${type}'`).join(', ')})` })) {
    const { events } = await client.workflow.getHandle(execution.workflowId, execution.runId).fetchHistory();
    const receipts = (events ?? []).flatMap((event) => {
      const answered = event.workflowExecutionUpdateCompletedEventAttributes;
      const receipt = receiptIn(answered?.outcome?.success?.payloads?.[0]?.data);
      return receipt === null ? [] : [{ key: answered?.meta?.updateId ?? '', receipt }];
    });
    histories.push({
      type: execution.type,
      events: events?.length ?? 0,
      votes: receipts.filter(({ receipt }) => receipt.kind === 'counted').map(({ key }) => key),
      granted: receipts.find(({ receipt }) => receipt.kind === 'go')?.receipt.order ?? null,
    });
  }
  return histories.toSorted((a, b) => TYPES.indexOf(a.type) - TYPES.indexOf(b.type));
}

/** Whether the request with this code is over in Temporal, too: its cards tell the end a moment before. */
export async function isClosed(client: Client, code: string): Promise<boolean> {
  for await (const { workflowId } of client.workflow.list({ query: `WorkflowType = 'deploy' AND DeployCode = '${code}'` }))
    return (await client.workflow.getHandle(workflowId).describe()).status.name === 'COMPLETED';
  return false;
}

interface Receipt {
  readonly kind?: string;
  readonly order?: Granted;
}

function receiptIn(data: Uint8Array | null | undefined): Receipt | null {
  if (data === null || data === undefined) return null;
  const value: unknown = JSON.parse(Buffer.from(data).toString('utf8'));
  return typeof value === 'object' && value !== null ? value : null;
}
