import { describe, expect, it } from 'vitest';
import { createFaultList, seededRandom, type When } from '../../src/sim/faults.ts';

/** Which of the numbers from 1 to `count` a rule for even numbers hits; each one is a second later. */
function hits(when: When, count = 10, seed = 1): readonly number[] {
  let time = 0;
  const list = createFaultList<number, string>({ now: () => time, random: seededRandom(seed) });
  list.add({ match: (n) => n % 2 === 0, when, effect: 'hit' });
  const all: number[] = [];
  for (let n = 1; n <= count; n += 1) {
    time = n * 1_000;
    if (list.take(n).length > 0) all.push(n);
  }
  return all;
}

describe('a rule of faults', () => {
  it.each<[string, When, readonly number[]]>([
    ['all that match', {}, [2, 4, 6, 8, 10]],
    ['none', { times: 0 }, []],
    ['the first two', { times: 2 }, [2, 4]],
    ['the third alone', { from: 3, times: 1 }, [6]],
    ['those before a moment', { until: 6_000 }, [2, 4]],
    ['none by a chance of nothing', { chance: 0 }, []],
    ['all by a chance of one', { chance: 1 }, [2, 4, 6, 8, 10]],
  ])('hits %s', (_, when, expected) => {
    expect(hits(when)).toEqual(expected);
  });

  it('by chance hits the same ones with the same seed, about as many as the chance says, and others with another seed', () => {
    const lucky = hits({ chance: 0.3 }, 2_000);
    expect(hits({ chance: 0.3 }, 2_000)).toEqual(lucky);
    expect(hits({ chance: 0.3 }, 2_000, 2)).not.toEqual(lucky);
    expect(lucky.length).toBeGreaterThan(250);
    expect(lucky.length).toBeLessThan(350);
  });

  it('counts only what it was asked about: behind a rule that hit, or not', () => {
    const list = createFaultList<null, string>({ now: () => 0, random: () => 0 });
    list.add({ match: () => true, when: { times: 1 }, effect: 'a' });
    list.add({ match: () => true, when: { times: 1 }, effect: 'b' });
    expect([list.take(null, 'first'), list.take(null, 'first'), list.take(null, 'first')]).toEqual([['a'], ['b'], []]);
    list.add({ match: () => true, when: {}, effect: 'c' });
    list.add({ match: () => true, when: {}, effect: 'd' });
    expect(list.take(null)).toEqual(['c', 'd']);
    list.clear();
    expect(list.take(null)).toEqual([]);
  });
});
