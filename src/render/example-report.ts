// What `countersign policy test` tells of each example: a line when it came out as expected, the whole story when it did not.
import { gateLabel } from './facts.ts';
import type { JudgedVote, Verdict } from '../policy/example.ts';
import type { Difference } from '../policy/example-expectation.ts';
import type { Missing } from '../policy/rule.ts';
import type { TallyNode } from '../../workflows/vocabulary.ts';

export interface ExampleResult {
  readonly name: string;
  /** `policy-tests/api.yml:12` */
  readonly place: string;
  readonly verdict: Verdict;
  readonly differences: readonly Difference[];
}

/** `explain`: the whole story of the good ones, too. */
export function reportExample(result: ExampleResult, explain: boolean): string {
  const isGood = result.differences.length === 0;
  const head = isGood ? `✓ ${result.name}: ${outcomeWords(result.verdict)}` : `✗ ${result.name}  (${result.place})`;
  if (isGood && !explain) return head;
  const wrong = result.differences.map(({ what, expected, found }) => `    ${what}: expected ${expected}, found ${found}`);
  return [head, ...wrong, ...storyOf(result.verdict).map((line) => `    ${line}`)].join('\n');
}

export function reportTotals(results: readonly ExampleResult[]): string {
  const bad = results.filter(({ differences }) => differences.length > 0).length;
  return `${results.length - bad} as expected, ${bad} not`;
}

function outcomeWords(verdict: Verdict): string {
  if (verdict.owes !== null) return `starts at once, ${owedWords(verdict.owes)}`;
  switch (verdict.outcome) {
    case 'approved':
      return verdict.tally?.need === 0 ? 'starts, nobody has to approve' : 'approved';
    case 'waiting':
      return `waits for ${verdict.missing.map(missingWords).join(', ')}`;
    case 'refused':
      return `refused (${verdict.reasons.map(({ code }) => code).join(', ')})`;
    case 'rejected':
      return 'rejected';
  }
}

function owedWords(owes: readonly Missing[]): string {
  return owes.length === 0 ? 'and nobody has to look at it any more' : `owes a review by ${owes.map(missingWords).join(', ')}`;
}

function missingWords({ group, count, waitingFor }: Missing): string {
  return `${count} of ${group}${waitingFor.length === 0 ? '' : ` (${waitingFor.map(({ name }) => name).join(', ')})`}`;
}

const GATE_SIGN = { pass: '✓', fail: '✗', pending: '…', unknown: '?', 'not-applicable': '-' } as const;

function voteLine({ by, kind, reasons, isToConfirm }: JudgedVote): string {
  const unless = isToConfirm ? ', to be confirmed on GitHub' : reasons.length === 0 ? '' : `, does not count (${reasons.join(', ')})`;
  return `${by.name}: ${kind}${unless}`;
}

function storyOf({ gates, reasons, tally, votes, outcome, missing, owes }: Verdict): readonly string[] {
  const asked = gates.filter(({ state }) => state !== 'not-applicable');
  return [
    ...asked.map(({ gate, state, note, skipped }) => `${GATE_SIGN[state]} ${gateLabel(gate)}${skipped === true ? ' (skipped)' : ''}: ${note}`),
    ...(reasons.length === 0 ? [] : [`reasons: ${reasons.map(({ code }) => code).join(', ')}`]),
    ...votes.map(voteLine),
    ...(tally?.tree == null ? [] : treeLines(tally.tree, '')),
    ...(owes === null ? [] : [owedWords(owes)]),
    `${outcome}${missing.length === 0 ? '' : `: still ${missing.map(missingWords).join(', ')}`}`,
  ];
}

const NODE_SIGN = { satisfied: '✓', waiting: '…', failed: '✗', skipped: '–' } as const;

function treeLines(node: TallyNode, indent: string): readonly string[] {
  const sign = NODE_SIGN[node.state ?? (node.satisfied ? 'satisfied' : 'waiting')];
  const when = (node.when ?? []).map(({ state, wanted, found }) => ` [${wanted}: ${state === 'unknown' ? 'not known, ' : ''}${found}]`).join('');
  if (node.kind === 'auto') return [`${indent}${sign} rule ${node.name}${when}`];
  if (node.kind === 'group') {
    const by = node.by.map(({ name }) => name).join(', ');
    const waiting = node.waitingFor.map(({ name }) => name).join(', ');
    return [`${indent}${sign} ${node.count} of ${node.group}${by === '' ? '' : `: ${by}`}${waiting === '' ? '' : ` (could: ${waiting})`}${when}`];
  }
  return [`${indent}${sign} ${node.kind} of${when}`, ...node.of.flatMap((child) => treeLines(child, `${indent}  `))];
}
