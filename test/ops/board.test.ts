import { describe, expect, it } from 'vitest';
import { commitSha, deployCode } from '../../src/ids.ts';
import { boardPage, type BoardSnapshot } from '../../src/ops/board.ts';
import type { Place } from '../../src/render/live.ts';
import type { DeployPhase, DeployStatus, EnvironmentState } from '../../workflows/status.ts';
import type { BuildFacts } from '../../workflows/build-vocabulary.ts';

const NOW = Date.UTC(2026, 10, 24, 14, 20);
const SHA = commitSha('4f5a6b7c'.repeat(5));
const EVIL = `<script>alert("x")</script>&'`;
const BUILD: BuildFacts = {
  uuid: 'u',
  number: 512,
  pipeline: 'api-deploy',
  state: 'running',
  blocked: false,
  url: 'https://buildkite.test/512',
  commit: SHA,
  createdAt: null,
  startedAt: null,
  finishedAt: null,
  steps: [],
  deployId: null,
  target: null,
  service: null,
  environment: null,
};

function request(phase: DeployPhase, name = 'ann'): DeployStatus {
  const id = 'deploy:slack:T1:1';
  return {
    workflowId: id,
    request: {
      code: deployCode(id),
      service: 'api',
      environment: 'production',
      ref: { kind: 'named', name },
      parameters: {},
      requester: { surface: 'slack', team: 'T1', user: 'U1', name },
      origin: { surface: 'slack', team: 'T1', channel: 'C1', user: 'U1' },
      askedAt: NOW - 600_000,
      retryOf: null,
      dryRun: false,
    },
    plan: null,
    phase,
    votes: [],
    tally: { satisfied: false, have: 1, need: 2, tree: null },
    voided: [],
    revision: null,
    laterPush: null,
    build: null,
  };
}
function quotaOf(
  mode: 'own' | 'shared' | 'degraded',
  more: Partial<BoardSnapshot['quota']['limiter']> = {},
  windows: BoardSnapshot['quota']['windows'] = [],
): BoardSnapshot['quota'] {
  return { windows, limiter: { mode, processes: 1, isGuessed: false, waiting: 0, closed: {}, ...more } };
}
const WINDOWS: BoardSnapshot['quota']['windows'] = [
  { scope: 'user', limit: 50, remaining: 12, resetAt: NOW + 20_000 },
  { scope: 'organization', limit: 200, remaining: 3, resetAt: NOW - 1 },
];
const STATE: EnvironmentState = { target: 'api/production', known: true, live: [], holder: null, queue: [], history: [] };
const board = (snapshot: Partial<BoardSnapshot>): string =>
  boardPage({ at: NOW, requests: [], isPartial: false, unread: { zones: [], others: 0 }, environments: [], quota: quotaOf('own'), ...snapshot });
const environment = (state: Place['state']): string => board({ environments: [{ service: 'api', environment: 'production', state }] });

describe('the board', () => {
  it.each<[DeployPhase, string]>([
    [{ kind: 'waiting', expiresAt: NOW + 13_200_000 }, '⏸ waiting for approval, expires in 3 h 40 min'],
    [{ kind: 'queued', position: 2, ahead: null }, '⏳ queued, number 2'],
    [{ kind: 'starting', waitingFor: 'quota', until: null }, '⏳ starting, waiting: quota'],
    [{ kind: 'building', build: BUILD, cancelling: null }, '🚚 building, build 512 is running'],
    [{ kind: 'blocked', build: BUILD, step: 'Migrate?' }, '⏸ build 512 waits at Migrate?'],
    [{ kind: 'checking', unread: null }, '⏳ checking'],
    [{ kind: 'expired', at: NOW }, 'expired'],
  ])('says of %j: %s', (phase, words) => {
    const page = board({ requests: [request(phase)] });
    expect(page).toContain(words);
    expect(page).toContain('1 of 2 approvals');
    expect(page).toContain('2026-11-24 14:10 UTC');
  });

  it.each<[string, Place['state'], string]>([
    ['nothing live', STATE, 'nothing yet'],
    ['not read yet', { ...STATE, known: false }, 'unknown: being read from Buildkite'],
    ['unreachable', 'unread', 'can’t be read now'],
    ['never asked for', null, 'nobody has asked for a deploy there yet'],
    [
      'live',
      { ...STATE, live: [{ service: 'api', environment: 'production', sha: SHA, since: NOW - 1, code: null, buildUrl: null }] },
      '>4f5a6b7</code>',
    ],
    [
      'shared',
      { ...STATE, live: [{ service: 'web', environment: 'production', sha: SHA, since: NOW - 1, code: null, buildUrl: null }] },
      'nothing yet',
    ],
    ['held', { ...STATE, holder: { deployId: 'd', code: null, since: NOW - 45_000 } }, 'a build from outside</code> for 45 s'],
  ])('shows an environment that is %s', (_what, state, words) => {
    expect(environment(state)).toContain(words);
  });

  it('says what could not be read, and that the rest is not all', () => {
    const page = board({ unread: { zones: [{ name: 'eu', services: ['shop', EVIL] }], others: 2 } });
    expect(page).toContain('nothing is being deployed, as far as it could be read.');
    expect(page).toContain('❓ Zone <code>eu</code> (shop, &lt;script&gt;');
    expect(page).toContain('❓ 2 more open requests can’t be read now.');
    expect(page).not.toContain('<script');
  });

  it('says that there are more than it shows', () => {
    expect(board({ isPartial: true })).toContain('<p>There are more open requests than these.</p>');
    expect(board({})).not.toContain('There are more');
  });

  it("shows Buildkite's quota as the last answer told it, who shares it, and what is paused", () => {
    const page = board({ quota: quotaOf('shared', { processes: 3, waiting: 2, closed: { status: 12_000 } }, WINDOWS) });
    expect(page).toContain('<td>of the bot’s user</td><td>12 of 50 left for 20 s</td>');
    expect(page).toContain('<td>of the organization</td><td>200 in a new window</td>');
    expect(page).toContain('<p>Shared by 3 processes. 2 requests wait here. Paused: status for 12 s.</p>');
  });

  it.each([
    [
      'says that Redis is away, before anything was asked too',
      quotaOf('degraded', { processes: 4 }),
      'Redis can’t be reached: this process keeps to',
    ],
    [
      'says that it is a guess who shares the quota, and where to look',
      quotaOf('degraded', { processes: 4, isGuessed: true }),
      'Redis was not reached since the start: look at REDIS_URL. How many processes share the quota is not known, so this process keeps to the part of one of 4',
    ],
    ['says nothing more of a quota that nobody shares and nobody waits for', quotaOf('own', {}, WINDOWS), '</table>\n</body>'],
    ['says nothing of a quota that this process does not use', quotaOf('own'), '<p>No environment is configured.</p>\n</body>'],
  ])('%s', (_what, quota, words) => {
    expect(board({ quota })).toContain(words);
  });

  it('escapes everything that people or platforms named', () => {
    const page =
      board({ requests: [request({ kind: 'blocked', build: BUILD, step: EVIL }, EVIL)] }) +
      board({ environments: [{ service: EVIL, environment: EVIL, state: { ...STATE, holder: { deployId: EVIL, code: EVIL, since: NOW } } }] });
    expect(page).not.toContain('<script');
    expect(page.match(/&lt;script&gt;alert\(&quot;x&quot;\)&lt;\/script&gt;&amp;&#39;/g)).toHaveLength(5);
  });
});
