// In whose name a build is created.
import { describe, expect, it } from 'vitest';
import { createBuildkiteActivities } from '../../src/activities/buildkite.ts';
import type { BuildkiteApi } from '../../src/buildkite/api.ts';
import { githubPersonKey } from '../../src/ids.ts';
import type { PersonKey } from '../../workflows/vocabulary.ts';
import { ORDER } from '../support/build-order.ts';

const [BEA, DAN] = [githubPersonKey(1002), githubPersonKey(1004)];
const signedBy = (...keys: readonly PersonKey[]) => ({
  ...ORDER,
  signatures: {
    asked: { by: 'Ann', surface: 'slack', at: 1 } as const,
    approved: keys.map((key) => ({ by: key, key, surface: 'slack', at: 2 }) as const),
    cards: { slack: null, github: null },
  },
});

async function creator(order: typeof ORDER, approvers: Readonly<Record<PersonKey, string>> | null) {
  const created: unknown[] = [];
  const buildkite = { createBuild: async (_order: unknown, _notAfter: number, as: unknown) => created.push(as) } as unknown as BuildkiteApi;
  const outcome = await createBuildkiteActivities({ buildkite, approvers, now: () => 0 }).createBuild(order);
  return { created, outcome };
}

describe('a build is created', () => {
  it('by the bot, unless its zone says otherwise', async () => {
    expect(await creator(signedBy(BEA, DAN), null)).toMatchObject({ created: [null] });
  });

  it('in the name of whoever approved last and is a user at Buildkite', async () => {
    const users = { [BEA]: 'bea@acme.test', [DAN]: 'dan@acme.test' };
    expect(await creator(signedBy(BEA, DAN), users)).toMatchObject({ created: ['dan@acme.test'] });
    expect(await creator(signedBy(BEA, DAN), { [BEA]: 'bea@acme.test' })).toMatchObject({ created: ['bea@acme.test'] });
  });

  it('by the bot where nobody had to approve', async () => {
    expect(await creator({ ...signedBy(), approvers: [] }, {})).toMatchObject({ created: [null] });
  });

  it('not at all when it is to be in the name of somebody whom Buildkite does not know', async () => {
    const { created, outcome } = await creator(signedBy(BEA, DAN), {});
    expect(created).toEqual([]);
    expect(outcome).toMatchObject({ kind: 'refused', answer: expect.stringContaining('no Buildkite user of Bea or Dan') as string });
    // An order of an older version names no keys.
    expect((await creator(ORDER, { [BEA]: 'bea@acme.test' })).outcome).toMatchObject({ kind: 'refused' });
  });
});
