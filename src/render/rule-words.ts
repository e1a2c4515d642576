// The evaluated rule in words. What a node says of itself is drawn; nothing is worked out again here.
import type { FoundFact } from '../../workflows/conditions.ts';
import type { NodeState, Person, TallyNode } from '../../workflows/vocabulary.ts';
import { called, fromBackticks, join, listed, named, say, strong } from './inline.ts';
import type { Inline } from './inline.ts';

const PEOPLE_MAX = 5;
const PARTS_MAX = 12;

type GroupNode = Extract<TallyNode, { kind: 'group' }>;
type AutoNode = Extract<TallyNode, { kind: 'auto' }>;

/** Histories from before there were conditions know no states. */
export function stateOf(node: TallyNode): NodeState {
  return node.state ?? (node.satisfied ? 'satisfied' : 'waiting');
}

/** The rule in one line, without what it skips. Those who can still fill a place are called where `call` says so. */
export function ruleWords(node: TallyNode, call: 'call' | 'name', isNested = false): Inline {
  if (stateOf(node) === 'skipped') return [];
  if (node.kind === 'group') return say`${groupWords(node, call)}${because(node)}`;
  if (node.kind === 'auto') return say`✅ ${autoWords(node)}`;
  const parts = node.of.filter((child) => stateOf(child) !== 'skipped').map((child) => ruleWords(child, call, true));
  const words = listed(parts, 8, node.kind === 'all' ? (isNested ? ' and ' : ' · ') : ' or ');
  return isNested && parts.length > 1 ? say`(${words})${because(node)}` : say`${words}${because(node)}`;
}

function groupWords(node: GroupNode, call: 'call' | 'name'): Inline {
  if (node.satisfied) return say`✅ ${node.count} of ${strong(node.group)}`;
  const missing = node.count - node.by.length;
  const amount = node.by.length === 0 ? `${missing}` : `${missing} more`;
  const people = listed(
    node.waitingFor.map((person) => asMember(node, person, call)),
    PEOPLE_MAX,
    call === 'call' ? ' ' : ', ',
  );
  return say`${amount} of ${strong(node.group)} (${node.waitingFor.length === 0 ? nobody(node) : people}${unmappedWords(node)})`;
}

/** `Carl for Bea`, where Carl is in the group in the place of Bea, who is away. */
function asMember({ standIns }: GroupNode, person: Person, call: 'call' | 'name'): Inline {
  const away = standIns?.[person.key];
  const member = call === 'call' ? called(person) : named(person);
  return away === undefined ? say`${member}` : say`${member} for ${away}`;
}

function nobody({ unread, unmapped }: GroupNode): Inline {
  if (unread === true) return say`who is in it can't be read now`;
  return unmapped === undefined ? say`nobody left` : say`nobody I can tell`;
}

/** Members who can't approve because nothing ties a human to their account. */
function unmappedWords({ unmapped }: GroupNode): Inline {
  return unmapped === undefined ? [] : say`; ${unmapped} not mapped`;
}

/** `the rule **low-risk**: changes in docs/** only (all 3 changed files)`. */
export function autoWords({ name, when }: AutoNode): Inline {
  return say`the rule ${strong(name)}${when === undefined ? [] : say`: ${conditionWords(when)}`}`;
}

/** What a rule skips, and why: `➖ 1 of **dba** not asked: a change in db/** (none of 3 changed files)`. */
export function skippedWords(node: TallyNode, parent: 'all' | 'any' = 'all'): readonly Inline[] {
  if (stateOf(node) === 'skipped') return [skippedLine(node, parent)];
  return node.kind === 'all' || node.kind === 'any' ? node.of.flatMap((child) => skippedWords(child, node.kind)) : [];
}

function skippedLine(node: TallyNode, parent: 'all' | 'any'): Inline {
  const decisive = (node.when ?? []).filter(({ state }) => state !== 'holds');
  const what = parent === 'all' ? say`${whatWords(node)} not asked` : say`not by ${whatWords(node)}`;
  return say`➖ ${what}${decisive.length === 0 ? [] : say`: ${conditionWords(decisive)}`}`;
}

/** A part of a rule by what it asks, whoever has answered. */
function whatWords(node: TallyNode): Inline {
  if (node.kind === 'group') return say`${node.count} of ${strong(node.group)}`;
  if (node.kind === 'auto') return say`the rule ${strong(node.name)}`;
  return listed(node.of.map(whatWords), 4, node.kind === 'all' ? ' and ' : ' or ');
}

/** What is still needed, group by group, for one line: `1 of api-owners (Dan)`. */
export function missingWords(node: TallyNode | null, people: 'call' | 'name' | 'groups'): Inline {
  if (node === null || node.satisfied || node.kind === 'auto') return [];
  if (node.kind === 'group') {
    const names =
      people === 'groups' || node.waitingFor.length === 0
        ? []
        : say` (${listed(
            node.waitingFor.map((person) => asMember(node, person, people)),
            PEOPLE_MAX,
          )})`;
    return say`${node.count - node.by.length} of ${node.group}${names}`;
  }
  const open = node.of.filter((child) => !child.satisfied && stateOf(child) !== 'skipped').map((child) => missingWords(child, people));
  return listed(open, 6, node.kind === 'all' ? ' and ' : ' or ');
}

/** The rules that approved by themselves, in the way that was taken. */
export function autoApprovals(node: TallyNode | null): readonly AutoNode[] {
  if (node === null || !node.satisfied || node.kind === 'group') return [];
  if (node.kind === 'auto') return [node];
  const taken = node.kind === 'any' && node.nearest !== undefined ? node.of.slice(node.nearest, node.nearest + 1) : node.of;
  return taken.flatMap(autoApprovals);
}

const SIGN = { satisfied: '✅', waiting: '⬜', failed: '❌', skipped: '➖' } as const satisfies Record<NodeState, string>;

/** The rule as a tree, one line a node: ✅ and who, ⬜ and who still could, ❌ where nobody is left, ➖ and why not. */
export function treeLines(node: TallyNode, depth = 0, parent: 'all' | 'any' = 'all'): readonly Inline[] {
  // Spaces at the start of a line are trimmed when text is escaped; these are not spaces to it.
  const indent = '▹'.repeat(depth);
  if (stateOf(node) === 'skipped') return [say`${indent}${skippedLine(node, parent)}`];
  const sign = `${indent}${SIGN[stateOf(node)]} `;
  if (node.kind === 'auto') return [say`${sign}${autoWords(node)}`];
  if (node.kind === 'group') return [say`${sign}${groupLine(node)}${because(node)}`];
  const title = node.kind === 'all' ? 'all of' : 'one of';
  const children = node.of.slice(0, PARTS_MAX).flatMap((child) => treeLines(child, depth + 1, node.kind));
  return [say`${sign}${title}${because(node)}`, ...children];
}

function groupLine(node: GroupNode): Inline {
  const by =
    node.by.length === 0
      ? []
      : say` by ${listed(
          node.by.map((person) => asMember(node, person, 'name')),
          6,
        )}`;
  return node.satisfied ? say`${node.count} of ${strong(node.group)}${by}` : say`${groupWords(node, 'name')}${by}`;
}

function because({ when }: TallyNode): Inline {
  return when === undefined ? [] : say`, for ${conditionWords(when)}`;
}

/** `changes in docs/** only (all 3 changed files) and <= 50 changed lines (12 changed lines)`. */
function conditionWords(facts: readonly FoundFact[]): Inline {
  return join(
    facts.map(({ state, wanted, found }) => say`${fromBackticks(wanted)} (${state === 'unknown' ? '❓ ' : ''}${fromBackticks(found)})`),
    ' and ',
  );
}
