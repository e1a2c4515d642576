// Rules with conditions, whatever they are: what is not known makes nothing easier, and a person fills one place.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeConditions, type Seen } from '../../src/policy/conditions.ts';
import { missingOf, tallyVotes } from '../../src/policy/rule.ts';
import type { RuleCondition } from '../../workflows/conditions.ts';
import type { RuleNode, Tally, TallyNode } from '../../workflows/vocabulary.ts';
import { facts, known, LIVE, PEOPLE, person, vote, type Name } from './given.ts';

const RUNS = 2_000;
const NAMES = PEOPLE.map(({ name }) => name as Name);
const GROUP_NAMES = ['a', 'b', 'c'] as const;

type Outcome = 'holds' | 'fails' | 'unknown';
/** One condition for each outcome, in the world below. */
const WHEN: Readonly<Record<Outcome, RuleCondition>> = {
  holds: { onlyFiles: ['docs/**'] },
  fails: { files: ['db/**'] },
  unknown: { author: ['Bea'] },
};
const SEEN: Seen = {
  facts: facts(),
  live: known(LIVE),
  changed: known({ files: [{ path: 'docs/a.md', before: null, lines: 1 }], isComplete: true, isExact: true }),
  authorship: { isVouchedFor: true, lead: [person('Bea').key], others: [person('Ann').key], unread: null },
  people: PEOPLE,
  groups: {},
};

/** A rule as the generator makes it: the outcome of each condition by itself, so that it can be exchanged. */
type Sketch = { readonly outcome: Outcome | null } & (
  | { readonly kind: 'group'; readonly group: string; readonly count: number }
  | { readonly kind: 'auto'; readonly name: string }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Sketch[] }
);

const outcome = fc.constantFrom<Outcome>('holds', 'fails', 'unknown');
const maybe = fc.option(outcome, { nil: null, freq: 2 });
/** As the configuration admits them: `auto` in `any` only, and one part of every list without a condition. */
const { sketch } = fc.letrec<{ sketch: Sketch; free: Sketch }>((tie) => {
  const group = (when: fc.Arbitrary<Outcome | null>): fc.Arbitrary<Sketch> =>
    fc.record({ kind: fc.constant('group' as const), group: fc.constantFrom(...GROUP_NAMES), count: fc.integer({ min: 1, max: 2 }), outcome: when });
  const list = (when: fc.Arbitrary<Outcome | null>): fc.Arbitrary<Sketch> =>
    fc
      .record({
        kind: fc.constantFrom('all' as const, 'any' as const),
        sure: tie('free'),
        others: fc.array(tie('sketch'), { maxLength: 2 }),
        auto: fc.option(outcome, { nil: null }),
        outcome: when,
      })
      .map(({ kind, sure, others, auto, outcome: own }) => {
        const rule: readonly Sketch[] = auto === null || kind === 'all' ? [] : [{ kind: 'auto', name: 'low-risk', outcome: auto }];
        return { kind, of: [...others, sure, ...rule], outcome: own };
      });
  return {
    sketch: fc.oneof({ maxDepth: 2, depthSize: 'small' }, group(maybe), list(maybe)),
    free: fc.oneof({ maxDepth: 2, depthSize: 'small' }, group(fc.constant(null)), list(fc.constant(null))),
  };
});
const root = sketch.map((one): Sketch => ({ ...one, outcome: null }));

function ruleOf(node: Sketch, change: (was: Outcome) => Outcome = (was) => was): RuleNode {
  const when = node.outcome === null ? {} : { when: WHEN[change(node.outcome)] };
  if (node.kind === 'group') return { kind: 'group', group: node.group, count: node.count, ...when };
  if (node.kind === 'auto') return { kind: 'auto', name: node.name, ...when };
  return { kind: node.kind, of: node.of.map((child) => ruleOf(child, change)), ...when };
}

interface Given {
  readonly root: Sketch;
  readonly groups: Readonly<Record<(typeof GROUP_NAMES)[number], Name[]>>;
  readonly approved: readonly Name[];
}
const members = fc.subarray(NAMES, { maxLength: 4 });
const given: fc.Arbitrary<Given> = fc
  .record({ root, groups: fc.record({ a: members, b: members, c: members }), approved: fc.shuffledSubarray(NAMES) })
  .filter((one) => waysOf(one.root).length <= 30 && waysOf(one.root).every((way) => way.length <= 5));

function tally({ groups, approved }: Given, tree: RuleNode): Tally {
  const people = Object.fromEntries(Object.entries(groups).map(([group, names]) => [group, names.map(person)]));
  const rule = { tree: judgeConditions(tree, SEEN), exclude: [], expireMs: 0 };
  return tallyVotes({ rule, votes: approved.map((name) => vote(name)), groups: people, excluded: new Set() });
}

function nodesOf(node: TallyNode): readonly TallyNode[] {
  return node.kind === 'all' || node.kind === 'any' ? [node, ...node.of.flatMap(nodesOf)] : [node];
}

function holds(property: (one: Given) => void): void {
  fc.assert(fc.property(given, property), { numRuns: RUNS });
}

/** What the rule asks for, way by way, told once more in the plainest words; shares no code with src/policy. */
function waysOf(node: Sketch): readonly (readonly string[])[] {
  if (node.kind === 'auto') return [[]];
  if (node.kind === 'group') return [Array.from({ length: node.count }, () => node.group)];
  const asked = node.of.filter((child) => isAsked(child, node.kind));
  if (node.kind === 'any') return asked.flatMap((child) => waysOf(child));
  return asked.reduce<readonly (readonly string[])[]>((ways, child) => ways.flatMap((way) => waysOf(child).map((more) => [...way, ...more])), [[]]);
}
function isAsked({ outcome: own, kind }: Sketch, parent: 'all' | 'any'): boolean {
  if (own === null || own === 'holds') return true;
  return own === 'unknown' && parent === 'all' && kind !== 'auto';
}
function canFill([slot, ...slots]: readonly string[], people: readonly Name[], groups: Given['groups']): boolean {
  if (slot === undefined) return true;
  const fit = people.filter((name) => groups[slot as keyof Given['groups']].includes(name));
  return fit.some((name) =>
    canFill(
      slots,
      people.filter((other) => other !== name),
      groups,
    ),
  );
}

test('the evaluation finds what trying everything finds', () => {
  holds((one) => {
    const ways = waysOf(one.root);
    expect(tally(one, ruleOf(one.root)).satisfied).toBe(ways.some((way) => canFill(way, one.approved, one.groups)));
  });
});

test('what is not known never makes a rule easier than either answer would', () => {
  fc.assert(
    fc.property(given, fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }), (one, answers) => {
      const now = tally(one, ruleOf(one.root));
      let asked = 0;
      const answered = tally(
        one,
        ruleOf(one.root, (was) => (was === 'unknown' ? (answers[asked++ % answers.length] === true ? 'holds' : 'fails') : was)),
      );
      expect(answered.satisfied || !now.satisfied).toBe(true);
      expect(answered.need - answered.have <= now.need - now.have || now.tree?.state === 'failed').toBe(true);
    }),
    { numRuns: RUNS },
  );
});

test('a condition that holds is as if it were not there; one that fails, as if its part were not', () => {
  holds((one) => {
    const bare = (node: Sketch): readonly Sketch[] => {
      if (node.outcome === 'fails') return [];
      const open: Sketch = { ...node, outcome: node.kind === 'auto' ? node.outcome : node.outcome === 'holds' ? null : node.outcome };
      return [open.kind === 'all' || open.kind === 'any' ? { ...open, of: open.of.flatMap(bare) } : open];
    };
    const [open] = bare(one.root);
    if (open === undefined) throw new Error('the root has no condition');
    const { satisfied, have, need } = tally(one, ruleOf(open));
    expect(tally(one, ruleOf(one.root))).toMatchObject({ satisfied, have, need });
  });
});

test('a person fills one place of the way that was taken, and none of what is skipped', () => {
  holds((one) => {
    const { tree, have } = tally(one, ruleOf(one.root));
    const taken = (node: TallyNode): readonly string[] => {
      if (node.kind === 'auto') return [];
      if (node.kind === 'group') return node.by.map(({ key }) => key);
      return (node.kind === 'any' ? node.of.slice(node.nearest, (node.nearest ?? 0) + 1) : node.of).flatMap(taken);
    };
    const people = tree === null ? [] : taken(tree);
    expect(people).toHaveLength(have);
    expect(new Set(people).size).toBe(have);
    const skipped = (tree === null ? [] : nodesOf(tree)).filter(({ state }) => state === 'skipped');
    expect(skipped.filter((node) => node.satisfied || (node.kind === 'group' && node.by.length + node.waitingFor.length > 0))).toEqual([]);
  });
});

test('the tree says what the score says: satisfied, failed when nobody is left, else waiting for somebody', () => {
  holds((one) => {
    const result = tally(one, ruleOf(one.root));
    const everybody = tally({ ...one, approved: NAMES }, ruleOf(one.root));
    expect(result.tree?.state).toBe(result.satisfied ? 'satisfied' : everybody.satisfied ? 'waiting' : 'failed');
    const missing = result.tree?.state === 'waiting' ? missingOf(result) : null;
    expect(missing?.reduce((sum, { count }) => sum + count, 0) ?? result.need - result.have).toBe(result.need - result.have);
    expect(missing?.filter(({ waitingFor }) => waitingFor.length === 0) ?? []).toEqual([]);
  });
});
