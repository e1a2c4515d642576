import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadBundle } from '../../src/temporal/bundle.ts';

const codeIn = async (file: string): Promise<string> => {
  const bundle = await loadBundle(file);
  return 'code' in bundle ? bundle.code : '';
};

it('a bundle of other workflows is never run: it is made anew and kept, and the next start loads what is kept', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bundle-test-'));
  try {
    const file = join(folder, 'workflow-bundle.js');
    await writeFile(file, `/* of ${'0'.repeat(64)} */ var __TEMPORAL__;`);
    const fresh = await codeIn(file);
    expect(fresh).toContain('createBuild');
    expect(await readFile(file, 'utf8')).toBe(fresh);
    await appendFile(file, '\n// kept');
    expect(await codeIn(file)).toBe(`${fresh}\n// kept`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
