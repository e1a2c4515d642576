// What workflows ask of the world, but for Buildkite (buildkite-activities.ts). Implemented in `src/activities/`. Names are WIRE FORMAT.
import type { ActReason, GateReason, VoidVote } from './reasons.ts';
import type { BuildReport, BuildResult, Watched } from './build-contract.ts';
import type { Claim, ClaimStart, FarewellInput, Join, JoinAnswer, ReplyInput, Receipt } from './contract.ts';
import type { PeopleNews } from './people-contract.ts';
import type { Cards, DeployStatus, PushDelta, ToldSoFar } from './status.ts';
import type {
  Account,
  ApprovalRule,
  Contract,
  DeployRequest,
  GateResult,
  JudgedPlan,
  LiveVersion,
  Millis,
  Person,
  Plan,
  ReplyTo,
  Tally,
  Target,
  Vote,
} from './vocabulary.ts';

// ---- queue `countersign`: reading the facts and judging them ---------------------------------------------------

export interface PlanInput {
  readonly request: DeployRequest;
  readonly workflowId: string;
  /** 1 for the first; a push asks for the next. */
  readonly revision: number;
  /** Whoever pushed since the request counts as a requester too. */
  readonly pushers: readonly Account[];
  /** The head a push event told, so that a lagging read is noticed; null at the first revision. */
  readonly expectedHead: string | null;
  /** What the push replaces: the plan before it, and the votes for that. Inputs of older versions do not say. */
  readonly before?: { readonly plan: Plan; readonly votes: readonly Vote[]; readonly tally: Tally | null };
  /** The requester goes back to the commit of this plan: it is what is planned, whatever the head is. */
  readonly keep?: Plan;
  /** The first run of the workflow, whatever it was reset to since: the seal is made from it. Inputs of older versions want none. */
  readonly firstRun?: string;
}
export type PlanResult =
  | {
      readonly kind: 'planned';
      readonly plan: Plan;
      /** From the second revision on: gates that only time can open; the build waits for them. */
      readonly pending?: readonly GateReason[];
      /** Whoever pushed the head that was planned, where no push event told of it. */
      readonly pushedBy?: Account;
      /** What the push changed. */
      readonly delta?: PushDelta | null;
      /** For the order, never for people: the same at every plan of the request. */
      readonly seal?: string;
      /** The push was small: these votes stand, for the contract of this plan, and these do not. */
      readonly standing?: { readonly votes: readonly Vote[]; readonly voided: readonly VoidVote[]; readonly tally: Tally };
    }
  | {
      readonly kind: 'refused';
      readonly reasons: readonly GateReason[];
      readonly gates: readonly GateResult[];
      readonly sha: string | null;
      readonly target: string | null;
    };

/** Input of the vote's judge: frozen plan, votes so far, and the new act. */
export interface JudgeInput {
  readonly plan: JudgedPlan;
  readonly votes: readonly Vote[];
  readonly act: {
    readonly kind: 'approve' | 'reject' | 'withdraw';
    readonly by: Account;
    readonly contract: Contract | null;
    readonly sha: string | null;
    readonly reason: string | null;
  };
  /** The request was escalated: by the rule, others may count now. */
  readonly escalated?: boolean;
}
export type Verdict =
  | { readonly kind: 'counts'; readonly person: Person; readonly tally: Tally }
  /** It would count, but this environment wants it confirmed on GitHub by the same person. */
  | { readonly kind: 'to-confirm'; readonly person: Person }
  | { readonly kind: 'refused'; readonly reasons: readonly ActReason[] };

export interface AuthoriseInput {
  readonly request: DeployRequest;
  readonly plan: Plan | null;
  readonly by: Account;
  readonly act: 'cancel' | 'extend' | 'keep';
  readonly escalated?: boolean;
  /** In the undo window whoever may approve may also stop it. */
  readonly inUndoWindow?: boolean;
}
export type Authorised = { readonly kind: 'allowed'; readonly person: Person } | { readonly kind: 'refused'; readonly reasons: readonly ActReason[] };

export interface WaitingInput {
  readonly rule: ApprovalRule;
  /** When the request began to wait. */
  readonly startedAt: Millis;
  /** By how much people extended it. */
  readonly extendedMs: Millis;
}
/** The moments of a wait by the rule's own clock: in working hours, if it has any. */
export interface WaitingTimes {
  readonly expiresAt: Millis;
  /** Earliest first; all before the expiry. */
  readonly remindAt: readonly Millis[];
  readonly escalateAt: Millis | null;
}

/** `escalated`: whether it is now, or is about to be. */
export interface SurveyInput {
  readonly plan: JudgedPlan;
  readonly votes: readonly Vote[];
  readonly escalated: boolean;
}
export interface Survey {
  readonly tally: Tally;
  /** Whose approval would still count, as far as they can act; nobody twice. */
  readonly missing: readonly Person[];
  /** The group that the rule escalates to, as far as its people can act; empty unless escalated. */
  readonly called: readonly Person[];
}

export interface RecheckInput {
  readonly plan: Plan;
  readonly request: DeployRequest;
  readonly votes: readonly Vote[];
  /** As the votes left it: for which group each was counted. */
  readonly tally?: Tally | null;
  readonly escalated?: boolean;
}
/**
 * `unknown`: something could not be read; ask again. `void`: votes that stopped counting, and the tally without them.
 * `live`: the version that runs there now, if it was read; the plan's may be hours old.
 */
export type Recheck =
  | { readonly kind: 'good'; readonly tally: Tally; readonly live?: LiveVersion | null }
  | { readonly kind: 'gates'; readonly reasons: readonly GateReason[] }
  | { readonly kind: 'void'; readonly votes: readonly VoidVote[]; readonly tally: Tally; readonly live?: LiveVersion | null }
  | { readonly kind: 'unknown'; readonly what: string };

/** `pending`: only time is missing. `closed`: it is not good enough. `unknown`: something could not be read; ask again. */
export type GatesNow =
  | { readonly kind: 'open'; readonly gates: readonly GateResult[] }
  | { readonly kind: 'pending'; readonly gates: readonly GateResult[]; readonly reasons: readonly GateReason[] }
  | { readonly kind: 'closed'; readonly gates: readonly GateResult[]; readonly reasons: readonly GateReason[] }
  | { readonly kind: 'unknown'; readonly what: string };

export interface HolderFacts {
  /** `running`, `completed`, `missing`, or another close status in lower case. */
  readonly deploy: string;
  /** `result`: how it ended, if it completed and its result can be read. */
  readonly build: {
    readonly status: string;
    readonly closedAt: Millis | null;
    readonly deployId: string | null;
    readonly result?: BuildResult | null;
  };
}

export interface DecidingActivities {
  /** Reads GitHub, the environment and the policy. Throws when a read should be tried again; an unreadable gate after the retries is a refusal. */
  makePlan(input: PlanInput): Promise<PlanResult>;
  /** Local, short, read-only, from caches at most 60 s old. Never throws for a business reason. */
  judgeVote(input: JudgeInput): Promise<Verdict>;
  /** Local, like `judgeVote`. */
  authorise(input: AuthoriseInput): Promise<Authorised>;
  /** Local and without any I/O: time zones are none of a workflow's business. */
  planWaiting(input: WaitingInput): Promise<WaitingTimes>;
  /** Local, like `judgeVote`: how far the request is and who is missing, read now. null: a group can't be read now. */
  surveyWaiting(input: SurveyInput): Promise<Survey | null>;
  /** Everything read afresh, no cache. */
  recheck(input: RecheckInput): Promise<Recheck>;
  /** The gates of a plan that waits for some of them. */
  readGates(input: Omit<RecheckInput, 'votes'>): Promise<GatesNow>;
}

export interface PeerActivities {
  /** Update-with-start on the target's environment. `updateId` is new for every call. */
  joinQueue(input: { readonly join: Join; readonly target: Target; readonly updateId: string }): Promise<JoinAnswer>;
  /** Update `claimStart` on the request. A closed or missing request answers `no`. `withinMs`: how long to wait, where that is short. */
  claim(input: { readonly deployId: string; readonly claim: ClaimStart; readonly withinMs?: Millis }): Promise<Claim>;
  /** The request's workflow and the last `build:<target>`, described in one go. */
  describeHolders(input: { readonly deployId: string | null; readonly target: Target }): Promise<HolderFacts>;
  /**
   * Signals `buildReported` to the request; one that is closed is told nothing. Local: as an external signal it would cost the
   * history of every build five times as much. May arrive twice, which changes nothing.
   */
  reportBuild(input: { readonly deployId: string; readonly turn: number; readonly report: BuildReport }): Promise<void>;
  /** Signal-with-start of the zone's `build-watch`. */
  registerWatch(input: { readonly organization: string; readonly watched: Watched }): Promise<void>;
}

export type { Cards };

// ---- queue `notify`: telling people ----------------------------------------------------------------------------

/** Calls people whose act is missing, or (`escalation`) others instead of them. */
export interface Reminder {
  readonly kind: 'reminder' | 'escalation';
  readonly people: readonly Person[];
  readonly at: Millis;
}

/** What people do to a request, or to the review it owes. */
export type ActKind = 'approve' | 'reject' | 'withdraw' | 'cancel' | 'extend' | 'keep' | 'sign' | 'dispute';

export interface NotifyActivities {
  /** Looks for a card of this request first (message metadata), so a retry posts no second one. Also tells a Slack requester where it is. */
  postSlackCard(status: DeployStatus): Promise<NonNullable<Cards['slack']>>;
  /** Looks for a card of this request first (hidden marker by our own app). Also reacts 👀 to the commanding comment. */
  postGithubCard(status: DeployStatus): Promise<NonNullable<Cards['github']>>;
  /**
   * Edits both cards; a new message only when a person must act or at the end; final phases set the final reaction. `thread`: there is
   * news for the timeline. `told`: what the timeline says already; left out by whoever does not know.
   */
  announce(input: {
    readonly status: DeployStatus;
    readonly cards: Cards;
    readonly thread: string | null;
    readonly told?: ToldSoFar | null;
  }): Promise<void>;
  /** Tells one person what became of an act: ephemeral in Slack, reaction and reply on GitHub. */
  sendReceipt(input: { readonly to: ReplyTo; readonly receipt: Receipt; readonly act: ActKind }): Promise<void>;
  /**
   * A message in the thread of the Slack card, and one comment on the pull request, which later reminders edit. Says nothing if the
   * request has moved on meanwhile, and calls nobody whose act is no longer missing.
   */
  remind(input: { readonly status: DeployStatus; readonly cards: Cards; readonly reminder: Reminder }): Promise<void>;
  /** A request that is over before it has a card in Slack (refused, planned): told to the requester alone. */
  tellRequester(status: DeployStatus): Promise<void>;
  reply(input: ReplyInput): Promise<void>;
  /** A direct message in Slack about one's own accounts or absence. */
  tellPerson(news: PeopleNews): Promise<void>;
  /**
   * The last word on a request that was ended from outside. One that goes on, or is not there, is left alone. Answers the request if it
   * was an emergency and owes its review.
   */
  closeCards(input: FarewellInput): Promise<DeployStatus | null | void>;
  /** An emergency has begun: one line for the `also` channels; the cards are told already. */
  raiseAlarm(input: { readonly status: DeployStatus; readonly cards: Cards }): Promise<void>;
}
