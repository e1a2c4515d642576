import { defineConfig } from 'vitest/config';
import WaitingFirst from './test/support/sequencer.ts';

const SERVER_TESTS = ['test/scenarios/**/*.test.ts', 'test/temporal/**/*.test.ts', 'test/workflows/**/*.test.ts'];

/** Of the pure core: nothing in there leaves anything behind in its process. */
const PURE_TESTS = ['command', 'config', 'model', 'policy', 'render'].map((layer) => `test/${layer}/**/*.test.ts`);

/** For what hangs, not for what is slow: a busy machine takes several times as long as a quiet one. */
const BOUND_MS = 90_000;

export default defineConfig({
  test: {
    // Temporal's native worker crashes in threads (reference: SIGSEGV 4 of 4); forks are the default, pinned here.
    pool: 'forks',
    setupFiles: ['./test/support/properties.ts'],
    // What is waited for comes within a second on a quiet machine, and that is no promise.
    expect: { poll: { timeout: 20_000 } },
    sequence: { sequencer: WaitingFirst },
    reporters: ['default', './test/support/reporter.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: PURE_TESTS,
          testTimeout: BOUND_MS,
          hookTimeout: BOUND_MS,
          // Most of what a file takes by itself is loading the sources.
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...SERVER_TESTS, ...PURE_TESTS],
          testTimeout: BOUND_MS,
          hookTimeout: BOUND_MS,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'server',
          include: SERVER_TESTS,
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 2 * BOUND_MS,
          hookTimeout: 2 * BOUND_MS,
          // On two cores: most of what a story takes is waiting.
          maxWorkers: 4,
        },
      },
    ],
  },
});
