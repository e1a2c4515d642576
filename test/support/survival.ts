// Words for stories of survival: people ask, click and wait in a company with several services, each with its own target and pipeline.
import type { Delivered } from '../../src/sim/slack/people.ts';
import type { SimEphemeral, SimMessage } from '../../src/sim/slack/world.ts';
import { CHANNEL, CONFIG, PEOPLE, REPOSITORY, type PersonName } from '../../src/sim/world.ts';
import { githubDeployId } from '../../workflows/contract.ts';
import { eventually, startAcme, type Acme } from './acme.ts';
import { asksForMore } from './patience.ts';
import { brokenInvariants, githubCards, hasButtons, slackCards } from './invariants.ts';

const REPOSITORY_ID = 7001;
const PATIENCE_MS = 150_000;

export const pipelineOf = (service: string): string => `deploy-${service}`;
/** `fault()` takes it: requests about builds of one service. */
export const buildsOf = (service: string): RegExp => new RegExp(`/pipelines/${pipelineOf(service)}/builds$`);

/** Services over the one repository; each needs one of sre and one of api-owners. */
export function configOf(services: readonly string[]): string {
  const [head = ''] = CONFIG.split('services:');
  const entries = services.map(
    // Two channels by turns: Slack takes one message a second in each.
    (name, i) => `  ${name}:
    repo: ${REPOSITORY}
    slack: { channel: ${Object.values(CHANNEL)[i % 2]} }
    environments:
      production:
        pipeline: ${pipelineOf(name)}
        approvals: { all: [{ group: sre, count: 1 }, { group: api-owners, count: 1 }] }
`,
  );
  return `${head}services:\n${entries.join('')}`;
}

export async function startCompany(
  services: readonly string[],
  options: Omit<Parameters<typeof startAcme>[0] & object, 'config'> = {},
): Promise<Acme> {
  const acme = await startAcme({ ...options, config: configOf(services) });
  for (const service of services) {
    const steps = [{ type: 'command', label: 'roll out', durationMs: 500 }] as const;
    acme.world.buildkite.addPipeline({ slug: pipelineOf(service), name: service, repository: `git@github.com:${REPOSITORY}.git`, steps });
  }
  return acme;
}

/** One request, by its workflow id and the delivery that asked. */
export interface Asked {
  readonly id: string;
  readonly comment: number;
  readonly guid: string;
}

/** Asks in a comment. A delivery that failed is sent again until it is accepted, as an administrator of the repository would. */
export async function ask(acme: Acme, who: PersonName, text: string): Promise<Asked> {
  const { status, ...asked } = await comment(acme, who, text);
  if (status !== 200) await accepted(acme, asked);
  return asked;
}

/** Asks in a comment, once; `status`: how the product answered GitHub's delivery. */
export async function comment(acme: Acme, who: PersonName, text: string): Promise<Asked & { readonly status: number | null }> {
  const { github, pullRequest } = acme.world;
  const { id, delivery } = await github.comment(REPOSITORY, pullRequest, loginOf(who), text);
  return { id: githubDeployId(REPOSITORY_ID, id), comment: id, guid: delivery?.guid ?? '', status: delivery?.statusCode ?? null };
}

/** Delivers it again until it is answered with 200. */
export function accepted(acme: Acme, { guid }: Pick<Asked, 'guid'>): Promise<unknown> {
  return eventually('an accepted redelivery', async () => (await acme.world.github.redeliver(guid)).statusCode === 200);
}

export const loginOf = (who: PersonName): string => PEOPLE[who].github?.login ?? who;

/** The request's card in Slack, as soon as it can be voted on. */
export function openCard(acme: Acme, { id }: Pick<Asked, 'id'>): Promise<SimMessage> {
  return eventually(`a card of ${id} with buttons`, () =>
    slackCards(acme.world, id).find((card) => hasButtons(card) && card.text.includes('asks to deploy')),
  );
}

/**
 * Clicks Approve and waits until this person was told something like it, at once or by a later receipt; answers all that was told. Whoever is
 * asked to click again, and should be told something else, does.
 */
export async function click(acme: Acme, who: PersonName, asked: Pick<Asked, 'id'>, expected: RegExp): Promise<readonly string[]> {
  const { ts } = await openCard(acme, asked);
  const isOpen = (): boolean =>
    slackCards(acme.world, asked.id).some((card) => card.ts === ts && hasButtons(card) && card.text.includes('asks to deploy'));
  // Where it has been judged after all, there is nothing left to click.
  return untilTold(acme, who, expected, async () => (isOpen() ? acme.world.slack.click(PEOPLE[who].slack, ts, 'countersign:approve') : null));
}

/** The same for a command. */
export function types(acme: Acme, who: PersonName, text: string, expected: RegExp): Promise<readonly string[]> {
  return untilTold(acme, who, expected, () => acme.world.slack.slash(PEOPLE[who].slack, CHANNEL.pay, '/deploy', text));
}

async function untilTold(acme: Acme, who: PersonName, expected: RegExp, act: () => Promise<Delivered | null>): Promise<readonly string[]> {
  const first = countOf(acme, who);
  for (;;) {
    const before = countOf(acme, who);
    const delivered = await act();
    if (delivered === null) return [];
    if (delivered.problem !== null) throw new Error(`Slack shows ${who}: ${delivered.problem}`);
    const isEnough = (text: string): boolean => expected.test(text) || (before > first && ARRIVED.test(text));
    const answers = await toldOne(acme, who, (text) => isEnough(text) || asksForMore(text), { before });
    if (answers.some(isEnough)) return answers;
    // Where nobody could say whether it arrived, the judgement comes by itself if it did.
    const said = await toldOne(acme, who, (text) => expected.test(text), { before: first, withinMs: 8_000 }).catch(() => null);
    if (said !== null) return said;
  }
}

/** Somebody who did it again hears that it was judged the first time. */
const ARRIVED = /You already approved|got its last approval/;
const countOf = (acme: Acme, who: PersonName): number => acme.world.slack.ephemerals(PEOPLE[who].slack).length;

/** Waits until this person was told something like it after so many other messages. */
export function told(acme: Acme, who: PersonName, expected: RegExp, before: number): Promise<readonly string[]> {
  return toldOne(acme, who, (text) => expected.test(text), { before });
}

async function toldOne(
  acme: Acme,
  who: PersonName,
  isIt: (text: string) => boolean,
  { before, withinMs }: { readonly before: number; readonly withinMs?: number },
): Promise<readonly string[]> {
  const texts = (): readonly string[] =>
    acme.world.slack
      .ephemerals(PEOPLE[who].slack)
      .slice(before)
      .map(({ text }) => text);
  try {
    return await eventually(`an answer to ${who}`, () => texts().some(isIt) && texts(), withinMs);
  } catch (cause) {
    throw new Error(`${who} was told: ${texts().join(' | ') || 'nothing'}`, { cause });
  }
}

export const FIRST = /^Counted: 1 of 2/;
export const LAST = /^Counted: that was the last one/;

/** Bea for sre and Dan for api-owners: the last one starts the build. */
export async function approve(acme: Acme, asked: Pick<Asked, 'id'>): Promise<void> {
  await click(acme, 'bea', asked, FIRST);
  await click(acme, 'dan', asked, LAST);
}

/** Waits until the card on the pull request begins with this sign. */
export function shows(acme: Acme, { id }: Pick<Asked, 'id'>, sign: string): Promise<unknown> {
  return eventually(`a card of ${id} with ${sign}`, () => githubCards(acme.world, id).find(({ title }) => title.startsWith(sign)), PATIENCE_MS);
}

/** Waits for the workflow's own end: after that nothing is told any more. */
export function ended(acme: Acme, { id }: Pick<Asked, 'id'>): Promise<unknown> {
  const isOver = async (): Promise<boolean> => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    return (await acme.client.workflow.getHandle(id).describe()).status.name === 'COMPLETED';
  };
  return eventually(`the end of ${id}`, isOver, PATIENCE_MS);
}

export async function deploysOf(acme: Acme): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { workflowId } of acme.client.workflow.list({ query: `WorkflowType = 'deploy'` })) ids.push(workflowId);
  return ids;
}

/** Build commits of a service, in order of creation. */
export const built = (acme: Acme, service: string): readonly string[] => acme.world.buildkite.builds(pipelineOf(service)).map(({ commit }) => commit);
export const approvedSha = (acme: Acme): string => acme.world.github.sha(REPOSITORY, 'fix-retry-loop');

/** What is broken of the design's invariants, by what the platforms and Temporal recorded. */
export function broken({ world, client, logs }: Acme, moreLogs = ''): Promise<readonly string[]> {
  return brokenInvariants({ world, client, logs: logs() + moreLogs });
}

/** Types a command, once; answers what is said in the end. */
export async function typed(acme: Acme, who: PersonName, text: string): Promise<string> {
  const { slack } = acme.world;
  const { problem, asked } = await slack.slash(PEOPLE[who].slack, CHANNEL.pay, '/deploy', text);
  if (problem !== null) throw new Error(`Slack shows ${who}: ${problem}`);
  const isAnswer = ({ answers, text: said }: SimEphemeral): boolean => answers === asked && !said.startsWith('Still working');
  return eventually(`an answer to ${who}`, () => slack.ephemerals(PEOPLE[who].slack).find(isAnswer)?.text);
}
