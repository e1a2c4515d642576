// How long a person waits at the front door, each measured in turns with what Temporal alone takes.
import type { SimMessage } from '../src/sim/slack/world.ts';
import { PEOPLE, REPOSITORY } from '../src/sim/world.ts';
import { startBare, type Bare } from './bare.ts';
import { coldGroup, manyServices, openChannels, openColdSubject, openSubject, type Subject } from './company.ts';
import { openSender, recordDeliveries, type Recorder, type Sender, type Signed } from './sender.ts';
import { eventually, pause, quiet, setStage, type Stage } from './stage.ts';
import { compare, spreadOf, type Round } from './statistics.ts';
import { compared, timed, type Row } from './table.ts';

const WARM_UP = 20;
/** Comments that ask for nothing, in each round. */
const IDLE_PER_ROUND = 20;
/** After a bare call, whose worker may still be at it, and before a delivery is sent: the simulator that made it may be, too. */
const REST_MS = 30;

async function sendRested(sender: Sender, signed: Signed): Promise<number> {
  await pause(REST_MS);
  return sender.send(signed);
}

export interface LatencyOptions {
  readonly address: string;
  readonly namespace: string;
  readonly rounds: number;
  readonly perRound: number;
  readonly tell: (line: string) => void;
}

interface Scene {
  readonly stage: Stage;
  readonly bare: Bare;
  readonly sender: Sender;
  readonly recorder: Recorder;
  readonly repositoryId: number;
}

/** One way to be measured: the bare calls and what the product does, for the same index. */
interface Contest {
  readonly product: (scene: Scene, subject: Subject, index: number) => Promise<number>;
  readonly baseline: (scene: Scene, subject: Subject, index: number) => Promise<number>;
}

const CONTESTS = {
  start: {
    product: async ({ sender, recorder, stage }, { number, service, channel }) => {
      const took = await sendRested(sender, await recorder.comment(number, 'ann', `/deploy ${service} to production`));
      await eventually('a card on the pull request', () => isWaiting(stage, number));
      await eventually('a card in Slack', () => cardOf(stage, channel, number));
      return took;
    },
    baseline: ({ bare }, _subject, index) => bare.start(index),
  },
  click: {
    product: async ({ sender, recorder, stage }, { channel, number }) => {
      const card = cardOf(stage, channel, number);
      if (card === undefined) throw new Error(`there is no card of #${number}`);
      return sendRested(sender, await recorder.click(PEOPLE.bea.slack, card, 'countersign:approve'));
    },
    baseline: ({ bare }, _subject, index) => bare.update(index, `click-${index}`),
  },
  comment: {
    product: async ({ sender, recorder }, { number }) => sendRested(sender, await recorder.comment(number, 'dan', '/approve')),
    baseline: ({ bare, repositoryId }, { number }, index) => bare.listAndUpdate(index, `comment-${index}`, `${repositoryId}#${number}`),
  },
} as const satisfies Record<string, Contest>;
type ContestName = keyof typeof CONTESTS;

export async function measureLatency(options: LatencyOptions): Promise<readonly Row[]> {
  const { rounds, perRound, tell } = options;
  const scene = await openScene(options);
  const results: Record<ContestName, Round[]> = { start: [], click: [], comment: [] };
  const frontDoor: number[] = [];
  const cold: Round[] = [];
  try {
    let next = 0;
    const play = async (count: number): Promise<Record<ContestName, Round>> => {
      const first = next;
      next += count;
      const subjects: Subject[] = [];
      for (let index = first; index < next; index += 1) subjects.push(await openSubject(scene.stage.world, index));
      const start = await takeTurns(scene, CONTESTS.start, subjects, first);
      const click = await takeTurns(scene, CONTESTS.click, subjects, first);
      const comment = await takeTurns(scene, CONTESTS.comment, subjects, first);
      return { start, click, comment };
    };
    tell(`latency: warming up with ${WARM_UP} requests`);
    await play(WARM_UP);
    for (let round = 1; round <= rounds; round += 1) {
      tell(`latency: round ${round} of ${rounds}, ${perRound} requests`);
      const played = await play(perRound);
      for (const name of ['start', 'click', 'comment'] as const) results[name].push(played[name]);
      frontDoor.push(...(await idleComments(scene)));
    }
    const asked = coldOf(options);
    tell(`latency: ${asked - 1} clicks whose group nobody has read for a minute`);
    cold.push(await measureCold(scene, { first: next, count: asked }));
    await assertCounted(scene, 2 * next + asked);
  } finally {
    scene.sender.close();
    scene.recorder.close();
    scene.bare.close();
    await scene.stage.close();
  }
  return [
    compared(
      'a click in Slack until its HTTP answer (group of Slack, cached), against a bare update with one local activity',
      compare(results.click),
      1.5,
    ),
    compared('a click in Slack whose group is not cached, against that update and one bare request for a user group of Slack', compare(cold), 1.5),
    compared('`/approve` on a pull request until its HTTP answer, against one bare list call and that update', compare(results.comment), 1.5),
    compared('`/deploy` on a pull request until its HTTP answer, against a bare `workflow.start`', compare(results.start), 1.5),
    timed('the front door alone: a comment that is no command until its HTTP answer', spreadOf(frontDoor)),
  ];
}

/** A membership is remembered for a minute, also the one that was read for the plan. */
const FORGOTTEN_MS = 61_000;

/** Each click needs a group that nobody has read for a minute; who clicks, and their rights, are known from the first one, which does not count. */
async function measureCold(scene: Scene, { first, count }: { readonly first: number; readonly count: number }): Promise<Round> {
  const { stage, recorder, bare } = scene;
  const subjects: Subject[] = [];
  for (let index = 0; index < count; index += 1) {
    const subject = await openColdSubject(stage.world, { index, nth: first + index });
    subjects.push(subject);
    await CONTESTS.start.product(scene, subject);
    await bare.start(first + index);
  }
  await quiet(stage.world);
  await pause(FORGOTTEN_MS);
  // The connection of before was closed meanwhile: nobody had used it for long.
  const sender = await openSender(stage.product.url);
  const round = { baseline: [] as number[], product: [] as number[] };
  for (const [index, { channel, number }] of subjects.entries()) {
    const card = cardOf(stage, channel, number);
    if (card === undefined) throw new Error(`there is no card of #${number}`);
    const reads = groupReads(stage);
    const product = await sendRested(sender, await recorder.click(PEOPLE.bea.slack, card, 'countersign:approve'));
    await quiet(stage.world);
    if (groupReads(stage) !== reads + 1)
      throw new Error(`the group was asked for ${groupReads(stage) - reads} times, so that was no click whose group is not cached`);
    const baseline = await bare.updateAnd(first + index, `cold-${index}`, () => readGroup(stage, coldGroup(index)));
    await pause(REST_MS);
    if (index === 0) continue;
    round.product.push(product);
    round.baseline.push(baseline);
  }
  sender.close();
  return round;
}

const groupReads = ({ world: { slack } }: Stage): number => slack.requests.filter(({ path }) => path.endsWith('/usergroups.users.list')).length;

async function readGroup({ world: { slack } }: Stage, usergroup: string): Promise<void> {
  const answer = await fetch(`${slack.apiUrl}usergroups.users.list`, {
    method: 'POST',
    headers: { authorization: `Bearer ${slack.botToken}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ usergroup }).toString(),
  });
  const { ok } = (await answer.json()) as { readonly ok: boolean };
  if (!ok) throw new Error(`the bare request for ${usergroup} was refused`);
}

/** One more than is measured. */
const coldOf = ({ perRound }: LatencyOptions): number => perRound + 1;

async function openScene(options: LatencyOptions): Promise<Scene> {
  const { address, namespace } = options;
  const alone = coldOf(options);
  const stage = await setStage({ address, namespace, world: { config: manyServices('', alone), github: { rateLimit: 1_000_000 } } });
  openChannels(stage.world, alone);
  const recorder = await recordDeliveries(stage.world);
  const repositoryId = (stage.world.github.pullRequest(REPOSITORY, stage.world.pullRequest)['base'] as { repo: { id: number } }).repo.id;
  return { stage, recorder, repositoryId, sender: await openSender(stage.product.url), bare: await startBare(stage.client, address) };
}

/** A B, B A, A B …: whatever else the machine does meets both alike. */
async function takeTurns(scene: Scene, contest: Contest, subjects: readonly Subject[], first: number): Promise<Round> {
  const round = { baseline: [] as number[], product: [] as number[] };
  for (const [offset, subject] of subjects.entries()) {
    const index = first + offset;
    const sides = index % 2 === 0 ? (['product', 'baseline'] as const) : (['baseline', 'product'] as const);
    for (const side of sides) {
      round[side].push(await contest[side](scene, subject, index));
      if (side === 'product') await quiet(scene.stage.world);
      else await pause(REST_MS);
    }
  }
  return round;
}

/** HTTP, signature, Probot, parser: all but Temporal. It is part of every figure of the product, and of no baseline. */
async function idleComments({ stage, sender, recorder }: Scene): Promise<readonly number[]> {
  const times: number[] = [];
  for (let count = 0; count < IDLE_PER_ROUND; count += 1) {
    times.push(await sender.send(await recorder.comment(stage.world.pullRequest, 'ann', 'Looks good to me.')));
    await pause(REST_MS);
  }
  return times;
}

function isWaiting({ world }: Stage, pullRequest: number): boolean {
  return world.github.comments(REPOSITORY, pullRequest).some(({ viaApp, body }) => viaApp && body.includes('Waiting for approval'));
}

/** The one card in this channel that links to this pull request. */
function cardOf({ world }: Stage, channel: string, pullRequest: number): SimMessage | undefined {
  const link = new RegExp(`/pull/${pullRequest}\\b`);
  return world.slack.messages(channel).find(({ metadata, blocks }) => metadata !== null && link.test(JSON.stringify(blocks)));
}

/** Figures of refused clicks would be worth nothing: every vote is in the history of its request. */
async function assertCounted({ stage }: Scene, expected: number): Promise<void> {
  let votes = 0;
  for await (const { workflowId } of stage.client.workflow.list({ query: `WorkflowType = 'deploy'` })) {
    const status = await stage.client.workflow.getHandle(workflowId).query<{ votes: readonly unknown[] }>('status');
    votes += status.votes.length;
  }
  if (votes !== expected) throw new Error(`${votes} votes count instead of ${expected}: the figures above are not of counted votes`);
}
