// What GitHub shows beside the card: once each, with few requests, and never in the card's way.
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createMarks, type Marks } from '../../src/activities/marks.ts';
import type { CheckRunWish, DeploymentStatusWish, GithubApi } from '../../src/github/api.ts';
import { Trouble, type TroubleKind } from '../../src/trouble.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import type { Plan } from '../../workflows/vocabulary.ts';
import { EXAMPLES } from '../support/examples.ts';
import { code, LIVE, plan, PUSHED, SHA, status } from '../support/views.ts';

interface Run extends CheckRunWish {
  readonly id: number;
  readonly sha: string;
  readonly externalId: string;
}

/** A GitHub that keeps what it is told, shared by as many processes as a test has. */
function openGithub(): {
  readonly api: GithubApi;
  readonly asked: string[];
  readonly runs: Run[];
  readonly deployments: { id: number; sha: string; deploy: string; code: string; states: DeploymentStatusWish['state'][] }[];
  fail: TroubleKind | null;
} {
  const asked: string[] = [];
  const runs: Run[] = [];
  const deployments: ReturnType<typeof openGithub>['deployments'] = [];
  const world = { api: {} as GithubApi, asked, runs, deployments, fail: null as TroubleKind | null };
  const ask = (what: string): void => {
    asked.push(what);
    if (world.fail !== null) throw new Trouble({ source: 'github', kind: world.fail, doing: what, found: 'github answered' });
  };
  const known: Partial<GithubApi> = {
    async findCheckRun(_repo, { sha, externalId }) {
      ask('find check');
      const found = runs.find((run) => run.sha === sha && run.externalId === externalId);
      return found === undefined ? null : { id: found.id, isCompleted: found.status === 'completed' };
    },
    async createCheckRun(_repo, { sha, externalId }, wish) {
      ask('create check');
      return runs.push({ ...wish, id: runs.length + 1, sha, externalId });
    },
    async updateCheckRun(_repo, id, wish) {
      ask('update check');
      const at = runs.findIndex((run) => run.id === id);
      const before = runs[at];
      if (before !== undefined) runs[at] = { ...before, ...wish };
    },
    async findDeployment(_repo, { sha, by }) {
      ask('find deployment');
      return deployments.find((one) => one.sha === sha && ('deploy' in by ? one.deploy === by.deploy : one.code === by.code))?.id ?? null;
    },
    async createDeployment(_repo, { sha, deploy, code }) {
      ask('create deployment');
      return deployments.push({ id: deployments.length + 1, sha, deploy, code, states: [] });
    },
    async setDeploymentStatus(_repo, id, { state }) {
      ask('set status');
      deployments.find((one) => one.id === id)?.states.push(state);
    },
  };
  const unasked = async (): Promise<never> => {
    throw new Error('this test does not ask for it');
  };
  world.api = new Proxy(known, { get: (given, name) => Reflect.get(given, name) ?? unasked }) as GithubApi;
  return world;
}

function startProcess(api: GithubApi): { readonly marks: Marks; readonly log: string[] } {
  const log: string[] = [];
  const marks = createMarks({ github: api, prefix: '/deploy', log: pino({ level: 'warn' }, { write: (line: string) => void log.push(line) }) });
  return { marks, log };
}

async function show(marks: Marks, shown: DeployStatus): Promise<void> {
  for (const [, run] of marks.steps(shown, 'https://github.test/acme/api/pull/42#issuecomment-1')) await run();
}

const POLICY = { github: { check: true, deployments: 'production' } };
const on = (given: DeployStatus, change: Partial<Plan> = {}): DeployStatus => ({
  ...given,
  plan: given.plan === null ? null : { ...given.plan, policy: POLICY, ...change },
});
const STORY = [
  EXAMPLES.waiting.waiting,
  EXAMPLES.waiting['waiting-half'],
  EXAMPLES.queued.queued,
  EXAMPLES.checking.checking,
  EXAMPLES.starting.starting,
  EXAMPLES.building.building,
  EXAMPLES.succeeded.succeeded,
].map((given) => on(given));

describe('a whole deploy', () => {
  it('has one check run and one deployment, for twelve requests', async () => {
    const github = openGithub();
    const { marks } = startProcess(github.api);
    // Every state is announced twice, as when a step of the build passes.
    for (const shown of STORY) for (const again of [shown, shown]) await show(marks, again);
    expect(github.runs).toMatchObject([{ sha: SHA, status: 'completed', conclusion: 'success' }]);
    expect(github.deployments).toMatchObject([{ sha: SHA, states: ['queued', 'in_progress', 'success'] }]);
    expect(github.asked).toHaveLength(12);
  });

  it('has no more of them when each state is shown by another process', async () => {
    const github = openGithub();
    for (const shown of STORY) await show(startProcess(github.api).marks, shown);
    expect(github.runs).toMatchObject([{ sha: SHA, conclusion: 'success' }]);
    expect(github.deployments).toMatchObject([{ sha: SHA, states: ['queued', 'in_progress', 'success'] }]);
  });

  it('finds what an answer that got lost had made', async () => {
    const github = openGithub();
    const { marks } = startProcess({ ...github.api, ...lostOnce(github.api) });
    for (const shown of STORY) await show(marks, shown);
    expect(github.runs).toHaveLength(1);
    expect(github.deployments).toHaveLength(1);
  });

  it('has none where the plan wishes for none, in a plan from before, or when only asked what would happen', async () => {
    const github = openGithub();
    const { marks } = startProcess(github.api);
    for (const shown of STORY) {
      await show(marks, on(shown, { policy: { github: { check: false, deployments: null } } }));
      await show(marks, on(shown, { policy: {} }));
      await show(marks, { ...shown, request: { ...shown.request, dryRun: true } });
    }
    expect(github.asked).toEqual([]);
  });
});

/** Both creates happen, and both answers get lost. */
function lostOnce(api: GithubApi): Pick<GithubApi, 'createCheckRun' | 'createDeployment'> {
  const lost = new Set<string>();
  const lose = async (what: string, made: Promise<number>): Promise<number> => {
    const id = await made;
    if (lost.has(what)) return id;
    lost.add(what);
    throw new Trouble({ source: 'github', kind: 'unclear', doing: what, found: 'no answer' });
  };
  return {
    createCheckRun: (...given) => lose('check', api.createCheckRun(...given)),
    createDeployment: (...given) => lose('deployment', api.createDeployment(...given)),
  };
}

describe('a new revision', () => {
  const before = on(EXAMPLES.waiting.waiting);
  const after = on(EXAMPLES.waiting['waiting-new-revision'], { sha: PUSHED });
  it.each([
    ['the same process', true],
    ['another process', false],
  ])('ends the check run of the commit before, in %s', async (_which, isSame) => {
    const github = openGithub();
    const first = startProcess(github.api).marks;
    await show(first, before);
    await show(isSame ? first : startProcess(github.api).marks, after);
    expect(github.runs).toMatchObject([
      { sha: SHA, status: 'completed', conclusion: 'neutral', title: `⏭️ superseded by ${PUSHED.slice(0, 7)}` },
      { sha: PUSHED, status: 'queued' },
    ]);
  });
});

describe('an end', () => {
  const ended = (given: DeployStatus) => on(given);
  it.each([
    ['rejected', ended(EXAMPLES.rejected.rejected), 'failure'],
    ['expired', ended(EXAMPLES.expired.expired), 'timed_out'],
    ['cancelled', ended(EXAMPLES.cancelled.cancelled), 'cancelled'],
    ['stopped by the last check', ended(EXAMPLES.stopped.stopped), 'failure'],
  ] as const)('without a build is no deployment: %s', async (_how, shown, conclusion) => {
    const github = openGithub();
    await show(startProcess(github.api).marks, shown);
    expect(github.runs).toMatchObject([{ conclusion }]);
    expect(github.asked).not.toContain('find deployment');
  });

  it('that Buildkite refused closes the deployment that was begun, and begins none', async () => {
    const refused = ended(EXAMPLES['not-built']['not-built']);
    const github = openGithub();
    await show(startProcess(github.api).marks, refused);
    expect(github.deployments).toEqual([]);
    const { marks } = startProcess(github.api);
    await show(marks, on(EXAMPLES.starting.starting));
    await show(marks, refused);
    expect(github.deployments).toMatchObject([{ states: ['queued', 'error'] }]);
  });

  it('that went well ends the deployment before it, which GitHub leaves standing in a production environment', async () => {
    const github = openGithub();
    const { marks } = startProcess(github.api);
    github.deployments.push({ id: 1, sha: LIVE, deploy: 'deploy:before', code: '4GHT-W9', states: ['success'] });
    const live = { sha: LIVE, since: 1, code: code('4GHT-W9'), buildUrl: null };
    await show(marks, on(EXAMPLES.succeeded.succeeded, { live }));
    expect(github.deployments.map(({ states }) => states)).toEqual([['success', 'inactive'], ['success']]);
  });
});

describe('trouble', () => {
  it.each(['unavailable', 'unclear', 'rate-limited', 'not-sent'] as const)(
    'that passes (%s) waits for the next announcement, but for the last one, which is tried again',
    async (kind) => {
      const github = openGithub();
      const { marks } = startProcess(github.api);
      github.fail = kind;
      await show(marks, on(EXAMPLES.building.building));
      await expect(show(marks, on(EXAMPLES.succeeded.succeeded))).rejects.toMatchObject({ kind });
      github.fail = null;
      await show(marks, on(EXAMPLES.succeeded.succeeded));
      expect(github.runs).toMatchObject([{ conclusion: 'success' }]);
      expect(github.deployments).toMatchObject([{ states: ['success'] }]);
    },
  );

  it.each(['unauthorised', 'not-found', 'invalid'] as const)('that stays (%s) stops nothing, not even the last word', async (kind) => {
    const github = openGithub();
    const { marks } = startProcess(github.api);
    github.fail = kind;
    for (const shown of STORY) await show(marks, shown);
    expect(github.runs).toEqual([]);
  });

  it('with a missing permission is told once for each repository', async () => {
    const github = openGithub();
    const { marks, log } = startProcess(github.api);
    github.fail = 'unauthorised';
    for (const shown of STORY) await show(marks, shown);
    await show(marks, { ...on(status({ kind: 'waiting', expiresAt: 1 })), workflowId: 'deploy:another', plan: { ...plan, policy: POLICY } });
    expect(log.map((line) => (JSON.parse(line) as { readonly msg: string }).msg)).toEqual([
      "a check run can't be shown: the app may lack the permission",
      "a deployment can't be shown: the app may lack the permission",
    ]);
  });
});
