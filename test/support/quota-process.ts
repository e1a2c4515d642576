// One process of several that share Buildkite's quota: the real limiter and the real client, asking as Temporal's workers would. What it
// is to ask comes as JSON in its argument; what it did goes line by line to its output.
import { pino } from 'pino';
import type { Lane } from '../../src/buildkite/api.ts';
import { createBuildkite } from '../../src/buildkite/client.ts';
import { givenCredentials } from '../../src/buildkite/credentials.ts';
import { createLimiter } from '../../src/buildkite/limiter.ts';
import type { Pace } from '../../src/buildkite/pace.ts';
import { openSharedBucket } from '../../src/buildkite/shared-bucket.ts';
import { isTrouble } from '../../src/trouble.ts';
import { ORDER } from './build-order.ts';

export interface QuotaTask {
  readonly name: string;
  readonly redisUrl: string;
  readonly buildkiteUrl: string;
  readonly token: string;
  readonly pace: Pace;
  readonly loads: readonly Load[];
  /** Its clock is wrong by so much. */
  readonly skewMs?: number;
}

export interface Load {
  readonly lane: Exclude<Lane, 'unblock'>;
  /** Requests at the same time. */
  readonly workers: number;
  /** Between two requests of a worker; 0: it asks all the time. */
  readonly everyMs?: number;
  /** Before the first one. */
  readonly afterMs?: number;
  /** Requests of all its workers together; left out: until the process ends. */
  readonly total?: number;
}

/** `request`: it was answered, so long after it was first wanted. `mode`: of the limiter, whenever it changes. */
export type QuotaNews =
  | { readonly kind: 'request'; readonly lane: Lane; readonly tookMs: number }
  | { readonly kind: 'mode'; readonly mode: string }
  | { readonly kind: 'failed'; readonly lane: Lane; readonly found: string };

const task = JSON.parse(process.argv[2] ?? '') as QuotaTask;
const tell = (news: QuotaNews): void => void process.stdout.write(`${JSON.stringify(news)}\n`);
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

// Before anything reads it.
const trueNow = Date.now;
const { skewMs = 0 } = task;
if (skewMs !== 0) Date.now = () => trueNow() + skewMs;

const now = (): number => Date.now();
const log = pino({ level: 'silent' });
const { pace } = task;
const shared = openSharedBucket({ url: () => task.redisUrl, owner: 'acme:default', pace, now, log });
const limiter = createLimiter({ organization: 'acme', now, log, pace, shared });
const credentials = givenCredentials(() => task.token);
const buildkite = createBuildkite({ credentials, organization: 'acme', baseUrl: task.buildkiteUrl, limiter, log, now });

const AT = { organization: 'acme', pipeline: ORDER.pipeline };
let count = 0;

/** null: it was answered; else after how long it may be asked again. Throws what Temporal would not try again. */
async function once(lane: Load['lane']): Promise<number | null> {
  try {
    if (lane === 'status') await buildkite.readBuild({ ...AT, number: 1 });
    else if (lane === 'cancel') await buildkite.cancelBuild({ ...AT, number: 1 });
    else {
      const order = { ...ORDER, deployId: `deploy:${task.name}:${(count += 1)}`, ...(lane === 'rollback' && { emergency: { reason: 'it burns' } }) };
      const outcome = await buildkite.createBuild(order, now() + 15_000);
      if (outcome.kind === 'not-sent') return outcome.retryAfterMs;
      if (outcome.kind === 'refused') throw new Error(outcome.answer);
    }
    return null;
  } catch (error) {
    if (isTrouble(error, 'not-sent') || isTrouble(error, 'rate-limited')) return error.retryAfterMs ?? 1_000;
    throw error;
  }
}

async function work({ lane, workers, everyMs = 0, afterMs = 0, total = Infinity }: Load): Promise<void> {
  let left = total;
  await sleep(afterMs);
  const worker = async (): Promise<void> => {
    while ((left -= 1) >= 0) {
      const wanted = performance.now();
      try {
        for (let waitMs = await once(lane); waitMs !== null; waitMs = await once(lane)) await sleep(waitMs);
        tell({ kind: 'request', lane, tookMs: performance.now() - wanted });
      } catch (error) {
        tell({ kind: 'failed', lane, found: String(error) });
      }
      await sleep(everyMs);
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
}

let mode = '';
const watch = setInterval(() => {
  if (limiter.state().mode === mode) return;
  mode = limiter.state().mode;
  tell({ kind: 'mode', mode });
}, 50);
await Promise.all(task.loads.map(work));
clearInterval(watch);
await limiter.stop();
