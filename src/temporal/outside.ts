// The gateway's part for builds that nobody asked for.
import type { Client } from '@temporalio/client';
import { TASK_QUEUE } from '../../workflows/contract.ts';
import { outsideChanged, outsideId, type Claimed, type ClaimedBuild, type OutsideInput } from '../../workflows/outside-contract.ts';
import { canBeDeployId, judgeClaimed } from '../policy/claimed-build.ts';
import { unlessClosed, unlessKnown, within } from './deadline.ts';
import { readStatus } from './read-status.ts';

const CALL_MS = 1_500;

export interface OutsideGateway {
  /** Once for each build, however often it is seen. Throws `Trouble` (temporal). */
  start(input: OutsideInput): Promise<void>;
  /** Whether the request that this build names says that it is its own: one query, no event. Throws `Trouble` (temporal). */
  askClaimed(build: ClaimedBuild): Promise<Claimed>;
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
    askClaimed: async (build) => (canBeDeployId(build.deployId) ? judgeClaimed(await readStatus(client, build.deployId), build) : 'no-such-request'),
    changed: ({ organization, uuid }) =>
      unlessClosed(
        within(client, { deadlineMs: CALL_MS, doing: 'telling of a change' }, () =>
          client.workflow.getHandle(outsideId(organization, uuid)).signal(outsideChanged),
        ),
      ),
  };
}
