// Golden histories are replayed by this version of the workflows, for ever: a running request must survive every release.
import { Worker } from '@temporalio/worker';
import { describe, expect, inject, it } from 'vitest';
import { storedHistories, type StoredHistory } from '../support/record-history.ts';
import { quietRuntime } from '../support/temporal-stage.ts';

quietRuntime();
const histories = await storedHistories();
const replay = ({ workflowId }: StoredHistory, history: unknown): Promise<void> =>
  Worker.runReplayHistory({ workflowBundle: { codePath: inject('workflowBundlePath') } }, history, workflowId);

describe('the workflows replay', () => {
  it('histories of every kind of workflow', () => {
    const kinds = new Set(histories.map(({ name }) => name.split('.').at(-1)));
    expect([...kinds].toSorted()).toEqual(['build', 'build-watch', 'deploy', 'environment', 'farewell', 'people', 'review']);
  });

  it.each(histories.map((stored) => [stored.name, stored] as const))('%s', async (_name, stored) => {
    await expect(replay(stored, stored.history)).resolves.toBeUndefined();
  });

  it('not a history in which something else was done', async () => {
    const stored = histories.find(({ name }) => name.endsWith('.happy.deploy'));
    if (stored === undefined) throw new Error('no history of the happy deploy');
    const broken: unknown = JSON.parse(JSON.stringify(stored.history).replace('"name":"recheck"', '"name":"somethingElse"'));
    await expect(replay(stored, broken)).rejects.toThrow(/Nondeterminism/);
  });

  it('and hold nothing that names the machine they were recorded on', () => {
    const leaks = histories.filter(({ history }) => /"identity":"(?!test"|history-service")|"stackTrace":"[^"]/.test(JSON.stringify(history)));
    expect(leaks.map(({ name }) => name)).toEqual([]);
  });
});
