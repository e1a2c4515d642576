// Who is still needed, out of the evaluated tree: for receipts.
import type { Receipt } from './contract.ts';
import type { Tally, TallyNode } from './vocabulary.ts';

export function missingOf({ tree }: Tally): Extract<Receipt, { kind: 'counted' }>['missing'] {
  return tree === null ? [] : openGroups(tree).map(({ group, count, by, waitingFor }) => ({ group, count: count - by.length, people: waitingFor }));
}

function openGroups(node: TallyNode): readonly Extract<TallyNode, { kind: 'group' }>[] {
  if (node.satisfied || node.state === 'skipped' || node.kind === 'auto') return [];
  if (node.kind === 'group') return [node];
  // Of several ways the one that "2 of 3" speaks of.
  const open = node.nearest === undefined ? node.of : node.of.slice(node.nearest, node.nearest + 1);
  return open.flatMap(openGroups);
}
