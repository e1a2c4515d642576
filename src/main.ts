// The composition root: the only place that reads the environment, and where everything is started and stopped.
//   node src/main.ts                          everything in one process, for every zone
//   node src/main.ts --role web               the front door, for every zone
//   node src/main.ts --role worker --zone eu  the workers of one zone; `default` unless named
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { startBack, type Back } from './compose/back.ts';
import { readBoard } from './compose/board.ts';
import { startFront, type Front } from './compose/front.ts';
import { createBuilder, createPlatforms, together, type Builder } from './compose/platforms.ts';
import { readTask, type Role, type Task } from './compose/task.ts';
import { addressOf, namespaceOf, openZone, reachOf, sameNamespace, type ServedZone } from './compose/zones.ts';
import { homeZone } from './config/env.ts';
import { describeProblem } from './config/problem.ts';
import { createLog } from './ops/log.ts';
import { startOpsServer } from './ops/ops-server.ts';
import { handleShutdown } from './ops/shutdown.ts';
import { prepareNamespace } from './temporal/bootstrap.ts';
import { isRefusal } from './temporal/access.ts';
import type { TemporalAddress } from './temporal/connect.ts';
import { startDevServer, type DevServer } from './temporal/dev-server.ts';
import { installRuntime } from './temporal/worker.ts';
import { isTrouble } from './trouble.ts';

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
  const read = readTask(process.argv.slice(2), process.env);
  if (read.kind === 'problems') return refuse(read.problems.map(describeProblem), read.role);
  const { task } = read;
  const log = createLog({ level: task.settings.logLevel });
  installRuntime(log);
  const embedded = await embeddedServer(task, log);
  const open = (name: string): ServedZone => {
    const address = embedded?.address ?? addressOf(process.env, task.settings, name);
    if (address === null) {
      const fix = 'Set it, or start outside production without --role for an embedded server.';
      return refuse([`TEMPORAL_ADDRESS: found nothing. ${fix}`], task.role);
    }
    return openZone({ name, isHome: name === task.home, config: task.config, settings: task.settings, address });
  };
  const [first, ...others] = task.zones;
  const zones = [open(first), ...others.map(open)] as const;
  const same = sameNamespace(zones);
  if (same !== null)
    return refuse([`TEMPORAL_NAMESPACE: zones ${same[0].name} and ${same[1].name} are both in ${same[1].namespace}. Give each its own.`], task.role);
  await run({ task, zones, log, embedded: embedded?.server ?? null });
}

interface Running {
  readonly task: Task;
  readonly zones: readonly [ServedZone, ...ServedZone[]];
  readonly log: Logger;
  readonly embedded: DevServer | null;
}

interface Parts {
  front: Front | null;
  backs: readonly Back[];
  leaving: boolean;
}

async function run(running: Running): Promise<void> {
  const { task, zones, log, embedded } = running;
  const { role, settings, config } = task;
  const reach = reachOf(config, zones);
  const builders: Builder[] = [];
  const platforms = createPlatforms({ settings, builders: () => builders, log, version: version() });
  const { metrics } = platforms;
  const build = ({ name: zone, organization }: ServedZone): Builder =>
    createBuilder({ settings, zone, organization, keepForOthers: config.zones[zone]?.keepForOthers, metrics, log });
  if (role !== 'web') builders.push(...zones.map(build));
  const parts: Parts = { front: null, backs: [], leaving: false };
  const ops = await startOpsServer({
    port: settings.opsPort,
    ready: () => readiness(role, parts, builders),
    status: async () => statusOf(running, builders, parts),
    metrics: () => metrics.text(),
    snapshot: () => readBoard({ config, log, ...reach }, builders),
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
      drainWorkers: async () => void (await Promise.all(parts.backs.map((back) => back.close()))),
      stopLimiter: async () => void (await Promise.all(builders.map(({ limiter }) => limiter.stop()))),
      stopOps: async () => {
        await ops.close();
        await embedded?.stop();
      },
    },
  });
  // A namespace must know our search attributes before anybody asks. Only while Temporal is away the front door opens first: it tells people so.
  const prepared = Promise.all(zones.map((zone) => untilPrepared(zone, log)));
  prepared.catch(() => {}); // Whoever awaits it below is told.
  await Promise.race([prepared, sleep(PREPARED_FIRST_MS)]);
  if (role !== 'worker') parts.front = await startFront({ settings, config, platforms, reach, zones, log });
  await prepared;
  parts.backs = await Promise.all(builders.map((builder, at) => startBack({ config, platforms, builder, zone: zones[at] ?? zones[0], log })));
  for (const { name } of zones) warnAboutWebhooks(task, name, log);
  const temporal = zones.map(({ name, address, namespace }) => ({ zone: name, address: address.address, namespace }));
  log.info({ role, port: parts.front?.port, ops: ops.port, temporal }, 'Countersign is ready');
  await Promise.all(parts.backs.map((back) => back.workers.done));
}

function warnAboutWebhooks({ settings }: Task, zone: string, log: Logger): void {
  if ((settings.buildkite.webhookTokens[zone] ?? []).length === 0)
    log.warn({ zone }, 'no BUILDKITE_WEBHOOK_TOKEN: builds are polled, and steps are told later');
}

/** Waits for Temporal; exits with the command that mends it when the namespace is not fit. */
async function untilPrepared({ client, namespace }: ServedZone, log: Logger): Promise<void> {
  for (;;) {
    try {
      for (const warning of await prepareNamespace(client.connection, namespace)) log.warn(warning);
      return;
    } catch (error) {
      if (isTrouble(error, 'invalid')) throw error;
      if (isRefusal(error)) log.error({ namespace }, 'Temporal refuses our credential for this namespace; trying again');
      else log.warn({ err: error, namespace }, 'Temporal can not be reached; trying again');
      await sleep(ASK_TEMPORAL_AGAIN_MS);
    }
  }
}

function readiness(role: Role, { front, backs, leaving }: Parts, builders: readonly Builder[]): { ok: boolean; detail: string } {
  if (leaving) return { ok: false, detail: 'shutting down' };
  if (role !== 'worker' && front === null) return { ok: false, detail: 'not listening yet' };
  // An outage of Temporal at start must not keep the front door from saying so; a worker has nothing else to say.
  if (role === 'worker' && (backs.length === 0 || !backs.every(({ workers }) => workers.isRunning())))
    return { ok: false, detail: 'workers are not polling yet' };
  if (role === 'worker' && backs.some((back) => back.isRefused())) return { ok: false, detail: 'Temporal refuses our credential' };
  // It goes on without Redis, more slowly; other processes would be no better off.
  const isDegraded = together(builders).mode === 'degraded';
  return { ok: true, detail: isDegraded ? 'ready, but Redis can’t be reached: this process keeps to its part of Buildkite’s quota' : 'ready' };
}

async function statusOf(
  { task, zones, embedded }: Running,
  builders: readonly Builder[],
  { backs }: Parts,
): Promise<Readonly<Record<string, unknown>>> {
  return {
    role: task.role,
    workers: backs.length > 0 && backs.every(({ workers }) => workers.isRunning()),
    zones: zones.map(({ name, address, namespace }, at) => ({
      zone: name,
      temporal: { address: address.address, namespace, embedded: embedded !== null, ...(backs[at]?.isRefused() === true ? { refused: true } : {}) },
      ...(builders[at] === undefined
        ? {}
        : { buildkite: builders[at].buildkite.quota(), limiter: builders[at].limiter.state(), tokenExpiresAt: builders[at].tokenExpiresAt() }),
    })),
  };
}

async function embeddedServer({ role, settings, zones, config }: Task, log: Logger): Promise<{ address: TemporalAddress; server: DevServer } | null> {
  if (role !== 'all' || settings.isProduction || addressOf(process.env, settings, 'default') !== null) return null;
  const { namespace } = homeZone(process.env);
  const namespaces = zones.map((zone) => namespaceOf(config, zone, { namespace }));
  const server = await startDevServer({ env: process.env, say: (line) => log.info(line), file: EMBEDDED_DATABASE, ui: true, namespaces });
  log.warn(
    { database: EMBEDDED_DATABASE, ui: server.ui },
    'no TEMPORAL_ADDRESS: running an embedded Temporal dev server. Good for a try, not for production.',
  );
  return { server, address: { options: { address: server.address }, namespace, address: server.address } };
}

function refuse(problems: readonly string[], role: Role): never {
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  process.stderr.write(`Countersign does not start (role ${role}): ${count}.\n${problems.map((problem) => `- ${problem}\n`).join('')}`);
  process.exit(1);
}

function version(): string {
  const { version: text } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  return text;
}
