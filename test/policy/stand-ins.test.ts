import { describe, expect, test } from 'vitest';
import { withStandIns } from '../../src/policy/stand-ins.ts';
import type { Delegation } from '../../workflows/people-contract.ts';
import { GROUPS, NOW, PEOPLE, person, STRANGER, type Name } from './given.ts';

const from = (away: Name, to: Name): Delegation => ({ from: person(away), to: person(to), since: NOW, until: NOW + 1, reason: null });
const stand = (...delegations: readonly Delegation[]) => withStandIns({ groups: GROUPS, unread: {} }, delegations, PEOPLE);
const namesIn = (group: keyof typeof GROUPS, ...delegations: readonly Delegation[]) => stand(...delegations).groups[group]?.map(({ name }) => name);

describe('somebody who stands in', () => {
  test('is in every group of whoever is away, who stays in it', () => {
    expect(namesIn('sre', from('Bea', 'Eve'))).toEqual(['Bea', 'Carl', 'Eve']);
    expect(namesIn('owners', from('Bea', 'Eve'))).toEqual(['Dan', 'Bea', 'Eve']);
    expect(stand(from('Bea', 'Eve')).standIns).toEqual({ sre: { [person('Eve').key]: 'Bea' }, owners: { [person('Eve').key]: 'Bea' } });
  });

  test('is in no other', () => {
    expect(namesIn('owners', from('Carl', 'Eve'))).toEqual(['Dan', 'Bea']);
    expect(namesIn('sre', from('Ann', 'Eve'))).toEqual(['Bea', 'Carl']);
  });

  test('is there once, and as themselves where they are a member anyway', () => {
    expect(namesIn('sre', from('Bea', 'Eve'), from('Carl', 'Eve'))).toEqual(['Bea', 'Carl', 'Eve']);
    expect(namesIn('sre', from('Bea', 'Carl'))).toEqual(['Bea', 'Carl']);
    expect(stand(from('Bea', 'Carl')).standIns).toEqual({ sre: {}, owners: { [person('Carl').key]: 'Bea' } });
  });

  test('passes nothing on', () => {
    expect(namesIn('sre', from('Bea', 'Eve'), from('Eve', 'Fay'))).toEqual(['Bea', 'Carl', 'Eve']);
  });

  test('is nobody whose accounts are not tied together now, nor is whoever they stand in for', () => {
    expect(namesIn('sre', { ...from('Bea', 'Eve'), to: STRANGER })).toEqual(['Bea', 'Carl']);
    expect(
      withStandIns(
        { groups: GROUPS, unread: {} },
        [from('Bea', 'Eve')],
        PEOPLE.filter(({ name }) => name !== 'Bea'),
      ).groups,
    ).toEqual(GROUPS);
    const unmapped = { ...person('Bea'), mapped: false };
    expect(withStandIns({ groups: { sre: [unmapped] }, unread: {} }, [from('Bea', 'Eve')], PEOPLE).groups).toEqual({ sre: [unmapped] });
  });
});
