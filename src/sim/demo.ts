// `npm run demo`: a real Temporal dev server, simulated platforms, and the product as a user would start it.
// Plays the story as a transcript, then serves the playground. `--once` ends after the story.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { startDevServer } from '../temporal/dev-server.ts';
import { recordOf } from './decision-record.ts';
import { startPlayground } from './playground/server.ts';
import { freePorts, startProduct, type Product } from './product.ts';
import { playStory, type Told } from './story.ts';
import { startWorld } from './world.ts';

const NAMESPACE = 'countersign';
const once = process.argv.includes('--once');
const folder = await mkdtemp(join(tmpdir(), 'countersign-demo-'));
const cleanUp: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];

process.on('SIGINT', () => void finish(0));
process.on('SIGTERM', () => void finish(0));

/** What the product wrote so far: told when the story goes wrong, since its log is the first thing one would ask for. */
let productLog = (): string => '';
const LOG_TAIL_CHARACTERS = 4_000;
const LOG_ON_ITS_WAY_MS = 300;

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  // What it wrote last is still on its way through the pipe.
  await new Promise((resolve) => setTimeout(resolve, LOG_ON_ITS_WAY_MS));
  console.error(productLog().slice(-LOG_TAIL_CHARACTERS));
  await finish(1);
}

async function main(): Promise<void> {
  console.log('Countersign: a deploy needs a second signature.\n');
  const ports = await freePorts();
  const address = `http://127.0.0.1:${ports.web}`;
  const [temporal, world] = await Promise.all([
    startDevServer({ env: process.env, say: console.log, ui: true, namespaces: [NAMESPACE] }),
    startWorld({ folder, attestAt: address }),
  ]);
  cleanUp.unshift(
    () => world.close(),
    () => temporal.stop(),
  );
  const atTemporal = { ...hostEnv(), TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: NAMESPACE };
  const env = { ...atTemporal, ...world.env, ...world.signInAt(address) };
  const start = async (): Promise<Product> => {
    const started = await startProduct({ env, ports });
    productLog = () => started.log();
    return started;
  };
  let product = await start();
  cleanUp.unshift(() => product.kill());
  world.connect(product.url);
  const connection = await Connection.connect({ address: temporal.address });
  cleanUp.unshift(() => connection.close());
  const client = new Client({ connection, namespace: NAMESPACE });

  const ui = temporal.ui === null ? null : `${temporal.ui}/namespaces/${NAMESPACE}/workflows`;
  const wrong = await playStory({ world, client, tell: print, ui, record: (code) => recordOf(code, { env: atTemporal, folder }) });
  for (const problem of wrong) console.error(`WRONG: ${problem}`);
  if (once) return finish(wrong.length === 0 ? 0 : 1);

  const restart = async (): Promise<void> => {
    await product.kill();
    product = await start();
  };
  const playground = await startPlayground({ world, client, temporalUi: ui, opsUrl: product.opsUrl, restart });
  cleanUp.unshift(() => playground.close());
  console.log(`\nYour turn: ${playground.url}   (Ctrl-C ends it)`);
}

async function finish(code: number): Promise<void> {
  for (const end of cleanUp.splice(0)) await end().catch(() => {});
  // A native connection to Temporal ignores signals and would keep the process alive.
  process.exit(code);
}

function print({ where, who, what }: Told): void {
  console.log(`${where.padEnd(9)} ${who.padEnd(5)} ${what}`);
}

function hostEnv(): Record<string, string> {
  return Object.fromEntries(['PATH', 'HOME'].flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}
