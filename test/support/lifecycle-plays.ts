// Stories of pushes and of pull requests that end, for the histories that every later version replays.
import { keep, pullRequestClosed } from '../../workflows/contract.ts';
import { onGithub, SHA, voteOf } from './deploy-examples.ts';
import { changeRule } from './plan-twists.ts';
import type { Play } from './plays.ts';
import { SHORT, type Story } from './story.ts';

/** Waiting with one vote, and then pushed to. */
async function pushedTo(story: Story): Promise<string> {
  const id = await story.ask({}, { ...SHORT.deploy, pendingMs: 50, pendingMaxMs: 100 });
  await story.until(id, 'waiting');
  await story.approve(id, 'bea');
  await story.push(id, 'eve');
  await story.waitFor('revision 2', async () => (await story.status(id)).plan?.revision === 2);
  return id;
}

export const LIFECYCLE_PLAYS: Readonly<Record<string, Play>> = {
  async closed(story) {
    changeRule(story.world, { onClose: 'cancel', onMerge: 'keep' });
    const id = await story.ask();
    await story.until(id, 'waiting');
    const closure = { number: 42, merged: false, head: SHA, mergeSha: null, by: onGithub('eve'), at: Date.now() + 1_000 };
    await story.handle(id).signal(pullRequestClosed, closure);
    await story.end(id);
    return { deploy: id };
  },
  async 'waited-for-checks'(story) {
    const reasons = [{ code: 'checks-pending', passed: 3, total: 14, pending: [{ name: 'e2e', url: null }] }] as const;
    let looks = 0;
    story.world.gates = () => ((looks += 1) < 3 ? { kind: 'pending', gates: [], reasons } : { kind: 'open', gates: [] });
    const { plan } = story.world;
    story.world.plan = async (input) => {
      const result = await plan(input);
      return result.kind === 'planned' && input.revision > 1 ? { ...result, pending: reasons } : result;
    };
    const id = await pushedTo(story);
    await story.approve(id, 'bea', 'carl');
    await story.until(id, 'building');
    await story.finish(1, 'passed');
    await story.end(id);
    return { deploy: id };
  },
  async kept(story) {
    changeRule(story.world, { onPush: { keep: 'requester', small: null } });
    const id = await pushedTo(story);
    const { key, by, at, replyTo } = voteOf('ann', 'slack');
    await story.handle(id).executeUpdate(keep, { args: [{ key, by, at, replyTo, contract: null, sha: null }], updateId: key });
    await story.waitFor('revision 3', async () => (await story.status(id)).plan?.revision === 3);
    await story.push(id, 'eve');
    await story.approve(id, 'bea', 'carl');
    await story.until(id, 'building');
    await story.finish(1, 'passed');
    await story.end(id);
    return { deploy: id };
  },
};
