// The messages of `people`: account links made by self-service, and delegations. WIRE FORMAT, like contract.ts.
// No secret is in here: one-time tokens and sessions are known by their SHA-256 digests only.
import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { Account, Millis, Person } from './vocabulary.ts';

/** One per namespace. */
export const PEOPLE_ID = 'people';

export type SlackAccount = Extract<Account, { surface: 'slack' }>;
export type GithubAccount = Extract<Account, { surface: 'github' }>;
/** SHA-256 of a one-time secret, lower-case hex. */
export type Digest = string;

/** Two accounts of one human, as that human has proven: the Slack account by a private one-time URL, the GitHub account by signing in. */
export interface Link {
  readonly slack: SlackAccount;
  readonly github: GithubAccount;
  readonly since: Millis;
}

/** While `from` is away, `to` acts in the groups of `from`. Both as they were resolved then: their ids count, against the people of today. */
export interface Delegation {
  readonly from: Person;
  readonly to: Person;
  readonly since: Millis;
  /** From this moment on it is over. */
  readonly until: Millis;
  readonly reason: string | null;
}

/** `delegations` may hold some that are over: a reader knows the time, a Query does not. */
export interface PeopleState {
  readonly links: readonly Link[];
  readonly delegations: readonly Delegation[];
}
export const peopleState = defineQuery<PeopleState>('peopleState');

/** A link that was asked for and not confirmed yet. */
export interface OpenLink {
  readonly token: Digest;
  readonly slack: SlackAccount;
  readonly expiresAt: Millis;
  /** Who signed in at GitHub, in which session of a browser; null: nobody yet. The first sign-in is the only one. */
  readonly signedIn: { readonly session: Digest; readonly github: GithubAccount } | null;
}
/** What became of a token. `unknown`: never issued, replaced by a newer one, or long ago. */
export type TokenState =
  | { readonly kind: 'open'; readonly link: OpenLink }
  | { readonly kind: 'used' | 'unknown' }
  | { readonly kind: 'expired'; readonly at: Millis };
export const tokenState = defineQuery<TokenState, [Digest]>('tokenState');

/** Why a step of linking did not go on. */
export type LinkReason =
  | { readonly code: 'token-unknown' }
  | { readonly code: 'token-used' }
  | { readonly code: 'token-expired'; readonly at: Millis }
  /** Somebody signed in with this token in another browser. */
  | { readonly code: 'other-session' }
  | { readonly code: 'not-signed-in' }
  | { readonly code: 'slack-linked'; readonly to: GithubAccount }
  | { readonly code: 'github-linked'; readonly to: SlackAccount }
  /** The reviewed configuration says whose account this is. */
  | { readonly code: 'reviewed-otherwise'; readonly account: Account; readonly name: string };
export type DelegateReason =
  | { readonly code: 'delegate-self' }
  | { readonly code: 'delegate-too-long'; readonly maxMs: number }
  | { readonly code: 'delegate-over' };

/** A new token for this Slack account; an older one of the same account is void. */
export const openLink = defineUpdate<
  { readonly kind: 'opened'; readonly expiresAt: Millis } | { readonly kind: 'refused'; readonly reason: LinkReason },
  [{ readonly token: Digest; readonly slack: SlackAccount }]
>('openLink');

/** A sign-in at GitHub that was proven for this token. */
export const signInToLink = defineUpdate<
  { readonly kind: 'signed-in'; readonly link: OpenLink } | { readonly kind: 'refused'; readonly reason: LinkReason },
  [{ readonly token: Digest; readonly session: Digest; readonly github: GithubAccount }]
>('signInToLink');

/** The person saw both accounts and confirmed, in the session that signed in. */
export const confirmLink = defineUpdate<
  { readonly kind: 'linked'; readonly link: Link } | { readonly kind: 'refused'; readonly reason: LinkReason },
  [{ readonly token: Digest; readonly session: Digest }]
>('confirmLink');

/** By either of the two accounts. Votes of that person stop counting. */
export const revokeLink = defineUpdate<{ readonly kind: 'revoked'; readonly link: Link } | { readonly kind: 'nothing' }, [{ readonly by: Account }]>(
  'revokeLink',
);

/** Replaces an earlier delegation of `from`. */
export const delegate = defineUpdate<
  { readonly kind: 'delegated'; readonly delegation: Delegation } | { readonly kind: 'refused'; readonly reason: DelegateReason },
  [Omit<Delegation, 'since'>]
>('delegate');

export const endDelegation = defineUpdate<
  { readonly kind: 'ended'; readonly delegation: Delegation } | { readonly kind: 'nothing' },
  [{ readonly from: Person }]
>('endDelegation');

/** What one run hands to the next. */
export interface CarriedPeople extends PeopleState {
  readonly open: readonly OpenLink[];
  /** Tokens that were used, newest last, bounded. */
  readonly used: readonly Digest[];
}
export interface PeopleInput {
  /** null for a fresh one: links that were lost with a closed run can't be restored. */
  readonly carried: CarriedPeople | null;
  /** Continues as new after so many events even if the server does not suggest it yet. */
  readonly eventsMax?: number;
  /** Of a zone that is not the front door's home: there the same is told to the same person. Inputs of older versions do not say. */
  readonly quiet?: boolean;
}

/** Somebody is told directly in Slack. `to`: whom. */
export type PeopleNews =
  | { readonly kind: 'linked' | 'unlinked'; readonly to: SlackAccount; readonly link: Link }
  | {
      readonly kind: 'delegated' | 'delegation-ended';
      readonly to: { readonly team: string; readonly user: string };
      readonly delegation: Delegation;
    };
