// Somebody who may start builds at Buildkite copies what is public of a request into a build of their own, with variables of their
// choice. Whenever they do it, what runs for the request is the build that Countersign ordered.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SimBuild } from '../../src/sim/buildkite/state.ts';
import { CHANNEL } from '../../src/sim/world.ts';
import { target } from '../../src/ids.ts';
import { environmentId, environmentState, githubDeployId } from '../../workflows/contract.ts';
import { eventually } from '../support/acme.ts';
import { channelOf, ONE_SRE } from '../support/acme-config.ts';
import { openStories, type Stories } from '../support/stories.ts';
import type { Deploy } from '../support/sightings.ts';

const REPOSITORY_ID = 7001;
const SLY = { name: 'Sly', email: 'sly@example.test' };
const SLYS_TOKEN = 'bkua_sly';
const SERVICES = ['early', 'astray', 'queued', 'late'] as const;
type Service = (typeof SERVICES)[number];

describe('a build that was made to look like that of a request', () => {
  let acme: Stories;
  beforeAll(async () => {
    acme = await openStories(Object.fromEntries(SERVICES.map((name) => [name, { environments: { production: { approvals: ONE_SRE } } }])));
    for (const service of SERVICES) acme.world.buildkite.hold(service);
    acme.world.buildkite.addToken({ token: SLYS_TOKEN, user: SLY, scopes: ['write_builds'] });
  });
  afterAll(() => acme.end());

  const asked = async (service: Service): Promise<{ readonly deploy: Deploy; readonly sha: string }> => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, `/deploy ${service} to production`);
    await deploy.bothShow('Approve');
    return { deploy, sha: pull.sha };
  };
  /** What anybody can read of a request. */
  const publicOf = (service: Service, { code, comment }: Deploy): Readonly<Record<string, string>> => ({
    'countersign:deploy-id': githubDeployId(REPOSITORY_ID, comment?.id ?? 0),
    'countersign:code': code,
    'countersign:target': `${service}/production`,
    'countersign:service': service,
    'countersign:environment': 'production',
  });
  async function forged(service: Service, commit: string, marks: Readonly<Record<string, string>>): Promise<Readonly<SimBuild>> {
    const { buildkite } = acme.world;
    const answer = await fetch(`${buildkite.url}/v2/organizations/acme/pipelines/${service}/builds`, {
      method: 'POST',
      headers: { authorization: `Bearer ${SLYS_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ commit, branch: 'main', meta_data: marks, env: { EVIL: 'yes' } }),
    });
    expect(answer.status).toBe(201);
    const { number } = (await answer.json()) as { readonly number: number };
    buildkite.startBuild(service, number);
    await buildkite.deliveriesSettled();
    return buildkite.build(service, number);
  }
  async function attests(service: Service, number: number): Promise<string> {
    const { buildkite } = acme.world;
    const build = buildkite.build(service, number);
    const [job] = build.jobs;
    if (job === undefined) throw new Error('a build without jobs');
    const token = buildkite.oidc.tokenOf(build, job, { audience: acme.product().url, claims: ['build_id'] });
    // As our script does: again while it can't be told.
    return eventually('an answer', async () => {
      const answer = await fetch(`${acme.product().url}/buildkite/attest`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
      const said = await answer.text();
      return answer.status === 503 ? undefined : `${answer.status} ${answer.status === 200 ? '' : said}`.trim();
    });
  }
  /** Its own build, with nothing of Sly's, and with a seal that nobody was shown. */
  async function endsWithItsOwn(service: Service, { deploy, sha }: { readonly deploy: Deploy; readonly sha: string }, nth: number): Promise<void> {
    const own = await acme.build(service, nth);
    await deploy.bothShow('🚚 Deploying', `${own.number}`);
    expect([own.commit, own.env['EVIL'], own.creator?.name]).toEqual([sha, undefined, 'Countersign']);
    expect(own.metaData['countersign:seal']).toMatch(/^[0-9a-f]{64}$/);
    expect(own.env).not.toHaveProperty('COUNTERSIGN_SEAL');
    expect(await attests(service, own.number)).toBe('200');
    acme.world.buildkite.finish(service, own.number, 'passed');
    await deploy.bothShow('is live on production', `build ${own.number}`);
  }

  it.each([
    ['early', 'of the same commit', null],
    ['astray', 'of another commit', '0'.repeat(40)],
  ] as const)('before the approval (%s), %s, is waited for like any build from outside, and not adopted', async (service, _what, commit) => {
    const request = await asked(service);
    const copy = await forged(service, commit ?? request.sha, publicOf(service, request.deploy));
    await acme.bea.clicks('approve', request.deploy);
    await request.deploy.bothShow(`build ${copy.number}`);
    expect(await attests(service, copy.number)).toMatch(/^403 /);
    expect(acme.builds(service)).toHaveLength(1);
    acme.world.buildkite.finish(service, copy.number, 'passed');
    await endsWithItsOwn(service, request, 2);
    expect(acme.builds(service)).toHaveLength(2);
  });

  it('between the approval and the create, while another deploy has the turn, is not adopted either', async () => {
    const first = await asked('queued');
    await acme.bea.clicks('approve', first.deploy);
    await acme.build('queued');
    const second = await asked('queued');
    await acme.bea.clicks('approve', second.deploy);
    const environment = acme.client.workflow.getHandle(environmentId(target('queued/production')));
    await eventually('the second in the queue', async () => (await environment.query(environmentState)).queue.length === 1 || undefined);
    const copy = await forged('queued', second.sha, publicOf('queued', second.deploy));
    await endsWithItsOwn('queued', first, 1);
    // The cards say so within 15 s: a place in the queue is mere progress.
    await eventually('the copy to hold the target', async () => {
      const { holder, queue } = await environment.query(environmentState);
      return (holder !== null && holder.deployId === null && queue.length === 1) || undefined;
    });
    expect(acme.builds('queued')).toHaveLength(2);
    acme.world.buildkite.finish('queued', copy.number, 'failed');
    await endsWithItsOwn('queued', second, 3);
  });

  it('after its own, with the seal that can be read off that, is cancelled, and both cards say so', async () => {
    const request = await asked('late');
    await acme.bea.clicks('approve', request.deploy);
    const own = await acme.build('late');
    await request.deploy.bothShow('🚚 Deploying');
    const copy = await forged('late', request.sha, own.metaData);
    await eventually('its end', () => acme.world.buildkite.build('late', copy.number).state === 'canceled' || undefined);
    await request.deploy.bothShow(`${own.number}`, `${copy.number}`);
    expect(await attests('late', copy.number)).toMatch(/^403 /);
    await endsWithItsOwn('late', request, 1);
  });

  it('finds the seal nowhere but in the build, and what it is made of nowhere', async () => {
    const { slack, github } = acme.world;
    const seals = SERVICES.flatMap((service) => acme.builds(service)).flatMap(({ metaData }) => metaData['countersign:seal'] ?? []);
    expect(new Set(seals).size).toBe(5);
    const channels = [...Object.values(CHANNEL), ...SERVICES.map(channelOf)];
    const shown = JSON.stringify([
      channels.flatMap((channel) => slack.messages(channel)),
      github.requests.map(({ path, query, body }) => [path, query, body]),
      slack.requests.map(({ path, query, body }) => [path, query, body]),
      acme.world.buildkite.requests.filter(({ path }) => !path.endsWith('/builds')).map(({ path, query, body }) => [path, query, body]),
      acme.product().log(),
    ]);
    const runs: string[] = [];
    for await (const { runId } of acme.client.workflow.list({ query: `WorkflowType = 'deploy'` })) runs.push(runId);
    expect(runs).toHaveLength(5);
    const bodies = JSON.stringify(acme.world.buildkite.requests.map(({ body }) => body));
    expect(runs.filter((run) => shown.includes(run) || bodies.includes(run))).toEqual([]);
    expect(seals.filter((seal) => shown.includes(seal))).toEqual([]);
    const board = await (await fetch(acme.product().opsUrl)).text();
    expect(seals.filter((seal) => board.includes(seal))).toEqual([]);
  });
});
