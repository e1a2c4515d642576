// More time for a request that waits for approval.
import { authorised, refused, tooLate } from './approval.ts';
import type { Extend, Receipt } from './contract.ts';
import { enter, isOver, type Deploy } from './deploy-state.ts';
import type { ActReason } from './reasons.ts';
import { momentsOf } from './waiting.ts';

/** All extensions of one wait together. */
const ALL_MAX_MS = 7 * 86_400_000;

/** Extends the wait by the clock of its rule. Reminders by shares of the expiry move with it. */
export async function applyExtend(deploy: Deploy, input: Extend): Promise<Receipt> {
  const early = whyNotExtend(deploy, input);
  if (early !== null) return refused(deploy, early);
  const allowed = await authorised(deploy, input.by, 'extend');
  if (allowed.kind === 'refused') return refused(deploy, ...allowed.reasons);
  for (;;) {
    const { wait, plan } = deploy;
    const why = whyNotExtend(deploy, input);
    if (why !== null || plan === null) return refused(deploy, why ?? { code: 'not-planned-yet' });
    const extendedMs = wait.extendedMs + input.byMs;
    const moments = await momentsOf(plan, { ...wait, extendedMs });
    // A new wait, or a reminder, may have come meanwhile: then the moments are others.
    const late = whyNotExtend(deploy, input);
    if (late !== null) return refused(deploy, late);
    if (deploy.wait !== wait || deploy.plan !== plan) continue;
    deploy.wait = { ...wait, extendedMs };
    deploy.isNews = true;
    const pending = deploy.pending === null ? {} : { pending: deploy.pending.reasons };
    enter(deploy, { kind: 'waiting', ...moments, ...pending, extendedMs, extendedBy: allowed.person });
    return { kind: 'extended', expiresAt: moments.expiresAt, byMs: input.byMs };
  }
}

function whyNotExtend(deploy: Deploy, { byMs }: Extend): ActReason | null {
  const { plan, phase, wait } = deploy;
  if (isOver(deploy)) return tooLate(deploy);
  if (plan === null) return { code: 'not-planned-yet' };
  if (phase.kind !== 'waiting') return { code: 'nothing-to-extend' };
  const { expireMs } = plan.rule;
  if (byMs > expireMs) return { code: 'extension-too-long', byMs, mostMs: Math.min(expireMs, ALL_MAX_MS) };
  return wait.extendedMs + byMs > ALL_MAX_MS ? { code: 'extended-enough', extendedMs: wait.extendedMs, mostMs: ALL_MAX_MS } : null;
}
