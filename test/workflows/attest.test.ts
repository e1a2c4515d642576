// The fence: of all builds that could be a request's own, one is ever told yes.
import { describe, expect, it } from 'vitest';
import { askToAttest } from '../../src/temporal/attest.ts';
import { buildAttested, type Attestation, type BuildToken } from '../../workflows/attest-contract.ts';
import type { BuildFacts } from '../../workflows/build-vocabulary.ts';
import { sealIn } from '../../workflows/seal.ts';
import { changeBuild, newBuild } from '../support/deploy-world.ts';
import { hurryCreates } from '../support/lost-creates.ts';
import { building } from '../support/plays.ts';
import { replayed } from '../support/replay.ts';
import { useStory, type Story } from '../support/story.ts';

describe('a request that is asked by a job whether its build is the approved one', () => {
  const current = useStory();

  const ask = async (story: Story, id: string, build: BuildFacts | undefined, change: Partial<BuildToken> = {}): Promise<string> => {
    const { plan } = await story.status(id);
    const token: BuildToken = {
      organization: plan?.organization ?? '',
      organizationId: null,
      pipeline: build?.pipeline ?? '',
      number: build?.number ?? 0,
      buildId: build?.uuid ?? null,
      commit: plan?.sha ?? '',
      branch: plan?.ref.branch ?? '',
      source: 'api',
      job: 'job',
      step: null,
      key: 'job@1',
      ...change,
    };
    const answer: Attestation = await askToAttest(story.client, id, token);
    return answer.kind === 'no' ? answer.reason : answer.kind;
  };
  /** Updates that left an event. */
  const accepted = async (story: Story, id: string): Promise<number> =>
    (await story.stage.history(id)).events?.filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes != null).length ?? 0;

  const wasTold = async (story: Story): Promise<boolean> => {
    const { events } = await story.stage.history(story.workflow('build').workflowId);
    return events?.some((event) => event.workflowExecutionSignaledEventAttributes?.signalName === buildAttested.name) ?? false;
  };

  it('believes each token once, however many ask at the same time, and a no leaves no event', async () => {
    const story = current();
    const id = await building(story);
    const [own] = story.world.builds;
    const answers = await Promise.all(Array.from({ length: 6 }, () => ask(story, id, own)));
    expect(answers.toSorted()).toEqual([...Array.from({ length: 5 }, () => 'token-used'), 'yes']);
    const before = await accepted(story, id);
    const refused = await Promise.all(Array.from({ length: 6 }, (_, i) => ask(story, id, own, { key: `job@${i}`, branch: 'other' })));
    expect(new Set(refused)).toEqual(new Set(['other-branch']));
    expect(await ask(story, id, own, { key: 'job@2' })).toBe('yes');
    expect((await accepted(story, id)) - before).toBe(1);
    expect((await story.status(id)).attested).toEqual({ number: own?.number, uuid: own?.uuid });
    await story.finish(1, 'passed');
    await story.end(id);
    expect(await ask(story, id, own, { key: 'job@3' })).toBe('over');
    await replayed(story.stage, id);
  });

  it('does not know before its build is known, and says no before its start was granted', async () => {
    const story = current();
    const { create } = story.world;
    let asked = '';
    story.world.create = async (order, build) => {
      const made = build();
      asked = await ask(story, order.deployId, made);
      return create(order, () => made);
    };
    const id = await story.ask();
    await story.until(id, 'waiting');
    expect(await ask(story, id, newBuild(story.world, {}))).toBe('not-approved');
    await story.approve(id, 'bea', 'carl');
    await story.until(id, 'building');
    expect(asked).toBe('not-known-yet');
  });

  it('keeps to the build that proved itself, though an earlier one shows up and its follower is lost', async () => {
    const story = current();
    hurryCreates(story.world);
    const earlier = newBuild(story.world, { target: 'elsewhere' });
    const id = await building(story);
    const [, own] = story.world.builds;
    expect(await ask(story, id, own)).toBe('yes');
    await story.waitFor('its follower to be told', () => wasTold(story));
    const deployId = id;
    const target = own?.target ?? null;
    const marks = { deployId, target, commit: own?.commit ?? '', ...sealIn(own?.seal) };
    await story.webhook(earlier.number, { ...marks, state: 'running', startedAt: Date.now() });
    await story.waitFor('the cancel of the other', () => story.world.cancels.includes(earlier.number));
    const [double] = story.world.builds;
    expect(await ask(story, id, double, { key: 'job@2' })).toBe('other-build');
    changeBuild(story.world, earlier.number, { state: 'canceled', finishedAt: Date.now() });
    await story.workflow('build').terminate();
    await story.waitFor('the build to be followed again', async () => (await story.workflow('build').describe()).status.name === 'RUNNING');
    await story.finish(own?.number ?? 0, 'passed');
    expect((await story.end(id)).phase).toMatchObject({ kind: 'succeeded', build: { number: own?.number } });
    expect(story.world.cancels).not.toContain(own?.number);
    await replayed(story.stage, id);
  });
});
