// The undo window of a request whose turns get lost: it has been thought over once.
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Join, JoinAnswer } from '../../workflows/contract.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import { deploy } from '../../workflows/deploy.ts';
import { DEPLOY_TIMING } from '../../workflows/timing.ts';
import { deployInput, PEOPLE, planFor, tallyOf, voteOf, type Name } from '../support/deploy-examples.ts';
import { start, virtualNow, type Driver } from './tiny-runtime.ts';

vi.mock('@temporalio/workflow', async (original) => {
  const { standIns } = await import('./tiny-runtime.ts');
  return standIns(await original());
});

const realNow = Date.now;
const AT = Date.UTC(2026, 0, 5, 9);
const UNDO_MS = 20_000;
const ID = 'deploy:github:7:1';

beforeAll(() => {
  Date.now = virtualNow;
});
afterAll(() => {
  Date.now = realNow;
});

interface Approved {
  readonly driver: Driver;
  readonly turns: readonly number[];
  readonly vote: (name: Name, kind?: 'approve' | 'withdraw') => Promise<void>;
}

/** Approved by two; `lost`: the turns that end without a start. */
async function approved(lost: readonly number[]): Promise<Approved> {
  const turns: number[] = [];
  const joinQueue = ({ join: { turn } }: { readonly join: Join }): JoinAnswer => {
    turns.push(turn);
    return lost.includes(turn) ? { kind: 'ended', how: 'not-built', build: null } : { kind: 'queued', position: 1, ahead: null };
  };
  const driver = start({
    id: ID,
    at: AT,
    workflow: () => deploy(deployInput(ID, DEPLOY_TIMING, { askedAt: AT })),
    activities: {
      makePlan: (input: Parameters<typeof planFor>[0]) => {
        const plan = planFor(input);
        return { kind: 'planned', plan: { ...plan, rule: { ...plan.rule, undoMs: UNDO_MS } } };
      },
      judgeVote: ({
        votes,
        act,
      }: {
        readonly votes: DeployStatus['votes'];
        readonly act: { readonly kind: string; readonly by: { name: Name } };
      }) => {
        const person = PEOPLE[act.by.name];
        const others = votes.map(({ by }) => by).filter(({ key }) => key !== person.key);
        return { kind: 'counts', person, tally: tallyOf(act.kind === 'withdraw' ? others : [...others, person]) };
      },
      joinQueue,
      postSlackCard: () => ({ channel: 'C1', ts: '1' }),
      postGithubCard: () => ({ comment: 1 }),
      announce: () => null,
    },
  });
  await driver.settle();
  const vote: Approved['vote'] = async (name, kind = 'approve') => {
    const { key, by, at, replyTo, reason, ...rest } = voteOf(name, 'slack');
    const act = { key, by, at, replyTo, reason };
    void driver.update(kind === 'approve' ? 'castVote' : 'withdraw', kind === 'approve' ? { ...act, ...rest } : act);
    await driver.settle();
  };
  await vote('bea');
  await vote('carl');
  return { driver, turns, vote };
}

const phaseOf = async ({ driver }: Approved): Promise<DeployStatus['phase']> => ((await driver.query('status')) as DeployStatus).phase;

it('a lost turn is followed by the next one at once: the window does not come again', async () => {
  const request = await approved([1, 2]);
  expect(await phaseOf(request)).toEqual({ kind: 'approved', startsAt: AT + UNDO_MS });
  expect(request.turns).toEqual([]);
  await request.driver.pass(UNDO_MS + 1);
  expect(request.turns).toEqual([1, 2, 3]);
  expect(await phaseOf(request)).toMatchObject({ kind: 'queued' });
});

it('another last approval has a window of its own, whatever turns were lost before', async () => {
  const request = await approved([1]);
  await request.driver.pass(UNDO_MS + 1);
  expect(request.turns).toEqual([1, 2]);
  await request.vote('carl', 'withdraw');
  expect((await phaseOf(request)).kind).toBe('waiting');
  const since = request.driver.now();
  await request.vote('dan');
  expect(await phaseOf(request)).toEqual({ kind: 'approved', startsAt: since + UNDO_MS });
  await request.driver.pass(UNDO_MS + 1);
  expect(request.turns).toEqual([1, 2, 3]);
});
