// The gateway's part for builds that nobody asked for.
import type { Client } from '@temporalio/client';
import { TASK_QUEUE } from '../../workflows/contract.ts';
import { outsideChanged, outsideId, type OutsideInput } from '../../workflows/outside-contract.ts';
import { unlessClosed, unlessKnown, within } from './deadline.ts';

const CALL_MS = 1_500;

export interface OutsideGateway {
  /** Once for each build, however often it is seen. Throws `Trouble` (temporal). */
  start(input: OutsideInput): Promise<void>;
  /** Whoever looks after this build looks again. Nobody does: nothing happens. */
  changed(build: Pick<OutsideInput, 'organization' | 'pipeline' | 'uuid'>): Promise<void>;
}

export function createOutsideGateway(client: Client): OutsideGateway {
  return {
    async start(input) {
      await unlessKnown(
        within(client, { deadlineMs: CALL_MS, doing: 'telling of a build that nobody asked for' }, () =>
          client.workflow.start('outside', {
            workflowId: outsideId(input.organization, input.uuid),
            taskQueue: TASK_QUEUE.workflows,
            args: [input],
            workflowIdReusePolicy: 'REJECT_DUPLICATE',
            workflowIdConflictPolicy: 'FAIL',
            staticSummary: `${input.pipeline} #${input.number}, which nobody asked for (${input.code})`,
          }),
        ),
      );
    },
    changed: ({ organization, uuid }) =>
      unlessClosed(
        within(client, { deadlineMs: CALL_MS, doing: 'telling of a change' }, () =>
          client.workflow.getHandle(outsideId(organization, uuid)).signal(outsideChanged),
        ),
      ),
  };
}
