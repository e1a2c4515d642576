import { asyncLocalStorage, type Context } from '@temporalio/activity';
import { describe, expect, it } from 'vitest';
import { withLateFailures } from '../../src/activities/late-failures.ts';

const BOOM = new Error('boom');
const { ask, tell } = withLateFailures({ ask: () => Promise.reject(BOOM), tell: async (text: string) => text });

/** As much of it as is looked at. */
const within = <T>(isLocal: boolean, call: () => Promise<T>): Promise<T> => asyncLocalStorage.run({ info: { isLocal } } as Context, call);

/** What comes first: the call's end, or the next turn of the event loop. */
function first(call: Promise<unknown>): Promise<unknown> {
  const next = new Promise((resolve) => setImmediate(resolve, 'the worker'));
  return Promise.race([
    call.then(
      () => 'an answer',
      () => 'a failure',
    ),
    next,
  ]);
}

describe('an activity that fails at once', () => {
  it('lets its workflow task come to its end first, where it is local', async () => {
    const asked = within(true, ask);
    expect(await first(asked)).toBe('the worker');
    await expect(asked).rejects.toBe(BOOM);
  });

  it('fails at once where it is not, and what does not fail is never held up', async () => {
    expect(await first(within(false, ask))).toBe('a failure');
    expect(await first(within(true, () => tell('it works')))).toBe('an answer');
  });
});
