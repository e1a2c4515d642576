// Is this the one build of an approved request? Only its workflow can say so; here it is found.
import type { Attestation, BuildToken } from '../../workflows/attest-contract.ts';
import type { BotDeps } from './deps.ts';
import { outsideAsked } from './outside.ts';

/** Of one commit, not built by another build: a few, even where many services share a repository. */
const CANDIDATES_MAX = 50;

/** Answers for a genuine token. Throws `Trouble` (temporal). */
export async function attest({ config, gateway }: Pick<BotDeps, 'config' | 'gateway'>, token: BuildToken): Promise<Attestation> {
  const zone = Object.values(config.zones).find(({ organization }) => organization === token.organization);
  // A slug can be given to somebody else; the id, where it is configured, can't.
  const isOther = zone === undefined || (zone.organizationId !== undefined && zone.organizationId !== token.organizationId);
  if (isOther) return { kind: 'no', reason: 'other-organization' };
  const { commit, organization, pipeline, number } = token;
  const open = await gateway.findOpen({ kind: 'build', commit, organization, pipeline, number }, true, CANDIDATES_MAX);
  const answers = await Promise.all(open.map(({ workflowId }) => gateway.attest(workflowId, token)));
  const answer = clearest(answers);
  if (answer.kind === 'no') await outsideAsked({ config, gateway }, token, answer.reason);
  return answer;
}

/** One yes is enough: it is about this build and no other. Otherwise a no must be certain. */
function clearest(answers: readonly Attestation[]): Attestation {
  const by = (kind: Attestation['kind']): Attestation | undefined => answers.find((answer) => answer.kind === kind);
  const refusals = answers.filter((answer) => answer.kind === 'no');
  // Of several requests for the commit, one that knows the pipeline says more than one that waits for approval.
  const telling = refusals.find(({ reason }) => reason !== 'not-approved' && reason !== 'other-pipeline') ?? refusals[0];
  return by('yes') ?? by('not-known-yet') ?? telling ?? { kind: 'no', reason: 'no-request' };
}
