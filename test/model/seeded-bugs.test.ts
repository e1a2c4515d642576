// The bugs can be planted: `npm run check:bugs` does it, and takes a minute longer than this.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SEEDED_BUGS } from './seeded-bugs.ts';

test.each(SEEDED_BUGS)('“$name” has its place exactly once in $file', ({ file, from, to }) => {
  const parts = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8').split(from);
  expect(parts).toHaveLength(2);
  expect(to).not.toBe(from);
});
