// The world as workflows see it: activities as plain objects over state in memory. Each knob is a story's twist.
import { ApplicationFailure } from '@temporalio/activity';
import { WithStartWorkflowOperation, WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { BuildkiteActivities, CreateOutcome } from '../../workflows/buildkite-activities.ts';
import type { DecidingActivities, GatesNow, NotifyActivities, PeerActivities, PlanResult, Recheck, Survey } from '../../workflows/activities.ts';
import type { ReviewActivities } from '../../workflows/review-activities.ts';
import { watchAsked, type BuildWatchInput } from '../../workflows/build-contract.ts';
import {
  buildId,
  buildReported,
  buildWatchId,
  claimStart,
  environmentId,
  join as joinUpdate,
  TASK_QUEUE,
  type EnvironmentInput,
} from '../../workflows/contract.ts';
import type { ReviewNews } from '../../workflows/review-contract.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import type { BuildWatchTiming, EnvironmentTiming } from '../../workflows/timing.ts';
import type { BuildFacts, BuildOrder } from '../../workflows/build-vocabulary.ts';
import { isOf, sealIn } from '../../workflows/seal.ts';
import type { Person, Tally, Vote } from '../../workflows/vocabulary.ts';
import { blocksLeft } from './blocks-left.ts';
import { outsideLeft, type Strangers } from './outside-left.ts';
import { sealOf } from '../../src/ids.ts';
import { waitingTimes } from '../../src/policy/waiting.ts';
import { planFor, PEOPLE, personOf, tallyOf } from './deploy-examples.ts';
import { describe } from './described.ts';
import { takeTime } from './slow-calls.ts';

export type Activities = DecidingActivities & PeerActivities & BuildkiteActivities & NotifyActivities & ReviewActivities;
export type Announcement = Parameters<NotifyActivities['announce']>[0];
export type SentReceipt = Parameters<NotifyActivities['sendReceipt']>[0];

export interface World {
  readonly service: string;
  readonly organization: string;
  readonly startedAt: number;
  /** Builds at Buildkite, oldest first. Changed by `finish` and friends, read by the activities. */
  readonly builds: BuildFacts[];
  /** Every POST that reached Buildkite. */
  readonly creates: BuildOrder[];
  readonly cancels: number[];
  readonly reads: string[];
  /** How many running builds Buildkite shows at once. */
  perPage: number;
  /** Builds whose page says who signed them. */
  readonly annotated: { readonly number: number; readonly contract: string }[];
  readonly slackCards: string[];
  readonly githubCards: string[];
  readonly announcements: Announcement[];
  readonly receipts: SentReceipt[];
  readonly reminders: Parameters<NotifyActivities['remind']>[0][];
  readonly told: string[];
  readonly joins: string[];
  /** Requests that were ended from outside and had their cards closed. */
  readonly closed: string[];
  /** Emergencies of which the channels were told at their start. */
  readonly alarms: string[];
  readonly reviewCards: { slack: number; github: number };
  readonly reviewNews: (ReviewNews | null)[];
  readonly strangers: Strangers;
  /** The emergency of a request that was ended from outside. */
  owing: DeployStatus | null;
  /** Twists: functions that answer instead of the ordinary world. */
  plan: (input: Parameters<DecidingActivities['makePlan']>[0]) => PlanResult | Promise<PlanResult>;
  judge: (votes: readonly Vote[], voter: Person, input: Parameters<DecidingActivities['judgeVote']>[0]) => Tally;
  withdrawn: (votes: readonly Vote[]) => Tally;
  /** An approval given in Slack has to be confirmed on GitHub. */
  stepUp: boolean;
  survey: (input: Parameters<DecidingActivities['surveyWaiting']>[0]) => Survey | null | Promise<Survey | null>;
  recheck: (input: Parameters<DecidingActivities['recheck']>[0]) => Recheck | Promise<Recheck>;
  /** The gates of a plan that waits for some. */
  gates: () => GatesNow;
  create: (order: BuildOrder, build: () => BuildFacts) => CreateOutcome | Promise<CreateOutcome>;
  /** May throw: Buildkite does not take the cancel yet. */
  cancel: () => void;
  /** May throw: then the look-up finds out nothing. */
  find: () => void | Promise<void>;
  /** May throw: the build's page can't be written on. */
  annotate: () => void;
  /** May throw: there is no card in Slack. */
  postInSlack: () => void;
  announce: (input: Announcement) => void | Promise<void>;
  /** May throw: a receipt can't be delivered just now. */
  answer: () => void;
  /** Reports of `build` do not reach their request. */
  loseReports: boolean;
  /** How long the next calls take, in ms, then they are as fast as they can: by the id of its request joins, by `report to` that id reports, by `judge` what is judged. */
  readonly slowCalls: Map<string, number[]>;
  readonly timing: { environment: EnvironmentTiming; watch: BuildWatchTiming };
  /** Called with each created build, as Buildkite sends a webhook at once. */
  onCreated: (build: BuildFacts) => void;
}

export function createWorld({ service, organization, timing }: Pick<World, 'service' | 'organization' | 'timing'>): World {
  return {
    service,
    organization,
    startedAt: Date.now(),
    builds: [],
    creates: [],
    cancels: [],
    reads: [],
    perPage: 100,
    annotated: [],
    slackCards: [],
    githubCards: [],
    announcements: [],
    receipts: [],
    reminders: [],
    told: [],
    joins: [],
    closed: [],
    alarms: [],
    reviewCards: { slack: 0, github: 0 },
    reviewNews: [],
    strangers: { posts: [], reads: 0, asks: 0 },
    owing: null,
    plan: (input) => ({ kind: 'planned', plan: planFor(input, { organization }) }),
    judge: (votes, voter) => tallyOf([...votes.map((vote) => vote.by), voter]),
    stepUp: false,
    withdrawn: (votes) => tallyOf(votes.map((vote) => vote.by)),
    survey: ({ votes }) => ({ tally: tallyOf(votes.map((vote) => vote.by)), missing: [PEOPLE.bea, PEOPLE.carl], called: [PEOPLE.dan] }),
    recheck: ({ votes }) => ({ kind: 'good', tally: tallyOf(votes.filter((vote) => vote.kind === 'approve').map((vote) => vote.by)) }),
    gates: () => ({ kind: 'open', gates: [] }),
    create: (_order, build) => ({ kind: 'created', build: build() }),
    cancel: () => undefined,
    find: () => undefined,
    annotate: () => undefined,
    postInSlack: () => undefined,
    announce: () => undefined,
    answer: () => undefined,
    loseReports: false,
    slowCalls: new Map(),
    timing: { ...timing },
    onCreated: () => undefined,
  };
}

export function activitiesOf(world: World, client: Client): Activities {
  const decisions = { ...deciding(world), ...peers(world, client), ...outsideLeft(world, client) };
  return { ...decisions, ...buildkite(world), ...blocksLeft(world), ...notify(world), ...reviews(world) };
}

function deciding(world: World): DecidingActivities {
  return {
    async makePlan(input) {
      const result = await world.plan(input);
      if (result.kind === 'refused' || input.firstRun === undefined) return result;
      return { ...result, seal: sealOf(input.workflowId, input.firstRun) };
    },
    async judgeVote(input) {
      await takeTime(world.slowCalls, 'judge');
      const { votes, act } = input;
      const person = personOf(act.by);
      if (person.key === PEOPLE.ann.key) return { kind: 'refused', reasons: [{ code: 'own-request', name: person.name }] };
      const mine = votes.find((vote) => vote.by.key === person.key);
      if (act.kind === 'withdraw') {
        if (mine === undefined) return { kind: 'refused', reasons: [{ code: 'nothing-to-withdraw' }] };
        return { kind: 'counts', person, tally: world.withdrawn(votes.filter((vote) => vote !== mine)) };
      }
      if (mine?.kind === act.kind)
        return { kind: 'refused', reasons: [{ code: 'already-voted', kind: mine.kind, at: mine.at, surface: mine.surface }] };
      if (world.stepUp && act.kind === 'approve' && act.by.surface === 'slack') return { kind: 'to-confirm', person };
      return { kind: 'counts', person, tally: world.judge(votes, person, input) };
    },
    async authorise({ by, act }) {
      await takeTime(world.slowCalls, 'judge');
      const person = personOf(by);
      if (person.key === PEOPLE.zoe.key) return { kind: 'refused', reasons: [{ code: `may-not-${act}`, allowed: ['requester'] }] };
      return { kind: 'allowed', person };
    },
    planWaiting: async (input) => waitingTimes(input),
    surveyWaiting: async (input) => world.survey(input),
    recheck: async (input) => world.recheck(input),
    readGates: async () => world.gates(),
  };
}

function peers(world: World, client: Client): PeerActivities {
  return {
    async joinQueue({ join, target, updateId }) {
      world.joins.push(`${join.code}#${join.turn}`);
      await takeTime(world.slowCalls, join.deployId);
      const { organization, pipeline } = join;
      const args: [EnvironmentInput] = [{ target, organization, pipelines: [pipeline], carried: null, timing: world.timing.environment }];
      const startWorkflowOperation = new WithStartWorkflowOperation('environment', {
        workflowId: environmentId(target),
        taskQueue: TASK_QUEUE.workflows,
        args,
        workflowIdConflictPolicy: 'USE_EXISTING',
      });
      return client.workflow.executeUpdateWithStart(joinUpdate, { args: [join], updateId, startWorkflowOperation });
    },
    async claim({ deployId, claim }) {
      try {
        return await client.workflow.getHandle(deployId).executeUpdate(claimStart, { args: [claim], updateId: claim.run });
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return { kind: 'no', reason: 'ended' };
        throw error;
      }
    },
    async describeHolders({ deployId, target }) {
      const [deploy, build] = await Promise.all([deployId === null ? null : describe(client, deployId), describe(client, buildId(target))]);
      return { deploy: deploy?.status ?? 'missing', build: build ?? { status: 'missing', closedAt: null, deployId: null } };
    },
    async reportBuild({ deployId, turn, report }) {
      if (world.loseReports) return;
      await takeTime(world.slowCalls, `report to ${deployId}`);
      await client.workflow
        .getHandle(deployId)
        .signal(buildReported, { turn, report })
        .catch(() => undefined);
    },
    async registerWatch({ organization, watched }) {
      const args: [BuildWatchInput] = [{ organization, carried: [], pages: true, timing: world.timing.watch }];
      const workflowId = buildWatchId(organization);
      await client.workflow.signalWithStart('buildWatch', {
        workflowId,
        taskQueue: TASK_QUEUE.workflows,
        args,
        signal: watchAsked,
        signalArgs: [watched],
      });
    },
  };
}

function buildkite(world: World): BuildkiteActivities {
  return {
    async createBuild(order) {
      const build = (): BuildFacts => {
        world.creates.push(order);
        const created = newBuild(world, {
          deployId: order.deployId,
          target: order.target,
          service: order.service,
          environment: order.environment,
          commit: order.sha,
          ...sealIn(order.seal),
        });
        world.onCreated(created);
        return created;
      };
      return world.create(order, build);
    },
    async findBuild({ deployId, seal }) {
      world.reads.push('find');
      await world.find();
      return world.builds.filter((build) => isOf({ deployId, ...sealIn(seal) }, build));
    },
    async readBuild({ number }) {
      world.reads.push(`read ${number}`);
      const build = world.builds.find((one) => one.number === number);
      if (build === undefined) throw ApplicationFailure.create({ type: 'NotFound', message: 'no such build', nonRetryable: true });
      return build;
    },
    async cancelBuild({ number }) {
      world.cancel();
      world.cancels.push(number);
      if (world.builds.find((build) => build.number === number)?.finishedAt === null) changeBuild(world, number, { state: 'canceling' });
    },
    async listTargetBuilds({ target, pipeline }) {
      world.reads.push('list target');
      return world.builds.filter((build) => build.target === target && build.pipeline === pipeline).toReversed();
    },
    listRunningBuilds: () => Promise.reject(new Error('pages are asked for')),
    async listRunningPage({ page }) {
      world.reads.push(page === 1 ? 'poll' : `poll ${page}`);
      const running = world.builds.filter((build) => build.finishedAt === null && !build.blocked).toReversed();
      const { perPage } = world;
      return { builds: running.slice((page - 1) * perPage, page * perPage), isLast: running.length <= page * perPage };
    },
    async readLogTail({ step, buildUrl }) {
      world.reads.push('log');
      return { step, lines: ['boom'], url: buildUrl };
    },
    async annotateBuild({ order, number }) {
      world.annotate();
      world.annotated.push({ number, contract: order.contract });
    },
  };
}

function notify(world: World): NotifyActivities {
  return {
    async postSlackCard({ workflowId }) {
      world.postInSlack();
      world.slackCards.push(workflowId);
      return { channel: 'C0DEPLOYS', ts: String(world.slackCards.length) };
    },
    async postGithubCard({ workflowId }) {
      world.githubCards.push(workflowId);
      return { comment: world.githubCards.length };
    },
    async announce(input) {
      await world.announce(input);
      world.announcements.push(input);
    },
    async sendReceipt(input) {
      world.answer();
      world.receipts.push(input);
    },
    async remind(input) {
      world.reminders.push(input);
    },
    async tellRequester({ phase }) {
      world.told.push(phase.kind);
    },
    async reply() {
      world.told.push('reply');
    },
    async tellPerson({ kind, to }) {
      world.told.push(`${kind} ${to.user}`);
    },
    async closeCards({ deployId }) {
      world.closed.push(deployId);
      return world.owing;
    },
    async raiseAlarm({ status }) {
      world.alarms.push(status.workflowId);
    },
  };
}

function reviews({ reviewCards, reviewNews }: World): ReviewActivities {
  return {
    async postSlackReview() {
      reviewCards.slack += 1;
      return { channel: 'C0DEPLOYS', ts: `review-${reviewCards.slack}` };
    },
    async postGithubReview() {
      reviewCards.github += 1;
      return { comment: 500 + reviewCards.github };
    },
    async announceReview({ news }) {
      reviewNews.push(news);
    },
  };
}

/** A new build at Buildkite. */
export function newBuild(world: World, facts: Partial<BuildFacts>): BuildFacts {
  const number = world.builds.length + 1;
  const build: BuildFacts = {
    uuid: `uuid-${number}`,
    number,
    pipeline: 'api-deploy',
    state: 'scheduled',
    blocked: false,
    url: `https://buildkite.test/acme/api-deploy/builds/${number}`,
    commit: '4f5a6b7000000000000000000000000000000000',
    createdAt: Date.now(),
    startedAt: null,
    finishedAt: null,
    steps: [{ label: 'deploy', type: 'command', state: 'scheduled', jobId: `job-${number}` }],
    deployId: null,
    target: null,
    service: world.service,
    environment: 'production',
    ...facts,
  };
  world.builds.push(build);
  return build;
}

/** What happens at Buildkite. Answers the build as it is now. */
export function changeBuild(world: World, number: number, change: Partial<BuildFacts>): BuildFacts {
  const index = world.builds.findIndex((build) => build.number === number);
  const before = world.builds[index];
  if (before === undefined) throw new Error(`no build ${number}`);
  const after = { ...before, ...change };
  world.builds[index] = after;
  return after;
}
