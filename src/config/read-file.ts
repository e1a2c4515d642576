// Configuration and secrets from this machine's files.
import { globSync, readFileSync, statSync } from 'node:fs';
import type { SecretFiles } from './secret.ts';
import type { FileReader } from './source.ts';

const SETTLED_MS = 2_000;
let looks = 0;

export const readFile: FileReader & SecretFiles = {
  readText: (path) => readFileSync(path, 'utf8'),
  glob: (pattern, directory) => globSync(pattern, { cwd: directory }),
  // Links are followed: Kubernetes changes a mounted secret by swapping one. What was written a moment ago may be written again within the
  // same tick of the file system's clock, in the same length: it has no stamp of its own yet, and is read each time.
  stampOf: (path) => {
    const { mtimeMs, size, ino } = statSync(path);
    const now = Date.now();
    return `${mtimeMs}:${size}:${ino}${now - mtimeMs < SETTLED_MS ? `:${now}:${(looks += 1)}` : ''}`;
  },
};
