// What is open: requests, reviews, steps, read one by one. Lists lag behind, so what has ended since is left out.
import type { BlockStatus } from '../../workflows/block-contract.ts';
import type { ReviewStatus } from '../../workflows/review-contract.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import { isFinal } from '../render/phase.ts';
import type { FoundDeploy } from '../temporal/find-deploys.ts';
import type { ZoneReads } from '../temporal/one-zone.ts';
import { isTrouble } from '../trouble.ts';

/** What was read of a list, and of how many it could not be; throws `Trouble` when nothing of it could. */
export interface Listed<T> {
  readonly read: readonly T[];
  readonly others: number;
}

/** The newest of a list; `isPartial`: perhaps there are more than were looked at. */
export interface Newest<T> extends Listed<T> {
  readonly isPartial: boolean;
}

/** No more than a message shows; of reviews and steps no more are found. */
const LISTED_MAX = 20;

/** Requests that still go on; no plans, for which nobody waits. */
export async function readOpenRequests(
  gateway: Pick<ZoneReads, 'findOpen' | 'deployStatus'>,
  services: readonly string[],
): Promise<Newest<DeployStatus>> {
  const found = await gateway.findOpen({ kind: 'services', services }, false, LISTED_MAX + 1);
  return { ...(await readThose(gateway, found.slice(0, LISTED_MAX))), isPartial: found.length > LISTED_MAX };
}

/** Of several zones, as of one. */
export function newestFirst(requests: readonly DeployStatus[]): readonly DeployStatus[] {
  return requests.toSorted((one, other) => other.request.askedAt - one.request.askedAt);
}

/** Reviews of emergencies that nobody has signed off or disputed yet; `services` null: of all. */
export async function readOwedReviews(
  gateway: Pick<ZoneReads, 'findOwingReview' | 'reviewStatus'>,
  services: readonly string[] | null,
): Promise<Newest<ReviewStatus>> {
  const found = await gateway.findOwingReview();
  const reviews = await readAll(found, (deployId) => gateway.reviewStatus(deployId));
  const owed = only(reviews, ({ phase, deploy }) => phase.kind === 'owed' && services?.includes(deploy.request.service) !== false);
  return { ...owed, isPartial: found.length >= LISTED_MAX };
}

/** Steps that builds wait at, for which approvals are missing. */
export async function readWaitingBlocks({ blocks }: Pick<ZoneReads, 'blocks'>): Promise<Newest<BlockStatus>> {
  const found = await blocks.findWaiting();
  const read = await readAll(found, (workflowId) => blocks.status(workflowId));
  return { ...only(read, ({ phase, tally }) => phase.kind === 'waiting' && !tally.satisfied), isPartial: found.length >= LISTED_MAX };
}

/** Requests that still go on, of those that were found. */
export async function readThose(gateway: Pick<ZoneReads, 'deployStatus'>, open: readonly FoundDeploy[]): Promise<Listed<DeployStatus>> {
  const read = await readAll(open, ({ workflowId }) => gateway.deployStatus(workflowId));
  return only(read, (status) => !isFinal(status.phase) && !status.request.dryRun);
}

function only<T>({ read, others }: Listed<T>, isMeant: (one: T) => boolean): Listed<T> {
  return { read: read.filter(isMeant), others };
}

async function readAll<From, To>(found: readonly From[], readOne: (one: From) => Promise<To | null>): Promise<Listed<To>> {
  const ended = await Promise.allSettled(found.map((one) => patiently(() => readOne(one))));
  const failed = ended.filter((end) => end.status === 'rejected');
  const [first] = failed;
  if (first !== undefined && failed.length === ended.length) throw first.reason;
  return { read: ended.flatMap((end) => (end.status === 'rejected' || end.value === null ? [] : [end.value])), others: failed.length };
}

/** One request may be busy for longer than a read waits, while all else is well: it is asked once more before people are told that it can't be read. */
async function patiently<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!isTrouble(error, 'unavailable')) throw error;
    return read();
  }
}
