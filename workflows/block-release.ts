// A step has all its approvals: everybody is looked at once more, then Buildkite is asked to let the build go on.
import { ActivityFailure, log, rootCause } from '@temporalio/workflow';
import { isSamePerson } from './accounts.ts';
import type { BlockRecheck, UnblockOutcome } from './block-activities.ts';
import { timing } from './ask.ts';
import { lookingUp, planningBlock, unblocking } from './block-ask.ts';
import type { BlockPhase } from './block-contract.ts';
import type { MemberIds } from './block-vocabulary.ts';
import { enter, isSettled, type Halt, type OpenStep } from './block-state.ts';
import type { Millis, Person } from './vocabulary.ts';

const MEMBER_PAGES_MAX = 10;

export async function waitingFrom(rule: OpenStep['plan']['rule'], startedAt: Millis): Promise<Extract<BlockPhase, { kind: 'waiting' }>> {
  try {
    const { expiresAt, remindAt } = await timing.planWaiting({ rule, startedAt, extendedMs: 0 });
    return { kind: 'waiting', expiresAt, remindAt };
  } catch (error) {
    // Without its clock people must be asked all the same.
    log.warn('the moments of the wait can not be worked out', { cause: rootCause(error) });
    return { kind: 'waiting', expiresAt: startedAt + rule.expireMs, remindAt: [] };
  }
}

/** Returns when the step is settled, waits for approvals again, or Buildkite is to be read. `too-late`: it could not be checked in time. */
export async function release(halt: Halt, step: OpenStep): Promise<'done' | 'too-late'> {
  const last = lastApprover(step);
  const unblocker = await memberOf(halt, last);
  const checked = await lookOnceMore(halt, step);
  if (checked !== 'approved') {
    // Somebody took an approval back while something could not be read.
    if (step.phase.kind === 'unblocking') enter(halt, step, { kind: 'waiting', expiresAt: step.phase.expiresAt, remindAt: [] }, null);
    return checked === 'too-late' ? 'too-late' : 'done';
  }
  // Whoever is named must have approved it still, and last.
  if (lastApprover(step)?.key !== last?.key) return 'done';
  // From here to the request nothing waits: whatever was applied before has won.
  step.askedAt ??= halt.clock.now();
  step.isAsking = true;
  step.unblocker = unblocker;
  settle(halt, step, await unblock(halt, step));
  // Who was faster, the next read says; it may lag behind.
  if (!isSettled(step)) await halt.clock.pause(halt.timing.retryMs, 'read who unblocked it');
  return 'done';
}

/** `no-answer`: Buildkite could not be asked for a while. Whoever approved is looked at again before it is asked once more. */
type Answered = UnblockOutcome | { readonly kind: 'no-answer' };

function settle(halt: Halt, step: OpenStep, outcome: Answered): void {
  const at = halt.clock.now();
  switch (outcome.kind) {
    case 'unblocked':
      return enter(halt, step, { kind: 'unblocked', by: outcome.by, at }, null);
    case 'refused':
      halt.left = [...halt.left, step.job.id];
      return enter(halt, step, { kind: 'not-unblocked', answer: outcome.answer, at }, null);
    case 'gone':
      return enter(halt, step, { kind: 'gone', state: 'canceled', at }, null);
    case 'no-answer':
      step.isAsking = false;
      return enter(halt, step, { kind: 'unblocking', unread: 'what Buildkite answers', expiresAt: expiryOf(step, at) }, null);
    case 'not-blocked':
    case 'no-such-member':
      return undefined;
  }
}

const lastApprover = ({ votes }: OpenStep): Person | undefined => votes.findLast(({ kind }) => kind === 'approve')?.by;

const expiryOf = ({ phase }: OpenStep, now: Millis): Millis => ('expiresAt' in phase ? phase.expiresAt : now);

/** The id at Buildkite of whoever approved last; null: it is not known. It decides nothing, so it is not waited for long. */
async function memberOf(halt: Halt, last: Person | undefined): Promise<string | null> {
  if (last === undefined) return null;
  const members = await readMembers(halt).catch((error: unknown) => log.info('the members can not be read', { cause: rootCause(error) }));
  return members?.[last.key] ?? null;
}

/** Read once. */
export async function readMembers(halt: Halt): Promise<MemberIds> {
  const { organization } = halt.input;
  if (halt.members !== null) return halt.members;
  let members: MemberIds = {};
  for (let page = 1; page <= MEMBER_PAGES_MAX; page += 1) {
    const { ids, isLast } = await lookingUp.readMembers({ organization, page });
    members = { ...members, ...ids };
    if (isLast) break;
  }
  halt.members = members;
  return members;
}

/** Everybody is read afresh; what can't be read is read again until the approval expires. */
async function lookOnceMore(halt: Halt, step: OpenStep): Promise<'approved' | 'not-any-more' | 'too-late'> {
  const { clock, timing } = halt;
  const expiresAt = expiryOf(step, clock.now());
  // Asked in vain before: an approval is good until it expires.
  if (step.askedAt !== null && clock.now() >= expiresAt) return 'too-late';
  let pauseMs = timing.retryMs;
  for (;;) {
    const { version } = step;
    const checked = await recheck(step);
    if (isSettled(step) || !step.tally.satisfied) return 'not-any-more';
    if (step.version !== version) continue;
    if (checked.kind === 'good') return 'approved';
    if (checked.kind === 'void') {
      await loseApproval(halt, step, checked);
      return 'not-any-more';
    }
    if (clock.now() >= expiresAt) return 'too-late';
    if (step.phase.kind !== 'unblocking' || step.phase.unread !== checked.what)
      enter(halt, step, { kind: 'unblocking', unread: checked.what, expiresAt }, null);
    await clock.until(() => isSettled(step) || !step.tally.satisfied, Math.min(clock.now() + pauseMs, expiresAt), `read again: ${checked.what}`);
    pauseMs = Math.min(pauseMs * 2, timing.retryMaxMs);
  }
}

async function recheck({ plan, votes, tally }: OpenStep): Promise<BlockRecheck> {
  try {
    return await planningBlock.recheckBlock.executeWithOptions({ summary: 'everybody once more, before it goes on' }, [{ plan, votes, tally }]);
  } catch (error) {
    return { kind: 'unknown', what: rootCause(error) ?? 'who may approve' };
  }
}

async function loseApproval(halt: Halt, step: OpenStep, { votes: voided, tally }: Extract<BlockRecheck, { kind: 'void' }>): Promise<void> {
  step.votes = step.votes.filter((vote) => !voided.some(({ by }) => isSamePerson(by, vote.by)));
  step.tally = tally;
  step.voided = { people: voided.map(({ by }) => by.name), why: 'recheck', by: null };
  step.version += 1;
  const { version } = step;
  const waiting = await waitingFrom(step.plan.rule, halt.clock.now());
  if (step.version === version) enter(halt, step, waiting, 'void');
}

async function unblock(halt: Halt, step: OpenStep): Promise<Answered> {
  const { organization, pipeline, number } = halt.input;
  const once = (unblocker: string | null): Promise<UnblockOutcome> =>
    unblocking.unblockJob.executeWithOptions({ summary: `unblock ${step.job.label}`, scheduleToCloseTimeout: halt.timing.unblockMs }, [
      { organization, pipeline, number, jobId: step.job.id, fields: step.filled?.values ?? {}, unblocker },
    ]);
  try {
    const outcome = await once(step.unblocker);
    if (outcome.kind !== 'no-such-member') return outcome;
    step.unblocker = null;
    return await once(null);
  } catch (error) {
    if (error instanceof ActivityFailure && error.retryState !== 'NON_RETRYABLE_FAILURE') return { kind: 'no-answer' };
    return { kind: 'refused', answer: rootCause(error) ?? 'no answer' };
  }
}
