// The words of Countersign as types. WIRE FORMAT: these values live in workflow histories for as long as
// the namespace keeps them. Fields may be added (as nullable or optional), never renamed or removed.
import type { PlannedEmergency } from './emergency.ts';
import type { GateName, GateResult } from './gates.ts';
import type { FoundFact } from './conditions.ts';
import type { ApprovalRule, OnPush, ReminderRule, RuleNode, SmallPush, WorkingHours } from './rule.ts';

/** A full, lower-case, 40-digit commit SHA. */
export type CommitSha = string & { readonly __brand: 'CommitSha' };
/** `owner/name` of a GitHub repository; shown, never decided on (the numeric id decides). */
export type RepoSlug = string & { readonly __brand: 'RepoSlug' };
/** The short, lasting name of a request, such as `7F3K-Q2`. */
export type DeployCode = string & { readonly __brand: 'DeployCode' };
/** Digest of what an approver signs (design §1), lower-case hex. */
export type Contract = string & { readonly __brand: 'Contract' };
/** What must not be deployed to twice at once. */
export type Target = string & { readonly __brand: 'Target' };
/** Canonical key of a human: `github:<numeric id>`, or `slack:<team>:<user>` for somebody without a known GitHub account. */
export type PersonKey = string & { readonly __brand: 'PersonKey' };
/** Milliseconds since 1970, UTC. */
export type Millis = number;

/** An account that acted on a surface, by the ids that never change; names are for display only. */
export type Account =
  | { readonly surface: 'github'; readonly id: number; readonly login: string }
  | { readonly surface: 'slack'; readonly team: string; readonly user: string; readonly name: string };

/** One human with the accounts we know of. `mapped`: the reviewed configuration (or a link) ties the accounts together. */
export interface Person {
  readonly key: PersonKey;
  readonly name: string;
  readonly mapped: boolean;
  readonly github: { readonly id: number; readonly login: string } | null;
  readonly slack: { readonly team: string; readonly user: string } | null;
  /** How the accounts are tied together, of a mapped person. Left out: the reviewed configuration does it. `linked`: the person did. `email`: only their address in Slack does. */
  readonly binding?: 'reviewed' | 'linked' | 'email';
}

/** Where an answer to a person goes. Never a `response_url`: that is a secret and would live in a history. */
export type ReplyTo =
  | {
      readonly surface: 'github';
      readonly repo: { readonly id: number; readonly slug: RepoSlug };
      readonly installation: number;
      readonly issue: number;
      /** Id of what was written: a comment of the conversation, unless `written` says otherwise. */
      readonly comment: number;
      readonly written?: WrittenElsewhere;
    }
  | { readonly surface: 'slack'; readonly team: string; readonly channel: string; readonly user: string };

/**
 * Not in the conversation of a pull request. `review`: the body of a submitted review, which takes no reactions, so its writer is answered
 * by name; `digest` is the text as it arrived, since GitHub does not say when a review was edited; `sha` is the commit that was looked at. `thread`: a comment at a line of code;
 * replies go to the comment `root` that began it.
 */
export type WrittenElsewhere =
  | { readonly kind: 'review'; readonly login: string; readonly digest: string; readonly sha: CommitSha | null }
  | { readonly kind: 'thread'; readonly root: number };

/** How the request names what to deploy. `head`: no ref was given (design §3 says what that means per surface). */
export type RefWish = { readonly kind: 'head' } | { readonly kind: 'named'; readonly name: string };

/** One wish to deploy, as it was asked. */
export interface DeployRequest {
  readonly code: DeployCode;
  readonly service: string;
  readonly environment: string;
  readonly ref: RefWish;
  readonly parameters: Readonly<Record<string, string>>;
  readonly requester: Account;
  readonly origin: ReplyTo;
  /** The event's own time; I10 counts from here. */
  readonly askedAt: Millis;
  /** The request that this one tries again. */
  readonly retryOf: { readonly workflowId: string; readonly code: DeployCode } | null;
  /** `plan` and `--dry-run`: say what would happen, change nothing. */
  readonly dryRun: boolean;
  /** Break glass: it starts at once and owes a review afterwards. Absent: an ordinary request. */
  readonly emergency?: { readonly reason: string };
}

/** What a ref turned out to be. `branch` is what Buildkite is told. */
export interface PlannedRef {
  readonly kind: 'pull-request' | 'branch' | 'tag' | 'commit';
  readonly name: string;
  readonly branch: string;
}

export interface PullRequestRef {
  readonly number: number;
  readonly title: string;
  readonly url: string;
}

/** The version of a service that runs in an environment now. */
export interface LiveVersion {
  readonly sha: CommitSha;
  readonly since: Millis;
  readonly code: DeployCode | null;
  readonly buildUrl: string | null;
}

/** What lies between the live version and the requested one. */
export interface ChangeSummary {
  readonly commits: number;
  readonly pullRequests: readonly number[];
  /** Keys of commit authors and co-authors whose accounts GitHub knows. */
  readonly authors: readonly PersonKey[];
  /** How many of the commits each of them wrote. */
  readonly commitsBy?: Readonly<Record<string, number>>;
  /** How many of the commits have an author or co-author whose account GitHub does not know. */
  readonly unknownAuthors?: number;
  readonly compareUrl: string | null;
}

export type { ApprovalRule, GateName, GateResult, OnPush, ReminderRule, RuleNode, SmallPush, WorkingHours };

/** `failed`: nobody is left who could satisfy it. `skipped`: its condition does not hold, so it is neither asked for nor a way. */
export type NodeState = 'satisfied' | 'waiting' | 'failed' | 'skipped';

interface Explained {
  readonly satisfied: boolean;
  /** Not in histories from before there were conditions. */
  readonly state?: NodeState;
  /** Its condition, with what was found. */
  readonly when?: readonly FoundFact[];
}

/** The evaluated rule: says for each node whether it is satisfied and by whom, and who could still satisfy it. */
export type TallyNode = Explained &
  (
    | {
        readonly kind: 'all' | 'any';
        readonly of: readonly TallyNode[];
        /** Of an `any`: which alternative `have` and `need` speak of. */
        readonly nearest?: number;
      }
    | {
        readonly kind: 'group';
        readonly group: string;
        readonly count: number;
        readonly by: readonly Person[];
        /** Members whose approval would still count, in the order of the configuration. */
        readonly waitingFor: readonly Person[];
        /** How many members are nobody we know: nothing ties a human to their account, so they can't approve. */
        readonly unmapped?: number;
        /** Who is in it could not be read just now. */
        readonly unread?: boolean;
        /** Who of these is in it in the place of somebody who is away: by key, the name of that person. */
        readonly standIns?: Readonly<Record<string, string>>;
      }
    | { readonly kind: 'auto'; readonly name: string }
  );

export interface Tally {
  readonly satisfied: boolean;
  /** Approvals that count so far and how many the rule needs at least: "1 of 2". */
  readonly have: number;
  readonly need: number;
  readonly tree: TallyNode | null;
}

/** The request after the facts were read. Frozen: a new push makes a new plan with `revision + 1`. */
export interface Plan {
  readonly revision: number;
  readonly service: string;
  readonly environment: string;
  readonly zone: string;
  readonly target: Target;
  readonly repo: { readonly id: number; readonly slug: RepoSlug; readonly installation: number };
  readonly sha: CommitSha;
  /** First line of the commit's message. */
  readonly title: string;
  readonly commitUrl: string;
  readonly ref: PlannedRef;
  readonly pullRequest: PullRequestRef | null;
  readonly organization: string;
  readonly pipeline: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly requester: Person;
  /** Everybody who counts as a requester: who asked, and whoever pushed since. */
  readonly requesters: readonly Person[];
  /** null: nothing is live there yet. */
  readonly live: LiveVersion | null;
  readonly change: ChangeSummary;
  readonly gates: readonly GateResult[];
  readonly rule: ApprovalRule;
  /** Group members at the time of the plan, for display ("1 of sre (bea, carl)"); decisions read them afresh. */
  readonly tally: Tally;
  readonly isProtected: boolean;
  /** The effective policy of this service and environment as it was: what the re-check at the turn judges by. Opaque here. */
  readonly policy: Readonly<Record<string, unknown>>;
  readonly policyDigest: string;
  readonly contract: Contract;
  readonly environmentUrl: string | null;
  readonly slack: { readonly channel: string; readonly also: readonly string[] };
  /** How long a passed build usually takes here, in milliseconds; null when there is nothing to go by. */
  readonly usualMs: number | null;
  /** Break glass: `rule` asks for nobody then. */
  readonly emergency?: PlannedEmergency;
  /** Environments that come after this one, for "what to do next". */
  readonly promotesTo: readonly string[];
  /** The page of its build will say who signed it. Plans of older versions promise nothing. */
  readonly annotates?: true;
  /** A block step of its build asks for an approval of its own. Absent: that is left to Buildkite. */
  readonly blocks?: true;
}

/** What a vote is judged by: of a request, or of a build that waits at a block step. */
export type JudgedPlan = Pick<
  Plan,
  'environment' | 'repo' | 'sha' | 'commitUrl' | 'ref' | 'requester' | 'requesters' | 'change' | 'rule' | 'contract'
>;

/** Approve or reject by one person. `key` is the idempotency key of the event that carried it. */
export interface Vote {
  readonly kind: 'approve' | 'reject';
  readonly by: Person;
  readonly surface: Account['surface'];
  readonly at: Millis;
  readonly contract: Contract;
  readonly reason: string | null;
  readonly key: string;
}
