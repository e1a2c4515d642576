// Where the cards of a request belong.
import type { DeployStatus } from '../../workflows/status.ts';
import type { Repo } from '../github/api.ts';

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
  if (plan === null) return null;
  return `${new URL(plan.commitUrl).origin}/${plan.repo.slug}/pull/${issueOf(status)}#issuecomment-${card.comment}`;
}
