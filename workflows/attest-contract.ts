// Proof at the build: a job says which build it belongs to, by a token that Buildkite signed, and the request answers whether that
// build is its own. WIRE FORMAT, like contract.ts.
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { CommitSha, Contract, DeployCode } from './vocabulary.ts';

/** What a verified token of a Buildkite job says. Ids are there when the job asked for these claims. */
export interface BuildToken {
  readonly organization: string;
  readonly organizationId: string | null;
  readonly pipeline: string;
  readonly number: number;
  /** UUID of the build. */
  readonly buildId: string | null;
  readonly commit: string;
  readonly branch: string;
  /** Buildkite's word for what made the build: `api`, `ui`, `webhook` … */
  readonly source: string;
  readonly job: string;
  readonly step: string | null;
  /** The same for the same token and for no other: each is answered with yes once. */
  readonly key: string;
}

/** Public codes: a job prints them, so they tell nothing about requests of others. */
export type NotAttested =
  /** No open request has this commit. */
  | 'no-request'
  /** Its start was not granted, or its approval is gone. */
  | 'not-approved'
  | 'cancelled'
  | 'over'
  | 'other-organization'
  | 'other-pipeline'
  | 'other-build'
  | 'other-commit'
  | 'other-branch'
  /** The build was not made through the API. */
  | 'other-source'
  | 'token-used';

export type Attestation =
  | {
      readonly kind: 'yes';
      readonly code: DeployCode;
      readonly service: string;
      readonly environment: string;
      readonly sha: CommitSha;
      readonly contract: Contract;
      /** By name. */
      readonly approvers: readonly string[];
    }
  | { readonly kind: 'no'; readonly reason: NotAttested }
  /** The answer to the create is not there yet. */
  | { readonly kind: 'not-known-yet' };

/** The build that said so by itself, and was believed: no other build of this request ever is. */
export interface Attested {
  readonly number: number;
  readonly uuid: string;
}

/** What `attest` would answer now, without an event: a job that asks in a loop can't fill the history. */
export const wouldAttest = defineQuery<Attestation, [BuildToken]>('wouldAttest');
/** Asked only when the query says yes. */
export const attest = defineUpdate<Attestation, [BuildToken]>('attest');

/** To `build`: if there are two builds of the request, this one stays. */
export const buildAttested = defineSignal<[{ readonly deployId: string; readonly build: Attested }]>('buildAttested');
