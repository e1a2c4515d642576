// The demo's story: a deploy asked for on a pull request, signed in Slack and on the pull request, built once.
// It is played through the platforms' own windows and judged by their request logs and Temporal's histories, never by the bot's words.
import type { Client } from '@temporalio/client';
import type { CommentView } from './github/github-sim.ts';
import type { SimMessage } from './slack/world.ts';
import { CHANNEL, PEOPLE, PIPELINE, REPOSITORY, type PersonName, type World } from './world.ts';

export interface Told {
  /** `PR #42`, `Slack`, `Build #1`, `Temporal`. */
  readonly where: string;
  readonly who: string;
  readonly what: string;
}
export type Tell = (line: Told) => void;

/** What went wrong; empty: the story went as it must. */
export type Verdict = readonly string[];

const STEP_WITHIN_MS = 20_000;

export async function playStory(options: { world: World; client: Client; tell: Tell; ui: string | null }): Promise<Verdict> {
  const { world, client, tell, ui } = options;
  const approvedSha = world.github.sha(REPOSITORY, 'fix-retry-loop');
  const story = createTeller(world, tell);
  await story.comment('ann', '/deploy api to production');
  await story.cards('⏸');
  await story.click('ann', 'approve');
  await story.click('bea', 'approve');
  const vote = await story.comment('dan', '/approve');
  await story.reaction(vote, '+1');
  const build = await story.buildPassed();
  await story.finalCards();
  story.tellBuild(build);
  await story.cards('✅');
  const histories = await readHistories(client);
  tell({
    where: 'Temporal',
    who: '',
    what: `${histories.map(({ type, events }) => `${type} ${events} events`).join(' · ')}${ui === null ? '' : `   open it: ${ui}`}`,
  });
  return judge({ world, approvedSha, histories });
}

interface Passed {
  readonly number: number;
  readonly commit: string;
  readonly states: readonly string[];
}

function createTeller(world: World, tell: Tell) {
  const pull = `PR #${world.pullRequest}`;
  return {
    async comment(who: PersonName, text: string): Promise<number> {
      tell({ where: pull, who, what: text });
      const { id, delivery } = await world.github.comment(REPOSITORY, world.pullRequest, PEOPLE[who].github?.login ?? who, text);
      if (delivery?.statusCode !== 200) throw new Error(`the webhook was answered ${delivery?.statusCode ?? 'by nobody'}`);
      return id;
    },
    /** Waits until both cards show this sign. */
    async cards(sign: string): Promise<void> {
      const card = await eventually(`a card with ${sign} on the pull request`, () =>
        botComments(world).find(({ body }) => titleOf(body).startsWith(sign)),
      );
      const waits = sign === '⏸';
      const message = await eventually(waits ? 'buttons in Slack' : 'a Slack card without buttons', () =>
        slackCards(world).find((shown) => hasVoteButtons(shown) === waits),
      );
      const needs = /Needs ([^.]+)\./.exec(message.text)?.[1];
      tell({ where: pull, who: 'bot', what: `${titleOf(card.body)}${needs === undefined ? '' : `   needs ${needs}`}` });
    },
    async click(who: PersonName, action: 'approve' | 'reject'): Promise<void> {
      const card = await eventually('a Slack card', () => slackCards(world)[0]);
      const { slack } = PEOPLE[who];
      const before = world.slack.ephemerals(slack).length;
      await world.slack.click(slack, card.ts, `countersign:${action}`);
      const answer = await eventually('an answer to the click', () => world.slack.ephemerals(slack)[before]);
      tell({ where: 'Slack', who, what: `clicks ${action === 'approve' ? 'Approve' : 'Reject'}   → ${answer.text}` });
    },
    async reaction(comment: number, content: string): Promise<void> {
      await eventually(`the reaction ${content}`, () => world.github.reactions(comment).find((reaction) => reaction.content === content));
      tell({ where: pull, who: 'bot', what: `reacts ${content === '+1' ? '👍' : content}` });
    },
    async buildPassed(): Promise<Passed> {
      const states = new Set<string>();
      return eventually('the build to pass', () => {
        const [first] = world.buildkite.builds(PIPELINE);
        if (first !== undefined) states.add(first.state);
        return first?.state === 'passed' ? { number: first.number, commit: first.commit, states: [...states] } : undefined;
      });
    },
    async finalCards(): Promise<void> {
      await eventually('the final card', () => botComments(world).find(({ body }) => titleOf(body).startsWith('✅')));
    },
    tellBuild({ number, commit, states }: Passed): void {
      const user = world.buildkite.quota().find(({ scope }) => scope === 'rest_user');
      const left = user === undefined ? '' : `, ${user.limit - user.current} of ${user.limit} left this minute`;
      const used = `${world.buildkite.requests.filter(({ path }) => path.includes('/builds')).length} requests to Buildkite${left}`;
      tell({ where: `Build #${number}`, who: '', what: `${PIPELINE} @ ${commit.slice(0, 7)}   ${states.join(' → ')}   (${used})` });
    },
  };
}

interface History {
  readonly type: string;
  readonly events: number;
  /** Keys of the votes that count. */
  readonly votes: readonly string[];
}

async function readHistories(client: Client): Promise<readonly History[]> {
  const histories: History[] = [];
  for await (const execution of client.workflow.list({ query: `WorkflowType IN ('deploy', 'build', 'environment')` })) {
    const { events } = await client.workflow.getHandle(execution.workflowId, execution.runId).fetchHistory();
    const votes = (events ?? []).flatMap((event) => {
      const answered = event.workflowExecutionUpdateCompletedEventAttributes;
      return isCounted(answered?.outcome?.success?.payloads?.[0]?.data) ? [answered?.meta?.updateId ?? ''] : [];
    });
    histories.push({ type: execution.type, events: events?.length ?? 0, votes });
  }
  const order = ['deploy', 'build', 'environment'];
  return histories.toSorted((a, b) => order.indexOf(a.type) - order.indexOf(b.type));
}

/** The receipt of a vote that counts. */
function isCounted(data: Uint8Array | null | undefined): boolean {
  if (data === null || data === undefined) return false;
  const receipt: unknown = JSON.parse(Buffer.from(data).toString('utf8'));
  return typeof receipt === 'object' && receipt !== null && 'kind' in receipt && receipt.kind === 'counted';
}

/** One create with the approved SHA, two distinct votes that the history says count, final cards without buttons, no route that nobody knows. */
function judge({ world, approvedSha, histories }: { world: World; approvedSha: string; histories: readonly History[] }): Verdict {
  const wrong: string[] = [];
  const creates = world.buildkite.requests.filter(({ method, path }) => method === 'POST' && path.endsWith(`/pipelines/${PIPELINE}/builds`));
  if (creates.length !== 1) wrong.push(`Buildkite was asked for ${creates.length} builds instead of one`);
  const builds = world.buildkite.builds(PIPELINE);
  if (builds.length !== 1 || builds[0]?.commit !== approvedSha) wrong.push(`the build is not exactly the approved commit ${approvedSha}`);
  const votes = new Set(histories.flatMap((history) => history.votes));
  // Ann's own vote is there too, as refused.
  if (votes.size !== 2) wrong.push(`the histories hold ${votes.size} votes that count instead of two`);
  for (const card of slackCards(world))
    if (JSON.stringify(card.blocks).includes('countersign:approve')) wrong.push('the Slack card still has buttons');
  const finals = botComments(world).filter(({ body }) => titleOf(body).startsWith('✅'));
  if (finals.length === 0) wrong.push('the pull request has no final card');
  for (const [name, sim] of [
    ['GitHub', world.github],
    ['Slack', world.slack],
    ['Buildkite', world.buildkite],
  ] as const) {
    if (sim.unknownRoutes.length > 0) wrong.push(`${name} was asked for unknown routes: ${sim.unknownRoutes.join(', ')}`);
  }
  return wrong;
}

function botComments(world: World): readonly CommentView[] {
  return world.github.comments(REPOSITORY, world.pullRequest).filter(({ viaApp }) => viaApp);
}

function slackCards(world: World): readonly SimMessage[] {
  return world.slack.messages(CHANNEL.pay).filter((message) => message.metadata !== null);
}

function hasVoteButtons({ blocks }: SimMessage): boolean {
  return JSON.stringify(blocks).includes('countersign:approve');
}

function titleOf(markdown: string): string {
  const line = markdown.split('\n').find((text) => text.startsWith('### ')) ?? '';
  return line.replace('### ', '').replaceAll(/[`*]|\[|\]\([^)]*\)/g, '');
}

async function eventually<T>(what: string, look: () => T | undefined): Promise<T> {
  const deadline = Date.now() + STEP_WITHIN_MS;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`no sign of ${what} after ${STEP_WITHIN_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
