// Activities of the `notify` queue: the messages of the review that an emergency owes.
import type { Logger } from 'pino';
import type { Cards } from '../../workflows/activities.ts';
import type { ReviewActivities } from '../../workflows/review-activities.ts';
import type { ReviewStatus } from '../../workflows/review-contract.ts';
import type { GithubApi } from '../github/api.ts';
import { plainContext, type RenderContext } from '../render/context.ts';
import { cardMarker } from '../render/marker.ts';
import { reviewAlsoLine, reviewMarkdown, reviewMessage, reviewNewsMarkdown, reviewNewsMessage } from '../render/review-card.ts';
import type { SlackApi } from '../slack/api.ts';
import { githubUrlOf, issueOf, linksOf, repoOf, slackChannelOf } from './card-places.ts';
import { postOnce } from './slack-cards.ts';
import { runOnce, type Step } from './steps.ts';

export interface ReviewDeps {
  readonly github: Pick<GithubApi, 'findComment' | 'createComment' | 'updateComment'>;
  readonly slack: Pick<SlackApi, 'findCard' | 'postCard' | 'updateCard' | 'postInThread' | 'postMessage' | 'permalink'>;
  readonly prefix: string;
  readonly log: Logger;
  readonly now: () => number;
}

export function createReviewActivities(deps: ReviewDeps): ReviewActivities {
  return {
    postSlackReview: (status) => postSlack(deps, status),
    postGithubReview: (status) => postGithub(deps, status),
    announceReview: (input) => announce(deps, input),
  };
}

async function postSlack(deps: ReviewDeps, status: ReviewStatus): Promise<NonNullable<Cards['slack']>> {
  const { deploy, workflowId } = status;
  const message = reviewMessage(status, contextOf(deps, status, null), 'buttons');
  const { card } = await postOnce(deps.slack, { channel: slackChannelOf(deploy), key: workflowId, since: deploy.request.askedAt, message });
  return card;
}

async function postGithub(deps: ReviewDeps, status: ReviewStatus): Promise<NonNullable<Cards['github']>> {
  const { deploy, workflowId } = status;
  const [repo, issue] = [repoOf(deploy), issueOf(deploy)];
  const known = await deps.github.findComment(repo, issue, cardMarker(workflowId));
  const comment = known ?? (await deps.github.createComment(repo, issue, reviewMarkdown(status, contextOf(deps, status, null))));
  return { comment, url: githubUrlOf(deploy, { comment }) };
}

/** Edits first (repeatable), posts last (not repeatable). */
async function announce(deps: ReviewDeps, { status, cards, news }: Parameters<ReviewActivities['announceReview']>[0]): Promise<void> {
  const { deploy, phase } = status;
  const context = contextOf(deps, status, cards);
  const { slack, github } = cards;
  const steps: Step[] = [];
  if (slack !== null) steps.push(['slack-card', () => deps.slack.updateCard(slack, reviewMessage(status, context, 'buttons'))]);
  if (github !== null) steps.push(['github-card', () => deps.github.updateComment(repoOf(deploy), github.comment, reviewMarkdown(status, context))]);
  if (slack !== null && news !== null) steps.push(['thread', () => deps.slack.postInThread(slack, reviewNewsMessage(status, news, context))]);
  if (phase.kind !== 'owed') {
    const line = reviewAlsoLine(status, context);
    for (const channel of deploy.plan?.slack.also ?? []) steps.push([`also-${channel}`, () => deps.slack.postMessage(channel, line)]);
  }
  const markdown = news === null ? null : reviewNewsMarkdown(status, news, context);
  if (github !== null && markdown !== null)
    steps.push(['comment', async () => void (await deps.github.createComment(repoOf(deploy), issueOf(deploy), markdown))]);
  await runOnce(deps.log, steps);
}

function contextOf({ now, prefix }: ReviewDeps, { deploy }: ReviewStatus, cards: Cards | null): RenderContext {
  return { ...plainContext(now(), prefix), cards: linksOf(cards), usualMs: deploy.plan?.usualMs ?? null };
}
