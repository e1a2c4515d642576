// Everything CI checks, in one go: types, lint, format, tests. Every check runs, whatever the others say.
import { spawnSync } from 'node:child_process';

interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

const CHECKS: readonly Check[] = [
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'lint', command: ['oxlint', '--deny-warnings'] },
  { name: 'format', command: ['oxfmt', '--check'] },
];
// `--static` leaves the tests out: CI runs the README's own test command for them.
const TESTS: Check = { name: 'tests', command: ['vitest', 'run'] };

const wanted = process.argv.includes('--static') ? CHECKS : [...CHECKS, TESTS];
const results = wanted.map(({ name, command: [program, ...args] }) => {
  const { status } = spawnSync(program, args, { stdio: 'inherit' });
  return { name, passed: status === 0 };
});

for (const { name, passed } of results) console.log(`${passed ? 'ok    ' : 'FAILED'} ${name}`);
const failed = results.filter(({ passed }) => !passed).length;
console.log(`${results.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
