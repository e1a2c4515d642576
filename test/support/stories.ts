// A file of stories: Acme with as many services as it needs, the product in a process of its own, and people who act at the platforms.
// After the last story everything that was sent is held against the platforms' published descriptions.
import { expect } from 'vitest';
import type { Exchange } from '../../src/sim/github/router.ts';
import type { SimBuild, StepDefinition } from '../../src/sim/buildkite/state.ts';
import type { SimFile } from '../../src/sim/github/state.ts';
import type { SimContent } from '../../src/sim/slack/world.ts';
import { CHANNEL, PEOPLE, REPOSITORY, type PersonName } from '../../src/sim/world.ts';
import { eventually, startAcme, type Acme } from './acme.ts';
import { channelOf, configOf, type AtBuildkite, type GroupEntry, type Newcomer, type ServiceEntry } from './acme-config.ts';
import { actorOf, type Actor } from './actors.ts';
import { APP_MANIFEST } from './app-manifest.ts';
import { checkExchange } from './github-openapi.ts';
import { asMessage } from './readable.ts';
import type { Places } from './sightings.ts';
import { checkMessage } from './slack-blocks.ts';

export interface PullRequest {
  readonly number: number;
  readonly branch: string;
  readonly sha: string;
}

export interface PullOptions {
  readonly by?: string;
  /** Logins, one commit each. */
  readonly authors?: readonly string[];
  readonly checks?: readonly ('success' | 'failure' | 'in_progress')[];
  readonly review?: 'APPROVED' | 'CHANGES_REQUESTED' | null;
  readonly draft?: boolean;
  readonly branch?: string;
  /** What each commit changes; a file of its own unless given. */
  readonly files?: readonly (string | SimFile)[];
  readonly labels?: readonly string[];
}

export interface Stories extends Acme, Readonly<Record<PersonName, Actor>> {
  /** Somebody else, by any accounts. */
  as(who: { readonly login: string; readonly slack: string }): Actor;
  /** A new branch, green, reviewed and ready unless it says otherwise, and its pull request. */
  pull(options?: PullOptions): Promise<PullRequest>;
  /** Looks at this pull request, too, from now on. */
  sees(pull: number): void;
  builds(service: string): readonly Readonly<SimBuild>[];
  /** Waits for the service's n-th build. */
  build(service: string, nth?: number): Promise<Readonly<SimBuild>>;
  /** The head of `main` was deployed there before the product came: a build of another time, by the target in its meta-data. */
  wasDeployed(service: string): Promise<void>;
  /** How many requests there are in Temporal. */
  requests(): Promise<number>;
  /** Waits until Temporal's lists know of so many open requests of the pull request: they lag behind. */
  listed(pull: { readonly number: number }, open: number): Promise<unknown>;
}

export interface StoryOptions {
  readonly groups?: Readonly<Record<string, GroupEntry>>;
  readonly env?: Readonly<Record<string, string>>;
  /** By name, whose Slack account the configuration knows by its address alone. */
  readonly emails?: Readonly<Record<string, string>>;
  readonly atBuildkite?: AtBuildkite;
  /** Members of both platforms who may write to the repository. */
  readonly newcomers?: readonly Newcomer[];
}

/** Requests a minute to Buildkite: many stories happen at once. */
const QUOTA = 600;
const REPOSITORY_ID = 7001;
const ONE_QUICK_STEP: readonly StepDefinition[] = [{ type: 'command', label: 'roll out', durationMs: 500 }];

export async function openStories(services: Readonly<Record<string, ServiceEntry>>, options: StoryOptions = {}): Promise<Stories> {
  const { newcomers = [] } = options;
  const acme = await startAcme({
    buildkite: { speed: 10, quota: { user: QUOTA, organization: 4 * QUOTA } },
    env: { BUILDKITE_REQUESTS_PER_MINUTE: String(QUOTA), ...options.env },
    config: configOf(services, options.groups, options.emails, options.atBuildkite, newcomers),
  });
  const { github, slack, buildkite } = acme.world;
  const pulls: number[] = [acme.world.pullRequest];
  const channels = [...Object.values(CHANNEL), ...Object.keys(services).map(channelOf)];
  const members = [...Object.values(PEOPLE), ...newcomers].map(({ slack: id }) => id);
  const places: Places = { acme, pulls, channels };
  for (const [name, { steps, skipQueuedBranchBuilds = false }] of Object.entries(services)) {
    slack.addChannel({ id: channelOf(name), name });
    buildkite.addPipeline({ slug: name, steps: steps ?? ONE_QUICK_STEP, skipQueuedBranchBuilds });
  }
  for (const { name, github: account, slack: id } of newcomers) {
    github.addUser(account);
    github.setRole(REPOSITORY, account.login, 'write');
    slack.addUser({ id, name });
  }
  // No more than the manifest asks for.
  github.setInstallation('acme', { permissions: APP_MANIFEST.default_permissions });
  github.setCheck(REPOSITORY, 'main', { name: 'unit', result: 'success' });
  let opened = 0;
  const exchanges: Exchange[] = [];
  // GraphQL is described elsewhere; its one query is checked by the simulator itself.
  github.onExchange((exchange) => void (exchange.path === '/graphql' || exchanges.push(exchange)));
  const actor = (name: PersonName): Actor => actorOf(places, { login: PEOPLE[name].github?.login ?? name, slack: PEOPLE[name].slack });
  return {
    ...acme,
    ann: actor('ann'),
    bea: actor('bea'),
    carl: actor('carl'),
    dan: actor('dan'),
    eve: actor('eve'),
    gus: actor('gus'),
    sly: actor('sly'),
    as: (who) => actorOf(places, who),
    async pull(wanted = {}) {
      const pull = await openPull(acme, (opened += 1), wanted);
      pulls.push(pull.number);
      return pull;
    },
    sees: (pull) => void pulls.push(pull),
    builds: (service) => buildkite.builds(service),
    build: (service, nth = 1) => eventually(`build ${nth} of ${service}`, () => buildkite.builds(service)[nth - 1]),
    wasDeployed: (service) => deployBefore(acme, service),
    requests: async () => (await acme.client.workflow.count(`WorkflowType = 'deploy'`)).count,
    listed: ({ number }, open) => {
      const query = `WorkflowType = 'deploy' AND ExecutionStatus = 'Running' AND DeployPr = '${REPOSITORY_ID}#${number}'`;
      return eventually(`${open} open requests of #${number} in the lists`, async () => (await acme.client.workflow.count(query)).count === open);
    },
    end: async () => {
      await acme.end();
      expect([...new Set(exchanges.flatMap(checkExchange))], 'what the published description has against our requests').toEqual([]);
      expect([...new Set(sentToSlack(places, members).map(asMessage).flatMap(checkMessage))], 'what Slack has against our messages').toEqual([]);
    },
  };
}

async function deployBefore({ world: { github, buildkite, env } }: Acme, service: string): Promise<void> {
  const about = { service, environment: 'production', target: `${service}/production` };
  const answer = await fetch(`${buildkite.url}/v2/organizations/acme/pipelines/${service}/builds`, {
    method: 'POST',
    headers: { authorization: `Bearer ${env['BUILDKITE_API_TOKEN'] ?? ''}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      commit: github.sha(REPOSITORY, 'main'),
      branch: 'main',
      meta_data: Object.fromEntries(Object.entries(about).map(([name, value]) => [`countersign:${name}`, value])),
    }),
  });
  expect(answer.status).toBe(201);
  buildkite.finish(service, 1, 'passed');
}

async function openPull({ world: { github } }: Acme, nth: number, wanted: PullOptions): Promise<PullRequest> {
  const {
    by = 'ann',
    authors = [by],
    checks = ['success', 'success'],
    review = 'APPROVED',
    draft = false,
    branch = `change-${nth}`,
    labels = [],
  } = wanted;
  const files = wanted.files === undefined ? {} : { files: wanted.files };
  for (const [i, author] of authors.entries()) github.commit(REPOSITORY, branch, { message: `Change ${nth}, part ${i + 1}`, author, ...files });
  const { number, headSha: sha } = await github.openPullRequest(REPOSITORY, { head: branch, by, draft, number: 1_000 + nth });
  for (const [i, result] of checks.entries()) github.setCheck(REPOSITORY, sha, { name: ['unit', 'e2e'][i] ?? `check ${i}`, result });
  github.setLabels(REPOSITORY, number, labels);
  if (review !== null) github.review(REPOSITORY, number, { by: by === 'eve' ? 'carl' : 'eve', state: review });
  return { number, branch, sha };
}

function sentToSlack({ acme, channels }: Places, members: readonly string[]): readonly SimContent[] {
  const { slack } = acme.world;
  const messages = channels.flatMap((channel) => slack.messages(channel)).filter(({ user }) => user === slack.botUser);
  const ephemerals = members.flatMap((member) => slack.ephemerals(member));
  return [...messages.flatMap((message) => [message, ...message.versions]), ...ephemerals];
}
