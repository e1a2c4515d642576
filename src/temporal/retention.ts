// For how long the server keeps what has ended.
import type { Client } from '@temporalio/client';
import { isTrouble } from '../trouble.ts';
import { within } from './deadline.ts';

const READ_MS = 1_500;

/** Milliseconds; null: it can't be read. */
export async function readRetention(client: Client): Promise<number | null> {
  const { namespace } = client.options;
  try {
    const { config } = await within(client, { deadlineMs: READ_MS, doing: 'reading the retention' }, () =>
      client.workflowService.describeNamespace({ namespace }),
    );
    const seconds = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0);
    return seconds > 0 ? seconds * 1_000 : null;
  } catch (error) {
    if (isTrouble(error)) return null;
    throw error;
  }
}
