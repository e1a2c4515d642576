// Our check runs and deployments, against a simulated GitHub that does what GitHub does when it is not told otherwise.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGithub } from '../../src/github/client.ts';
import type { CheckRunWish, GithubApi } from '../../src/github/api.ts';
import { commitSha } from '../../src/ids.ts';
import type { RepositoryFacts } from '../../src/policy/facts.ts';
import { createGithubSim, type GithubSim } from '../../src/sim/github/github-sim.ts';
import { isTrouble } from '../../src/trouble.ts';
import type { CommitSha } from '../../workflows/vocabulary.ts';
import { checkExchange } from '../support/github-openapi.ts';
import { silent } from './github-app.ts';

const SLUG = 'acme/api';
let sim: GithubSim;
let github: GithubApi;
let repo: RepositoryFacts;
let sha: CommitSha;
const problems: string[] = [];

beforeAll(async () => {
  sim = await createGithubSim();
  sim.onExchange((exchange) => problems.push(...checkExchange(exchange)));
  sim.addUser({ login: 'ann' });
  sim.addRepository({ slug: SLUG });
  sha = commitSha(sim.commit(SLUG, 'main', { author: 'ann', message: 'Work' }));
  const { appId, appPrivateKey, url } = sim;
  github = createGithub({ appId, privateKey: () => appPrivateKey, baseUrl: url, ownCheckPrefix: 'countersign/', log: silent, now: Date.now });
  repo = await github.readRepository(SLUG);
});
afterAll(() => sim.close());

const WAITING: CheckRunWish = {
  status: 'queued',
  conclusion: null,
  title: 'Waiting',
  summary: 'for **sre**',
  detailsUrl: 'https://github.test/card',
};
const DONE: CheckRunWish = { status: 'completed', conclusion: 'success', title: 'Live', summary: '', detailsUrl: null };

describe('a check run', () => {
  it('is created, found again by its request, and updated', async () => {
    const key = { sha, name: 'countersign/api-production', externalId: 'deploy:github:7:1' };
    expect(await github.findCheckRun(repo, key)).toBeNull();
    const id = await github.createCheckRun(repo, key, WAITING);
    const other = await github.createCheckRun(repo, { ...key, externalId: 'deploy:github:7:2' }, WAITING);
    expect(await github.findCheckRun(repo, key)).toEqual({ id, isCompleted: false });
    expect(await github.findCheckRun(repo, { ...key, externalId: 'deploy:github:7:2' })).toEqual({ id: other, isCompleted: false });
    await github.updateCheckRun(repo, other, DONE);
    expect(sim.checks(SLUG, sha)).toMatchObject([{ name: key.name, result: 'success', title: 'Live', detailsUrl: 'https://github.test/card' }]);
  });

  it('of ours keeps no gate closed', async () => {
    expect(await github.readChecks(repo, sha)).toEqual({ passed: [], failed: [], pending: [] });
  });

  it('of another app with the same name and id is not ours', async () => {
    sim.setCheck(SLUG, sha, { name: 'countersign/api-staging', result: 'queued', app: 'countersign-lookalike' });
    expect(await github.findCheckRun(repo, { sha, name: 'countersign/api-staging', externalId: '' })).toBeNull();
  });

  it('may be as long as a card ever gets', async () => {
    const key = { sha, name: 'countersign/long', externalId: 'deploy:github:7:3' };
    await github.createCheckRun(repo, key, { ...WAITING, summary: 'x'.repeat(70_000) });
    expect(sim.checks(SLUG, sha).find(({ name }) => name === key.name)?.summary).toHaveLength(65_535);
  });
});

describe('a deployment', () => {
  const wish = (deploy: string, change: object = {}) => {
    const given = { sha, environment: 'production', deploy, code: '7F3K-Q2', description: 'api (7F3K-Q2)', isProduction: true };
    return { ...given, ...change };
  };

  it('is of exactly the commit that is built, whatever its checks say, and is found again by its request', async () => {
    const key = { sha, environment: 'production', by: { deploy: 'deploy:1' } };
    expect(await github.findDeployment(repo, key)).toBeNull();
    sim.setCheck(SLUG, sha, { name: 'unit', result: 'failure' });
    const id = await github.createDeployment(repo, wish('deploy:1'));
    expect(await github.findDeployment(repo, key)).toBe(id);
    expect(await github.findDeployment(repo, { ...key, by: { code: '7F3K-Q2' } })).toBe(id);
    expect(await github.findDeployment(repo, { ...key, by: { deploy: 'deploy:2' } })).toBeNull();
    expect(sim.deployments(SLUG)).toMatchObject([{ sha, isProduction: true, payload: { countersign: { deploy: 'deploy:1', code: '7F3K-Q2' } } }]);
  });

  it('is told with its build and its address, in at most 140 characters', async () => {
    const id = await github.createDeployment(repo, wish('deploy:3', { environment: 'staging', isProduction: false, description: 'x'.repeat(200) }));
    await github.setDeploymentStatus(repo, id, {
      state: 'in_progress',
      description: 'y'.repeat(200),
      logUrl: 'https://bk.test/1',
      environmentUrl: null,
    });
    const last = { state: 'success', description: 'live', logUrl: 'https://bk.test/1', environmentUrl: 'https://staging.test' } as const;
    await github.setDeploymentStatus(repo, id, last);
    expect(sim.deployments(SLUG).at(-1)).toMatchObject({ ...last, states: ['in_progress', 'success'] });
    const next = await github.createDeployment(repo, wish('deploy:4', { environment: 'staging', isProduction: false }));
    await github.setDeploymentStatus(repo, next, last);
    expect(sim.deployments(SLUG).map(({ state }) => state)).toEqual(['none', 'inactive', 'success']);
  });

  it('of another commit than was asked for is an error, and none of ours', async () => {
    const other = { id: 9, sha: 'f'.repeat(40) };
    sim.fault({ method: 'POST', path: /\/deployments$/, times: 1, effect: { kind: 'status', status: 201, body: other } });
    const failure: unknown = await github.createDeployment(repo, wish('deploy:5')).then(
      () => null,
      (error: unknown) => error,
    );
    expect(isTrouble(failure, 'invalid')).toBe(true);
    expect(String(failure)).toContain(`github made one of ${other.sha}`);
  });
});

it('is asked for as the published description has it', () => {
  expect(problems.filter((problem) => !problem.includes('answer 201'))).toEqual([]);
  expect(sim.unknownRoutes).toEqual([]);
});
