// Proof at the build: the one build of a request, and no other, may go on.
import { setHandler } from '@temporalio/workflow';
import { attest, wouldAttest, type Attestation, type BuildToken, type NotAttested } from './attest-contract.ts';
import { isOver, type Deploy } from './deploy-state.ts';
import { guarded } from './guarded.ts';
import { bearsSeal } from './seal.ts';
import { passOnAttested } from './turn.ts';

/** Far more than the steps of a build; each is kept, so that no token is believed twice. */
const TOKENS_MAX = 500;

/**
 * Registers the handlers. No validator: an Update that it rejects leaves no event, but it wakes the workflow, and a wait whose time has
 * just come goes on where no replay does.
 */
export function answerAttestations(deploy: Deploy): void {
  setHandler(wouldAttest, (token) => judge(deploy, token), { description: 'Would this be told to be the build of the request?' });
  setHandler(attest, (token) => guarded(async () => confirm(deploy, token)), { description: 'Is this the build of the request? Believed once.' });
}

function confirm(deploy: Deploy, token: BuildToken): Attestation {
  const answer = judge(deploy, token);
  const { build, plan, attested } = deploy;
  if (answer.kind !== 'yes' || build === null || plan === null) return answer;
  deploy.attested = { number: build.number, uuid: build.uuid };
  deploy.tokens = [...deploy.tokens, token.key];
  if (attested === null) passOnAttested(deploy, plan, deploy.attested);
  return answer;
}

/** Reads only. Whatever is not known to fit is no. */
function judge(deploy: Deploy, token: BuildToken): Attestation {
  const { go, build, attested } = deploy;
  if (isOver(deploy) || deploy.ended !== null) return no('over');
  if (go === null) return no('not-approved');
  if (deploy.cancelling !== null) return no('cancelled');
  const { order } = go;
  if (token.source !== 'api') return no('other-source');
  if (token.organization !== order.organization) return no('other-organization');
  if (token.pipeline !== order.pipeline) return no('other-pipeline');
  if (token.commit !== order.sha) return no('other-commit');
  if (token.branch !== order.branch) return no('other-branch');
  if (attested !== null && !isBuild(token, attested)) return no('other-build');
  if (build === null) return { kind: 'not-known-yet' };
  if (!isBuild(token, build) || !bearsSeal(order, build)) return no('other-build');
  if (deploy.tokens.includes(token.key) || deploy.tokens.length >= TOKENS_MAX) return no('token-used');
  const { code, service, environment, sha, contract, approvers } = order;
  return { kind: 'yes', code, service, environment, sha, contract, approvers };
}

/** The number decides; the id as well, where the token carries it. */
const isBuild = ({ number, buildId }: BuildToken, build: { readonly number: number; readonly uuid: string }): boolean =>
  number === build.number && (buildId === null || buildId === build.uuid);

const no = (reason: NotAttested): Attestation => ({ kind: 'no', reason });
