import { ApplicationFailure } from '@temporalio/activity';
import { describe, expect, it } from 'vitest';
import { buildAttested } from '../../workflows/attest-contract.ts';
import { buildSeen } from '../../workflows/build-contract.ts';
import type { BuildFacts, BuildOrder } from '../../workflows/build-vocabulary.ts';
import { strayBuildSeen } from '../../workflows/contract.ts';
import { sealIn } from '../../workflows/seal.ts';
import { changeBuild, newBuild } from '../support/deploy-world.ts';
import { createGate } from '../support/gate.ts';
import { hurryCreates, unclear } from '../support/lost-creates.ts';
import { changeTiming } from '../support/plan-twists.ts';
import { replayed } from '../support/replay.ts';
import { approved, building } from '../support/plays.ts';
import { SHORT, useStory, type Story } from '../support/story.ts';

/** Buildkite made it of our create, whatever it answered. */
const madeFor = ({ world }: Story, { deployId, target, sha: commit, seal }: BuildOrder, change: Partial<BuildFacts> = {}): BuildFacts =>
  newBuild(world, { deployId, target, commit, ...sealIn(seal), ...change });

/** Of two creates the first does not show itself, though it will have the number 1; the second is answered. What was ordered, once it was. */
function hideFirst({ world }: Story): () => BuildOrder {
  const { create } = world;
  let hidden: BuildOrder | undefined;
  world.create = (order) => {
    hidden = order;
    world.create = create;
    newBuild(world, { target: 'elsewhere' });
    return unclear();
  };
  return () => {
    if (hidden === undefined) throw new Error('nothing was ordered');
    return hidden;
  };
}

/** The cards have said what the start waits for. */
const isTold = ({ world }: Story, waitingFor: string): boolean =>
  world.announcements.some(({ status: { phase } }) => phase.kind === 'starting' && phase.waitingFor === waitingFor);
/** One that no request waits for. */
const isHeldByOther = (story: Story): Promise<void> =>
  story.waitFor('the other build to hold the target', async () => (await story.environment()).holder?.code === null);

/** Buildkite has made it, and says so by a signed webhook; its lists do not show it yet. */
async function showsItselfByWebhook(story: Story, { deployId, target, sha: commit, seal }: BuildOrder): Promise<void> {
  const hidden = newBuild(story.world, { target: 'elsewhere' });
  const build = { ...hidden, deployId, target, commit, ...sealIn(seal), steps: [] };
  await story.workflow('build').signal(buildSeen, { deployId, build, by: 'webhook' });
}

/** From now on they do. */
async function listed(story: Story, id: string): Promise<BuildFacts> {
  const { plan, seal } = await story.status(id);
  return changeBuild(story.world, 1, { deployId: id, target: story.target, commit: plan?.sha ?? fail(), ...sealIn(seal) });
}

const fail = (): never => {
  throw new Error('nothing was ordered');
};

async function passes(story: Story, id: string, number: number): Promise<void> {
  await story.until(id, 'building');
  await story.finish(number, 'passed');
  expect((await story.end(id)).phase.kind).toBe('succeeded');
}

describe('the create', () => {
  const current = useStory();

  it('with an unclear answer is looked for, found, and never sent again', async () => {
    const story = current();
    story.world.create = (_order, build) => {
      build();
      return unclear();
    };
    const looking = createGate();
    story.world.find = () => looking.pass();
    const id = await approved(story);
    await story.waitFor('the doubt on the card', () => isTold(story, 'unclear'));
    looking.open();
    await passes(story, id, 1);
    expect(story.world.creates).toHaveLength(1);
    expect(story.world.reads.filter((read) => read === 'find')).toHaveLength(1);
  });

  it('with an unclear answer is sent again only after three looks found nothing', async () => {
    const story = current();
    const { create } = story.world;
    story.world.create = () => {
      story.world.create = create;
      return unclear();
    };
    const id = await approved(story);
    await passes(story, id, 1);
    expect(story.world.creates).toHaveLength(1);
    expect(story.world.reads.filter((read) => read === 'find')).toHaveLength(3);
  });

  it('that hangs counts as unclear when its time is over', async () => {
    const story = current();
    hurryCreates(story.world);
    const answer = createGate();
    story.world.create = async (_order, build) => {
      const created = build();
      await answer.pass();
      return { kind: 'created', build: created };
    };
    const id = await approved(story);
    await passes(story, id, 1);
    expect(story.world.creates).toHaveLength(1);
    answer.open();
  });

  it('that waits long for its turn is told as waiting for the quota', async () => {
    const story = current();
    changeTiming(story.world, { createMs: 60_000 });
    const turn = createGate();
    story.world.create = async (_order, build) => {
      await turn.pass();
      return { kind: 'created', build: build() };
    };
    const id = await approved(story);
    await story.waitFor('the news that it waits', () =>
      story.world.announcements.some(({ status: { phase } }) => phase.kind === 'starting' && phase.waitingFor === 'quota' && phase.until === null),
    );
    turn.open();
    await passes(story, id, 1);
    expect(story.world.creates).toHaveLength(1);
  });

  it('appears at the second look', async () => {
    const story = current();
    story.world.create = (order) => {
      story.world.creates.push(order);
      let looks = 0;
      story.world.find = () => {
        looks += 1;
        if (looks === 2) madeFor(story, order);
      };
      return unclear();
    };
    const id = await approved(story);
    await passes(story, id, 1);
    expect(story.world.creates).toHaveLength(1);
  });

  it('is never sent again once a webhook has told of its build, also while no look-up shows that', async () => {
    const story = current();
    story.world.create = async (order) => {
      await showsItselfByWebhook(story, order);
      return unclear();
    };
    const id = await approved(story);
    await story.until(id, 'building');
    expect(story.world.creates).toEqual([]);
    const { deployId, target, commit } = await listed(story, id);
    expect([deployId, target, commit]).toEqual([id, story.target, (await story.status(id)).plan?.sha]);
    await passes(story, id, 1);
    await replayed(story.stage, story.workflow('build').workflowId);
  });

  it('whose build shows itself by webhook while the next one waits for the quota is cancelled there, and not told as never built', async () => {
    const story = current();
    let order: BuildOrder | null = null;
    story.world.create = (first) => {
      order = first;
      story.world.create = () => ({ kind: 'not-sent', why: 'quota', retryAfterMs: 60_000 });
      return unclear();
    };
    const id = await approved(story);
    await story.waitFor('the wait for the quota', async () => {
      const { phase } = await story.status(id);
      return phase.kind === 'starting' && phase.waitingFor === 'quota';
    });
    await showsItselfByWebhook(story, order ?? fail());
    await story.cancel(id, 'ann');
    await story.waitFor('the cancel of it', () => story.world.cancels.includes(1));
    await listed(story, id);
    await story.finish(1, 'canceled');
    expect((await story.end(id)).phase).toMatchObject({ kind: 'ended-badly', how: 'canceled', build: { number: 1 } });
  });

  it('goes on looking while Buildkite cannot be read, and does not build twice', async () => {
    const story = current();
    story.world.create = (_order, build) => {
      build();
      return unclear();
    };
    let failures = 0;
    story.world.find = () => {
      failures += 1;
      if (failures <= 2) throw ApplicationFailure.create({ type: 'Unauthorised', message: 'the token was refused', nonRetryable: true });
    };
    const id = await approved(story);
    await passes(story, id, 1);
    expect(story.world.creates).toHaveLength(1);
  });

  it('that was cancelled while unclear is looked for before anybody is told that nothing was built', async () => {
    const story = current();
    story.world.create = unclear;
    const id = await approved(story);
    await story.waitFor('the doubt on the card', () => isTold(story, 'unclear'));
    await story.cancel(id, 'ann');
    expect((await story.end(id)).phase).toMatchObject({ kind: 'cancelled', during: 'starting' });
    // After each create all three looks; on a busy machine there is more than one before the cancel.
    const looks = story.world.reads.filter((read) => read === 'find').length;
    expect([looks > 0, looks % 3]).toEqual([true, 0]);
    expect(story.world.creates).toEqual([]);
  });

  it.each([
    ['was not sent waits as long as the quota says', 'quota'],
    ['reached nobody waits', 'unreachable'],
  ] as const)('that %s, which is said on the card, and is then sent without a look', async (_what, why) => {
    const story = current();
    const { create } = story.world;
    story.world.create = (order, build) => (isTold(story, why) ? create(order, build) : { kind: 'not-sent', why, retryAfterMs: 300 });
    const id = await approved(story);
    await passes(story, id, 1);
    expect(story.world.reads).toEqual(['list target', 'read 1']);
  });

  it('that reaches nobody for hours is sent less and less often, so that its history has room for a long outage', async () => {
    const story = current();
    const { create } = story.world;
    const answers = [3 * 3_600_000, 5_000];
    story.world.create = (order, build) => {
      const retryAfterMs = answers.shift();
      if (retryAfterMs !== undefined) return { kind: 'not-sent', why: 'unreachable', retryAfterMs };
      const { number } = build();
      const ended = changeBuild(story.world, number, { state: 'passed', startedAt: Date.now(), finishedAt: Date.now() });
      return create(order, () => ended);
    };
    const id = await approved(story);
    await story.waitFor('the outage on the card', async () => {
      const { phase } = await story.status(id);
      return phase.kind === 'starting' && phase.waitingFor === 'unreachable';
    });
    const { workflowId } = story.workflow('build');
    await story.skipTime(workflowId);
    expect((await story.end(id)).phase.kind).toBe('succeeded');
    const { events } = await replayed(story.stage, workflowId);
    const waits = (events ?? []).map((event) => Number(event.timerStartedEventAttributes?.startToFireTimeout?.seconds ?? 0));
    const [outage = 0, next = 0, ...others] = waits.filter((seconds) => seconds > 120);
    expect([outage, Math.floor(next / 60), others]).toEqual([3 * 3_600, 9, []]);
  });

  it('that waits for a token says so, and can be cancelled meanwhile; a token that was just replaced is no news', async () => {
    const story = current();
    let tries = 0;
    story.world.create = () => ({ kind: 'not-sent', why: 'credential', retryAfterMs: (tries += 1) === 1 ? 300 : 60_000 });
    const id = await approved(story);
    await story.waitFor('the news', () => isTold(story, 'credential'));
    expect(tries).toBe(2);
    await story.cancel(id, 'ann');
    expect((await story.end(id)).phase).toMatchObject({ kind: 'cancelled', during: 'starting' });
  });

  it('that Buildkite refuses ends the request with its words', async () => {
    const story = current();
    story.world.create = () => ({ kind: 'refused', status: 422, answer: 'Branches have been disabled for this pipeline' });
    const id = await approved(story);
    expect((await story.end(id)).phase).toMatchObject({ kind: 'not-built', answer: '422: Branches have been disabled for this pipeline' });
    await story.free();
  });

  it('never takes a build of another commit for its own, whatever id that carries', async () => {
    const story = current();
    const { create } = story.world;
    story.world.create = (order) => {
      story.world.create = create;
      madeFor(story, order, { commit: 'f'.repeat(40) });
      return unclear();
    };
    const id = await building(story);
    await story.finish(2, 'passed');
    expect((await story.end(id)).phase).toMatchObject({ kind: 'succeeded', build: { number: 2 } });
    expect(story.world.creates).toHaveLength(1);
    await isHeldByOther(story);
    await story.finish(1, 'canceled');
    await story.free();
  });

  it('that turns out to have made two builds keeps the first, stops the other, and says so', async () => {
    const story = current();
    story.world.create = (order, build) => {
      build();
      madeFor(story, order);
      return unclear();
    };
    const id = await approved(story);
    await story.waitFor('the cancel of the second', () => story.world.cancels.length > 0);
    await story.waitFor('the news of it', async () => (await story.status(id)).doubles?.length === 1);
    expect((await story.status(id)).doubles).toEqual([{ kept: 1, other: 2 }]);
    await passes(story, id, 1);
    expect(story.world.announcements.some(({ status }) => status.doubles?.length === 1)).toBe(true);
    await isHeldByOther(story);
    await story.finish(2, 'canceled');
    await story.free();
    expect(story.world.cancels).toContain(2);
    expect(story.world.cancels).not.toContain(1);
    expect((await story.environment()).history.map(({ build, how }) => [build, how])).toEqual([
      [1, 'passed'],
      [2, 'canceled'],
    ]);
  });

  it('that shows itself after another one was answered is stopped: which one Buildkite made of ours is known by now', async () => {
    const story = current();
    const orderOf = hideFirst(story);
    const id = await building(story);
    const { deployId, target, sha, seal } = orderOf();
    await story.webhook(1, { deployId, target, commit: sha, ...sealIn(seal), state: 'running', startedAt: Date.now() });
    await story.waitFor('the cancel of the first', () => story.world.cancels.includes(1));
    await story.waitFor('the news of it', async () => (await story.status(id)).doubles?.length === 1);
    expect(await story.status(id)).toMatchObject({ build: { number: 2 }, doubles: [{ kept: 2, other: 1 }] });
    await story.finish(1, 'canceled');
    await passes(story, id, 2);
    await story.free();
  });

  it('of a request of an older version that shows itself after another one was sent is the one that stays, and its end is what is told', async () => {
    const story = current();
    const orderOf = hideFirst(story);
    const { seals: _seals, ...older } = SHORT.deploy;
    const id = await story.ask({}, older);
    await story.until(id, 'waiting');
    await story.approve(id, 'bea', 'carl');
    await story.until(id, 'building');
    expect((await story.status(id)).build?.number).toBe(2);
    const { deployId, target, sha } = orderOf();
    await story.webhook(1, { deployId, target, commit: sha, state: 'running', startedAt: Date.now() });
    await story.waitFor('the cancel of the second', () => story.world.cancels.includes(2));
    await story.waitFor('the first on the card', async () => (await story.status(id)).build?.number === 1);
    await story.finish(2, 'canceled');
    await story.finish(1, 'passed');
    expect((await story.end(id)).phase).toMatchObject({ kind: 'succeeded', build: { number: 1 } });
    expect(new Set(story.world.cancels)).toEqual(new Set([2]));
    // The page of each says who signed it.
    expect(story.world.annotated.map(({ number }) => number)).toEqual([2, 1]);
    await story.free();
  });

  it('is not mistaken for a build of another pipeline, whatever id and commit that carries', async () => {
    const story = current();
    newBuild(story.world, { target: 'elsewhere', pipeline: 'sandbox' });
    const id = await building(story);
    const { deployId, target, commit, seal } = changeBuild(story.world, 2, {});
    await story.webhook(1, { deployId, target, commit, ...sealIn(seal), state: 'running', startedAt: Date.now() });
    await story.webhook(2, { state: 'running', startedAt: Date.now() });
    await story.finish(1, 'passed');
    await story.finish(2, 'failed');
    expect((await story.end(id)).phase).toMatchObject({ kind: 'ended-badly', build: { number: 2 } });
    expect(story.world.cancels).toEqual([]);
  });

  it('whose build has proved itself stays, whatever its number', async () => {
    const story = current();
    const id = await building(story);
    const own = newBuild(story.world, { ...changeBuild(story.world, 1, {}), number: 2, uuid: 'uuid-2' });
    changeBuild(story.world, 1, { deployId: id, uuid: 'uuid-1' });
    await story.workflow('build').signal(buildAttested, { deployId: id, build: { number: own.number, uuid: own.uuid } });
    await story.webhook(2, { state: 'running', startedAt: Date.now() });
    await story.waitFor('the cancel of the other', () => story.world.cancels.includes(1));
    await story.finish(1, 'canceled');
    await story.finish(2, 'passed');
    expect((await story.end(id)).phase).toMatchObject({ kind: 'succeeded', build: { number: 2 } });
  });

  it('that shows itself after its request has ended is stopped, and holds the target until it has', async () => {
    const story = current();
    const id = await approved(story);
    await passes(story, id, 1);
    await story.free();
    const late = newBuild(story.world, {
      ...changeBuild(story.world, 1, {}),
      number: 2,
      uuid: 'uuid-2',
      url: 'https://buildkite.test/2',
      state: 'running',
      finishedAt: null,
    });
    await story.workflow('environment').signal(strayBuildSeen, { build: late });
    await story.waitFor('the cancel of it', () => story.world.cancels.includes(2));
    expect((await story.environment()).holder).not.toBeNull();
    await story.finish(2, 'canceled');
    await story.free();
  });
});
