// A build says that a request asked for it. Only that request is believed: the front door and, where it is too early, a workflow ask it.
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { outsideSeen } from '../../src/bot/outside.ts';
import { claimOf } from '../../src/buildkite/outside.ts';
import type { Gateway } from '../../src/temporal/gateway.ts';
import { createOutsideGateway } from '../../src/temporal/outside.ts';
import type { BuildFacts } from '../../workflows/build-vocabulary.ts';
import { sealIn } from '../../workflows/seal.ts';
import { OUTSIDE_TIMING, outsideId, type OutsideStatus } from '../../workflows/outside-contract.ts';
import { BASE, configOf } from '../config/base-config.ts';
import { newBuild } from '../support/deploy-world.ts';
import { createGate, type Gate } from '../support/gate.ts';
import { patiently } from '../support/patiently.ts';
import { changeTiming } from '../support/plan-twists.ts';
import { approved, building } from '../support/plays.ts';
import { useStory, type Story } from '../support/story.ts';

const CONFIG = configOf(BASE.replace('services:', 'pipelines: { api-deploy: { repo: acme/api, deploySteps: [deploy] } }\nservices:'));

/** Its step that deploys has started: what the front door does about that. */
async function deploys({ world: { organization }, client }: Story, build: BuildFacts, doubtMs = 60_000): Promise<void> {
  const gateway = createOutsideGateway(client);
  const timing = { ...OUTSIDE_TIMING, askMs: 50, askMaxMs: 100, doubtMs };
  const outside: Gateway['outside'] = {
    ...gateway,
    start: (input) => patiently(() => gateway.start({ ...input, timing })),
    askClaimed: (claimed) => patiently(() => gateway.askClaimed(claimed)),
  };
  const [pipeline] = CONFIG.pipelines;
  const [api] = CONFIG.services;
  if (pipeline === undefined || api === undefined) throw new Error('the example has neither a pipeline nor a service');
  const config = { ...CONFIG, pipelines: [{ ...pipeline, organization }], services: [] };
  const { number, uuid } = build;
  const seen = { organization, pipeline: build.pipeline, number, uuid, waits: false, step: 'deploy', hasStarted: true, hasEnded: false };
  await outsideSeen({ config, gateway: { outside } as Gateway, log: pino({ level: 'silent' }) }, { ...seen, claim: claimOf(build) });
}

const handleOf = ({ client, world }: Story, { uuid }: BuildFacts) => client.workflow.getHandle(outsideId(world.organization, uuid));
const isLookedAfter = (story: Story, build: BuildFacts): Promise<boolean> =>
  handleOf(story, build)
    .describe()
    .then(
      () => true,
      () => false,
    );
const endOf = (story: Story, build: BuildFacts): Promise<OutsideStatus | null> => handleOf(story, build).result();

async function told(story: Story): Promise<OutsideStatus['claim']> {
  const { strangers } = story.world;
  await story.waitFor('a message', () => strangers.posts.length > 0);
  return strangers.posts[0]?.claim;
}

function own({ world }: Story): BuildFacts {
  const [build] = world.builds;
  if (build === undefined) throw new Error('nothing was built');
  return build;
}

/** One of somebody else, with all the marks of a request. */
const copyOf = ({ world, target }: Story, deployId: string, change: Partial<BuildFacts> = {}): BuildFacts =>
  newBuild(world, { deployId, target, state: 'running', ...change });

/** A request of which the build exists, but not yet the answer to its create. */
async function starting(story: Story): Promise<{ readonly id: string; readonly answer: Gate }> {
  const answer = createGate();
  changeTiming(story.world, { createMs: 60_000 });
  story.world.create = async (_order, build) => {
    const created = build();
    await answer.pass();
    return { kind: 'created', build: created };
  };
  const id = await approved(story);
  await story.waitFor('the create', () => answer.arrivals > 0);
  return { id, answer };
}

describe('a build that names a request', () => {
  const current = useStory();

  it('as its own is nobody’s business: no workflow and no read, while it runs and after its end', async () => {
    const story = current();
    const id = await building(story);
    await deploys(story, own(story));
    await story.finish(1, 'passed');
    await story.end(id);
    await deploys(story, own(story));
    expect(await isLookedAfter(story, own(story))).toBe(false);
    expect(story.world.strangers).toEqual({ posts: [], reads: 0, asks: 0 });
  });

  it('that was made up is told, once', async () => {
    const story = current();
    const build = copyOf(story, 'deploy:github:7:404');
    await deploys(story, build);
    await deploys(story, build);
    expect(await told(story)).toMatchObject({ said: 'no-such-request' });
    await deploys(story, build);
    expect(story.world.strangers).toMatchObject({ posts: [{ build: { number: 1 }, phase: { kind: 'running' } }], reads: 1 });
  });

  it('that is a workflow of another kind is told: only requests are asked', async () => {
    const story = current();
    await building(story);
    await deploys(story, copyOf(story, story.workflow('environment').workflowId));
    expect(await told(story)).toMatchObject({ said: 'no-such-request' });
  });

  it('that still waits for approval is told', async () => {
    const story = current();
    const id = await story.ask();
    await story.until(id, 'waiting');
    await deploys(story, copyOf(story, id));
    const { request } = await story.status(id);
    expect(await told(story)).toEqual({ code: request.code, said: 'not-its-own' });
  });

  it('that has a build already, for another commit, is told at once', async () => {
    const story = current();
    const id = await building(story);
    await deploys(story, copyOf(story, id, { commit: '0'.repeat(40) }));
    expect(await told(story)).toMatchObject({ said: 'not-its-own' });
    expect(story.world.cancels).toEqual([]);
  });

  it('that has ended is told', async () => {
    const story = current();
    const id = await building(story);
    await story.finish(1, 'passed');
    await story.end(id);
    await deploys(story, copyOf(story, id));
    expect(await told(story)).toMatchObject({ said: 'not-its-own' });
  });

  it('before Buildkite’s answer is there waits for it, and is told to nobody when it is its own', async () => {
    const story = current();
    const { id, answer } = await starting(story);
    await deploys(story, own(story));
    await story.waitFor('a few questions', () => story.world.strangers.asks > 2);
    answer.open();
    await story.until(id, 'building');
    expect(await endOf(story, own(story))).toBeNull();
    expect(story.world.strangers).toMatchObject({ posts: [], reads: 0 });
  });

  it('before Buildkite’s answer is there is told when that names another', async () => {
    const story = current();
    const { id, answer } = await starting(story);
    const copy = copyOf(story, id, sealIn(own(story).seal));
    await deploys(story, copy);
    await story.waitFor('a question', () => story.world.strangers.asks > 0);
    expect(story.world.strangers.posts).toEqual([]);
    answer.open();
    await story.until(id, 'building');
    await story.finish(1, 'passed');
    await story.end(id);
    expect(await told(story)).toMatchObject({ said: 'not-its-own' });
    expect(story.world.strangers.posts).toMatchObject([{ build: { number: copy.number } }]);
  });

  it('before Buildkite’s answer is there is told at once when it lacks the seal', async () => {
    const story = current();
    const { id, answer } = await starting(story);
    await deploys(story, copyOf(story, id));
    expect(await told(story)).toMatchObject({ said: 'not-its-own' });
    expect(story.world.strangers.posts).toMatchObject([{ build: { number: 2 } }]);
    answer.open();
    await story.until(id, 'building');
    await story.finish(1, 'passed');
    expect((await story.end(id)).build?.number).toBe(1);
  });

  it('that never comes to know is told after some time all the same', async () => {
    const story = current();
    const { answer } = await starting(story);
    await deploys(story, own(story), 300);
    expect(await told(story)).toMatchObject({ said: 'not-known-yet' });
    answer.open();
  });

  it('as a second one, which is being stopped, is told on the cards of the request alone', async () => {
    const story = current();
    const id = await building(story);
    const seal = sealIn(own(story).seal);
    const second = copyOf(story, id, seal);
    // The step starts before anybody has noticed that there are two.
    await deploys(story, second);
    await story.waitFor('a question', () => story.world.strangers.asks > 0);
    await story.webhook(second.number, { state: 'running', startedAt: Date.now() });
    await story.waitFor('the cancel', () => story.world.cancels.includes(second.number));
    expect(await endOf(story, second)).toBeNull();
    const third = copyOf(story, id, seal);
    await story.webhook(third.number, { state: 'running', startedAt: Date.now() });
    await story.waitFor('the news of it', async () => (await story.status(id)).doubles?.length === 2);
    await deploys(story, third);
    expect(await isLookedAfter(story, third)).toBe(false);
    expect(story.world.strangers.posts).toEqual([]);
  });

  it('is asked about as well when only the read shows that it names one', async () => {
    const story = current();
    const id = await building(story);
    await deploys(story, { ...own(story), deployId: null });
    expect(await endOf(story, own(story))).not.toBeNull();
    const copy = copyOf(story, id, { commit: '0'.repeat(40) });
    await deploys(story, { ...copy, deployId: null });
    expect(await told(story)).toMatchObject({ said: 'not-its-own' });
    expect(story.world.strangers.posts).toHaveLength(1);
  });
});
