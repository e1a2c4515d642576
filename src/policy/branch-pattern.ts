// Branch patterns of `refs`. Pure.

/** `*` matches within a path segment, `**` across; everything else is literal. The whole name must match. */
export function matchesBranch(pattern: string, branch: string): boolean {
  const source = pattern
    .split(/(\*{1,2})/)
    .map((part) => (part === '**' ? '.*' : part === '*' ? '[^/]*' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('');
  return new RegExp(`^${source}$`, 's').test(branch);
}
