// The gate in front of the bucket: what Buildkite's answers say of its windows can close it, never open it.
import type { Logger } from 'pino';
import type { Millis } from '../../workflows/vocabulary.ts';
import type { Lane, Quota } from './api.ts';
import { type Answer, pauseAfterRefusal, pauseFor, quotasIn, type Scope } from './quota.ts';
import type { SharedBucket } from './shared-bucket.ts';
import { LANES } from './shares.ts';

export interface Gate {
  /** Milliseconds until the lane may send again, as far as this process knows; 0 when open. */
  delay(lane: Lane): Millis;
  /** The same as far as any process knows: asked right before a request. */
  delayAnywhere(lane: Lane): Promise<Millis>;
  observe(answer: Answer): void;
  quota(): readonly Quota[];
}

/** Of everybody who was refused together not all begin again at the same moment. */
const JITTER_MAX_MS = 1_000;

export function createGate(options: {
  readonly now: () => Millis;
  readonly log: Logger;
  readonly keepForOthers: number;
  readonly shared: Pick<SharedBucket, 'close' | 'closedUntil'> | null;
}): Gate {
  const { now, log, shared, keepForOthers } = options;
  const closedUntil: Record<Lane, Millis> = { rollback: 0, cancel: 0, create: 0, unblock: 0, status: 0 };
  const known = new Map<Scope, Quota>();
  const delay = (lane: Lane): Millis => Math.max(closedUntil[lane] - now(), 0);
  /** The lanes that are closed for longer by this. */
  const close = (untilOf: (lane: Lane) => Millis | null, why: string): Partial<Record<Lane, Millis>> => {
    const closed = LANES.flatMap((lane) => {
      const until = untilOf(lane) ?? 0;
      return until > closedUntil[lane] && until > now() ? [[lane, until] as const] : [];
    });
    const fresh = closed.filter(([lane]) => delay(lane) === 0).map(([lane]) => lane);
    if (fresh.length > 0) log.warn({ lanes: fresh, ms: Math.max(...closed.map(([, until]) => until)) - now(), why }, 'pausing requests to buildkite');
    for (const [lane, until] of closed) closedUntil[lane] = until;
    return Object.fromEntries(closed);
  };
  const tell = (closed: Partial<Record<Lane, Millis>>): void => {
    if (Object.keys(closed).length > 0) shared?.close(closed);
  };

  return {
    delay,
    delayAnywhere: async (lane) => {
      const until = shared === null ? 0 : await shared.closedUntil(lane);
      close((one) => (one === lane ? until : null), 'another process learnt it');
      return delay(lane);
    },
    observe: (answer) => {
      for (const quota of quotasIn(answer.headers, now())) {
        known.set(quota.scope, quota);
        tell(close((lane) => pauseFor(lane, quota, keepForOthers), `${quota.remaining} left for the ${quota.scope}`));
      }
      if (answer.status !== 429) return;
      const until = pauseAfterRefusal(answer, now()) + Math.floor(Math.random() * JITTER_MAX_MS);
      tell(close(() => until, `refused: ${answer.refusal?.scope ?? 'unnamed scope'}`));
    },
    quota: () => [...known.values()],
  };
}
