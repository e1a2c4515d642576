import { describe, expect, test } from 'vitest';
import { groupsOfRule, missingOf, tallyVotes, unsatisfiable } from '../../src/policy/rule.ts';
import type { Person, PersonKey, RuleNode, Tally, TallyNode } from '../../workflows/vocabulary.ts';
import { ALL_OF, ANY_OF, GROUP, PEOPLE, person, vote, type Name } from './given.ts';

type Members = Readonly<Record<string, readonly Name[]>>;
interface Case {
  readonly tree: RuleNode;
  readonly groups: Members;
  readonly by?: readonly Name[];
  readonly excluded?: readonly Name[];
}

const people = (members: Members): Record<string, readonly Person[]> =>
  Object.fromEntries(Object.entries(members).map(([group, names]) => [group, names.map(person)]));
const keys = (names: readonly Name[]): ReadonlySet<PersonKey> => new Set(names.map((name) => person(name).key));
const rule = (tree: RuleNode | null) => ({ tree, exclude: [], expireMs: 0 });

function tally({ tree, groups, by = [], excluded = [] }: Case): Tally {
  return tallyVotes({ rule: rule(tree), votes: by.map((name) => vote(name)), groups: people(groups), excluded: keys(excluded) });
}

/** `sre 1/2 [Bea] waits for Carl` */
function told(node: TallyNode): string {
  if (node.kind === 'auto') return `rule ${node.name}`;
  if (node.kind !== 'group') return `${node.kind}${node.satisfied ? '✓' : ''}(${node.of.map(told).join('; ')})`;
  const waits = node.waitingFor.length === 0 ? '' : ` waits for ${node.waitingFor.map(({ name }) => name).join(' ')}`;
  return `${node.group}${node.satisfied ? '✓' : ''} ${node.by.length}/${node.count} [${node.by.map(({ name }) => name).join(' ')}]${waits}`;
}

const BOTH = ALL_OF(GROUP('sre'), GROUP('owners'));
const GROUPS = { sre: ['Bea', 'Carl'], owners: ['Dan', 'Bea'], oncall: ['Eve'] } as const satisfies Members;

describe('tallyVotes', () => {
  test.each<readonly [what: string, given: Case, score: string, tree: string]>([
    ['nobody yet', { tree: BOTH, groups: GROUPS }, '0 of 2', 'all(sre 0/1 [] waits for Bea Carl; owners 0/1 [] waits for Dan Bea)'],
    ['one of two', { tree: BOTH, groups: GROUPS, by: ['Carl'] }, '1 of 2', 'all(sre✓ 1/1 [Carl]; owners 0/1 [] waits for Dan Bea)'],
    ['both', { tree: BOTH, groups: GROUPS, by: ['Carl', 'Dan'] }, '2 of 2', 'all✓(sre✓ 1/1 [Carl]; owners✓ 1/1 [Dan])'],
    [
      'somebody in both groups fills one place',
      { tree: BOTH, groups: GROUPS, by: ['Bea'] },
      '1 of 2',
      'all(sre✓ 1/1 [Bea]; owners 0/1 [] waits for Dan)',
    ],
    ['somebody in both groups makes room', { tree: BOTH, groups: GROUPS, by: ['Bea', 'Carl'] }, '2 of 2', 'all✓(sre✓ 1/1 [Carl]; owners✓ 1/1 [Bea])'],
    [
      'somebody in both groups stands where nobody else could',
      { tree: BOTH, groups: { sre: ['Bea', 'Carl'], owners: ['Bea'] }, by: ['Bea'] },
      '1 of 2',
      'all(sre 0/1 [] waits for Carl; owners✓ 1/1 [Bea])',
    ],
    ['one vote twice', { tree: GROUP('sre', 2), groups: GROUPS, by: ['Bea', 'Bea'] }, '1 of 2', 'sre 1/2 [Bea] waits for Carl'],
    [
      'somebody outside',
      { tree: BOTH, groups: GROUPS, by: ['Fay'] },
      '0 of 2',
      'all(sre 0/1 [] waits for Bea Carl; owners 0/1 [] waits for Dan Bea)',
    ],
    [
      'somebody excluded',
      { tree: BOTH, groups: GROUPS, by: ['Bea', 'Dan'], excluded: ['Bea'] },
      '1 of 2',
      'all(sre 0/1 [] waits for Carl; owners✓ 1/1 [Dan])',
    ],
    [
      'the nearest of two ways',
      { tree: ANY_OF(GROUP('sre', 2), GROUP('owners', 2)), groups: GROUPS, by: ['Dan'] },
      '1 of 2',
      'any(sre 0/2 [] waits for Bea Carl; owners 1/2 [Dan] waits for Bea)',
    ],
    [
      'the way with fewest missing',
      { tree: ANY_OF(GROUP('sre', 2), GROUP('oncall')), groups: GROUPS },
      '0 of 1',
      'any(sre 0/2 [] waits for Bea Carl; oncall 0/1 [] waits for Eve)',
    ],
    [
      'of two ways with as many missing, the one begun',
      { tree: ANY_OF(GROUP('oncall'), GROUP('sre', 2)), groups: GROUPS, by: ['Carl'] },
      '1 of 2',
      'any(oncall 0/1 [] waits for Eve; sre 1/2 [Carl] waits for Bea)',
    ],
    [
      'a way that nobody could go is no way',
      { tree: ANY_OF(GROUP('oncall'), GROUP('sre', 2)), groups: GROUPS, excluded: ['Eve'] },
      '0 of 2',
      'any(oncall 0/1 []; sre 0/2 [] waits for Bea Carl)',
    ],
    [
      'the other way satisfied',
      { tree: ANY_OF(GROUP('sre', 2), GROUP('oncall')), groups: GROUPS, by: ['Eve', 'Bea'] },
      '1 of 1',
      'any✓(sre 1/2 [Bea] waits for Carl; oncall✓ 1/1 [Eve])',
    ],
    [
      'a way beside the rule uses nobody the rule needs',
      { tree: ALL_OF(GROUP('owners'), ANY_OF(GROUP('sre'), GROUP('oncall'))), groups: GROUPS, by: ['Bea', 'Eve'] },
      '2 of 2',
      'all✓(owners✓ 1/1 [Bea]; any✓(sre 0/1 [] waits for Carl; oncall✓ 1/1 [Eve]))',
    ],
    ['an empty any is never satisfied', { tree: ANY_OF(), groups: GROUPS, by: ['Bea'] }, '0 of 1', 'any()'],
    ['an empty all is never satisfied', { tree: ALL_OF(), groups: GROUPS, by: ['Bea'] }, '0 of 1', 'all()'],
    ['a group that is gone is never satisfied', { tree: GROUP('gone'), groups: GROUPS, by: ['Bea'] }, '0 of 1', 'gone 0/1 []'],
    ['a group named like a part of every object', { tree: GROUP('constructor'), groups: GROUPS, by: ['Bea'] }, '0 of 1', 'constructor 0/1 []'],
    ['a count of 0 still asks for one', { tree: GROUP('sre', 0), groups: GROUPS }, '0 of 1', 'sre 0/1 [] waits for Bea Carl'],
  ])('%s', (_, given, score, tree) => {
    const result = tally(given);
    expect(`${result.have} of ${result.need}`).toBe(score);
    expect(result.satisfied).toBe(result.have === result.need);
    expect(result.tree && told(result.tree)).toBe(tree);
  });

  test('without a rule nothing is needed', () => {
    expect(tallyVotes({ rule: rule(null), votes: [], groups: {}, excluded: new Set() })).toEqual({ satisfied: true, have: 0, need: 0, tree: null });
  });

  test('a later rejection takes an approval back, a later approval brings it again', () => {
    const votes = [vote('Bea'), vote('Bea', { kind: 'reject' })];
    const input = { rule: rule(GROUP('sre')), groups: people(GROUPS), excluded: new Set<PersonKey>() };
    expect(tallyVotes({ ...input, votes }).have).toBe(0);
    expect(tallyVotes({ ...input, votes: [...votes, vote('Bea')] }).have).toBe(1);
  });

  test('one human counts once, whatever account the vote came from', () => {
    const bea = person('Bea');
    const bySlack = { ...bea, key: 'slack:T1:U2' as PersonKey, github: null };
    const result = tallyVotes({
      rule: rule(GROUP('sre', 2)),
      votes: [vote('Bea'), vote('Bea', { by: bySlack })],
      groups: people(GROUPS),
      excluded: new Set(),
    });
    expect([result.have, result.satisfied]).toEqual([1, false]);
  });

  test('an exclusion by the Slack key holds for the whole human', () => {
    const excluded = new Set(['slack:T1:U2' as PersonKey]);
    expect(tallyVotes({ rule: rule(GROUP('sre')), votes: [vote('Bea')], groups: people(GROUPS), excluded }).have).toBe(0);
  });
});

describe('missingOf', () => {
  const missing = (given: Case): readonly string[] =>
    missingOf(tally(given)).map(({ group, count, waitingFor }) => `${count} of ${group} (${waitingFor.map(({ name }) => name).join(' ')})`);

  test('names what is still needed, and from whom', () => {
    expect(missing({ tree: BOTH, groups: GROUPS, by: ['Carl'] })).toEqual(['1 of owners (Dan Bea)']);
    expect(missing({ tree: BOTH, groups: GROUPS })).toEqual(['1 of sre (Bea Carl)', '1 of owners (Dan Bea)']);
  });
  test('names the way with least missing', () => {
    expect(missing({ tree: ANY_OF(GROUP('sre', 2), GROUP('oncall')), groups: GROUPS })).toEqual(['1 of oncall (Eve)']);
    expect(missing({ tree: ANY_OF(GROUP('sre', 2), GROUP('oncall')), groups: GROUPS, excluded: ['Eve'] })).toEqual(['2 of sre (Bea Carl)']);
  });
  test('is empty when the rule is satisfied', () => expect(missing({ tree: BOTH, groups: GROUPS, by: ['Bea', 'Carl'] })).toEqual([]));
});

describe('unsatisfiable', () => {
  const impossible = (tree: RuleNode | null, excluded: readonly Name[], groups: Members = GROUPS) =>
    unsatisfiable({ rule: rule(tree), groups: people(groups), excluded: keys(excluded) });

  test('names a group that is short once requesters and authors are left out', () => {
    expect(impossible(BOTH, ['Bea', 'Carl'])).toEqual({ code: 'rule-unsatisfiable', group: 'sre', needed: 1, could: 0 });
    expect(impossible(GROUP('sre', 2), ['Bea'])).toEqual({ code: 'rule-unsatisfiable', group: 'sre', needed: 2, could: 1 });
  });
  test('sees that one person can not be in two places', () => {
    expect(impossible(BOTH, ['Carl'], { sre: ['Bea', 'Carl'], owners: ['Bea'] })).toMatchObject({ needed: 1, could: 0 });
  });
  test('is null when there is a way', () => {
    expect(impossible(BOTH, ['Bea'])).toBeNull();
    expect(impossible(ANY_OF(GROUP('oncall'), GROUP('sre')), ['Eve'])).toBeNull();
    expect(
      impossible(
        null,
        PEOPLE.map(({ name }) => name as Name),
      ),
    ).toBeNull();
  });
  test('holds for a rule without any way', () => expect(impossible(ANY_OF(), [])).toMatchObject({ code: 'rule-unsatisfiable' }));
});

test('groupsOfRule names each group once, in reading order', () => {
  expect(groupsOfRule(ALL_OF(GROUP('b'), ANY_OF(GROUP('a'), GROUP('b'))))).toEqual(['b', 'a']);
  expect(groupsOfRule(null)).toEqual([]);
});
