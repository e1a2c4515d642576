// Builds that deploy though nobody asked Countersign for them: told once, in the channel, with a button for those who may cancel.
import { WorkflowNotFoundError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StepDefinition } from '../../src/sim/buildkite/state.ts';
import { REPOSITORY } from '../../src/sim/world.ts';
import { outsideId } from '../../workflows/outside-contract.ts';
import { eventually } from '../support/acme.ts';
import { channelOf, ONE_SRE } from '../support/acme-config.ts';
import { readableSlack } from '../support/readable.ts';
import { openStories, type Stories } from '../support/stories.ts';

const STEPS: readonly StepDefinition[] = [
  { type: 'command', label: 'test', key: 'test' },
  { type: 'wait' },
  { type: 'command', label: 'deploy', key: 'deploy' },
];
const SLY = { name: 'Sly', email: 'sly@example.test' };
const SLYS_TOKEN = 'bkua_sly';
const staging = { environments: { staging: { approvals: 'none' } } };

describe('a build that nobody asked for', () => {
  let acme: Stories;
  beforeAll(async () => {
    acme = await openStories(
      {
        api: { environments: { production: { approvals: ONE_SRE, may: { cancel: ['approvers'] } } }, steps: STEPS },
        strict: { ...staging, steps: STEPS },
        quiet: { ...staging, steps: STEPS },
        asking: { ...staging, steps: STEPS },
        copied: { ...staging, steps: [{ type: 'command', label: 'deploy', key: 'deploy' }] },
      },
      {
        atBuildkite: {
          pipelines: {
            api: { repo: REPOSITORY, deploySteps: ['deploy'] },
            strict: { repo: REPOSITORY, outside: 'cancel', dedicated: true },
            quiet: { repo: REPOSITORY, outside: 'ignore', deploySteps: ['deploy'] },
            copied: { repo: REPOSITORY, deploySteps: ['deploy'] },
          },
        },
      },
    );
    for (const pipeline of ['api', 'strict', 'quiet', 'asking', 'copied']) acme.world.buildkite.hold(pipeline);
    acme.world.buildkite.addToken({ token: SLYS_TOKEN, user: SLY, scopes: ['write_builds'] });
  });
  afterAll(() => acme.end());

  const told = (service: string): readonly string[] => acme.world.slack.messages(channelOf(service)).map(readableSlack);
  const says = (service: string, words: string): Promise<string> =>
    eventually(`"${words}" in the channel of ${service}`, () => told(service).find((text) => text.includes(words)));
  const started = (pipeline: string): number =>
    acme.world.buildkite.buildInUi(pipeline, { commit: acme.world.github.sha(REPOSITORY, 'main'), branch: 'main', by: SLY });
  const click = async (who: 'ann' | 'bea', service: string): Promise<string> => {
    const [message] = acme.world.slack.messages(channelOf(service));
    if (message === undefined) throw new Error(`there is nothing in the channel of ${service}`);
    return acme[who].clicksOn(message, 'cancel');
  };

  /** Sly has a build made with meta-data of his choice, and its step that deploys starts; answers the build. */
  async function forged(pipeline: string, { commit, marks }: { readonly commit: string; readonly marks: Readonly<Record<string, string>> }) {
    const { buildkite } = acme.world;
    const answer = await fetch(`${buildkite.url}/v2/organizations/acme/pipelines/${pipeline}/builds`, {
      method: 'POST',
      headers: { authorization: `Bearer ${SLYS_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ commit, branch: 'main', meta_data: marks }),
    });
    expect(answer.status).toBe(201);
    const { number } = (await answer.json()) as { readonly number: number };
    buildkite.startBuild(pipeline, number);
    return buildkite.build(pipeline, number);
  }

  it('is told of once it starts a step that deploys, once, and is cancelled by whoever may cancel there', async () => {
    const { buildkite } = acme.world;
    const number = started('api');
    buildkite.startBuild('api', number);
    await buildkite.deliveriesSettled();
    expect(told('api')).toEqual([]);
    buildkite.finishStep('api', number, { step: 'test', outcome: 'pass' });
    const card = await says('api', 'Nobody asked for this');
    expect(card).toContain('Its step `deploy` has started, which deploys.');
    expect(card).toContain('Sly, in Buildkite');
    expect(await click('ann', 'api')).toContain('Only the approvers may cancel it.');
    expect(buildkite.build('api', number).state).toBe('running');
    expect(await click('bea', 'api')).toContain(`Buildkite was asked to cancel build ${number}`);
    const last = await says('api', 'Cancelled: build');
    expect(last).toContain('Cancelled by Bea.');
    expect(buildkite.build('api', number).state).toBe('canceled');
    expect(told('api')).toHaveLength(1);
    const metrics = await (await fetch(`${acme.product().opsUrl}/metrics`)).text();
    expect(metrics).toContain('event="job.started"');
  });

  it('is cancelled at once where policy says so, whatever it does', async () => {
    const { buildkite } = acme.world;
    const number = started('strict');
    expect(await says('strict', 'Cancelled: build')).toContain('Cancelled by policy');
    expect(buildkite.build('strict', number).state).toBe('canceled');
  });

  it('never alarms where it is ignored, or where nothing is said to deploy; nor does one that was asked for', async () => {
    const { buildkite } = acme.world;
    for (const pipeline of ['quiet', 'asking']) {
      buildkite.finish(pipeline, started(pipeline), 'passed');
    }
    const own = await acme.ann.asks(await acme.pull(), '/deploy strict to staging');
    await own.bothShow('🚚 Deploying');
    buildkite.finish('strict', acme.builds('strict').at(-1)?.number ?? 0, 'passed');
    await own.ends('✅');
    await buildkite.deliveriesSettled();
    expect(told('quiet')).toEqual([]);
    expect(told('asking')).toEqual([]);
    expect(told('strict').filter((text) => text.includes('nobody asked for'))).toHaveLength(1);
  });

  it('is told of though it names a request, which is asked: made up, copied from one that runs, copied from one that has ended', async () => {
    const { buildkite, github } = acme.world;
    const main = github.sha(REPOSITORY, 'main');
    const strange = (words: string): readonly string[] => told('copied').filter((text) => text.includes(words));
    const own = await acme.ann.asks(await acme.pull(), '/deploy copied to staging');
    const build = await acme.build('copied');
    await own.bothShow('🚚 Deploying');
    buildkite.startBuild('copied', build.number);
    await buildkite.deliveriesSettled();

    const copy = await forged('copied', { commit: main, marks: build.metaData });
    expect(await says('copied', 'knows nothing of this build')).toContain(`Its meta-data says that \`${own.code}\` asked for it`);
    buildkite.finish('copied', copy.number, 'failed');
    buildkite.finish('copied', build.number, 'passed');
    await own.ends('✅');

    const late = await forged('copied', { commit: build.commit, marks: build.metaData });
    await eventually('a second message', () => strange('knows nothing of this build')[1]);
    // A second build of a request that has ended is stopped, besides.
    await eventually('its end', () => buildkite.build('copied', late.number).state === 'canceled' || undefined);
    await forged('copied', { commit: main, marks: { 'countersign:deploy-id': 'deploy:github:7001:404', 'countersign:code': own.code } });
    expect(await says('copied', 'names a request that does not exist')).not.toContain(own.code);

    await buildkite.deliveriesSettled();
    expect([strange('Nobody asked for this').length, buildkite.builds('copied').length]).toEqual([3, 4]);
    // What was asked for cost nobody a thought.
    await expect(acme.client.workflow.getHandle(outsideId('acme', build.id)).describe()).rejects.toThrow(WorkflowNotFoundError);
  });

  it('is told of when it asked whether it is approved: here somebody repeats an approved one', async () => {
    const { buildkite } = acme.world;
    const own = await acme.ann.asks(await acme.pull(), '/deploy asking to staging');
    await own.bothShow('🚚 Deploying');
    const first = acme.builds('asking').at(-1)?.number ?? 0;
    const number = buildkite.rebuildInUi('asking', first, SLY);
    const build = buildkite.build('asking', number);
    const [job] = build.jobs;
    if (job === undefined) throw new Error('a build without jobs');
    const token = buildkite.oidc.tokenOf(build, job, { audience: acme.product().url, claims: ['build_id'] });
    const answer = await eventually('an answer', async () => {
      const told = await fetch(`${acme.product().url}/buildkite/attest`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
      return told.status !== 503 && told;
    });
    expect(`${answer.status} ${await answer.text()}`).toBe('403 no-request');
    const card = await says('asking', 'Not approved');
    expect(card).toContain('was told no (`no-request`)');
    expect(card).toContain(`It repeats build ${first} of \`${own.code}\``);
    buildkite.finish('asking', first, 'passed');
    await own.shows('github', '✅');
    // It goes to the same target, which nobody else is granted meanwhile.
    const next = await acme.ann.asks(await acme.pull(), '/deploy asking to staging');
    await next.bothShow(`build ${number}`);
    expect(acme.builds('asking').at(-1)?.number).toBe(number);
    buildkite.finish('asking', number, 'failed');
    expect(await says('asking', 'ended as')).toContain('a pipeline that asks first has deployed nothing');
    await own.ends('✅');
    await next.bothShow('🚚 Deploying');
    buildkite.finish('asking', number + 1, 'passed');
    await next.ends('✅');
  });
});
