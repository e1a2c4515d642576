import { describe, expect, test } from 'vitest';
import { linkedPerson, presentDelegations, whyNotLinkable, withLinks } from '../../src/policy/links.ts';
import { resolvePerson } from '../../src/policy/people.ts';
import { NOW, PEOPLE, person } from './given.ts';

const slack = (user: string) => ({ surface: 'slack', team: 'T1', user, name: 'zoe' }) as const;
const github = (id: number) => ({ surface: 'github', id, login: 'zoe' }) as const;
const link = (user: string, id: number) => ({ slack: slack(user), github: github(id), since: NOW });

describe('a link', () => {
  test('makes one person of two accounts, whatever they are called now', () => {
    const people = withLinks(PEOPLE, [link('U70', 70)]);
    const zoe = linkedPerson(link('U70', 70));
    expect(resolvePerson(people, { ...slack('U70'), name: 'renamed' })).toEqual(zoe);
    expect(resolvePerson(people, { ...github(70), login: 'renamed' })).toEqual(zoe);
    expect(zoe).toMatchObject({ key: 'github:70', name: 'zoe', mapped: true, binding: 'linked' });
    expect(resolvePerson(people, { ...slack('U70'), team: 'T2' }).mapped).toBe(false);
    expect(resolvePerson(people, github(71)).mapped).toBe(false);
  });

  test.each([
    ['the Slack account of somebody in the configuration', link('U2', 70), slack('U2')],
    ['the GitHub account of somebody in the configuration', link('U70', 2), github(2)],
  ])('of %s counts for nothing, and is not admitted', (_, contradiction, account) => {
    const people = withLinks(PEOPLE, [contradiction]);
    expect(people).toEqual(PEOPLE);
    expect(resolvePerson(people, slack('U2'))).toEqual(person('Bea'));
    expect(resolvePerson(people, slack('U70')).mapped).toBe(false);
    expect(whyNotLinkable(PEOPLE, contradiction)).toEqual({ code: 'reviewed-otherwise', account, name: 'Bea' });
  });

  test('of accounts that the configuration does not know is admitted', () => {
    expect(whyNotLinkable(PEOPLE, link('U70', 70))).toBeNull();
    expect(whyNotLinkable(PEOPLE, { slack: slack('U70'), github: null })).toBeNull();
    expect(whyNotLinkable(PEOPLE, { slack: slack('U2'), github: null })).toMatchObject({ code: 'reviewed-otherwise' });
  });
});

test('a delegation is present until it is over', () => {
  const one = { from: person('Ann'), to: person('Bea'), since: NOW, until: NOW + 10, reason: null };
  expect([NOW - 1, NOW, NOW + 9, NOW + 10].map((now) => presentDelegations([one], now).length)).toEqual([0, 1, 1, 0]);
});
