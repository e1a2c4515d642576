// The simulated Buildkite, a real Redis, and processes that share its quota.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Lane } from '../../src/buildkite/api.ts';
import type { Pace } from '../../src/buildkite/pace.ts';
import { type BuildkiteSim, createBuildkiteSim } from '../../src/sim/buildkite/buildkite-sim.ts';
import { ORDER } from './build-order.ts';
import type { Load, QuotaNews } from './quota-process.ts';
import { startRedis, type TestRedis } from './redis.ts';

const PROCESS = fileURLToPath(new URL('quota-process.ts', import.meta.url));
const TOKEN = 'bkua_simulated';
const BOT = { name: 'Countersign', email: 'bot@acme.test' };

export interface QuotaProcess {
  readonly name: string;
  readonly child: ChildProcess;
  /** Of its limiter: '' before it said so. */
  mode(): string;
  /** Settles when it has ended by itself or was killed. */
  readonly ended: Promise<void>;
}

export interface Answered {
  readonly at: number;
  readonly by: string;
  readonly lane: Lane;
  readonly tookMs: number;
}

export interface QuotaStage {
  readonly sim: BuildkiteSim;
  readonly redis: TestRedis;
  /** Requests that were answered, by the clock of this process. */
  readonly answered: readonly Answered[];
  answeredBy(process: QuotaProcess): number;
  readonly failed: readonly string[];
  /** Requests that Buildkite refused because the quota was used up. */
  refused(): number;
  join(name: string, loads: readonly Load[], skewMs?: number): QuotaProcess;
  close(): Promise<void>;
}

export async function openQuotaStage(options: { readonly pace: Pace; readonly windowMs: number }): Promise<QuotaStage> {
  const quota = { user: 50, organization: 200, windowMs: options.windowMs };
  const [redis, sim] = await Promise.all([startRedis(), createBuildkiteSim({ organization: 'acme', speed: 100, quota })]);
  sim.addToken({ token: TOKEN, user: BOT, scopes: ['read_builds', 'write_builds', 'read_build_logs'] });
  sim.addPipeline({ slug: ORDER.pipeline, steps: [{ type: 'command', label: 'roll out' }], triggerMode: 'none' });
  // Somebody else's build number 1, which the processes read and cancel.
  sim.buildInUi(ORDER.pipeline, { commit: ORDER.sha, branch: 'main' });
  const answered: Answered[] = [];
  const failed: string[] = [];
  const processes: QuotaProcess[] = [];
  return {
    sim,
    redis,
    answered,
    answeredBy: ({ name }) => answered.filter(({ by }) => by === name).length,
    failed,
    refused: () => sim.requests.filter(({ status }) => status === 429).length,
    join: (name, loads, skewMs = 0) => {
      const task = { name, redisUrl: redis.url, buildkiteUrl: sim.url, token: TOKEN, pace: options.pace, loads, skewMs };
      const child = spawn(process.execPath, [PROCESS, JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'pipe'] });
      let mode = '';
      createInterface({ input: child.stdout }).on('line', (line) => {
        const news = JSON.parse(line) as QuotaNews;
        if (news.kind === 'mode') mode = news.mode;
        else if (news.kind === 'failed') failed.push(`${name}, ${news.lane}: ${news.found}`);
        else answered.push({ by: name, at: performance.now(), lane: news.lane, tookMs: news.tookMs });
      });
      // A stack trace, if it ends by a bug.
      child.stderr.on('data', (text: Buffer) => failed.push(`${name}: ${text.toString('utf8')}`));
      const joined = { name, child, mode: () => mode, ended: new Promise<void>((resolve) => child.once('exit', () => resolve())) };
      processes.push(joined);
      return joined;
    },
    close: async () => {
      for (const { child } of processes) child.kill('SIGKILL');
      await Promise.all(processes.map(({ ended }) => ended));
      await redis.stop();
      await sim.close();
    },
  };
}
