// Who approves the code in a review may believe to have approved the deploy: which requests wait for just this person.
import type { DeployStatus } from '../../workflows/status.ts';
import type { Account, TallyNode } from '../../workflows/vocabulary.ts';
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
  const open = await gateway.findOpen({ kind: 'pull-request', repository: from.repo.id, number: from.issue, environment: null }, false);
  const statuses = await Promise.all(open.map(({ workflowId }) => gateway.deployStatus(workflowId)));
  return statuses.flatMap((status) =>
    status !== null && status.phase.kind === 'waiting' && waitsFor(status.tally?.tree ?? null, by)
      ? [{ status, once: `approval:${status.request.code}:${by.id}` }]
      : [],
  );
}

function waitsFor(node: TallyNode | null, account: Extract<Account, { surface: 'github' }>): boolean {
  if (node === null || node.satisfied || node.state === 'skipped') return false;
  if (node.kind === 'all' || node.kind === 'any') return node.of.some((child) => waitsFor(child, account));
  return node.kind === 'group' && node.waitingFor.some(({ github }) => github?.id === account.id);
}
