// What must hold after every story (design §6), judged by the platforms' request logs and Temporal's histories alone.
// Shares nothing with the product but the wire format, and works the approval rule out by itself.
import type { Client } from '@temporalio/client';
import type { SimBuild } from '../../src/sim/buildkite/state.ts';
import type { SimMessage } from '../../src/sim/slack/world.ts';
import { CHANNEL, REPOSITORY, type World } from '../../src/sim/world.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import type { BuildFacts, BuildOrder } from '../../workflows/build-vocabulary.ts';
import { readHistories, type History, type Scheduled } from './histories.ts';
import { placesOf, secretsIn } from './secret-scan.ts';
import { tellApproval, type Approval, type Groups } from './approvals.ts';

export interface Evidence {
  readonly world: World;
  readonly client: Client;
  /** What every process of the product wrote. */
  readonly logs: string;
  /** Group → names of its people, as configured. */
  readonly groups?: Groups;
}

const GROUPS: Groups = { sre: ['Bea', 'Carl'], 'api-owners': ['Dan'] };
const QUOTA = { requests: 50, windowMs: 60_000 };

interface Case {
  readonly world: World;
  readonly histories: readonly History[];
  readonly deploys: readonly { readonly history: History; readonly status: DeployStatus | null; readonly approval: Approval }[];
  readonly activities: readonly Scheduled[];
  readonly builds: readonly Readonly<SimBuild>[];
}

/** One line for each thing that is wrong, beginning with the invariant's number; empty: all hold. */
export async function brokenInvariants(evidence: Evidence): Promise<readonly string[]> {
  const { world, client, logs, groups = GROUPS } = evidence;
  const histories = await readHistories(client);
  const found: Case = {
    world,
    histories,
    deploys: histories
      .filter(({ type }) => type === 'deploy')
      .map((history) => ({ history, status: history.result as DeployStatus | null, approval: tellApproval(history, groups) })),
    activities: histories.flatMap(({ activities }) => activities),
    builds: world.buildkite.builds(),
  };
  return [
    ...buildsPerRequest(found),
    ...votes(found),
    ...writes(found),
    ...effects(found),
    ...oneAtATime(found),
    ...cards(found),
    ...secretsIn(placesOf(world, { logs, histories }), world.env).map((line) => `I8 ${line}`),
    ...quota(world),
  ];
}

const deployIdOf = (build: Readonly<SimBuild>): string | undefined => build.metaData['countersign:deploy-id'];

/** I1 and I2. */
function buildsPerRequest({ deploys, builds }: Case): readonly string[] {
  const strangers = builds.filter((build) => !deploys.some(({ history }) => history.workflowId === deployIdOf(build)));
  return [
    ...strangers.map((build) => `I1 build ${nameOf(build)} belongs to no request`),
    ...deploys.flatMap(({ history: { workflowId, isOpen }, approval }) => {
      const mine = builds.filter((build) => deployIdOf(build) === workflowId);
      const wrong: string[] = [];
      if (mine.length > 1) wrong.push(`I1 ${workflowId} has ${mine.length} builds`);
      if (isOpen) wrong.push(`I2 ${workflowId} has not come to an end`);
      if (approval.mustBuild && mine.length !== 1) wrong.push(`I2 ${workflowId} was approved and has ${mine.length} builds`);
      for (const build of mine)
        if (build.commit !== approval.sha) wrong.push(`I2 ${nameOf(build)} is of ${build.commit}, approved was ${approval.sha}`);
      return wrong;
    }),
  ];
}

/** I3. */
function votes({ deploys, builds }: Case): readonly string[] {
  return deploys.flatMap(({ history: { workflowId }, approval }) => {
    const isBuilt = builds.some((build) => deployIdOf(build) === workflowId);
    return isBuilt && approval.lacks !== null ? [`I3 ${workflowId} was built: ${approval.lacks}`] : [];
  });
}

/** I5: every write belongs to one scheduled activity that was under way. */
function writes({ world, activities }: Case): readonly string[] {
  const creates = new Set(activities.filter(({ name }) => name === 'createBuild'));
  const cancels = activities.filter(({ name }) => name === 'cancelBuild');
  const annotations = activities.filter(({ name }) => name === 'annotateBuild');
  const wrong: string[] = [];
  for (const { method, path, body, at } of world.buildkite.requests) {
    if (method === 'GET') continue;
    const isUnderWay = ({ scheduledAt, closedAt }: Scheduled): boolean => scheduledAt <= at && at <= (closedAt ?? Infinity);
    if (method === 'POST' && path.endsWith('/builds')) {
      const deployId = createdFor(body);
      const own = [...creates].find((activity) => (activity.input as BuildOrder).deployId === deployId && isUnderWay(activity));
      // One create, one request: each activity answers for one only.
      if (own === undefined) wrong.push(`I5 a create for ${deployId} that no activity answers for`);
      else creates.delete(own);
    } else if (path.endsWith('/annotations')) {
      const own = annotations.find((activity) => path.endsWith(annotationsOf(activity.input)) && isUnderWay(activity));
      if (own === undefined) wrong.push(`I5 ${method} ${path} that no activity answers for`);
    } else if (!cancels.some((activity) => path.endsWith(`/${(activity.input as BuildFacts).number}/cancel`) && isUnderWay(activity))) {
      wrong.push(`I5 ${method} ${path} that no activity answers for`);
    }
  }
  return wrong;
}

function annotationsOf(input: unknown): string {
  const { order, number } = input as { readonly order: BuildOrder; readonly number: number };
  return `/${order.pipeline}/builds/${number}/annotations`;
}

function createdFor(body: string): string {
  const { meta_data: metaData } = JSON.parse(body) as { meta_data?: Readonly<Record<string, string>> };
  return metaData?.['countersign:deploy-id'] ?? 'nobody';
}

/** I5: every activity that reported success has its effect. */
function effects({ activities, builds }: Case): readonly string[] {
  return activities.flatMap(({ name, how, input, result }) => {
    if (how !== 'completed') return [];
    if (name === 'createBuild') {
      const outcome = result as { readonly kind: string; readonly build?: BuildFacts };
      if (outcome.kind !== 'created' || builds.some(({ id }) => id === outcome.build?.uuid)) return [];
      return [`I5 build ${outcome.build?.uuid} was reported as created and is not there`];
    }
    if (name !== 'cancelBuild') return [];
    const { pipeline, number } = input as BuildFacts;
    const build = builds.find((candidate) => candidate.pipeline.slug === pipeline && candidate.number === number);
    return build !== undefined && (build.cancelAsked || build.finishedAt !== null) ? [] : [`I5 the cancel of ${pipeline} ${number} had no effect`];
  });
}

/** I6. */
function oneAtATime({ builds }: Case): readonly string[] {
  const targets = Map.groupBy(builds, (build) => build.metaData['countersign:target'] ?? '');
  targets.delete('');
  return [...targets].flatMap(([target, all]) => {
    const inOrder = all.toSorted((one, two) => one.createdAt - two.createdAt);
    return inOrder.flatMap((build, i) => {
      const next = inOrder[i + 1];
      const overlaps = next !== undefined && next.createdAt < (build.finishedAt ?? Infinity);
      return overlaps ? [`I6 ${nameOf(build)} and ${nameOf(next)} on ${target} at once`] : [];
    });
  });
}

const FINAL_SIGNS = ['✅', '❌', '✖️', '⛔', '🚫', '⌛', '📋'];

/** I7: one card for each surface, final, without buttons. */
function cards({ world, deploys }: Case): readonly string[] {
  return deploys.flatMap(({ history: { workflowId }, status, approval }) => {
    const { plan } = approval;
    const wantsGithub = workflowId.startsWith('deploy:github:') || (plan?.pullRequest ?? null) !== null;
    const wantsSlack = plan !== null && status?.request.dryRun !== true;
    return [
      ...slackCards(world, workflowId).flatMap((card) =>
        isFinal(card.text) && !hasButtons(card) ? [] : [`I7 ${workflowId} in Slack: ${card.text}`],
      ),
      ...githubCards(world, workflowId).flatMap(({ title }) => (isFinal(title) ? [] : [`I7 ${workflowId} on GitHub: ${title}`])),
      ...howMany(slackCards(world, workflowId).length, wantsSlack, `I7 ${workflowId} in Slack`),
      ...howMany(githubCards(world, workflowId).length, wantsGithub, `I7 ${workflowId} on GitHub`),
    ];
  });
}

function howMany(count: number, wanted: boolean, what: string): readonly string[] {
  return count === (wanted ? 1 : 0) ? [] : [`${what}: ${count} cards`];
}

const isFinal = (text: string): boolean => FINAL_SIGNS.some((sign) => text.startsWith(sign));

/** Cards of one request in any channel, found by their metadata. */
export function slackCards(world: World, workflowId: string): readonly SimMessage[] {
  return Object.values(CHANNEL)
    .flatMap((channel) => world.slack.messages(channel))
    .filter(({ metadata }) => (metadata?.['event_payload'] as { deploy_id?: string } | undefined)?.deploy_id === workflowId);
}

/** Cards of one request on the pull request, found by their hidden marker. */
export function githubCards(world: World, workflowId: string): readonly { readonly id: number; readonly title: string }[] {
  return world.github
    .comments(REPOSITORY, world.pullRequest)
    .filter(({ viaApp, body }) => viaApp && body.includes(`<!-- countersign:${workflowId} -->`))
    .map(({ id, body }) => ({ id, title: body.replace(/^#+ /, '').split('\n', 1)[0] ?? '' }));
}

export function hasButtons({ blocks }: Pick<SimMessage, 'blocks'>): boolean {
  return blocks.some(({ type }) => type === 'actions') || JSON.stringify(blocks).includes('"type":"button"');
}

/** I9. */
function quota(world: World): readonly string[] {
  const { requests } = world.buildkite;
  const refused = requests.filter(({ status }) => status === 429).map(({ method, path }) => `I9 ${method} ${path} was answered 429`);
  const fullest = Math.max(0, ...requests.map(({ at }) => requests.filter((other) => other.at >= at && other.at < at + QUOTA.windowMs).length));
  return fullest > QUOTA.requests ? [...refused, `I9 ${fullest} requests within a minute`] : refused;
}

const nameOf = ({ pipeline, number }: Readonly<SimBuild>): string => `${pipeline.slug} ${number}`;
