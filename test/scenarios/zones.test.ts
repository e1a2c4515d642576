// Two trust zones side by side: two namespaces, two Buildkite organizations, two workers that hold one credential each, one front door.
// One of them has a token; the other exchanges for short-lived ones, and builds in the name of whoever approved.
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createBuildkiteSim, type BuildkiteSim } from '../../src/sim/buildkite/buildkite-sim.ts';
import { freePorts, startProduct, type Product } from '../../src/sim/product.ts';
import { CONFIG, PEOPLE, REPOSITORY } from '../../src/sim/world.ts';
import { TASK_QUEUE } from '../../workflows/contract.ts';
import { PEOPLE_ID } from '../../workflows/people-contract.ts';
import { eventually, makeNamespace, startAcme, type Acme } from '../support/acme.ts';
import { openBrowser, wordsOn } from '../support/browser.ts';
import { ask, click, LAST, openCard, shows, types, type Asked } from '../support/survival.ts';

const EU = { namespace: `zone-eu-${process.pid}`, client: 'app-countersign-eu', hook: 'simulated-eu-webhook-token-0123' };
const BOT = { name: 'Countersign', email: 'countersign@acme-eu.test' };
const BEA = { name: 'Bea', email: 'bea@acme.test' };
const SCOPES = ['read_builds', 'write_builds', 'read_build_logs'];
const STEPS = [{ type: 'command', label: 'roll out', durationMs: 300 }] as const;
const NONE = { id: '' };
const service = (name: string, zone: string): string => `  ${name}:
    repo: ${REPOSITORY}
    zone: ${zone}
    environments: { production: { pipeline: deploy, approvals: { all: [{ group: sre, count: 1 }] } } }
`;

describe('two zones behind one front door', () => {
  let acme: Acme;
  let europe: BuildkiteSim;
  const signing = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = signing.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const workers: Product[] = [];
  const clients: Record<string, Client> = {};
  const asked: Record<string, Asked> = {};

  beforeAll(async () => {
    europe = await createBuildkiteSim({ organization: 'acme-eu' });
    for (const user of [BOT, BEA]) europe.addUser(user);
    const key = { ...signing.publicKey.export({ format: 'jwk' }), kid: 'k1' };
    europe.oauth.addApplication({ clientId: EU.client, keys: () => [key], scopes: SCOPES, requiresJti: true });
    europe.addPipeline({ slug: 'deploy', steps: STEPS });
    const [head = ''] = CONFIG.split('services:');
    const zones = `zones:\n  eu: { temporal: { namespace: ${EU.namespace} }, buildkite: { organization: acme-eu, actAs: approver } }\n`;
    // The front door holds nothing that builds; the worker of eu has the key, and no token that lasts.
    const env = { BUILDKITE_API_TOKEN: '', BUILDKITE_WEBHOOK_TOKEN_EU: EU.hook };
    acme = await startAcme({
      config: `${head}${zones}services:\n${service('api', 'default')}${service('shop', 'eu')}`,
      args: ['--role', 'web'],
      env,
      prepare: (connection) => makeNamespace(connection, inject('temporalAddress'), EU.namespace),
    });
    acme.world.buildkite.addPipeline({ slug: 'deploy', steps: STEPS });
    europe.webhook({ url: `${acme.product().url}/buildkite/webhooks/eu`, token: EU.hook, mode: 'signature' });
    clients['default'] = acme.client;
    clients['eu'] = new Client({ connection: acme.client.connection, namespace: EU.namespace });
    const { BUILDKITE_API_TOKEN: _, BUILDKITE_ORGANIZATION_SLUG: slug = '', TEMPORAL_NAMESPACE: home = '', ...shared } = acme.env();
    const exchange = {
      BUILDKITE_OAUTH_CLIENT_ID_EU: EU.client,
      BUILDKITE_OAUTH_SUBJECT_EU: BOT.email,
      BUILDKITE_OAUTH_PRIVATE_KEY_EU: pem,
      BUILDKITE_OAUTH_TOKEN_URL_EU: `${europe.url}/oauth/token`,
      BUILDKITE_REST_API_ENDPOINT: europe.url,
    };
    const apart = [
      {
        words: ['--role', 'worker'],
        own: { BUILDKITE_API_TOKEN: acme.world.env['BUILDKITE_API_TOKEN'] ?? '', BUILDKITE_ORGANIZATION_SLUG: slug, TEMPORAL_NAMESPACE: home },
      },
      { words: ['--role', 'worker', '--zone', 'eu'], own: exchange },
    ];
    const start = async ({ words, own }: (typeof apart)[number]): Promise<Product> =>
      startProduct({ env: { ...shared, ...own }, args: words, ports: await freePorts() });
    workers.push(...(await Promise.all(apart.map(start))));
  });
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.kill()));
    await europe.close();
    await acme.end();
  });

  const buildsIn = (sim: BuildkiteSim): readonly string[] => sim.builds().map(({ metaData }) => metaData['countersign:service'] ?? 'nobody’s');
  const deploysIn = async (zone: string): Promise<readonly string[]> => {
    const found: string[] = [];
    for await (const { workflowId } of clients[zone]?.workflow.list({ query: `WorkflowType = 'deploy'` }) ?? []) found.push(workflowId);
    return found;
  };

  it('ask in both, and are told of both in one answer', async () => {
    for (const name of ['api', 'shop']) {
      asked[name] = await ask(acme, 'ann', `/deploy ${name} to production`);
      await openCard(acme, asked[name]);
    }
    const said = await types(acme, 'ann', 'status', /api.*shop|shop.*api/s);
    expect(said.join('\n')).toContain('production');
  });

  it('each take the votes and the code of what is theirs, and build it with their own credential', async () => {
    await click(acme, 'bea', asked['api'] ?? NONE, LAST);
    const shop = await clients['eu']?.workflow.getHandle(asked['shop']?.id ?? '').query<{ request: { code: string } }>('status');
    await types(acme, 'bea', `approve ${shop?.request.code}`, LAST);
    for (const name of ['api', 'shop']) await shows(acme, asked[name] ?? NONE, '✅');
    expect([buildsIn(acme.world.buildkite), buildsIn(europe)]).toEqual([['api'], ['shop']]);
    expect(europe.builds().map(({ creator }) => creator.email)).toEqual([BEA.email]);
    expect([await deploysIn('default'), await deploysIn('eu')]).toEqual([[asked['api']?.id], [asked['shop']?.id]]);
    expect(europe.deliveries.filter(({ status }) => status !== 200)).toEqual([]);
  });

  it.skipIf(!existsSync('/proc/self/environ'))('hold nothing of each other, and the front door nothing of either', () => {
    const mine = acme.world.env['BUILDKITE_API_TOKEN'] ?? '';
    const held = [...workers, acme.product()].map(({ pid }) => {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
      return [environment.includes(mine), environment.includes(EU.client)];
    });
    expect(held).toEqual([
      [true, false],
      [false, true],
      [false, false],
    ]);
  });

  it('start nothing of each other, whoever writes into the namespace', async () => {
    const { eu } = clients;
    const planted = await acme.client.workflow.getHandle(asked['api']?.id ?? '').fetchHistory();
    const input = planted.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data;
    const wish = JSON.parse(Buffer.from(input ?? []).toString('utf8')) as { request: object };
    const again = { ...wish, request: { ...wish.request, askedAt: Date.now() } };
    const workflowId = 'deploy:github:7001:999999';
    await eu?.workflow.start('deploy', { workflowId, taskQueue: TASK_QUEUE.workflows, args: [again] });
    await eu?.workflow.getHandle(workflowId).result();
    const status = await eu?.workflow.getHandle(workflowId).query<{ phase: { kind: string; reasons: readonly { code: string }[] } }>('status');
    expect(status?.phase).toMatchObject({ kind: 'refused', reasons: [{ code: 'unknown-service' }] });
    expect([buildsIn(acme.world.buildkite), buildsIn(europe)]).toEqual([['api'], ['shop']]);
  });

  it('know the accounts that somebody links once, who is told once', async () => {
    const { slack, github } = acme.world;
    const zed = { slack: 'U5001ZED', login: 'zed-gh' };
    slack.addUser({ id: zed.slack, name: 'zed' });
    github.addUser({ id: 5001, login: zed.login });
    github.browseAs(zed.login);
    await slack.slash(zed.slack, 'C0PAY', '/deploy', 'link');
    const url = await eventually('a one-time URL', () => /<(http[^|>]+token=[\w-]{43})\|/.exec(JSON.stringify(slack.ephemerals(zed.slack)))?.[1]);
    const browser = openBrowser();
    expect(wordsOn((await browser.submit(await browser.open(url))).body)).toContain('Linked');
    for (const zone of ['default', 'eu']) {
      const state = await clients[zone]?.workflow.getHandle(PEOPLE_ID).query<{ links: readonly { github: { id: number } }[] }>('peopleState');
      expect(state?.links.map(({ github: { id } }) => id)).toEqual([5001]);
    }
    const written = () => slack.directMessages(zed.slack).filter(({ text }) => text.includes('is linked to'));
    await eventually('the news', () => written().length > 0);
    // The other zone's news would have been written by now: its workflow was told first.
    const history = await clients['eu']?.workflow.getHandle(PEOPLE_ID).fetchHistory();
    expect(history?.events?.some(({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name === 'tellPerson')).toBe(
      false,
    );
    expect(written()).toHaveLength(1);
  });

  it('fail alone: what is deployed in one goes on while the workers of the other are gone', async () => {
    await workers[1]?.kill();
    const api = await ask(acme, 'ann', '/deploy api to production');
    await click(acme, 'bea', api, LAST);
    await shows(acme, api, '✅');
    await ask(acme, 'ann', '/deploy shop to production');
    expect([buildsIn(acme.world.buildkite), buildsIn(europe)]).toEqual([['api', 'api'], ['shop']]);
  });

  it('are shown as far as they can be read, and the one whose workers are gone is named', async () => {
    const { slack } = acme.world;
    const api = await ask(acme, 'ann', '/deploy api to production');
    await openCard(acme, api);
    const away = "Zone `eu` (`shop`) can't be read just now";
    await types(acme, 'ann', 'status', /1 open request in this channel, as far as I could read[^]*can't be read just now/);
    const home = (): ReturnType<typeof slack.home> => slack.home(PEOPLE.bea.slack);
    const opened = async (): Promise<string> => {
      const before = home()?.hash;
      await slack.openHome(PEOPLE.bea.slack);
      return eventually('the tab', () => home()?.hash !== before && JSON.stringify(home()));
    };
    const drawn = await eventually('what can be read', async () => {
      const tab = await opened();
      return tab.includes('⏸ *api* → *production*') && tab;
    });
    expect(drawn).toContain(away);
  });
});
