// What every measurement stands on: one Temporal server, a namespace, Acme on its simulated platforms, and the product in a process of its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { freePorts, startProduct, type Product } from '../src/sim/product.ts';
import { startWorld, type World, type WorldOptions } from '../src/sim/world.ts';
import { registerSearchAttributes } from '../src/temporal/bootstrap.ts';

export interface Stage {
  readonly world: World;
  /** The one that runs now. */
  readonly product: Product;
  /** Kills the product, as an outage would. */
  down(): Promise<void>;
  /** Starts it again, on the same ports. */
  up(): Promise<void>;
  readonly client: Client;
  readonly namespace: string;
  close(): Promise<void>;
}

/** The namespace must exist. `without`: variables that the product is not given. */
export async function setStage(options: {
  readonly address: string;
  readonly namespace: string;
  readonly world?: Omit<WorldOptions, 'folder'>;
  readonly without?: readonly string[];
}): Promise<Stage> {
  const { address, namespace, without = [] } = options;
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  await registerSearchAttributes(address, namespace);
  const connection = await Connection.connect({ address });
  const [world, ports] = await Promise.all([startWorld({ folder, ...options.world }), freePorts()]);
  const given = Object.entries({ ...world.env, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace }).filter(
    ([name]) => !without.includes(name),
  );
  const host = ['PATH', 'HOME'].map((name) => [name, process.env[name] ?? ''] as const);
  const start = (): Promise<Product> => startProduct({ env: Object.fromEntries([...host, ...given]), ports });
  let product = await start();
  world.connect(product.url);
  return {
    world,
    get product() {
      return product;
    },
    down: () => product.kill(),
    up: async () => void (product = await start()),
    client: new Client({ connection, namespace }),
    namespace,
    close: async () => {
      await product.kill();
      await world.close();
      await connection.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Looks until there is something to see. */
export async function eventually<T>(what: string, look: () => T | undefined | false, withinMs = 30_000): Promise<T> {
  const giveUpAt = Date.now() + withinMs;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > giveUpAt) throw new Error(`no sign of ${what} after ${withinMs / 1_000} s`);
    await pause(20);
  }
}

const QUIET_MS = 80;
const QUIET_WITHIN_MS = 5_000;

/** Until nobody has asked the platforms anything for a moment: what one measurement set off must not disturb the next. */
export async function quiet({ github, slack, buildkite }: World): Promise<void> {
  const giveUpAt = Date.now() + QUIET_WITHIN_MS;
  const seen = (): number => github.requests.length + slack.requests.length + buildkite.requests.length;
  const isUnderWay = (): boolean => [github, slack, buildkite].some(({ requests }) => requests.slice(-5).some(({ status }) => status === null));
  let before = -1;
  while ((before !== seen() || isUnderWay()) && Date.now() < giveUpAt) {
    before = seen();
    await pause(QUIET_MS);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
