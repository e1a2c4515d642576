import { describe, expect, it } from 'vitest';
import { afterSteps, withFailures } from '../../src/activities/failures.ts';
import { Trouble } from '../../src/trouble.ts';

const trouble = (): Trouble =>
  new Trouble({ source: 'github', kind: 'unavailable', doing: 'posting a comment', found: 'github answered 502', status: 502 });

describe('trouble of an activity', () => {
  it('becomes a failure of its kind, with what is known of it', async () => {
    const { tell } = withFailures({ tell: () => Promise.reject(trouble()) });
    await expect(tell()).rejects.toMatchObject({ type: 'Unavailable', details: [{ source: 'github', status: 502 }] });
  });

  it('says what of several steps was done all the same', async () => {
    const { tell } = withFailures({ tell: () => Promise.reject(afterSteps(trouble(), ['slack-card', 'thread'])) });
    await expect(tell()).rejects.toMatchObject({ details: [{ done: ['slack-card', 'thread'] }] });
  });

  it('leaves a bug what it is', async () => {
    const bug = afterSteps(new TypeError('boom'), ['thread']);
    await expect(withFailures({ tell: () => Promise.reject(bug) }).tell()).rejects.toBe(bug);
  });
});
