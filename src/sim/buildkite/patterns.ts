// Patterns as Buildkite's settings and filters have them.

/** Does the text match a pattern in which `*` stands for anything? */
export function matchesWildcard(pattern: string, text: string): boolean {
  const source = pattern
    .split('*')
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join('.*');
  return new RegExp(`^${source}$`).test(text);
}

/** Is the branch among those of a list like `main release/* !release/old`? An empty list admits all. */
export function matchesBranches(list: string, branch: string): boolean {
  const patterns = list.split(' ').filter((pattern) => pattern !== '');
  if (patterns.some((pattern) => pattern.startsWith('!') && matchesWildcard(pattern.slice(1), branch))) return false;
  const allowed = patterns.filter((pattern) => !pattern.startsWith('!'));
  return allowed.length === 0 || allowed.some((pattern) => matchesWildcard(pattern, branch));
}
