// The closed list of reasons for saying no. WIRE FORMAT. Each says what was found and what was needed;
// `src/render/reasons.ts` turns them into words with a way out.
import type { DelegateReason } from './people-contract.ts';
import type { CommitSha, DeployCode, Millis, Person, PersonKey, Vote } from './vocabulary.ts';

/** A check that is not green. */
export interface CheckRef {
  readonly name: string;
  readonly url: string | null;
}

/** Why a request was not started, or why its turn was refused. */
export type GateReason =
  | { readonly code: 'unknown-service'; readonly service: string; readonly known: readonly string[] }
  | { readonly code: 'unknown-environment'; readonly service: string; readonly environment: string; readonly known: readonly string[] }
  | { readonly code: 'service-needed'; readonly known: readonly string[] }
  | { readonly code: 'wrong-repository'; readonly service: string; readonly expected: string; readonly found: string }
  | { readonly code: 'unmapped-requester'; readonly surface: 'github' | 'slack'; readonly environment: string }
  /** Only an e-mail address ties the Slack account to this person, where more is asked for. */
  | { readonly code: 'matched-by-email'; readonly environment: string }
  | { readonly code: 'inactive-person'; readonly name: string; readonly why: 'deactivated' | 'guest' | 'stranger' | 'bot' | 'no-read-access' }
  | { readonly code: 'no-permission'; readonly needed: readonly string[]; readonly found: string }
  /** Break glass is for those whom the environment names. */
  | {
      readonly code: 'no-emergency';
      readonly service: string;
      readonly environment: string;
      readonly needed: readonly string[];
      readonly found: string;
    }
  | { readonly code: 'unknown-ref'; readonly ref: string }
  | { readonly code: 'ambiguous-ref'; readonly ref: string; readonly matches: readonly string[] }
  | { readonly code: 'ref-not-allowed'; readonly ref: string; readonly allowed: readonly string[] }
  | { readonly code: 'pull-request-closed'; readonly number: number }
  /** `head`: what was merged; null where policy ends a request with every merge. */
  | { readonly code: 'pull-request-merged'; readonly number: number; readonly head: CommitSha | null; readonly sha: CommitSha }
  | { readonly code: 'fork'; readonly number: number; readonly head: string }
  | { readonly code: 'draft'; readonly number: number }
  | {
      readonly code: 'head-moved';
      readonly sha: CommitSha;
      readonly pushedAt: Millis;
      readonly by: string | null;
      /** What the review that asked had looked at. */
      readonly seen?: CommitSha;
    }
  /** The comment that asked is not what it was when it was posted. */
  | { readonly code: 'comment-changed'; readonly how: 'edited' | 'deleted' }
  | { readonly code: 'checks-failed'; readonly passed: number; readonly total: number; readonly failed: readonly CheckRef[] }
  | { readonly code: 'checks-pending'; readonly passed: number; readonly total: number; readonly pending: readonly CheckRef[] }
  | { readonly code: 'checks-missing'; readonly sha: CommitSha }
  | { readonly code: 'review-needed'; readonly found: 'changes-requested' | 'review-required' }
  | { readonly code: 'unreviewed-commits'; readonly commits: readonly CommitSha[] }
  | { readonly code: 'behind'; readonly by: number; readonly base: string }
  | { readonly code: 'not-deployed-before'; readonly environment: string; readonly sha: CommitSha }
  | { readonly code: 'soaking'; readonly environment: string; readonly since: Millis; readonly neededMs: number; readonly openAt: Millis }
  | {
      readonly code: 'would-lose-live';
      readonly live: CommitSha;
      readonly commits: readonly { readonly sha: CommitSha; readonly author: string; readonly title: string }[];
    }
  | { readonly code: 'bad-parameter'; readonly name: string; readonly value: string; readonly allowed: readonly string[] }
  | { readonly code: 'unknown-parameter'; readonly name: string; readonly known: readonly string[] }
  | { readonly code: 'missing-parameter'; readonly name: string; readonly allowed: readonly string[] }
  | { readonly code: 'unreadable'; readonly what: string; readonly why: string }
  | { readonly code: 'too-old'; readonly askedAt: Millis }
  | {
      readonly code: 'same-wish-open';
      readonly other: DeployCode;
      /** Who asked for it first, whether an approval is what it waits for, and where its cards are. */
      readonly by?: string | null;
      readonly isWaiting?: boolean;
      readonly cards?: { readonly slack: string | null; readonly github: string | null };
    }
  | {
      readonly code: 'rule-unsatisfiable';
      readonly group: string;
      readonly needed: number;
      readonly could: number;
      /** Members of the group who are nobody we know, by the names of their accounts; at most ten. */
      readonly unmapped?: readonly string[];
    };

/** Why a vote, withdrawal or cancellation did not count. */
export type ActReason =
  | { readonly code: 'own-request'; readonly name: string }
  | { readonly code: 'pushed-to-it'; readonly name: string }
  | { readonly code: 'commit-author'; readonly wrote: number | null; readonly of: number; readonly environment: string }
  | { readonly code: 'not-in-group'; readonly groups: readonly string[]; readonly yours: readonly string[]; readonly environment: string }
  | { readonly code: 'unmapped-voter'; readonly surface: 'github' | 'slack' }
  /** Only an e-mail address ties the Slack account to this person, where more is asked for. */
  | { readonly code: 'matched-by-email'; readonly environment: string }
  | { readonly code: 'inactive-person'; readonly name: string; readonly why: 'deactivated' | 'guest' | 'stranger' | 'bot' | 'no-read-access' }
  | { readonly code: 'already-voted'; readonly kind: 'approve' | 'reject'; readonly at: Millis; readonly surface: 'github' | 'slack' }
  | { readonly code: 'nothing-to-withdraw' }
  | { readonly code: 'stale-card'; readonly seen: string | null; readonly now: CommitSha; readonly compareUrl: string | null }
  | { readonly code: 'not-planned-yet' }
  | { readonly code: 'no-approval-needed'; readonly environment: string }
  /** An emergency waits for nobody's approval: it is reviewed afterwards. */
  | { readonly code: 'emergency-runs' }
  | { readonly code: 'not-an-emergency' }
  | { readonly code: 'review-not-open' }
  | { readonly code: 'already-reviewed'; readonly how: 'signed' | 'disputed'; readonly by: readonly string[]; readonly at: Millis }
  | { readonly code: 'already-approved'; readonly at: Millis }
  | { readonly code: 'too-late'; readonly ended: string; readonly at: Millis | null; readonly service: string; readonly environment: string }
  | { readonly code: 'already-starting' }
  | { readonly code: 'may-not-cancel'; readonly allowed: readonly string[] }
  /** Of a build that nobody asked for. */
  | { readonly code: 'build-over'; readonly build: number | null }
  | { readonly code: 'may-not-extend'; readonly allowed: readonly string[] }
  /** It waits for no approval: it has them all, or needs none. */
  | { readonly code: 'nothing-to-extend' }
  | { readonly code: 'may-not-keep'; readonly allowed: readonly string[] }
  | { readonly code: 'keeps-nothing'; readonly environment: string }
  | { readonly code: 'nothing-to-keep' }
  | { readonly code: 'extension-too-long'; readonly byMs: Millis; readonly mostMs: Millis }
  /** All extensions of one wait together. */
  | { readonly code: 'extended-enough'; readonly extendedMs: Millis; readonly mostMs: Millis }
  | { readonly code: 'reason-needed' }
  | { readonly code: 'unreadable'; readonly what: string; readonly why: string }
  /** `keptMs`: for how long the histories of closed requests are kept, where that is the question. */
  | { readonly code: 'unknown-request'; readonly named: string; readonly keptMs?: Millis | null }
  | { readonly code: 'no-open-request'; readonly where: string }
  | { readonly code: 'several-open-requests'; readonly codes: readonly DeployCode[] }
  /** Of builds that somebody else started. */
  | { readonly code: 'started-it'; readonly build: number }
  /** Nobody knows who started it, and this person's Buildkite account is not known either. */
  | { readonly code: 'may-have-started'; readonly build: number; readonly starter: string }
  /** The card was about another step of the build, or about other values in its fields. */
  | { readonly code: 'other-step'; readonly step: string }
  | { readonly code: 'other-values'; readonly by: string }
  /** What the step asks was not answered, or not with what it offers. */
  | { readonly code: 'bad-field'; readonly field: string; readonly allowed: readonly string[] | null }
  | { readonly code: 'only-on-github'; readonly environment: string; readonly named: DeployCode }
  /** The step does not wait any more. `by`: who decided it, where that is known. */
  | { readonly code: 'step-over'; readonly how: string; readonly by: string | null; readonly at: Millis; readonly build: number }
  /** What can't be done to a block step. */
  | { readonly code: 'only-a-step' }
  | { readonly code: 'not-retryable'; readonly other: DeployCode; readonly why: 'still-open' | 'succeeded' }
  /** It named no ref and ended before it had a plan: here the same words mean something else. */
  | { readonly code: 'retry-elsewhere'; readonly other: DeployCode; readonly service: string; readonly environment: string };

/** Why something that a person asked about their own accounts or absence was not done. */
export type PeopleReason =
  | { readonly code: 'links-off' }
  | { readonly code: 'link-in-slack' }
  | { readonly code: 'link-overruled' }
  | { readonly code: 'nothing-linked' }
  | { readonly code: 'link-reviewed'; readonly name: string }
  | { readonly code: 'unmapped-delegator'; readonly surface: 'github' | 'slack' }
  | { readonly code: 'unknown-person'; readonly named: string }
  | { readonly code: 'several-people'; readonly named: string; readonly logins: readonly string[] }
  | DelegateReason
  | { readonly code: 'nothing-delegated' };

export type Reason = GateReason | ActReason | PeopleReason;
export type ReasonCode = Reason['code'];

/** A vote that stopped counting, and why; shown on the card. */
export interface VoidVote {
  readonly by: Person;
  /** `delegation-over`: was counted in the place of `detail`, who is back. */
  readonly why: 'left-group' | 'delegation-over' | 'inactive' | 'unlinked' | 'became-requester' | 'became-author' | 'new-revision';
  readonly detail: string | null;
}

/** A vote that counted once, and why it does no longer. */
export interface GoneVote {
  readonly vote: Vote;
  readonly why: VoidVote['why'] | 'withdrawn';
  readonly detail: string | null;
  readonly at: Millis;
}

export type { PersonKey };
