import { expect, it } from 'vitest';
import { createKnownPeople } from '../../src/activities/known-people.ts';
import { NOW, PEOPLE, person } from '../policy/given.ts';

const MINUTE = 60_000;
const LINK = {
  slack: { surface: 'slack', team: 'T1', user: 'U70', name: 'zoe' },
  github: { surface: 'github', id: 70, login: 'zoe' },
  since: NOW,
} as const;

function knownPeople(read: (nth: number) => Promise<void> = async () => undefined) {
  const clock = { now: NOW, reads: 0 };
  const store = {
    read: async () => {
      clock.reads += 1;
      await read(clock.reads);
      return { links: [LINK], delegations: [{ from: person('Ann'), to: person('Bea'), since: NOW, until: NOW + MINUTE, reason: null }] };
    },
  };
  return { clock, known: createKnownPeople({ reviewed: PEOPLE, store, now: () => clock.now }) };
}

it('remembers the answer as long as the reader allows, and reads afresh for whoever allows nothing', async () => {
  const { clock, known } = knownPeople();
  await Promise.all([known.read(MINUTE), known.read(MINUTE)]);
  clock.now += MINUTE / 2;
  expect((await known.read(MINUTE)).people.map(({ name }) => name)).toEqual([...PEOPLE.map(({ name }) => name), 'zoe']);
  expect(clock.reads).toBe(1);
  await known.read(0);
  expect(clock.reads).toBe(2);
  clock.now += MINUTE + 1;
  await known.read(MINUTE);
  expect(clock.reads).toBe(3);
});

it('reads again in the background before the answer is too old, so that the next click need not wait', async () => {
  const { clock, known } = knownPeople();
  await known.read(MINUTE);
  clock.now += 50_000;
  await known.read(MINUTE);
  expect(clock.reads).toBe(2);
  clock.now += 30_000;
  await known.read(MINUTE);
  expect(clock.reads).toBe(2);
});

it('does not remember a read that failed', async () => {
  const { known } = knownPeople(async (nth) => {
    if (nth === 1) throw new Error('away');
  });
  await expect(known.read(MINUTE)).rejects.toThrow('away');
  expect((await known.read(MINUTE)).people.at(-1)?.name).toBe('zoe');
});

it('leaves out a delegation that has run out, also out of memory', async () => {
  const { clock, known } = knownPeople();
  expect((await known.read(5 * MINUTE)).delegations).toHaveLength(1);
  clock.now += MINUTE;
  expect((await known.read(5 * MINUTE)).delegations).toEqual([]);
});

it('finds people of the configuration without any read', () => {
  const { clock, known } = knownPeople();
  expect(known.reviewed({ surface: 'slack', team: 'T1', user: 'U2', name: 'b' })).toEqual(person('Bea'));
  expect(known.reviewed({ surface: 'github', id: 70, login: 'zoe' })).toBeNull();
  expect(clock.reads).toBe(0);
});
