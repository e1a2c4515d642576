// Conditions of a rule against facts, once, when a request is planned. What is not known never makes a rule weaker. Pure.
import { foundRef, pullRequestOf } from './gates/gate.ts';
import { describeRefRule, admitsRef, parseRefRule } from './ref-rule.ts';
import { groupsOf, hasKey, type Groups } from './people.ts';
import { coded, judgeFiles, judgeSize, several, told } from './conditions-files.ts';
import type { ChangedFiles, Facts, Read } from './facts.ts';
import type { FoundFact, RuleCondition } from '../../workflows/conditions.ts';
import type { CommitSha, Person, PersonKey, RuleNode } from '../../workflows/vocabulary.ts';

/** Who wrote what is to be deployed. */
export interface Authorship {
  /** Author of the pull request, else of the commit. */
  readonly lead: readonly PersonKey[];
  /** GitHub itself says who opened a pull request. What a commit says of its author anybody can write. */
  readonly isVouchedFor: boolean;
  /** Authors and co-authors of everything that the deploy changes, and who pushed it. */
  readonly others: readonly PersonKey[];
  /** Why somebody may be missing among them; null: nobody is. */
  readonly unread: string | null;
}

export interface Seen {
  readonly facts: Pick<Facts, 'ref' | 'pullRequest' | 'defaultBranch' | 'onDefaultBranch'>;
  /** What is live, so that there is something to compare with. null: nothing is. */
  readonly live: Read<CommitSha | null>;
  /** From the live version to the requested one. null: nothing is live, or no condition asks for it. */
  readonly changed: Read<ChangedFiles | null>;
  readonly authorship: Authorship;
  readonly people: readonly Person[];
  readonly groups: Groups;
}

/**
 * The rule with every condition judged. A part of an `all` that may or may not be asked for is asked for; a part of an `any` that may
 * or may not be a way is none, and nothing is approved by itself on a guess, nor where nothing is live.
 */
export function judgeConditions(tree: RuleNode, seen: Seen): RuleNode {
  return judgeNode(tree, 'all', seen);
}

/** Whether a node is asked for (inside `all`) or a way (inside `any`). One with a condition that nobody judged counts as unknown. */
export function doesApply(node: RuleNode, parent: 'all' | 'any'): boolean {
  if (node.judged !== undefined) return node.judged.applies;
  return node.kind !== 'auto' && (node.when === undefined || parent === 'all');
}

/** Whether what the rule asks for hangs on what a request is. */
export function isConditional(node: RuleNode): boolean {
  return node.when !== undefined || ((node.kind === 'all' || node.kind === 'any') && node.of.some(isConditional));
}

/** Whether some condition of the rule needs the list of changed files. */
export function asksForFiles(node: RuleNode | null): boolean {
  if (node === null) return false;
  const { when } = node;
  if (when !== undefined && (when.files ?? when.onlyFiles ?? when.size) !== undefined) return true;
  return (node.kind === 'all' || node.kind === 'any') && node.of.some(asksForFiles);
}

/** The words that conditions on authors name: people or groups, each once. */
export function authorsNamed(node: RuleNode | null): readonly string[] {
  if (node === null) return [];
  const inside = node.kind === 'all' || node.kind === 'any' ? node.of.flatMap(authorsNamed) : [];
  return [...new Set([...(node.when?.author ?? []), ...inside])];
}

function judgeNode(node: RuleNode, parent: 'all' | 'any', seen: Seen): RuleNode {
  const inside = node.kind === 'all' || node.kind === 'any' ? { ...node, of: node.of.map((child) => judgeNode(child, node.kind, seen)) } : node;
  if (node.when === undefined) return inside;
  const facts = [...(node.kind === 'auto' ? whyNotByItself(seen) : []), ...factsOf(node.when, seen)];
  const fails = facts.some(({ state }) => state === 'fails');
  const isUnknown = facts.length === 0 || facts.some(({ state }) => state === 'unknown');
  const isWeaker = node.kind === 'auto' || parent === 'any';
  return { ...inside, judged: { applies: !fails && !(isUnknown && isWeaker), facts } };
}

/** Whatever its condition is about: a first deploy brings all that was ever written, and nobody looked at that here. */
function whyNotByItself({ live }: Seen): readonly FoundFact[] {
  const wanted = 'something live to compare with';
  if (!live.known) return [told('live', 'unknown', { wanted, found: live.why })];
  return live.value === null ? [told('live', 'fails', { wanted, found: 'nothing is live yet' })] : [];
}

function factsOf(when: RuleCondition, seen: Seen): readonly FoundFact[] {
  const { files, onlyFiles, labels, author, size, ref } = when;
  const { changed } = seen;
  return [
    ...(files === undefined ? [] : [judgeFiles('files', files, changed)]),
    ...(onlyFiles === undefined ? [] : [judgeFiles('only-files', onlyFiles, changed)]),
    ...(size?.lines === undefined ? [] : [judgeSize('lines', size.lines, changed)]),
    ...(size?.files === undefined ? [] : [judgeSize('file-count', size.files, changed)]),
    ...(labels === undefined ? [] : [judgeLabels(labels, seen)]),
    ...(author === undefined ? [] : [judgeAuthor(author, seen)]),
    ...(ref === undefined ? [] : [judgeRefKind(ref, seen)]),
  ];
}

function judgeLabels(labels: readonly string[], { facts }: Seen): FoundFact {
  const wanted = `the label ${coded(labels)}`;
  const pr = pullRequestOf(facts);
  if (!pr.known) return told('labels', 'unknown', { wanted, found: `the pull request can't be read: ${pr.why}` });
  if (pr.value === null) return told('labels', 'fails', { wanted, found: 'no pull request' });
  // GitHub does not tell labels apart by case.
  const present = pr.value.labels.filter((label) => labels.some((name) => name.toLowerCase() === label.toLowerCase()));
  if (present.length > 0) return told('labels', 'holds', { wanted, found: coded(present, ' and ') });
  return told('labels', 'fails', { wanted, found: pr.value.labels.length === 0 ? 'no label' : `only ${coded(pr.value.labels, ' and ')}` });
}

/**
 * Holds if whoever leads the change and everybody else who wrote some of it are listed, fails if nobody is. Anything between is not known:
 * a colleague's commits in one's own pull request make nothing easier, and nothing that was asked because of them goes away. Nor is it
 * known without a pull request, where only the commit says who wrote it.
 */
function judgeAuthor(names: readonly string[], { authorship, people, groups }: Seen): FoundFact {
  const wanted = `written by ${several(names)}`;
  const { lead, isVouchedFor, others, unread } = authorship;
  const personOf = (key: PersonKey): Person | undefined => people.find((person) => hasKey(person, key));
  const isListed = (key: PersonKey): boolean => {
    const person = personOf(key);
    return person !== undefined && (names.includes(person.name) || groupsOf(groups, person).some((group) => names.includes(group)));
  };
  const everybody = [...new Set([...lead, ...others])];
  const found =
    everybody.length === 0
      ? 'nobody that GitHub knows'
      : several([...new Set(everybody.map((key) => personOf(key)?.name ?? 'somebody else'))], ' and ');
  const listed = everybody.filter(isListed);
  if (lead.length === 0) return told('author', 'unknown', { wanted, found: 'no author that GitHub knows' });
  if (unread !== null) return told('author', 'unknown', { wanted, found: `${found}; ${unread}` });
  if (listed.length === 0) return told('author', 'fails', { wanted, found });
  if (listed.length < everybody.length) return told('author', 'unknown', { wanted, found });
  if (!isVouchedFor)
    return told('author', 'unknown', { wanted, found: `${found}, by the commit alone; without a pull request anybody could have written that` });
  return told('author', 'holds', { wanted, found });
}

function judgeRefKind(words: readonly string[], { facts }: Seen): FoundFact {
  const rules = words.map(parseRefRule);
  const wanted = `from ${coded(rules.map(describeRefRule))}`;
  const ref = foundRef(facts);
  if (ref === null) return told('ref', 'unknown', { wanted, found: 'no commit found' });
  const pr = pullRequestOf(facts);
  const found = pr.known && pr.value !== null ? `pull request ${pr.value.number}` : `${ref.type} ${coded([ref.name])}`;
  const admitted = rules.map((rule) => admitsRef(rule, { ref, facts, pr: pr.known ? pr.value : null }));
  if (admitted.includes('yes')) return told('ref', 'holds', { wanted, found });
  return told('ref', !pr.known || admitted.includes('unknown') ? 'unknown' : 'fails', { wanted, found });
}
