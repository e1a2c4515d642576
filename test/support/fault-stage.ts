// Buildkite at its worst: the product's own workflows, client, limiter and webhook door against the simulated Buildkite, many deploys at a
// time, all durations a tenth of the real ones. Who asks, who approves and what is shown are stand-ins: this is about builds.
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { pino } from 'pino';
import { createBuildkiteActivities } from '../../src/activities/buildkite.ts';
import { withFailures } from '../../src/activities/failures.ts';
import { createBuildkite } from '../../src/buildkite/client.ts';
import { givenCredentials } from '../../src/buildkite/credentials.ts';
import { createBuildkiteRoute } from '../../src/buildkite/ingress.ts';
import { createLimiter } from '../../src/buildkite/limiter.ts';
import { startWebServer } from '../../src/ops/web-server.ts';
import { createBuildkiteSim, type BuildkiteSim } from '../../src/sim/buildkite/buildkite-sim.ts';
import { registerSearchAttributes } from '../../src/temporal/bootstrap.ts';
import { loadBundle } from '../../src/temporal/bundle.ts';
import { createGateway } from '../../src/temporal/gateway.ts';
import { startAttributes } from '../../src/temporal/search-attributes.ts';
import { environmentId, environmentState, status, TASK_QUEUE } from '../../workflows/contract.ts';
import type { deploy } from '../../workflows/deploy.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import { BUILD_TIMING, BUILD_WATCH_TIMING, DEPLOY_TIMING, ENVIRONMENT_TIMING } from '../../workflows/timing.ts';
import { asked } from './asked.ts';
import { deployInput, planFor } from './deploy-examples.ts';
import { activitiesOf, createWorld, type World } from './deploy-world.ts';

const ORGANIZATION = 'acme';
const TOKEN = 'bkua_simulated_for_the_fault_suite';
const HOOK_TOKEN = 'a-webhook-token-for-the-fault-suite';
/** Everything that is waited for takes a tenth of its time; so do the builds. */
const SCALE = 10;
/** Far above what is asked here: quota has measurements of its own. */
const PACE = { perWindow: 60_000, windowMs: 60_000, burst: 500, queueMax: 1_000, maxWaitMs: 600, requestTimeoutMs: 1_000 };

/** What builds of a pipeline come to. */
export const ENDS = ['passes', 'fails', 'blocks', 'interrupted'] as const;
export type End = (typeof ENDS)[number];

/** Requests to Buildkite by what they are for. */
export type Requests = Readonly<Record<'create' | 'look' | 'list' | 'read' | 'annotate' | 'log' | 'poll', number>>;

export interface Deployed {
  readonly id: string;
  readonly end: End;
  readonly pipeline: string;
  readonly target: string;
  /** As its workflow returned it. */
  readonly status: DeployStatus;
  /** What people were told last. */
  readonly told: DeployStatus;
}

export interface FaultStage {
  readonly sim: BuildkiteSim;
  /** Deploys on targets of their own, all at once, each followed to its end. `pipeline`: a new one of this name and end. */
  deploy(wishes: readonly { readonly pipeline: string; readonly end: End; readonly count: number }[]): Promise<readonly Deployed[]>;
  /** Builds of a new pipeline that go on until the stage is closed; answers when all of them run. */
  run(pipeline: string, count: number): Promise<void>;
  /** Requests since the mark; those about no pipeline, and those about these. */
  requests(since: number, pipelines: readonly string[]): Requests;
  mark(): number;
  /** Targets that are held by somebody. */
  held(deployed: readonly Deployed[]): Promise<number>;
  /** How many messages people got. */
  announcements(): number;
  close(): Promise<void>;
}

/** `hears`: Buildkite's webhooks are set up; without them every build is polled from the start. */
export async function openFaultStage(options: {
  readonly address: string;
  readonly namespace: string;
  readonly hears: boolean;
}): Promise<FaultStage> {
  const { address, namespace, hears } = options;
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  await registerSearchAttributes(address, namespace);
  const client = new Client({ connection, namespace });
  const sim = await createBuildkiteSim({ organization: ORGANIZATION, speed: SCALE, quota: { organization: 1e6, user: 1e6 } });
  sim.addToken({ token: TOKEN, user: { name: 'Countersign', email: 'bot@acme.test' }, scopes: ['read_builds', 'write_builds', 'read_build_logs'] });
  const world = worldOf(hears);
  const log = pino({ level: 'silent' });
  const now = Date.now;
  const limiter = createLimiter({ organization: ORGANIZATION, now, log, pace: PACE });
  const buildkite = createBuildkite({ credentials: givenCredentials(() => TOKEN), organization: ORGANIZATION, baseUrl: sim.url, limiter, log, now });
  const gateway = createGateway({ client, timing: world.timing.environment });
  const route = createBuildkiteRoute({
    tokens: () => [HOOK_TOKEN],
    frontDoor: { buildSeen: (build) => gateway.buildSeen(build), foreignBuildSeen: async () => undefined },
    now,
    log,
  });
  const web = await startWebServer({ port: 0, routes: [route], log });
  if (hears) sim.webhook({ url: `http://127.0.0.1:${web.port}/buildkite/webhooks`, token: HOOK_TOKEN, mode: 'signature' });
  const activities = { ...activitiesOf(world, client), ...withFailures(createBuildkiteActivities({ buildkite, approvers: null, now })) };
  const bundle = await loadBundle();
  const common = { connection: native, namespace, activities, maxConcurrentActivityTaskExecutions: 100 } as const;
  const workers = await Promise.all([
    Worker.create({ ...common, taskQueue: TASK_QUEUE.workflows, workflowBundle: bundle, stickyQueueScheduleToStartTimeout: '3s' }),
    Worker.create({ ...common, taskQueue: TASK_QUEUE.buildkite }),
    Worker.create({ ...common, taskQueue: TASK_QUEUE.notify }),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  const stage: Stage = { client, sim, world };
  return {
    sim,
    deploy: async (wishes) => (await Promise.all(wishes.map((wish) => deployAll(stage, wish)))).flat(),
    run: async (pipeline, count) => {
      addPipeline(sim, pipeline, 'interrupted');
      const ids = await Promise.all(Array.from({ length: count }, (_, at) => ask(stage, pipeline, `${at}`)));
      await Promise.all(ids.map((id) => phaseOf(stage, id, 'building')));
    },
    mark: () => sim.requests.length,
    requests: (since, pipelines) => {
      const isAbout = ({ path }: { readonly path: string }): boolean => {
        const [, pipeline] = /\/pipelines\/([^/]+)\//.exec(path) ?? [];
        return pipeline === undefined || pipelines.includes(pipeline);
      };
      return countRequests(sim.requests.slice(since).filter(isAbout));
    },
    held: async (deployed) => {
      const states = await Promise.all(
        deployed.map(({ target }) => asked(() => client.workflow.getHandle(environmentId(target as never)).query(environmentState))),
      );
      return states.filter(({ holder }) => holder !== null).length;
    },
    announcements: () => world.announcements.length,
    close: async () => {
      for (const worker of workers) worker.shutdown();
      await running;
      await web.close();
      await limiter.stop();
      await sim.close();
      await native.close();
      await connection.close();
    },
  };
}

interface Stage {
  readonly client: Client;
  readonly sim: BuildkiteSim;
  readonly world: World;
}

/** Each service goes to a target of its own, by the pipeline in its name; nobody has to approve. */
function worldOf(hears: boolean): World {
  const tenth = <T extends object>(timing: T): T =>
    Object.fromEntries(Object.entries(timing).map(([name, value]) => [name, typeof value === 'number' ? value / SCALE : value])) as T;
  const build = { ...tenth(BUILD_TIMING), ...(hears ? {} : { silentMs: 0 }) };
  const timing = { environment: { ...tenth(ENVIRONMENT_TIMING), build }, watch: tenth(BUILD_WATCH_TIMING) };
  const world = createWorld({ service: 'service', organization: ORGANIZATION, timing });
  const nobody = { satisfied: true, have: 0, need: 0, tree: null };
  world.plan = (input) => {
    const [pipeline = ''] = input.request.service.split('.');
    const rule = { tree: null, exclude: [], expireMs: 3_600_000 };
    return { kind: 'planned', plan: planFor(input, { organization: ORGANIZATION, pipeline, rule, tally: nobody, isProtected: false }) };
  };
  world.recheck = () => ({ kind: 'good', tally: nobody });
  return world;
}

function addPipeline(sim: BuildkiteSim, slug: string, end: End): void {
  const step = { type: 'command', label: 'roll out', durationMs: 4_000 } as const;
  const broken = { type: 'command', label: 'smoke test', durationMs: 2_000, outcome: 'fail', log: 'expected 200, got 502\n' } as const;
  const steps = {
    passes: [step],
    fails: [step, { type: 'wait' as const }, broken],
    blocks: [step, { type: 'block' as const, label: 'Release?' }, step],
    interrupted: [{ ...step, durationMs: 3_600_000 }],
  };
  sim.addPipeline({ slug, steps: steps[end] });
}

async function deployAll(
  stage: Stage,
  { pipeline, end, count }: { readonly pipeline: string; readonly end: End; readonly count: number },
): Promise<readonly Deployed[]> {
  addPipeline(stage.sim, pipeline, end);
  return Promise.all(
    Array.from({ length: count }, async (_, at): Promise<Deployed> => {
      const id = await ask(stage, pipeline, `${at}`);
      const result = stage.client.workflow.getHandle<typeof deploy>(id).result();
      if (end === 'interrupted') await interrupt(stage, id, pipeline);
      if (end === 'blocks') await unblock(stage, id, pipeline);
      const ended = await result;
      const told = stage.world.announcements.findLast((said) => said.status.workflowId === id)?.status ?? ended;
      return { id, end, pipeline, target: ended.plan?.target ?? '', status: ended, told };
    }),
  );
}

async function ask({ client }: Stage, pipeline: string, name: string): Promise<string> {
  const workflowId = `deploy:github:7:${pipeline}.${name}`;
  const timing = { ...DEPLOY_TIMING, askAgainMs: DEPLOY_TIMING.askAgainMs / SCALE, progressMs: DEPLOY_TIMING.progressMs / SCALE };
  const input = deployInput(workflowId, timing, { service: `${pipeline}.${name}` });
  await client.workflow.start<typeof deploy>('deploy', {
    workflowId,
    taskQueue: TASK_QUEUE.workflows,
    args: [input],
    typedSearchAttributes: startAttributes(input.request),
  });
  return workflowId;
}

/** Somebody cancels it in Buildkite, once it builds. */
async function interrupt(stage: Stage, id: string, pipeline: string): Promise<void> {
  await phaseOf(stage, id, 'building');
  stage.sim.cancelInUi(pipeline, numberOf(stage, id, pipeline));
}

/** Somebody unblocks it in Buildkite, once people were told that it waits. */
async function unblock(stage: Stage, id: string, pipeline: string): Promise<void> {
  await phaseOf(stage, id, 'blocked');
  stage.sim.unblock(pipeline, numberOf(stage, id, pipeline));
}

function numberOf({ sim }: Stage, id: string, pipeline: string): number {
  const build = sim.builds(pipeline).find(({ metaData }) => metaData['countersign:deploy-id'] === id);
  if (build === undefined) throw new Error(`no build of ${id}`);
  return build.number;
}

async function phaseOf({ client }: Stage, id: string, phase: 'building' | 'blocked'): Promise<void> {
  const handle = client.workflow.getHandle<typeof deploy>(id);
  for (const giveUpAt = Date.now() + 120_000; Date.now() < giveUpAt;) {
    const { phase: now } = await asked(() => handle.query(status));
    if (now.kind === phase) return;
    if (now.kind === 'ended-badly' || now.kind === 'succeeded') throw new Error(`${id} was told ${now.kind} before ${phase}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${id} was never told ${phase}`);
}

function countRequests(requests: readonly { readonly method: string; readonly path: string; readonly query: string }[]): Requests {
  const counts = { create: 0, look: 0, list: 0, read: 0, annotate: 0, log: 0, poll: 0 };
  for (const { method, path, query } of requests) {
    if (path.endsWith('/annotations')) counts.annotate += 1;
    else if (path.endsWith('/log')) counts.log += 1;
    else if (method === 'POST') counts.create += 1;
    else if (/\/builds\/\d+$/.test(path)) counts.read += 1;
    else if (!path.includes('/pipelines/')) counts.poll += 1;
    else if (decodeURIComponent(query).includes('countersign:seal')) counts.look += 1;
    else counts.list += 1;
  }
  return counts;
}

/** Whether people were told what really became of the build. */
export function isToldRight({ sim }: Pick<FaultStage, 'sim'>, { pipeline, id, end, status: result, told }: Deployed): boolean {
  const built = sim.builds(pipeline).filter(({ metaData }) => metaData['countersign:deploy-id'] === id);
  const { phase } = told;
  if (built.length !== 1 || phase.kind !== result.phase.kind) return false;
  const [build] = built;
  if (end === 'passes' || end === 'blocks') return phase.kind === 'succeeded' && build?.state === 'passed';
  if (phase.kind !== 'ended-badly') return false;
  if (end === 'fails') return phase.how === 'failed' && build?.state === 'failed' && phase.log?.lines.includes('expected 200, got 502') === true;
  return phase.how === 'canceled' && phase.cancelledBy === null && build?.state === 'canceled';
}
