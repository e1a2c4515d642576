// The composition root: the only place that reads the environment, and where everything is started and stopped.
//   node src/main.ts                 everything in one process
//   node src/main.ts --role web      the front door
//   node src/main.ts --role worker   the workers
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { BUILD_TIMING, ENVIRONMENT_TIMING, type EnvironmentTiming } from '../workflows/timing.ts';
import { startBack, type Back } from './compose/back.ts';
import { startFront, type Front } from './compose/front.ts';
import type { Limiter } from './buildkite/limiter.ts';
import { createPlatforms, type Platforms } from './compose/platforms.ts';
import { readBoard } from './compose/board.ts';
import type { Config } from './config/config.ts';
import { configPathOf, homeZone, readSettings, type Settings } from './config/env.ts';
import { unservedServices } from './config/secret-rules.ts';
import { loadConfig } from './config/load.ts';
import { describeProblem, type Problem } from './config/problem.ts';
import { readFile } from './config/read-file.ts';
import { createLog } from './ops/log.ts';
import { startOpsServer } from './ops/ops-server.ts';
import { handleShutdown } from './ops/shutdown.ts';
import { prepareNamespace } from './temporal/bootstrap.ts';
import { createClient, readTemporalAddress, type TemporalAddress } from './temporal/connect.ts';
import { startDevServer, type DevServer } from './temporal/dev-server.ts';
import { createGateway } from './temporal/gateway.ts';
import { installRuntime } from './temporal/worker.ts';
import { isTrouble } from './trouble.ts';

type Role = 'all' | 'web' | 'worker';

/** The one trust zone this version serves. */
const ZONE = 'default';
const EMBEDDED_DATABASE = '.countersign/temporal.db';
/** So long the front door waits for Temporal at the start. */
const PREPARED_FIRST_MS = 2_000;
const ASK_TEMPORAL_AGAIN_MS = 2_000;
/** Time for a load balancer to notice that we are going. */
const NOTICE_MS = 500;

await start().catch((error: unknown) => {
  // Nobody wants a stack trace for a wrong setting; a bug has one.
  process.stderr.write(`${isTrouble(error) ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});

async function start(): Promise<void> {
  const role = readRole();
  const { settings, config } = readEverything(role);
  const log = createLog({ level: settings.logLevel });
  installRuntime(log);
  const embedded = await embeddedServer(role, settings, log);
  const address = embedded?.address ?? readTemporalAddress(process.env);
  if (address === null)
    return refuse([`TEMPORAL_ADDRESS: found nothing. Set it, or start outside production without --role for an embedded server.`]);
  const zone = config.zones[ZONE];
  const namespace = address.namespace ?? zone?.namespace ?? 'default';
  await run({ role, settings, config, log, address, namespace, embedded: embedded?.server ?? null });
}

interface Running {
  readonly role: Role;
  readonly settings: Settings;
  readonly config: Config;
  readonly log: Logger;
  readonly address: TemporalAddress;
  readonly namespace: string;
  readonly embedded: DevServer | null;
}

async function run(running: Running): Promise<void> {
  const { role, settings, config, log, address, namespace, embedded } = running;
  const client = createClient(address, namespace);
  const environments = { client, timing: environmentTiming(settings) };
  const gateway = createGateway(environments);
  const platforms = createPlatforms({ settings, zone: ZONE, keepForOthers: config.zones[ZONE]?.keepForOthers, log, version: version() });
  const parts: { front: Front | null; back: Back | null; leaving: boolean } = { front: null, back: null, leaving: false };
  const ops = await startOpsServer({
    port: settings.opsPort,
    ready: () => readiness(role, parts, platforms.limiter),
    status: async () => statusOf(running, platforms, parts),
    metrics: () => platforms.metrics.text(),
    snapshot: () => readBoard(config, gateway, platforms.limiter),
    log,
  });
  handleShutdown({
    process,
    sleep,
    log,
    steps: {
      notReady: () => (parts.leaving = true),
      noticeMs: NOTICE_MS,
      stopHttp: async () => parts.front?.close(),
      drainWorkers: async () => parts.back?.close(),
      stopLimiter: () => platforms.limiter.stop(),
      stopOps: async () => {
        await ops.close();
        await embedded?.stop();
      },
    },
  });
  // A namespace must know our search attributes before anybody asks. Only while Temporal is away the front door opens first: it tells people so.
  const prepared = untilPrepared(client, running);
  prepared.catch(() => {}); // Whoever awaits it below is told.
  await Promise.race([prepared, sleep(PREPARED_FIRST_MS)]);
  if (role !== 'worker') parts.front = await startFront({ settings, config, platforms, gateway, log });
  await prepared;
  if (role !== 'web') parts.back = await startBack({ config, platforms, gateway, environments, temporal: { address, namespace }, log });
  if ((settings.buildkite.webhookTokens[ZONE] ?? []).length === 0)
    log.warn('no BUILDKITE_WEBHOOK_TOKEN: builds are polled, and steps are told later');
  log.info({ role, port: parts.front?.port, ops: ops.port, temporal: address.address, namespace }, 'Countersign is ready');
  await parts.back?.workers.done;
}

/** Waits for Temporal; exits with the command that mends it when the namespace is not fit. */
async function untilPrepared(client: Client, { namespace, log }: Running): Promise<void> {
  for (;;) {
    try {
      for (const warning of await prepareNamespace(client.connection, namespace)) log.warn(warning);
      return;
    } catch (error) {
      if (isTrouble(error, 'invalid')) throw error;
      log.warn({ err: error }, 'Temporal can not be reached; trying again');
      await sleep(ASK_TEMPORAL_AGAIN_MS);
    }
  }
}

function readiness(
  role: Role,
  parts: { front: Front | null; back: Back | null; leaving: boolean },
  limiter: Limiter,
): { ok: boolean; detail: string } {
  if (parts.leaving) return { ok: false, detail: 'shutting down' };
  if (role !== 'worker' && parts.front === null) return { ok: false, detail: 'not listening yet' };
  // An outage of Temporal at start must not keep the front door from saying so; a worker has nothing else to say.
  if (role === 'worker' && parts.back?.workers.isRunning() !== true) return { ok: false, detail: 'workers are not polling yet' };
  // It goes on without Redis, more slowly; other processes would be no better off.
  const isDegraded = role !== 'web' && limiter.state().mode === 'degraded';
  return { ok: true, detail: isDegraded ? 'ready, but Redis can’t be reached: this process keeps to its part of Buildkite’s quota' : 'ready' };
}

async function statusOf(running: Running, platforms: Platforms, parts: { back: Back | null }): Promise<Readonly<Record<string, unknown>>> {
  const { role, address, namespace, embedded } = running;
  return {
    role,
    temporal: { address: address.address, namespace, embedded: embedded !== null },
    workers: parts.back?.workers.isRunning() ?? false,
    buildkite: platforms.buildkite.quota(),
    limiter: platforms.limiter.state(),
  };
}

async function embeddedServer(role: Role, settings: Settings, log: Logger): Promise<{ address: TemporalAddress; server: DevServer } | null> {
  if (role !== 'all' || settings.isProduction || readTemporalAddress(process.env) !== null) return null;
  const namespace = process.env['TEMPORAL_NAMESPACE'] ?? 'default';
  const server = await startDevServer({
    env: process.env,
    say: (line) => log.info(line),
    file: EMBEDDED_DATABASE,
    ui: true,
    namespaces: [namespace],
  });
  log.warn(
    { database: EMBEDDED_DATABASE, ui: server.ui },
    'no TEMPORAL_ADDRESS: running an embedded Temporal dev server. Good for a try, not for production.',
  );
  return { server, address: { options: { address: server.address }, namespace, address: server.address } };
}

/** Without webhooks of Buildkite builds are polled from the start. */
function environmentTiming(settings: Settings): EnvironmentTiming {
  const silentMs = (settings.buildkite.webhookTokens[ZONE] ?? []).length > 0 ? BUILD_TIMING.silentMs : 0;
  return { ...ENVIRONMENT_TIMING, build: { ...BUILD_TIMING, silentMs } };
}

function readRole(): Role {
  const { values } = parseArgs({ options: { role: { type: 'string', default: 'all' } } });
  if (values.role === 'all' || values.role === 'web' || values.role === 'worker') return values.role;
  return refuse([`--role: found "${values.role}". Write --role web or --role worker, or leave it out for both.`]);
}

/** Settings and configuration, or every problem of both at once and exit 1. */
function readEverything(role: Role): { settings: Settings; config: Config } {
  const settings = readSettings(process.env, readFile, { zones: [ZONE], builds: true });
  const config = loadConfig({ path: configPathOf(process.env), read: readFile, home: homeZone(process.env) });
  const problems: Problem[] = [...(settings.kind === 'problems' ? settings.problems : []), ...(config.kind === 'problems' ? config.problems : [])];
  if (config.kind === 'config') problems.push(...unservedServices(config.config, [ZONE]));
  if (settings.kind === 'problems' || config.kind === 'problems' || problems.length > 0) return refuse(problems.map(describeProblem), role);
  return { settings: settings.settings, config: config.config };
}

function refuse(problems: readonly string[], role: Role = 'all'): never {
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  process.stderr.write(`Countersign does not start (role ${role}): ${count}.\n${problems.map((problem) => `- ${problem}\n`).join('')}`);
  process.exit(1);
}

function version(): string {
  const { version: text } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  return text;
}
