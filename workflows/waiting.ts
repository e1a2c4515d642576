// Waiting for approval: what the clock does meanwhile. Reminders, escalation, expiry; each a moment that an activity worked out.
import { log } from '@temporalio/workflow';
import type { Reminder, Survey, WaitingTimes } from './activities.ts';
import { judging, reminding, timing } from './ask.ts';
import { enter, enterWaiting, hasClock, isApproved, isOver, isReady, tellWithin, type Deploy, type Wait } from './deploy-state.ts';
import { statusOf } from './deploy-status.ts';
import { guarded } from './guarded.ts';
import { lookAtGates, nextLookAt } from './pending.ts';
import { longer } from './rarer.ts';
import type { DeployPhase } from './status.ts';
import type { Millis, Plan } from './vocabulary.ts';

type Waiting = Extract<DeployPhase, { kind: 'waiting' }>;

const READ_AGAIN_MS = 60_000;

/** Waits for the next moment of the wait, or until the request is decided; the story comes back as long as it is not. */
export async function waitForApproval(deploy: Deploy, plan: Plan): Promise<void> {
  if (deploy.phase.kind !== 'waiting') enterWaiting(deploy, plan);
  if (hasClock(plan.rule) && deploy.phase.kind === 'waiting' && deploy.phase.remindAt === undefined) await setMoments(deploy, plan);
  const { phase, clock } = deploy;
  if (phase.kind !== 'waiting') return;
  const { at, why } = nextMoment(deploy, phase);
  const lookAt = nextLookAt(deploy);
  const looksFirst = lookAt < at;
  if (await clock.until(() => isDecided(deploy, phase), looksFirst ? lookAt : at, looksFirst ? 'look at the gates again' : why)) return;
  if (clock.now() >= phase.expiresAt) return enter(deploy, expired(phase, clock.now()));
  if (looksFirst) return lookAtGates(deploy, plan);
  await callPeople(deploy, plan, { phase, dueAt: at });
}

const expired = ({ pending }: Waiting, at: Millis): DeployPhase => ({ kind: 'expired', at, ...(pending === undefined ? {} : { pending }) });

/** The moments of this wait by the rule's own clock. */
export async function momentsOf({ rule }: Plan, { startedAt, extendedMs }: Wait): Promise<WaitingTimes> {
  const always = { expiresAt: startedAt + rule.expireMs + extendedMs, remindAt: [], escalateAt: null };
  if (!hasClock(rule)) return always;
  try {
    return await timing.planWaiting({ rule, startedAt, extendedMs });
  } catch (error) {
    // Without its clock a request must still end.
    log.warn('the moments of the wait can not be worked out', { error });
    return always;
  }
}

async function setMoments(deploy: Deploy, plan: Plan): Promise<void> {
  const { phase, wait } = deploy;
  const moments = await momentsOf(plan, wait);
  if (deploy.phase === phase && phase.kind === 'waiting') enter(deploy, { ...phase, ...moments });
}

const isDecided = (deploy: Deploy, phase: Waiting): boolean =>
  isOver(deploy) || deploy.moved !== null || deploy.keeping !== null || isReady(deploy) || deploy.phase !== phase;

function nextMoment({ wait, escalated }: Deploy, { expiresAt, remindAt = [], escalateAt = null }: Waiting): { at: Millis; why: string } {
  const reminder = remindAt.find((at) => at > wait.remindedAt) ?? Infinity;
  const escalation = escalated === null && escalateAt !== null ? escalateAt : Infinity;
  if (expiresAt <= Math.min(reminder, escalation)) return { at: expiresAt, why: 'the request expires' };
  return escalation <= reminder ? { at: escalation, why: 'others are called' } : { at: reminder, why: 'who is missing is reminded' };
}

/** Its moment has come: others are called, or those who are missing are reminded. Of several that were missed one is enough. */
async function callPeople(deploy: Deploy, plan: Plan, { phase, dueAt }: { readonly phase: Waiting; readonly dueAt: Millis }): Promise<void> {
  const { clock, escalated } = deploy;
  const now = clock.now();
  const escalates = escalated === null && phase.escalateAt != null && phase.escalateAt <= now;
  const survey = await surveyed(deploy, plan, escalates || escalated !== null);
  if (isDecided(deploy, phase)) return;
  if (survey === null) {
    const failingMs = deploy.timing.easesOff === true ? now - dueAt : 0;
    const pauseMs = Math.max(READ_AGAIN_MS, Math.min(longer(READ_AGAIN_MS, failingMs), phase.expiresAt - now));
    await clock.until(() => isDecided(deploy, phase), now + pauseMs, 'read again who is missing');
    return;
  }
  deploy.wait = { ...deploy.wait, remindedAt: now };
  if (escalates) escalate(deploy, plan, survey);
  if (isApproved(deploy)) return;
  const people = escalates ? survey.called : survey.missing;
  if (people.length > 0) void remind(deploy, { kind: escalates ? 'escalation' : 'reminder', people, at: now });
}

async function surveyed({ votes }: Deploy, plan: Plan, escalated: boolean): Promise<Survey | null> {
  try {
    return await judging.surveyWaiting({ plan, votes, escalated });
  } catch (error) {
    log.warn('who is missing can not be read', { error });
    return null;
  }
}

function escalate(deploy: Deploy, { rule }: Plan, survey: Survey): void {
  if (rule.escalate === undefined) return;
  const { to: group, may } = rule.escalate;
  deploy.escalated = { at: deploy.clock.now(), group, may, people: survey.called };
  if (may === 'approve') {
    deploy.tally = survey.tally;
    deploy.votesVersion += 1;
  }
  tellWithin(deploy, 0);
}

/** Nobody waits for it: a reminder that comes late asks by itself whether it is still true. */
async function remind(deploy: Deploy, reminder: Reminder): Promise<void> {
  const input = { status: statusOf(deploy), cards: deploy.cards, reminder };
  try {
    await guarded(() =>
      reminding.remind.executeWithOptions({ summary: `${reminder.kind}: ${reminder.people.map(({ name }) => name).join(', ')}` }, [input]),
    );
  } catch (error) {
    log.warn('a reminder was not delivered', { error });
  }
}
