// A Temporal dev server of our own: embedded in `npm start` without an address, used by the demo, the tests and the benchmark.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import { freePort } from '../free-port.ts';
import { Trouble } from '../trouble.ts';
import { setRetention } from './bootstrap.ts';
import { findTemporalCli, type CliEnvironment } from './cli-binary.ts';

const run = promisify(execFile);

// The server's queues are polled 20 times a second per shard by default, a grid of 50 ms under every activity; and a timer or retry that
// is due within a second is put off to the end of that second, for clocks of several hosts that differ. This is one process.
// One partition, so that the limit of the `buildkite` queue is even and priorities are strict.
const DYNAMIC_CONFIG: readonly string[] = [
  'history.transferProcessorMaxPollRPS=1000',
  'history.timerProcessorMaxPollRPS=1000',
  'history.timerProcessorMaxTimeShift="10ms"',
  'history.visibilityProcessorMaxPollRPS=1000',
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
  'frontend.WorkflowTimeSkippingEnabled=true',
  'frontend.namespaceRPS.visibility=1000',
];
/** The CLI's own default of one day would forget a request before a late redelivery of its webhook. */
const RETENTION_DAYS = 90;
const READY_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 5_000;

export interface DevServer {
  readonly address: string;
  /** Address of Temporal's own UI, or null when it was started headless. */
  readonly ui: string | null;
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * Starts a dev server on loopback and waits until it answers.
 * `file`: where its database lives; left out, it is kept in memory. Throws `Trouble` when it does not come up.
 */
export async function startDevServer(options: {
  env: CliEnvironment;
  say: (line: string) => void;
  file?: string;
  ui?: boolean;
  port?: number;
  namespaces?: readonly string[];
}): Promise<DevServer> {
  const cli = await findTemporalCli(options.env, options.say);
  const port = options.port ?? (await freePort());
  const uiPort = options.ui === true ? await freePort() : null;
  if (options.file !== undefined) await claimDatabase(options.file);
  const args = ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'error'];
  if (uiPort === null) args.push('--headless');
  else args.push('--ui-port', String(uiPort), '--ui-disable-news-fetch');
  if (options.file !== undefined)
    args.push('--db-filename', options.file, '--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL');
  for (const name of options.namespaces ?? []) args.push('--namespace', name);
  for (const setting of DYNAMIC_CONFIG) args.push('--dynamic-config-value', setting);
  const child = spawn(cli, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  if (options.file !== undefined) await writeFile(pidFile(options.file), String(child.pid));
  const complaint = collect(child);
  const address = `127.0.0.1:${port}`;
  const connection = await untilReady(child, address, complaint);
  for (const name of ['default', ...(options.namespaces ?? [])]) await setRetention(connection, name, RETENTION_DAYS);
  await connection.close();
  return { address, ui: uiPort === null ? null : `http://127.0.0.1:${uiPort}`, pid: child.pid ?? 0, stop: () => stop(child) };
}

const pidFile = (database: string): string => `${database}.pid`;

/** Two servers on one database would spoil it: one that outlived a killed process is ended first. */
async function claimDatabase(database: string): Promise<void> {
  await mkdir(dirname(database), { recursive: true });
  const pid = Number(await readFile(pidFile(database), 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 0 || !(await isTemporal(pid))) return;
  process.kill(pid, 'SIGTERM');
  const deadline = Date.now() + STOP_WITHIN_MS;
  while (await isTemporal(pid)) {
    if (Date.now() > deadline) process.kill(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The number may belong to somebody else by now. */
async function isTemporal(pid: number): Promise<boolean> {
  const { stdout } = await run('ps', ['-p', String(pid), '-o', 'args=']).catch(() => ({ stdout: '' }));
  return stdout.includes('server start-dev');
}

async function untilReady(child: ChildProcess, address: string, complaint: () => string): Promise<Connection> {
  const deadline = Date.now() + READY_WITHIN_MS;
  const trouble = (found: string): Trouble =>
    new Trouble({ source: 'temporal', kind: 'unavailable', doing: 'starting the Temporal dev server', found });
  for (;;) {
    if (child.exitCode !== null) throw trouble(`it ended with code ${child.exitCode}: ${complaint()}`);
    try {
      return await Connection.connect({ address, connectTimeout: 500 });
    } catch (cause) {
      if (Date.now() > deadline) {
        child.kill('SIGKILL');
        throw Object.assign(trouble(`no answer on ${address} within ${READY_WITHIN_MS / 1000} s: ${complaint()}`), { cause });
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function collect(child: ChildProcess): () => string {
  let tail = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    tail = (tail + chunk.toString('utf8')).slice(-2_000);
  });
  return () => tail.trim();
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await gone;
  clearTimeout(timer);
}
