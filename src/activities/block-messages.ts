// Activities of the `notify` queue: the messages of builds that wait at a block step.
import { activityInfo } from '@temporalio/activity';
import type { Logger } from 'pino';
import type { Cards } from '../../workflows/activities.ts';
import type { BlockMessages } from '../../workflows/block-activities.ts';
import type { BlockStatus } from '../../workflows/block-contract.ts';
import type { GithubApi } from '../github/api.ts';
import { blockCardKey, blockMarkdown, blockMessage } from '../render/block-message.ts';
import { blockNewsMarkdown, blockNewsMessage } from '../render/block-news.ts';
import type { RenderContext } from '../render/context.ts';
import { cardMarker } from '../render/marker.ts';
import type { SlackApi } from '../slack/api.ts';
import { runOnce, type Step } from './steps.ts';

export interface BlockMessageDeps {
  readonly github: Pick<GithubApi, 'findComment' | 'createComment' | 'updateComment'>;
  readonly slack: Pick<SlackApi, 'findCard' | 'postCard' | 'updateCard' | 'postInThread' | 'permalink'>;
  readonly prefix: string;
  readonly log: Logger;
  readonly now: () => number;
}

export function createBlockMessages(deps: BlockMessageDeps): BlockMessages {
  return {
    postSlackBlock: (status) => postSlack(deps, status),
    postGithubBlock: (status) => postGithub(deps, status),
    announceBlock: (input) => announce(deps, input),
  };
}

async function postSlack(deps: BlockMessageDeps, status: BlockStatus): Promise<NonNullable<Cards['slack']>> {
  const { channel } = status.plan.slack;
  const key = blockCardKey(status);
  const known = await deps.slack.findCard(channel, key, status.openedAt - 60_000).catch((error: unknown) => {
    // Without the history scope a lost answer may post a second one; it never stops the first.
    if (activityInfo().attempt > 1) throw error;
    return null;
  });
  const card = known ?? (await deps.slack.postCard(channel, blockMessage(status, contextOf(deps, null), 'buttons'), key));
  return { ...card, url: await deps.slack.permalink(card).catch(() => null) };
}

async function postGithub(deps: BlockMessageDeps, status: BlockStatus): Promise<NonNullable<Cards['github']>> {
  const { repo, commitUrl } = status.plan;
  const issue = issueOf(status);
  const known = await deps.github.findComment(repo, issue, cardMarker(blockCardKey(status)));
  const comment = known ?? (await deps.github.createComment(repo, issue, blockMarkdown(status, contextOf(deps, null))));
  return { comment, url: `${new URL(commitUrl).origin}/${repo.slug}/pull/${issue}#issuecomment-${comment}` };
}

/** Edits first (repeatable), posts last (not repeatable). */
async function announce(deps: BlockMessageDeps, { status, cards, news }: Parameters<BlockMessages['announceBlock']>[0]): Promise<void> {
  const context = contextOf(deps, cards);
  const { slack, github } = cards;
  const { repo } = status.plan;
  const steps: Step[] = [];
  if (slack !== null) steps.push(['slack-card', () => deps.slack.updateCard(slack, blockMessage(status, context, 'buttons'))]);
  if (github !== null) steps.push(['github-card', () => deps.github.updateComment(repo, github.comment, blockMarkdown(status, context))]);
  if (slack !== null && news !== null) steps.push(['thread', () => deps.slack.postInThread(slack, blockNewsMessage(status, news, context))]);
  const markdown = news === null ? null : blockNewsMarkdown(status, news, context);
  if (github !== null && markdown !== null)
    steps.push(['comment', async () => void (await deps.github.createComment(repo, issueOf(status), markdown))]);
  await runOnce(deps.log, steps);
}

function issueOf({ plan }: BlockStatus): number {
  if (plan.github === null) throw new Error('this step has no card on GitHub');
  return plan.github.issue;
}

/** Each message links to the other one. */
function contextOf({ now, prefix }: BlockMessageDeps, cards: Cards | null): RenderContext {
  const links = { githubUrl: cards?.github?.url ?? null, slackUrl: cards?.slack?.url ?? null };
  return { now: now(), prefix, cards: links, usualMs: null, temporalUrl: null };
}
