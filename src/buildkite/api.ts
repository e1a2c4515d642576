// What the rest of Countersign asks of Buildkite. Implemented by `createBuildkite` in client.ts.
// One call = one HTTP request = one token of the quota. Reads throw `Trouble`; `createBuild` answers a value or throws `Trouble` of kind `unclear`.
import type { BuildkiteActivities, CreateOutcome } from '../../workflows/buildkite-activities.ts';
import type { UnblockInput, UnblockOutcome } from '../../workflows/block-activities.ts';
import type { HaltedBuild, ManualJob, ManualStepWords } from '../../workflows/block-vocabulary.ts';
import type { OutsideBuild } from '../../workflows/outside-contract.ts';
import type { ActsAs } from './credentials.ts';
import type { BuildAddress, BuildOrder } from '../../workflows/build-vocabulary.ts';
import type { Millis } from '../../workflows/vocabulary.ts';

/** What the request is for, the most urgent first. `rollback`: the create of whatever mends an outage. */
export type Lane = 'rollback' | 'cancel' | 'create' | 'unblock' | 'status';

export interface Quota {
  readonly scope: 'user' | 'organization';
  readonly limit: number;
  readonly remaining: number;
  readonly resetAt: Millis;
}

/** Somebody with the address of their account. */
export interface KnownUser {
  readonly id: string | null;
  readonly name: string | null;
  readonly email: string | null;
}

/** A build that waits, with people as Buildkite names them. `login`: of GitHub. */
export type RawHaltedBuild = Omit<HaltedBuild, 'creator' | 'author' | 'manual'> & {
  readonly creator: KnownUser | null;
  readonly author: { readonly name: string | null; readonly email: string | null; readonly login: string | null } | null;
  readonly manual: readonly (Omit<ManualJob, 'unblockedBy'> & { readonly unblockedBy: KnownUser | null })[];
};

export interface ListedHalt {
  readonly pipeline: string;
  readonly number: number;
  readonly uuid: string;
  readonly since: Millis | null;
}

export interface BlocksApi {
  readHalted(at: BuildAddress): Promise<RawHaltedBuild>;
  /** Builds that wait at a block step, at most 100, without those that Countersign asked for. `since`: another value each time it begins to wait. */
  listHalted(organization: string): Promise<readonly ListedHalt[]>;
  /** null: the token may not read pipelines (`read_pipelines`), or the YAML is not readable. */
  readManualSteps(at: Pick<BuildAddress, 'organization' | 'pipeline'>): Promise<readonly ManualStepWords[] | null>;
  /** `as`: in whose name, by their own token; `no-such-member` when there is no such user. */
  unblockJob(input: UnblockInput, as?: ActsAs): Promise<UnblockOutcome>;
  /** One page; empty where the token may not list them. */
  listMembers(input: { readonly organization: string; readonly page: number }): Promise<{
    readonly members: readonly KnownUser[];
    readonly isLast: boolean;
  }>;
}

export interface BuildkiteApi extends Omit<BuildkiteActivities, 'createBuild' | 'annotateBuild' | 'listRunningBuilds'>, BlocksApi {
  /** The POST is not begun after `notAfter` (read after the limiter, right before the request) and is aborted 10 s after it began. `as`: in whose name. */
  createBuild(order: BuildOrder, notAfter: Millis, as?: ActsAs): Promise<CreateOutcome>;
  readOutside(at: BuildAddress): Promise<OutsideBuild>;
  /** Writes Markdown onto the page of a build; whatever was written there by this before is replaced. */
  annotate(input: BuildAddress & { readonly body: string }): Promise<void>;
  /** `GET /v2/access-token`: start-up self-check. */
  checkToken(): Promise<{ readonly scopes: readonly string[]; readonly user: string; readonly expiresAt: Millis | null }>;
  /** Quota as the last response's headers told it. */
  quota(): readonly Quota[];
}
