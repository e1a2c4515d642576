// Who approves the code in a review may believe to have approved the deploy: which requests wait for just this person.
import type { DeployStatus } from '../../workflows/status.ts';
import { owns } from '../policy/people.ts';
import { peopleMissing } from '../policy/rule.ts';
import type { BotDeps } from './deps.ts';
import type { Incoming } from './front-door.ts';

/** `once`: one answer for each request and person, however many reviews follow. */
export interface MissedApproval {
  readonly status: DeployStatus;
  readonly once: string;
}

/** Open requests of this pull request in which the writer of the review could still fill a place, as far as their cards say. */
export async function missedApprovals({ gateway }: BotDeps, { from, by }: Incoming): Promise<readonly MissedApproval[]> {
  if (from.surface !== 'github' || by.surface !== 'github') return [];
  const { id, slug } = from.repo;
  const open = await gateway.findOpen({ kind: 'pull-request', repository: id, slug, number: from.issue, environment: null }, false);
  const statuses = await Promise.all(open.map(({ workflowId }) => gateway.deployStatus(workflowId)));
  return statuses.flatMap((status) =>
    status !== null && status.phase.kind === 'waiting' && peopleMissing(status.tally?.tree ?? null).some((person) => owns(person, by))
      ? [{ status, once: `approval:${status.request.code}:${by.id}` }]
      : [],
  );
}
