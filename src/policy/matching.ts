// Which approval fills which slot of a rule. A person fills at most one slot, so a rule is a choice of one alternative of every
// `any` and a bipartite matching of people to the slots of that alternative (Kuhn's augmenting paths). Pure.
import { doesApply } from './conditions.ts';
import { membersOf, type Groups } from './people.ts';
import type { FoundFact } from '../../workflows/conditions.ts';
import type { Person, RuleNode } from '../../workflows/vocabulary.ts';

/** A group of the rule with its number in reading order: the same group may be asked for twice. */
export interface Leaf {
  readonly kind: 'group';
  readonly leaf: number;
  readonly group: string;
  readonly count: number;
}
/** Asks for nobody. */
export interface AutoLeaf {
  readonly kind: 'auto';
  readonly leaf: number;
  readonly name: string;
}
export type NumberedNode = { readonly facts: readonly FoundFact[] } & (
  | Leaf
  | AutoLeaf
  | { readonly kind: 'all' | 'any'; readonly of: readonly NumberedNode[] }
  /** Its condition does not hold: to the matching it is not there. */
  | { readonly kind: 'skipped'; readonly rule: RuleNode }
);

export interface Voters {
  /** Who approved, in the order of the votes. */
  readonly approvers: readonly Person[];
  /** Who could still approve. */
  readonly candidates: readonly Person[];
}

/** The best way to fill the rule: one alternative, and who fills which of its leaves. */
export interface Filling {
  readonly leaves: readonly (Leaf | AutoLeaf)[];
  readonly have: number;
  readonly need: number;
  /** Whether the candidates could fill what is missing. */
  readonly canBeFilled: boolean;
  readonly approversOf: ReadonlyMap<number, readonly Person[]>;
  /** Approvers and candidates together: how many of the leaf's slots could be filled at best. */
  readonly reachable: ReadonlyMap<number, number>;
}

export function numberLeaves(root: RuleNode): NumberedNode {
  let next = 0;
  const number = (node: RuleNode, parent: 'all' | 'any'): NumberedNode => {
    const facts = node.judged?.facts ?? [];
    if (!doesApply(node, parent)) return { kind: 'skipped', rule: node, facts };
    if (node.kind === 'group') return { kind: 'group', leaf: next++, group: node.group, count: Math.max(1, node.count), facts };
    if (node.kind === 'auto') return { kind: 'auto', leaf: next++, name: node.name, facts };
    return { kind: node.kind, of: node.of.map((child) => number(child, node.kind)), facts };
  };
  return number(root, 'all');
}

/** Everything that is asked for or a way, groups and rules alike. */
export function partsOf(node: NumberedNode): readonly (Leaf | AutoLeaf)[] {
  if (node.kind === 'skipped') return [];
  return node.kind === 'group' || node.kind === 'auto' ? [node] : node.of.flatMap(partsOf);
}

export function leavesOf(node: NumberedNode): readonly Leaf[] {
  return partsOf(node).filter((part) => part.kind === 'group');
}

/** How many alternatives a rule has; the configuration limits it. */
export function countAlternatives(node: RuleNode): number {
  if (node.kind === 'group' || node.kind === 'auto') return 1;
  const counts = node.of.map(countAlternatives);
  return node.kind === 'any' ? counts.reduce((sum, count) => sum + count, 0) : counts.reduce((product, count) => product * count, 1);
}

/**
 * The alternative that is nearest to being satisfied: one that can still be filled before one that can't, then the fewest missing,
 * then the most there already, then the first. null for a node without alternatives (an empty `any` or `all`).
 */
export function bestFilling(node: NumberedNode, voters: Voters, groups: Groups): Filling | null {
  const keysOf = new Map(leavesOf(node).map(({ group }) => [group, new Set<string>(membersOf(groups, group).map((member) => member.key))]));
  const fillings = alternativesOf(node).map((leaves) => fill(leaves, voters, (person, leaf) => keysOf.get(leaf.group)?.has(person.key) === true));
  return fillings.reduce<Filling | null>((best, filling) => (best === null || isNearer(filling, best) ? filling : best), null);
}

function alternativesOf(node: NumberedNode): readonly (readonly (Leaf | AutoLeaf)[])[] {
  if (node.kind === 'group' || node.kind === 'auto') return [[node]];
  if (node.kind === 'skipped') return [];
  if (node.kind === 'any') return node.of.flatMap(alternativesOf);
  const asked = node.of.filter(({ kind }) => kind !== 'skipped');
  // An `all` of which nothing is asked is refused by the configuration; should one appear, it is never satisfied rather than always.
  if (asked.length === 0) return [];
  return asked
    .map(alternativesOf)
    .reduce<readonly (readonly (Leaf | AutoLeaf)[])[]>(
      (products, options) => products.flatMap((product) => options.map((option) => [...product, ...option])),
      [[]],
    );
}

function isNearer(one: Filling, other: Filling): boolean {
  if (one.canBeFilled !== other.canBeFilled) return one.canBeFilled;
  const missing = one.need - one.have - (other.need - other.have);
  return missing === 0 ? one.have > other.have : missing < 0;
}

function fill(parts: readonly (Leaf | AutoLeaf)[], voters: Voters, isMember: (person: Person, leaf: Leaf) => boolean): Filling {
  const leaves = parts.filter((part) => part.kind === 'group');
  const slots = leaves.flatMap((leaf) => Array.from({ length: leaf.count }, () => leaf));
  const holders: (Person | null)[] = slots.map(() => null);

  function place(person: Person, tried: Set<number>): boolean {
    for (const [slot, leaf] of slots.entries()) {
      if (tried.has(slot) || !isMember(person, leaf)) continue;
      tried.add(slot);
      const holder = holders[slot] ?? null;
      if (holder !== null && !place(holder, tried)) continue;
      holders[slot] = person;
      return true;
    }
    return false;
  }

  const have = voters.approvers.filter((person) => place(person, new Set())).length;
  // Candidates come after: an augmenting path never takes a placed person out, it only moves people. First around the approvers, so
  // that a vote stays where it was counted; then also by moving approvers to where the slots left over can be filled by somebody:
  // so "still needed" never names a group that nobody is left in while there is another way.
  const taken = holders.flatMap((holder, slot) => (holder === null ? [] : [slot]));
  const left = voters.candidates.filter((person) => !place(person, new Set(taken)));
  const reachable = voters.candidates.length - left.length + have + left.filter((person) => place(person, new Set())).length;
  const leafOf = new Map(holders.flatMap((holder, slot) => (holder === null ? [] : [[holder.key, slots[slot]] as const])));
  const placedIn = (people: readonly Person[], leaf: Leaf): readonly Person[] => people.filter((person) => leafOf.get(person.key) === leaf);
  return {
    leaves: parts,
    have,
    need: slots.length,
    canBeFilled: reachable === slots.length,
    approversOf: new Map(leaves.map((leaf) => [leaf.leaf, placedIn(voters.approvers, leaf)])),
    reachable: new Map(leaves.map((leaf) => [leaf.leaf, placedIn([...voters.approvers, ...voters.candidates], leaf).length])),
  };
}
