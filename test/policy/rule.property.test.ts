import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeVote, tallyPlan } from '../../src/policy/judge.ts';
import { missingOf, tallyVotes, unsatisfiable } from '../../src/policy/rule.ts';
import type { PersonKey, RuleNode, Tally, TallyNode } from '../../workflows/vocabulary.ts';
import { CONTRACT, known, PEOPLE, person, plan, vote, type Name } from './given.ts';
import { scoreOf, waysOf } from './rule-model.ts';

const RUNS = 3_000;
const NAMES = PEOPLE.map(({ name }) => name as Name);
const GROUP_NAMES = ['a', 'b', 'c'] as const;

const names = (max = NAMES.length): fc.Arbitrary<Name[]> => fc.subarray(NAMES, { maxLength: max });
const { tree } = fc.letrec<{ tree: RuleNode }>((tie) => {
  const of = fc.array(tie('tree'), { minLength: 1, maxLength: 3 });
  return {
    tree: fc.oneof(
      { maxDepth: 2, depthSize: 'small' },
      fc.record({ kind: fc.constant('group' as const), group: fc.constantFrom(...GROUP_NAMES), count: fc.integer({ min: 1, max: 2 }) }),
      fc.record({ kind: fc.constant('all' as const), of }),
      fc.record({ kind: fc.constant('any' as const), of }),
    ),
  };
});

interface Given {
  readonly tree: RuleNode;
  readonly groups: Readonly<Record<(typeof GROUP_NAMES)[number], Name[]>>;
  readonly approved: Name[];
  readonly excluded: Name[];
}
const given: fc.Arbitrary<Given> = fc
  .record({ tree, groups: fc.record({ a: names(), b: names(3), c: names(2) }), approved: fc.shuffledSubarray(NAMES), excluded: names(2) })
  .filter((one) => waysOf(one.tree).every((way) => way.length <= 6) && waysOf(one.tree).length <= 27);

const keysOf = (list: readonly Name[]): ReadonlySet<PersonKey> => new Set(list.map((name) => person(name).key));
const membersOf = ({ groups }: Given) => Object.fromEntries(Object.entries(groups).map(([group, list]) => [group, list.map(person)]));

function tally(one: Given, approved: readonly Name[] = one.approved): Tally {
  const rule = { tree: one.tree, exclude: [], expireMs: 0 };
  return tallyVotes({ rule, votes: approved.map((name) => vote(name)), groups: membersOf(one), excluded: keysOf(one.excluded) });
}
const missing = ({ have, need }: Tally): number => need - have;

function leaves(node: TallyNode): readonly Extract<TallyNode, { kind: 'group' }>[] {
  if (node.kind === 'auto') return [];
  return node.kind === 'group' ? [node] : node.of.flatMap(leaves);
}

/** People of the way that the score speaks of. */
function nearestWay(node: TallyNode): readonly string[] {
  if (node.kind === 'group') return node.by.map(({ key }) => key);
  if (node.kind === 'auto') return [];
  return (node.kind === 'any' ? node.of.slice(node.nearest, (node.nearest ?? 0) + 1) : node.of).flatMap(nearestWay);
}

function holds(property: (one: Given) => void, of = given): void {
  fc.assert(fc.property(of, property), { numRuns: RUNS });
}

/** In an impossible rule, which is refused when it is planned, nobody can bring every part nearer. */
const possible = given.filter((one) => tally(one, NAMES).satisfied);

test('the evaluation finds what trying everything finds', () => {
  holds((one) => {
    const { have, need, satisfied } = tally(one);
    const model = scoreOf(one);
    expect({ have, need, satisfied }).toEqual({ ...model, satisfied: model.have === model.need });
  });
});

test('the explained tree agrees with the score: its nearest way holds that many different people', () => {
  holds((one) => {
    const result = tally(one);
    const root = result.tree;
    if (root === null) throw new Error('no tree');
    expect(root.satisfied).toBe(result.satisfied);
    expect(nearestWay(root)).toHaveLength(result.have);
    expect(new Set(nearestWay(root)).size).toBe(result.have);
    for (const leaf of leaves(root)) expect(leaf.by.length).toBeLessThanOrEqual(leaf.count);
  });
});

test('one more vote never takes anything away', () => {
  fc.assert(
    fc.property(given, fc.constantFrom(...NAMES), (one, name) => {
      const before = tally(one);
      const after = tally(one, [...one.approved, name]);
      expect(missing(after)).toBeLessThanOrEqual(missing(before));
      expect(after.satisfied || !before.satisfied).toBe(true);
    }),
    { numRuns: RUNS },
  );
});

test('the order of votes changes no score', () => {
  holds((one) => {
    const { have, need } = tally(one);
    expect(tally(one, one.approved.toReversed())).toMatchObject({ have, need });
  });
});

test('an excluded person is nowhere: neither counted nor waited for', () => {
  holds((one) => {
    const root = tally(one).tree;
    const told = root === null ? [] : leaves(root).flatMap(({ by, waitingFor }) => [...by, ...waitingFor].map(({ name }) => name));
    for (const name of one.excluded) expect(told).not.toContain(name);
    expect(
      tally(
        one,
        one.approved.filter((name) => !one.excluded.includes(name)),
      ),
    ).toEqual(tally(one));
  });
});

test('whoever is waited for brings the rule nearer', () => {
  holds((one) => {
    const before = tally(one);
    for (const { waitingFor } of missingOf(before)) {
      for (const { name } of waitingFor) expect(missing(tally(one, [...one.approved, name as Name]))).toBeLessThan(missing(before));
    }
  }, possible);
});

test('what is missing adds up to what the score says', () => {
  holds((one) => {
    const result = tally(one);
    expect(missingOf(result).reduce((sum, { count }) => sum + count, 0)).toBe(missing(result));
  });
});

test('a rule is called impossible exactly when everybody together could not satisfy it', () => {
  holds((one) => {
    const impossible = unsatisfiable({ rule: { tree: one.tree, exclude: [], expireMs: 0 }, groups: membersOf(one), excluded: keysOf(one.excluded) });
    expect(impossible === null).toBe(tally(one, NAMES).satisfied);
    expect(impossible === null || impossible.could < impossible.needed).toBe(true);
  });
});

test('the requester, whoever pushed and excluded authors never count, whatever the rule says', () => {
  fc.assert(
    fc.property(given, names(2), names(2), fc.boolean(), (one, pushers, authors, isExcluding) => {
      const asked = plan({
        rule: { tree: one.tree, exclude: isExcluding ? ['commit-authors'] : [], expireMs: 0 },
        requesters: [person('Ann'), ...pushers.map(person)],
        change: { commits: 2, pullRequests: [], authors: authors.map((name) => person(name).key), compareUrl: null },
      });
      const out: readonly string[] = ['Ann', ...pushers, ...(isExcluding ? authors : [])];
      const groups = membersOf(one);
      const result = tallyPlan({ plan: asked, votes: NAMES.map((name) => vote(name)), groups });
      const root = result.tree;
      expect(
        root === null
          ? []
          : leaves(root)
              .flatMap(({ by }) => by)
              .filter(({ name }) => out.includes(name)),
      ).toEqual([]);
      for (const name of out as Name[]) {
        const act = { kind: 'approve', contract: CONTRACT, sha: null, reason: null } as const;
        const verdict = judgeVote({
          plan: asked,
          votes: [],
          act,
          surface: 'github',
          voter: person(name),
          voterState: known({ active: true, why: null }),
          groups,
          unread: {},
        });
        expect(verdict.kind).toBe('refused');
      }
    }),
    { numRuns: RUNS },
  );
});
