// Activities of the `notify` queue: the messages of builds that wait at a block step.
import type { Logger } from 'pino';
import type { Cards } from '../../workflows/activities.ts';
import type { BlockMessages } from '../../workflows/block-activities.ts';
import type { BlockStatus } from '../../workflows/block-contract.ts';
import type { GithubApi } from '../github/api.ts';
import { blockCardKey, blockMarkdown, blockMessage } from '../render/block-message.ts';
import { blockNewsMarkdown, blockNewsMessage } from '../render/block-news.ts';
import { plainContext, type RenderContext } from '../render/context.ts';
import { cardMarker } from '../render/marker.ts';
import type { SlackApi } from '../slack/api.ts';
import { commentUrl, linksOf } from './card-places.ts';
import { postOnce } from './slack-cards.ts';
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
  const message = blockMessage(status, contextOf(deps, null), 'buttons');
  const since = Math.min(status.openedAt, status.waitsSince ?? Infinity);
  const { card, isNew } = await postOnce(deps.slack, { channel, key: blockCardKey(status), since, message });
  // Of a workflow that was ended from outside it shows approvals that are gone.
  if (!isNew) await deps.slack.updateCard(card, message);
  return card;
}

async function postGithub(deps: BlockMessageDeps, status: BlockStatus): Promise<NonNullable<Cards['github']>> {
  const { repo } = status.plan;
  const issue = issueOf(status);
  const known = await deps.github.findComment(repo, issue, cardMarker(blockCardKey(status)));
  const comment = known ?? (await deps.github.createComment(repo, issue, blockMarkdown(status, contextOf(deps, null))));
  return { comment, url: commentUrl(status.plan, { issue, comment }) };
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

function contextOf({ now, prefix }: BlockMessageDeps, cards: Cards | null): RenderContext {
  return { ...plainContext(now(), prefix), cards: linksOf(cards) };
}
