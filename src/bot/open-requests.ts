// The open requests of some services, read one by one.
import type { DeployStatus } from '../../workflows/status.ts';
import { isFinal } from '../render/phase.ts';
import type { FoundDeploy } from '../temporal/find-deploys.ts';
import type { Gateway } from '../temporal/gateway.ts';

/**
 * Requests that still go on. Lists lag behind, so those that have ended are left out, and so are plans, for which nobody waits.
 * One that can't be read is left out, too; throws `Trouble` when none can.
 */
export async function readOpenRequests(gateway: Gateway, services: readonly string[]): Promise<readonly DeployStatus[]> {
  return readThose(gateway, await gateway.findOpen({ kind: 'services', services }, false));
}

/** As above, of requests that were found. */
export async function readThose(gateway: Pick<Gateway, 'deployStatus'>, open: readonly FoundDeploy[]): Promise<readonly DeployStatus[]> {
  const read = await Promise.allSettled(open.map(({ workflowId }) => gateway.deployStatus(workflowId)));
  const [failed] = read.filter((result) => result.status === 'rejected');
  if (failed !== undefined && read.every((result) => result.status === 'rejected')) throw failed.reason;
  return read.flatMap((result) => {
    if (result.status === 'rejected' || result.value === null) return [];
    return isFinal(result.value.phase) || result.value.request.dryRun ? [] : [result.value];
  });
}
