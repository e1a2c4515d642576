// A workflow as the server describes it.
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { HolderFacts } from '../../workflows/activities.ts';
import type { BuildResult } from '../../workflows/build-contract.ts';

/** null: there is none. */
export async function describe(client: Client, workflowId: string): Promise<HolderFacts['build'] | null> {
  try {
    const handle = client.workflow.getHandle(workflowId);
    const { status, closeTime, memo } = await handle.describe();
    const name = status.name.toLowerCase();
    const result: BuildResult | null = name === 'completed' && workflowId.startsWith('build:') ? await handle.result() : null;
    return {
      status: name,
      closedAt: closeTime?.getTime() ?? null,
      deployId: typeof memo?.['deployId'] === 'string' ? memo['deployId'] : null,
      result,
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
