// Between the adapters and the bot: what arrives, already verified and shape-checked, and who handles it. Types only.
import type { Reply } from '../render/reply.ts';
import type { HeadChange } from '../../workflows/contract.ts';
import type { BuildFacts } from '../../workflows/build-vocabulary.ts';
import type { Account, Contract, Millis, ReplyTo } from '../../workflows/vocabulary.ts';

/** Text a person typed: a slash command, or the body of a new comment. */
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

/** A button or a submitted modal. */
export interface Click {
  readonly key: string;
  readonly act: 'approve' | 'reject' | 'cancel' | 'withdraw';
  readonly by: Account;
  readonly at: Millis;
  readonly from: Extract<ReplyTo, { surface: 'slack' }>;
  readonly deployId: string;
  readonly contract: Contract | null;
  readonly sha: string | null;
  readonly reason: string | null;
}

export interface PushEvent {
  readonly repo: { readonly id: number; readonly slug: string };
  readonly pullRequest: number;
  readonly change: HeadChange;
}

/**
 * Each method answers after the durable step. They throw `Trouble` with source `temporal` when Temporal cannot be reached:
 * GitHub then gets a 503 and the Slack user the reply `unreachable`.
 */
export interface FrontDoor {
  /** On GitHub the bot answers by itself (reaction, comment) and the returned reply is only logged; in Slack the adapter shows it to the person. */
  command(incoming: Incoming): Promise<Reply>;
  act(click: Click): Promise<Reply>;
  /** The whole card and every gate, for one person. */
  details(deployId: string): Promise<Reply>;
  pushed(event: PushEvent): Promise<void>;
  buildSeen(build: BuildFacts): Promise<void>;
}
