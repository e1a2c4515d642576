// The rule by brute force: every alternative, every way to put people into its slots. Slow, obvious, shares no code with src/policy.
import type { RuleNode } from '../../workflows/vocabulary.ts';

export interface Score {
  readonly have: number;
  readonly need: number;
}

interface Model {
  readonly tree: RuleNode;
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly approved: readonly string[];
  readonly excluded: readonly string[];
}

/** Slots (group names) of every alternative. */
export function waysOf(tree: RuleNode): readonly (readonly string[])[] {
  if (tree.kind === 'group') return [Array.from({ length: tree.count }, () => tree.group)];
  if (tree.kind === 'auto') return [[]];
  const parts = tree.of.map(waysOf);
  if (tree.kind === 'any') return parts.flat();
  let ways: readonly (readonly string[])[] = [[]];
  for (const part of parts) ways = ways.flatMap((way) => part.map((more) => [...way, ...more]));
  return ways;
}

/** The score that the evaluation must find. */
export function scoreOf({ tree, groups, approved, excluded }: Model): Score {
  const everybody = [...new Set(Object.values(groups).flat())].filter((name) => !excluded.includes(name));
  const approvers = everybody.filter((name) => approved.includes(name));
  const scores = waysOf(tree).map((slots) => ({
    possible: most(slots, everybody, groups) === slots.length,
    have: most(slots, approvers, groups),
    need: slots.length,
  }));
  const nearest = scores.sort((a, b) => Number(b.possible) - Number(a.possible) || a.need - a.have - (b.need - b.have) || b.have - a.have)[0];
  return { have: nearest?.have ?? 0, need: nearest?.need ?? 1 };
}

/** The most slots that these people can fill, each at most one: tries everything. */
function most(slots: readonly string[], people: readonly string[], groups: Model['groups']): number {
  const [person, ...others] = people;
  if (person === undefined || slots.length === 0) return 0;
  let best = most(slots, others, groups);
  for (const group of new Set(slots)) {
    if (groups[group]?.includes(person) !== true) continue;
    const at = slots.indexOf(group);
    best = Math.max(best, 1 + most([...slots.slice(0, at), ...slots.slice(at + 1)], others, groups));
  }
  return best;
}
