// Checks the Dockerfile's recipe without a Docker engine: the same steps in a clean folder, then the product is started
// there as an unprivileged user, with the environment of production.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../src/free-port.ts';
import { startWorld } from '../src/sim/world.ts';
import { startDevServer } from '../src/temporal/dev-server.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NAMESPACE = 'countersign';
const UNPRIVILEGED = 65_532;
const START_WITHIN_MS = 30_000;

interface Instruction {
  readonly word: string;
  readonly rest: string;
}

/** Instructions of a Dockerfile, continuation lines joined. */
function parseDockerfile(text: string): readonly Instruction[] {
  const joined = text.replaceAll(/\\\n\s*/g, ' ').split('\n');
  return joined
    .filter((line) => /^[A-Z]/.test(line))
    .map((line) => ({ word: line.split(' ', 1)[0] ?? '', rest: line.slice(line.indexOf(' ') + 1).trim() }));
}

function run(command: string, cwd: string, env: NodeJS.ProcessEnv = process.env): void {
  const { status } = spawnSync('sh', ['-c', command], { cwd, stdio: ['ignore', 'ignore', 'inherit'], env });
  if (status !== 0) throw new Error(`${command}: exit ${status}`);
}

function demand(fact: boolean, otherwise: string): void {
  if (!fact) throw new Error(otherwise);
}

/** Runs the build stage and gives the tree of the final stage. */
function build(instructions: readonly Instruction[], folder: string): string {
  const second = instructions.findIndex(({ word }, at) => at > 0 && word === 'FROM');
  const stage = join(folder, 'build');
  for (const { word, rest } of instructions.slice(0, second)) {
    if (word === 'COPY') copy(ROOT, stage, rest.split(' '));
    if (word === 'RUN') run(rest, stage);
  }
  const image = join(folder, 'image');
  for (const { word, rest } of instructions.slice(second)) {
    if (word === 'COPY')
      copy(
        stage,
        image,
        rest
          .replace('--from=build ', '')
          .split(' ')
          .map((path) => path.replace(/^\/app\//, '')),
      );
  }
  return image;
}

function copy(from: string, to: string, paths: readonly string[]): void {
  const sources = paths.slice(0, -1);
  const target = paths.at(-1) ?? '';
  for (const source of sources)
    cpSync(join(from, source), target === './' ? join(to, source) : join(to, target), { recursive: true, verbatimSymlinks: true });
}

function checkTree(image: string, instructions: readonly Instruction[]): void {
  demand(readdirSync(join(image, 'node_modules/@temporalio/core-bridge/releases')).length === 1, 'other platforms’ native cores are left');
  demand(existsSync(join(image, 'dist/workflow-bundle.js')), 'the workflow bundle is missing');
  demand(!existsSync(join(image, 'src/sim')), 'the simulators are in the image');
  for (const dev of ['vitest', 'typescript', 'nock']) demand(!existsSync(join(image, 'node_modules', dev)), `${dev} is in the image`);
  const user = instructions.findLast(({ word }) => word === 'USER')?.rest;
  demand(user !== undefined && user !== 'root' && user !== '0', 'the image runs as root');
  demand(
    instructions.filter(({ word }) => word === 'FROM').every(({ rest }) => !/alpine/.test(rest)),
    'Temporal’s core needs glibc',
  );
}

/** Without configuration it must say everything that is missing and exit 1; a stack trace would be a bug. */
function checkRefusal(image: string): void {
  const env = { PATH: process.env['PATH'], NODE_ENV: 'production' };
  const { status, stderr, stdout } = spawnSync(process.execPath, ['src/main.ts'], {
    cwd: image,
    env,
    uid: UNPRIVILEGED,
    gid: UNPRIVILEGED,
    encoding: 'utf8',
    timeout: START_WITHIN_MS,
  });
  const said = `${stdout}${stderr}`;
  demand(status === 1, `without configuration it exits ${status}: ${said.slice(-500)}`);
  for (const name of ['APP_ID', 'WEBHOOK_SECRET', 'SLACK_BOT_TOKEN', 'BUILDKITE_API_TOKEN'])
    demand(said.includes(name), `it does not name ${name}: ${said.slice(-500)}`);
  demand(!/^\s+at /m.test(said), 'it prints a stack trace');
}

/** With configuration and a Temporal server it must start, poll with the prebuilt bundle, and end in order. */
async function checkStart(image: string, folder: string): Promise<void> {
  const world = await startWorld({ folder });
  const temporal = await startDevServer({ env: process.env, say: console.log, namespaces: [NAMESPACE] });
  const ops = await freePort();
  const env = {
    ...world.env,
    PATH: process.env['PATH'],
    NODE_ENV: 'production',
    PORT: '0',
    OPS_PORT: String(ops),
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: NAMESPACE,
  };
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: image,
    env,
    uid: UNPRIVILEGED,
    gid: UNPRIVILEGED,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = collect(child);
  try {
    await until(
      () => polls(ops),
      () => `it is not ready: ${said().slice(-800)}`,
    );
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    child.kill('SIGTERM');
    demand((await ended) === 0, `SIGTERM does not end it in order: ${said().slice(-800)}`);
  } finally {
    child.kill('SIGKILL');
    await world.close();
    await temporal.stop();
  }
}

async function polls(ops: number): Promise<boolean> {
  const status = (await (await fetch(`http://127.0.0.1:${ops}/statusz`)).json()) as { workers?: boolean };
  return status.workers === true;
}

function collect(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  return () => text;
}

async function until(fact: () => Promise<boolean>, otherwise: () => string): Promise<void> {
  const deadline = Date.now() + START_WITHIN_MS;
  while (!(await fact().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(otherwise());
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const folder = mkdtempSync(join(tmpdir(), 'countersign-image-'));
chmodSync(folder, 0o755);
const instructions = parseDockerfile(readFileSync(join(dirname(fileURLToPath(import.meta.url)), '..', 'Dockerfile'), 'utf8'));
const steps: readonly (readonly [string, (image: string) => void | Promise<void>])[] = [
  ['the tree holds what it must and nothing else', (image) => checkTree(image, instructions)],
  ['without configuration it says what is missing', checkRefusal],
  ['with configuration it starts, is ready, and ends in order', (image) => checkStart(image, folder)],
];
let failed = 0;
try {
  const image = build(instructions, folder);
  for (const [name, check] of steps) {
    try {
      await check(image);
      console.log(`ok     ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
} catch (error) {
  failed += 1;
  console.log(`FAILED the image is built: ${error instanceof Error ? error.message : String(error)}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${steps.length - failed < 0 ? 0 : steps.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
