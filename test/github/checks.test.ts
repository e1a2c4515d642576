import { describe, expect, it } from 'vitest';
import type nock from 'nock';
import { answerOnlyAnnouncedRequests, APP_ID, REPO, sha, signedInClient, troubleOf } from './github-app.ts';

answerOnlyAnnouncedRequests();

const SHA = sha('a');
const STATUS = `/repos/acme/api/commits/${SHA}/status`;
const RUNS = `/repos/acme/api/commits/${SHA}/check-runs`;
const ACTIONS = 15_368;

interface Run {
  readonly id: number;
  readonly name: string;
  readonly status?: string;
  readonly conclusion?: string | null;
  readonly app?: { readonly id: number } | null;
}

function statuses(api: nock.Scope, found: readonly object[], total = found.length): void {
  api.get(`${STATUS}?per_page=100&page=1`).reply(200, { state: 'success', total_count: total, statuses: found });
}

function runs(api: nock.Scope, found: readonly Run[], of: { readonly page?: number; readonly total?: number; readonly link?: string } = {}): void {
  const body = {
    total_count: of.total ?? found.length,
    check_runs: found.map((run) => ({
      status: 'completed',
      conclusion: 'success',
      app: { id: ACTIONS },
      html_url: `https://github.com/acme/api/runs/${run.id}`,
      ...run,
    })),
  };
  api.get(`${RUNS}?filter=latest&per_page=100&page=${of.page ?? 1}`).reply(200, body, of.link === undefined ? {} : { link: of.link });
}

async function stateOf(run: Omit<Run, 'id' | 'name'>): Promise<string | undefined> {
  const { github, api } = signedInClient();
  statuses(api, []);
  runs(api, [{ id: 1, name: 'test', ...run }]);
  return Object.entries(await github.readChecks(REPO, SHA)).find(([, checks]) => checks.length > 0)?.[0];
}

describe('checks', () => {
  it('are statuses and check runs together', async () => {
    const { github, api } = signedInClient();
    statuses(api, [
      { id: 1, context: 'ci/a', state: 'success', target_url: 'https://ci.acme.test/1' },
      { id: 2, context: 'ci/b', state: 'failure', target_url: null },
      { id: 3, context: 'ci/c', state: 'error' },
      { id: 4, context: 'ci/d', state: 'pending' },
      { id: 5, context: 'ci/e', state: 'expected' },
    ]);
    runs(api, [{ id: 1, name: 'test' }]);
    expect(await github.readChecks(REPO, SHA)).toEqual({
      passed: [
        { name: 'ci/a', url: 'https://ci.acme.test/1' },
        { name: 'test', url: 'https://github.com/acme/api/runs/1' },
      ],
      failed: [
        { name: 'ci/b', url: null },
        { name: 'ci/c', url: null },
      ],
      pending: [
        { name: 'ci/d', url: null },
        { name: 'ci/e', url: null },
      ],
    });
  });

  it.each(['success', 'neutral', 'skipped'])('pass with the conclusion %s', async (conclusion) => {
    expect(await stateOf({ conclusion })).toBe('passed');
  });

  it.each(['failure', 'cancelled', 'timed_out', 'action_required', 'stale', 'startup_failure', 'of tomorrow', null])(
    'fail with the conclusion %s',
    async (conclusion) => {
      expect(await stateOf({ conclusion })).toBe('failed');
    },
  );

  it.each(['queued', 'in_progress', 'waiting', 'requested', 'pending', 'of tomorrow'])('are pending in the status %s', async (status) => {
    expect(await stateOf({ status, conclusion: null })).toBe('pending');
  });

  it('count once per name and app, the newest', async () => {
    const { github, api } = signedInClient();
    statuses(api, []);
    runs(api, [
      { id: 8, name: 'test', conclusion: 'success' },
      { id: 9, name: 'test', conclusion: 'failure' },
      { id: 7, name: 'test', conclusion: 'success' },
      { id: 6, name: 'test', conclusion: 'success', app: { id: 55 } },
    ]);
    const url = (id: number): string => `https://github.com/acme/api/runs/${id}`;
    expect(await github.readChecks(REPO, SHA)).toEqual({
      passed: [{ name: 'test', url: url(6) }],
      failed: [{ name: 'test', url: url(9) }],
      pending: [],
    });
  });

  it('leave out our own, but not what only carries our name or only comes from our app', async () => {
    const { github, api } = signedInClient();
    statuses(api, [{ id: 1, context: 'countersign/api', state: 'pending' }]);
    runs(api, [
      { id: 1, name: 'countersign/production', status: 'queued', conclusion: null, app: { id: APP_ID } },
      { id: 2, name: 'countersign/production', conclusion: 'failure', app: { id: 666 } },
      { id: 3, name: 'countersign/production', conclusion: 'timed_out', app: null },
      { id: 4, name: 'self test', conclusion: 'success', app: { id: APP_ID } },
    ]);
    const checks = await github.readChecks(REPO, SHA);
    expect(checks.passed.map((check) => check.name)).toEqual(['self test']);
    expect(checks.failed.map((check) => check.name)).toEqual(['countersign/production', 'countersign/production']);
    expect(checks.pending.map((check) => check.name)).toEqual(['countersign/api']);
  });

  it('are read to the last page', async () => {
    const { github, api } = signedInClient();
    statuses(api, []);
    const page = (from: number): Run[] => Array.from({ length: 100 }, (_, i) => ({ id: from + i, name: `test ${from + i}` }));
    runs(api, page(1), { total: 201 });
    runs(api, page(101), { page: 2, total: 201 });
    runs(api, [{ id: 201, name: 'the last one', conclusion: 'failure' }], { page: 3, total: 201 });
    const checks = await github.readChecks(REPO, SHA);
    expect(checks.passed).toHaveLength(200);
    expect(checks.failed.map((check) => check.name)).toEqual(['the last one']);
  });

  it('are read on where GitHub says that there is more, full page or not', async () => {
    const { github, api } = signedInClient();
    statuses(api, []);
    runs(api, [{ id: 1, name: 'a' }], {
      total: 2,
      link: '<https://api.github.com/x?page=2>; rel="next", <https://api.github.com/x?page=2>; rel="last"',
    });
    runs(api, [{ id: 2, name: 'b' }], { page: 2, total: 2, link: '<https://api.github.com/x?page=1>; rel="prev"' });
    expect((await github.readChecks(REPO, SHA)).passed).toHaveLength(2);
  });

  it('are unknown when GitHub counted more than it listed', async () => {
    const { github, api } = signedInClient();
    statuses(api, []);
    runs(api, [{ id: 1, name: 'test' }], { total: 2 });
    expect(await troubleOf(github.readChecks(REPO, SHA))).toMatchObject({ kind: 'unavailable' });
    statuses(api, [], 1);
    runs(api, []);
    expect(await troubleOf(github.readChecks(REPO, SHA))).toMatchObject({ kind: 'unavailable' });
  });

  it('are unknown when there are more than ten pages', async () => {
    const { github, api } = signedInClient();
    statuses(api, []);
    for (let page = 1; page <= 10; page += 1) {
      const full = Array.from({ length: 100 }, (_, i) => ({ id: page * 100 + i, name: `test ${page} ${i}` }));
      runs(api, full, { page, total: 1000, link: '<https://api.github.com/x>; rel="next"' });
    }
    expect(await troubleOf(github.readChecks(REPO, SHA))).toMatchObject({ kind: 'unavailable' });
  });

  it('are unknown when only one half can be read', async () => {
    const { github, api } = signedInClient();
    statuses(api, []);
    api.get(`${RUNS}?filter=latest&per_page=100&page=1`).reply(502);
    expect(await troubleOf(github.readChecks(REPO, SHA))).toMatchObject({ kind: 'unavailable', status: 502 });
  });
});
