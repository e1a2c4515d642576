// What a request waits for that only time can bring, in a few words. Pure.
import type { GateReason } from '../../workflows/reasons.ts';
import { listed, say } from './inline.ts';
import type { Inline } from './inline.ts';
import { duration } from './time.ts';

/** `checks (3 of 14 are green) and staging, where it has to be live for 30 min`. */
export function pendingWords(pending: readonly GateReason[]): Inline {
  return listed(pending.map(waitedFor), 3, ' and ');
}

function waitedFor(reason: GateReason): Inline {
  switch (reason.code) {
    case 'checks-pending':
      return say`checks (${reason.passed} of ${reason.total} are green)`;
    case 'checks-missing':
      return say`checks, of which none has reported`;
    case 'soaking':
      return say`${reason.environment}, where it has to be live for ${duration(reason.neededMs)}`;
    default:
      return say`a gate`;
  }
}
