// Several limiters with a connection of their own each, as several processes have, on one real Redis. Windows are a tenth as long.
import { pino, type Logger } from 'pino';
import { describe, expect, it, type TestContext } from 'vitest';
import type { Lane } from '../../src/buildkite/api.ts';
import { partOf } from '../../src/buildkite/bucket-source.ts';
import { createLimiter, type Limiter } from '../../src/buildkite/limiter.ts';
import { type Pace, PACE } from '../../src/buildkite/pace.ts';
import { openSharedBucket } from '../../src/buildkite/shared-bucket.ts';
import { LANES } from '../../src/buildkite/shares.ts';
import { isTrouble } from '../../src/trouble.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

const QUOTA_OF_A_USER = 50;
/**
 * In a window of a tenth a busy machine moves a request by a tenth of a window now and then. A window that is refilled at once, or a bucket
 * of each process's own, would allow twice as many.
 */
const MOST = 1.3 * QUOTA_OF_A_USER;
const PACE_OF_TESTS: Pace = { ...PACE, windowMs: 6_000, maxWaitMs: 2_000 };
const LOG = pino({ level: 'silent' });

interface Stage {
  readonly redis: TestRedis;
  readonly started: { readonly at: number; readonly lane: Lane }[];
  join(pace?: Pace, log?: Logger): Limiter;
  /** Whether it ran; false: handed back because it would wait for too long. */
  ask(limiter: Limiter, lane: Lane): Promise<boolean>;
  /** Asks all the time, with so many at once, until it is stopped. */
  flood(limiter: Limiter, lane: Lane, workers?: number): () => Promise<unknown>;
}

// The tests wait more than they work: they run at the same time, each on a Redis of its own.
async function stage({ onTestFinished }: Pick<TestContext, 'onTestFinished'>): Promise<Stage> {
  const redis = await startRedis();
  const limiters: Limiter[] = [];
  onTestFinished(async () => {
    await Promise.all(limiters.map((limiter) => limiter.stop()));
    await redis.stop();
  });
  const started: { readonly at: number; readonly lane: Lane }[] = [];
  const ask = async (limiter: Limiter, lane: Lane): Promise<boolean> => {
    try {
      await limiter.run(lane, async () => void started.push({ at: Date.now(), lane }));
      return true;
    } catch (error) {
      if (isTrouble(error, 'not-sent')) return false;
      throw error;
    }
  };
  const flood = (limiter: Limiter, lane: Lane, workers = 6): (() => Promise<unknown>) => {
    const stopping = new AbortController();
    const worker = async (): Promise<void> => {
      while (!stopping.signal.aborted) if (!(await ask(limiter, lane))) await sleep(50);
    };
    const all = Promise.all(Array.from({ length: workers }, worker));
    return () => {
      stopping.abort();
      return all;
    };
  };
  const join = (pace: Pace = PACE_OF_TESTS, log: Logger = LOG): Limiter => {
    const now = Date.now;
    const shared = openSharedBucket({ url: () => redis.url, owner: 'acme:default', pace, now, log });
    const limiter = createLimiter({ organization: 'acme', now, log, pace, shared });
    limiters.push(limiter);
    return limiter;
  };
  return { redis, started, ask, flood, join };
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`never came: ${what}`);
    await sleep(20);
  }
}
const mostInAWindow = ({ started }: Stage): number =>
  Math.max(0, ...started.map(({ at: from }) => started.filter(({ at }) => at >= from && at < from + PACE_OF_TESTS.windowMs).length));
const share = ({ started }: Stage, lane: Lane): number => started.filter((one) => one.lane === lane).length / started.length;
const mode = (limiter: Limiter): string => limiter.state().mode;
async function shared(...of: readonly Limiter[]): Promise<void> {
  await until('a shared bucket', () => of.every((limiter) => mode(limiter) === 'shared' && limiter.state().processes >= of.length));
}

/**
 * A process to which Redis does not answer in time goes on by itself, and rightly: on a machine that stands still for seconds now and then,
 * nothing of what follows is to be seen. It is looked for once more, then.
 */
const CALMER = { retry: 3 };

describe('one bucket for all processes', CALMER, () => {
  it.concurrent('keeps to one quota, gives every lane its share wherever it is asked for, and a rollback is never refused', async (context) => {
    const on = await stage(context);
    const [one, two, three] = [on.join(), on.join(), on.join()];
    await shared(one, two, three);
    const began = performance.now();
    const stops = [on.flood(one, 'create'), on.flood(two, 'status'), on.flood(three, 'status', 2), on.flood(three, 'unblock', 2)];
    const urgent: boolean[] = [];
    for (let times = 0; times < 6; times += 1) {
      await sleep(1_200);
      urgent.push(await on.ask([one, two, three][times % 3] ?? one, times % 2 === 0 ? 'rollback' : 'cancel'));
    }
    await Promise.all(stops.map((stop) => stop()));
    const windows = (performance.now() - began) / PACE_OF_TESTS.windowMs;
    expect(on.started.length).toBeLessThanOrEqual(PACE_OF_TESTS.burst + PACE_OF_TESTS.perWindow * windows);
    expect(urgent).toEqual(urgent.map(() => true));
    expect(mostInAWindow(on)).toBeLessThan(MOST);
    expect(share(on, 'status')).toBeGreaterThan(0.14);
    expect(share(on, 'unblock')).toBeGreaterThan(0.06);
    expect(share(on, 'create')).toBeGreaterThan(0.4);
  });

  it.concurrent('lends what is idle: one process with one lane uses all of it', async (context) => {
    const on = await stage(context);
    const [one, two] = [on.join(), on.join()];
    await shared(one, two);
    const stop = on.flood(one, 'status', 12);
    await sleep(PACE_OF_TESTS.windowMs);
    await stop();
    expect(on.started.length).toBeGreaterThan(15);
  });

  it.concurrent('closes for everybody when one process learns of an empty window, and no process opens it earlier', async (context) => {
    const on = await stage(context);
    const [one, two] = [on.join(), on.join()];
    await shared(one, two);
    const left = (remaining: number, reset: number): void =>
      one.observe({
        status: 200,
        headers: new Headers({ 'ratelimit-user-limit': '50', 'ratelimit-user-remaining': `${remaining}`, 'ratelimit-user-reset': `${reset}` }),
        refusal: null,
      });
    left(0, 60);
    await until('the news', async () => (await on.redis.client.exists('{countersign:acme:default}:gate')) === 1);
    for (const lane of LANES) expect(await on.ask(two, lane)).toBe(false);
    expect(two.state().closed['rollback']).toBeGreaterThan(50_000);
    left(0, 1);
    expect(await on.ask(on.join(), 'rollback')).toBe(false);
    expect(on.started).toEqual([]);
  });

  it.concurrent('loses nothing to waits that were given up', async (context) => {
    const on = await stage(context);
    const [one, two] = [on.join({ ...PACE_OF_TESTS, maxWaitMs: 200 }), on.join({ ...PACE_OF_TESTS, maxWaitMs: 200 })];
    await shared(one, two);
    const stops = [on.flood(one, 'create', 10), on.flood(two, 'status', 10)];
    const perWindow: number[] = [];
    // A busy machine may take longer than these waits to answer at all, for a window or two. What is lost would be lost for good.
    while (perWindow.length < 8 && Math.max(0, ...perWindow) <= 15) {
      const before = on.started.length;
      await sleep(PACE_OF_TESTS.windowMs);
      perWindow.push(on.started.length - before);
    }
    await Promise.all(stops.map((stop) => stop()));
    expect(Math.max(...perWindow)).toBeGreaterThan(15);
  });

  it.concurrent('forgets what nobody uses', async (context) => {
    const on = await stage(context);
    const one = on.join();
    await shared(one);
    for (const lane of LANES) await on.ask(one, lane);
    await until('the first keys', async () => (await on.redis.client.keys('*')).length >= 5);
    const keys = await on.redis.client.keys('*');
    const ttls = await Promise.all(keys.map((key) => on.redis.client.pttl(key)));
    expect(ttls.filter((ttl) => ttl < 0)).toEqual([]);
  });
});

describe('Redis', CALMER, () => {
  it.concurrent.for<{ readonly what: string; readonly fault: (client: TestRedis['client']) => Promise<unknown> }>([
    { what: 'forgets its scripts', fault: (client) => client.script('FLUSH') },
    { what: 'loses every key', fault: (client) => client.flushall() },
    { what: 'drops every connection', fault: (client) => client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes') },
  ])('$what while all wait: they go on, and within the quota', async ({ fault }, context) => {
    const on = await stage(context);
    const [one, two] = [on.join(), on.join()];
    await shared(one, two);
    const stops = [on.flood(one, 'create'), on.flood(two, 'status')];
    await sleep(1_500);
    await fault(on.redis.client);
    const before = on.started.length;
    await sleep(3_000);
    await shared(one, two);
    await Promise.all(stops.map((stop) => stop()));
    expect(on.started.length - before).toBeGreaterThan(5);
    expect(mostInAWindow(on)).toBeLessThan(MOST);
  });

  it.concurrent('is away and comes back empty: each process goes on with its part, and then with all again', async (context) => {
    const on = await stage(context);
    const [one, two] = [on.join(), on.join()];
    await shared(one, two);
    const stops = [on.flood(one, 'create'), on.flood(two, 'status')];
    await sleep(1_500);
    await on.redis.kill();
    await until('both alone', () => mode(one) === 'degraded' && mode(two) === 'degraded');
    const before = on.started.length;
    await until('requests meanwhile', () => on.started.length > before + 5);
    await on.redis.start();
    await shared(one, two);
    const after = on.started.length;
    await until('requests again', () => on.started.length > after + 10);
    await Promise.all(stops.map((stop) => stop()));
    expect(mostInAWindow(on)).toBeLessThan(MOST);
  });

  it.concurrent('hangs: nobody waits for it, and it is used again when it answers', async (context) => {
    const on = await stage(context);
    const one = on.join();
    await shared(one);
    on.redis.pause();
    expect(await on.ask(one, 'rollback')).toBe(true);
    expect(mode(one)).toBe('degraded');
    on.redis.resume();
    await shared(one);
    expect(await on.ask(one, 'rollback')).toBe(true);
  });

  it.concurrent('is away at the start: a careful part until it is there', async (context) => {
    const on = await stage(context);
    await on.redis.kill();
    const lines: string[] = [];
    const one = on.join(PACE_OF_TESTS, pino({ level: 'info', base: null, timestamp: false }, { write: (line: string) => void lines.push(line) }));
    expect(await on.ask(one, 'rollback')).toBe(true);
    expect(one.state()).toMatchObject({ mode: 'degraded', processes: 4, isGuessed: true });
    // Told once, however often it looks.
    await sleep(2_500);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/"level":40.*look at REDIS_URL.*the part of one of 4 until Redis answers/);
    await on.redis.start();
    await shared(one);
    expect(one.state()).toMatchObject({ mode: 'shared', processes: 1, isGuessed: false });
    expect(lines.slice(1)).toEqual([expect.stringContaining('redis is there')]);
    await on.redis.kill();
    await until('alone again', () => mode(one) === 'degraded');
    expect(one.state()).toMatchObject({ processes: 1, isGuessed: false });
  });

  it.concurrent('is away at the end: the process ends all the same, and whoever waits is told that nothing was sent', async (context) => {
    const on = await stage(context);
    const one = on.join();
    await shared(one);
    await on.redis.kill();
    const asked = Array.from({ length: 5 }, () => on.ask(one, 'status'));
    await one.stop();
    expect(await Promise.all(asked)).toContain(false);
    expect(await on.ask(one, 'rollback')).toBe(false);
  });
});

describe('a part of the quota', () => {
  it.each([1, 2, 3, 4, 8, 12])('of each of %i processes is no more than the whole, all bursts included', (processes) => {
    const { perWindow, burst } = partOf(PACE, processes);
    expect(perWindow).toBeGreaterThan(0);
    expect(processes * (perWindow + burst)).toBeLessThan(QUOTA_OF_A_USER);
  });
});

it('a password that Redis refuses is in no line of the log, but that it can not be reached is', async ({ onTestFinished }) => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const url = redis.url.replace('redis://', 'redis://somebody:hunter2@');
  const shared = openSharedBucket({ url: () => url, owner: 'acme', pace: PACE_OF_TESTS, now: Date.now, log });
  await shared.looked;
  await shared.stop();
  expect(lines.join('')).toContain('WRONGPASS');
  expect(lines.join('')).toContain('redis can not be reached');
  expect(lines.join('')).not.toContain('hunter2');
});
