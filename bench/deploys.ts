// What one deploy costs: events of history, requests to the platforms. Two approvals, one in Slack and one on the pull request; a build of
// one step that three webhooks tell of.
import { CHANNEL, PEOPLE, PIPELINE, REPOSITORY, type World } from '../src/sim/world.ts';
import { addedSince, countEvents, perWorkflow, total, type Events } from './histories.ts';
import { eventually, pause, setStage, type Stage } from './stage.ts';
import { percentile } from './statistics.ts';
import { counted, information, type Row } from './table.ts';

const EVENTS_MAX = 150;
/** Create, who signed it, and one read at the end. */
const REQUESTS = 3;
/** A fresh environment asks once what runs and what is live. */
const REQUESTS_FRESH = 4;
/** People and builds take their time: each change is told by itself, as in real life. Also long enough for entries of the visibility store to appear. */
const PACE_MS = 4_000;

interface Cost {
  readonly events: Events;
  readonly buildkite: number;
  readonly github: number;
  readonly slack: number;
}

export async function measureDeploys(options: {
  readonly address: string;
  readonly namespace: string;
  readonly deploys: number;
  readonly tell: (line: string) => void;
}): Promise<readonly Row[]> {
  const { address, namespace, deploys, tell } = options;
  const stage = await setStage({ address, namespace, world: { steps: [{ type: 'command', label: 'roll out' }] } });
  try {
    stage.world.buildkite.hold(PIPELINE);
    // What the product asks at its own start belongs to no deploy.
    await pause(PACE_MS);
    const costs: Cost[] = [];
    for (let number = 1; number <= deploys; number += 1) {
      tell(`deploys: ${number} of ${deploys}`);
      costs.push(await costOf(stage, () => deployOnce(stage, number)));
    }
    return rowsOf(costs);
  } finally {
    await stage.close();
  }
}

async function costOf({ world, client }: Stage, deploy: () => Promise<void>): Promise<Cost> {
  const before = { events: await countEvents(client), ...requestsTo(world) };
  await deploy();
  await pause(PACE_MS);
  const after = requestsTo(world);
  return {
    events: addedSince(before.events, await countEvents(client)),
    buildkite: after.buildkite - before.buildkite,
    github: after.github - before.github,
    slack: after.slack - before.slack,
  };
}

function requestsTo({ buildkite, github, slack }: World): { buildkite: number; github: number; slack: number } {
  return { buildkite: buildkite.requests.length, github: github.requests.length, slack: slack.requests.length };
}

async function deployOnce({ world, client }: Stage, number: number): Promise<void> {
  const { buildkite, github, slack, pullRequest } = world;
  const { id } = await github.comment(REPOSITORY, pullRequest, 'ann', '/deploy api to production');
  const workflowId = `deploy:github:7001:${id}`;
  const card = await eventually('a card with buttons', () =>
    slack.messages(CHANNEL.pay).find((message) => isCardOf(message, workflowId) && JSON.stringify(message.blocks).includes('countersign:approve')),
  );
  await pause(PACE_MS);
  await slack.click(PEOPLE.bea.slack, card.ts, 'countersign:approve');
  await pause(PACE_MS);
  await github.comment(REPOSITORY, pullRequest, 'dan', '/approve');
  await eventually('the build', () => buildkite.builds(PIPELINE).length === number);
  await pause(PACE_MS);
  buildkite.startBuild(PIPELINE, number);
  await pause(PACE_MS);
  buildkite.finish(PIPELINE, number, 'passed');
  await client.workflow.getHandle(workflowId).result();
  const told = buildkite.deliveries.filter((delivery) => delivery.number === number && delivery.event.startsWith('build.'));
  if (told.length !== 3) throw new Error(`build ${number} was told by ${told.map(({ event }) => event).join(', ')} instead of three webhooks`);
}

function isCardOf({ metadata }: { readonly metadata: Readonly<Record<string, unknown>> | null }, workflowId: string): boolean {
  return JSON.stringify(metadata ?? {}).includes(`"${workflowId}"`);
}

function rowsOf(costs: readonly Cost[]): readonly Row[] {
  const [fresh, ...others] = costs;
  if (fresh === undefined) return [];
  const largest = costs.toSorted((one, two) => total(two.events) - total(one.events))[0] ?? fresh;
  const perDeploy = (of: 'github' | 'slack'): string =>
    `${percentile(
      costs.map((cost) => cost[of]),
      50,
    )} (median)`;
  return [
    counted('events of a deploy over all its workflows, the largest of n (the first starts its environment)', {
      n: costs.length,
      product: `${total(largest.events)}: ${perWorkflow(largest.events)}; all: ${costs.map(({ events }) => total(events)).join(', ')}`,
      limit: `≤ ${EVENTS_MAX}`,
      holds: total(largest.events) <= EVENTS_MAX,
    }),
    counted('requests to Buildkite, first deploy of a fresh environment', {
      n: 1,
      product: String(fresh.buildkite),
      limit: String(REQUESTS_FRESH),
      holds: fresh.buildkite === REQUESTS_FRESH,
    }),
    counted('requests to Buildkite, every later deploy', {
      n: others.length,
      product: [...new Set(others.map(({ buildkite }) => buildkite))].join(', '),
      limit: String(REQUESTS),
      holds: others.every(({ buildkite }) => buildkite === REQUESTS),
    }),
    information('requests to GitHub per deploy', costs.length, perDeploy('github')),
    information('requests to Slack per deploy', costs.length, perDeploy('slack')),
  ];
}
