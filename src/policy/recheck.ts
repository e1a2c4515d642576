// Votes that were counted, looked at again: which of them stopped counting. Pure.
import { isExcludedAuthor, standingVotes, tallyPlan } from './judge.ts';
import { whyUnread, type Membership } from './membership.ts';
import { groupsOf, hasBothAccounts, isReviewed, isSamePerson, type Groups } from './people.ts';
import { groupsOfRule } from './rule.ts';
import type { AccountState, Read } from './facts.ts';
import type { VoidVote } from '../../workflows/reasons.ts';
import type { JudgedPlan, Person, PersonKey, Tally, TallyNode, Vote } from '../../workflows/vocabulary.ts';

export interface RecheckVotes {
  readonly plan: JudgedPlan;
  readonly votes: readonly Vote[];
  readonly groups: Groups;
  readonly unread: Membership['unread'];
  readonly standIns?: Membership['standIns'];
  /** The tally that the votes were told of: for which group each was counted. */
  readonly told: Tally | null;
  /** By the key of `vote.by`, read afresh. A voter without an entry is unknown. */
  readonly states: ReadonlyMap<PersonKey, Read<AccountState>>;
  /** Everybody whose accounts are tied together now. */
  readonly people: readonly Person[];
}
export type RecheckedVotes =
  | { readonly kind: 'checked'; readonly voided: readonly VoidVote[]; readonly tally: Tally }
  | { readonly kind: 'unknown'; readonly what: string };

/** The votes right before the build: which of them stopped counting, and the tally without those. Unknown is never good. */
export function recheckVotes({ plan, votes, groups, unread, standIns = {}, told, states, people }: RecheckVotes): RecheckedVotes {
  const standing = standingVotes({ plan, votes });
  const [hidden] = whyUnread(groupsOfRule(plan.rule.tree), unread);
  if (hidden !== undefined) return { kind: 'unknown', what: hidden.what };
  const unreadVote = standing.find((vote) => states.get(vote.by.key)?.known !== true);
  if (unreadVote !== undefined) return { kind: 'unknown', what: `the account of ${unreadVote.by.name}` };
  const voided = standing.flatMap((vote) => whyVoid({ plan, vote, groups, told, states, people }) ?? []);
  const good = withoutVotesOf(standing, voided);
  const tally = tallyPlan({ plan, votes: good, groups, standIns });
  if (tally.satisfied) return { kind: 'checked', voided, tally };
  // Too few: then also whoever left the group they were counted for is told so, and votes again for the one they are still in.
  const left = good.flatMap((vote) => whyLeft({ plan, vote, groups, told }) ?? []);
  return { kind: 'checked', voided: [...voided, ...left], tally: tallyPlan({ plan, votes: withoutVotesOf(good, left), groups, standIns }) };
}

function withoutVotesOf(votes: readonly Vote[], gone: readonly VoidVote[]): readonly Vote[] {
  return votes.filter((vote) => !gone.some(({ by }) => by === vote.by));
}

function whyVoid({ plan, vote, groups, told, states, people }: Omit<RecheckVotes, 'votes' | 'unread'> & { readonly vote: Vote }): VoidVote | null {
  const { by } = vote;
  const state = states.get(by.key);
  const isRequester = [plan.requester, ...plan.requesters].some((person) => isSamePerson(person, by));
  if (isRequester) return { by, why: 'became-requester', detail: null };
  if (isExcludedAuthor(plan, by)) return { by, why: 'became-author', detail: null };
  if (!isReviewed(by) && !people.some((person) => hasBothAccounts(person, by))) return { by, why: 'unlinked', detail: null };
  if (state?.known === true && !state.value.active) return { by, why: 'inactive', detail: state.value.why };
  const asked = groupsOfRule(plan.rule.tree);
  const present = groupsOf(groups, by);
  return asked.some((group) => present.includes(group))
    ? null
    : (whyLeft({ plan, vote, groups, told }) ?? { by, why: 'left-group', detail: asked.join(', ') });
}

/** The group that this approval was counted for, if its voter is no longer in it. */
function whyLeft({ vote: { by }, groups, told }: Pick<RecheckVotes, 'plan' | 'groups' | 'told'> & { readonly vote: Vote }): VoidVote | null {
  const present = groupsOf(groups, by);
  const left = filledBy(told?.tree ?? null, by).filter(({ group }) => !present.includes(group));
  const away = left.find((node) => node.standIns?.[by.key] !== undefined)?.standIns?.[by.key];
  if (away !== undefined) return { by, why: 'delegation-over', detail: away };
  return left.length === 0 ? null : { by, why: 'left-group', detail: [...new Set(left.map(({ group }) => group))].join(', ') };
}

function filledBy(node: TallyNode | null, person: Person): readonly Extract<TallyNode, { kind: 'group' }>[] {
  if (node === null || node.kind === 'auto') return [];
  if (node.kind !== 'group') return node.of.flatMap((child) => filledBy(child, person));
  return node.by.some((other) => isSamePerson(other, person)) ? [node] : [];
}
