// Asking a request whether a build is its own.
import { WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { attest, NOT_ATTESTED, type Attestation, type BuildToken } from '../../workflows/attest-contract.ts';
import { isClosed, within } from './deadline.ts';

/** A job can wait, longer than a killed worker's requests do (3 s). */
const UPDATE_MS = 5_000;

/** Throws `Trouble` (temporal). Each try is an Update of its own: a known id would be answered with the yes of an earlier one. */
export async function askToAttest(client: Client, workflowId: string, token: BuildToken): Promise<Attestation> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    return await within(client, { deadlineMs: UPDATE_MS, doing: 'asking whose build it is' }, () => handle.executeUpdate(attest, { args: [token] }));
  } catch (error) {
    const answer = refusalIn(error);
    if (answer !== null) return answer;
    if (isClosed(error)) return { kind: 'no', reason: 'over' };
    throw error;
  }
}

function refusalIn(error: unknown): Attestation | null {
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : null;
  if (!(cause instanceof ApplicationFailure) || cause.type !== NOT_ATTESTED) return null;
  const [answer] = cause.details ?? [];
  return answer as Attestation;
}
