// What the workflow of a blocked build asks of the world. Names are WIRE FORMAT, like those in activities.ts.
import type { BuildAddress, HaltedBuild, ManualStepWords } from './block-vocabulary.ts';

export interface UnblockInput extends BuildAddress {
  readonly jobId: string;
  /** Become meta-data of the build. */
  readonly fields: Readonly<Record<string, string>>;
  /** A member of the organization who is named as the one who unblocked; null: the token's own user is. */
  readonly unblocker: string | null;
}
export type UnblockOutcome =
  | { readonly kind: 'unblocked'; readonly by: string | null }
  /** Somebody was faster, perhaps an earlier attempt of ours. */
  | { readonly kind: 'not-blocked' }
  /** The build was cancelled, or is not there any more. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'no-such-member' }
  | { readonly kind: 'refused'; readonly answer: string };

/** On the queue `buildkite`: one HTTP request each. */
export interface BlockBuildkiteActivities {
  readHalted(at: BuildAddress): Promise<HaltedBuild>;
  /** What the pipeline's own configuration says of its block steps; null: this token may not read it. */
  readManualSteps(at: Pick<BuildAddress, 'organization' | 'pipeline'>): Promise<readonly ManualStepWords[] | null>;
  /** The id of this person at Buildkite, looked for on one page of the members. null and not `isLast`: perhaps on the next one. */
  findMember(input: { readonly organization: string; readonly person: string; readonly page: number }): Promise<{
    readonly id: string | null;
    readonly isLast: boolean;
  }>;
  /** Safe to repeat. */
  unblockJob(input: UnblockInput): Promise<UnblockOutcome>;
}
