// What an approver signs. Pure.
import { contractOf, digestOf } from '../ids.ts';
import type { EnvironmentPolicy } from './environment-policy.ts';
import type { Contract, Plan } from '../../workflows/vocabulary.ts';

/** Digest of the effective rule of one service in one environment: everything that decides, nothing that is only shown. */
export function policyDigest(policy: EnvironmentPolicy): string {
  const { refs, may, gates, parameters, approvals, isProtected, emergency, blocks } = policy;
  return digestOf({ refs, may, gates, parameters, approvals, isProtected, emergency, blocks });
}

export type ContractTerms = Pick<
  Plan,
  'repo' | 'sha' | 'service' | 'environment' | 'target' | 'organization' | 'pipeline' | 'parameters' | 'requester' | 'policyDigest'
> & {
  readonly workflowId: string;
  readonly emergency?: { readonly reason: string } | undefined;
};

/** Exactly what a vote is for. A change of any of these needs new votes. Repository and requester by their immutable ids. */
export function contractParts(terms: ContractTerms): Readonly<Record<string, unknown>> {
  return {
    request: terms.workflowId,
    repo: terms.repo.id,
    sha: terms.sha,
    service: terms.service,
    environment: terms.environment,
    target: terms.target,
    pipeline: `${terms.organization}/${terms.pipeline}`,
    parameters: terms.parameters,
    requester: terms.requester.key,
    policy: terms.policyDigest,
    ...(terms.emergency === undefined ? {} : { emergency: terms.emergency.reason }),
  };
}

export function planContract(terms: ContractTerms): Contract {
  return contractOf(contractParts(terms));
}
