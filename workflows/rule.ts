// What a request needs before it may be built: who approves, and the clock of the wait for them. WIRE FORMAT, like vocabulary.ts.
import type { JudgedCondition, RuleCondition } from './conditions.ts';
import type { Millis } from './vocabulary.ts';

/** Who must approve, as a tree of groups; frozen in the plan. Membership is never frozen. */
export type RuleNode = Conditional &
  (
    | { readonly kind: 'all'; readonly of: readonly RuleNode[] }
    | { readonly kind: 'any'; readonly of: readonly RuleNode[] }
    | { readonly kind: 'group'; readonly group: string; readonly count: number }
    /** Satisfied without anybody, where its condition holds. */
    | { readonly kind: 'auto'; readonly name: string }
  );

interface Conditional {
  /** When it applies; left out: always. */
  readonly when?: RuleCondition;
  /** Of a plan: whether it does, and why. */
  readonly judged?: JudgedCondition;
}

export interface ApprovalRule {
  /** null: nobody has to approve. */
  readonly tree: RuleNode | null;
  readonly exclude: readonly ('requester' | 'commit-authors')[];
  readonly expireMs: number;
  /** What a push before the last vote may leave standing. Plans of older versions have none of these three. */
  readonly onPush?: OnPush;
  /** What becomes of the request when its pull request is closed or merged before the build was started. */
  readonly onClose?: 'cancel' | 'keep';
  /** `keep`: as long as the merged head is what is to be built. */
  readonly onMerge?: 'cancel' | 'keep';
  /** An approval given in Slack counts only once the same person confirms it on GitHub. */
  readonly stepUp?: 'github';
  /** When the people who are missing are reminded; absent: never. */
  readonly remind?: readonly ReminderRule[];
  readonly escalate?: EscalationRule;
  /** Expiry, reminders and escalation run in these hours only; absent: always. */
  readonly hours?: WorkingHours;
  /** How long after the last approval the start can still be stopped; absent: not at all. */
  readonly undoMs?: Millis;
}

export interface OnPush {
  /** Who may go back to the commit before the push; null: nobody. */
  readonly keep: 'requester' | null;
  /** null: every push takes new votes. */
  readonly small: SmallPush | null;
}

/** A push that leaves the votes standing: at most so many changed lines, in files that match only. */
export interface SmallPush {
  readonly lines: number;
  /** `*` matches within a path segment, `**` across. */
  readonly files: readonly string[];
}

/** A share of the expiry (0.5: half of it), or so long after the request began to wait. */
export type ReminderRule = { readonly share: number } | { readonly afterMs: Millis };

/** After so long another group is called; with `approve` one of them may fill one missing slot of any group. */
export interface EscalationRule {
  readonly afterMs: Millis;
  readonly to: string;
  readonly may: 'call' | 'approve';
}

export interface WorkingHours {
  /** A name of the IANA time zone database: `Europe/Berlin`. */
  readonly zone: string;
  /** 0 is Sunday. */
  readonly days: readonly number[];
  /** Minutes since midnight, by the clocks on the wall there. */
  readonly from: number;
  readonly to: number;
}
