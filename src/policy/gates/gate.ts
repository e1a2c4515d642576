// What every gate is made of: a question about frozen policy and fresh facts, and an answer with its reasons. Pure.
import type { EnvironmentPolicy } from '../environment-policy.ts';
import type { Facts, PullRequestFacts, Read, RefFacts } from '../facts.ts';
import type { GateReason } from '../../../workflows/reasons.ts';
import type { GateName, GateResult } from '../../../workflows/vocabulary.ts';

/**
 * - `plan`: before anybody is asked to approve.
 * - `turn`: right before the build. The approved commit is what is built, so a later push to its branch changes nothing.
 */
export type Moment = 'plan' | 'turn';

export interface Question {
  readonly policy: EnvironmentPolicy;
  readonly facts: Facts;
  readonly moment: Moment;
}

export interface Answer {
  readonly gate: GateResult;
  /** Empty exactly when the gate lets the request through. */
  readonly reasons: readonly GateReason[];
}

export function pass(gate: GateName, note: string): Answer {
  return { gate: { gate, state: 'pass', note }, reasons: [] };
}

export function notApplicable(gate: GateName, why: string): Answer {
  return { gate: { gate, state: 'not-applicable', note: why }, reasons: [] };
}

export function fail(gate: GateName, note: string, reasons: readonly GateReason[]): Answer {
  return { gate: { gate, state: 'fail', note }, reasons };
}

/** Not yet, but waiting or asking again later will help. */
export function pending(gate: GateName, note: string, reasons: readonly GateReason[]): Answer {
  return { gate: { gate, state: 'pending', note }, reasons };
}

/** Something could not be read. Blocks like a failure. */
export function unknown(gate: GateName, what: string, why: string): Answer {
  return { gate: { gate, state: 'unknown', note: `${what} can't be read: ${why}` }, reasons: [{ code: 'unreadable', what, why }] };
}

export type FoundRef = Extract<RefFacts, { kind: 'found' }>;

/** The commit asked for, or null while the ref gate says why there is none. */
export function foundRef(facts: Pick<Facts, 'ref'>): FoundRef | null {
  return facts.ref.known && facts.ref.value.kind === 'found' ? facts.ref.value : null;
}

/** The pull request that the commit belongs to. A command written on a pull request may name a ref that has nothing to do with it. */
export function pullRequestOf(facts: Pick<Facts, 'ref' | 'pullRequest'>): Read<PullRequestFacts | null> {
  if (!facts.pullRequest.known || facts.pullRequest.value === null) return facts.pullRequest;
  const ref = foundRef(facts);
  return { known: true, value: ref !== null && belongsTo(ref, facts.pullRequest.value) ? facts.pullRequest.value : null };
}

export function short(sha: string): string {
  return sha.slice(0, 7);
}

export function plural(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}

/** `90_000` → `1 min 30 s`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const told = parts.filter(([amount]) => amount > 0).slice(0, 2);
  return told.length === 0 ? '0 s' : told.map(([amount, unit]) => `${amount} ${unit}`).join(' ');
}

function belongsTo(ref: FoundRef, pr: PullRequestFacts): boolean {
  if (ref.type === 'pull-request' || ref.sha === pr.headSha || ref.sha === pr.mergeSha) return true;
  return ref.type === 'branch' && ref.name === pr.headRef && !pr.isFork && pr.state === 'open';
}
