// Runs the product as a user would: `src/main.ts` in a process of its own, told everything by environment variables.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freePort } from '../free-port.ts';

const ROOT = new URL('../../', import.meta.url);
/** The words of `npm start` after `node`. */
const START = (JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as { scripts: { start: string } }).scripts.start.split(' ').slice(1);
/** Node keeps what it compiled of the product's sources here: the next start takes two thirds of the time. */
const COMPILED = fileURLToPath(new URL('dist/compile-cache/', ROOT));
const READY_WITHIN_MS = 120_000;
const ENDED_WITHIN_MS = 30_000;

export interface Product {
  readonly url: string;
  readonly opsUrl: string;
  readonly pid: number;
  /** Everything it wrote, both streams. */
  log(): string;
  /** SIGKILL: no goodbye. */
  kill(): Promise<void>;
  /** SIGTERM, and waits until it has ended; answers the exit code. */
  stop(): Promise<number | null>;
}

export interface ProductOptions {
  readonly env: Readonly<Record<string, string>>;
  /** As `npm start -- …`. */
  readonly args?: readonly string[];
  readonly ports: Ports;
}

export interface Ports {
  readonly web: number;
  readonly ops: number;
}

/** Ports that were free a moment ago; a product that is started again listens on the same ones. */
export async function freePorts(): Promise<Ports> {
  const [web, ops] = await Promise.all([freePort(), freePort()]);
  return { web, ops };
}

/** Starts it and waits until it says that it is ready, and its workers are. Rejects with the end of its log if it does not become so. */
export async function startProduct(options: ProductOptions): Promise<Product> {
  const { web, ops } = options.ports;
  const env: Record<string, string> = { LOG_LEVEL: 'info', ...options.env, PORT: String(web), OPS_PORT: String(ops) };
  const child = run(env, options.args ?? []);
  const log = collect(child);
  const opsUrl = `http://127.0.0.1:${ops}`;
  await untilReady(child, opsUrl, log);
  return {
    url: `http://127.0.0.1:${web}`,
    opsUrl,
    pid: child.pid ?? 0,
    log,
    kill: async () => void (await end(child, 'SIGKILL')),
    stop: () => end(child, 'SIGTERM'),
  };
}

/** Keeps the sources compiled for later starts: one that is killed keeps nothing. It finds no configuration, and ends by itself. */
export async function compileProduct(): Promise<void> {
  await once(run({}, []), 'exit');
}

function run(env: Readonly<Record<string, string>>, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [...START, ...args], {
    cwd: fileURLToPath(ROOT),
    env: { NODE_COMPILE_CACHE: COMPILED, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function collect(child: ChildProcess): () => string {
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => chunks.push(chunk.toString('utf8')));
  return () => chunks.join('');
}

async function untilReady(child: ChildProcess, opsUrl: string, log: () => string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the product ended with ${child.exitCode}:\n${log().slice(-3_000)}`);
    if (await isReady(opsUrl).catch(() => false)) return;
    if (Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`the product is not ready after ${READY_WITHIN_MS / 1000} s:\n${log().slice(-3_000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The front door opens first: who asks before the workers are there waits for them. */
async function isReady(opsUrl: string): Promise<boolean> {
  if (!(await fetch(`${opsUrl}/readyz`)).ok) return false;
  const { role, workers } = (await (await fetch(`${opsUrl}/statusz`)).json()) as { readonly role: string; readonly workers: boolean };
  return role === 'web' || workers;
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), ENDED_WITHIN_MS);
  const code = await ended;
  clearTimeout(timer);
  return code;
}
