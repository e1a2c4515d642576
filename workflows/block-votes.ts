// What people do to a step that waits, applied one at a time. Whether it counts is judged outside; everything after the judge's answer
// happens without a further await.
import { votesOfOthers } from './accounts.ts';
import { RIGHTS_UNREAD } from './answers.ts';
import type { BlockVerdict } from './block-activities.ts';
import { judgingBlock } from './block-ask.ts';
import type { CastBlockVote, LateBlockAct } from './block-contract.ts';
import { contractOf, enter, isSettled, type Halt, type OpenStep } from './block-state.ts';
import type { Receipt, Withdraw } from './contract.ts';
import { missingOf } from './missing.ts';
import type { ActReason } from './reasons.ts';
import type { DeployCode, Vote } from './vocabulary.ts';

export function applyBlockAct(halt: Halt, act: LateBlockAct): Promise<Receipt> {
  return act.act === 'castBlockVote' ? applyVote(halt, act.input) : applyWithdraw(halt, act.input);
}

async function applyVote(halt: Halt, input: CastBlockVote): Promise<Receipt> {
  const { step } = halt;
  const before = whyNot(halt, step, input);
  if (step === null || before !== null) return refused(step, before ?? { code: 'not-planned-yet' });
  const { version } = step;
  const { kind, by, reason, fields, key, at } = input;
  const verdict = await judged(step, { kind, by, contract: null, sha: null, reason }, fields);
  if (verdict.kind === 'refused') return refused(step, ...verdict.reasons);
  // The judge may have taken a moment, in which the expiry, somebody at Buildkite or the last look at the votes came first.
  const after = whyNot(halt, step, input) ?? whyChanged(step, version);
  if (after !== null) return refused(step, after);
  const person = verdict.person;
  const vote: Vote = { kind, by: person, surface: by.surface, at, contract: step.plan.contract, reason, key };
  step.version += 1;
  if (kind === 'reject') {
    step.votes = [...votesOfOthers(step.votes, person), vote];
    enter(halt, step, { kind: 'rejected', by: person, reason: reason ?? '', at: halt.clock.now() }, null);
    return { kind: 'block-rejected', build: halt.input.number, step: step.job.label };
  }
  count(halt, step, vote, verdict);
  const { have, need, satisfied: last } = verdict.tally;
  const byEmail = person.binding === 'email' ? ({ isMatchedByEmail: true } as const) : {};
  return { kind: 'counted', vote: 'approve', have, need, missing: missingOf(verdict.tally), last, unblocks: halt.input.number, ...byEmail };
}

/** Other values are something else to approve: the approvals before them are void. */
function count({ clock }: Halt, step: OpenStep, vote: Vote, { person, tally, values, isChanged }: Extract<BlockVerdict, { kind: 'counts' }>): void {
  const others = votesOfOthers(step.votes, person);
  const gone = isChanged ? others.filter(({ kind }) => kind === 'approve').map(({ by }) => by.name) : [];
  step.votes = [...(isChanged ? [] : others), vote];
  step.tally = tally;
  step.voided = gone.length === 0 ? (isChanged ? null : step.voided) : { people: gone, why: 'other-values', by: person.name };
  if (step.plan.fields.length > 0 && (step.filled === null || isChanged)) {
    const standAsAsked = step.plan.fields.every(({ key, default: asked }) => (values[key] ?? '') === (asked ?? ''));
    if (isChanged || !standAsAsked) step.filledAt = clock.now();
    step.filled = { values, by: person };
    step.fillings += 1;
  }
  step.isNews = true;
  step.news = gone.length === 0 ? 'voted' : 'void';
}

async function applyWithdraw(halt: Halt, { by, reason }: Withdraw): Promise<Receipt> {
  const { step } = halt;
  const before = whyOver(halt, step);
  if (step === null || before !== null) return refused(step, before ?? { code: 'not-planned-yet' });
  const { version } = step;
  const verdict = await judged(step, { kind: 'withdraw', by, contract: null, sha: null, reason }, null);
  if (verdict.kind === 'refused') return refused(step, ...verdict.reasons);
  const after = whyOver(halt, step) ?? whyChanged(step, version);
  if (after !== null) return refused(step, after);
  step.votes = votesOfOthers(step.votes, verdict.person);
  step.tally = verdict.tally;
  step.version += 1;
  step.isNews = true;
  return { kind: 'withdrawn', have: verdict.tally.have, need: verdict.tally.need };
}

/** Why the state, whoever acts, takes no such vote; null when it does. */
function whyNot(halt: Halt, step: OpenStep | null, { kind, contract, fields, at, reason }: CastBlockVote): ActReason | null {
  const over = whyOver(halt, step);
  if (step === null || over !== null) return over;
  if (contract !== null && contract !== contractOf(step)) {
    const isThisStep = contract.split('.')[0] === step.plan.contract;
    return isThisStep && step.filled !== null ? { code: 'other-values', by: step.filled.by.name } : { code: 'other-step', step: step.job.label };
  }
  // Words without a contract mean what was there when they were written: this step, and these values.
  if (contract === null && at < step.openedAt - CLOCKS_DIFFER_MS) return { code: 'other-step', step: step.job.label };
  if (kind === 'approve' && contract === null && fields === null && step.filled !== null && at < step.filledAt - CLOCKS_DIFFER_MS)
    return { code: 'other-values', by: step.filled.by.name };
  if (kind === 'approve' && step.tally.satisfied) return { code: 'already-approved', at: step.votes.at(-1)?.at ?? halt.clock.now() };
  return kind === 'reject' && (reason ?? '').trim() === '' ? { code: 'reason-needed' } : null;
}

/** The last look took approvals away while the judge was asked: the tally that he gave is not theirs. */
const whyChanged = (step: OpenStep, version: number): ActReason | null =>
  step.version === version ? null : { code: 'unreadable', what: 'the approvals', why: 'they changed meanwhile' };

/** GitHub's times have whole seconds. */
const CLOCKS_DIFFER_MS = 1_000;

function whyOver({ input }: Halt, step: OpenStep | null): ActReason | null {
  if (step === null) return { code: 'not-planned-yet' };
  const { phase, askedAt, isAsking } = step;
  const build = input.number;
  if (!isSettled(step)) return askedAt === null || !isAsking ? null : { code: 'step-over', how: 'unblocking', by: null, at: askedAt, build };
  const by = 'by' in phase ? (typeof phase.by === 'string' || phase.by === null ? phase.by : phase.by.name) : null;
  return { code: 'step-over', how: phase.kind, by, at: 'at' in phase ? phase.at : 0, build };
}

async function judged(
  step: OpenStep,
  act: Parameters<typeof judgingBlock.judgeBlockVote>[0]['act'],
  fields: CastBlockVote['fields'],
): Promise<BlockVerdict> {
  const { plan, votes, filled } = step;
  try {
    return await judgingBlock.judgeBlockVote({ plan, votes, act, fields, filled });
  } catch {
    return RIGHTS_UNREAD;
  }
}

function refused(step: OpenStep | null, ...reasons: readonly ActReason[]): Receipt {
  return { kind: 'refused', reasons, code: step?.plan.code ?? ('' as DeployCode) };
}
