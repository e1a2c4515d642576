// Whether a person's act counts, with every reason when it does not. Pure.
import { parseSha } from '../ids.ts';
import { admits, describeMay } from './may.ts';
import { whyUnread, type Membership } from './membership.ts';
import { areMembers, groupsOf, hasKey, isSamePerson, membersOf, type Groups } from './people.ts';
import { groupsOfRule, tallyVotes, type CountedVote } from './rule.ts';
import type { MayRule, Role } from './environment-policy.ts';
import type { AccountState, Read } from './facts.ts';
import type { Authorised, JudgeInput, Verdict } from '../../workflows/activities.ts';
import type { ActReason } from '../../workflows/reasons.ts';
import type { Account, ApprovalRule, JudgedPlan, Person, PersonKey, Tally, Vote } from '../../workflows/vocabulary.ts';

/** A vote as the judge sees it: the frozen plan, the votes before it, and the voter as of now. */
export interface JudgeVote {
  readonly plan: JudgedPlan;
  readonly votes: readonly Vote[];
  readonly act: Pick<JudgeInput['act'], 'kind' | 'contract' | 'sha' | 'reason'>;
  /** Where the person acts. */
  readonly surface: Account['surface'];
  readonly voter: Person;
  readonly voterState: Read<AccountState>;
  readonly groups: Groups;
  readonly unread: Membership['unread'];
  readonly standIns?: Membership['standIns'];
  /** Something else that could put people into these groups and could not be read: links, or the account of somebody who is away. */
  readonly doubt?: { readonly what: string; readonly why: string } | null;
}

/** Every reason why the act does not count, or the tally with it. Only people whose approval could count may reject; withdrawing needs a vote only. */
export function judgeVote(input: JudgeVote): Verdict {
  const reasons = input.act.kind === 'withdraw' ? whyNotWithdrawn(input) : whyNotCounted(input);
  if (reasons.length > 0) return { kind: 'refused', reasons };
  const hidden = input.act.kind === 'approve' ? whyPerhapsLast(input) : [];
  if (hidden.length > 0) return { kind: 'refused', reasons: hidden };
  if (needsConfirmation(input.plan.rule, { kind: input.act.kind, surface: input.surface })) return { kind: 'to-confirm', person: input.voter };
  const others: readonly CountedVote[] = standingVotes(input).filter((vote) => !isSamePerson(vote.by, input.voter));
  const votes = input.act.kind === 'withdraw' ? others : [...others, { kind: input.act.kind, by: input.voter }];
  return { kind: 'counts', person: input.voter, tally: tallyStanding({ ...input, votes }) };
}

/**
 * The rule is looked at when somebody acts and not in between. While a group can't be read, a vote that may be the last one is not
 * counted: it would stand there uncounted for that group for good.
 */
function whyPerhapsLast(input: JudgeVote): readonly ActReason[] {
  const { plan, voter, groups, unread, doubt = null } = input;
  const asked = groupsOfRule(plan.rule.tree);
  const hidden = asked.filter((group) => Object.hasOwn(unread, group));
  if (hidden.length === 0 && doubt === null) return [];
  const others = standingVotes(input).filter((vote) => !isSamePerson(vote.by, voter));
  const votes: readonly CountedVote[] = [...others, { kind: 'approve', by: voter }];
  if (tallyStanding({ plan, votes, groups }).satisfied) return [];
  const approvers = others.filter((vote) => vote.kind === 'approve').map((vote) => vote.by);
  if (doubt !== null && !areMembers(approvers, groups, asked)) return [{ code: 'unreadable', ...doubt }];
  const atBest = { ...groups, ...Object.fromEntries(hidden.map((group) => [group, approvers])) };
  return tallyStanding({ plan, votes, groups: atBest }).satisfied ? whyUnread(hidden, unread) : [];
}

/** May somebody cancel or extend a request, or go back to its earlier commit? */
export interface JudgeMay {
  readonly act: 'cancel' | 'extend' | 'keep';
  readonly may: MayRule;
  /** null until planned: then only the requester and roles are known. */
  readonly rule: ApprovalRule | null;
  readonly requesters: readonly Person[];
  readonly person: Person;
  readonly state: Read<AccountState>;
  readonly role: Read<Role>;
  readonly groups: Groups;
  readonly unread: Membership['unread'];
}

/** Whether this person may do it. To stop their own request a requester needs no further proof; everybody and everything else takes an active account. */
export function judgeMay({ act, may, rule, requesters, person, state, role, groups, unread }: JudgeMay): Authorised {
  const isOwn = may.requester && requesters.some((requester) => isSamePerson(requester, person));
  if (isOwn && act === 'cancel') return { kind: 'allowed', person };
  const approverGroups = groupsOfRule(rule?.tree ?? null);
  const hidden = person.mapped ? Object.keys(unread) : [];
  const admitted = isOwn ? 'yes' : admits({ may, role, groups: groupsOf(groups, person), approverGroups, unread: hidden });
  const reasons = [...whyInactive(person, state)];
  if (typeof admitted === 'object' && admitted.unknown === 'group') reasons.push(...whyUnread([admitted.group], unread));
  else if (typeof admitted === 'object' && !role.known) reasons.push({ code: 'unreadable', what: 'your role on the repository', why: role.why });
  if (admitted === 'no') reasons.push({ code: `may-not-${act}`, allowed: describeMay(may) });
  return reasons.length === 0 ? { kind: 'allowed', person } : { kind: 'refused', reasons };
}

/** The tally of a plan's rule over the votes for its contract, with requesters (and commit authors, by policy) left out. */
export function tallyPlan({ plan, votes, ...membership }: Omit<Standing, 'votes'> & { readonly votes: readonly Vote[] }): Tally {
  return tallyStanding({ plan, votes: standingVotes({ plan, votes }), ...membership });
}

/** Keys of everybody whose approval can't count. Requesters never count, whatever `exclude` says (invariant I3). */
export function excludedFrom(plan: Pick<JudgedPlan, 'rule' | 'requesters' | 'requester' | 'change'>, groups: Groups): ReadonlySet<PersonKey> {
  const requesters = [plan.requester, ...plan.requesters];
  const members = groupsOfRule(plan.rule.tree).flatMap((name) => membersOf(groups, name));
  const sameHuman = members.filter((member) => requesters.some((requester) => isSamePerson(requester, member)));
  const authors = plan.rule.exclude.includes('commit-authors') ? plan.change.authors : [];
  return new Set([...[...requesters, ...sameHuman].map((person) => person.key), ...authors]);
}

interface Standing extends Pick<Membership, 'groups'>, Partial<Pick<Membership, 'unread'>> {
  readonly plan: JudgedPlan;
  readonly votes: readonly CountedVote[];
  readonly standIns?: Membership['standIns'] | undefined;
}

function tallyStanding({ plan, votes, groups, unread = {}, standIns = {} }: Standing): Tally {
  return tallyVotes({ rule: plan.rule, votes, groups, excluded: excludedFrom(plan, groups), unread, standIns });
}

/** The votes for this very contract, without those that are still to be confirmed. */
export function standingVotes({ plan, votes }: Pick<JudgeVote, 'plan' | 'votes'>): readonly Vote[] {
  return votes.filter((vote) => vote.contract === plan.contract && !needsConfirmation(plan.rule, vote));
}

/** Step-up: what is said in Slack alone is no approval. Saying no is never made harder. */
function needsConfirmation(
  { stepUp }: ApprovalRule,
  { kind, surface }: { readonly kind: JudgeInput['act']['kind']; readonly surface: Account['surface'] },
): boolean {
  return stepUp === 'github' && kind === 'approve' && surface !== 'github';
}

function whyNotWithdrawn({ plan, votes, voter }: JudgeVote): readonly ActReason[] {
  return standingVotes({ plan, votes }).some((vote) => isSamePerson(vote.by, voter)) ? [] : [{ code: 'nothing-to-withdraw' }];
}

function whyNotCounted(input: JudgeVote): readonly ActReason[] {
  const { plan, act, voter } = input;
  if (plan.rule.tree === null) return [{ code: 'no-approval-needed', environment: plan.environment }];
  return [
    ...whyStale(plan, act),
    ...whyInactive(voter, input.voterState),
    ...whyTooWeak(input),
    ...whyInvolved(plan, voter),
    ...whyOutside(input),
    ...whyRepeated(input),
  ];
}

function whyStale(plan: JudgedPlan, act: JudgeVote['act']): readonly ActReason[] {
  // Whoever only named the request saw no card; a review names the commit that it looked at.
  const isStale =
    act.contract === null ? act.sha !== null && plan.ref.kind === 'pull-request' && act.sha !== plan.sha : act.contract !== plan.contract;
  if (!isStale) return [];
  const seen = act.sha === null ? null : (parseSha(act.sha) ?? act.sha);
  const base = plan.commitUrl.replace(/\/commit\/[0-9a-f]+$/i, '');
  const compareUrl = seen === null || base === plan.commitUrl || !/^[0-9a-f]{7,40}$/.test(seen) ? null : `${base}/compare/${seen}...${plan.sha}`;
  return [{ code: 'stale-card', seen, now: plan.sha, compareUrl }];
}

function whyInactive(person: Person, state: Read<AccountState>): ActReason[] {
  if (!state.known) return [{ code: 'unreadable', what: 'your account', why: state.why }];
  return state.value.active ? [] : [{ code: 'inactive-person', name: person.name, why: state.value.why ?? 'stranger' }];
}

/** Step-up asks for more than one proof of who somebody is; an address in Slack is less than one. */
function whyTooWeak({ plan, act, surface, voter }: JudgeVote): readonly ActReason[] {
  const isTooWeak = voter.binding === 'email' && needsConfirmation(plan.rule, { kind: act.kind, surface });
  return isTooWeak ? [{ code: 'matched-by-email', environment: plan.environment }] : [];
}

/** Who asked, who pushed, who wrote. */
function whyInvolved(plan: JudgedPlan, voter: Person): readonly ActReason[] {
  const reasons: ActReason[] = [];
  if (isSamePerson(plan.requester, voter)) reasons.push({ code: 'own-request', name: voter.name });
  else if (plan.requesters.some((person) => isSamePerson(person, voter))) reasons.push({ code: 'pushed-to-it', name: voter.name });
  if (isExcludedAuthor(plan, voter))
    reasons.push({ code: 'commit-author', wrote: commitsOf(plan, voter), of: plan.change.commits, environment: plan.environment });
  return reasons;
}

/** Unmapped people are in no group, so they are told the one reason they can mend. */
function whyOutside({ plan, voter, groups, unread, doubt = null }: JudgeVote): readonly ActReason[] {
  if (!voter.mapped) return [{ code: 'unmapped-voter', surface: voter.github === null ? 'slack' : 'github' }];
  const asked = groupsOfRule(plan.rule.tree);
  const yours = groupsOf(groups, voter);
  if (asked.some((group) => yours.includes(group))) return [];
  const hidden = [...whyUnread(asked, unread), ...(doubt === null ? [] : [{ code: 'unreadable', ...doubt } as const])];
  return hidden.length > 0 ? hidden : [{ code: 'not-in-group', groups: asked, yours, environment: plan.environment }];
}

function whyRepeated(input: JudgeVote): readonly ActReason[] {
  const { act, voter } = input;
  const reasons: ActReason[] = [];
  const last = standingVotes(input).findLast((vote) => isSamePerson(vote.by, voter));
  if (last !== undefined && last.kind === act.kind) reasons.push({ code: 'already-voted', kind: last.kind, at: last.at, surface: last.surface });
  if (act.kind === 'reject' && (act.reason ?? '').trim() === '') reasons.push({ code: 'reason-needed' });
  return reasons;
}

/** null: written by an account the plan counts under another key. */
function commitsOf({ change }: JudgedPlan, person: Person): number | null {
  return Object.entries(change.commitsBy ?? {}).find(([key]) => hasKey(person, key as PersonKey))?.[1] ?? null;
}

export function isExcludedAuthor(plan: JudgedPlan, person: Person): boolean {
  return plan.rule.exclude.includes('commit-authors') && plan.change.authors.some((author) => hasKey(person, author));
}
