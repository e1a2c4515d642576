// The demo's story: a deploy asked for on a pull request, signed in Slack and on the pull request, built once.
// It is played through the platforms' own windows and judged by their request logs, Temporal's histories and the signed record, never by the bot's words.
import type { Client } from '@temporalio/client';
import { ATTEST_STEP } from './attest-job.ts';
import type { SimBuild } from './buildkite/state.ts';
import type { DecisionRecord } from './decision-record.ts';
import { isClosed, readHistories } from './story-histories.ts';
import { botComments, hasVoteButtons, judge, slackCards, titleOf, type Verdict } from './story-verdict.ts';
import { PEOPLE, PIPELINE, REPOSITORY, type PersonName, type World } from './world.ts';

export interface Told {
  /** `PR #42`, `Slack`, `Build #1`, `Temporal`. */
  readonly where: string;
  readonly who: string;
  readonly what: string;
}
export type Tell = (line: Told) => void;

const STEP_WITHIN_MS = 60_000;
/** A click on a busy machine: the answer comes later, or asks for another click. */
const JUDGED_LATER = 'is recorded and will be judged';
const NOT_COUNTED = 'try again in a minute';

export interface StoryOptions {
  readonly world: World;
  readonly client: Client;
  readonly tell: Tell;
  /** Temporal's own page of the namespace's workflows; null: it has none here. */
  readonly ui: string | null;
  /** Exports the record of the request with this code, and verifies it. */
  readonly record: (code: string) => Promise<DecisionRecord>;
}

export async function playStory(options: StoryOptions): Promise<Verdict> {
  const { world, client, tell, ui } = options;
  const approvedSha = world.github.sha(REPOSITORY, 'fix-retry-loop');
  const story = createTeller(world, tell);
  await story.comment('ann', '/deploy api to production');
  await story.cards('⏸');
  await story.click('ann', 'approve');
  await story.click('bea', 'approve');
  const vote = await story.comment('dan', '/approve');
  await story.reaction(vote, '+1');
  await story.proof();
  const build = await story.buildPassed();
  await story.finalCards();
  story.tellBuild(build);
  await story.cards('✅');
  await eventually('the end of the workflow', async () => ((await isClosed(client, build.code)) ? true : undefined));
  const histories = await readHistories(client);
  const events = histories.map(({ type, events: count }) => `${type} ${count}`).join(' · ');
  tell({ where: 'Temporal', who: '', what: `${events} events${ui === null ? '' : `   open it: ${ui}`}` });
  const record = await options.record(build.code);
  tellRecord(record, tell);
  return judge({ world, approvedSha, histories, record });
}

function tellRecord({ code, commands, verdict }: DecisionRecord, tell: Tell): void {
  // Then follow who asked, who signed, what the gates found, and each check.
  const title = verdict.find((line) => line.startsWith(code)) ?? '';
  for (const line of [...commands.map((command) => `$ ${command}`), verdict[0] ?? '', title]) tell({ where: 'Record', who: '', what: line });
}

interface Passed {
  readonly number: number;
  readonly commit: string;
  readonly code: string;
  readonly states: readonly string[];
}

function createTeller(world: World, tell: Tell) {
  const pull = `PR #${world.pullRequest}`;
  return {
    async comment(who: PersonName, text: string): Promise<number> {
      tell({ where: pull, who, what: text });
      const { id, delivery } = await world.github.comment(REPOSITORY, world.pullRequest, PEOPLE[who].github?.login ?? who, text);
      if (delivery === null) throw new Error('nobody listens to webhooks');
      // GitHub shows what was not accepted, and sends it again when it is asked to.
      let { statusCode } = delivery;
      await eventually('an accepted webhook', async () => {
        if (statusCode !== 200) ({ statusCode } = await world.github.redeliver(delivery.guid));
        return statusCode === 200 ? true : undefined;
      });
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
      const answer = await eventually('an answer to the click', async () => {
        const before = world.slack.ephemerals(slack).length;
        await world.slack.click(slack, card.ts, `countersign:${action}`);
        const said = await eventually('any answer', () =>
          world.slack
            .ephemerals(slack)
            .slice(before)
            .find(({ text }) => !text.includes(JUDGED_LATER)),
        );
        return said.text.includes(NOT_COUNTED) ? undefined : said;
      });
      tell({ where: 'Slack', who, what: `clicks ${action === 'approve' ? 'Approve' : 'Reject'}   → ${answer.text}` });
    },
    async reaction(comment: number, content: string): Promise<void> {
      await eventually(`the reaction ${content}`, () => world.github.reactions(comment).find((reaction) => reaction.content === content));
      tell({ where: pull, who: 'bot', what: `reacts ${content === '+1' ? '👍' : content}` });
    },
    /** The build's first job asks whether it is approved. */
    async proof(): Promise<void> {
      const { number, told } = await eventually('the answer to the first job', () => proofOf(world.buildkite.builds(PIPELINE)[0]));
      tell({ where: `Build #${number}`, who: '', what: `asks if it is approved, with its own token   → ${told}` });
    },
    async buildPassed(): Promise<Passed> {
      return eventually('the build to pass', () => {
        const [first] = world.buildkite.builds(PIPELINE);
        if (first?.state !== 'passed') return undefined;
        return { number: first.number, commit: first.commit, code: first.metaData['countersign:code'] ?? '', states: statesOf(world, first.number) };
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

/** What the first job of a build was told; undefined: nothing yet. */
function proofOf(build: Readonly<SimBuild> | undefined): { readonly number: number; readonly told: string } | undefined {
  const asked = build?.jobs.find(({ step }) => step.type === 'command' && step.key === ATTEST_STEP);
  if (build === undefined || asked === undefined || asked.finishedAt === null) return undefined;
  const [, told = asked.log, approval = '{}'] = /^Countersign: (.+)$(?:\n(.*))?/m.exec(asked.log) ?? [];
  const { approvers = [] } = JSON.parse(approval) as { readonly approvers?: readonly string[] };
  return { number: build.number, told: approvers.length === 0 ? told : `${told}: signed by ${approvers.join(' and ')}` };
}

/** In order, each once. */
function statesOf(world: World, number: number): readonly string[] {
  return [...new Set(world.buildkite.events.filter((event) => event.number === number).map(({ state }) => state))];
}

async function eventually<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + STEP_WITHIN_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`no sign of ${what} after ${STEP_WITHIN_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
