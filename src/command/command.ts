// What a person can ask for: text becomes one of these. Pure.
import type { DeployCode, RefWish } from '../../workflows/vocabulary.ts';

export type Command =
  | {
      readonly kind: 'deploy';
      /** `plan`: `/deploy plan …` or `--dry-run`: change nothing. */
      readonly mode: 'start' | 'plan';
      /** null: left out on a pull request; the repository's only service is meant. */
      readonly service: string | null;
      readonly ref: RefWish;
      readonly environment: string;
      readonly parameters: Readonly<Record<string, string>>;
    }
  /** Break glass: a deploy that starts at once. */
  | {
      readonly kind: 'emergency';
      readonly service: string | null;
      readonly ref: RefWish;
      readonly environment: string;
      readonly parameters: Readonly<Record<string, string>>;
      readonly reason: string;
    }
  /** The review that an emergency owes. */
  | { readonly kind: 'review'; readonly code: DeployCode; readonly act: 'show' | 'sign' | 'dispute'; readonly reason: string | null }
  | { readonly kind: 'history'; readonly service: string | null; readonly environment: string }
  | { readonly kind: 'vote'; readonly vote: 'approve' | 'reject'; readonly which: Which; readonly reason: string | null }
  | { readonly kind: 'withdraw'; readonly which: Which; readonly reason: string | null }
  | { readonly kind: 'cancel'; readonly which: Which; readonly reason: string | null }
  /** Back to the commit before the last push. */
  | { readonly kind: 'keep'; readonly which: Which; readonly reason: string | null }
  | { readonly kind: 'extend'; readonly which: Which; readonly byMs: number }
  | { readonly kind: 'retry'; readonly code: DeployCode }
  | { readonly kind: 'status'; readonly code: DeployCode | null }
  | { readonly kind: 'why'; readonly code: DeployCode }
  | { readonly kind: 'what'; readonly service: string | null; readonly environment: string | null }
  /** `open`: show how the accounts of whoever asks are tied together, or begin to tie them. */
  | { readonly kind: 'link'; readonly act: 'open' | 'revoke' }
  /** `to` as it was typed; null: nobody any more. */
  | { readonly kind: 'delegate'; readonly to: string | null; readonly forMs: number | null; readonly reason: string | null }
  | { readonly kind: 'help'; readonly topic: string | null };

/** Which request is meant: by code, by environment on a pull request, or the only open one there. */
export type Which =
  | { readonly by: 'code'; readonly code: DeployCode }
  | { readonly by: 'environment'; readonly environment: string }
  | { readonly by: 'only' };

/** Text that was meant for us but is not a command. `suggestion`: the exact words that were probably meant. */
export interface ParseFailure {
  readonly kind: 'not-understood';
  readonly problem: string;
  readonly suggestion: string | null;
  /** The help topic that explains it. */
  readonly topic: string | null;
}

/** `nothing`: the text was not meant for us. */
export type Parsed = { readonly kind: 'command'; readonly command: Command } | ParseFailure | { readonly kind: 'nothing' };

/** What the parser needs to know of the surface and the live configuration. */
export interface Grammar {
  readonly surface: 'github' | 'slack';
  /** The word of the slash command and comment, `/deploy` unless configured. */
  readonly prefix: string;
  /** Known services with aliases and their environments, for did-you-mean. On a pull request: those of its repository first. */
  readonly services: readonly { readonly name: string; readonly aliases: readonly string[]; readonly environments: readonly string[] }[];
}
