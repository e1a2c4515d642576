// One human is one pair of eyes, whatever accounts they act with. Each case is a list of votes and how many pairs of eyes they are.
import { describe, expect, test } from 'vitest';
import { judgeVote } from '../../src/policy/judge.ts';
import { resolvePerson } from '../../src/policy/people.ts';
import type { AccountState } from '../../src/policy/facts.ts';
import type { Account, Person, Vote } from '../../workflows/vocabulary.ts';
import { CONTRACT, GROUP, known, NOW, PEOPLE, person, plan } from './given.ts';

const github = (id: number, login = `login-${id}`): Account => ({ surface: 'github', id, login });
const slack = (user: string, team = 'T1', name = 'somebody'): Account => ({ surface: 'slack', team, user, name });

interface Cast {
  readonly by: Account;
  /** What the platforms say of the account; left out: it is active. */
  readonly why?: AccountState['why'];
}

/** Two of sre are needed; Ann asked. */
const ASKED = plan({ rule: { tree: GROUP('sre', 2), exclude: ['requester'], expireMs: 1 } });
const GROUPS = { sre: ['Ann', 'Bea', 'Carl', 'Dan'].map((name) => person(name as 'Ann')) };

function eyes(votes: readonly Cast[], people: readonly Person[] = PEOPLE): number {
  let counted: readonly Vote[] = [];
  let have = 0;
  for (const [at, { by, why = null }] of votes.entries()) {
    const voter = resolvePerson(people, by);
    const act = { kind: 'approve', contract: CONTRACT, sha: null, reason: null } as const;
    const voterState = known({ active: why === null, why });
    const verdict = judgeVote({ plan: ASKED, votes: counted, act, surface: by.surface, voter, voterState, groups: GROUPS, unread: {} });
    if (verdict.kind !== 'counts') continue;
    have = verdict.tally.have;
    counted = [...counted, { kind: 'approve', by: voter, surface: by.surface, at: NOW + at, contract: CONTRACT, reason: null, key: `vote-${at}` }];
  }
  return have;
}

const BEA = { github: github(2, 'bea'), slack: slack('U2') } as const;
const CARL = { github: github(3, 'carl'), slack: slack('U3') } as const;
const ANN = { github: github(1, 'ann'), slack: slack('U1') } as const;

describe('pairs of eyes', () => {
  test.each<readonly [name: string, votes: readonly Cast[], expected: number]>([
    ['two people, both in Slack', [{ by: BEA.slack }, { by: CARL.slack }], 2],
    ['two people, one in each window', [{ by: BEA.slack }, { by: CARL.github }], 2],
    ['one person in both windows', [{ by: BEA.slack }, { by: BEA.github }], 1],
    ['one person in both windows, the other way round', [{ by: BEA.github }, { by: BEA.slack }], 1],
    ['one person twice in one window', [{ by: BEA.slack }, { by: BEA.slack }], 1],
    ['one person three times, and another one', [{ by: BEA.slack }, { by: BEA.github }, { by: BEA.slack }, { by: CARL.github }], 2],
    ['the requester in the other window', [{ by: ANN.slack }, { by: BEA.slack }], 1],
    ['the requester in both windows', [{ by: ANN.slack }, { by: ANN.github }], 0],
    ['one person whose login was changed in between', [{ by: github(2, 'bea') }, { by: github(2, 'beatrice') }], 1],
    ['somebody who took the login that another one gave up', [{ by: github(99, 'bea') }], 0],
    ['somebody who calls themselves as another one in Slack', [{ by: slack('U99', 'T1', 'Bea') }], 0],
    ['the same member id in another workspace', [{ by: slack('U2', 'T2', 'Bea') }], 0],
    ['one person from two workspaces', [{ by: BEA.slack }, { by: slack('U2', 'T2', 'Bea') }], 1],
    ['an unmapped account on GitHub', [{ by: github(99) }, { by: BEA.slack }], 1],
    ['an unmapped account in Slack', [{ by: slack('U99') }, { by: BEA.slack }], 1],
    ['two unmapped accounts', [{ by: github(98) }, { by: slack('U98') }], 0],
    ['a member who is a guest now', [{ by: BEA.slack, why: 'guest' }, { by: CARL.slack }], 1],
    ['a member who was deactivated', [{ by: BEA.github, why: 'deactivated' }, { by: CARL.slack }], 1],
    ['a member whose account belongs to another company', [{ by: BEA.slack, why: 'stranger' }, { by: CARL.slack }], 1],
    ['a bot in the group', [{ by: BEA.github, why: 'bot' }, { by: CARL.slack }], 1],
    ['a member who can not read the repository any more', [{ by: BEA.slack, why: 'no-read-access' }, { by: CARL.slack }], 1],
    ['somebody who is in no group that is asked', [{ by: github(5, 'eve') }, { by: BEA.slack }], 1],
  ])('%s: %#', (_name, votes, expected) => {
    expect(eyes(votes)).toBe(expected);
  });

  test('are one where only an address ties the accounts together, and two accounts with one address are no two people', () => {
    const people = PEOPLE.map((one): Person => (one.name === 'Bea' ? { ...one, binding: 'email' } : one));
    expect(eyes([{ by: BEA.slack }, { by: BEA.github }], people)).toBe(1);
    expect(eyes([{ by: BEA.slack }, { by: slack('U99', 'T1', 'Bea') }], people)).toBe(1);
  });

  test('are one where two entries of the configuration share an account: whoever has it is one human', () => {
    const again: Person = { ...person('Bea'), key: person('Dan').key, name: 'Bea again', github: { id: 4, login: 'dan' } };
    expect(eyes([{ by: BEA.slack }, { by: github(4, 'dan') }], [person('Ann'), person('Bea'), again])).toBe(1);
  });
});
