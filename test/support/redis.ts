// A real Redis of the test's own, in memory, on a free port: stopped, emptied and started again as Redis does in real life.
import { type ChildProcess, spawn } from 'node:child_process';
import { Redis } from 'ioredis';
import { freePort } from '../../src/free-port.ts';

export interface TestRedis {
  readonly url: string;
  /** For the test's own commands. */
  readonly client: Redis;
  /** SIGKILL: nothing is saved. */
  kill(): Promise<void>;
  /** It keeps its connections and answers nothing, until it resumes. */
  pause(): void;
  resume(): void;
  /** Empty again, on the same port. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;

export async function startRedis(options: { readonly started?: boolean } = {}): Promise<TestRedis> {
  const port = await freePort();
  const client = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => 50, maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  let child: ChildProcess | null = null;
  const kill = async (): Promise<void> => {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    const gone = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await gone;
  };
  const start = async (): Promise<void> => {
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    const server = spawn('redis-server', args, { stdio: 'ignore' });
    const missing = new Promise<never>((_resolve, reject) => server.once('error', reject));
    missing.catch(() => undefined);
    child = server;
    await Promise.race([missing, client.status === 'wait' ? client.connect().catch(() => undefined) : undefined]);
    const deadline = Date.now() + READY_WITHIN_MS;
    while ((await Promise.race([missing, client.ping().catch(() => null)])) !== 'PONG') {
      if (Date.now() > deadline) throw new Error('redis-server does not answer');
    }
  };
  if (options.started !== false) await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    client,
    kill,
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    start,
    stop: async () => {
      client.disconnect();
      await kill();
    },
  };
}
