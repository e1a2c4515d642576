// Configuration and secrets from this machine's files.
import { globSync, readFileSync, statSync } from 'node:fs';
import type { SecretFiles } from './secret.ts';
import type { FileReader } from './source.ts';

export const readFile: FileReader & SecretFiles = {
  readText: (path) => readFileSync(path, 'utf8'),
  glob: (pattern, directory) => globSync(pattern, { cwd: directory }),
  // Links are followed: Kubernetes changes a mounted secret by swapping one.
  stampOf: (path) => {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs}:${size}:${ino}`;
  },
};
