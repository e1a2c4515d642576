// Rules that approved without anybody, out of the evaluated tree.
import type { TallyNode } from './vocabulary.ts';

type AutoNode = Extract<TallyNode, { kind: 'auto' }>;

/** Those in the way that was taken; a rule beside a group that people filled is none. */
export function autoApprovals(node: TallyNode | null): readonly AutoNode[] {
  if (node === null || !node.satisfied || node.kind === 'group') return [];
  if (node.kind === 'auto') return [node];
  const taken = node.kind === 'any' && node.nearest !== undefined ? node.of.slice(node.nearest, node.nearest + 1) : node.of;
  return taken.flatMap(autoApprovals);
}
