// Bottleneck's connection to Redis, repaired. As published it dies for good after ordinary faults, and trusts every process's clock.
import Bottleneck from 'bottleneck';
import { Redis } from 'ioredis';
import type { Millis } from '../../workflows/vocabulary.ts';

/** What Bottleneck asks of its connection for each script; not in its types. */
interface Scripted {
  __scriptArgs__(name: string, id: string, args: readonly unknown[], done: Done): unknown;
}
type Done = (error: Error | null, reply: unknown) => void;

const READY_WITHIN_MS = 1_000;
const SEEN_WITHIN_MS = 30_000;
const FORGOTTEN_MS = 600_000;

/** Never queues: what can't be asked now is not asked, and the process goes on by itself. */
export function openRedis(url: string): Redis {
  const client = new Redis(url, {
    lazyConnect: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    connectTimeout: 1_000,
    commandTimeout: 1_000,
    retryStrategy: (times) => Math.min(times * 100, 1_000),
  });
  client.on('error', forgetCommand);
  return client;
}

/** The error of a refused sign-in carries the command, and that the password: whoever listens after this sees it without. */
function forgetCommand(error: unknown): void {
  if (error instanceof Error && 'command' in error) delete error.command;
}

/**
 * - Redis 7 writes `ERR ` before the errors of scripts, and Bottleneck 2.19.5 knows its own only without: it would never again find
 *   settings that were lost, nor register a process that was paused for longer than ten seconds.
 * - Bottleneck sends each process's own time into its scripts. With clocks 30 s apart, or one that is set, one process would get everything
 *   and another nothing: all of them send Redis' own time instead.
 */
export function repairedConnection(client: Redis, redisNow: () => Millis): Bottleneck.IORedisConnection {
  const connection = new Bottleneck.IORedisConnection({ client, Redis });
  // Bottleneck has a second connection of its own.
  connection.on('error', forgetCommand);
  const scripted = connection as unknown as Scripted;
  const stock = scripted.__scriptArgs__.bind(connection);
  scripted.__scriptArgs__ = (name, id, [, ...rest], done) =>
    stock(name, id, [redisNow(), ...rest], (error, reply) => {
      if (error !== null) error.message = error.message.replace(/^ERR /, '');
      done(error, reply);
    });
  return connection;
}

/** Rejects when it is not connected within a second. */
export async function untilReady(client: Redis): Promise<void> {
  if (client.status === 'ready') return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error('not connected')), READY_WITHIN_MS);
  client.once('ready', resolve);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    client.off('ready', resolve);
  }
}

/** What to add to `performance.now()`, which nobody sets, to have Redis' time. */
export async function offsetOf(client: Redis): Promise<Millis> {
  const asked = performance.now();
  const [seconds = 0, microseconds = 0] = await client.time();
  return Math.round(seconds * 1_000 + microseconds / 1_000 - (asked + performance.now()) / 2);
}

/** Says that this process lives, and counts those that said so lately. */
export async function countProcesses(client: Redis, { key, me, at }: { key: string; me: string; at: Millis }): Promise<number> {
  const replies = await client
    .multi()
    .zadd(key, at, me)
    .zremrangebyscore(key, '-inf', at - SEEN_WITHIN_MS)
    .zcard(key)
    .pexpire(key, FORGOTTEN_MS)
    .exec();
  return Math.max(1, Number(replies?.[2]?.[1] ?? 1));
}
