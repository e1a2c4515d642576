// Activities of the `notify` queue: cards, receipts, replies.
import { activityInfo } from '@temporalio/activity';
import type { Logger } from 'pino';
import type { Cards, NotifyActivities } from '../../workflows/activities.ts';
import type { FarewellInput } from '../../workflows/contract.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import type { GithubApi, Reaction } from '../github/api.ts';
import { cardMessage } from '../render/card-slack.ts';
import { plainContext, type RenderContext } from '../render/context.ts';
import { detailsMessage } from '../render/details-slack.ts';
import { cardMarker } from '../render/marker.ts';
import { newsMessage } from '../render/people-news.ts';
import { isFinal } from '../render/phase.ts';
import { answerMarkdown } from '../render/reply-github.ts';
import { replyMessage } from '../render/reply-slack.ts';
import { alarmMessage, alsoLine, announcementMarkdown, threadMessage } from '../render/thread-line.ts';
import type { SlackApi } from '../slack/api.ts';
import type { Gateway } from '../temporal/gateway.ts';
import { isTrouble } from '../trouble.ts';
import { answerOnGithub, reactTo } from './answer-on-github.ts';
import { githubUrlOf, issueOf, repoOf, slackChannelOf } from './card-places.ts';
import { createGithubCards, type GithubCards } from './github-card.ts';
import { createMarks, type Marks } from './marks.ts';
import { reminderSteps, stillTrue } from './remind.ts';
import { findOwnCard, postOnce, urlOf, type NewCard } from './slack-cards.ts';
import { runOnce, type Step } from './steps.ts';

/** After so many refusals a token lacks the right; it is not just being changed. */
const SEARCHES_MAX = 8;

/** After the beginning of an activity that may take 30 s. */
const MARKS_BEGIN_WITHIN_MS = 8_000;

export interface NotifyDeps {
  readonly github: GithubApi;
  readonly slack: SlackApi;
  readonly gateway: Pick<Gateway, 'deployStatus'>;
  readonly prefix: string;
  /** A request has ended and both cards say so. */
  readonly onEnd: (end: { readonly environment: string; readonly outcome: string }) => void;
  readonly log: Logger;
  readonly now: () => number;
}

type Inside = NotifyDeps & { readonly cards: GithubCards; readonly marks: Marks };

export function createNotifyActivities(given: NotifyDeps): NotifyActivities {
  const deps: Inside = { ...given, cards: createGithubCards(given.github), marks: createMarks(given) };
  return {
    postSlackCard: (status) => postSlackCard(deps, status),
    async postGithubCard(status) {
      const began = deps.now();
      const card = await deps.cards.post(status, away(deps));
      await showMarks(deps, status, { cardUrl: githubUrlOf(status, card), began });
      return card;
    },
    announce: (input) => announce(deps, input),
    async sendReceipt({ to, receipt, act }) {
      const reply = { kind: 'receipt', act, receipt } as const;
      const context = away(deps);
      if (to.surface === 'slack') return deps.slack.tell(to.channel, to.user, replyMessage(reply, context));
      return answerOnGithub(deps.github, { to, ...answerMarkdown(to, reply, context) });
    },
    async tellRequester(status) {
      const { origin } = status.request;
      if (origin.surface !== 'slack') return;
      const message = status.phase.kind === 'planned' ? detailsMessage(status, away(deps)) : cardMessage(status, away(deps));
      await deps.slack.tell(origin.channel, origin.user, message);
    },
    remind: (input) => remind(deps, input),
    reply: (input) => answerOnGithub(deps.github, input),
    tellPerson: (news) => deps.slack.write(news.to.user, newsMessage(news, away(deps))),
    closeCards: (input) => closeCards(deps, input),
    raiseAlarm: (input) => raiseAlarm(deps, input),
  };
}

async function postSlackCard(deps: Inside, status: DeployStatus): Promise<NonNullable<Cards['slack']>> {
  const began = deps.now();
  const context = away(deps);
  const { card, isNew } = await postOnce(deps.slack, { ...slackCardOf(status), message: cardMessage(status, context) });
  const { url: slackUrl } = card;
  const { origin } = status.request;
  const channel = slackChannelOf(status);
  if (origin.surface === 'slack' && origin.channel !== channel && isNew) {
    const { code, service, environment, dryRun } = status.request;
    const message = replyMessage(
      { kind: 'started', code, service, environment, channel, dryRun },
      { ...context, cards: { ...context.cards, slackUrl } },
    );
    await deps.slack
      .tell(origin.channel, origin.user, message)
      .catch((error: unknown) => deps.log.warn({ err: error }, 'the requester was not told where the card is'));
  }
  // With a card on GitHub it is that one which the check run leads to.
  if (origin.surface === 'slack' && status.plan?.pullRequest == null) {
    await showMarks(deps, status, { cardUrl: slackUrl, began });
  }
  return card;
}

function slackCardOf(status: DeployStatus): Omit<NewCard, 'message'> {
  return { channel: slackChannelOf(status), key: status.workflowId, since: status.request.askedAt };
}

/**
 * Beside a card that was just posted; what is not shown now is shown with the next announcement. Where the card took long already it must not
 * run out of time for them.
 */
async function showMarks(deps: Inside, status: DeployStatus, { cardUrl, began }: { cardUrl: string | null; began: number }): Promise<void> {
  for (const [, show] of deps.marks.steps(status, cardUrl)) {
    if (deps.now() - began > MARKS_BEGIN_WITHIN_MS) return;
    await show().catch((error: unknown) => deps.log.warn({ err: error }, 'what GitHub shows beside the card waits for the next announcement'));
  }
}

type Announcement = Parameters<NotifyActivities['announce']>[0];

/** Edits first (repeatable), posts last (not repeatable); a retry skips what an earlier attempt has done. */
async function announce(deps: Inside, input: Announcement): Promise<void> {
  const { status, cards, thread } = input;
  const context = await contextOf(deps, status, cards);
  const steps: Step[] = [];
  const { slack, github } = cards;
  if (slack !== null) steps.push(['slack-card', () => deps.slack.updateCard(slack, cardMessage(status, context))]);
  if (github !== null) steps.push(['github-card', () => deps.cards.update(status, github, context)]);
  // Only news makes new messages: a card that is edited again within its phase says it all by itself.
  if (thread !== null) steps.push(...newMessages(deps, input, context));
  steps.push(...finalReaction(deps, status), ...deps.marks.steps(status, context.cards.githubUrl ?? context.cards.slackUrl));
  await runOnce(deps.log, steps);
  const { phase, request } = status;
  if (isFinal(phase)) deps.onEnd({ environment: request.environment, outcome: phase.kind === 'ended-badly' ? phase.how : phase.kind });
}

async function remind(deps: NotifyDeps, input: Parameters<NotifyActivities['remind']>[0]): Promise<void> {
  const status = await deps.gateway.deployStatus(input.status.workflowId);
  const reminder = stillTrue(input, status);
  if (reminder === null || status === null) return;
  const { cards } = input;
  await runOnce(deps.log, reminderSteps({ deps, status, cards, reminder, context: await contextOf(deps, status, cards) }));
}

/** The cards are found as a retry of their first post finds them: nobody is left who would remember where they are. */
async function closeCards(deps: Inside, { deployId }: FarewellInput): Promise<DeployStatus | null> {
  const status = await deps.gateway.deployStatus(deployId);
  if (status === null || !isFinal(status.phase)) return null;
  const { plan, request, phase } = status;
  const hasSlack = plan !== null && !request.dryRun;
  const hasGithub = request.origin.surface === 'github' || (hasSlack && plan.pullRequest !== null);
  const [slack, comment] = await Promise.all([
    hasSlack ? findSlackCard(deps, status) : null,
    hasGithub ? deps.github.findComment(repoOf(status), issueOf(status), cardMarker(deployId)) : null,
  ]);
  const cards = { slack, github: comment === null ? null : { comment } };
  await announce(deps, { status, cards, thread: phase.kind === 'terminated' ? phase.kind : null });
  return plan?.emergency === undefined ? null : status;
}

/** The channels that only want to know hear of an emergency when it begins, not only when it has ended. */
async function raiseAlarm(deps: NotifyDeps, { status, cards }: Parameters<NotifyActivities['raiseAlarm']>[0]): Promise<void> {
  const message = alarmMessage(status, await contextOf(deps, status, cards));
  const channels = status.plan?.slack.also ?? [];
  await runOnce(
    deps.log,
    channels.map((channel): Step => [`alarm-${channel}`, () => deps.slack.postMessage(channel, message)]),
  );
}

/** Without the right to look, or in a channel that is gone, there is no card to be found; the other surface is closed all the same. */
async function findSlackCard(deps: NotifyDeps, status: DeployStatus): Promise<Cards['slack']> {
  try {
    return await findOwnCard(deps.slack, slackCardOf(status));
  } catch (error) {
    const isForGood = isTrouble(error, 'not-found') || isTrouble(error, 'invalid');
    // A token that is being changed is refused for a moment only.
    const isTold = isTrouble(error, 'unauthorised') && activityInfo().attempt > SEARCHES_MAX;
    if (!isForGood && !isTold) throw error;
    deps.log.warn({ err: error }, 'the Slack card of a request that was ended from outside was not found');
    return null;
  }
}

function newMessages(deps: NotifyDeps, { status, cards, told }: Announcement, context: RenderContext): readonly Step[] {
  const steps: Step[] = [];
  const { slack, github } = cards;
  if (slack !== null) steps.push(['thread', () => deps.slack.postInThread(slack, threadMessage(status, context, told))]);
  const also = alsoLine(status, context);
  if (also !== null)
    for (const channel of status.plan?.slack.also ?? []) steps.push([`also-${channel}`, () => deps.slack.postMessage(channel, also)]);
  const markdown = announcementMarkdown(status, context, told);
  if (github !== null && markdown !== null)
    steps.push(['comment', async () => void (await deps.github.createComment(repoOf(status), issueOf(status), markdown))]);
  return steps;
}

/** Exactly one of 🚀 and 👎 on the commanding comment, at the end. */
function finalReaction(deps: NotifyDeps, status: DeployStatus): readonly Step[] {
  const { origin } = status.request;
  if (origin.surface !== 'github' || !isFinal(status.phase)) return [];
  const reaction: Reaction = status.phase.kind === 'succeeded' || status.phase.kind === 'planned' ? 'rocket' : '-1';
  return [['reaction', () => reactTo(deps.github, origin, reaction)]];
}

const away = ({ now, prefix }: NotifyDeps): RenderContext => plainContext(now(), prefix);

/** Each card links to the other one. */
async function contextOf(deps: NotifyDeps, status: DeployStatus, cards: Cards): Promise<RenderContext> {
  const { slack, github } = cards;
  const githubUrl = github === null ? null : (github.url ?? githubUrlOf(status, github));
  const slackUrl = slack === null ? null : (slack.url ?? (await urlOf(deps.slack, slack)));
  return { ...away(deps), cards: { githubUrl, slackUrl }, usualMs: status.plan?.usualMs ?? null };
}
