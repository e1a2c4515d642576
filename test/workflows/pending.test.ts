import { describe, expect, it } from 'vitest';
import type { PlanResult } from '../../workflows/activities.ts';
import type { GateReason } from '../../workflows/reasons.ts';
import type { DeployTiming } from '../../workflows/timing.ts';
import { NEXT_SHA, voteOf } from '../support/deploy-examples.ts';
import { SHORT, useStory, type Story } from '../support/story.ts';

type Planned = Extract<PlanResult, { kind: 'planned' }>;

const RUNNING: GateReason = { code: 'checks-pending', passed: 3, total: 14, pending: [{ name: 'e2e', url: null }] };
const FAILED: GateReason = { code: 'checks-failed', passed: 13, total: 14, failed: [{ name: 'e2e', url: null }] };
const TIMING = { ...SHORT.deploy, pendingMs: 100, pendingMaxMs: 200 };

describe('a push whose checks are still running', () => {
  const current = useStory();

  /** A request whose second revision waits for its checks. */
  async function pushed(change: (result: Planned) => PlanResult = (result) => result, timing: DeployTiming = TIMING): Promise<[Story, string]> {
    const story = current();
    const { plan } = story.world;
    story.world.plan = async (input) => {
      const result = await plan(input);
      return result.kind === 'planned' && input.revision > 1 ? change({ ...result, pending: [RUNNING] }) : result;
    };
    story.world.gates = () => ({ kind: 'pending', gates: [], reasons: [RUNNING] });
    const id = await story.ask({}, timing);
    await story.until(id, 'waiting');
    await story.push(id, 'eve');
    await story.waitFor('revision 2', async () => (await story.status(id)).plan?.revision === 2);
    return [story, id];
  }

  it('does not end the request: it waits for them, and says so', async () => {
    const [story, id] = await pushed();
    expect(await story.status(id)).toMatchObject({ phase: { kind: 'waiting', pending: [RUNNING] }, plan: { sha: NEXT_SHA } });
  });

  it('takes votes meanwhile, joins no queue before they are green, and then goes on by itself', async () => {
    const [story, id] = await pushed();
    await story.approve(id, 'bea');
    expect(await story.vote(id, voteOf('carl', 'slack'))).toMatchObject({ kind: 'counted', last: true });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await story.status(id)).toMatchObject({ phase: { kind: 'waiting', pending: [RUNNING] }, tally: { satisfied: true } });
    expect(story.world.joins).toEqual([]);
    story.world.gates = () => ({ kind: 'open', gates: [{ gate: 'checks', state: 'pass', note: '14 of 14' }] });
    const { plan } = await story.until(id, 'building');
    expect(plan?.gates).toEqual([{ gate: 'checks', state: 'pass', note: '14 of 14' }]);
    expect(story.world.creates).toMatchObject([{ sha: NEXT_SHA }]);
  });

  it('opens for votes that come later, too, and what was judged in between stays judged', async () => {
    const [story, id] = await pushed();
    await story.approve(id, 'bea');
    story.world.gates = () => ({ kind: 'open', gates: [] });
    await story.waitFor('open gates', async () => !('pending' in (await story.status(id)).phase));
    await story.approve(id, 'carl');
    expect((await story.until(id, 'building')).votes).toHaveLength(2);
  });

  it('ends it with the reasons when they fail', async () => {
    const [story, id] = await pushed();
    story.world.gates = () => ({ kind: 'closed', gates: [], reasons: [FAILED] });
    expect((await story.end(id)).phase).toMatchObject({ kind: 'refused', reasons: [FAILED], sha: NEXT_SHA });
  });

  it('goes on waiting while they cannot be read', async () => {
    const [story, id] = await pushed();
    story.world.gates = () => ({ kind: 'unknown', what: 'the checks' });
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect((await story.status(id)).phase).toMatchObject({ kind: 'waiting', pending: [RUNNING] });
    story.world.gates = () => ({ kind: 'open', gates: [] });
    await story.waitFor('open gates', async () => !('pending' in (await story.status(id)).phase));
  });

  it('expires with what had not come', async () => {
    const expireMs = 3_600_000;
    const expiring = ({ plan, ...rest }: Planned): Planned => ({ ...rest, plan: { ...plan, rule: { ...plan.rule, expireMs } } });
    const [story, id] = await pushed(expiring, { ...TIMING, pendingMs: expireMs / 4, pendingMaxMs: expireMs / 4 });
    await story.approve(id, 'bea', 'carl');
    await story.skipTime(id);
    expect((await story.end(id)).phase).toMatchObject({ kind: 'expired', pending: [RUNNING] });
    expect(story.world.creates).toEqual([]);
  });

  it('is overtaken by the next push', async () => {
    const [story, id] = await pushed();
    await story.push(id, 'eve', `aaaaaaa${'0'.repeat(33)}` as typeof NEXT_SHA);
    await story.waitFor('revision 3', async () => (await story.status(id)).plan?.revision === 3);
    expect((await story.status(id)).phase).toMatchObject({ kind: 'waiting', pending: [RUNNING] });
  });
});

describe('a small push', () => {
  const current = useStory();

  it('leaves the votes standing for the new contract, except those that the judge voids', async () => {
    const story = current();
    const { plan } = story.world;
    story.world.plan = async (input) => {
      const result = await plan(input);
      if (result.kind !== 'planned' || input.before === undefined) return result;
      const votes = input.before.votes.map((vote) => ({ ...vote, contract: result.plan.contract }));
      return { ...result, standing: { votes, voided: [], tally: story.world.withdrawn(votes) } };
    };
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.approve(id, 'bea');
    await story.push(id, 'eve');
    await story.waitFor('revision 2', async () => (await story.status(id)).plan?.revision === 2);
    const { votes, tally, revision, voided, plan: now } = await story.status(id);
    expect(votes).toMatchObject([{ by: { name: 'bea' }, contract: now?.contract }]);
    expect({ tally: tally?.have, voided, stands: revision?.stands?.map(({ name }) => name) }).toEqual({ tally: 1, voided: [], stands: ['bea'] });
    await story.approve(id, 'carl');
    await story.until(id, 'building');
    expect(story.world.creates).toMatchObject([{ sha: NEXT_SHA, approvers: ['bea', 'carl'] }]);
  });
});
