// Which reasons go away by waiting. Pure.
import type { GateReason } from '../../workflows/reasons.ts';

const MENDED_BY_TIME: ReadonlySet<GateReason['code']> = new Set<GateReason['code']>(['checks-pending', 'checks-missing', 'soaking']);

/** Whether only time is missing: checks run or have yet to report, or the version has to be live elsewhere for longer. */
export function isOnlyPending(reasons: readonly GateReason[]): boolean {
  return reasons.length > 0 && reasons.every(({ code }) => MENDED_BY_TIME.has(code));
}
