import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { playStory } from '../../src/sim/story.ts';
import { startAcme, type Acme } from '../support/acme.ts';

describe('the main story', () => {
  let acme: Acme;
  beforeAll(async () => {
    acme = await startAcme();
  });
  afterAll(() => acme.end());

  it('is asked for on a pull request, signed in both windows, built once and told on both', async () => {
    const lines: string[] = [];
    const wrong = await playStory({ world: acme.world, client: acme.client, tell: ({ who, what }) => lines.push(`${who} ${what}`), ui: null });
    expect(wrong).toEqual([]);
    expect(lines.join('\n')).toContain("You asked for this deploy, so your approval can't count.");
    expect(lines.join('\n')).toContain('Counted: 1 of 2. Still needed: 1 of api-owners (Dan).');
  });
});
