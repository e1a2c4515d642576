import { describe, expect, test } from 'vitest';
import { groupsOf, hasKey, isSamePerson, membersOf, resolvePerson } from '../../src/policy/people.ts';
import { GROUPS, PEOPLE, person, STRANGER } from './given.ts';
import type { PersonKey } from '../../workflows/vocabulary.ts';

describe('resolvePerson', () => {
  test('finds one human by either account', () => {
    expect(resolvePerson(PEOPLE, { surface: 'github', id: 2, login: 'bea' })).toEqual(person('Bea'));
    expect(resolvePerson(PEOPLE, { surface: 'slack', team: 'T1', user: 'U2', name: 'bea' })).toEqual(person('Bea'));
  });

  test('goes by the ids, whatever the names are now', () => {
    expect(resolvePerson(PEOPLE, { surface: 'github', id: 2, login: 'renamed' }).name).toBe('Bea');
    expect(resolvePerson(PEOPLE, { surface: 'github', id: 77, login: 'bea' })).toMatchObject({ mapped: false, key: 'github:77', name: 'bea' });
  });

  test('does not take a member of another workspace for ours', () => {
    expect(resolvePerson(PEOPLE, { surface: 'slack', team: 'T2', user: 'U2', name: 'bea' })).toEqual({
      key: 'slack:T2:U2',
      name: 'bea',
      mapped: false,
      github: null,
      slack: { team: 'T2', user: 'U2' },
    });
  });
});

describe('groups', () => {
  test('are those that list the person', () => {
    expect(groupsOf(GROUPS, person('Bea'))).toEqual(['sre', 'owners']);
    expect(groupsOf(GROUPS, person('Ann'))).toEqual([]);
  });
  test('have no unmapped members', () => {
    expect(groupsOf({ sre: [STRANGER] }, STRANGER)).toEqual([]);
  });
  test('that are not there have no members', () => {
    expect(membersOf(GROUPS, 'gone')).toEqual([]);
    expect(membersOf(GROUPS, 'toString')).toEqual([]);
  });
});

test('the same human is known by any account in common', () => {
  const bySlack = { ...person('Bea'), key: 'slack:T1:U2' as PersonKey, github: null };
  expect(isSamePerson(person('Bea'), bySlack)).toBe(true);
  expect(isSamePerson(person('Bea'), person('Carl'))).toBe(false);
  expect(isSamePerson(STRANGER, { ...STRANGER, key: 'github:98' as PersonKey, github: { id: 98, login: 'sly' } })).toBe(false);
  expect(['github:2', 'slack:T1:U2', 'github:3'].map((key) => hasKey(person('Bea'), key as PersonKey))).toEqual([true, true, false]);
});
