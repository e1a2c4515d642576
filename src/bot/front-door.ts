// Between the adapters and the bot: what arrives, already verified and shape-checked, and who handles it. Types only.
import type { FormState, FormValues } from '../render/form-fields.ts';
import type { FormAnswer, GrowingForm } from '../render/form.ts';
import type { Home } from '../render/home.ts';
import type { Reply } from '../render/reply.ts';
import type { BlockStatus } from '../../workflows/block-contract.ts';
import type { ActKind } from '../../workflows/activities.ts';
import type { HeadChange, PullRequestClosure } from '../../workflows/contract.ts';
import type { BuildFacts } from '../../workflows/build-vocabulary.ts';
import type { OutsideClaim } from '../../workflows/outside-contract.ts';
import type { Account, Contract, Millis, ReplyTo } from '../../workflows/vocabulary.ts';

/** Text a person typed: a slash command, the body of a new comment or of a submitted review. */
export interface Incoming {
  /** Workflow id of a deploy that this event would start; made from the event, never random. Acts use it as their idempotency key. */
  readonly key: string;
  /** Slack: the words after the slash command, escaped as Slack sends them (the parser undoes it, once). GitHub: the whole comment. */
  readonly text: string;
  readonly by: Account;
  /** The event's own time. */
  readonly at: Millis;
  readonly from: ReplyTo;
}

/** A review of the code that was submitted. It may begin with a command, like a comment. */
export interface SubmittedReview {
  readonly incoming: Incoming;
  /** It approves the code, which is not an approval of any deploy. */
  readonly approvesCode: boolean;
}

/** A button or a submitted modal. */
export interface Click {
  readonly key: string;
  /** `sign` and `dispute`: of the review that the request owes. */
  readonly act: Exclude<ActKind, 'extend'>;
  readonly by: Account;
  readonly at: Millis;
  readonly from: Extract<ReplyTo, { surface: 'slack' }>;
  readonly deployId: string;
  readonly contract: Contract | null;
  readonly sha: string | null;
  readonly reason: string | null;
  /** Of a block step: what its form says; left out: as it stands. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** The form of a block step, as it was sent: block id → action id → what it holds. */
export interface FilledBlock {
  readonly click: Click;
  readonly state: FormState;
}
/** `remarks`: at the fields, by block id. */
export type FillAnswer =
  | { readonly kind: 'problems'; readonly remarks: Readonly<Record<string, string>> }
  | { readonly kind: 'answered'; readonly reply: Reply };

/**
 * A webhook about a build that perhaps nobody asked Countersign for. `claim`: the request that it names as the one that did; null: none.
 * `waits`: it says that it waits at a block step. `step`: key of the step that has just started; null: it is about something else, or the
 * step has none.
 */
export interface ForeignBuild {
  readonly organization: string;
  readonly pipeline: string;
  readonly number: number;
  readonly uuid: string;
  readonly claim: OutsideClaim | null;
  readonly waits: boolean;
  readonly step: string | null;
  readonly hasStarted: boolean;
  readonly hasEnded: boolean;
}

export interface PushEvent {
  readonly repo: { readonly id: number; readonly slug: string };
  readonly pullRequest: number;
  readonly change: HeadChange;
}

/** A pull request was closed, merged or not. */
export interface ClosedEvent {
  readonly repo: { readonly id: number; readonly slug: string };
  readonly closure: PullRequestClosure;
}

/** What somebody has filled in so far, or sends. */
export interface FormAsk {
  readonly by: Account;
  readonly from: Extract<ReplyTo, { surface: 'slack' }>;
  readonly values: FormValues;
}

export interface FormSubmission extends FormAsk {
  /** Workflow id of the request, made from the form's own id. */
  readonly key: string;
  readonly at: Millis;
}

/**
 * Each method answers after the durable step. They throw `Trouble` with source `temporal` when Temporal cannot be reached:
 * GitHub then gets a 503 and the Slack user the reply `unreachable`.
 */
export interface FrontDoor {
  /** On GitHub the bot answers by itself (reaction, comment) and the returned reply is only logged; in Slack the adapter shows it to the person. */
  command(incoming: Incoming): Promise<Reply>;
  /** Like `command`; approving the code instead of the deploy is answered once for each request and person that it could be meant for. */
  reviewed(review: SubmittedReview): Promise<Reply>;
  /** A comment at a line of code: no command is executed there, but whoever wrote one is told where it works. */
  misplaced(incoming: Incoming): Promise<Reply>;
  act(click: Click): Promise<Reply>;
  /** The whole card and every gate, for one person. */
  details(deployId: string): Promise<Reply>;
  pushed(event: PushEvent): Promise<void>;
  pullRequestClosed(event: ClosedEvent): Promise<void>;
  buildSeen(build: BuildFacts): Promise<void>;
  /** Also of builds that name a request. Builds of pipelines that the configuration does not name are none of our business. */
  foreignBuildSeen(build: ForeignBuild): Promise<void>;
}

/** What there is in Slack alone. */
export interface SlackFrontDoor extends FrontDoor {
  form(ask: FormAsk): GrowingForm;
  /** Like a typed command, after what can be said at the fields was said there. */
  submit(submission: FormSubmission): Promise<FormAnswer>;
  /** The step that a build waits at; null: there is none. */
  block(workflowId: string): Promise<BlockStatus | null>;
  /** Approves a block step with what its form says. */
  fillBlock(filled: FilledBlock): Promise<FillAnswer>;
  /** What waits for this person, what they asked for, what is live. */
  home(by: Account): Promise<Home>;
}
