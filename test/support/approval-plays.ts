// Stories of approvals: who votes, what is pushed meanwhile, how long it is waited for.
import { commitSha } from '../../src/ids.ts';
import { NEXT_SHA, planFor, voteOf } from './deploy-examples.ts';
import { changeRule, holdPlans, voidCarlOnce } from './plan-twists.ts';
import { approved, withTarget, type Play } from './plays.ts';

const THIRD_SHA = commitSha('aaaaaaa'.padEnd(40, '0'));

export const APPROVAL_PLAYS: Readonly<Record<string, Play>> = {
  async 'by-rule'(story) {
    const when = [{ fact: 'only-files', state: 'holds', wanted: 'changes in `docs/**` only', found: 'only `docs/a.md`' }] as const;
    const tally = { satisfied: true, have: 0, need: 0, tree: { kind: 'auto', name: 'low-risk', satisfied: true, state: 'satisfied', when } } as const;
    story.world.plan = (input) => ({ kind: 'planned', plan: planFor(input, { tally, organization: story.world.organization }) });
    story.world.recheck = () => ({ kind: 'good', tally });
    const id = await story.ask();
    await story.until(id, 'building');
    await story.finish(1, 'passed');
    await story.end(id);
    return withTarget(story, id);
  },
  async refused(story) {
    story.world.plan = () => ({ kind: 'refused', reasons: [{ code: 'draft', number: 42 }], gates: [], sha: null, target: null });
    const id = await story.ask();
    await story.end(id);
    return { deploy: id };
  },
  async 'dry-run'(story) {
    const id = await story.ask({ dryRun: true });
    await story.end(id);
    return { deploy: id };
  },
  async rejected(story) {
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.vote(id, voteOf('bea', 'github', { kind: 'reject', reason: 'not today' }));
    await story.end(id);
    return { deploy: id };
  },
  async expired(story) {
    changeRule(story.world, { expireMs: 300 });
    const id = await story.ask();
    await story.end(id);
    return { deploy: id };
  },
  async 'waited-long'(story) {
    const hours = { zone: 'UTC', days: [0, 1, 2, 3, 4, 5, 6], from: 0, to: 1_440 };
    const clock = { hours, remind: [{ afterMs: 2_500 }], escalate: { afterMs: 500, to: 'oncall', may: 'approve' }, undoMs: 3_000 } as const;
    changeRule(story.world, clock);
    const id = await story.ask();
    await story.waitFor('the escalation and the reminder', () => story.world.reminders.some(({ reminder }) => reminder.kind === 'reminder'));
    await story.extend(id, 'ann', 3_600_000);
    await story.approve(id, 'bea', 'carl');
    await story.withdraw(id, 'carl');
    await story.until(id, 'waiting');
    await story.approve(id, 'dan');
    await story.until(id, 'building');
    await story.finish(1, 'passed');
    await story.end(id);
    return withTarget(story, id);
  },
  async undone(story) {
    changeRule(story.world, { undoMs: 600_000 });
    const id = await approved(story);
    await story.until(id, 'approved');
    await story.cancel(id, 'bea');
    await story.end(id);
    return { deploy: id };
  },
  async revision(story) {
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.approve(id, 'bea');
    await story.push(id, 'eve', THIRD_SHA);
    await story.waitFor('revision 2', async () => (await story.status(id)).plan?.revision === 2);
    await story.approve(id, 'bea', 'carl');
    await story.push(id, 'fay', NEXT_SHA);
    await story.until(id, 'building');
    await story.finish(1, 'passed');
    await story.end(id);
    return withTarget(story, id);
  },
  async 'early-push'(story) {
    const planning = holdPlans(story.world, 1);
    const id = await story.ask();
    await story.waitFor('planning', () => planning.arrivals === 1);
    await story.push(id, 'eve', NEXT_SHA);
    planning.open();
    await story.until(id, 'waiting');
    await story.vote(id, voteOf('bea', 'github', { kind: 'reject', reason: 'not today' }));
    await story.end(id);
    return { deploy: id };
  },
  async 'void-votes'(story) {
    voidCarlOnce(story.world);
    const id = await approved(story);
    await story.until(id, 'waiting');
    await story.approve(id, 'dan');
    await story.until(id, 'building');
    await story.finish(1, 'passed');
    await story.end(id);
    return withTarget(story, id);
  },
  async 'to-confirm'(story) {
    story.world.stepUp = true;
    const id = await story.ask();
    await story.until(id, 'waiting');
    await story.approve(id, 'bea', 'carl', 'dan');
    await story.withdraw(id, 'dan');
    await story.vote(id, voteOf('carl', 'github'));
    await story.vote(id, voteOf('bea', 'github'));
    await story.until(id, 'building');
    await story.finish(1, 'passed');
    await story.end(id);
    return withTarget(story, id);
  },
};
