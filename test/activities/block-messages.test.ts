// The card of a step, when an earlier run of its workflow may have posted it.
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createBlockMessages, type BlockMessageDeps } from '../../src/activities/block-messages.ts';
import { blockCardKey } from '../../src/render/block-message.ts';
import type { BlockStatus } from '../../workflows/block-contract.ts';
import { BLOCKS } from '../support/block-views.ts';
import { NOW } from '../support/views.ts';

const HOUR = 3_600_000;
const waiting = { ...BLOCKS['block-foreign'], openedAt: NOW };

/** What Slack is told when a card for this step was posted an hour ago. */
async function postedBy(status: BlockStatus): Promise<readonly string[]> {
  const did: string[] = [];
  const slack: Partial<BlockMessageDeps['slack']> = {
    findCard: async (channel, key, since) => (key === blockCardKey(status) && since <= NOW - HOUR ? { channel, ts: 'old' } : null),
    postCard: async (channel) => {
      did.push('posted');
      return { channel, ts: 'new' };
    },
    updateCard: async ({ ts }) => void did.push(`updated ${ts}`),
    permalink: async () => 'https://slack.test/card',
  };
  const deps = { slack, github: {}, prefix: '/deploy', log: pino({ level: 'silent' }), now: () => NOW } as unknown as BlockMessageDeps;
  const card = await createBlockMessages(deps).postSlackBlock(status);
  return [...did, card.ts];
}

describe('the card of a step', () => {
  it('is found again and brought up to date, not posted twice, if the build waits since before it', async () => {
    expect(await postedBy({ ...waiting, waitsSince: NOW - HOUR })).toEqual(['updated old', 'old']);
  });

  it('is posted where Buildkite does not say since when the build waits, or only now', async () => {
    expect(await postedBy(waiting)).toEqual(['posted', 'new']);
    expect(await postedBy({ ...waiting, waitsSince: NOW + 1_000 })).toEqual(['posted', 'new']);
  });
});
