// Acme with the product in a process of its own: what every story starts with.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { expect, inject } from 'vitest';
import { freePorts, startProduct, type Ports, type Product } from '../../src/sim/product.ts';
import { startWorld, type World, type WorldOptions } from '../../src/sim/world.ts';
import { registerSearchAttributes, setRetention } from '../../src/temporal/bootstrap.ts';

export interface Acme {
  readonly world: World;
  /** The product as it runs now. */
  readonly product: () => Product;
  readonly client: Client;
  readonly namespace: string;
  readonly ports: Ports;
  /** What the product is started with, without ports: for a further process of it. */
  readonly env: () => Readonly<Record<string, string>>;
  /** What every run of the product wrote, this one's too. */
  readonly logs: () => string;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again, on the same ports, after it was killed or stopped; `env` changes variables from then on. */
  start(env?: Readonly<Record<string, string>>): Promise<void>;
  /** Stops everything, and asserts what holds after every story: no route that nobody knows. */
  end(): Promise<void>;
}

/**
 * The product keeps to Slack's three seconds by clocks of its own (`test/slack` measures them against the real patience). On a busy machine
 * all of what is here may stand still for longer, and the stories are about something else.
 */
export const BUSY_SLACK_MS = 15_000;

let count = 0;

/** A namespace of its own: stories neither see each other nor share the quota of the `buildkite` queue. */
export async function startAcme(
  options: Omit<WorldOptions, 'folder' | 'attestAt'> & {
    /** The pipeline's first step asks the product whether its build is approved. */
    readonly attests?: true;
    readonly env?: Readonly<Record<string, string>>;
    readonly args?: readonly string[];
    /** Address of a Temporal server of the story's own; the one of the whole run unless given. */
    readonly temporal?: string;
    /** Before the product starts. */
    readonly prepare?: (connection: Connection) => Promise<void>;
  } = {},
): Promise<Acme> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-story-'));
  const address = options.temporal ?? inject('temporalAddress');
  const connection = await Connection.connect({ address });
  const namespace = `story-${process.pid}-${(count += 1)}`;
  await makeNamespace(connection, address, namespace);
  await options.prepare?.(connection);
  const ports = await freePorts();
  const ownAddress = `http://127.0.0.1:${ports.web}`;
  const world = await startWorld({
    folder,
    slack: { answerWithinMs: BUSY_SLACK_MS },
    ...options,
    ...(options.attests === true ? { attestAt: ownAddress } : {}),
  });
  let env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    ...world.env,
    ...world.signInAt(ownAddress),
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    ...options.env,
  };
  const launch = () => startProduct({ env, ports, args: options.args ?? [] });
  let product = await launch();
  const runs = [product];
  world.connect(product.url);
  return {
    world,
    product: () => product,
    client: new Client({ connection, namespace }),
    namespace,
    ports,
    env: () => env,
    logs: () => runs.map((run) => run.log()).join(''),
    kill: () => product.kill(),
    start: async (changed = {}) => {
      env = { ...env, ...changed };
      product = await launch();
      runs.push(product);
    },
    end: async () => {
      await product.kill();
      await world.close();
      await connection.close();
      await rm(folder, { recursive: true, force: true });
      expect([...world.github.unknownRoutes, ...world.slack.unknownRoutes, ...world.buildkite.unknownRoutes]).toEqual([]);
    },
  };
}

/** Ready for the product: its search attributes, and a retention that it accepts. */
export async function makeNamespace(connection: Connection, address: string, namespace: string): Promise<void> {
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: { seconds: 86_400 as never } });
  // A new namespace is known to every part of the server a moment later.
  await eventually('the new namespace', async () => {
    await registerSearchAttributes(address, namespace);
    await setRetention(connection, namespace, 30);
    return true;
  });
}

/** What takes seconds on a quiet machine takes several times as long on a busy one. */
const PATIENCE_MS = 60_000;
/** Many look at the same time, in the process that plays the platforms. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 80;

/** Looks until there is something to see; rejects with what is missing. */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs = PATIENCE_MS,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  let pauseMs = FIRST_PAUSE_MS;
  let trouble: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      trouble = error;
    }
    if (Date.now() > deadline) throw new Error(`no sign of ${what} after ${withinMs / 1000} s`, { cause: trouble });
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    pauseMs = Math.min(pauseMs * 1.2, LONGEST_PAUSE_MS);
  }
}
