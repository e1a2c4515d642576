// Everything at once, with real processes and a real Redis, in windows of fifteen seconds. Never above the quota; nobody is stuck afterwards.
import { describe, expect, it, onTestFinished } from 'vitest';
import { PACE } from '../../src/buildkite/pace.ts';
import type { Load } from '../support/quota-process.ts';
import { openQuotaStage, type QuotaStage } from '../support/quota-stage.ts';

const windowMs = 15_000;
const LOADS: readonly Load[] = [
  { lane: 'status', workers: 3 },
  { lane: 'create', workers: 2 },
  { lane: 'rollback', workers: 1, everyMs: 4_000 },
  { lane: 'cancel', workers: 1, everyMs: 4_000 },
];
/** Longer than Bottleneck waits for a silent process. */
const PAUSED_MS = 11_500;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 90_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`never came: ${what}`);
    await sleep(20);
  }
}
async function more(stage: QuotaStage, what: string): Promise<void> {
  const before = stage.answered.length;
  await until(`requests ${what}`, () => stage.answered.length >= before + 4);
}

describe('four processes', () => {
  it('are killed, paused, lose Redis, its keys and its scripts, and have wrong clocks: none goes above the quota, and all that live go on', async () => {
    const stage = await openQuotaStage({ pace: { ...PACE, windowMs, maxWaitMs: 2_000 }, windowMs });
    onTestFinished(() => stage.close());
    stage.sim.foreignTraffic(120 * (60_000 / windowMs));
    const [killed, paused, ahead, behind] = [
      stage.join('killed', LOADS),
      stage.join('paused', LOADS),
      stage.join('ahead', LOADS, 30_000),
      stage.join('behind', LOADS, -30_000),
    ] as const;
    const lives = [ahead, behind];
    await until('all four', () => [killed, paused, ...lives].every((one) => one.mode() === 'shared'));
    await more(stage, 'of all four');
    killed.child.kill('SIGKILL');
    paused.child.kill('SIGSTOP');
    const pausedUntil = Date.now() + PAUSED_MS;
    await more(stage, 'after one was killed and one paused');
    await stage.redis.kill();
    await until('both alone', () => lives.every((one) => one.mode() === 'degraded'));
    await more(stage, 'without Redis');
    await stage.redis.start();
    await until('both together again', () => lives.every((one) => one.mode() === 'shared'));
    await more(stage, 'with an empty Redis');
    await stage.redis.client.script('FLUSH');
    await more(stage, 'after its scripts were lost');
    await stage.redis.client.flushall();
    await more(stage, 'after its keys were lost');
    await sleep(Math.max(0, pausedUntil - Date.now()));
    const before = stage.answeredBy(paused);
    paused.child.kill('SIGCONT');
    await until('requests of the paused one', () => stage.answeredBy(paused) > before + 1 && paused.mode() === 'shared');
    expect(stage.failed).toEqual([]);
    expect(stage.refused()).toBe(0);
    expect(stage.answered.map(({ lane }) => lane)).toEqual(expect.arrayContaining(['rollback', 'cancel', 'create', 'status']));
  }, 300_000);
});
