// What one request knows of itself, and the few steps that change its phase. No waiting here.
import { workflowInfo } from '@temporalio/workflow';
import { createClock, type Clock } from './clock.ts';
import type { Attested } from './attest-contract.ts';
import type { BuildReport } from './build-contract.ts';
import type { DeployInput, HeadChange, PullRequestClosure } from './contract.ts';
import { createLine, type Line } from './line.ts';
import type { GateReason, GoneVote, VoidVote } from './reasons.ts';
import type { BlockStop, Cards, DeployPhase, DeployStatus, Escalated, PhaseKind, RevisionNote } from './status.ts';
import type { DeployTiming } from './timing.ts';
import type { BuildFacts, BuildOrder } from './build-vocabulary.ts';
import type { Account, ApprovalRule, DeployRequest, Millis, Person, Plan, Tally, Vote } from './vocabulary.ts';

/** The mutable state of a request. Written by its story and its message handlers, read by everybody. */
export interface Deploy {
  readonly id: string;
  readonly request: DeployRequest;
  readonly timing: DeployTiming;
  readonly clock: Clock;
  /** People's acts, in the order of the history. */
  readonly acts: Line;
  /** Receipts on their way to people, in the order the acts were applied. */
  readonly receipts: Line;
  /** Signals to other workflows. */
  readonly errands: Line;
  /** What is written onto the build's page. */
  readonly notes: Line;

  phase: DeployPhase;
  plan: Plan | null;
  /** null: not planned yet, or begun with an older version. */
  seal: string | null;
  /** When the plan was adopted: what was written before was not about it. */
  plannedAt: Millis;
  votes: readonly Vote[];
  /** Approvals that wait for the same person's word on GitHub (`rule.stepUp`). */
  unconfirmed: readonly Vote[];
  tally: Tally | null;
  voided: readonly VoidVote[];
  gone: readonly GoneVote[];
  revision: RevisionNote | null;
  /** Whoever pushed since the request counts as a requester, too. */
  pushers: readonly Account[];
  /** The newest push that was told, by GitHub's time: webhooks may come out of order. */
  newestPush: HeadChange | null;
  /** A push that the story has yet to answer with a new revision. */
  moved: HeadChange | null;
  /** A push after the last vote: only named, unless votes turn out void. */
  laterPush: HeadChange | null;

  /** Gates that only time can open, and since when they are waited for; null: all are open. */
  pending: { readonly reasons: readonly GateReason[]; readonly since: Millis } | null;
  /** The plan whose commit the requester wants back, while that is planned. */
  keeping: Plan | null;
  /** The requester went back to an earlier commit: pushes change nothing any more. */
  kept: boolean;
  /** Why the last wish to go back could not be met. */
  keepRefused: readonly GateReason[];
  /** The plan before the last push. */
  beforePush: Plan | null;
  /** How its pull request ended. */
  closure: PullRequestClosure | null;
  /** The present wait for approval. */
  wait: Wait;
  escalated: Escalated | null;
  /** State of the votes with which the undo window has passed. */
  undonePast: number | null;

  /** Number of the present turn, one more each time the place was given up; `inLine`: the place is held. */
  turn: number;
  inLine: boolean;
  /** Grows with each change of the votes: a re-check of older votes is repeated. */
  votesVersion: number;
  /** The point of no return: what is built, for which run of `build`. */
  go: { readonly order: BuildOrder; readonly run: string } | null;
  /** Who cancelled after the point of no return. */
  cancelling: Person | null;
  cancelReason: string | null;
  build: BuildFacts | null;
  /** The block step at which its build is being stopped. */
  blockStop: BlockStop | null;
  /** Second builds that were asked to stop. */
  doubles: NonNullable<DeployStatus['doubles']>;
  /** The build that proved to be this request's own. */
  attested: Attested | null;
  /** Keys of the tokens that did. */
  tokens: readonly string[];
  /** Whether the build's page says who signed it, or is about to. */
  isNoted: boolean;
  /** How the build ended, before people were told. */
  ended: Extract<BuildReport, { kind: 'ended' }> | null;
  /** When the other workflows were last heard. */
  heardAt: Millis;

  /** Where the cards are, as far as they are posted. */
  cards: Cards;
  /** When people must be told of what changed (Infinity: they know), and whether it is a line of the timeline. */
  tellAt: Millis;
  /** Takes back the wish to be woken then. */
  untell: () => void;
  isNews: boolean;
}

export interface Wait {
  readonly startedAt: Millis;
  /** By how much people extended it. */
  readonly extendedMs: Millis;
  /** Until when its reminders have been seen to. */
  readonly remindedAt: Millis;
}

export function openDeploy({ request, timing }: DeployInput): Deploy {
  const clock = createClock();
  return {
    id: workflowInfo().workflowId,
    request,
    timing,
    clock,
    acts: createLine(),
    receipts: createLine(),
    errands: createLine(),
    notes: createLine(),
    isNoted: false,
    phase: { kind: 'planning' },
    plan: null,
    seal: null,
    plannedAt: -Infinity,
    votes: [],
    unconfirmed: [],
    tally: null,
    voided: [],
    gone: [],
    revision: null,
    pushers: [],
    newestPush: null,
    moved: null,
    laterPush: null,
    pending: null,
    keeping: null,
    kept: false,
    keepRefused: [],
    beforePush: null,
    closure: null,
    wait: { startedAt: clock.now(), extendedMs: 0, remindedAt: clock.now() },
    escalated: null,
    undonePast: null,
    turn: 0,
    inLine: false,
    votesVersion: 0,
    go: null,
    cancelling: null,
    cancelReason: null,
    build: null,
    blockStop: null,
    doubles: [],
    attested: null,
    tokens: [],
    ended: null,
    heardAt: clock.now(),
    cards: { slack: null, github: null },
    tellAt: Infinity,
    untell: () => undefined,
    isNews: false,
  };
}

const ENDS: Readonly<Record<PhaseKind, boolean>> = {
  planning: false,
  refused: true,
  planned: true,
  waiting: false,
  approved: false,
  queued: false,
  checking: false,
  starting: false,
  building: false,
  blocked: false,
  succeeded: true,
  'ended-badly': true,
  stopped: true,
  'not-built': true,
  rejected: true,
  expired: true,
  cancelled: true,
  terminated: true,
};

export const isEnd = (phase: DeployPhase): boolean => ENDS[phase.kind];
export const isOver = (deploy: Deploy): boolean => isEnd(deploy.phase);
export const isApproved = (deploy: Deploy): boolean => deploy.tally?.satisfied === true;
/** Approved, and nothing else is waited for. */
export const isReady = (deploy: Deploy): boolean => isApproved(deploy) && deploy.pending === null;

/** Says that people should know within so many milliseconds; 0: at once. */
export function tellWithin(deploy: Deploy, ms: Millis): void {
  const at = deploy.clock.now() + ms;
  if (at >= deploy.tellAt) return;
  deploy.untell();
  deploy.tellAt = at;
  deploy.untell = ms > 0 ? deploy.clock.wakeAt(at, 'the card is brought up to date') : () => undefined;
}

/** Enters a phase; a request that is over stays as it ended. */
export function enter(deploy: Deploy, phase: DeployPhase, withinMs: Millis = 0): void {
  if (isOver(deploy)) return;
  if (phase.kind !== deploy.phase.kind) deploy.isNews = true;
  deploy.phase = phase;
  tellWithin(deploy, withinMs);
}

/** Waiting for approval (again): the expiry starts anew, in full. By a clock of its own it is told once its moments are known. */
export function enterWaiting(deploy: Deploy, { rule }: Plan): void {
  const { pending, clock } = deploy;
  const startedAt = clock.now();
  deploy.wait = { startedAt, extendedMs: 0, remindedAt: startedAt };
  const phase = { kind: 'waiting', expiresAt: startedAt + rule.expireMs } as const;
  enter(deploy, pending === null ? phase : { ...phase, pending: pending.reasons }, hasClock(rule) ? Infinity : 0);
}

/** Whether more happens to a wait than its expiry after so many milliseconds. */
export const hasClock = ({ remind, escalate, hours }: ApprovalRule): boolean => remind !== undefined || escalate !== undefined || hours !== undefined;

/** Back to waiting for approval with fewer votes. The place in the queue is given up; a push that came meanwhile counts now. */
export function loseApproval(deploy: Deploy, plan: Plan, left: { readonly votes: readonly Vote[]; readonly tally: Tally }): void {
  deploy.votes = left.votes;
  deploy.tally = left.tally;
  deploy.votesVersion += 1;
  deploy.inLine = false;
  deploy.moved = deploy.kept ? null : deploy.laterPush;
  deploy.laterPush = null;
  enterWaiting(deploy, plan);
}

/** A tag or a SHA was named exactly: neither a push nor the end of a pull request changes what it means. */
export const followsPushes = ({ pullRequest, ref }: Plan): boolean => pullRequest !== null && (ref.kind === 'pull-request' || ref.kind === 'branch');
