// How the process ends: in an order in which nothing that was accepted is lost.
import type { Logger } from 'pino';

export interface ShutdownSteps {
  /** `/readyz` says no from here on. */
  readonly notReady: () => void;
  /** Time for load balancers to notice, in milliseconds. */
  readonly noticeMs: number;
  readonly stopHttp: () => Promise<void>;
  readonly drainWorkers: () => Promise<void>;
  readonly stopLimiter: () => Promise<void>;
  /** Last: the operations server, so that probes are answered to the end. */
  readonly stopOps: () => Promise<void>;
}

/** The part of `process` that is used. */
export interface ProcessLike {
  on(event: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  on(event: 'uncaughtException' | 'unhandledRejection', listener: (error: unknown) => void): unknown;
  exit(code: number): void;
}

const EXIT_BUG = 70;

/** SIGTERM and SIGINT end orderly with 0, the second one at once with 1; a bug that nobody caught is logged and ends with 70. */
export function handleShutdown(options: {
  readonly process: ProcessLike;
  readonly steps: ShutdownSteps;
  readonly sleep: (ms: number) => Promise<void>;
  readonly log: Logger;
}): void {
  const { process, log } = options;
  let asked = 0;
  const stop = (signal: string): void => {
    asked += 1;
    if (asked > 1) return process.exit(1);
    log.info({ signal }, 'shutting down');
    void runSteps(options).then(
      (isClean) => process.exit(isClean ? 0 : 1),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  const bug = (error: unknown): void => {
    log.fatal({ err: error }, 'a bug that nobody caught');
    process.exit(EXIT_BUG);
  };
  process.on('uncaughtException', bug);
  process.on('unhandledRejection', bug);
}

/** Every step is tried, also after one that failed. Answers whether all went well. */
async function runSteps({ steps, sleep, log }: { steps: ShutdownSteps; sleep: (ms: number) => Promise<void>; log: Logger }): Promise<boolean> {
  steps.notReady();
  await sleep(steps.noticeMs);
  const order = { stopHttp: steps.stopHttp, drainWorkers: steps.drainWorkers, stopLimiter: steps.stopLimiter, stopOps: steps.stopOps };
  let isClean = true;
  for (const [step, run] of Object.entries(order)) {
    try {
      await run();
    } catch (error) {
      isClean = false;
      log.error({ err: error, step }, 'shutting down: a step failed');
    }
  }
  if (isClean) log.info('shut down');
  return isClean;
}
