import { describe, expect, it } from 'vitest';
import { findSameWish, type Wish } from '../../src/activities/same-wish.ts';
import type { FoundDeploy } from '../../src/temporal/find-deploys.ts';
import { commitSha } from '../../src/ids.ts';
import type { DeployCode } from '../../workflows/vocabulary.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import { EXAMPLES } from '../support/examples.ts';

const NOW = 1_000_000;
const WAITING = EXAMPLES.waiting.waiting;
const PLAN = WAITING.plan;
if (PLAN === null) throw new Error('the example has a plan');
const { service, environment, sha, parameters } = PLAN;
const WISH: Wish = { workflowId: 'deploy:own', service, environment, sha, parameters };
const PLANNING: DeployStatus = { ...WAITING, plan: null, phase: { kind: 'planning' } };

const listed = (workflowId: string, startedAt: number): FoundDeploy => ({ workflowId, code: '9QRS-T3' as DeployCode, open: true, startedAt });
const OWN = listed('deploy:own', NOW - 500);
const EARLIER = listed('deploy:earlier', NOW - 600);
const LATER = listed('deploy:later', NOW - 400);

/** `statuses`: what each request says of itself, one after the other; the last one for good. `lookMs`: how much later it is at each look at the clock. */
function ask(
  found: readonly FoundDeploy[],
  statuses: Readonly<Record<string, readonly (DeployStatus | null)[]>>,
  lookMs = 50,
): ReturnType<typeof findSameWish> {
  const asked = new Map<string, number>();
  const gateway = {
    findOpen: async () => found,
    deployStatus: async (id: string) => {
      const nth = asked.get(id) ?? 0;
      asked.set(id, nth + 1);
      return statuses[id]?.[nth] ?? statuses[id]?.at(-1) ?? null;
    },
  };
  let now = NOW;
  return findSameWish({ gateway, now: () => (now += lookMs) }, WISH);
}

describe('the same wish asked twice', () => {
  it('points to the one that is open, with its cards', async () => {
    expect(await ask([OWN, EARLIER], { 'deploy:earlier': [WAITING] })).toMatchObject({
      code: 'same-wish-open',
      other: WAITING.request.code,
      by: PLAN.requester.name,
      isWaiting: true,
    });
  });

  it('is the same whoever was started first, once the other one has been planned', async () => {
    expect(await ask([OWN, LATER], { 'deploy:later': [WAITING] })).toMatchObject({ code: 'same-wish-open' });
  });

  it.each([
    ['for another commit', { ...WAITING, plan: { ...PLAN, sha: commitSha('a'.repeat(40)) } }],
    ['with other parameters', { ...WAITING, plan: { ...PLAN, parameters: { ...parameters, migrate: 'never' } } }],
    ['that was only a plan', { ...WAITING, request: { ...WAITING.request, dryRun: true } }],
    ['that has ended', { ...WAITING, phase: { kind: 'expired', at: NOW } }],
    ['that is gone', null],
  ] as const)('is no other wish: one %s', async (_which, status) => {
    expect(await ask([OWN, EARLIER], { 'deploy:earlier': [status] })).toBeNull();
  });

  it('at the same instant: the later one waits until the earlier one is planned, and yields', async () => {
    expect(await ask([OWN, EARLIER], { 'deploy:earlier': [PLANNING, PLANNING, WAITING] })).toMatchObject({ code: 'same-wish-open' });
  });

  it('at the same instant: the earlier one goes on without waiting', async () => {
    expect(await ask([OWN, LATER], { 'deploy:later': [PLANNING] })).toBeNull();
  });

  it('goes on when the earlier one is refused', async () => {
    expect(await ask([OWN, EARLIER], { 'deploy:earlier': [PLANNING, { ...PLANNING, phase: { kind: 'expired', at: NOW } }] })).toBeNull();
  });

  it('is not decided while the earlier one does not say what it wants', async () => {
    await expect(ask([OWN, EARLIER], { 'deploy:earlier': [PLANNING] }, 1_000)).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('is held up by nobody who has been planning for longer than a plan can take', async () => {
    expect(await ask([OWN, listed('deploy:stuck', NOW - 600_000)], { 'deploy:stuck': [PLANNING] })).toBeNull();
  });
});
