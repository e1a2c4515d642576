// An approval of a block step is taken back in the moment in which the last look takes another one away.
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { BlockRecheck, BlockVerdict, JudgeBlockInput, RecheckBlockInput } from '../../workflows/block-activities.ts';
import type { BlockStatus, CastBlockVote } from '../../workflows/block-contract.ts';
import { block } from '../../workflows/block.ts';
import type { Tally, Vote } from '../../workflows/vocabulary.ts';
import { BLOCKS, halted } from '../support/block-views.ts';
import { PEOPLE, voteOf, type Name } from '../support/deploy-examples.ts';
import { createGate } from '../support/gate.ts';
import { start, virtualNow, type Driver } from './tiny-runtime.ts';

vi.mock('@temporalio/workflow', async (original) => {
  const { standIns } = await import('./tiny-runtime.ts');
  return standIns(await original());
});

const realNow = Date.now;
beforeAll(() => {
  Date.now = virtualNow;
});
afterAll(() => {
  Date.now = realNow;
});

const AT = Date.UTC(2026, 0, 5, 9);
const BUILD = halted('uuid');

/** Bea's word is enough; Carl's alone is not. */
function tallyOf(votes: readonly Pick<Vote, 'by'>[]): Tally {
  return { satisfied: votes.some(({ by }) => by.key === PEOPLE.bea.key), have: votes.length, need: 2, tree: null };
}

function act(driver: Driver, name: Name, kind: 'approve' | 'withdraw'): Promise<unknown> {
  const { key, by, replyTo } = voteOf(name, 'slack');
  const said = { key, by, replyTo, at: driver.now(), reason: null };
  const vote: CastBlockVote = { ...said, kind: 'approve', contract: null, fields: null };
  return kind === 'approve' ? driver.update('castBlockVote', vote) : driver.update('withdrawBlockVote', said);
}

it('stays, since it was judged among others than are left; said again it is taken back', async () => {
  const lastLook = createGate();
  const judge = createGate();
  const unblocked: unknown[] = [];
  const driver = start({
    id: 'block:acme:uuid',
    at: AT,
    workflow: () => block({ organization: 'acme', pipeline: BUILD.pipeline, number: BUILD.number, uuid: BUILD.uuid, deployId: null }),
    activities: {
      readHalted: () => BUILD,
      readManualSteps: () => null,
      readMembers: () => ({ ids: {}, isLast: true }),
      planBlock: () => ({ kind: 'planned', plan: { ...BLOCKS['block-foreign'].plan, fields: [] }, tally: tallyOf([]) }),
      planWaiting: () => ({ expiresAt: AT + 3_600_000, remindAt: [] }),
      async judgeBlockVote({ votes, act: { kind, by } }: JudgeBlockInput): Promise<BlockVerdict> {
        const person = by.surface === 'slack' && by.user === PEOPLE.bea.slack?.user ? PEOPLE.bea : PEOPLE.carl;
        const others = votes.filter((vote) => vote.by.key !== person.key);
        const tally = tallyOf(kind === 'withdraw' ? others : [...others, { by: person }]);
        if (kind === 'withdraw') await judge.pass();
        return { kind: 'counts', person, tally, values: {}, isChanged: false };
      },
      async recheckBlock({ votes }: RecheckBlockInput): Promise<BlockRecheck> {
        await lastLook.pass();
        const left = votes.filter(({ by }) => by.key !== PEOPLE.bea.key);
        return { kind: 'void', votes: [{ by: PEOPLE.bea, why: 'left-group', detail: 'sre' }], tally: tallyOf(left) };
      },
      postSlackBlock: () => ({ channel: 'C1', ts: '1', url: null }),
      announceBlock: () => null,
      unblockJob: (ask: unknown) => {
        unblocked.push(ask);
        return { kind: 'unblocked', by: null };
      },
    },
  });
  const status = async (): Promise<BlockStatus> => (await driver.query('blockStatus')) as BlockStatus;
  await driver.settle();
  await act(driver, 'carl', 'approve');
  await act(driver, 'bea', 'approve');
  await driver.settle();
  const taken = act(driver, 'carl', 'withdraw');
  await driver.settle();
  expect([lastLook.arrivals, judge.arrivals]).toEqual([1, 1]);
  lastLook.open();
  await driver.settle();
  judge.open();
  expect(await taken).toMatchObject({ kind: 'refused', reasons: [{ code: 'unreadable', what: 'the approvals' }] });
  expect(await status()).toMatchObject({ votes: [{ by: { name: 'carl' } }], tally: { satisfied: false, have: 1 } });
  expect(await act(driver, 'carl', 'withdraw')).toEqual({ kind: 'withdrawn', have: 0, need: 2 });
  expect(unblocked).toEqual([]);
});
