// Asking a request whether a build is its own.
import type { Client } from '@temporalio/client';
import { attest, wouldAttest, type Attestation, type BuildToken } from '../../workflows/attest-contract.ts';
import { isClosed, within } from './deadline.ts';

/** A job can wait, longer than a killed worker's requests do (3 s). */
const ASK_MS = 5_000;

/** Throws `Trouble` (temporal). Each try is an Update of its own: a known id would be answered with the yes of an earlier one. */
export async function askToAttest(client: Client, workflowId: string, token: BuildToken): Promise<Attestation> {
  const handle = client.workflow.getHandle(workflowId);
  const limits = { deadlineMs: ASK_MS, doing: 'asking whose build it is' };
  try {
    const likely = await within(client, limits, () => handle.query(wouldAttest, token));
    // Only a yes is worth an event.
    return likely.kind === 'yes' ? await within(client, limits, () => handle.executeUpdate(attest, { args: [token] })) : likely;
  } catch (error) {
    if (isClosed(error)) return { kind: 'no', reason: 'over' };
    throw error;
  }
}
