// Who approves the code in a review may believe to have approved the deploy: which requests wait for just this person.
import type { DeployStatus } from '../../workflows/status.ts';
import { owns } from '../policy/people.ts';
import { peopleMissing } from '../policy/rule.ts';
import { isFinal } from '../render/phase.ts';
import type { BotDeps } from './deps.ts';
import type { Incoming } from './front-door.ts';

/** `once`: one answer for each request and person, however many reviews follow. `several`: others are open there, whoever they wait for. */
export interface MissedApproval {
  readonly status: DeployStatus;
  readonly once: string;
  readonly several: boolean;
}

/** Open requests of this pull request in which the writer of the review could still fill a place, as far as their cards say. */
export async function missedApprovals({ gateway }: BotDeps, { from, by }: Incoming): Promise<readonly MissedApproval[]> {
  if (from.surface !== 'github' || by.surface !== 'github') return [];
  const { id, slug } = from.repo;
  const found = await gateway.findOpen({ kind: 'pull-request', repository: id, slug, number: from.issue, environment: null }, false);
  const read = await Promise.all(found.map(({ workflowId }) => gateway.deployStatus(workflowId)));
  const open = read.filter((status) => status !== null).filter(({ phase, request }) => !isFinal(phase) && !request.dryRun);
  const isMissing = ({ phase, tally, plan }: DeployStatus): boolean =>
    phase.kind === 'waiting' && peopleMissing((tally ?? plan?.tally)?.tree ?? null).some((person) => owns(person, by));
  return open.filter(isMissing).map((status) => ({ status, once: `approval:${status.request.code}:${by.id}`, several: open.length > 1 }));
}
