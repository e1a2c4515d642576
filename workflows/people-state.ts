// What `people` knows, and what each act changes in it. No waiting here: every change is one step.
import { isSamePerson } from './accounts.ts';
import type {
  CarriedPeople,
  Delegation,
  DelegateReason,
  Digest,
  GithubAccount,
  Link,
  LinkReason,
  OpenLink,
  SlackAccount,
  TokenState,
} from './people-contract.ts';
import type { Account, Millis, Person } from './vocabulary.ts';

/** A one-time URL works for ten minutes. */
export const TOKEN_LIFE_MS = 600_000;
/** Longest absence: a delegation that nobody remembers must end by itself. */
export const DELEGATION_MAX_MS = 30 * 86_400_000;
/** How long an expired token is still told apart from an unknown one, and how many used ones. */
const EXPIRED_KEPT_MS = 3_600_000;
const USED_KEPT_MAX = 200;

export interface Book {
  links: readonly Link[];
  delegations: readonly Delegation[];
  open: readonly OpenLink[];
  used: readonly Digest[];
}

export function openBook(carried: CarriedPeople | null): Book {
  return carried === null ? { links: [], delegations: [], open: [], used: [] } : { ...carried };
}

/** What the next run gets: without what is over. */
export function carryBook(book: Book, now: Millis): CarriedPeople {
  return { ...book, delegations: book.delegations.filter(({ until }) => until > now), open: stillTold(book.open, now) };
}

type Refused<R> = { readonly kind: 'refused'; readonly reason: R };
const refuse = <R>(reason: R): Refused<R> => ({ kind: 'refused', reason });

export function openFor(
  book: Book,
  { token, slack }: { readonly token: Digest; readonly slack: SlackAccount },
  now: Millis,
): { readonly kind: 'opened'; readonly expiresAt: Millis } | Refused<LinkReason> {
  const linked = book.links.find((link) => isSlack(link.slack, slack));
  if (linked !== undefined) return refuse({ code: 'slack-linked', to: linked.github });
  const expiresAt = now + TOKEN_LIFE_MS;
  const others = stillTold(book.open, now).filter((open) => !isSlack(open.slack, slack));
  book.open = [...others, { token, slack, expiresAt, signedIn: null }];
  return { kind: 'opened', expiresAt };
}

export function tokenStateOf(book: Book, token: Digest, now: Millis): TokenState {
  if (book.used.includes(token)) return { kind: 'used' };
  const link = book.open.find((open) => open.token === token);
  if (link === undefined) return { kind: 'unknown' };
  return now >= link.expiresAt ? { kind: 'expired', at: link.expiresAt } : { kind: 'open', link };
}

export function signIn(
  book: Book,
  { token, session, github }: { readonly token: Digest; readonly session: Digest; readonly github: GithubAccount },
  now: Millis,
): { readonly kind: 'signed-in'; readonly link: OpenLink } | Refused<LinkReason> {
  const state = tokenStateOf(book, token, now);
  if (state.kind !== 'open') return refuse(whyNoToken(state));
  const { link } = state;
  if (link.signedIn !== null) {
    const isSame = link.signedIn.session === session && link.signedIn.github.id === github.id;
    return isSame ? { kind: 'signed-in', link } : refuse({ code: 'other-session' });
  }
  const taken = whyTaken(book, link.slack, github);
  if (taken !== null) return refuse(taken);
  const signedIn = { ...link, signedIn: { session, github } };
  book.open = book.open.map((open) => (open === link ? signedIn : open));
  return { kind: 'signed-in', link: signedIn };
}

export function confirm(
  book: Book,
  { token, session }: { readonly token: Digest; readonly session: Digest },
  now: Millis,
): { readonly kind: 'linked'; readonly link: Link } | Refused<LinkReason> {
  const state = tokenStateOf(book, token, now);
  if (state.kind !== 'open') return refuse(whyNoToken(state));
  const { slack, signedIn } = state.link;
  if (signedIn === null) return refuse({ code: 'not-signed-in' });
  if (signedIn.session !== session) return refuse({ code: 'other-session' });
  const taken = whyTaken(book, slack, signedIn.github);
  if (taken !== null) return refuse(taken);
  const link: Link = { slack, github: signedIn.github, since: now };
  book.links = [...book.links, link];
  book.open = book.open.filter((open) => open !== state.link);
  book.used = [...book.used, token].slice(-USED_KEPT_MAX);
  return { kind: 'linked', link };
}

export function revoke(book: Book, by: Account): { readonly kind: 'revoked'; readonly link: Link } | { readonly kind: 'nothing' } {
  const link = book.links.find(({ slack, github }) => (by.surface === 'slack' ? isSlack(slack, by) : github.id === by.id));
  if (link === undefined) return { kind: 'nothing' };
  book.links = book.links.filter((other) => other !== link);
  return { kind: 'revoked', link };
}

export function delegateTo(
  book: Book,
  wish: Omit<Delegation, 'since'>,
  now: Millis,
): { readonly kind: 'delegated'; readonly delegation: Delegation } | Refused<DelegateReason> {
  if (isSamePerson(wish.from, wish.to)) return refuse({ code: 'delegate-self' });
  if (wish.until <= now) return refuse({ code: 'delegate-over' });
  if (wish.until - now > DELEGATION_MAX_MS) return refuse({ code: 'delegate-too-long', maxMs: DELEGATION_MAX_MS });
  const delegation: Delegation = { ...wish, since: now };
  book.delegations = [...book.delegations.filter(({ from, until }) => until > now && !isSamePerson(from, wish.from)), delegation];
  return { kind: 'delegated', delegation };
}

export function endDelegationOf(
  book: Book,
  from: Person,
  now: Millis,
): { readonly kind: 'ended'; readonly delegation: Delegation } | { readonly kind: 'nothing' } {
  const delegation = book.delegations.find((one) => one.until > now && isSamePerson(one.from, from));
  if (delegation === undefined) return { kind: 'nothing' };
  book.delegations = book.delegations.filter((one) => one !== delegation);
  return { kind: 'ended', delegation };
}

function whyNoToken(state: Exclude<TokenState, { kind: 'open' }>): LinkReason {
  if (state.kind === 'expired') return { code: 'token-expired', at: state.at };
  return { code: state.kind === 'used' ? 'token-used' : 'token-unknown' };
}

/** One GitHub account, one Slack account, both ways round. */
function whyTaken({ links }: Book, slack: SlackAccount, github: GithubAccount): LinkReason | null {
  const ofSlack = links.find((link) => isSlack(link.slack, slack));
  if (ofSlack !== undefined) return { code: 'slack-linked', to: ofSlack.github };
  const ofGithub = links.find((link) => link.github.id === github.id);
  return ofGithub === undefined ? null : { code: 'github-linked', to: ofGithub.slack };
}

const stillTold = (open: readonly OpenLink[], now: Millis): readonly OpenLink[] => open.filter(({ expiresAt }) => now < expiresAt + EXPIRED_KEPT_MS);

const isSlack = (one: SlackAccount, other: SlackAccount): boolean => one.team === other.team && one.user === other.user;
