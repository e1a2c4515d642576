// A story about workflows: a stage, a world, and short words for what happens in it.
import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError, type Client, type WorkflowHandle } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { buildSeen } from '../../workflows/build-contract.ts';
import {
  actArrived,
  buildId,
  buildWatchId,
  cancel,
  castVote,
  environmentId,
  environmentState,
  extend,
  headChanged,
  status,
  TASK_QUEUE,
  withdraw,
  type CastVote,
  type Receipt,
} from '../../workflows/contract.ts';
import type { deploy } from '../../workflows/deploy.ts';
import { reviewId } from '../../workflows/review-contract.ts';
import type { DeployStatus, EnvironmentState, PhaseKind } from '../../workflows/status.ts';
import { BUILD_TIMING, DEPLOY_TIMING, type DeployTiming } from '../../workflows/timing.ts';
import type { BuildFacts } from '../../workflows/build-vocabulary.ts';
import type { DeployRequest, Target } from '../../workflows/vocabulary.ts';
import { target } from '../../src/ids.ts';
import { startAttributes } from '../../src/temporal/search-attributes.ts';
import { asked } from './asked.ts';
import { deployInput, githubReply, NEXT_SHA, onGithub, slackReply, voteOf, type Name } from './deploy-examples.ts';
import { activitiesOf, changeBuild, createWorld, type Activities, type World } from './deploy-world.ts';
import { openStage, type Stage } from './temporal-stage.ts';

/** Everything that a story would wait for is short. */
export const SHORT = {
  deploy: { ...DEPLOY_TIMING, askAgainMs: 400, askAgainMaxMs: 800, unreadableMs: 1_500, unreadablePauseMs: 100 } satisfies DeployTiming,
  build: { ...BUILD_TIMING, createMs: 10_000, findPauseMs: 50, roundMs: 100, roundMaxMs: 200, askAgainMs: 400 },
};

export interface Story {
  readonly world: World;
  readonly stage: Stage;
  readonly client: Client;
  /** The target of requests that name no other service. */
  readonly target: Target;
  /** Starts a request and answers its workflow id. */
  ask(change?: Partial<DeployRequest>, timing?: DeployTiming): Promise<string>;
  handle(id: string): WorkflowHandle<typeof deploy>;
  vote(id: string, vote: CastVote): Promise<Receipt>;
  approve(id: string, ...names: readonly Name[]): Promise<void>;
  cancel(id: string, name: Name): Promise<Receipt>;
  withdraw(id: string, name: Name): Promise<Receipt>;
  extend(id: string, name: Name, byMs: number): Promise<Receipt>;
  /** From now on its server skips the time in which nothing happens. */
  skipTime(id: string): Promise<void>;
  late(id: string, vote: CastVote): Promise<void>;
  push(id: string, name: Name, sha?: typeof NEXT_SHA): Promise<void>;
  status(id: string): Promise<DeployStatus>;
  until(id: string, phase: PhaseKind): Promise<DeployStatus>;
  /** Waits for the request's end and answers it. */
  end(id: string): Promise<DeployStatus>;
  environment(): Promise<EnvironmentState>;
  /** Waits until nobody holds the target. */
  free(): Promise<void>;
  /** `build:<target>`, `environment:<target>`: to end it, or to describe it. */
  workflow(kind: 'build' | 'environment'): WorkflowHandle;
  /** What happens at Buildkite, told by a signed webhook. */
  webhook(number: number, change: Partial<BuildFacts>): Promise<void>;
  finish(number: number, state: string): Promise<void>;
  /** Terminates what still runs. */
  sweep(): Promise<void>;
  waitFor(what: string, holds: () => boolean | Promise<boolean>): Promise<void>;
}

const PATIENCE_MS = 60_000;

/** A stage for the tests of a file, and for each test a world and a target of its own. */
export function useStory(): () => Story {
  let stage: Stage | undefined;
  let story: Story | undefined;
  const worlds: Activities[] = [];
  // Whoever asks, asks the world of its story, which its id names: what that leaves behind must not go on in the world of the next.
  const present = (): Activities => {
    const [, named = worlds.length - 1] = /\b(?:api|acme)(\d+)/.exec(Context.current().info.workflowExecution?.workflowId ?? '') ?? [];
    const activities = worlds[Number(named)];
    if (activities === undefined) throw new Error(`there is no story ${named}`);
    return activities;
  };
  beforeAll(async () => {
    stage = await openStage({
      activities(client) {
        const activities = activitiesOf(createWorld(WORLD), client);
        worlds.push(activities);
        const names = Object.keys(activities) as (keyof Activities)[];
        return Object.fromEntries(names.map((name) => [name, (input: never) => present()[name](input)]));
      },
    });
  });
  beforeEach(() => {
    if (stage === undefined) throw new Error('the stage is not open');
    const world = createWorld({ ...WORLD, service: `api${worlds.length}`, organization: `acme${worlds.length}` });
    worlds.push(activitiesOf(world, stage.client));
    story = tell(stage, world);
  });
  afterEach(() => story?.sweep());
  afterAll(() => stage?.stop());
  return () => {
    if (story === undefined) throw new Error('no story has begun');
    return story;
  };
}

const WORLD = {
  service: 'api',
  organization: 'acme',
  timing: {
    environment: { retryMs: 100, retryMaxMs: 400, build: SHORT.build },
    watch: { pollMs: 200, slowPollMs: 200, slowAfterMs: 600_000 },
  },
};

function tell(stage: Stage, world: World): Story {
  const { client } = stage;
  const here = target(`${world.service}/production`);
  let requests = 0;
  const started = [environmentId(here), buildId(here), buildWatchId(world.organization)];
  const handle = (id: string): WorkflowHandle<typeof deploy> => client.workflow.getHandle<typeof deploy>(id);
  const follower = (build: BuildFacts): WorkflowHandle => client.workflow.getHandle(buildId(target(build.target ?? '')));
  // Between two turns there is nobody to hear it.
  const seen = (build: BuildFacts): Promise<void> =>
    story.waitFor(`whoever follows build ${build.number}`, async () => {
      await follower(build).signal(buildSeen, { deployId: build.deployId, build: { ...build, steps: [] }, by: 'webhook' });
      return true;
    });
  const story: Story = {
    world,
    stage,
    client,
    target: here,
    async ask(change = {}, timing = SHORT.deploy) {
      requests += 1;
      const workflowId = `deploy:github:${world.service}:${requests}`;
      started.unshift(workflowId, reviewId(workflowId));
      const input = deployInput(workflowId, timing, { service: world.service, ...change });
      const typedSearchAttributes = startAttributes(input.request);
      await client.workflow.start<typeof deploy>('deploy', { workflowId, taskQueue: TASK_QUEUE.workflows, args: [input], typedSearchAttributes });
      return workflowId;
    },
    handle,
    vote: (id, vote) => handle(id).executeUpdate(castVote, { args: [vote], updateId: vote.key }),
    async approve(id, ...names) {
      for (const name of names) await story.vote(id, voteOf(name, 'slack'));
    },
    cancel: (id, name) => {
      const { key, by, at } = voteOf(name, 'slack');
      return handle(id).executeUpdate(cancel, { args: [{ key, by, at, replyTo: slackReply(name), reason: null }], updateId: key });
    },
    withdraw: (id, name) => {
      const { key, by, at } = voteOf(name, 'github');
      return handle(id).executeUpdate(withdraw, { args: [{ key, by, at, replyTo: githubReply(2_000), reason: null }], updateId: key });
    },
    extend: (id, name, byMs) => {
      const { key, by, at } = voteOf(name, 'slack');
      return handle(id).executeUpdate(extend, { args: [{ key, by, at, replyTo: slackReply(name), byMs }], updateId: key });
    },
    skipTime: (id) => stage.skipTime(id),
    late: (id, vote) => handle(id).signal(actArrived, { act: 'castVote', input: vote }),
    push: (id, name, sha = NEXT_SHA) => handle(id).signal(headChanged, { sha, before: null, by: onGithub(name), at: Date.now() }),
    status: (id) => asked(() => handle(id).query(status)),
    async until(id, phase) {
      await story.waitFor(`phase ${phase}`, async () => (await story.status(id)).phase.kind === phase);
      return story.status(id);
    },
    end: (id) => handle(id).result(),
    environment: () => asked(() => client.workflow.getHandle(environmentId(here)).query(environmentState)),
    free: () => story.waitFor('a free target', async () => (await story.environment()).holder === null),
    workflow: (kind) => client.workflow.getHandle(kind === 'build' ? buildId(here) : environmentId(here)),
    webhook: (number, change) => seen(changeBuild(world, number, change)),
    finish: (number, state) => story.webhook(number, { state, startedAt: Date.now(), finishedAt: Date.now(), blocked: false }),
    async sweep() {
      for (const id of started) {
        await client.workflow
          .getHandle(id)
          .terminate()
          .catch(() => undefined);
      }
    },
    async waitFor(what, holds) {
      const giveUpAt = Date.now() + PATIENCE_MS;
      const holdsNow = async (): Promise<boolean> => {
        try {
          return await holds();
        } catch (error) {
          // Not started yet.
          if (error instanceof WorkflowNotFoundError) return false;
          throw error;
        }
      };
      while (!(await holdsNow())) {
        if (Date.now() > giveUpAt) throw new Error(`waited in vain for: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
  return story;
}
