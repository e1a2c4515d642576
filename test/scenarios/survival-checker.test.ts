// The invariants hold after a plain deploy, and the checker finds each one that is broken on purpose. In this order: later plants leave
// earlier ones in place.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHANNEL, REPOSITORY } from '../../src/sim/world.ts';
import type { Acme } from '../support/acme.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { approve, ask, broken, ended, pipelineOf, startCompany, type Asked } from '../support/survival.ts';

describe('the checker of the invariants', () => {
  let acme: Acme;
  let asked: Asked;
  let secret: string;
  beforeAll(async () => {
    acme = await startCompany(['web']);
    asked = await ask(acme, 'ann', '/deploy web to production');
    secret = acme.env()['WEBHOOK_SECRET'] ?? '';
    await approve(acme, asked);
    await ended(acme, asked);
  });
  afterAll(() => acme.end());

  const buildkite = (method: string, path: string, body?: unknown): Promise<Response> =>
    fetch(`${acme.world.buildkite.url}/v2/organizations/acme/${path}`, {
      method,
      headers: { authorization: `Bearer ${acme.env()['BUILDKITE_API_TOKEN']}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  it('finds nothing wrong with a deploy that went well', async () => {
    expect(await broken(acme)).toEqual([]);
  });

  it('finds approvers who do not satisfy the rule', async () => {
    const { world, client, logs } = acme;
    const found = await brokenInvariants({ world, client, logs: logs(), groups: { sre: ['Carl'], 'api-owners': ['Dan'] } });
    expect(found).toEqual([`I3 ${asked.id} was built: Bea, Dan does not satisfy the rule`]);
  });

  it('finds an approved request without a build, and a create without effect', async () => {
    const { world, client, logs } = acme;
    const emptied = { ...world, buildkite: { ...world.buildkite, builds: () => [] } };
    const found = await brokenInvariants({ world: emptied, client, logs: logs() });
    expect(found).toContain(`I2 ${asked.id} was approved and has 0 builds`);
    expect(found).toContainEqual(expect.stringMatching(/^I5 build .* was reported as created and is not there$/));
  });

  it.each([
    ['a log', () => secret, /^I8 WEBHOOK_SECRET in the log/],
    ['the private key in a log', () => JSON.stringify(acme.env()['PRIVATE_KEY']), /^I8 PRIVATE_KEY in the log/],
  ])('finds a secret in %s', async (_where, log, line) => {
    expect(await broken(acme, log())).toEqual([expect.stringMatching(line)]);
  });

  it('finds a secret in messages, comments, requests and histories', async () => {
    const { world, client } = acme;
    world.slack.say({ user: 'U01ANN', channel: CHANNEL.pay, text: `psst: ${secret}` });
    await world.github.comment(REPOSITORY, world.pullRequest, 'ann', `psst: ${secret}`);
    await fetch(`${world.slack.apiUrl}chat.postMessage`, { method: 'POST', body: new URLSearchParams({ text: secret }) });
    const planted = await client.workflow.start('planted', { workflowId: 'planted', taskQueue: 'nobody', args: [{ deep: [secret] }] });
    await planted.terminate();
    const found = (await broken(acme)).filter((line) => line.startsWith('I8'));
    for (const where of [/in message/, /in comment/, /in the body of POST \/api\/chat.postMessage/, /in event 1 of planted/]) {
      expect(found).toContainEqual(expect.stringMatching(where));
    }
  });

  it('finds a second card, and a card with buttons', async () => {
    const { world } = acme;
    const metadata = { event_type: 'countersign_card', event_payload: { deploy_id: asked.id } };
    world.slack.say({ user: world.slack.botUser, channel: CHANNEL.pay, text: '🚚 Deploying', metadata });
    const found = await broken(acme);
    expect(found).toContain(`I7 ${asked.id} in Slack: 2 cards`);
    expect(found).toContain(`I7 ${asked.id} in Slack: 🚚 Deploying`);
  });

  it('finds a second build, of another commit, at the same time, that no activity answers for', async () => {
    const pipeline = `pipelines/${pipelineOf('web')}/builds`;
    const order = {
      commit: 'f'.repeat(40),
      branch: 'main',
      message: '',
      meta_data: { 'countersign:deploy-id': asked.id, 'countersign:target': 'web/production' },
    };
    acme.world.buildkite.hold(pipelineOf('web'));
    await buildkite('POST', pipeline, order);
    await buildkite('POST', pipeline, order);
    await buildkite('PUT', `${pipeline}/2/cancel`);
    await buildkite('POST', pipeline, { ...order, meta_data: {} });
    const found = await broken(acme);
    expect(found).toContain(`I1 ${asked.id} has 3 builds`);
    expect(found).toContain(`I1 build ${pipelineOf('web')} 4 belongs to no request`);
    expect(found).toContainEqual(expect.stringMatching(/^I2 deploy-web 2 is of f{40}, approved was /));
    expect(found).toContain(`I5 a create for ${asked.id} that no activity answers for`);
    expect(found).toContainEqual(expect.stringMatching(/^I5 PUT .*\/2\/cancel that no activity answers for/));
    expect(found).toContain('I6 deploy-web 2 and deploy-web 3 on web/production at once');
  });

  it('finds too many requests', async () => {
    for (let i = 0; i < 60; i += 1) await buildkite('GET', `pipelines/${pipelineOf('web')}/builds/1`);
    const found = await broken(acme);
    expect(found).toContainEqual(expect.stringMatching(/^I9 GET .* was answered 429/));
    expect(found).toContainEqual(expect.stringMatching(/^I9 \d+ requests within a minute/));
  });
});
