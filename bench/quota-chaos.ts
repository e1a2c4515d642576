// Buildkite's quota at its true scale: windows of a minute, 50 requests for the bot's user, 200 for the organization. The limiter and the
// client as in the product, in processes of their own, with a real Redis and the simulated Buildkite; Temporal is left out, so each
// process asks again by itself when it was told how long to wait.
import { PACE } from '../src/buildkite/pace.ts';
import type { Load } from '../test/support/quota-process.ts';
import { openQuotaStage, type Answered, type QuotaProcess, type QuotaStage } from '../test/support/quota-stage.ts';
import { eventually, pause } from './stage.ts';
import { percentile } from './statistics.ts';
import { counted, type Row } from './table.ts';

const WINDOW_MS = 60_000;
const USER_QUOTA = 50;
const FOREIGN_PER_MINUTE = 120;
const URGENT: readonly string[] = ['rollback', 'cancel'];
const CREATES = 200;
/** Until the bucket is full, as it is after a quiet moment. */
const QUIET_MS = 6_000;
const TOGETHER_WITHIN_MS = 60_000;
const DRAINED_WITHIN_MS = 600_000;

export async function measureQuota(tell: (line: string) => void): Promise<readonly Row[]> {
  const [chaos, drain] = await Promise.all([measureChaos(tell), measureDrain(tell)]);
  return [...chaos, ...drain];
}

/** Seconds after all four are there, and what happens then. */
const CHAOS: readonly (readonly [number, string, (stage: QuotaStage, processes: readonly QuotaProcess[]) => unknown])[] = [
  [20, 'one is killed', (_stage, [killed]) => killed?.child.kill('SIGKILL')],
  [40, 'one is paused for 16 s', (_stage, [, paused]) => paused?.child.kill('SIGSTOP')],
  [56, 'it goes on', (_stage, [, paused]) => paused?.child.kill('SIGCONT')],
  [85, 'Redis dies', ({ redis }) => redis.kill()],
  [105, 'Redis is back, empty', ({ redis }) => redis.start()],
  [130, 'Redis forgets its scripts', ({ redis }) => redis.client.script('FLUSH')],
  [155, 'Redis loses its keys', ({ redis }) => redis.client.flushall()],
  [200, 'the end', () => undefined],
];

/** Status asks for more than there is; somebody cancels or rolls back 16 times a minute in all four together. */
const loadsOf = (index: number): readonly Load[] => [
  { lane: 'status', workers: 8 },
  { lane: 'create', workers: 1, everyMs: 20_000, afterMs: 3_000 + index * 5_000 },
  { lane: 'cancel', workers: 1, everyMs: 20_000, afterMs: 1_000 + index * 5_000 },
  { lane: 'rollback', workers: 1, everyMs: 60_000, afterMs: 2_500 + index * 15_000 },
];

async function measureChaos(tell: (line: string) => void): Promise<readonly Row[]> {
  const stage = await openQuotaStage({ pace: PACE, windowMs: WINDOW_MS });
  try {
    stage.sim.foreignTraffic(FOREIGN_PER_MINUTE);
    const processes = [0, 1, 2, 3].map((index) => stage.join(`process-${index}`, loadsOf(index)));
    await eventually('four processes', () => processes.every((one) => one.mode() === 'shared') || undefined, TOGETHER_WITHIN_MS);
    const began = performance.now();
    for (const [second, what, happens] of CHAOS) {
      await pause(began + second * 1_000 - performance.now());
      tell(`quota: ${second} s, ${stage.answered.length} requests, ${stage.refused()} refused: ${what}`);
      await happens(stage, processes);
    }
    if (stage.failed.length > 0) throw new Error(`requests failed: ${stage.failed.slice(0, 3).join('; ')}`);
    return chaosRows(stage, { began, ended: performance.now() });
  } finally {
    await stage.close();
  }
}

function chaosRows(stage: QuotaStage, { began, ended }: { readonly began: number; readonly ended: number }): readonly Row[] {
  const { answered } = stage;
  const urgent = answered.filter(({ lane }) => URGENT.includes(lane)).map(({ tookMs }) => tookMs);
  const [p50, p95] = [percentile(urgent, 50), percentile(urgent, 95)];
  const silence = longestSilence(answered, began, ended) / 1_000;
  const what = `four processes for ${Math.round((ended - began) / 1_000)} s, ${FOREIGN_PER_MINUTE} requests a minute of others; one killed, one paused for 16 s, Redis away for 20 s and back empty, scripts and keys lost`;
  return [
    counted(`${what}: refused by Buildkite (429)`, {
      n: answered.length,
      product: String(stage.refused()),
      limit: '0',
      holds: stage.refused() === 0,
    }),
    counted('the same: longest silence', { n: answered.length, product: `${silence.toFixed(1)} s`, limit: '< 30 s', holds: silence < 30 }),
    counted('the same: a rollback or a cancel, from its wish to its answer, while status takes all it gets', {
      n: urgent.length,
      product: `${p50.toFixed(0)} / ${p95.toFixed(0)} ms (at most ${Math.max(...urgent).toFixed(0)})`,
      limit: 'p95 < 1 s',
      holds: p95 < 1_000,
    }),
  ];
}

function longestSilence(answered: readonly Answered[], began: number, ended: number): number {
  const times = [began, ...answered.map(({ at }) => at).filter((at) => at > began && at < ended), ended];
  return Math.max(...times.slice(1).map((at, index) => at - (times[index] ?? at)));
}

/** Creates of as many approved deploys, all wanted at once, by two processes with as many slots as a worker has. */
async function measureDrain(tell: (line: string) => void): Promise<readonly Row[]> {
  const stage = await openQuotaStage({ pace: PACE, windowMs: WINDOW_MS });
  try {
    const load: Load = { lane: 'create', workers: 20, total: CREATES / 2, afterMs: QUIET_MS };
    stage.join('one', [load]);
    stage.join('two', [load]);
    await eventually('all creates', () => stage.answered.length >= CREATES || undefined, DRAINED_WITHIN_MS);
    const times = stage.answered.map(({ at }) => at);
    const minutes = (Math.max(...times) - Math.min(...times)) / 60_000;
    const used = CREATES / (minutes * USER_QUOTA);
    const builds = stage.sim.builds().length - 1;
    tell(`quota: ${CREATES} creates in ${minutes.toFixed(2)} min`);
    return [
      counted(`${CREATES} approved deploys to be created by two processes: share of the user's quota that is used; builds; refused (429)`, {
        n: CREATES,
        product: `${(used * 100).toFixed(1)} %; ${builds}; ${stage.refused()}`,
        limit: `≥ 85 %; ${CREATES}; 0`,
        holds: used >= 0.85 && builds === CREATES && stage.refused() === 0,
      }),
    ];
  } finally {
    await stage.close();
  }
}
