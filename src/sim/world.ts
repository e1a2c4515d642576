// Acme, a small company on three simulated platforms: the demo, the playground, the stories and the benchmark all happen here.
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { attestStep } from './attest-job.ts';
import { createBuildkiteSim, type BuildkiteSim, type BuildkiteSimOptions } from './buildkite/buildkite-sim.ts';
import type { StepDefinition } from './buildkite/state.ts';
import { createGithubSim, type GithubSim, type GithubSimOptions } from './github/github-sim.ts';
import { createSlackSim, type SlackSim, type SlackSimOptions } from './slack/sim.ts';

export interface AcmePerson {
  readonly name: string;
  readonly role: string;
  readonly github: { readonly id: number; readonly login: string } | null;
  readonly slack: string;
}

/** Everybody a newcomer can be in the playground. */
export const PEOPLE = {
  ann: { name: 'Ann', role: 'writes api', github: { id: 1001, login: 'ann' }, slack: 'U01ANN' },
  bea: { name: 'Bea', role: 'sre', github: { id: 1002, login: 'bea' }, slack: 'U02BEA' },
  carl: { name: 'Carl', role: 'sre', github: { id: 1003, login: 'carl' }, slack: 'U03CARL' },
  dan: { name: 'Dan', role: 'owns api', github: { id: 1004, login: 'dan' }, slack: 'U04DAN' },
  eve: { name: 'Eve', role: 'writes web', github: { id: 1005, login: 'eve' }, slack: 'U05EVE' },
  gus: { name: 'Gus', role: 'guest', github: null, slack: 'U06GUS' },
  sly: { name: 'Sly', role: 'stranger', github: { id: 1007, login: 'sly' }, slack: 'U07SLY' },
} as const satisfies Record<string, AcmePerson>;
export type PersonName = keyof typeof PEOPLE;

export const REPOSITORY = 'acme/api';
export const CHANNEL = { pay: 'C0PAY', deploys: 'C0DEPLOYS' } as const;
export const PIPELINE = 'api-deploy';

export const CONFIG = `version: 1
slack: { team: T01ACME, channel: ${CHANNEL.deploys} }
people:
  - { name: Ann, github: { id: 1001, login: ann }, slack: U01ANN, buildkite: ann@acme.test }
  - { name: Bea, github: { id: 1002, login: bea }, slack: U02BEA, buildkite: bea@acme.test }
  - { name: Carl, github: { id: 1003, login: carl }, slack: U03CARL, buildkite: carl@acme.test }
  - { name: Dan, github: { id: 1004, login: dan }, slack: U04DAN, buildkite: dan@acme.test }
  - { name: Eve, github: { id: 1005, login: eve }, slack: U05EVE, buildkite: eve@acme.test }
groups:
  sre: { people: [Bea, Carl] }
  api-owners: { people: [Dan] }
services:
  api:
    repo: ${REPOSITORY}
    aliases: [backend]
    slack: { channel: ${CHANNEL.pay}, also: [${CHANNEL.deploys}] }
    environments:
      staging: { pipeline: ${PIPELINE}, approvals: none }
      production:
        pipeline: ${PIPELINE}
        url: https://api.acme.test
        gates: { checks: all, review: true, upToDate: true, keepsLive: true }
        parameters: { migrate: { choices: ["yes", "no"], default: "no" } }
        approvals:
          all: [{ group: sre, count: 1 }, { group: api-owners, count: 1 }]
          exclude: [requester, commit-authors]
          expire: 4h
        blocks: { approvals: { group: sre, count: 1 } }
`;

export interface World {
  readonly github: GithubSim;
  readonly slack: SlackSim;
  readonly buildkite: BuildkiteSim;
  /** What the product is started with: the environment variables of a real installation, only with other base addresses. */
  readonly env: Readonly<Record<string, string>>;
  /** What switches account links on for a product at this address; GitHub is told where it may send people. */
  signInAt(productUrl: string): Readonly<Record<string, string>>;
  /** Number of the open pull request by Ann. */
  readonly pullRequest: number;
  /** What a build of the pipeline does. */
  readonly steps: readonly StepDefinition[];
  /** Tells the platforms where the product listens. */
  connect(productUrl: string): void;
  close(): Promise<void>;
}

export interface WorldOptions {
  /** Holds the configuration; made if it does not exist. */
  readonly folder: string;
  readonly config?: string;
  readonly github?: GithubSimOptions;
  readonly slack?: SlackSimOptions;
  readonly buildkite?: BuildkiteSimOptions;
  readonly steps?: readonly StepDefinition[];
  /** The product's address: the pipeline's first step asks there whether its build is approved. Left out: it deploys without asking. */
  readonly attestAt?: string;
}

const SECRETS = {
  github: 'simulated-webhook-secret-0123456789',
  buildkite: 'simulated-buildkite-webhook-token-0123',
  client: 'simulated-client-secret-0123456789',
  api: 'bkua_simulated0123456789abcdef',
} as const;
const SCOPES = ['read_builds', 'write_builds', 'read_build_logs', 'read_pipelines', 'read_user', 'read_organizations', 'view_teams'];
const STEPS: readonly StepDefinition[] = [
  { type: 'command', label: 'migrate', durationMs: 800, log: 'no migrations to run' },
  { type: 'command', label: 'roll out', durationMs: 1_200, log: 'replaced 4 of 4 instances' },
  { type: 'command', label: 'smoke test', durationMs: 600, log: 'GET /health 200' },
];

export async function startWorld(options: WorldOptions): Promise<World> {
  await mkdir(options.folder, { recursive: true });
  const config = join(options.folder, 'countersign.yml');
  await writeFile(config, options.config ?? CONFIG);
  await chmod(config, 0o644);
  // An empty profile: whoever tries the demo may have a real one for Temporal.
  const profile = join(options.folder, 'temporal.toml');
  await writeFile(profile, '[profile.default]\n');
  await chmod(profile, 0o644);
  const [github, slack, buildkite] = await Promise.all([
    createGithubSim(options.github),
    createSlackSim(options.slack),
    createBuildkiteSim(options.buildkite),
  ]);
  const pullRequest = await settleGithub(github);
  settleSlack(slack);
  const { steps: deploying = STEPS, attestAt } = options;
  const steps: readonly StepDefinition[] =
    attestAt === undefined ? deploying : [attestStep(buildkite.oidc, attestAt), { type: 'wait' }, ...deploying];
  settleBuildkite(buildkite, steps);
  return {
    github,
    slack,
    buildkite,
    pullRequest,
    steps,
    env: {
      COUNTERSIGN_CONFIG: config,
      TEMPORAL_CONFIG_FILE: profile,
      APP_ID: String(github.appId),
      PRIVATE_KEY: github.appPrivateKey,
      WEBHOOK_SECRET: SECRETS.github,
      GITHUB_API_URL: github.url,
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_SIGNING_SECRET: slack.signingSecret(),
      SLACK_API_URL: slack.apiUrl,
      BUILDKITE_API_TOKEN: SECRETS.api,
      BUILDKITE_ORGANIZATION_SLUG: 'acme',
      BUILDKITE_REST_API_ENDPOINT: buildkite.url,
      BUILDKITE_WEBHOOK_TOKEN: SECRETS.buildkite,
      BUILDKITE_OIDC_ISSUER: buildkite.url,
    },
    signInAt: (productUrl) => {
      github.setSignIn({ clientSecret: SECRETS.client, callbackUrls: [`${productUrl}/github/link/callback`] });
      return { PUBLIC_URL: productUrl, GITHUB_CLIENT_ID: github.clientId, GITHUB_CLIENT_SECRET: SECRETS.client, GITHUB_WEB_URL: github.url };
    },
    connect: (productUrl) => {
      github.webhook({ url: `${productUrl}/api/github/webhooks`, secret: SECRETS.github });
      slack.deliverTo(`${productUrl}/slack/events`);
      buildkite.webhook({ url: `${productUrl}/buildkite/webhooks`, token: SECRETS.buildkite, mode: 'signature' });
    },
    close: async () => {
      await Promise.all([github.close(), slack.close(), buildkite.close()]);
    },
  };
}

async function settleGithub(github: GithubSim): Promise<number> {
  for (const person of Object.values(PEOPLE)) if (person.github !== null) github.addUser({ ...person.github, name: person.name });
  github.addRepository({ slug: REPOSITORY, id: 7001, requiredReviews: 1 });
  for (const login of ['ann', 'bea', 'carl', 'dan', 'eve']) github.setRole(REPOSITORY, login, 'write');
  github.commit(REPOSITORY, 'main', { message: 'Serve health', author: 'carl' });
  github.commit(REPOSITORY, 'fix-retry-loop', { message: 'Fix retry loop', author: 'ann' });
  const { number, headSha } = await github.openPullRequest(REPOSITORY, { head: 'fix-retry-loop', by: 'ann', title: 'Fix retry loop', number: 42 });
  for (const name of ['unit', 'e2e']) github.setCheck(REPOSITORY, headSha, { name, result: 'success' });
  github.setStatus(REPOSITORY, headSha, { context: 'buildkite/api', state: 'success' });
  github.review(REPOSITORY, number, { by: 'eve', state: 'APPROVED' });
  return number;
}

function settleSlack(slack: SlackSim): void {
  for (const { name, role, slack: id } of Object.values(PEOPLE)) {
    slack.addUser({ id, name: name.toLowerCase(), guest: role === 'guest', stranger: role === 'stranger' });
  }
  slack.addChannel({ id: CHANNEL.pay, name: 'pay' });
  slack.addChannel({ id: CHANNEL.deploys, name: 'deploys' });
}

/** Somebody's account at Buildkite. */
export const buildkiteUser = (name: string): { readonly name: string; readonly email: string } => ({
  name,
  email: `${name.toLowerCase()}@acme.test`,
});

function settleBuildkite(buildkite: BuildkiteSim, steps: readonly StepDefinition[]): void {
  buildkite.addToken({ token: SECRETS.api, user: { name: 'Countersign', email: 'countersign@acme.test' }, scopes: SCOPES });
  for (const { name, github } of Object.values(PEOPLE)) if (github !== null) buildkite.addUser(buildkiteUser(name));
  buildkite.addPipeline({ slug: PIPELINE, name: 'api deploy', repository: `git@github.com:${REPOSITORY}.git`, steps });
}
