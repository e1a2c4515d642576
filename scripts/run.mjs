// Runs a script of this project on the pinned Node, after installing from the lock file what is missing.
// Plain JavaScript without dependencies: it must run on an older host Node, on a fresh clone.
//   node scripts/run.mjs <script> [argument …]
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'node_modules', '.countersign-lock');
const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
const windows = process.platform === 'win32';

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  process.stderr.write('installing from the lock file (once) …\n');
  const { status } = spawnSync('npm', ['ci', '--no-fund', '--no-audit', '--loglevel', 'error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: windows,
  });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stamp, lock);
}

const node = join(root, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node');
const [script, ...rest] = process.argv.slice(2);
const result = spawnSync(existsSync(node) ? node : process.execPath, [join(root, script), ...rest], {
  stdio: 'inherit',
  env: { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}${windows ? ';' : ':'}${process.env.PATH}` },
});
process.exit(result.status ?? 1);
