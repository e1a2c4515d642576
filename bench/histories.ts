// How long the histories of a namespace are, by workflow.
import type { Client } from '@temporalio/client';

/** Events by workflow type, all runs together. */
export type Events = ReadonlyMap<string, number>;

export async function countEvents(client: Client): Promise<Events> {
  const events = new Map<string, number>();
  for await (const { workflowId, runId, type } of client.workflow.list()) {
    const { events: history } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    events.set(type, (events.get(type) ?? 0) + (history?.length ?? 0));
  }
  return events;
}

/** What was added since. */
export function addedSince(before: Events, after: Events): Events {
  return new Map([...after].map(([type, count]) => [type, count - (before.get(type) ?? 0)] as const).filter(([, count]) => count > 0));
}

export function total(events: Events): number {
  return [...events.values()].reduce((sum, count) => sum + count, 0);
}

export function perWorkflow(events: Events): string {
  return [...events]
    .toSorted(([, one], [, two]) => two - one)
    .map(([type, count]) => `${type} ${count}`)
    .join(', ');
}
