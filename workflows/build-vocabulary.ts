// The words of builds as types. WIRE FORMAT, like vocabulary.ts.
import type { Account, CommitSha, Contract, DeployCode, Millis, PersonKey, Target } from './vocabulary.ts';

/** One step of a Buildkite build, as shown. */
export interface BuildStep {
  readonly label: string;
  readonly type: 'command' | 'block' | 'input' | 'wait' | 'trigger' | 'other';
  /** Buildkite's own word, unknown ones as they are. */
  readonly state: string;
  /** The job to ask for its log; null where there is none. */
  readonly jobId: string | null;
}

/** What we know of a Buildkite build. `state` is Buildkite's own word; unknown ones are kept as they are. */
export interface BuildFacts {
  readonly uuid: string;
  readonly number: number;
  readonly pipeline: string;
  readonly state: string;
  readonly blocked: boolean;
  readonly url: string;
  readonly commit: string;
  readonly createdAt: Millis | null;
  readonly startedAt: Millis | null;
  readonly finishedAt: Millis | null;
  /** Empty when the source did not carry jobs (webhooks, bulk polls). */
  readonly steps: readonly BuildStep[];
  /** Number of the build that somebody repeated: it carries what ours carried, but nobody approved it, so it is no request's. */
  readonly rebuiltFrom?: number;
  /** `countersign:deploy-id`, `countersign:target` and so on of its meta-data. */
  readonly deployId: string | null;
  readonly target: string | null;
  readonly service: string | null;
  readonly environment: string | null;
  /** `countersign:seal`; left out: none, or what can be no seal. */
  readonly seal?: string;
}

/** Where a build is: Buildkite numbers them within the pipeline. */
export interface BuildAddress {
  readonly organization: string;
  readonly pipeline: string;
  readonly number: number;
}

/** A build as one read of it shows it, whoever asked for it. */
export interface BuildAsRead {
  readonly uuid: string;
  readonly number: number;
  readonly pipeline: string;
  readonly url: string;
  readonly commit: string;
  readonly branch: string;
  /** Buildkite's word for what made it: `ui`, `webhook`, `schedule`, `api` … */
  readonly source: string;
  /** Buildkite's own word. */
  readonly state: string;
  /** It has ended, and waits for nobody. */
  readonly isOver: boolean;
}

/** How a build ended, told as what it is: only `passed` is success. */
export type BuildEnd = 'passed' | 'failed' | 'canceled' | 'skipped' | 'not_run';

/** What Buildkite is asked to build: the contract of design §4, already approved. */
export interface BuildOrder {
  readonly deployId: string;
  readonly code: DeployCode;
  readonly organization: string;
  readonly pipeline: string;
  readonly service: string;
  readonly environment: string;
  readonly target: Target;
  readonly sha: CommitSha;
  readonly branch: string;
  readonly ref: string;
  readonly pullRequest: number | null;
  readonly requester: string;
  readonly approvers: readonly string[];
  readonly previousSha: CommitSha | null;
  readonly parameters: Readonly<Record<string, string>>;
  readonly contract: Contract;
  /** What tells its build from a copy (seal.ts). Orders of older versions have none. */
  readonly seal?: string;
  readonly emergency?: { readonly reason: string };
  /** As in the plan. */
  readonly blocks?: true;
  /** Orders of older versions have none. */
  readonly signatures?: Signatures;
}

/** Who asked and who approved, as the page of the build tells it. */
export interface Signatures {
  readonly asked: Signature;
  readonly approved: readonly Signature[];
  /** Rules that approved without anybody, and why. */
  readonly rules?: readonly { readonly name: string; readonly why: string }[];
  /** Addresses of the cards; null: there is none, or it is not known. */
  readonly cards: { readonly slack: string | null; readonly github: string | null };
}

export interface Signature {
  readonly by: string;
  /** Of whom approved. Orders of older versions have none. */
  readonly key?: PersonKey;
  readonly surface: Account['surface'];
  readonly at: Millis;
}
