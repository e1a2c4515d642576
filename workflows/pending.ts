// Gates that only time can open: checks still running or not reported yet, a version that has not been live elsewhere for long enough.
// A request that waits for them is looked at again, less and less often, until its own expiry.
import { deciding } from './ask.ts';
import { enter, isOver, tellWithin, type Deploy } from './deploy-state.ts';
import type { GatesNow } from './activities.ts';
import type { GateReason } from './reasons.ts';
import type { Millis, Plan } from './vocabulary.ts';

const FIRST_PAUSE_MS = 15_000;
const LONGEST_PAUSE_MS = 120_000;
/** After hours the pauses go on growing: a request may wait for weeks, and its history must not fill up with looks. */
const SLOWLY = 1 / 60;

/** When to look again; Infinity: nothing is pending. */
export function nextLookAt({ pending, clock, timing }: Deploy): Millis {
  if (pending === null) return Infinity;
  const { pendingMs = FIRST_PAUSE_MS, pendingMaxMs = LONGEST_PAUSE_MS } = timing;
  const waited = clock.now() - pending.since;
  return clock.now() + Math.max(pendingMs, Math.min(pendingMaxMs, waited / 2), waited * SLOWLY);
}

/** One look. Open gates let the request go on, closed ones end it, and what can't be read is looked at again. */
export async function lookAtGates(deploy: Deploy, plan: Plan): Promise<void> {
  const now = await readGates(deploy, plan);
  // A push came first, or it ended.
  if (isOver(deploy) || deploy.plan !== plan || deploy.moved !== null || deploy.pending === null) return;
  switch (now.kind) {
    case 'unknown':
      return;
    case 'closed':
      return enter(deploy, { kind: 'refused', reasons: now.reasons, gates: now.gates, sha: plan.sha });
    case 'pending':
      return notePending(deploy, now.reasons);
    case 'open':
      deploy.plan = { ...plan, gates: now.gates };
      deploy.pending = null;
      deploy.isNews = true;
      return showPending(deploy);
  }
}

async function readGates({ request }: Deploy, plan: Plan): Promise<GatesNow> {
  try {
    return await deciding.readGates.executeWithOptions({ summary: 'are the gates open now?' }, [{ plan, request }]);
  } catch {
    return { kind: 'unknown', what: 'the gates' };
  }
}

function notePending(deploy: Deploy, reasons: readonly GateReason[]): void {
  const { pending } = deploy;
  if (pending === null || JSON.stringify(pending.reasons) === JSON.stringify(reasons)) return;
  deploy.pending = { ...pending, reasons };
  showPending(deploy);
}

/** The same phase with other words: neither its expiry nor whoever waits for its end is touched. */
function showPending(deploy: Deploy): void {
  const { phase, pending } = deploy;
  if (phase.kind !== 'waiting') return;
  const { pending: _before, ...others } = phase;
  deploy.phase = pending === null ? others : { ...others, pending: pending.reasons };
  tellWithin(deploy, 0);
}
