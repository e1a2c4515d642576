// Random interleavings of everything that can happen to a request: the product against the reference model.
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { stories } from './acts.ts';
import { play, type Stage } from './play.ts';
import { start, virtualNow } from './tiny-runtime.ts';
import { deploy } from '../../workflows/deploy.ts';
import { DEPLOY_TIMING } from '../../workflows/timing.ts';
import { deployInput } from '../support/deploy-examples.ts';

vi.mock('@temporalio/workflow', async (original) => {
  const { standIns } = await import('./tiny-runtime.ts');
  return standIns(await original());
});

const RUNS = Number(process.env['MODEL_RUNS'] ?? 20_000);
const realNow = Date.now;
const AT = Date.UTC(2026, 0, 5, 9);
const ID = 'deploy:github:7:1';
const STAGE: Stage = {
  at: AT,
  eventually: (check) => check(),
  isClosed: () => false,
  start: async (activities) => start({ id: ID, at: AT, activities, workflow: () => deploy(deployInput(ID, DEPLOY_TIMING, { askedAt: AT })) }),
};

beforeAll(() => {
  Date.now = virtualNow;
});
afterAll(() => {
  Date.now = realNow;
});

it(`agrees with the reference model in ${RUNS} random lists of acts`, async () => {
  const ends = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(stories({ length: 22, joined: true }), async (story) => {
      const { over, go } = await play(story, STAGE);
      const end = over ?? (go ? 'building' : 'open');
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }),
    { numRuns: RUNS },
  );
  // Every end was reached: a property over requests that all expire would say little.
  expect([...ends.keys()]).toEqual(
    expect.arrayContaining(['rejected', 'cancelled', 'expired', 'stopped', 'succeeded', 'ended-badly', 'not-built', 'building', 'open']),
  );
}, 600_000);
