import { defineConfig } from 'vitest/config';

const SERVER_TESTS = ['test/scenarios/**/*.test.ts', 'test/temporal/**/*.test.ts', 'test/workflows/**/*.test.ts'];

export default defineConfig({
  test: {
    // Temporal's native worker crashes in threads (reference: SIGSEGV 4 of 4); forks are the default, pinned here.
    pool: 'forks',
    setupFiles: ['./test/support/properties.ts'],
    reporters: ['default', './test/support/reporter.ts'],
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: SERVER_TESTS, testTimeout: 20_000 } },
      {
        extends: true,
        test: {
          name: 'server',
          include: SERVER_TESTS,
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 3,
        },
      },
    ],
  },
});
