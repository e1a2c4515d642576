// Somebody who may start builds at Buildkite knows all that is public of a request, and has a build made that says it is its own. What
// runs for the request must be the build that Countersign ordered, with the variables that it ordered.
import { describe, expect, it } from 'vitest';
import type { BuildFacts } from '../../workflows/build-vocabulary.ts';
import { sealOf } from '../../src/ids.ts';
import { strayBuildSeen } from '../../workflows/contract.ts';
import { sealIn } from '../../workflows/seal.ts';
import { SHA } from '../support/deploy-examples.ts';
import { changeBuild, newBuild } from '../support/deploy-world.ts';
import { hurryCreates, unclear } from '../support/lost-creates.ts';
import { building } from '../support/plays.ts';
import { useStory, type Story } from '../support/story.ts';

/** All that is public: the id, the commit, the target. */
const copyOf = ({ world, target }: Story, deployId: string, change: Partial<BuildFacts> = {}): BuildFacts =>
  newBuild(world, { deployId, target, commit: SHA, state: 'running', startedAt: 1, ...change });
const waiting = async (story: Story): Promise<string> => {
  const id = await story.ask();
  await story.until(id, 'waiting');
  return id;
};
const isHeldBy = (story: Story, { number }: BuildFacts, id: string): Promise<void> =>
  story.waitFor(`build ${number} to hold the target`, async () => {
    const { phase } = await story.status(id);
    return phase.kind === 'queued' && phase.ahead === `build ${number}`;
  });

/** Its one build is the one that was ordered. */
async function endsWithItsOwn(story: Story, id: string, number: number): Promise<void> {
  await story.until(id, 'building');
  await story.finish(number, 'passed');
  expect((await story.end(id)).phase).toMatchObject({ kind: 'succeeded', build: { number } });
  expect(story.world.creates).toHaveLength(1);
}

describe('a build that claims to be that of a request', () => {
  const current = useStory();

  it.each([
    ['of its commit', {}],
    ['of another commit', { commit: '0'.repeat(40) }],
    ['with a seal of its own', { seal: 'f'.repeat(64) }],
  ])('and was made before the approval, %s, holds the target; then the request has its own built', async (_which, change) => {
    const story = current();
    const id = await waiting(story);
    const copy = copyOf(story, id, change);
    await story.approve(id, 'bea', 'carl');
    await isHeldBy(story, copy, id);
    expect(story.world.creates).toEqual([]);
    await story.finish(copy.number, 'passed');
    await endsWithItsOwn(story, id, 2);
    await story.free();
    // What the copy deployed was live, and nobody is said to have asked for it.
    expect((await story.environment()).history.map(({ build, workflowId }) => [build, workflowId])).toEqual([
      [1, ''],
      [2, id],
    ]);
    expect(story.world.cancels).toEqual([]);
  });

  it('and is told by a webhook while the request waits in the queue is not what its turn adopts', async () => {
    const story = current();
    const first = await building(story);
    const second = await waiting(story);
    await story.approve(second, 'bea', 'carl');
    await story.until(second, 'queued');
    const copy = copyOf(story, second);
    await story.workflow('environment').signal(strayBuildSeen, { build: copy });
    await story.finish(1, 'passed');
    await story.end(first);
    await isHeldBy(story, copy, second);
    await story.finish(copy.number, 'failed');
    await story.until(second, 'building');
    expect(story.world.creates.map(({ deployId }) => deployId)).toEqual([first, second]);
    await story.finish(3, 'passed');
    expect((await story.end(second)).phase).toMatchObject({ kind: 'succeeded', build: { number: 3 } });
  });

  it('and is there when the answer to the create is lost is neither adopted nor taken for a reason not to create', async () => {
    const story = current();
    const { create } = story.world;
    let tries = 0;
    story.world.create = (order, build) => {
      tries += 1;
      if (tries === 2) story.world.create = create;
      copyOf(story, order.deployId);
      // The first gets lost, the second is carried out.
      if (tries === 2) build();
      return unclear();
    };
    const id = await waiting(story);
    await story.approve(id, 'bea', 'carl');
    await story.waitFor('the second try', () => tries === 2);
    await endsWithItsOwn(story, id, 3);
    expect(story.world.cancels).toEqual([]);
  });

  it('and bears the seal, which can be read off its own build, is stopped and told', async () => {
    const story = current();
    const id = await building(story);
    const [own] = story.world.builds;
    const copy = copyOf(story, id, sealIn(own?.seal));
    await story.webhook(copy.number, { state: 'running' });
    await story.waitFor('the cancel of the copy', () => story.world.cancels.includes(copy.number));
    await story.waitFor('the news of it', async () => (await story.status(id)).doubles?.length === 1);
    expect(await story.status(id)).toMatchObject({ build: { number: 1 }, doubles: [{ kept: 1, other: 2 }] });
    await story.finish(copy.number, 'canceled');
    await endsWithItsOwn(story, id, 1);
    expect(new Set(story.world.cancels)).toEqual(new Set([2]));
  });

  it.each([
    ['was answered', false],
    ['was looked for', true],
  ])(
    'and was made before, and had the seal written into it by a job of its own once ours %s, is stopped though its number is lower',
    async (_which, isUnclear) => {
      const story = current();
      const early = newBuild(story.world, { target: 'elsewhere', commit: SHA, state: 'running', startedAt: 1 });
      if (isUnclear) {
        story.world.create = (_order, build) => {
          build();
          return unclear();
        };
      }
      const id = await building(story);
      const own = changeBuild(story.world, 2, {});
      await story.webhook(early.number, { deployId: id, target: own.target, ...sealIn(own.seal) });
      await story.waitFor('the cancel of it', () => story.world.cancels.includes(early.number));
      await story.finish(early.number, 'canceled');
      await endsWithItsOwn(story, id, 2);
      expect(story.world.cancels).not.toContain(2);
    },
  );

  it('is waited for, and its own adopted, when the follower was ended in Temporal', async () => {
    const story = current();
    hurryCreates(story.world);
    const id = await building(story);
    const copy = copyOf(story, id);
    await story.workflow('build').terminate();
    await story.waitFor('a look at Buildkite', () => story.world.reads.includes(`read ${copy.number}`));
    await story.finish(copy.number, 'passed');
    await story.waitFor('the adopted build', () => story.world.reads.includes('find'));
    await endsWithItsOwn(story, id, 1);
    expect(story.world.cancels).toEqual([]);
  });

  it('has no seal to go by: that is made from the first run, and a request that was reset adopts what it ordered before', async () => {
    const story = current();
    hurryCreates(story.world);
    const id = await building(story);
    const [own] = story.world.builds;
    const { runId } = await story.handle(id).describe();
    expect(own?.seal).toMatch(/^[0-9a-f]{64}$/);
    expect(own?.seal).toBe(sealOf(id, runId));
    const { events } = await story.stage.history(id);
    // Before it was planned.
    const firstTask = events?.find((event) => event.workflowTaskCompletedEventAttributes != null);
    await story.stage.reset({ workflowId: id, runId }, firstTask);
    await story.waitFor('another run', async () => (await story.handle(id).describe()).runId !== runId);
    // The votes were for a plan that it has forgotten.
    await story.until(id, 'waiting');
    await story.approve(id, 'bea', 'carl');
    await story.until(id, 'queued');
    const copy = copyOf(story, id);
    await story.workflow('build').terminate();
    await story.waitFor('a look at Buildkite', () => story.world.reads.includes(`read ${copy.number}`));
    await story.finish(copy.number, 'failed');
    await story.waitFor('the adopted build', () => story.world.reads.includes('find'));
    expect((await story.status(id)).seal).toBe(own?.seal);
    await endsWithItsOwn(story, id, 1);
  });
});
