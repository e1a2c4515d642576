// The only way to Buildkite: one bucket for the bot's user, whose lanes are served by urgency, behind a gate that the response headers
// close. Temporal is the durable queue; this one is short and hands long waits back. Nothing is ever tried again here.
import type { Logger } from 'pino';
import { inTime } from '../in-time.ts';
import { Trouble } from '../trouble.ts';
import type { Millis } from '../../workflows/vocabulary.ts';
import type { Lane, Quota } from './api.ts';
import { type BucketSource, type BucketState, chooseBucket } from './bucket-source.ts';
import { createGate } from './gate.ts';
import { type Pace, PACE } from './pace.ts';
import { KEEP_FOR_OTHERS, type Answer } from './quota.ts';
import type { SharedBucket } from './shared-bucket.ts';
import { LANES } from './shares.ts';

export interface Limiter {
  /**
   * Runs `task` with one token. Throws `Trouble` of kind `not-sent` with `retryAfterMs` when that would take too long: then `task` was
   * not called and costs nothing. The signal aborts the task at the request's time-out.
   */
  run<T>(lane: Lane, task: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Every response goes through here. Headers can only close the gate, never open it. */
  observe(answer: Answer): void;
  quota(): readonly Quota[];
  state(): LimiterState;
  /** Lets running requests finish and refuses the rest. */
  stop(): Promise<void>;
}

export interface LimiterState extends BucketState {
  /** Requests that wait here for their token. */
  readonly waiting: number;
  /** Lanes that are closed, and for how long. */
  readonly closed: Readonly<Partial<Record<Lane, Millis>>>;
}

export interface LimiterOptions {
  readonly organization: string;
  readonly now: () => Millis;
  readonly log: Logger;
  readonly pace?: Partial<Pace>;
  /** A share of the organization's quota, 0 to 1. */
  readonly keepForOthers?: number;
  /** Left out: this process is the only one. */
  readonly shared?: SharedBucket;
}

const ANSWER_SLACK_MS = 1_000;

export function createLimiter(options: LimiterOptions): Limiter {
  const { now, shared = null, keepForOthers = KEEP_FOR_OTHERS } = options;
  const pace: Pace = { ...PACE, ...options.pace };
  const log = options.log.child({ organization: options.organization });
  const gate = createGate({ now, log, keepForOthers, shared });
  const source = chooseBucket({ pace, log, shared });
  const turns: Record<Lane, Set<Turn>> = { rollback: new Set(), cancel: new Set(), create: new Set(), unblock: new Set(), status: new Set() };
  const running = new Set<Promise<unknown>>();
  let stopped: Promise<void> | null = null;

  const waiting = (): number => LANES.reduce((sum, lane) => sum + turns[lane].size, 0);
  const gateClosed = (lane: Lane): Trouble => notSent('the quota is nearly used up', Math.max(gate.delay(lane), 1));
  const tooLong = (): Trouble => notSent('others are before it', Math.max(pace.maxWaitMs, ((waiting() + 1) * pace.windowMs) / pace.perWindow));
  const shuttingDown = (): Trouble => notSent('shutting down', pace.windowMs / pace.perWindow);

  async function awaitToken(lane: Lane): Promise<void> {
    if (stopped !== null) throw shuttingDown();
    const delay = gate.delay(lane);
    if (delay > pace.maxWaitMs) throw gateClosed(lane);
    if (turns[lane].size >= pace.queueMax) throw tooLong();
    const turn = createTurn();
    turns[lane].add(turn);
    const patience = setTimeout(() => turn.end(tooLong()), pace.maxWaitMs);
    const admit = async (): Promise<boolean> => {
      if (turn.isOver()) return false;
      if ((await gate.delayAnywhere(lane)) === 0) return turn.begin();
      turn.end(gateClosed(lane));
      return false;
    };
    const wish = { lane, turn, admit, full: () => turn.end(tooLong()) };
    const opening = delay > 0 ? setTimeout(() => void queueUp(source, wish), delay) : null;
    if (opening === null) void queueUp(source, wish);
    try {
      await turn.begun;
    } finally {
      clearTimeout(patience);
      if (opening !== null) clearTimeout(opening);
      turns[lane].delete(turn);
    }
  }

  return {
    run: async (lane, task) => {
      await awaitToken(lane);
      const answer = withinTime(task, pace.requestTimeoutMs);
      running.add(answer);
      try {
        return await answer;
      } finally {
        running.delete(answer);
      }
    },
    observe: (answer) => gate.observe(answer),
    quota: () => gate.quota(),
    state: () => {
      const closed = LANES.flatMap((lane) => (gate.delay(lane) > 0 ? [[lane, gate.delay(lane)] as const] : []));
      return { ...source.state(), waiting: waiting(), closed: Object.fromEntries(closed) };
    },
    stop: () =>
      (stopped ??= (async () => {
        for (const turn of LANES.flatMap((lane) => [...turns[lane]])) turn.end(shuttingDown());
        await Promise.allSettled(running);
        await source.stop();
      })()),
  };
}

function notSent(found: string, retryAfterMs: Millis): Trouble {
  return new Trouble({ source: 'buildkite', kind: 'not-sent', doing: 'waiting for quota', found, retryAfterMs: Math.ceil(retryAfterMs) });
}

interface Wish {
  readonly lane: Lane;
  readonly turn: Turn;
  readonly admit: () => Promise<boolean>;
  /** Too many are before it. */
  readonly full: () => void;
}

/** In whichever bucket is the present one; what it left behind in another finds its turn over. */
async function queueUp(source: BucketSource, { lane, turn, admit, full }: Wish): Promise<void> {
  await source.ready;
  const offer = (): void => {
    if (turn.isOver()) return;
    const bucket = source.current();
    bucket.take(lane, admit).then(
      (outcome) => (outcome === 'full' ? full() : undefined),
      () => source.doubt(bucket),
    );
  };
  const forget = source.onChange(offer);
  offer();
  await turn.over;
  forget();
}

/** One wait for a token: it begins or ends, once. */
interface Turn {
  /** Rejects when it ended without a token. */
  readonly begun: Promise<void>;
  /** Settles either way. */
  readonly over: Promise<unknown>;
  isOver(): boolean;
  /** False if it is over already. */
  begin(): boolean;
  end(why: Trouble): void;
}

function createTurn(): Turn {
  const { promise: begun, resolve, reject } = Promise.withResolvers<void>();
  let isOver = false;
  const finish = (settle: () => void): boolean => {
    if (isOver) return false;
    isOver = true;
    settle();
    return true;
  };
  const over = begun.catch(() => undefined);
  return { begun, over, isOver: () => isOver, begin: () => finish(resolve), end: (why) => void finish(() => reject(why)) };
}

/** What became of a request that does not end by itself is not known. */
function withinTime<T>(task: (signal: AbortSignal) => Promise<T>, timeoutMs: Millis): Promise<T> {
  const none = new Trouble({ source: 'buildkite', kind: 'unavailable', doing: 'waiting for an answer', found: 'none came in time' });
  return inTime(task(AbortSignal.timeout(timeoutMs)), timeoutMs + ANSWER_SLACK_MS, none);
}
