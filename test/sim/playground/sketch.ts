// A tree in one line, for comparing. Angle brackets in text become ‹ ›: only elements have real ones.
import type { Tree } from '../../../src/sim/playground/tree.ts';

export function sketch(trees: readonly Tree[]): string {
  return trees.map(sketchOne).join('');
}

function sketchOne(tree: Tree): string {
  if (typeof tree === 'string') return tree.replaceAll('<', '‹').replaceAll('>', '›');
  const marks = [tree.class === undefined ? '' : ` .${tree.class}`, tree.href === undefined ? '' : ` href=${tree.href}`].join('');
  return tree.tag === 'br' ? '<br>' : `<${tree.tag}${marks}>${sketch(tree.children)}</${tree.tag}>`;
}
