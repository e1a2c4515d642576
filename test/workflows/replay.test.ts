// Golden histories are replayed by this version of the workflows, for ever: a running request must survive every release.
import { Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { storedHistories, type StoredHistory } from '../support/record-history.ts';
import { quietRuntime } from '../support/temporal-stage.ts';

quietRuntime();
const histories = await storedHistories();

describe('the workflows replay', () => {
  /** What was wrong, by run. */
  const replayed = new Map<string, Error | undefined>();

  async function replay(stored: readonly StoredHistory[]): Promise<void> {
    const options = { workflowBundle: { codePath: inject('workflowBundlePath') } };
    for await (const { runId, error } of Worker.runReplayHistories(options, stored)) replayed.set(runId, error);
  }
  // All by one worker: one of its own for each takes ten times as long.
  beforeAll(() => replay(histories));

  it('histories of every kind of workflow', () => {
    const kinds = new Set(histories.map(({ name }) => name.split('.').at(-1)));
    expect([...kinds].toSorted()).toEqual(['block', 'build', 'build-watch', 'deploy', 'environment', 'farewell', 'outside', 'people', 'review']);
  });

  it.each(histories.map((stored) => [stored.name, stored] as const))('%s', (_name, { runId }) => {
    expect(replayed.has(runId)).toBe(true);
    expect(replayed.get(runId)).toBeUndefined();
  });

  it('not a history in which something else was done', async () => {
    const stored = histories.find(({ name }) => name.endsWith('.happy.deploy'));
    if (stored === undefined) throw new Error('no history of the happy deploy');
    const broken: unknown = JSON.parse(JSON.stringify(stored.history).replace('"name":"recheck"', '"name":"somethingElse"'));
    await replay([{ ...stored, history: broken }]);
    expect(replayed.get(stored.runId)?.message).toMatch(/nondeterminism/i);
  });

  it('and hold nothing that names the machine they were recorded on', () => {
    const leaks = histories.filter(({ history }) => /"identity":"(?!test"|history-service")|"stackTrace":"[^"]/.test(JSON.stringify(history)));
    expect(leaks.map(({ name }) => name)).toEqual([]);
  });
});
