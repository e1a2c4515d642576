// What any process learnt of an empty window, in Redis for all of them.
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Millis } from '../../workflows/vocabulary.ts';
import type { Lane } from './api.ts';

export interface SharedGate {
  /** Until when the lane is closed, as any process learnt; 0 when Redis does not say. Never rejects. */
  closedUntil(lane: Lane): Promise<Millis>;
  /** Tells the others. Only ever closes for longer. */
  close(until: Readonly<Partial<Record<Lane, Millis>>>): void;
}

/** Longer than any window is closed. */
const KEPT_MS = 600_000;

export function createSharedGate(options: {
  readonly key: string;
  /** null while it can't be reached: then nobody is told, and nothing is heard. */
  readonly client: () => Redis | null;
  /** What to add to this process's time to have Redis' time. */
  readonly toRedis: () => Millis;
  readonly log: Logger;
}): SharedGate {
  const { key, client, toRedis, log } = options;
  return {
    closedUntil: async (lane) => {
      const until = await client()
        ?.zscore(key, lane)
        .catch(() => null);
      return until === null || until === undefined ? 0 : Number(until) - toRedis();
    },
    close: (until) => {
      // GT: what somebody else closed for longer stays closed.
      const scores = Object.entries(until).flatMap(([lane, at]) => [Math.ceil(at + toRedis()), lane]);
      const told = client()
        ?.multi()
        .zadd(key, 'GT', ...scores)
        .pexpire(key, KEPT_MS)
        .exec();
      told?.catch((error: unknown) => log.debug({ err: error }, 'the other processes were not told'));
    },
  };
}
