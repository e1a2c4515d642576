import { describe, expect, it } from 'vitest';
import { readOpenRequests, readOwedReviews, readWaitingBlocks } from '../../src/bot/open-requests.ts';
import type { Gateway } from '../../src/temporal/gateway.ts';
import { Trouble } from '../../src/trouble.ts';
import type { DeployCode } from '../../workflows/vocabulary.ts';
import type { ReviewStatus } from '../../workflows/review-contract.ts';
import { BLOCKS } from '../support/block-views.ts';
import { EXAMPLES } from '../support/examples.ts';
import { REVIEWS } from '../support/review-views.ts';

const { waiting, succeeded, planned } = { ...EXAMPLES.waiting, ...EXAMPLES.succeeded, ...EXAMPLES.planned };
const unread = new Trouble({ source: 'temporal', kind: 'unavailable', doing: 'reading a request', found: 'no answer' });

function gatewayOf(statuses: Readonly<Record<string, unknown>>): Gateway {
  const gateway: Partial<Gateway> = {
    findOpen: async (_where, _lookAgain, most = 20) =>
      Object.keys(statuses)
        .slice(0, most)
        .map((workflowId) => ({ workflowId, code: '7F3K-Q2' as DeployCode, open: true, startedAt: 0 })),
    deployStatus: async (workflowId) => {
      const status = statuses[workflowId];
      if (status instanceof Error) throw status;
      return status as never;
    },
  };
  return gateway as Gateway;
}

/** One request that can't be read so many times. */
function busyFor(times: number) {
  let asked = 0;
  const deployStatus: Gateway['deployStatus'] = async () => {
    asked += 1;
    if (asked <= times) throw unread;
    return waiting;
  };
  return { waits: { ...gatewayOf({ waiting }), deployStatus }, asked: () => asked };
}

describe('the reviews that are owed', () => {
  const gateway = (reviews: Readonly<Record<string, ReviewStatus | null | Error>>) => ({
    findOwingReview: async () => Object.keys(reviews),
    reviewStatus: async (deployId: string) => {
      const review = reviews[deployId] ?? null;
      if (review instanceof Error) throw review;
      return review;
    },
  });
  const { 'review-owed': owed, 'review-signed': signed } = REVIEWS;

  it('are those that nobody has settled since they were listed, of these services', async () => {
    const all = gateway({ owed, signed, gone: null, broken: unread });
    expect(await readOwedReviews(all, ['api'])).toEqual({ read: [owed], others: 1, isPartial: false });
    expect(await readOwedReviews(all, null)).toEqual({ read: [owed], others: 1, isPartial: false });
    expect(await readOwedReviews(all, ['web'])).toEqual({ read: [], others: 1, isPartial: false });
  });

  it('of others are no proof that there are no more', async () => {
    const all = gateway(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`request-${i}`, owed])));
    expect(await readOwedReviews(all, ['web'])).toEqual({ read: [], others: 0, isPartial: true });
  });

  it('are unknown when none can be read', async () => {
    await expect(readOwedReviews(gateway({ one: unread }), null)).rejects.toBe(unread);
  });
});

it('steps that builds wait at are perhaps not all where as many are found as there may be', async () => {
  const blocks = (count: number) => ({
    findWaiting: async () => Array.from({ length: count }, (_, i) => `block-${i}`),
    status: async () => BLOCKS['block-waiting'],
  });
  expect(await readWaitingBlocks({ blocks: blocks(19) })).toMatchObject({ read: { length: 19 }, isPartial: false });
  expect(await readWaitingBlocks({ blocks: blocks(20) })).toMatchObject({ read: { length: 20 }, isPartial: true });
});

describe('the open requests', () => {
  it('are those that still go on: neither ended, nor gone, nor only plans', async () => {
    const read = await readOpenRequests(gatewayOf({ waiting, succeeded, planned, gone: null }), ['api']);
    expect(read).toEqual({ read: [waiting], others: 0, isPartial: false });
  });

  it('are told with how many could not be read', async () => {
    expect(await readOpenRequests(gatewayOf({ broken: unread, waiting }), ['api'])).toEqual({ read: [waiting], others: 1, isPartial: false });
  });

  it('are all there when one is too busy for the first reading', async () => {
    const { waits, asked } = busyFor(1);
    expect(await readOpenRequests(waits, ['api'])).toEqual({ read: [waiting], others: 0, isPartial: false });
    expect(asked()).toBe(2);
  });

  it('are not asked for a third time', async () => {
    const { waits, asked } = busyFor(2);
    await expect(readOpenRequests(waits, ['api'])).rejects.toBe(unread);
    expect(asked()).toBe(2);
  });

  it('are unknown when none can be read', async () => {
    await expect(readOpenRequests(gatewayOf({ one: unread, two: unread }), ['api'])).rejects.toBe(unread);
    expect(await readOpenRequests(gatewayOf({}), ['api'])).toEqual({ read: [], others: 0, isPartial: false });
  });

  it('are not taken for all of them where there are more', async () => {
    const all = (count: number): Gateway => gatewayOf(Object.fromEntries(Array.from({ length: count }, (_, i) => [`request-${i}`, waiting])));
    expect(await readOpenRequests(all(20), ['api'])).toMatchObject({ read: { length: 20 }, isPartial: false });
    expect(await readOpenRequests(all(21), ['api'])).toMatchObject({ read: { length: 20 }, isPartial: true });
  });
});
