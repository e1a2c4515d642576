// The only way to Buildkite: one bucket for the bot's user, lanes by priority, and a gate that the response headers close.
// Temporal is the durable queue; this one is short and hands long waits back. Nothing is ever tried again here.
import Bottleneck from 'bottleneck';
import type { Logger } from 'pino';
import { Trouble } from '../trouble.ts';
import type { Millis } from '../../workflows/vocabulary.ts';
import type { Lane, Quota } from './api.ts';
import { type Answer, pauseAfterRefusal, pauseFor, quotasIn, type Scope } from './quota.ts';

export interface Limiter {
  /**
   * Runs `task` with one token. Throws `Trouble` of kind `not-sent` with `retryAfterMs` when that would take too long: then `task` was
   * not called and costs nothing. The signal aborts the task at the request's time-out.
   */
  run<T>(lane: Lane, task: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Every response goes through here. Headers can only close the gate, never open it. */
  observe(answer: Answer): void;
  quota(): readonly Quota[];
  /** Lets running requests finish and refuses the rest. */
  stop(): Promise<void>;
}

export interface Pace {
  readonly perWindow: number;
  readonly windowMs: number;
  readonly burst: number;
  readonly maxWaitMs: number;
  readonly queueMax: number;
  readonly concurrencyMax: number;
  readonly requestTimeoutMs: number;
}

const BURST = 3;
/** The pace for a user's quota, 50 a minute unless Buildkite has raised it: with 50, burst + perWindow + 1 = 47 in the worst window. */
export function paceOf(requestsPerMinute: number): Pace {
  return {
    perWindow: requestsPerMinute - BURST - 4,
    windowMs: 60_000,
    burst: BURST,
    maxWaitMs: 6_000,
    queueMax: 20,
    concurrencyMax: 8,
    requestTimeoutMs: 10_000,
  };
}
export const PACE: Pace = paceOf(50);
const PRIORITY: Readonly<Record<Lane, number>> = { rollback: 1, cancel: 2, create: 3, unblock: 4, status: 5 };
const EXPIRATION_SLACK_MS = 1_000;
const JITTER_MAX_MS = 1_000;

export function createLimiter(options: { organization: string; now: () => Millis; log: Logger; pace?: Partial<Pace> }): Limiter {
  const { now } = options;
  const pace: Pace = { ...PACE, ...options.pace };
  const log = options.log.child({ organization: options.organization });
  const gate = createGate(options);
  const bucket = createBucket(pace, log);
  const intervalMs = pace.windowMs / pace.perWindow;
  let waiting = 0;
  let stopped: Promise<void> | null = null;

  const notSent = (found: string, retryAfterMs: number): Trouble =>
    new Trouble({ source: 'buildkite', kind: 'not-sent', doing: 'waiting for quota', found, retryAfterMs: Math.ceil(retryAfterMs) });
  const gateClosed = (lane: Lane): Trouble => notSent('the quota is nearly used up', Math.max(gate.delay(lane), 1));
  const tooLong = (): Trouble => notSent('others are before it', Math.max(pace.maxWaitMs, (waiting + 1) * intervalMs));

  async function run<T>(lane: Lane, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const giveUpAt = now() + pace.maxWaitMs;
    const delay = gate.delay(lane);
    if (delay > pace.maxWaitMs) throw gateClosed(lane);
    // Our own bound: Bottleneck's `highWater` drops a job of its own choice.
    if (waiting >= pace.queueMax) throw tooLong();
    const turn = createTurn(() => (waiting -= 1));
    waiting += 1;
    try {
      if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
      const done = bucket.schedule({ priority: PRIORITY[lane], expiration: pace.requestTimeoutMs + EXPIRATION_SLACK_MS }, async () => {
        const closed = gate.delay(lane) > 0;
        if (turn.state() === 'given-up' || closed) {
          // A queued job can't be withdrawn from Bottleneck: it takes a token when its turn comes, which goes back here.
          void bucket.incrementReservoir(1);
          throw closed ? gateClosed(lane) : tooLong();
        }
        turn.start();
        return task(AbortSignal.timeout(pace.requestTimeoutMs));
      });
      return await withinTurn(done, { turn, waitMs: giveUpAt - now(), tooLong });
    } catch (error) {
      if (!(error instanceof Bottleneck.BottleneckError)) throw error;
      if (turn.state() !== 'started') throw notSent('shutting down', intervalMs);
      throw new Trouble({ source: 'buildkite', kind: 'unavailable', doing: 'waiting for an answer', found: 'none came in time', cause: error });
    } finally {
      turn.giveUp();
    }
  }

  return {
    run,
    observe: (answer) => gate.observe(answer),
    quota: () => gate.quota(),
    stop: () => (stopped ??= stopBucket(bucket)),
  };
}

/** One wait for a token: it starts or is given up, once. */
interface Turn {
  state(): 'waiting' | 'started' | 'given-up';
  start(): void;
  giveUp(): void;
}

function createTurn(left: () => void): Turn {
  let state: ReturnType<Turn['state']> = 'waiting';
  const leave = (next: typeof state): void => {
    if (state !== 'waiting') return;
    state = next;
    left();
  };
  return { state: () => state, start: () => leave('started'), giveUp: () => leave('given-up') };
}

/** The result, or `tooLong()` if the job has not started when the wait is over. */
async function withinTurn<T>(done: Promise<T>, wait: { turn: Turn; waitMs: number; tooLong: () => Trouble }): Promise<T> {
  const { promise: over, resolve } = Promise.withResolvers<'over'>();
  const patience = setTimeout(() => resolve('over'), Math.max(wait.waitMs, 0));
  // A job that ends after it was given up must not be an unhandled rejection.
  done.catch(() => undefined);
  try {
    const first = await Promise.race([done.then(() => 'done' as const), over]);
    if (first === 'done' || wait.turn.state() === 'started') return await done;
    wait.turn.giveUp();
    throw wait.tooLong();
  } finally {
    clearTimeout(patience);
  }
}

function createBucket(pace: Pace, log: Logger): Bottleneck {
  const intervalMs = pace.windowMs / pace.perWindow;
  const bucket = new Bottleneck({
    // A bucket that grows by one: a window that is refilled at once would allow twice the quota around the refill.
    reservoir: pace.burst,
    reservoirIncreaseAmount: 1,
    reservoirIncreaseInterval: intervalMs,
    reservoirIncreaseMaximum: pace.burst,
    // Bottleneck looks every 250 ms by itself, which would round the interval up by as much.
    heartbeatInterval: Math.max(5, Math.min(50, Math.floor(intervalMs / 10))),
    maxConcurrent: pace.concurrencyMax,
  });
  bucket.on('error', (error: unknown) => log.error({ err: error }, 'limiter failed'));
  return bucket;
}

async function stopBucket(bucket: Bottleneck): Promise<void> {
  await bucket.stop({ dropWaitingJobs: true });
  await bucket.disconnect();
}

interface Gate {
  /** Milliseconds until the lane may send again; 0 when open. */
  delay(lane: Lane): number;
  observe(answer: Answer): void;
  quota(): readonly Quota[];
}

function createGate(options: { now: () => Millis; log: Logger }): Gate {
  const { now, log } = options;
  const closedUntil: Record<Lane, Millis> = { rollback: 0, cancel: 0, create: 0, unblock: 0, status: 0 };
  const known = new Map<Scope, Quota>();
  const close = (lane: Lane, until: Millis, why: string): void => {
    if (until <= closedUntil[lane]) return;
    if (closedUntil[lane] <= now()) log.warn({ lane, ms: until - now(), why }, 'pausing requests to buildkite');
    closedUntil[lane] = until;
  };
  const lanes: readonly Lane[] = ['rollback', 'cancel', 'create', 'unblock', 'status'];
  return {
    delay: (lane) => Math.max(closedUntil[lane] - now(), 0),
    observe: (answer) => {
      for (const quota of quotasIn(answer.headers, now())) {
        known.set(quota.scope, quota);
        for (const lane of lanes) close(lane, pauseFor(lane, quota) ?? 0, `${quota.remaining} left for the ${quota.scope}`);
      }
      if (answer.status !== 429) return;
      const until = pauseAfterRefusal(answer, now()) + Math.floor(Math.random() * JITTER_MAX_MS);
      for (const lane of lanes) close(lane, until, `refused: ${answer.refusal?.scope ?? 'unnamed scope'}`);
    },
    quota: () => [...known.values()],
  };
}
