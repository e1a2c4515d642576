// Whether the server still accepts a worker's credential, and the new one when it changes. A worker whose key has run out goes on polling,
// is told nothing, and looks healthy by its state.
import { isGrpcServiceError } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';

const LOOK_MS = 5_000;
const ASK_MS = 30_000;
const ASK_TIMEOUT_MS = 5_000;
const REFUSALS: ReadonlySet<number> = new Set([7, 16]);

export interface Access {
  /** The server refused our credential when it was asked last. */
  isRefused(): boolean;
  /** Looks now; otherwise it does by itself. */
  look(): Promise<void>;
  stop(): void;
}

export function watchAccess(options: {
  readonly connection: Pick<NativeConnection, 'setApiKey' | 'withDeadline' | 'workflowService'>;
  readonly namespace: string;
  /** The key of this moment; absent: there is none that could change. */
  readonly apiKey: (() => string) | undefined;
  readonly now: () => number;
  readonly log: Logger;
}): Access {
  const { connection, namespace, apiKey, now, log } = options;
  let key = apiKey?.();
  let refused = false;
  let askedAt = now();
  let looking: Promise<void> | null = null;

  const ask = async (): Promise<void> => {
    askedAt = now();
    try {
      await connection.withDeadline(now() + ASK_TIMEOUT_MS, () => connection.workflowService.describeNamespace({ namespace }));
      if (refused) log.info({ namespace }, 'Temporal accepts our credential again');
      refused = false;
    } catch (error) {
      // Whether it can be reached is not the question here.
      if (!isRefusal(error)) return;
      if (!refused) log.error({ err: error, namespace }, 'Temporal refuses our credential: nothing is done until it is replaced');
      refused = true;
    }
  };
  const lookNow = async (): Promise<void> => {
    const next = apiKey?.();
    if (next !== undefined && next !== key) {
      await connection.setApiKey(next);
      key = next;
      log.info({ namespace }, 'a new API key for Temporal is in use');
      return ask();
    }
    if (refused || now() - askedAt >= ASK_MS) return ask();
  };
  const look = (): Promise<void> => (looking ??= lookNow().finally(() => (looking = null)));
  const timer = setInterval(() => {
    look().catch((error: unknown) => log.warn({ err: error }, 'the access to Temporal could not be looked at'));
  }, LOOK_MS);
  timer.unref();
  return { isRefused: () => refused, look, stop: () => clearInterval(timer) };
}

/** The server was reached, and refuses who we are: permission denied, unauthenticated. */
export function isRefusal(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 4; cause = cause.cause, depth += 1)
    if (isGrpcServiceError(cause) && REFUSALS.has(cause.code)) return true;
  return false;
}
