// Other people's clients need tools that not every machine has. Where one is missing its test says so and is skipped; in CI it fails.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestContext } from 'vitest';

const execute = promisify(execFile);

/** What is built or installed once: under the user's cache folder, each thing under a name that changes with its pins. */
const CACHE = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'countersign', 'clients');

interface Program {
  readonly command: string;
  readonly args: readonly string[];
}
export interface ProgramRun {
  readonly env: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly input?: string;
}

/** Ends the test here when the tool is missing: skipped with the reason printed, or failed where `CI` is set. */
async function needTool(
  context: TestContext,
  tool: { readonly command: string; readonly args: readonly string[]; readonly isEnough: (version: string) => boolean; readonly wanted: string },
): Promise<void> {
  const found = await execute(tool.command, [...tool.args]).then(
    ({ stdout }) => stdout.trim(),
    () => 'none',
  );
  if (tool.isEnough(found)) return;
  const reason = `not run: needs ${tool.wanted}, found ${found}`;
  if (process.env['CI'] !== undefined) throw new Error(reason);
  process.stderr.write(`${context.task.name}: ${reason}\n`);
  context.skip(reason);
}

export const needGo = (context: TestContext): Promise<void> =>
  needTool(context, {
    command: 'go',
    args: ['env', 'GOVERSION'],
    wanted: 'Go 1.25 or newer',
    isEnough: (version) => atLeast(version, 'go', [1, 25]),
  });
export const needPython = (context: TestContext): Promise<void> =>
  needTool(context, {
    command: 'python3',
    args: ['-m', 'pip', '--version'],
    wanted: 'Python with pip 22.3 or newer',
    isEnough: (version) => atLeast(version, 'pip ', [22, 3]),
  });

function atLeast(version: string, prefix: string, [major, minor]: readonly [number, number]): boolean {
  const [, x = '0', y = '0'] = /^(\d+)\.(\d+)/.exec(version.slice(version.startsWith(prefix) ? prefix.length : 0)) ?? [];
  return Number(x) > major || (Number(x) === major && Number(y) >= minor);
}

function goEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, GOTOOLCHAIN: 'local', GOWORK: 'off', CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false' };
}

async function digestOf(lockFile: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(lockFile))
    .digest('hex')
    .slice(0, 12);
}

/** Builds a Go program of this folder with the modules that its `go.sum` names. Go keeps what it compiled itself. */
export async function goProgram(folder: string): Promise<Program> {
  const target = join(CACHE, 'bin', folder);
  await mkdir(join(CACHE, 'bin'), { recursive: true });
  const own = `${target}.${process.pid}`;
  await execute('go', ['build', '-trimpath', '-o', own, '.'], { cwd: join(import.meta.dirname, folder), env: goEnvironment() });
  await rename(own, target);
  return { command: target, args: [] };
}

/** A published Go program, built once from the very modules that `go.sum` of this folder names; under its own name, which scripts call. */
export async function goTool(folder: string, { module, name }: { readonly module: string; readonly name: string }): Promise<Program> {
  const source = join(import.meta.dirname, folder);
  const home = join(CACHE, `${folder}-${await digestOf(join(source, 'go.sum'))}`);
  const target = join(home, name);
  if (!existsSync(target)) {
    await mkdir(home, { recursive: true });
    const own = `${target}.${process.pid}`;
    await execute('go', ['build', '-trimpath', '-o', own, module], { cwd: source, env: goEnvironment() });
    await rename(own, target);
  }
  return { command: target, args: [] };
}

/** A Python program of this folder in an environment with exactly its `requirements.txt`, checked by hash. */
export async function pythonProgram(folder: string): Promise<Program> {
  const source = join(import.meta.dirname, folder);
  const requirements = join(source, 'requirements.txt');
  const home = join(CACHE, `${folder}-${await digestOf(requirements)}`);
  if (!existsSync(home)) {
    const own = `${home}.${process.pid}`;
    await mkdir(CACHE, { recursive: true });
    await execute('python3', ['-m', 'venv', '--without-pip', own]);
    const pip = ['-m', 'pip', '--python', join(own, 'bin', 'python'), '--quiet', '--disable-pip-version-check'];
    await execute('python3', [...pip, 'install', '--require-hashes', '--only-binary', ':all:', '-r', requirements]);
    // Whoever comes second keeps what the first one made.
    await rename(own, home).catch(() => rm(own, { recursive: true, force: true }));
  }
  return { command: join(home, 'bin', 'python'), args: [join(source, 'main.py')] };
}

/** Runs it to its end and answers its lines, each a JSON object. Throws with what it said on standard error when it fails. */
export async function lines(program: Program, run: ProgramRun): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const child = execute(program.command, [...program.args, ...(run.args ?? [])], { env: { PATH: process.env['PATH'], ...run.env } });
  child.child.stdin?.end(run.input ?? '');
  const { stdout } = await child;
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
