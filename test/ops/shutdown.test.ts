import { EventEmitter } from 'node:events';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { handleShutdown } from '../../src/ops/shutdown.ts';

function bench(failing: readonly string[] = []) {
  const done: string[] = [];
  const { promise: exited, resolve } = Promise.withResolvers<number>();
  const exits: number[] = [];
  const process = Object.assign(new EventEmitter(), {
    exit: (code: number) => {
      exits.push(code);
      resolve(code);
    },
  });
  const { promise: drained, resolve: drain } = Promise.withResolvers<void>();
  const step =
    (name: string, until: Promise<void> = Promise.resolve()) =>
    async () => {
      done.push(name);
      await until;
      if (failing.includes(name)) throw new Error(name);
    };
  handleShutdown({
    process,
    steps: {
      notReady: () => void done.push('not ready'),
      noticeMs: 5_000,
      stopHttp: step('http'),
      drainWorkers: step('workers', drained),
      stopLimiter: step('limiter'),
      stopOps: step('ops'),
    },
    sleep: async (ms) => void done.push(`${ms} ms`),
    log: pino({ level: 'silent' }),
  });
  return { process, done, exits, exited, drain };
}

describe('shutting down', () => {
  it.each(['SIGTERM', 'SIGINT'])('takes its steps in order after %s and exits with 0', async (signal) => {
    const { process, done, exited, drain } = bench();
    process.emit(signal);
    drain();
    expect(await exited).toBe(0);
    expect(done).toEqual(['not ready', '5000 ms', 'http', 'workers', 'limiter', 'ops']);
  });

  it('ends at once with 1 at the second signal', async () => {
    const { process, exits } = bench();
    process.emit('SIGTERM');
    process.emit('SIGTERM');
    expect(exits).toEqual([1]);
  });

  it('takes the other steps too when one fails, and says so with 1', async () => {
    const { process, done, exited, drain } = bench(['http']);
    process.emit('SIGTERM');
    drain();
    expect(await exited).toBe(1);
    expect(done).toEqual(['not ready', '5000 ms', 'http', 'workers', 'limiter', 'ops']);
  });

  it.each(['uncaughtException', 'unhandledRejection'])('is not orderly after an %s: 70', async (event) => {
    const { process, done, exited } = bench();
    process.emit(event, new Error('bug'));
    expect(await exited).toBe(70);
    expect(done).toEqual([]);
  });
});
