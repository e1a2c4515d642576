// The reference model: what must become of each act, written from the design, by other means than the product. It knows people by name,
// counts by trying everything, and shares no code with `src/policy` or `workflows/`.
import { scoreOf } from '../policy/rule-model.ts';
import type { ActOf, Group, Seen, Story, Who } from './acts.ts';
import type { RuleNode } from '../../workflows/vocabulary.ts';

export const EXPIRE_MINUTES = 240;
const GIVE_UP_MINUTES = 10;
const FIRST_PAUSE_S = 5;
const LONGEST_PAUSE_S = 60;

/** A receipt or the answer to a claim, as far as it decides. */
export interface Answer {
  readonly kind: string;
  /** Codes of the reasons, sorted. */
  readonly why?: readonly string[];
  readonly have?: number;
  readonly need?: number;
  readonly last?: boolean;
}

interface Check {
  readonly turn: number;
  /** The votes as they were read for it. */
  version: number;
  readonly giveUpAt: number;
  pauseS: number;
  /** Seconds since the start; null: it is being read. */
  readAgainAt: number | null;
}

export interface Model {
  readonly tree: RuleNode;
  readonly groups: Record<Group, Who[]>;
  readonly excluded: Who[];
  readonly inactive: Set<Who>;
  readonly unread: Set<Who>;
  /** Everybody who counts as a requester of the present plan. */
  requesters: Who[];
  pushers: Who[];
  revision: number;
  votes: Who[];
  version: number;
  score: { readonly have: number; readonly need: number };
  over: string | null;
  turn: number;
  inLine: boolean;
  go: boolean;
  cancelling: boolean;
  /** Pushed, and not planned yet. */
  moved: boolean;
  laterPush: boolean;
  /** Seconds since the start. */
  now: number;
  expiresAt: number;
  check: Check | null;
  builds: number;
  /** Groups of the rule that each voter was in when the votes were last counted. */
  countedIn: ReadonlyMap<Who, readonly string[]>;
  /** Who may have lost their vote at the last look, since they left a group they may have been counted for. */
  mayBeVoid: readonly Who[];
}

export function modelOf({ tree, groups, excludesAuthors, authors }: Story): Model {
  const model: Model = {
    tree,
    groups: { sre: [...groups.sre], owners: [...groups.owners], oncall: [...groups.oncall] },
    excluded: excludesAuthors ? [...authors] : [],
    inactive: new Set(),
    unread: new Set(),
    requesters: ['ann'],
    pushers: [],
    revision: 1,
    votes: [],
    version: 0,
    score: { have: 0, need: 1 },
    over: null,
    turn: 0,
    inLine: false,
    go: false,
    cancelling: false,
    moved: false,
    laterPush: false,
    now: 0,
    expiresAt: EXPIRE_MINUTES * 60,
    check: null,
    builds: 0,
    countedIn: new Map(),
    mayBeVoid: [],
  };
  model.score = score(model, []);
  return model;
}

const score = (model: Model, votes: readonly Who[]): Model['score'] =>
  scoreOf({ tree: model.tree, groups: model.groups, approved: votes, excluded: [...model.requesters, ...model.excluded] });

const isSatisfied = ({ score: { have, need } }: Model): boolean => have === need;
export const phaseOf = (model: Model): string => model.over ?? (model.go ? 'go' : isSatisfied(model) ? 'approved' : 'waiting');

function asked(tree: RuleNode): readonly string[] {
  return tree.kind === 'group' ? [tree.group] : tree.kind === 'auto' ? [] : tree.of.flatMap(asked);
}

const isAsked = (model: Model, who: Who): boolean => groupsOf(model, who).length > 0;
const no = (...why: readonly string[]): Answer => ({ kind: 'refused', why: [...why].sort() });

function isStale(model: Model, seen: Seen): boolean {
  return model.moved || seen === 'old' || (seen === 'earlier' && model.revision > 1);
}

function whyNotHeard(model: Model, who: Who): string[] {
  const why: string[] = [];
  if (model.unread.has(who)) why.push('unreadable');
  else if (model.inactive.has(who)) why.push('inactive-person');
  if (who === 'ann') why.push('own-request');
  else if (model.requesters.includes(who)) why.push('pushed-to-it');
  if (model.excluded.includes(who)) why.push('commit-author');
  if (who === 'sly') why.push('unmapped-voter');
  else if (!isAsked(model, who)) why.push('not-in-group');
  return why;
}

export function approve(model: Model, { who, seen }: Pick<Extract<ActOf, { kind: 'approve' }>, 'who' | 'seen'>): Answer {
  if (model.over !== null) return no('too-late');
  if (isStale(model, seen)) return no('stale-card');
  if (isSatisfied(model)) return no('already-approved');
  const why = whyNotHeard(model, who);
  if (model.votes.includes(who)) why.push('already-voted');
  if (why.length > 0) return no(...why);
  setVotes(model, [...model.votes, who]);
  return { kind: 'counted', ...model.score, last: isSatisfied(model) };
}

export function reject(model: Model, { who, seen, reason }: Extract<ActOf, { kind: 'reject' }>): Answer {
  if (model.over !== null) return no('too-late');
  if (isStale(model, seen)) return no('stale-card');
  if (model.go) return no('already-starting');
  if (reason.trim() === '') return no('reason-needed');
  const why = whyNotHeard(model, who);
  if (why.length > 0) return no(...why);
  // Whoever changes their mind has one vote all the same.
  model.votes = model.votes.filter((voter) => voter !== who);
  model.over = 'rejected';
  return { kind: 'rejected' };
}

export function withdraw(model: Model, who: Who): Answer {
  if (model.over !== null) return no('too-late');
  if (model.go) return no('already-starting');
  if (!model.votes.includes(who)) return no('nothing-to-withdraw');
  const wasApproved = isSatisfied(model);
  setVotes(
    model,
    model.votes.filter((voter) => voter !== who),
  );
  if (wasApproved && !isSatisfied(model)) loseApproval(model);
  return { kind: 'withdrawn', ...model.score };
}

export function cancel(model: Model, who: Who): Answer {
  if (model.over !== null) return no('too-late');
  if (!model.requesters.includes(who)) {
    const why: string[] = [];
    if (model.unread.has(who)) why.push('unreadable');
    else if (model.inactive.has(who)) why.push('inactive-person');
    if (who === 'sly' || !isAsked(model, who)) why.push('may-not-cancel');
    if (why.length > 0) return no(...why);
  }
  if (!model.go) {
    model.over = 'cancelled';
    return { kind: 'cancelled' };
  }
  model.cancelling = true;
  return { kind: 'cancelling' };
}

function setVotes(model: Model, votes: Who[]): void {
  model.votes = votes;
  model.version += 1;
  count(model, votes);
}

function count(model: Model, votes: readonly Who[]): void {
  model.score = score(model, votes);
  model.countedIn = new Map(votes.map((who) => [who, groupsOf(model, who)]));
}

const groupsOf = (model: Model, who: Who): readonly string[] => asked(model.tree).filter((group) => model.groups[group as Group].includes(who));

/**
 * Which group somebody in several was counted for is the product's choice: when votes are lost, whoever left one of them may be among
 * those who lost theirs, and nobody else.
 */
export function adopt(model: Model, votes: readonly Who[]): boolean {
  const lost = model.votes.filter((who) => !votes.includes(who));
  const isRight = votes.every((who) => model.votes.includes(who)) && lost.every((who) => model.mayBeVoid.includes(who));
  model.mayBeVoid = [];
  if (lost.length > 0) {
    model.votes = [...votes];
    count(model, votes);
  }
  return isRight;
}

/** Back to waiting: the place is given up, the expiry starts anew, and a push that came meanwhile counts now. */
function loseApproval(model: Model): void {
  model.inLine = false;
  model.expiresAt = model.now + EXPIRE_MINUTES * 60;
  model.moved = model.laterPush;
  model.laterPush = false;
}

export function push(model: Model, who: Who): void {
  if (model.over !== null) return;
  if (who !== 'ann' && !model.pushers.includes(who)) model.pushers.push(who);
  if (isSatisfied(model)) model.laterPush = true;
  else model.moved = true;
}

/** What follows by itself from what was just heard. */
export function settle(model: Model): void {
  if (model.over !== null || model.go) return;
  if (model.moved) {
    model.moved = false;
    model.revision += 1;
    model.requesters = ['ann', ...model.pushers];
    setVotes(model, []);
    model.expiresAt = model.now + EXPIRE_MINUTES * 60;
  }
  if (isSatisfied(model) && !model.inLine) {
    model.turn += 1;
    model.inLine = true;
  }
}

export function pass(model: Model, minutes: number): void {
  const until = model.now + minutes * 60;
  if (model.over === null && !model.inLine && !model.go && model.expiresAt <= until) model.over = 'expired';
  if (model.check?.readAgainAt != null && model.check.readAgainAt <= until) {
    model.check.readAgainAt = null;
    model.check.version = model.version;
  }
  model.now = until;
}

/** A turn that was given up and one that is over are the same to whoever asks: the order of two wakers within one moment decides. */
export const noStart = (reason: 'ended' | 'other-turn' | 'void-votes' | 'gates'): Answer => ({
  kind: 'no',
  why: [reason === 'other-turn' || reason === 'void-votes' ? 'no turn' : reason],
});

/** null: everything is being read again first. */
export function claim(model: Model, turn: number): Answer | null {
  const early = withoutCheck(model, turn);
  if (early !== null) return early;
  model.check ??= { turn, version: model.version, giveUpAt: model.now + GIVE_UP_MINUTES * 60, pauseS: FIRST_PAUSE_S, readAgainAt: null };
  return null;
}

function withoutCheck(model: Model, turn: number): Answer | null {
  if (model.over !== null) return noStart('ended');
  if (turn !== model.turn) return noStart('other-turn');
  if (model.go) return { kind: 'go again' };
  return model.inLine ? null : noStart('void-votes');
}

/** The answer of every claim that waits; null: it is read once more. */
export function recheck(model: Model, says: 'what-is-true' | 'gates' | 'unknown'): Answer | null {
  const { check } = model;
  if (check === null || check.readAgainAt !== null) return null;
  const late = withoutCheck(model, check.turn);
  if (late !== null) return settled(model, late);
  if (check.version !== model.version) {
    check.version = model.version;
    return null;
  }
  if (says === 'gates') return stopped(model);
  if (says === 'unknown' || model.votes.some((who) => model.unread.has(who))) {
    if (model.now >= check.giveUpAt) return stopped(model);
    check.readAgainAt = model.now + check.pauseS;
    check.pauseS = Math.min(check.pauseS * 2, LONGEST_PAUSE_S);
    return null;
  }
  const good = model.votes.filter((who) => !model.inactive.has(who) && isAsked(model, who));
  model.votes = good;
  model.mayBeVoid = good.filter((who) => model.countedIn.get(who)?.some((group) => !groupsOf(model, who).includes(group)));
  count(model, good);
  if (!isSatisfied(model)) {
    model.version += 1;
    loseApproval(model);
    return settled(model, noStart('void-votes'));
  }
  model.mayBeVoid = [];
  model.go = true;
  model.builds += 1;
  return settled(model, { kind: 'go' });
}

function stopped(model: Model): Answer {
  model.over = 'stopped';
  return settled(model, noStart('gates'));
}

function settled(model: Model, answer: Answer): Answer {
  model.check = null;
  return answer;
}

/** While it waits to read again, the end of the request or of its turn answers at once. */
export function interrupted(model: Model): Answer | null {
  if (model.check?.readAgainAt == null) return null;
  const late = withoutCheck(model, model.check.turn);
  return late === null ? null : settled(model, late);
}

export function build(model: Model, news: 'progress' | 'passed' | 'failed' | 'never-built'): void {
  if (model.over !== null || !model.go || news === 'progress') return;
  model.over = news === 'passed' ? 'succeeded' : news === 'failed' ? 'ended-badly' : model.cancelling ? 'cancelled' : 'not-built';
}
