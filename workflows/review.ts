// The review that an emergency owes: whoever may sign it off, or dispute it, is reminded until somebody has. It outlives its deploy by
// far and never gives up: at one reminder a day its history lasts for more than ten years.
import { allHandlersFinished, condition, getExternalWorkflowHandle, log, ParentClosePolicy, setHandler, startChild } from '@temporalio/workflow';
import { judging, tellingReview, tellingReviewAtLast } from './ask.ts';
import { emergencyReviewed, environmentId } from './contract.ts';
import { createPatience } from './delivered.ts';
import { guarded, isAlreadyStarted } from './guarded.ts';
import { reviewId, reviewStatus, type ReviewInput, type ReviewNews, type ReviewStatus } from './review-contract.ts';
import { hearReviewers, isSettled, openReview, reviewStatusOf, type Review } from './review-state.ts';
import { sayOnCards } from './say-on-cards.ts';
import type { Cards, DeployStatus, EmergencyNote } from './status.ts';
import type { Millis } from './vocabulary.ts';

const DAY_MS = 24 * 3_600_000;

export async function review(input: ReviewInput): Promise<ReviewStatus> {
  const open = openReview(input);
  hearReviewers(open);
  setHandler(reviewStatus, () => reviewStatusOf(open), { description: 'The review as its cards show it.' });
  return guarded(async () => {
    await askUntilSettled(open);
    await tellEnvironment(open);
    await condition(() => allHandlersFinished() && open.receipts.isIdle());
    return reviewStatusOf(open);
  });
}

/** Opens the review of an emergency that has ended, whatever its end. One that was never planned has started nothing and owes nothing. */
export async function oweReview(deploy: DeployStatus): Promise<void> {
  if (deploy.plan?.emergency === undefined) return;
  const { code, service, environment } = deploy.request;
  try {
    await startChild<typeof review>('review', {
      workflowId: reviewId(deploy.workflowId),
      args: [{ deploy }],
      // The debt is not the deploy's any more.
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      staticSummary: `review of the emergency ${service} to ${environment} (${code})`,
    });
  } catch (error) {
    if (!isAlreadyStarted(error)) throw error;
  }
}

async function askUntilSettled(open: Review): Promise<void> {
  const { clock } = open;
  let owing: ReviewNews | null = null;
  let cards: Cards = { slack: null, github: null };
  let everyMs = open.remindMs;
  const againWithin = createPatience(clock);
  for (;;) {
    const news: ReviewNews | null = open.news ?? owing;
    open.news = null;
    const status = reviewStatusOf(open);
    const told = await tell(status, cards, news);
    cards = told.cards;
    owing = told.isComplete ? null : news;
    if (isSettled(status)) return;
    const againAt: Millis = clock.now() + againWithin(told.isComplete);
    const hasNews = await clock.until(() => open.news !== null, Math.min(open.remindAt, againAt), 'remind the reviewers');
    if (hasNews || clock.now() < open.remindAt) continue;
    await lookAgain(open);
    // Somebody may have signed meanwhile: then there is nothing to remind of.
    if (open.news !== null) continue;
    open.reminders += 1;
    open.news = 'reminder';
    everyMs = Math.min(everyMs * 2, DAY_MS);
    open.remindAt = clock.now() + everyMs;
  }
}

/** People come and go in the meantime: only who could sign now is called. */
async function lookAgain(open: Review): Promise<void> {
  const { plan, votes } = open;
  try {
    const survey = await judging.surveyWaiting({ plan, votes, escalated: false });
    if (survey !== null && open.votes === votes) open.tally = survey.tally;
  } catch (error) {
    log.warn('the groups can not be read; those known before are reminded', { error });
  }
}

function tell(status: ReviewStatus, cards: Cards, news: ReviewNews | null): ReturnType<typeof sayOnCards> {
  const by = isSettled(status) ? tellingReviewAtLast : tellingReview;
  return sayOnCards({
    what: 'a review',
    cards,
    postSlack: () => by.postSlackReview(status),
    postGithub: hasGithub(status) ? () => by.postGithubReview(status) : null,
    announce: news === null ? null : (posted) => by.announceReview.executeWithOptions({ summary: news }, [{ status, cards: posted, news }]),
  });
}

const hasGithub = ({ deploy: { plan, request } }: ReviewStatus): boolean => request.origin.surface === 'github' || plan?.pullRequest != null;

/** What became of it belongs into the target's history; an environment that is gone has none. */
async function tellEnvironment({ plan, deploy, settled, votes }: Review): Promise<void> {
  if (settled === null) return;
  const { at } = settled;
  const names = votes.filter((vote) => vote.kind === 'approve').map((vote) => vote.by.name);
  const note: EmergencyNote['review'] =
    settled.kind === 'disputed'
      ? { state: 'disputed', by: [settled.by.name], reason: settled.reason, at }
      : { state: 'signed', by: names, reason: votes.at(-1)?.reason ?? null, at };
  try {
    await getExternalWorkflowHandle(environmentId(plan.target)).signal(emergencyReviewed, { deployId: deploy.workflowId, review: note });
  } catch (error) {
    log.info('the environment is gone', { error });
  }
}
