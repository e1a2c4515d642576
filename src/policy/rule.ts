// The approval rule against the votes: how far it is, and who could still fill it. Pure.
import { bestFilling, leavesOf, numberLeaves, type Filling, type Leaf, type NumberedNode, type Voters } from './matching.ts';
import { hasKey, isSamePerson, membersOf, type Groups } from './people.ts';
import type { GateReason } from '../../workflows/reasons.ts';
import type { ApprovalRule, Person, PersonKey, RuleNode, Tally, TallyNode, Vote } from '../../workflows/vocabulary.ts';

/** As much of a vote as decides. */
export type CountedVote = Pick<Vote, 'kind' | 'by'>;

export interface TallyInput {
  readonly rule: ApprovalRule;
  /** In the order they were applied; of two votes by one person the later stands. Only votes for the present contract belong here. */
  readonly votes: readonly CountedVote[];
  /** Members as they are now. */
  readonly groups: Groups;
  /** Whose approval can't count: requesters, commit authors. */
  readonly excluded: ReadonlySet<PersonKey>;
}

/** What a group still has to give, and who could give it. */
export interface Missing {
  readonly group: string;
  readonly count: number;
  readonly waitingFor: readonly Person[];
}

/**
 * Evaluates the rule. Every person fills at most one slot, whatever groups they are in and whatever surface they used;
 * `have` and `need` are the slots of the alternative that is nearest to being satisfied.
 */
export function tallyVotes(input: TallyInput): Tally {
  if (input.rule.tree === null) return { satisfied: true, have: 0, need: 0, tree: null };
  const tree = numberLeaves(input.rule.tree);
  const voters = votersOf(tree, input);
  const filling = bestFilling(tree, voters, input.groups);
  if (filling === null) return { satisfied: false, have: 0, need: 1, tree: explain({ node: tree, filling: NOTHING, voters, groups: input.groups }) };
  return {
    satisfied: filling.have === filling.need,
    have: filling.have,
    need: filling.need,
    tree: explain({ node: tree, filling, voters, groups: input.groups }),
  };
}

/** What the nearest alternative still needs: "1 of api-owners (dan)". Empty when the rule is satisfied. */
export function missingOf(tally: Tally): readonly Missing[] {
  return tally.tree === null || tally.satisfied ? [] : missingIn(tally.tree);
}

/** A group that can't give what the rule asks of it even if everybody left approves; null if the rule can be satisfied. */
export function unsatisfiable(input: Omit<TallyInput, 'votes'>): Extract<GateReason, { code: 'rule-unsatisfiable' }> | null {
  if (input.rule.tree === null) return null;
  const tree = numberLeaves(input.rule.tree);
  const filling = bestFilling(tree, votersOf(tree, { ...input, votes: [] }), input.groups);
  if (filling?.canBeFilled === true) return null;
  const short = (filling?.leaves ?? leavesOf(tree)).find((leaf) => (filling?.reachable.get(leaf.leaf) ?? 0) < leaf.count);
  return {
    code: 'rule-unsatisfiable',
    group: short?.group ?? '',
    needed: short?.count ?? 1,
    could: short === undefined ? 0 : (filling?.reachable.get(short.leaf) ?? 0),
  };
}

/** The groups a rule names, each once, in reading order. */
export function groupsOfRule(tree: RuleNode | null): readonly string[] {
  if (tree === null) return [];
  return tree.kind === 'group' ? [tree.group] : [...new Set(tree.of.flatMap(groupsOfRule))];
}

const NOTHING: Filling = { leaves: [], have: 0, need: 0, canBeFilled: false, approversOf: new Map(), reachable: new Map() };

// Starts from the members, not from the votes: who is in no group of the rule, or is there under another account, needs no special case.
function votersOf(tree: NumberedNode, { votes, groups, excluded }: TallyInput): Voters {
  const members = new Map(leavesOf(tree).flatMap(({ group }) => membersOf(groups, group).map((member) => [member.key, member] as const)));
  const eligible = [...members.values()].filter((member) => ![...excluded].some((key) => hasKey(member, key)));
  const placeOf = (member: Person): number => votes.findLastIndex((vote) => isSamePerson(vote.by, member));
  const approves = (member: Person): boolean => votes[placeOf(member)]?.kind === 'approve';
  return {
    approvers: eligible.filter(approves).sort((one, other) => placeOf(one) - placeOf(other)),
    candidates: eligible.filter((member) => !approves(member)),
  };
}

interface Explained {
  readonly node: NumberedNode;
  readonly filling: Filling;
  readonly voters: Voters;
  readonly groups: Groups;
}

function explain({ node, filling, voters, groups }: Explained): TallyNode {
  if (node.kind === 'group') return explainLeaf({ node, filling, voters, groups });
  const of = node.of.map((child) => {
    if (node.kind === 'all' || uses(filling, child)) return explain({ node: child, filling, voters, groups });
    return explainOther(child, { node, filling, voters, groups });
  });
  const satisfied = of.length > 0 && (node.kind === 'all' ? of.every(isSatisfied) : of.some(isSatisfied));
  const nearest = node.kind === 'any' ? node.of.findIndex((child) => uses(filling, child)) : -1;
  return { kind: node.kind, satisfied, of, ...(nearest === -1 ? {} : { nearest }) };
}

// An alternative that was not chosen shows how far it would be with the people that the rest of the rule leaves free.
function explainOther(child: NumberedNode, { node, filling, voters, groups }: Explained): TallyNode {
  const inside = new Set(leavesOf(node).map(({ leaf }) => leaf));
  const taken = [...filling.approversOf].flatMap(([leaf, people]) => (inside.has(leaf) ? [] : people.map((person) => person.key)));
  const free = { ...voters, approvers: voters.approvers.filter((person) => !taken.includes(person.key)) };
  return explain({ node: child, filling: bestFilling(child, free, groups) ?? NOTHING, voters: free, groups });
}

function explainLeaf({ node, filling, voters, groups }: Omit<Explained, 'node'> & { readonly node: Leaf }): TallyNode {
  const by = filling.approversOf.get(node.leaf) ?? [];
  const satisfied = by.length >= node.count;
  const candidates = new Set(voters.candidates.map((person) => person.key));
  const waitingFor = satisfied ? [] : membersOf(groups, node.group).filter((member) => candidates.has(member.key));
  return { kind: 'group', group: node.group, count: node.count, satisfied, by, waitingFor };
}

function uses(filling: Filling, node: NumberedNode): boolean {
  return leavesOf(node).some((leaf) => filling.leaves.includes(leaf));
}

function isSatisfied(node: TallyNode): boolean {
  return node.satisfied;
}

function missingIn(node: TallyNode): readonly Missing[] {
  if (node.satisfied) return [];
  if (node.kind === 'group') return [{ group: node.group, count: node.count - node.by.length, waitingFor: node.waitingFor }];
  const open = node.kind === 'all' ? node.of : node.of.slice(node.nearest ?? 0, (node.nearest ?? 0) + 1);
  return open.flatMap(missingIn);
}
