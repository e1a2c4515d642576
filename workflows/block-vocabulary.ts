// Block and input steps of Buildkite builds, as types. WIRE FORMAT, like vocabulary.ts.
import type { BuildAsRead } from './build-vocabulary.ts';
import type { Millis, PersonKey } from './vocabulary.ts';

/** What a block step asks before it lets the build go on; the answer becomes meta-data of the build. */
export interface BlockField {
  readonly key: string;
  readonly label: string;
  readonly hint: string | null;
  readonly required: boolean;
  /** Several chosen values are joined by line breaks, as Buildkite does. */
  readonly default: string | null;
  /** null: free text. */
  readonly options: readonly { readonly label: string; readonly value: string }[] | null;
  readonly multiple: boolean;
}

/** A block or input step as the pipeline's own configuration writes it: jobs do not say this. */
export interface ManualStepWords {
  readonly key: string | null;
  readonly label: string | null;
  readonly prompt: string | null;
  readonly fields: readonly BlockField[];
}

/** Somebody as Buildkite knows them. `person`: who that is by the reviewed configuration; null: nobody it knows. No address is kept. */
export interface BuildkiteUser {
  readonly id: string | null;
  readonly name: string | null;
  readonly person: PersonKey | null;
}

/** Ids of members of the organization at Buildkite, by the key of the person. */
export type MemberIds = Readonly<Record<string, string>>;

/** A block or input step of a build: Buildkite tells the two apart only in the pipeline's configuration. */
export interface ManualJob {
  readonly id: string;
  readonly label: string;
  readonly key: string | null;
  /** Buildkite's own word. */
  readonly state: string;
  readonly unblockable: boolean;
  readonly unblockedBy: BuildkiteUser | null;
  readonly unblockedAt: Millis | null;
}

/** A build that may wait at a block step. */
export interface HaltedBuild extends BuildAsRead {
  readonly message: string;
  /** While it is, `state` says nothing. */
  readonly blocked: boolean;
  /** Since when, by Buildkite's clock. */
  readonly waitsSince?: Millis;
  readonly creator: BuildkiteUser | null;
  readonly author: BuildkiteUser | null;
  /** In the order of the build's page. */
  readonly manual: readonly ManualJob[];
}
