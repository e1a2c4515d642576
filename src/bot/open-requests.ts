// The open requests of some services, read one by one.
import type { BlockStatus } from '../../workflows/block-contract.ts';
import type { ReviewStatus } from '../../workflows/review-contract.ts';
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

/** Reviews of emergencies that nobody has signed off or disputed yet; `services` null: of all. As above, but for what they are of. */
export async function readOwedReviews(
  gateway: Pick<Gateway, 'findOwingReview' | 'reviewStatus'>,
  services: readonly string[] | null,
): Promise<readonly ReviewStatus[]> {
  const reviews = await readAll(await gateway.findOwingReview(), (deployId) => gateway.reviewStatus(deployId));
  return reviews.filter(({ phase, deploy }) => phase.kind === 'owed' && services?.includes(deploy.request.service) !== false);
}

/** Steps that builds wait at, for which approvals are missing. */
export async function readWaitingBlocks(gateway: Pick<Gateway, 'blocks'>): Promise<readonly BlockStatus[]> {
  const blocks = await readAll(await gateway.blocks.findWaiting(), (workflowId) => gateway.blocks.status(workflowId));
  return blocks.filter(({ phase, tally }) => phase.kind === 'waiting' && !tally.satisfied);
}

/** As above, of requests that were found. */
export async function readThose(gateway: Pick<Gateway, 'deployStatus'>, open: readonly FoundDeploy[]): Promise<readonly DeployStatus[]> {
  const read = await readAll(open, ({ workflowId }) => gateway.deployStatus(workflowId));
  return read.filter((status) => !isFinal(status.phase) && !status.request.dryRun);
}

async function readAll<From, To>(found: readonly From[], readOne: (one: From) => Promise<To | null>): Promise<readonly To[]> {
  const read = await Promise.allSettled(found.map(readOne));
  const [failed] = read.filter((result) => result.status === 'rejected');
  if (failed !== undefined && read.every((result) => result.status === 'rejected')) throw failed.reason;
  return read.flatMap((result) => (result.status === 'rejected' || result.value === null ? [] : [result.value]));
}
