import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordOf } from '../../src/sim/decision-record.ts';
import { playStory } from '../../src/sim/story.ts';
import { startAcme, type Acme } from '../support/acme.ts';

describe('the main story', () => {
  let acme: Acme;
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-record-'));
    acme = await startAcme({ attests: true });
  });
  afterAll(async () => {
    await acme.end();
    await rm(folder, { recursive: true, force: true });
  });

  it('is asked for on a pull request, signed in both windows, built once by a build that proves itself, told on both, and kept as a record', async () => {
    const { world, client } = acme;
    const lines: string[] = [];
    const record = (code: string): ReturnType<typeof recordOf> => recordOf(code, { env: acme.env(), folder });
    const wrong = await playStory({ world, client, tell: ({ who, what }) => lines.push(`${who} ${what}`), ui: null, record });
    expect(wrong).toEqual([]);
    const told = lines.join('\n');
    expect(told).toContain("You asked for this deploy, so your approval can't count.");
    expect(told).toContain('Counted: 1 of 2. Still needed: 1 of api-owners (Dan).');
    expect(told).toContain('yes, this is the approved build');
    expect(told).toContain('✓ genuine, and it agrees with itself');
  });
});
