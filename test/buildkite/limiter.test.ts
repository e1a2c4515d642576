import * as fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Lane } from '../../src/buildkite/api.ts';
import { createLimiter, type Limiter } from '../../src/buildkite/limiter.ts';
import { paceOf } from '../../src/buildkite/pace.ts';
import { LANES } from '../../src/buildkite/shares.ts';
import { isTrouble, type Trouble } from '../../src/trouble.ts';

// Simulated time at the real scale: Bottleneck's timers and clock are the test's.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] }));
afterEach(() => void vi.useRealTimers());

const QUOTA_OF_A_USER = 50;
const MINUTE = 60_000;

function bench({ keepForOthers = 0.5, quota = QUOTA_OF_A_USER }: { keepForOthers?: number; quota?: number } = {}) {
  const log = pino({ level: 'silent' });
  const limiter = createLimiter({ organization: 'acme', now: () => Date.now(), log, pace: paceOf(quota), keepForOthers });
  const started: { at: number; lane: Lane; name: string }[] = [];
  /** The trouble that `run` was refused with, or null when the task ran. */
  const ask = async (lane: Lane, options: { name?: string; takesMs?: number } = {}): Promise<Trouble | null> => {
    try {
      await limiter.run(lane, async () => {
        started.push({ at: Date.now(), lane, name: options.name ?? lane });
        await sleep(options.takesMs ?? 0);
      });
      return null;
    } catch (error) {
      if (isTrouble(error, 'not-sent')) return error;
      throw error;
    }
  };
  /** Whether a request of this lane is let through within two seconds. */
  const opens = async (lane: Lane): Promise<boolean> => {
    const asked = ask(lane);
    await pass(2_000);
    return (await asked) === null;
  };
  return { limiter, started, ask, opens };
}
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

/** The most starts in any window of a minute. */
function mostInAMinute(times: readonly number[]): number {
  return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + MINUTE).length));
}
function answered(
  limiter: Limiter,
  headers: Record<string, string | number>,
  status = 200,
  refusal: { scope: string; resetMs: number } | null = null,
): void {
  const texts = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  limiter.observe({ status, headers: new Headers(texts), refusal });
}
const userLeft = (remaining: number, reset = 30) => ({
  'RateLimit-User-Limit': 50,
  'RateLimit-User-Remaining': remaining,
  'RateLimit-User-Reset': reset,
});
const organizationLeft = (remaining: number, reset = 30) => ({ 'RateLimit-Limit': 200, 'RateLimit-Remaining': remaining, 'RateLimit-Reset': reset });

describe('the quota', () => {
  it.each([50, 400])('of %d a minute is nearly used, and never exceeded', async (quota) => {
    const { limiter, started, ask } = bench({ quota });
    const asked = Array.from({ length: 3 * quota }, async (_, nth) => {
      await sleep((nth * 2 * MINUTE) / (3 * quota));
      return ask('status');
    });
    await pass(3 * MINUTE);
    await Promise.all(asked);
    const most = mostInAMinute(started.map(({ at }) => at));
    expect(most).toBeLessThan(quota);
    expect(most).toBeGreaterThan(0.85 * quota);
    const stopped = limiter.stop();
    await pass(100);
    await stopped;
  });

  it('is never exceeded in any minute, whatever arrives when', async () => {
    const arrival = fc.record({
      at: fc.nat(3 * MINUTE),
      lane: fc.constantFrom(...LANES),
      takesMs: fc.nat(9_000),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(arrival, { minLength: 60, maxLength: 400 }), async (arrivals) => {
        const { limiter, started, ask } = bench();
        const asked = arrivals.map(async ({ at, lane, takesMs }) => {
          await sleep(at);
          return ask(lane, { takesMs });
        });
        await pass(4 * MINUTE);
        const refused = (await Promise.all(asked)).filter((trouble) => trouble !== null);
        expect(mostInAMinute(started.map(({ at }) => at))).toBeLessThan(QUOTA_OF_A_USER);
        expect(started.length + refused.length).toBe(arrivals.length);
        for (const { retryAfterMs } of refused) expect(retryAfterMs).toBeGreaterThan(0);
        const stopped = limiter.stop();
        await pass(100);
        await stopped;
      }),
      { numRuns: 12 },
    );
  });

  it('is used almost whole under a lasting flood: waits that were given up cost nothing', async () => {
    const { started, ask } = bench();
    const until = Date.now() + 10 * MINUTE;
    const worker = async (): Promise<void> => {
      while (Date.now() < until) await sleep((await ask('status'))?.retryAfterMs ?? 0);
    };
    const workers = Array.from({ length: 60 }, worker);
    await pass(12 * MINUTE);
    await Promise.all(workers);
    const times = started.map(({ at }) => at);
    expect(mostInAMinute(times)).toBeLessThan(QUOTA_OF_A_USER);
    expect(times.length / 10).toBeGreaterThan(40);
  });

  it('allows three at once after a pause, then one by one', async () => {
    const { started, ask } = bench();
    const asked = Array.from({ length: 5 }, () => ask('rollback'));
    await pass(100);
    expect(started).toHaveLength(3);
    await pass(5_000);
    expect(started).toHaveLength(5);
    await Promise.all(asked);
  });

  it('always keeps one request for a rollback or a cancel, however busy the others are', async () => {
    const { limiter, started, ask } = bench();
    const busy = (['create', 'unblock', 'status'] as const).flatMap((lane) => Array.from({ length: 15 }, () => ask(lane)));
    for (const lane of ['rollback', 'cancel', 'rollback'] as const) {
      await pass(5_000);
      const before = started.length;
      const urgent = ask(lane);
      await pass(20);
      expect(started.slice(before).map((one) => one.lane)).toEqual([lane]);
      expect(await urgent).toBeNull();
    }
    void limiter.stop();
    await pass(100);
    await Promise.all(busy);
  });

  it('is shared: every lane has its part of a saturated quota, and what idle lanes leave goes to the most urgent', async () => {
    const saturated = async (lanes: readonly Lane[]): Promise<Record<string, number>> => {
      const { started, ask } = bench();
      const until = Date.now() + 10 * MINUTE;
      const worker = async (lane: Lane): Promise<void> => {
        while (Date.now() < until) await sleep((await ask(lane))?.retryAfterMs ?? 0);
      };
      const workers = lanes.flatMap((lane) => Array.from({ length: 12 }, () => worker(lane)));
      await pass(12 * MINUTE);
      await Promise.all(workers);
      return Object.fromEntries(lanes.map((lane) => [lane, started.filter((one) => one.lane === lane).length / 430]));
    };
    const all = await saturated(['create', 'unblock', 'status']);
    expect(all['unblock']).toBeGreaterThan(0.08);
    expect(all['status']).toBeGreaterThan(0.17);
    expect(all['create']).toBeGreaterThan(0.6);
    const { status } = await saturated(['status']);
    expect(status).toBeGreaterThan(0.95);
  });
});

describe('a wait', () => {
  it('ends by lane: rollback, cancel, create, unblock, status', async () => {
    const { started, ask } = bench();
    const first = [ask('rollback'), ask('rollback')];
    await pass(10);
    const then = LANES.toReversed().map((lane) => ask(lane));
    await pass(9_000);
    expect(started.slice(2).map(({ lane }) => lane)).toEqual(['rollback', 'cancel', 'create', 'unblock']);
    await Promise.all([...first, ...then]);
  });

  it('of more than six seconds is handed back, and its task never runs', async () => {
    const { started, ask } = bench();
    const asked = Array.from({ length: 12 }, (_, i) => ask('status', { name: String(i) }));
    await pass(MINUTE);
    const refused = (await Promise.all(asked)).flatMap((trouble, i) => (trouble === null ? [] : [String(i)]));
    expect(refused.length).toBeGreaterThan(0);
    expect(started.map(({ name }) => name)).not.toEqual(expect.arrayContaining(refused));
    expect(started.length + refused.length).toBe(12);
  });

  it('is refused at once when too many wait already', async () => {
    const { ask } = bench();
    const asked = Array.from({ length: 40 }, () => ask('status'));
    // Simulated time stands still here: an answer that needed time would never come.
    expect(await asked[39]).toMatchObject({ kind: 'not-sent', message: 'waiting for quota: others are before it' });
    await pass(MINUTE);
    await Promise.all(asked);
  });
});

describe('the gate', () => {
  it("stops status at ten requests left of the user's, and everything at two", async () => {
    const { limiter, opens } = bench();
    answered(limiter, userLeft(11));
    expect(await opens('status')).toBe(true);
    answered(limiter, userLeft(10));
    expect(await opens('status')).toBe(false);
    expect(await opens('create')).toBe(true);
    answered(limiter, userLeft(2));
    for (const lane of LANES) expect(await opens(lane)).toBe(false);
    await pass(31_000);
    expect(await opens('status')).toBe(true);
  });

  it.each([
    [0.5, 100],
    [0.8, 160],
    [0, 10],
  ])("leaves others their share of the organization's quota (%s of 200: stops at %i); a rollback and a cancel may use it", async (keep, at) => {
    const { limiter, opens } = bench({ keepForOthers: keep });
    answered(limiter, organizationLeft(at + 1));
    expect(await opens('status')).toBe(true);
    await pass(MINUTE);
    answered(limiter, organizationLeft(at));
    expect(await opens('status')).toBe(false);
    expect(await opens('create')).toBe(at <= 10);
    expect(await opens('unblock')).toBe(at <= 10);
    expect(await opens('rollback')).toBe(true);
    expect(await opens('cancel')).toBe(true);
    answered(limiter, organizationLeft(2));
    expect(await opens('rollback')).toBe(false);
  });

  it('is never opened by a header that says more is left', async () => {
    const { limiter, ask } = bench();
    answered(limiter, userLeft(0));
    answered(limiter, userLeft(49, 1));
    expect(await ask('rollback')).toMatchObject({ retryAfterMs: 31_000 });
  });

  it.each([
    ['rest_user', 42_000],
    ['rest', 42_000],
  ])('closes after a 429 until the reset that the body names for %s', async (scope, resetMs) => {
    const { limiter, ask } = bench();
    answered(limiter, { ...userLeft(20, 5), ...organizationLeft(100, 7) }, 429, { scope, resetMs });
    const trouble = await ask('rollback');
    expect(trouble?.retryAfterMs).toBeGreaterThanOrEqual(43_000);
    expect(trouble?.retryAfterMs).toBeLessThan(44_000);
  });

  it('closes for a minute after a 429 that says nothing', async () => {
    const { limiter, ask } = bench();
    answered(limiter, {}, 429);
    expect((await ask('create'))?.retryAfterMs).toBeGreaterThanOrEqual(61_000);
  });

  it('lets a short pause be waited for here', async () => {
    const { limiter, started, ask } = bench();
    const from = Date.now();
    answered(limiter, userLeft(0, 3));
    const asked = ask('status');
    await pass(5_000);
    expect(await asked).toBeNull();
    expect((started[0]?.at ?? 0) - from).toBeGreaterThanOrEqual(4_000);
  });

  it('also stops who waits already, and opens again by itself', async () => {
    const { limiter, started, ask, opens } = bench();
    const first = [ask('rollback'), ask('rollback'), ask('rollback'), ask('rollback')];
    await pass(10);
    answered(limiter, userLeft(0, 20));
    await pass(3_000);
    expect((await Promise.all(first)).map((trouble) => trouble?.kind ?? 'ran')).toEqual(['ran', 'ran', 'ran', 'not-sent']);
    await pass(18_000);
    for (const lane of LANES) expect(await opens(lane)).toBe(true);
    expect(started).toHaveLength(8);
  });

  it('tells both quotas as the last response told them', () => {
    const { limiter } = bench();
    answered(limiter, { ...userLeft(35), ...organizationLeft(80, 42) });
    expect(limiter.quota()).toEqual([
      { scope: 'user', limit: 50, remaining: 35, resetAt: Date.now() + 30_000 },
      { scope: 'organization', limit: 200, remaining: 80, resetAt: Date.now() + 42_000 },
    ]);
  });

  it.each([{ 'RateLimit-User-Remaining': 0 }, { ...userLeft(0), 'RateLimit-User-Remaining': 'none' }, { 'Rate-Limit-Remaining': 0 }])(
    'ignores headers it does not understand: %j',
    async (headers) => {
      const { limiter, ask } = bench();
      answered(limiter, headers);
      const asked = ask('status');
      await pass(10);
      expect(await asked).toBeNull();
    },
  );

  it('does not believe in a reset that is hours away', async () => {
    const { limiter, ask } = bench();
    answered(limiter, userLeft(0, 1_700_000_00));
    expect(await ask('rollback')).toMatchObject({ retryAfterMs: 301_000 });
  });
});

describe('a token', () => {
  it('is one request: what fails and is asked for again costs one each time, and no more', async () => {
    const { limiter, started, ask } = bench();
    const until = Date.now() + 5 * MINUTE;
    let requests = 0;
    const failing = async (): Promise<void> => {
      while (Date.now() < until) {
        const outcome = await limiter
          .run('create', async () => Promise.reject(new Error(`attempt ${(requests += 1)}`)))
          .catch((error: Error) => error);
        if (isTrouble(outcome, 'not-sent')) await sleep(outcome.retryAfterMs ?? 0);
      }
    };
    const workers = Array.from({ length: 6 }, failing);
    await pass(6 * MINUTE);
    await Promise.all(workers);
    expect(requests).toBeGreaterThan(5 * 40);
    expect(requests).toBeLessThanOrEqual(5 * 43 + 3 + 1);
    expect(started).toEqual([]);
    expect(await Promise.all([ask('rollback'), pass(1_000)])).toEqual([null, expect.anything()]);
  });
});

describe('a request', () => {
  it('that never ends gives its place back, and what became of it is not claimed to be known', async () => {
    const { limiter } = bench();
    const hanging = limiter.run('create', () => new Promise(() => undefined)).catch((error: unknown) => error);
    await pass(12_000);
    expect(await hanging).toMatchObject({ name: 'Trouble', kind: 'unavailable' });
  });

  it('that fails is not tried again', async () => {
    const { limiter } = bench();
    let times = 0;
    const failing = limiter.run('status', async () => {
      times += 1;
      throw new Error('boom');
    });
    const caught = failing.catch((error: unknown) => error);
    await pass(MINUTE);
    expect(await caught).toMatchObject({ message: 'boom' });
    expect(times).toBe(1);
  });

  it('finishes while the limiter stops; whoever waits is told that nothing was sent', async () => {
    const { limiter, started, ask } = bench();
    const running = ask('rollback', { takesMs: 2_000 });
    const others = [ask('rollback'), ask('rollback'), ask('rollback')];
    await pass(100);
    const stopped = limiter.stop();
    await pass(3_000);
    await stopped;
    expect(await running).toBeNull();
    expect((await Promise.all(others)).at(-1)).toMatchObject({ kind: 'not-sent' });
    expect(await ask('rollback')).toMatchObject({ message: 'waiting for quota: shutting down' });
    expect(started).toHaveLength(3);
  });
});
