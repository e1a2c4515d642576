// Every credential is replaced again and again while people deploy, type and wait: how often, and what failed. One process serves two zones:
// in one the Buildkite token is a file, in the other it is exchanged for and lives for seconds.
import { generateKeyPairSync } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { SimJwk } from '../src/sim/buildkite/oauth.ts';
import { freePorts, startProduct } from '../src/sim/product.ts';
import { CONFIG, PEOPLE, REPOSITORY, startWorld, type World } from '../src/sim/world.ts';
import { githubDeployId } from '../workflows/contract.ts';
import { pause } from './stage.ts';
import { counted, information, type Row } from './table.ts';

const ROTATIONS = 25;
const EVERY_MS = 2_500;
/** What was replaced goes when nothing that was begun with it can be under way any more. */
const GRACE_MS = 1_500;
const TOKEN_LIFE_S = 4;
const TYPE_EVERY_MS = 400;
const REPOSITORY_ID = 7001;
const SCOPES = ['read_builds', 'write_builds', 'read_build_logs'];
const ADMIN = { token: 'bkua_administrator0123456789', user: { name: 'Olga Owner', email: 'owner@example.test' } };
const BOT = { name: 'Countersign', email: 'countersign@acme.test' };

const config = (namespace: string): string => `${CONFIG.split('services:')[0]}zones:
  eu: { temporal: { namespace: ${namespace} }, buildkite: { organization: acme } }
services:
  api: { repo: ${REPOSITORY}, environments: { staging: { pipeline: deploy-api, approvals: none } } }
  shop: { repo: ${REPOSITORY}, zone: eu, environments: { staging: { pipeline: deploy-shop, approvals: none } } }
`;

export async function measureRotation(options: {
  readonly address: string;
  readonly namespaces: readonly [string, string];
  readonly tell: (line: string) => void;
}): Promise<readonly Row[]> {
  const { address, namespaces, tell } = options;
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  const world = await startWorld({ folder, config: config(namespaces[1]), github: { rateLimit: 10_000_000 } });
  const connection = await Connection.connect({ address });
  const clients = namespaces.map((namespace) => new Client({ connection, namespace }));
  const secrets = settle(world, folder);
  const host = Object.fromEntries(['PATH', 'HOME'].map((name) => [name, process.env[name] ?? '']));
  const env = { ...host, ...world.env, ...secrets.env, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespaces[0] };
  for (const name of secrets.replaces) delete (env as Record<string, string>)[name];
  const product = await startProduct({ env, ports: await freePorts() });
  try {
    world.connect(product.url);
    secrets.connect(product.url);
    tell(`rotation: ${ROTATIONS} of each, under load`);
    const load = startLoad(world, clients);
    for (let round = 1; round <= ROTATIONS; round += 1) {
      const revoke = await secrets.rotate(round);
      await pause(GRACE_MS);
      revoke();
      await pause(EVERY_MS - GRACE_MS);
    }
    return rowsOf(world, await load.stop());
  } finally {
    await product.kill();
    await world.close();
    await connection.close();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Secrets {
  readonly env: Readonly<Record<string, string>>;
  /** Variables of the world that a file takes the place of. */
  readonly replaces: readonly string[];
  connect(productUrl: string): void;
  /** Replaces all of them; the answer revokes the old ones. */
  rotate(round: number): Promise<() => void>;
}

/** Secrets in files, each pair of present and previous as an operator would keep it. */
function settle(world: World, folder: string): Secrets {
  const { github, slack, buildkite } = world;
  buildkite.setQuota({ user: 100_000, organization: 100_000 });
  for (const name of ['api', 'shop'])
    buildkite.addPipeline({ slug: `deploy-${name}`, steps: [{ type: 'command', label: 'roll out', durationMs: 200 }] });
  buildkite.addToken({ ...ADMIN, scopes: ['read_notification_services', 'write_notification_services'] });
  const fileOf = (name: string): string => join(folder, name);
  const write = (name: string, text: string): void => {
    writeFileSync(`${fileOf(name)}.new`, text);
    renameSync(`${fileOf(name)}.new`, fileOf(name));
  };
  const secretOf = (what: string, round: number): string => `${what}-${String(round).padStart(4, '0')}-0123456789abcdef`;
  const token = (round: number): string => `bkua_${secretOf('rotated', round).replaceAll('-', '')}`;
  const key = (): { readonly pem: string; readonly jwk: (kid: string) => SimJwk } => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return {
      pem: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      jwk: (kid) => ({ ...pair.publicKey.export({ format: 'jwk' }), kid }),
    };
  };
  const first = key();
  let keys = [first.jwk('k0')];
  buildkite.addToken({ token: token(0), user: BOT, scopes: SCOPES });
  buildkite.oauth.addApplication({ clientId: 'app-countersign', keys: () => keys, scopes: SCOPES, requiresJti: true });
  buildkite.oauth.tokensLiveAtMost(TOKEN_LIFE_S);
  write('token', token(0));
  write('key', first.pem);
  const PAIRS = ['WEBHOOK_SECRET', 'SLACK_SIGNING_SECRET', 'BUILDKITE_WEBHOOK_TOKEN', 'BUILDKITE_WEBHOOK_TOKEN_EU'] as const;
  const previousOf = (name: string): string => (name.endsWith('_EU') ? name.replace(/_EU$/, '_PREVIOUS_EU') : `${name}_PREVIOUS`);
  for (const name of PAIRS) {
    write(name, secretOf(name, 0));
    write(previousOf(name), secretOf(`old-${name}`, 0));
  }
  let productUrl = '';
  const send = async (round: number): Promise<void> => {
    github.webhook({ url: `${productUrl}/api/github/webhooks`, secret: secretOf('WEBHOOK_SECRET', round) });
    slack.rotateSecret(secretOf('SLACK_SIGNING_SECRET', round));
    await Promise.all(
      (await servicesOf(buildkite.url)).map((service) =>
        patchService(buildkite.url, service, (eu) => secretOf(`BUILDKITE_WEBHOOK_TOKEN${eu ? '_EU' : ''}`, round)),
      ),
    );
  };
  return {
    replaces: ['BUILDKITE_API_TOKEN', 'WEBHOOK_SECRET', 'SLACK_SIGNING_SECRET', 'BUILDKITE_WEBHOOK_TOKEN'],
    env: {
      BUILDKITE_API_TOKEN_FILE: fileOf('token'),
      BUILDKITE_OAUTH_CLIENT_ID_EU: 'app-countersign',
      BUILDKITE_OAUTH_SUBJECT_EU: BOT.email,
      BUILDKITE_OAUTH_PRIVATE_KEY_EU_FILE: fileOf('key'),
      BUILDKITE_OAUTH_TOKEN_URL: `${buildkite.url}/oauth/token`,
      BUILDKITE_REQUESTS_PER_MINUTE: '3000',
      BUILDKITE_REQUESTS_PER_MINUTE_EU: '3000',
      ...Object.fromEntries(PAIRS.flatMap((name) => [name, previousOf(name)].map((one) => [`${one}_FILE`, fileOf(one)]))),
    },
    connect: (url) => {
      productUrl = url;
      buildkite.webhook({ url: `${url}/buildkite/webhooks/eu`, token: secretOf('BUILDKITE_WEBHOOK_TOKEN_EU', 0), mode: 'signature' });
      void send(0);
    },
    rotate: async (round) => {
      const next = key();
      buildkite.addToken({ token: token(round), user: BOT, scopes: SCOPES });
      keys = [...keys, next.jwk(`k${round}`)];
      write('token', token(round));
      write('key', next.pem);
      // The previous one first: at no moment is the one that is still sent unknown.
      for (const name of PAIRS) {
        write(previousOf(name), secretOf(name, round - 1));
        write(name, secretOf(name, round));
      }
      await send(round);
      return () => {
        buildkite.revokeToken(token(round - 1));
        keys = keys.slice(-1);
      };
    },
  };
}

interface Service {
  readonly id: string;
  readonly settings: { readonly url: string };
}

async function servicesOf(base: string): Promise<readonly Service[]> {
  const answer = await fetch(`${base}/v2/organizations/acme/services`, { headers: { authorization: `Bearer ${ADMIN.token}` } });
  const body: unknown = await answer.json();
  if (!answer.ok) throw new Error(`services: ${answer.status} ${JSON.stringify(body)}`);
  return (body as { readonly items: readonly Service[] }).items;
}

async function patchService(base: string, { id, settings }: Service, tokenOf: (isEu: boolean) => string): Promise<void> {
  const token = tokenOf(settings.url.endsWith('/eu'));
  const answer = await fetch(`${base}/v2/organizations/acme/services/${id}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${ADMIN.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ settings: { token } }),
  });
  if (!answer.ok) throw new Error(`service ${id}: ${answer.status} ${await answer.text()}`);
}

interface Done {
  readonly deploys: number;
  readonly failedDeploys: number;
  readonly typed: number;
  readonly failedTyped: number;
}

/** One deploy after the other in each zone, and somebody who types all the while. */
function startLoad(world: World, clients: readonly Client[]): { stop(): Promise<Done> } {
  const over = new AbortController();
  const done = { deploys: 0, failedDeploys: 0, typed: 0, failedTyped: 0 };
  const deploying = async (service: string, client: Client | undefined): Promise<void> => {
    while (!over.signal.aborted) {
      const { id } = await world.github.comment(REPOSITORY, world.pullRequest, 'ann', `/deploy ${service} to staging`);
      const handle = client?.workflow.getHandle(githubDeployId(REPOSITORY_ID, id));
      await handle?.result().catch(() => undefined);
      const status = await handle?.query<{ phase: { kind: string } }>('status').catch(() => null);
      done.deploys += 1;
      if (status?.phase.kind !== 'succeeded') done.failedDeploys += 1;
    }
  };
  const typing = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const { status, problem } = await world.slack.slash(PEOPLE.bea.slack, 'C0PAY', '/deploy', 'status');
      done.typed += 1;
      if (status !== 200 || problem !== null) done.failedTyped += 1;
      await pause(TYPE_EVERY_MS);
    }
  };
  const running = Promise.all([deploying('api', clients[0]), deploying('shop', clients[1]), typing()]);
  return {
    stop: async () => {
      over.abort();
      await running;
      return done;
    },
  };
}

function rowsOf({ github, slack, buildkite }: World, done: Done): readonly Row[] {
  const refused = [github, slack, buildkite].flatMap(({ requests }) => requests).filter(({ status }) => status === 401 || status === 403).length;
  const hooks = [
    ...buildkite.deliveries.filter(({ event }) => event !== 'ping').map(({ status }) => status),
    ...github.deliveries.map(({ statusCode }) => statusCode),
  ];
  const failedHooks = hooks.filter((status) => status === null || status >= 300).length;
  const requests = github.requests.length + slack.requests.length + buildkite.requests.length;
  const row = (what: string, n: number, failed: number): Row =>
    counted(what, { n, product: `${failed} failed`, limit: '0', holds: failed === 0 && n > 0 });
  const exchanged = buildkite.oauth.issued.length;
  return [
    row('deploys while every credential is replaced', done.deploys, done.failedDeploys),
    row('webhooks of GitHub and Buildkite meanwhile', hooks.length, failedHooks),
    row('commands in Slack meanwhile', done.typed, done.failedTyped),
    row('requests of ours meanwhile, refused for their credential', requests, refused),
    information('times each secret, key and token file was replaced', ROTATIONS, `each; ${exchanged} tokens of ${TOKEN_LIFE_S} s exchanged for`),
  ];
}
