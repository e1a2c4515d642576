// Whether a push is small enough to leave the votes standing. Pure.
import type { ChangedFiles, ComparisonFacts } from './facts.ts';
import { matchesPath } from './path-pattern.ts';
import type { SmallPush } from '../../workflows/vocabulary.ts';

/** Only new commits on top, every file (also where it was before) in a place that counts as small, every line counted. Unknown is not small. */
export function isSmall(
  { lines, files: patterns }: SmallPush,
  status: ComparisonFacts['status'],
  { files, isComplete, isExact }: ChangedFiles,
): boolean {
  if (status !== 'ahead' || !isComplete || !isExact) return false;
  const isInside = (path: string): boolean => patterns.some((pattern) => matchesPath(pattern, path));
  if (!files.every(({ path, before }) => isInside(path) && (before === null || isInside(before)))) return false;
  return files.every((file) => file.lines !== null) && files.reduce((sum, file) => sum + (file.lines ?? 0), 0) <= lines;
}
