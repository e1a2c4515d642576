import { readFileSync, statSync } from 'node:fs';
import type { SecretFiles } from './secret.ts';

/** Links are followed: Kubernetes changes a mounted secret by swapping one. */
export const diskSecrets: SecretFiles = {
  readText: (path) => readFileSync(path, 'utf8'),
  stampOf: (path) => {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs}:${size}:${ino}`;
  },
};
