// What a request looks like from outside: answer of the `status` query, input of `announce`. WIRE FORMAT.
import type { Attested } from './attest-contract.ts';
import type { GateReason, GoneVote, VoidVote } from './reasons.ts';
import type { BuildEnd, BuildFacts } from './build-vocabulary.ts';
import type { Account, CommitSha, DeployCode, DeployRequest, GateResult, LiveVersion, Millis, Person, Plan, Tally, Vote } from './vocabulary.ts';

/** Where a request stands. Each phase carries only what is true in it. */
export type DeployPhase =
  | { readonly kind: 'planning' }
  /** A gate said no before anything started. `sha` is null when not even the service was known. */
  | { readonly kind: 'refused'; readonly reasons: readonly GateReason[]; readonly gates: readonly GateResult[]; readonly sha: string | null }
  /** Answer of `/deploy plan`: what would happen. Final. */
  | { readonly kind: 'planned' }
  /**
   * Further moments of the wait, where the rule has any. `extendedMs`: by how much people extended it, `extendedBy` the last of them.
   * `pending`: what else it waits for before it may be built.
   */
  | {
      readonly kind: 'waiting';
      readonly expiresAt: Millis;
      readonly remindAt?: readonly Millis[];
      readonly escalateAt?: Millis | null;
      readonly extendedMs?: Millis;
      readonly extendedBy?: Person;
      readonly pending?: readonly GateReason[];
    }
  /** The undo window: it has all its approvals, and joins the queue then unless somebody stops it. */
  | { readonly kind: 'approved'; readonly startsAt: Millis }
  /** `position` 1 is the next one; 0: it is joining the queue and the place is not known yet. */
  | { readonly kind: 'queued'; readonly position: number; readonly ahead: string | null }
  /** At its turn: everything is read again, just before the build. `unread`: what can't be read right now. */
  | { readonly kind: 'checking'; readonly unread: string | null }
  /** `quota`: waiting for Buildkite's quota until then. `unreachable`: nothing got through to Buildkite. `credential`: it refuses our token, or there is none. `unclear`: Buildkite's answer did not say whether the build exists. */
  | { readonly kind: 'starting'; readonly waitingFor: 'nothing' | 'quota' | 'unreachable' | 'credential' | 'unclear'; readonly until: Millis | null }
  | { readonly kind: 'building'; readonly build: BuildFacts; readonly cancelling: Person | null }
  | { readonly kind: 'blocked'; readonly build: BuildFacts; readonly step: string }
  | { readonly kind: 'succeeded'; readonly build: BuildFacts; readonly at: Millis }
  /** `cancelledBy`: a person cancelled it here; null with `canceled`: it was interrupted outside Countersign. */
  | {
      readonly kind: 'ended-badly';
      readonly how: Exclude<BuildEnd, 'passed'>;
      readonly build: BuildFacts;
      readonly log: LogTail | null;
      readonly cancelledBy: Person | null;
      /** It waited at a block step, and was cancelled there. */
      readonly block?: BlockStop;
      readonly at: Millis;
    }
  /** Its turn came and the re-check said no. */
  | { readonly kind: 'stopped'; readonly reasons: readonly GateReason[]; readonly at: Millis }
  /** Buildkite refused to create the build. */
  | { readonly kind: 'not-built'; readonly answer: string; readonly at: Millis }
  | { readonly kind: 'rejected'; readonly by: Person; readonly reason: string; readonly at: Millis }
  /** `pending`: what had not come until then. */
  | { readonly kind: 'expired'; readonly at: Millis; readonly pending?: readonly GateReason[] }
  /** `pullRequest`: nobody cancelled it in words; by policy the end of its pull request did. */
  | {
      readonly kind: 'cancelled';
      readonly by: Person;
      readonly reason: string | null;
      readonly during: string;
      readonly at: Millis;
      readonly surface?: Account['surface'];
      readonly pullRequest?: { readonly number: number; readonly merged: boolean; readonly head: CommitSha };
    }
  /** Its workflow did not come to an end of its own: whoever finds it so says so. `how`: Temporal's word. */
  | { readonly kind: 'terminated'; readonly how: string; readonly during: string; readonly at: Millis };

/** A block step at which a build was stopped: rejected by somebody, or not approved in time. */
export type BlockStop =
  | { readonly kind: 'rejected'; readonly step: string; readonly by: Person; readonly reason: string }
  | { readonly kind: 'expired'; readonly step: string };

export type PhaseKind = DeployPhase['kind'];

/** The tail of a failed job's log. */
export interface LogTail {
  readonly step: string;
  readonly lines: readonly string[];
  readonly url: string;
}

/** A push that opened a new revision; or the requester went back to what was there before it. */
export interface RevisionNote {
  readonly from: string;
  readonly to: string;
  readonly by: string;
  readonly compareUrl: string | null;
  /** What it changed; null: not known. */
  readonly delta?: PushDelta | null;
  /** Whoever had approved what was there before. */
  readonly askedAgain?: readonly Person[];
  /** The push was small: their approvals stand. */
  readonly stands?: readonly Person[];
  /** `keep`: `to` is what was there before `from` was pushed. */
  readonly how?: 'push' | 'keep';
}

/** What lies between two heads. */
export interface PushDelta {
  readonly commits: number;
  /** The first few. */
  readonly files: readonly string[];
  readonly filesTotal: number;
  /** Added and removed together; null: not all of them are counted. */
  readonly lines: number | null;
  /** false: commits of the earlier head are gone, or more has changed than is listed. */
  readonly isWhole: boolean;
}

/** Where the cards of a request are. `url`: its address; null or missing: not known. */
export interface Cards {
  readonly slack: { readonly channel: string; readonly ts: string; readonly url?: string | null } | null;
  readonly github: { readonly comment: number; readonly url?: string | null } | null;
}

/** Another group was called, since nobody answered in time. */
export interface Escalated {
  readonly at: Millis;
  readonly group: string;
  readonly may: 'call' | 'approve';
  readonly people: readonly Person[];
}

export interface DeployStatus {
  readonly workflowId: string;
  readonly request: DeployRequest;
  /** null until planned, or when the plan was refused. */
  readonly plan: Plan | null;
  readonly phase: DeployPhase;
  readonly votes: readonly Vote[];
  /** Approvals given in Slack that wait for the same person's word on GitHub: they do not count yet. */
  readonly unconfirmed?: readonly Vote[];
  readonly tally: Tally | null;
  readonly voided: readonly VoidVote[];
  /** Every vote that stopped counting since the request was made; left out while there is none. */
  readonly gone?: readonly GoneVote[];
  readonly revision: RevisionNote | null;
  /** A push after the last vote: it changes nothing, the card names it. */
  readonly laterPush: { readonly sha: string; readonly by: string } | null;
  readonly build: BuildFacts | null;
  /** The commit that the requester may go back to just now. */
  readonly keepable?: CommitSha;
  /** Why the requester could not go back to the commit before the push. */
  readonly keepRefused?: readonly GateReason[];
  /** The pull request was closed or merged before the build was started. */
  readonly closure?: { readonly number: number; readonly merged: boolean; readonly by: string; readonly at: Millis } | null;
  /** Those that were posted. Requests of older versions do not say. */
  readonly cards?: Cards;
  readonly escalated?: Escalated;
  /** Second builds of the request that were asked to stop; left out while there is none. */
  readonly doubles?: readonly { readonly kept: number; readonly other: number }[];
  /** The build that proved, from within, to be this request's own. */
  readonly attested?: Attested;
  /** What its own build carries, which is asked for where a build names this request (seal.ts). Never shown. */
  readonly seal?: string;
}

/** As much of a request as its timeline tells already: the next line says what has come since. */
export interface ToldSoFar {
  readonly phase: PhaseKind;
  /** Of the plan; 0 before there was one. */
  readonly revision: number;
  readonly votes: readonly Vote[];
  readonly unconfirmed?: readonly Vote[];
  readonly voided: readonly VoidVote[];
  /** SHA of a push that changes nothing. */
  readonly laterPush: string | null;
  readonly extendedMs?: Millis;
  /** How many second builds. */
  readonly doubles?: number;
}

/** An emergency as the environment remembers it. */
export interface EmergencyNote {
  readonly reason: string;
  readonly review:
    | { readonly state: 'owed' }
    | { readonly state: 'signed' | 'disputed'; readonly by: readonly string[]; readonly reason: string | null; readonly at: Millis };
}

/** What of one service is live on a target, which several may share. */
export interface LiveService extends LiveVersion {
  /** It came by an emergency. */
  readonly emergency?: EmergencyNote;
  readonly service: string;
  readonly environment: string;
}

/** One finished deploy, as the environment remembers it. */
export interface DeployRecord {
  readonly workflowId: string;
  readonly code: string;
  /** null: a build from outside that does not say. */
  readonly service: string | null;
  readonly environment: string | null;
  readonly sha: string;
  readonly how: BuildEnd;
  readonly build: number;
  readonly buildUrl: string;
  readonly startedAt: Millis | null;
  readonly endedAt: Millis;
  /** Names. Unknown for builds from outside, and for those of earlier versions. */
  readonly requester?: string;
  readonly approvers?: readonly string[];
  readonly emergency?: EmergencyNote;
}

/** The wish for a turn, idempotent by (deployId, turn). */
export interface Join {
  readonly deployId: string;
  readonly code: DeployCode;
  readonly turn: number;
  readonly service: string;
  readonly environment: string;
  readonly sha: CommitSha;
  readonly organization: string;
  readonly pipeline: string;
  /** It goes before everybody who waits. */
  readonly emergency?: true;
  /** What its build will carry (seal.ts). */
  readonly seal?: string;
}
export interface QueueEntry {
  readonly deployId: string;
  readonly code: string;
  readonly turn: number;
  readonly service: string;
  readonly environment: string;
  readonly joinedAt: Millis;
}

/** Answer of the `environmentState` query. */
export interface EnvironmentState {
  readonly target: string;
  /** false until a fresh environment has read Buildkite: then `live` is unknown, not nothing. */
  readonly known: boolean;
  /** Each service in each of its environments once. Those that are missing have nothing live here. */
  readonly live: readonly LiveService[];
  /** `deployId` is null for a build that was not asked for here. */
  readonly holder: { readonly deployId: string | null; readonly code: string | null; readonly since: Millis } | null;
  readonly queue: readonly QueueEntry[];
  readonly history: readonly DeployRecord[];
}
