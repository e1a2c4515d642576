// A bucket of requests on Bottleneck: in this process, or in Redis for all of them. It gives out tokens, not places: a job of Bottleneck's
// ends as soon as it has its token, so that whoever dies with a request under way holds nothing back.
import Bottleneck from 'bottleneck';
import type { Logger } from 'pino';
import type { Millis } from '../../workflows/vocabulary.ts';
import type { Lane } from './api.ts';
import type { Pace } from './pace.ts';
import { claimOf, isSharing, REQUEST, SHARES, type SharingLane } from './shares.ts';

export interface Bucket {
  /**
   * Waits until the lane may have a request, then asks `admit`: what is not admitted goes back and costs nothing. A job can't be
   * withdrawn from Bottleneck, so whoever stops waiting says so in `admit`; `full`: there are too many of them before it. Rejects when
   * the store fails or the bucket stops.
   */
  take(lane: Lane, admit: () => Promise<boolean>): Promise<'asked' | 'full'>;
  /** One look at the store, which mends what it lost. Rejects when it can't be reached. */
  touch(): Promise<void>;
  stop(): Promise<void>;
}

export interface BucketOptions {
  /** Buckets of one id in one Redis are one bucket. */
  readonly id: string;
  readonly pace: Pick<Pace, 'perWindow' | 'windowMs' | 'burst' | 'queueMax'>;
  /** Requests in it at first, and after Redis lost it. */
  readonly filled: number;
  /** Left out: the bucket is this process's own. */
  readonly connection?: Bottleneck.IORedisConnection;
  readonly log: Logger;
}

/** A job of Bottleneck's only asks `admit`. Without an end the ones of a dead process would be counted for ever. */
const EXPIRATION_MS = 10_000;
/** Shorter ticks than this are not worth a timer. */
const TICK_MIN_MS = 10;
const NUDGE_MAX_MS = 100;
/** What nobody touched for so long is forgotten by Redis. */
const FORGOTTEN_MS = 600_000;
/** Of a lane's own share, so many requests may be saved up. */
const SHARE_BURST = 2;

export function createBucket(options: BucketOptions): Bucket {
  const { pace, log } = options;
  const unitMs = pace.windowMs / (pace.perWindow * REQUEST);
  const trunk = createReservoir(options, { name: 'all', everyMs: unitMs, full: pace.burst * REQUEST, filled: options.filled * REQUEST });
  const shares = Object.fromEntries(
    Object.entries(SHARES).map(([name, share]) => [
      name,
      createReservoir(options, { name, everyMs: pace.windowMs / (pace.perWindow * share), full: SHARE_BURST, filled: 1 }),
    ]),
  ) as Readonly<Record<SharingLane, Bottleneck>>;
  const all = [trunk, ...Object.values(shares)];
  const queued = new Map<number, number>();
  const count = (rank: number, by: number): number => queued.set(rank, (queued.get(rank) ?? 0) + by).get(rank) ?? 0;
  const nudge = options.connection === undefined ? null : createNudge(() => trunk.currentReservoir(), Math.min(unitMs / 2, NUDGE_MAX_MS));

  // Lost is lost: a token too few harms nobody.
  const giveBack = (reservoir: Bottleneck, amount: number): void =>
    void reservoir.incrementReservoir(amount).catch((error: unknown) => log.debug({ err: error }, 'a token was lost'));

  async function take(lane: Lane, admit: () => Promise<boolean>): Promise<'asked' | 'full'> {
    const share = isSharing(lane) ? shares[lane] : null;
    const withinShare = share !== null && (await takeIfThere(share));
    const { rank, need } = claimOf(lane, withinShare);
    nudge?.ref();
    try {
      // Those who stopped waiting are still in it.
      if (count(rank, 1) > 2 * pace.queueMax) return 'full';
      await trunk.schedule({ priority: rank, weight: need, expiration: EXPIRATION_MS }, async () => {
        if (need > REQUEST) giveBack(trunk, need - REQUEST);
        if (await admit()) return;
        giveBack(trunk, REQUEST);
        if (share !== null && withinShare) giveBack(share, 1);
      });
      return 'asked';
    } finally {
      count(rank, -1);
      nudge?.unref();
    }
  }

  return {
    take,
    touch: async () => void (await Promise.all(all.map((reservoir) => reservoir.currentReservoir()))),
    stop: async () => {
      nudge?.stop();
      for (const reservoir of all) {
        await reservoir.stop({ dropWaitingJobs: true });
        // A shared connection is closed by whoever opened it; on a broken one Bottleneck would fail where nobody catches it.
        if (options.connection === undefined) await reservoir.disconnect();
      }
    },
  };
}

/** Counts without waiting: Bottleneck's own queue is only for what may wait. */
async function takeIfThere(share: Bottleneck): Promise<boolean> {
  const left = await share.incrementReservoir(-1);
  if (left >= 0) return true;
  await share.incrementReservoir(1);
  return false;
}

interface Filling {
  readonly name: string;
  /** One unit comes in so often. */
  readonly everyMs: Millis;
  readonly full: number;
  readonly filled: number;
}

/** Grows by the tick: a window that is refilled at once would allow twice the quota around the refill. */
function createReservoir({ id, connection, log }: BucketOptions, { name, everyMs, full, filled }: Filling): Bottleneck {
  const amount = Math.ceil(TICK_MIN_MS / everyMs);
  const tickMs = everyMs * amount;
  // Timers know whole milliseconds only, and a shorter one would be more than the quota.
  const timerMs = Math.ceil(tickMs);
  const reservoir = new Bottleneck({
    id: `${id}:${name}`,
    reservoir: filled,
    reservoirIncreaseAmount: amount,
    reservoirIncreaseMaximum: full,
    // Redis counts ticks on a grid. In a process Bottleneck looks at the clock now and then and counts from there: here it looks once a
    // tick, and every look counts.
    ...(connection === undefined
      ? { reservoirIncreaseInterval: timerMs * 0.9, heartbeatInterval: timerMs }
      : { reservoirIncreaseInterval: tickMs, connection, timeout: FORGOTTEN_MS }),
  });
  // Whoever asks for something is told; a start that failed before must not end the process.
  reservoir.ready().catch(() => undefined);
  reservoir.on('error', (error: unknown) => log.debug({ err: error }, 'limiter failed'));
  return reservoir;
}

/** While somebody waits: Redis adds what is due when it is asked, and tells the waiting. */
function createNudge(ask: () => Promise<unknown>, everyMs: Millis): { ref(): void; unref(): void; stop(): void } {
  let waiting = 0;
  let timer: NodeJS.Timeout | null = null;
  const stop = (): void => {
    if (timer !== null) clearInterval(timer);
    timer = null;
  };
  return {
    ref: () => {
      waiting += 1;
      // Its own failures are those of the store, which somebody else watches.
      timer ??= setInterval(() => void ask().catch(() => undefined), everyMs).unref();
    },
    unref: () => {
      waiting -= 1;
      if (waiting === 0) stop();
    },
    stop,
  };
}
