// Builds that wait at block steps, on a real Temporal server, with a Buildkite, a judge and messages of plain data.
import { ApplicationFailure } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { checkFields, defaultsOf, sameValues } from '../../src/policy/block-fields.ts';
import { waitingTimes } from '../../src/policy/waiting.ts';
import type { ActKind, DecidingActivities, NotifyActivities } from '../../workflows/activities.ts';
import type {
  BlockBuildkiteActivities,
  BlockDecidingActivities,
  BlockMessages,
  BlockRecheck,
  UnblockOutcome,
} from '../../workflows/block-activities.ts';
import {
  blockActArrived,
  blockId,
  blockStatus,
  castBlockVote,
  haltSeen,
  withdrawBlockVote,
  type BlockInput,
  type BlockNews,
  type BlockPhase,
  type BlockPlan,
  type BlockResult,
  type BlockStatus,
  type BlockTiming,
  type CastBlockVote,
} from '../../workflows/block-contract.ts';
import type { block } from '../../workflows/block.ts';
import type { BlockField, HaltedBuild, ManualJob } from '../../workflows/block-vocabulary.ts';
import type { BuildkiteActivities } from '../../workflows/buildkite-activities.ts';
import { TASK_QUEUE, type Receipt } from '../../workflows/contract.ts';
import type { Person, Tally, Vote } from '../../workflows/vocabulary.ts';
import { createTellOfWaiting } from '../../src/temporal/waiting-builds.ts';
import { asked } from './asked.ts';
import { BLOCKS, halted } from './block-views.ts';
import { voteOf, PEOPLE, type Name } from './deploy-examples.ts';
import { patiently } from './patiently.ts';
import { openStage, type Stage } from './temporal-stage.ts';

const SHORT: BlockTiming = { lookMs: 30_000, lookMaxMs: 60_000, retryMs: 50, retryMaxMs: 100, unblockMs: 60_000, leftMs: 60_000 };
const APPROVERS: readonly Name[] = ['bea', 'carl', 'dan'];

/** What a test may change. */
export interface HaltWorld {
  build: HaltedBuild;
  need: number;
  fields: readonly BlockField[];
  expireMs: number;
  onExpire: 'cancel' | 'leave';
  remindMs: number | null;
  /** For how long Buildkite is asked to let it go on, before everybody is looked at again. */
  unblockMs: number;
  /** Of a step, by the label of its job. */
  isLeft: (label: string) => boolean;
  recheck: (votes: readonly Vote[], tally: Tally) => BlockRecheck;
  unblock: (ask: Parameters<BlockBuildkiteActivities['unblockJob']>[0]) => UnblockOutcome | Promise<UnblockOutcome>;
  /** The moments of the wait can't be worked out. */
  hasNoClock: boolean;
  /** While true, no message arrives. */
  isMute: boolean;
  /** Of people whose Buildkite account is known. */
  members: Readonly<Record<string, string>>;
  readonly unblocked: Parameters<BlockBuildkiteActivities['unblockJob']>[0][];
  readonly cancelled: number[];
  readonly told: { readonly news: BlockNews | null; readonly status: BlockStatus }[];
  readonly posted: string[];
  readonly receipts: { readonly act: ActKind; readonly receipt: Receipt }[];
  reads: number;
}

function createHaltWorld(uuid: string): HaltWorld {
  const world: HaltWorld = {
    build: halted(uuid),
    need: 2,
    fields: [],
    expireMs: 3_600_000,
    onExpire: 'leave',
    remindMs: null,
    unblockMs: SHORT.unblockMs,
    isLeft: () => false,
    recheck: (_votes, tally) => ({ kind: 'good', tally }),
    unblock: (ask) => {
      change(world, ask.jobId, { state: 'unblocked', unblockable: false, unblockedBy: { id: ask.unblocker, name: 'Countersign', person: null } });
      return { kind: 'unblocked', by: 'Countersign' };
    },
    hasNoClock: false,
    isMute: false,
    members: {},
    unblocked: [],
    cancelled: [],
    told: [],
    posted: [],
    receipts: [],
    reads: 0,
  };
  return world;
}

/** What happens to a step at Buildkite. The build goes on unless another one waits. */
export function change(world: HaltWorld, id: string, how: Partial<ManualJob>): void {
  const manual = world.build.manual.map((one) => (one.id === id ? { ...one, ...how, unblockedAt: Date.now() } : one));
  const blocked = manual.some(({ state }) => state === 'blocked');
  world.build = { ...world.build, manual, blocked, state: blocked ? 'passed' : 'running' };
}

export function tallyOf(world: HaltWorld, votes: readonly { readonly kind: string; readonly by: Person }[]): Tally {
  const by = votes.filter(({ kind }) => kind === 'approve').map((vote) => vote.by);
  const satisfied = by.length >= world.need;
  const waitingFor = APPROVERS.map((name) => PEOPLE[name]).filter((person) => !by.some(({ key }) => key === person.key));
  return { satisfied, have: by.length, need: world.need, tree: { kind: 'group', group: 'sre', count: world.need, satisfied, by, waitingFor } };
}

type Activities = BlockBuildkiteActivities &
  BlockDecidingActivities &
  BlockMessages &
  Pick<BuildkiteActivities, 'cancelBuild'> &
  Pick<DecidingActivities, 'planWaiting' | 'surveyWaiting'> &
  Pick<NotifyActivities, 'sendReceipt'>;

function planOf(world: HaltWorld, label: string): BlockPlan {
  const plan = BLOCKS['block-foreign'].plan;
  const remind = world.remindMs === null ? {} : { remind: [{ afterMs: world.remindMs }] };
  const rule = { ...plan.rule, expireMs: world.expireMs, ...remind };
  return { ...plan, contract: `contract-of-${label}` as BlockPlan['contract'], rule, fields: world.fields, onExpire: world.onExpire };
}

function activitiesOf(worldOf: () => HaltWorld): Activities {
  const mute = (): void => {
    if (worldOf().isMute) throw ApplicationFailure.create({ type: 'Unavailable', message: 'Slack is down' });
  };
  return {
    readHalted: async () => {
      worldOf().reads += 1;
      return worldOf().build;
    },
    readManualSteps: async () => null,
    readMembers: async () => ({ ids: worldOf().members, isLast: true }),
    unblockJob: async (ask) => {
      worldOf().unblocked.push(ask);
      return worldOf().unblock(ask);
    },
    cancelBuild: async ({ number }) => {
      worldOf().cancelled.push(number);
      const { build } = worldOf();
      worldOf().build = {
        ...build,
        state: 'canceled',
        blocked: false,
        isOver: true,
        manual: build.manual.map((one) => ({ ...one, state: 'canceled' })),
      };
    },
    planBlock: async ({ job: { label } }) => {
      const world = worldOf();
      return world.isLeft(label) ? { kind: 'left', why: 'policy' } : { kind: 'planned', plan: planOf(world, label), tally: tallyOf(world, []) };
    },
    judgeBlockVote: async ({ plan, votes, act, fields, filled }) => {
      const person = Object.values(PEOPLE).find(({ slack }) => act.by.surface === 'slack' && slack?.user === act.by.user) ?? PEOPLE.ann;
      if (!APPROVERS.some((name) => PEOPLE[name] === person)) return { kind: 'refused', reasons: [{ code: 'started-it', build: 7 }] };
      const others = votes.filter(({ by }) => by.key !== person.key);
      if (act.kind === 'withdraw') return { kind: 'counts', person, tally: tallyOf(worldOf(), others), values: {}, isChanged: false };
      const { values, reasons } = checkFields(plan.fields, fields ?? filled?.values ?? defaultsOf(plan.fields));
      if (reasons.length > 0 && act.kind === 'approve') return { kind: 'refused', reasons };
      const isChanged = filled !== null && !sameValues(values, filled.values);
      const counted = [...(isChanged ? [] : others), { kind: act.kind, by: person }];
      return { kind: 'counts', person, tally: tallyOf(worldOf(), counted), values, isChanged };
    },
    recheckBlock: async ({ votes, tally }) => worldOf().recheck(votes, tally),
    planWaiting: async (input) => {
      if (worldOf().hasNoClock) throw ApplicationFailure.create({ type: 'Invalid', message: 'no worker answers', nonRetryable: true });
      return waitingTimes(input);
    },
    surveyWaiting: async ({ votes }) => ({ tally: tallyOf(worldOf(), votes), missing: [], called: [] }),
    postSlackBlock: async ({ job: { id } }) => {
      mute();
      worldOf().posted.push(id);
      return { channel: 'C1', ts: '1', url: null };
    },
    postGithubBlock: async () => {
      throw new Error('this pipeline has no card on GitHub');
    },
    announceBlock: async ({ status, news }) => {
      mute();
      worldOf().told.push({ news, status });
    },
    sendReceipt: async ({ act, receipt }) => void worldOf().receipts.push({ act, receipt }),
  };
}

export interface HaltStory {
  readonly world: HaltWorld;
  readonly handle: WorkflowHandle<typeof block>;
  start(): Promise<void>;
  seen(): Promise<void>;
  /** What the sweep does about it in a round, not as news unless said. */
  swept(since: number, isNews?: boolean): Promise<void>;
  /** Terminates it before any worker looks at it. */
  startAndEnd(): Promise<void>;
  cast(name: Name, change?: Partial<CastBlockVote>): Promise<Receipt>;
  late(name: Name, change?: Partial<CastBlockVote>): Promise<void>;
  withdraw(name: Name): Promise<Receipt>;
  status(): Promise<BlockStatus>;
  until(phase: BlockPhase['kind']): Promise<BlockStatus>;
  end(): Promise<BlockResult>;
  /** From now on its server skips the time in which nothing happens. */
  skipTime(): Promise<void>;
  waitFor(what: string, holds: () => boolean | Promise<boolean>): Promise<void>;
}

/** One stage a file, one world and one build a test. `after`: what becomes of each history. */
export function useHalts(after: (stage: Stage, workflowId: string, test: string) => Promise<void>): () => HaltStory {
  let stage: Stage;
  let story: HaltStory;
  let count = 0;
  beforeAll(async () => {
    stage = await openStage({ activities: () => activitiesOf(() => story.world) });
  });
  afterAll(() => stage.stop());
  beforeEach(() => {
    count += 1;
    story = storyOf(stage, createHaltWorld(`uuid-${count}`));
  });
  afterEach(async ({ task }) => {
    await story.handle.terminate().catch(() => undefined);
    await after(stage, story.handle.workflowId, task.name);
  });
  return () => story;
}

function storyOf(stage: Stage, world: HaltWorld): HaltStory {
  const { client } = stage;
  const { uuid, number, pipeline } = world.build;
  const workflowId = blockId('acme', uuid);
  const handle = client.workflow.getHandle<typeof block>(workflowId);
  const timing = (): BlockTiming => ({ ...SHORT, unblockMs: world.unblockMs });
  const input = (): BlockInput => ({ organization: 'acme', pipeline, number, uuid, deployId: null, timing: timing() });
  const vote = (name: Name, more: Partial<CastBlockVote> = {}): CastBlockVote => {
    const { key, by, at, replyTo } = voteOf(name, 'slack');
    return { key, by, at, replyTo, kind: 'approve', contract: null, fields: null, reason: null, ...more };
  };
  const waitFor = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
    const giveUpAt = Date.now() + 60_000;
    while (!(await holds())) {
      if (Date.now() > giveUpAt) throw new Error(`waited in vain for ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const read = (): Promise<BlockStatus | null> => asked(() => handle.query(blockStatus));
  const status = async (): Promise<BlockStatus> => {
    await waitFor('the step', async () => (await read()) !== null);
    const known = await read();
    if (known === null) throw new Error('no step is open');
    return known;
  };
  return {
    world,
    handle,
    start: async () =>
      void (await client.workflow.signalWithStart('block', {
        workflowId,
        taskQueue: TASK_QUEUE.workflows,
        args: [input()],
        signal: haltSeen,
        signalArgs: [],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      })),
    seen: () => handle.signal(haltSeen),
    swept: (since, isNews = false) =>
      patiently(() => createTellOfWaiting(client)({ build: { organization: 'acme', pipeline, number, uuid }, since, isNews })),
    startAndEnd: async () => {
      await client.workflow.start('block', { workflowId, taskQueue: 'nobody', args: [input()] });
      await handle.terminate();
    },
    cast: (name, more) => {
      const given = vote(name, more);
      return handle.executeUpdate(castBlockVote, { args: [given], updateId: given.key });
    },
    late: (name, more) => handle.signal(blockActArrived, { act: 'castBlockVote', input: vote(name, more) }),
    withdraw: (name) => {
      const { key, by, at, replyTo } = vote(name);
      return handle.executeUpdate(withdrawBlockVote, { args: [{ key, by, at, replyTo, reason: null }], updateId: key });
    },
    status,
    until: async (phase) => {
      await waitFor(phase, async () => (await status()).phase.kind === phase);
      return status();
    },
    end: () => handle.result(),
    skipTime: () => stage.skipTime(workflowId),
    waitFor,
  };
}
