// The approval rule against the votes: how far it is, and who could still fill it. Pure.
import { bestFilling, leavesOf, numberLeaves, partsOf, type Filling, type Leaf, type NumberedNode, type Voters } from './matching.ts';
import { whyUnread, type Membership } from './membership.ts';
import { distinct, hasKey, isSamePerson, membersOf, type Groups } from './people.ts';
import type { GateReason } from '../../workflows/reasons.ts';
import type { FoundFact } from '../../workflows/conditions.ts';
import type { ApprovalRule, NodeState, Person, PersonKey, RuleNode, Tally, TallyNode, Vote } from '../../workflows/vocabulary.ts';

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
  /** What the tally says of groups beside their members: which could not be read, and who stands in for whom. */
  readonly unread?: Membership['unread'];
  readonly standIns?: Membership['standIns'];
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
  const { groups, unread = {}, standIns = {} } = input;
  const filling = bestFilling(tree, voters, groups) ?? NOTHING;
  const explained = explain({ node: tree, filling, voters, groups, unread, standIns });
  const satisfied = filling.have === filling.need;
  // Each part may still be possible by itself where all of them together are not: nobody fills two places.
  const isHopeless = !satisfied && !filling.canBeFilled && whyUnread(groupsOfRule(input.rule.tree), unread).length === 0;
  return {
    satisfied,
    have: filling.have,
    need: filling.need,
    tree: isHopeless && explained.state === 'waiting' ? { ...explained, state: 'failed' } : explained,
  };
}

/** What the nearest alternative still needs: "1 of api-owners (dan)". Empty when the rule is satisfied. */
export function missingOf(tally: Tally): readonly Missing[] {
  return tally.tree === null || tally.satisfied ? [] : missingIn(tally.tree);
}

/** Everybody whose approval would still count, each once, in the order of the rule. */
export function peopleMissing(node: TallyNode | null): readonly Person[] {
  if (node === null || node.satisfied || node.state === 'skipped' || node.kind === 'auto') return [];
  return distinct(node.kind === 'group' ? node.waitingFor : node.of.flatMap(peopleMissing));
}

/** A group that can't give what the rule asks of it even if everybody left approves; null if the rule can be satisfied. */
export function unsatisfiable(input: Omit<TallyInput, 'votes'>): Extract<GateReason, { code: 'rule-unsatisfiable' }> | null {
  if (input.rule.tree === null) return null;
  const tree = numberLeaves(input.rule.tree);
  const filling = bestFilling(tree, votersOf(tree, { ...input, votes: [] }), input.groups);
  if (filling?.canBeFilled === true) return null;
  const short = leavesOf(tree).find(
    (leaf) => (filling === null || filling.leaves.includes(leaf)) && (filling?.reachable.get(leaf.leaf) ?? 0) < leaf.count,
  );
  return {
    code: 'rule-unsatisfiable',
    group: short?.group ?? '',
    needed: short?.count ?? 1,
    could: short === undefined ? 0 : (filling?.reachable.get(short.leaf) ?? 0),
    ...unmappedOf(short === undefined ? [] : membersOf(input.groups, short.group)),
  };
}

const UNMAPPED_MAX = 10;

function unmappedOf(members: readonly Person[]): { readonly unmapped?: readonly string[] } {
  const names = members.filter((member) => !member.mapped).map((member) => member.name);
  return names.length === 0 ? {} : { unmapped: names.slice(0, UNMAPPED_MAX) };
}

/** The groups that a rule asks, each once, in reading order. Of a plan's rule: without those that it skips. */
export function groupsOfRule(tree: RuleNode | null): readonly string[] {
  return tree === null || tree.judged?.applies === false ? [] : [...new Set(groupsIn(tree))];
}

function groupsIn(node: RuleNode): readonly string[] {
  if (node.judged?.applies === false || node.kind === 'auto') return [];
  return node.kind === 'group' ? [node.group] : node.of.flatMap(groupsIn);
}

/** Where there is no way at all: one approval is missing, and nobody can give it. */
const NOTHING: Filling = { leaves: [], have: 0, need: 1, canBeFilled: false, approversOf: new Map(), reachable: new Map() };

// Starts from the members, not from the votes: who is in no group of the rule, or is there under another account, needs no special case.
function votersOf(tree: NumberedNode, { votes, groups, excluded }: TallyInput): Voters {
  const members = new Map(leavesOf(tree).flatMap(({ group }) => membersOf(groups, group).map((member) => [member.key, member] as const)));
  // Nobody knows which human is behind a member of a team who is not mapped: they can't be told from the requester.
  const eligible = [...members.values()].filter((member) => member.mapped && ![...excluded].some((key) => hasKey(member, key)));
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
  readonly unread: Membership['unread'];
  readonly standIns: NonNullable<Membership['standIns']>;
}

function explain({ node, ...rest }: Explained): TallyNode {
  const { filling } = rest;
  const when = conditionOf(node.facts);
  if (node.kind === 'group') return { ...explainLeaf({ node, ...rest }), ...when };
  if (node.kind === 'auto') return { kind: 'auto', name: node.name, satisfied: true, state: 'satisfied', ...when };
  if (node.kind === 'skipped') return explainSkipped(node.rule);
  const of = node.of.map((child) => {
    if (node.kind === 'all' || uses(filling, child)) return explain({ node: child, ...rest });
    return explainOther(child, { node, ...rest });
  });
  const state = stateOf(node.kind, of);
  const nearest = node.kind === 'any' ? node.of.findIndex((child) => uses(filling, child)) : -1;
  return { kind: node.kind, satisfied: state === 'satisfied', state, ...when, of, ...(nearest === -1 ? {} : { nearest }) };
}

/** A node is what its parts are; parts that are skipped are none. Without any it can't be satisfied. */
function stateOf(kind: 'all' | 'any', of: readonly TallyNode[]): NodeState {
  const states = of.map((child) => child.state).filter((state) => state !== 'skipped');
  const [decides, worst] = kind === 'all' ? (['failed', 'satisfied'] as const) : (['satisfied', 'failed'] as const);
  if (states.length === 0) return 'failed';
  if (states.includes(decides)) return decides;
  return states.every((state) => state === worst) ? worst : 'waiting';
}

function explainSkipped(rule: RuleNode): TallyNode {
  const common = { satisfied: false, state: 'skipped', ...conditionOf(rule.judged?.facts ?? []) } as const;
  if (rule.kind === 'group') return { kind: 'group', group: rule.group, count: rule.count, ...common, by: [], waitingFor: [] };
  if (rule.kind === 'auto') return { kind: 'auto', name: rule.name, ...common };
  return { kind: rule.kind, ...common, of: rule.of.map(explainSkipped) };
}

function conditionOf(facts: readonly FoundFact[]): { readonly when?: readonly FoundFact[] } {
  return facts.length === 0 ? {} : { when: facts };
}

// An alternative that was not chosen shows how far it would be with the people that the rest of the rule leaves free.
function explainOther(child: NumberedNode, { node, ...rest }: Explained): TallyNode {
  const { filling, voters, groups } = rest;
  if (child.kind === 'skipped') return explainSkipped(child.rule);
  const inside = new Set(leavesOf(node).map(({ leaf }) => leaf));
  const taken = [...filling.approversOf].flatMap(([leaf, people]) => (inside.has(leaf) ? [] : people.map((person) => person.key)));
  const free = { ...voters, approvers: voters.approvers.filter((person) => !taken.includes(person.key)) };
  return explain({ ...rest, node: child, filling: bestFilling(child, free, groups) ?? NOTHING, voters: free });
}

function explainLeaf(input: Omit<Explained, 'node'> & { readonly node: Leaf }): Extract<TallyNode, { kind: 'group' }> {
  const { node, filling, voters, groups } = input;
  const by = filling.approversOf.get(node.leaf) ?? [];
  const satisfied = by.length >= node.count;
  const common = { kind: 'group', group: node.group, count: node.count, satisfied, by } as const;
  if (satisfied) return { ...common, state: 'satisfied', waitingFor: [], ...standInsOf(input, by) };
  // Who could still fill it is unknown, which is not nobody.
  if (Object.hasOwn(input.unread, node.group)) return { ...common, state: 'waiting', waitingFor: [], unread: true };
  const candidates = new Set(voters.candidates.map((person) => person.key));
  const members = membersOf(groups, node.group);
  const waitingFor = members.filter((member) => candidates.has(member.key));
  const unmapped = members.filter((member) => !member.mapped).length;
  return {
    ...common,
    state: (filling.reachable.get(node.leaf) ?? 0) < node.count ? 'failed' : 'waiting',
    waitingFor,
    ...(unmapped === 0 ? {} : { unmapped }),
    ...standInsOf(input, [...by, ...waitingFor]),
  };
}

function standInsOf(
  { node, standIns }: Pick<Explained, 'standIns'> & { readonly node: Leaf },
  named: readonly Person[],
): { readonly standIns?: Readonly<Record<string, string>> } {
  const all = Object.hasOwn(standIns, node.group) ? (standIns[node.group] ?? {}) : {};
  const shown = Object.entries(all).filter(([key]) => named.some((person) => person.key === key));
  return shown.length === 0 ? {} : { standIns: Object.fromEntries(shown) };
}

function uses(filling: Filling, node: NumberedNode): boolean {
  return partsOf(node).some((part) => filling.leaves.includes(part));
}

function missingIn(node: TallyNode): readonly Missing[] {
  if (node.satisfied || node.state === 'skipped' || node.kind === 'auto') return [];
  if (node.kind === 'group') return [{ group: node.group, count: node.count - node.by.length, waitingFor: node.waitingFor }];
  const open = node.kind === 'all' ? node.of : node.of.slice(node.nearest ?? 0, (node.nearest ?? 0) + 1);
  return open.flatMap(missingIn);
}
