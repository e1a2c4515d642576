// Where the cards of a request belong.
import type { Cards } from '../../workflows/activities.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import type { Plan } from '../../workflows/vocabulary.ts';
import type { Repo } from '../github/api.ts';
import type { RenderContext } from '../render/context.ts';

/** The channel of the service's card; a request without a plan has no card in Slack. */
export function slackChannelOf(status: DeployStatus): string {
  if (status.plan === null) throw new Error('a request without a plan has no Slack card');
  return status.plan.slack.channel;
}

export function repoOf(status: DeployStatus): Repo {
  const { origin } = status.request;
  if (origin.surface === 'github') return { ...origin.repo, installation: origin.installation };
  if (status.plan === null) throw new Error('a request from Slack without a plan has no repository');
  return status.plan.repo;
}

/** The pull request that carries the card: where it was asked, else the plan's. */
export function issueOf(status: DeployStatus): number {
  const { origin } = status.request;
  if (origin.surface === 'github') return origin.issue;
  const number = status.plan?.pullRequest?.number;
  if (number === undefined) throw new Error('this request has no pull request');
  return number;
}

/** The page of the card; null for a request without a plan, which does not say where GitHub's pages are. */
export function githubUrlOf(status: DeployStatus, card: { readonly comment: number }): string | null {
  const { plan } = status;
  return plan === null ? null : commentUrl(plan, { issue: issueOf(status), ...card });
}

/** GitHub's pages are where its commits are. */
export function commentUrl(
  { commitUrl, repo }: Pick<Plan, 'commitUrl' | 'repo'>,
  { issue, comment }: { readonly issue: number; readonly comment: number },
): string {
  return `${new URL(commitUrl).origin}/${repo.slug}/pull/${issue}#issuecomment-${comment}`;
}

/** Each card links to the other one. */
export const linksOf = (cards: Cards | null): RenderContext['cards'] => ({
  githubUrl: cards?.github?.url ?? null,
  slackUrl: cards?.slack?.url ?? null,
});
