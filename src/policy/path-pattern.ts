// Globs over paths of a repository, as `files` and `onlyFiles` use them. Pure.

/**
 * The whole path must match. `*` and `?` stay within a folder, `**` as a whole segment stands for any number of folders; everything
 * else is literal, upper and lower case differ. Takes at most (length of the pattern × length of the path) steps.
 */
export function matchesPath(pattern: string, path: string): boolean {
  const wanted = pattern.split('/');
  // Which prefixes of the path's segments the pattern's segments so far can match.
  let reached: ReadonlySet<number> = new Set([0]);
  const segments = path.split('/');
  for (const [i, part] of wanted.entries()) {
    if (part === '**') {
      // At the end something must follow: `docs/**` is what is in docs, not a file of that name.
      const from = Math.min(...reached) + (i === wanted.length - 1 ? 1 : 0);
      reached = new Set(Array.from({ length: segments.length + 1 }, (_, at) => at).filter((at) => at >= from));
    } else {
      reached = new Set([...reached].flatMap((at) => (at < segments.length && matchesSegment(part, segments[at] ?? '') ? [at + 1] : [])));
    }
    if (reached.size === 0) return false;
  }
  return reached.has(segments.length);
}

/** The usual greedy walk: only the last `*` is ever taken back. */
function matchesSegment(pattern: string, text: string): boolean {
  let star = -1;
  let resume = 0;
  let p = 0;
  let t = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p;
      resume = t;
      p += 1;
    } else if (pattern[p] === '?' || pattern[p] === text[t]) {
      p += 1;
      t += 1;
    } else if (star >= 0) {
      resume += 1;
      p = star + 1;
      t = resume;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(p));
}
