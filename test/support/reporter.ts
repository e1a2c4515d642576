import type { Reporter, TestModule } from 'vitest/node';

/** Prints what CI reads: `failed in FILE` for each such file, and the plain closing line `N passed, N failed` (and `, N skipped` if any). */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, errors: ReadonlyArray<unknown>): void {
    const count = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      if (module.state() === 'failed' && [...module.children.allTests('failed')].length === 0) count.failed += 1;
      for (const test of module.children.allTests()) {
        const state = test.result().state;
        if (state !== 'pending') count[state] += 1;
      }
    }
    // An error that belongs to no file is no file's failure.
    const failed = errors.length > 0 ? [] : modules.filter((module) => module.state() === 'failed');
    const files = failed.map(({ relativeModuleId }) => `failed in ${relativeModuleId}\n`);
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    process.stdout.write(`\n${files.join('')}${count.passed} passed, ${count.failed} failed${skipped}\n`);
  }
}
