// Did the demo's story go as it must? Judged by request logs, histories and the signed record. Pure.
import type { DecisionRecord } from './decision-record.ts';
import { ATTEST_STEP } from './attest-job.ts';
import type { CommentView } from './github/github-sim.ts';
import type { SimMessage } from './slack/world.ts';
import type { History } from './story-histories.ts';
import { CHANNEL, PIPELINE, REPOSITORY, type World } from './world.ts';

/** What went wrong; empty: the story went as it must. */
export type Verdict = readonly string[];

export interface Evidence {
  readonly world: World;
  readonly approvedSha: string;
  readonly histories: readonly History[];
  readonly record: DecisionRecord;
}

/** One build of the approved commit, which proved itself; two distinct votes that count; a record that agrees; final cards; no route that nobody knows. */
export function judge(evidence: Evidence): Verdict {
  return [...judgeBuilds(evidence), ...judgeDecision(evidence), ...judgeCards(evidence), ...judgeRoutes(evidence)];
}

function judgeBuilds({ world: { buildkite }, approvedSha }: Evidence): Verdict {
  const creates = buildkite.requests.filter(({ method, path }) => method === 'POST' && path.endsWith(`/pipelines/${PIPELINE}/builds`));
  const builds = buildkite.builds(PIPELINE);
  const asked = builds[0]?.jobs.find(({ step }) => step.type === 'command' && step.key === ATTEST_STEP);
  return [
    ...(creates.length === 1 ? [] : [`Buildkite was asked for ${creates.length} builds instead of one`]),
    ...(builds.length === 1 && builds[0]?.commit === approvedSha ? [] : [`the build is not exactly the approved commit ${approvedSha}`]),
    ...(asked?.state === 'passed' ? [] : ['the build did not prove that it is the approved one']),
  ];
}

function judgeDecision({ approvedSha, histories, record }: Evidence): Verdict {
  // Ann's own vote is there too, as refused.
  const votes = new Set(histories.flatMap((history) => history.votes));
  const granted = histories.find((history) => history.granted !== null)?.granted ?? null;
  const approvers = (names: readonly string[] = []): string => names.toSorted().join(' and ');
  return [
    ...(votes.size === 2 ? [] : [`the histories hold ${votes.size} votes that count instead of two`]),
    ...(granted?.sha === approvedSha ? [] : [`the history grants ${granted?.sha ?? 'nothing'} instead of ${approvedSha}`]),
    ...(record.sha === approvedSha ? [] : [`the record is about ${record.sha} instead of ${approvedSha}`]),
    ...(approvers(record.approvers) === approvers(granted?.approvers)
      ? []
      : [`the record says ${approvers(record.approvers)} approved, the history says ${approvers(granted?.approvers)}`]),
    ...(record.verdict[0]?.startsWith('✓') === true ? [] : [`the record is not genuine: ${record.verdict[0] ?? 'nothing was said'}`]),
  ];
}

function judgeCards({ world }: Evidence): Verdict {
  const finals = botComments(world).filter(({ body }) => titleOf(body).startsWith('✅'));
  return [
    ...slackCards(world).flatMap((card) => (hasVoteButtons(card) ? ['the Slack card still has buttons'] : [])),
    ...(finals.length === 0 ? ['the pull request has no final card'] : []),
  ];
}

function judgeRoutes({ world }: Evidence): Verdict {
  const sims = { GitHub: world.github, Slack: world.slack, Buildkite: world.buildkite };
  return Object.entries(sims).flatMap(([name, { unknownRoutes }]) =>
    unknownRoutes.length === 0 ? [] : [`${name} was asked for unknown routes: ${unknownRoutes.join(', ')}`],
  );
}

export function botComments(world: World): readonly CommentView[] {
  return world.github.comments(REPOSITORY, world.pullRequest).filter(({ viaApp }) => viaApp);
}

export function slackCards(world: World): readonly SimMessage[] {
  return world.slack.messages(CHANNEL.pay).filter((message) => message.metadata !== null);
}

export function hasVoteButtons({ blocks }: SimMessage): boolean {
  return JSON.stringify(blocks).includes('countersign:approve');
}

export function titleOf(markdown: string): string {
  const line = markdown.split('\n').find((text) => text.startsWith('### ')) ?? '';
  return line.replace('### ', '').replaceAll(/[`*]|\[|\]\([^)]*\)/g, '');
}
