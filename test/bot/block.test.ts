// Acts on a block step, where its approval is over.
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { clickOnBlock } from '../../src/bot/block.ts';
import type { BotDeps } from '../../src/bot/deps.ts';
import { deployCode } from '../../src/ids.ts';
import type { BlockStatus } from '../../workflows/block-contract.ts';
import { BLOCKS } from '../support/block-views.ts';
import { NOW } from '../support/views.ts';

const { workflowId, contract } = BLOCKS['block-waiting'];

function answer(left: BlockStatus | null): Promise<unknown> {
  const deps = {
    gateway: { act: async () => ({ kind: 'over' }), blocks: { status: async () => left } },
    metrics: { vote: () => undefined },
    log: pino({ level: 'silent' }),
  };
  const by = { surface: 'slack', team: 'T1', user: 'U01BEA', name: 'Bea' } as const;
  const from = { surface: 'slack', team: 'T1', channel: 'C1', user: 'U01BEA' } as const;
  const click = { key: 'k', act: 'approve', by, at: NOW, from, deployId: workflowId, contract, sha: null, reason: null } as const;
  return clickOnBlock(deps as unknown as BotDeps, click);
}

const refused = (reason: object): object => ({ kind: 'refused', reasons: [reason] });

describe('a click on a step whose approval is over', () => {
  it.each(['block-unblocked', 'block-elsewhere', 'block-rejected', 'block-gone'] as const)('is told how it ended: %s', async (name) => {
    const { phase, build } = BLOCKS[name];
    const by = { 'block-unblocked': 'Carl', 'block-elsewhere': 'Somebody', 'block-rejected': 'Bea', 'block-gone': null }[name];
    expect(await answer(BLOCKS[name])).toEqual(refused({ code: 'step-over', how: phase.kind, by, at: NOW - 60_000, build: build.number }));
  });

  it.each([
    ['nobody decided it before it was ended from outside', BLOCKS['block-waiting']],
    ['it was ended from outside on the way to Buildkite', BLOCKS['block-unblocking']],
    ['nothing of it is kept', null],
  ])('names its code where %s', async (_, left) => {
    expect(await answer(left)).toEqual(refused({ code: 'unknown-request', named: deployCode(workflowId) }));
  });
});
