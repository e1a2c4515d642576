// What is said of a credential when workers start.
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { BuildkiteApi } from '../../src/buildkite/api.ts';
import { checkBuildkite } from '../../src/compose/check-buildkite.ts';
import { Trouble, type TroubleKind } from '../../src/trouble.ts';

const SCOPES = ['read_builds', 'write_builds', 'read_build_logs'];
const NOW = Date.UTC(2026, 10, 30);
const HOUR = 3_600_000;
const trouble = (kind: TroubleKind, cause?: unknown) => new Trouble({ source: 'buildkite', kind, doing: 'checking the token', found: 'no', cause });

async function check(checkToken: BuildkiteApi['checkToken'], tokenExpiresAt: number | null = null): Promise<readonly string[]> {
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) });
  await checkBuildkite({ zone: 'eu', buildkite: { checkToken } as BuildkiteApi, tokenExpiresAt: () => tokenExpiresAt }, { now: () => NOW, log });
  return lines;
}
const token =
  (change: object = {}) =>
  async () => ({ scopes: SCOPES, user: 'bot@acme.test', expiresAt: null, ...change });

describe('a credential for Buildkite, looked at before anything is built', () => {
  it('that is good is no news', async () => {
    expect(await check(token())).toEqual([]);
    expect(await check(token({ expiresAt: NOW + 100 * HOUR }))).toEqual([]);
  });

  it('that runs out soon is told, unless it is replaced by itself', async () => {
    const soon = token({ expiresAt: NOW + 20 * HOUR });
    expect(await check(soon)).toEqual(['the Buildkite token runs out soon: create another and replace it']);
    expect(await check(soon, NOW + HOUR)).toEqual([]);
  });

  it.each<readonly [string, BuildkiteApi['checkToken'], RegExp]>([
    ['lacks a scope', token({ scopes: ['read_builds'] }), /lacks write_builds, read_build_logs/],
    ['Buildkite does not know', async () => Promise.reject(trouble('unauthorised')), /does not know it/],
    ['can not be exchanged for', async () => Promise.reject(trouble('unavailable', trouble('unauthorised'))), /checking the token: no/],
  ])('that %s ends the start', async (_, checkToken, found) => {
    await expect(check(checkToken)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringMatching(found) as string });
  });

  it('that can’t be looked at just now is no reason not to start', async () => {
    expect(await check(async () => Promise.reject(trouble('unavailable')))).toEqual(['the Buildkite token could not be checked']);
  });
});
