// What all processes of one zone share in Redis: the bucket, and what any of them learnt of an empty window. Looks at Redis every second:
// that keeps the clock right, mends what Redis lost, and tells within seconds that it is gone or back.
import { randomUUID } from 'node:crypto';
import type Bottleneck from 'bottleneck';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { inTime } from '../in-time.ts';
import type { Millis } from '../../workflows/vocabulary.ts';
import { type Bucket, createBucket } from './bucket.ts';
import type { Pace } from './pace.ts';
import { countProcesses, offsetOf, openRedis, repairedConnection, untilReady } from './redis-connection.ts';
import { createSharedGate, type SharedGate } from './shared-gate.ts';

export interface SharedBucket extends SharedGate {
  /** Settles after the first look, whatever it found. */
  readonly looked: Promise<void>;
  /** null while Redis can't be reached. */
  bucket(): Bucket | null;
  /** Its store failed: not used again before the next good look. */
  doubt(bucket: Bucket): void;
  /** Called after every change between a bucket and none. */
  onChange(listener: () => void): void;
  /** Processes seen lately, this one included; a cautious guess before Redis was ever reached. */
  processes(): number;
  /** Whether that is a guess. */
  isGuessing(): boolean;
  stop(): Promise<void>;
}

export interface SharedBucketOptions {
  /** `redis://…`; read again when everything is opened anew, since a secret file may change. */
  readonly url: () => string;
  /** Whose quota it is: one for each organization and credential. */
  readonly owner: string;
  readonly pace: Pace;
  readonly now: () => Millis;
  readonly log: Logger;
}

const LOOK_EVERY_MS = 1_000;
/** A process that was paused for so long must look before it goes on. */
const STALE_MS = 3_000;
/** After so many looks in vain everything is opened anew: a Bottleneck whose first script failed never gets well. */
const LOOKS_IN_VAIN = 5;
const PROCESSES_GUESSED = 4;
/** Bottleneck waits without an end for a connection to listen on. */
const LOOKED_WITHIN_MS = 2_000;
const STOPPED_WITHIN_MS = 1_000;

const AWAY = 'redis can not be reached: this process keeps to its part of the quota until it is back';
const NEVER_REACHED = `redis can not be reached, and was not since the start: look at REDIS_URL, and whether Redis is up. Nobody knows how many processes share the quota, so this one keeps to the part of one of ${PROCESSES_GUESSED} until Redis answers`;

const late = (): Error => new Error('it did not come in time');

interface Opened {
  readonly client: Redis;
  readonly connection: Bottleneck.IORedisConnection;
  /** null before the first look: Redis keeps the time at which a bucket began, so the clock comes first. */
  bucket: Bucket | null;
}

export function openSharedBucket(options: SharedBucketOptions): SharedBucket {
  const { now, log } = options;
  const me = randomUUID();
  const prefix = `{countersign:${options.owner}}`;
  const listeners: (() => void)[] = [];
  const seen = { offset: 0, processes: PROCESSES_GUESSED, isGuess: true, at: -Infinity, isReachable: false, inVain: 0 };
  const redisNow = (): Millis => Math.round(performance.now() + seen.offset);
  const openAnew = (): Opened => open(options, redisNow);
  let opened = openAnew();

  let isStopped = false;
  // Also the first look in vain is told: a wrong address would otherwise never be.
  let told: boolean | null = null;
  const reachable = (isReachable: boolean, why: unknown): void => {
    if (isReachable === told || isStopped) return;
    told = isReachable;
    seen.isReachable = isReachable;
    tell(options, seen, why);
    for (const listener of listeners) listener();
  };
  async function look(): Promise<void> {
    const { client } = opened;
    try {
      await untilReady(client);
      seen.offset = await offsetOf(client);
      seen.processes = await countProcesses(client, { key: `${prefix}:processes`, me, at: redisNow() });
      seen.isGuess = false;
      await inTime((opened.bucket ??= bucketOn(opened, options, prefix)).touch(), LOOKED_WITHIN_MS, late());
      seen.at = performance.now();
      seen.inVain = 0;
      reachable(true, null);
    } catch (error) {
      reachable(false, error);
      seen.inVain += 1;
      if (seen.inVain % LOOKS_IN_VAIN !== 0) return;
      const old = opened;
      opened = openAnew();
      await shut(old);
    }
  }
  let looking: Promise<void> | null = null;
  const lookAgain = (): Promise<void> => (looking ??= look().finally(() => (looking = null)));
  const looked = lookAgain();
  const timer = setInterval(() => void lookAgain(), LOOK_EVERY_MS);

  const isCurrent = (): boolean => {
    if (seen.isReachable && performance.now() - seen.at > STALE_MS) reachable(false, new Error('this process was paused'));
    return seen.isReachable;
  };
  return {
    looked,
    bucket: () => (isCurrent() ? opened.bucket : null),
    doubt: (bucket) => {
      if (bucket === opened.bucket) reachable(false, new Error('its bucket failed'));
    },
    onChange: (listener) => void listeners.push(listener),
    processes: () => seen.processes,
    isGuessing: () => seen.isGuess,
    ...createSharedGate({
      key: `${prefix}:gate`,
      client: () => (seen.isReachable ? opened.client : null),
      toRedis: () => redisNow() - now(),
      log,
    }),
    stop: async () => {
      isStopped = true;
      clearInterval(timer);
      await looking;
      if (seen.isReachable) await opened.client.zrem(`${prefix}:processes`, me).catch(() => undefined);
      await shut(opened);
    },
  };
}

function tell(
  { log, owner }: SharedBucketOptions,
  { isReachable, processes, isGuess }: { readonly isReachable: boolean; readonly processes: number; readonly isGuess: boolean },
  why: unknown,
): void {
  if (isReachable) log.info({ owner, processes }, 'redis is there: the quota is shared');
  else log.warn({ err: why, owner, processes }, isGuess ? NEVER_REACHED : AWAY);
}

function open({ url, log }: SharedBucketOptions, redisNow: () => Millis): Opened {
  const client = openRedis(url());
  // Every command says by itself that it failed; without a listener Node would end the process.
  client.on('error', (error: unknown) => log.debug({ err: error }, 'redis'));
  const connection = repairedConnection(client, redisNow);
  connection.on('error', (error: unknown) => log.debug({ err: error }, 'redis'));
  return { client, connection, bucket: null };
}

/** Another pace is another bucket: Redis would keep the settings of whoever came first. */
function bucketOn({ connection }: Opened, { pace, log }: SharedBucketOptions, prefix: string): Bucket {
  const id = `${prefix}:${pace.perWindow}-${pace.windowMs}-${pace.burst}`;
  return createBucket({ id, pace, filled: 1, connection, log });
}

async function shut({ client, connection, bucket }: Opened): Promise<void> {
  // A bucket that never began waits for ever to be stopped; nobody waits in it.
  if (bucket !== null) await inTime(bucket.stop(), STOPPED_WITHIN_MS, late()).catch(() => undefined);
  await connection.disconnect(false);
  client.disconnect();
}
