// Step-up: where the rule asks for it, an approval given in Slack is kept aside until the same person says it on GitHub, too.
import { isSamePerson, owns, votesOfOthers } from './accounts.ts';
import type { CastVote, Receipt } from './contract.ts';
import { tellWithin, type Deploy } from './deploy-state.ts';
import type { Account, Person, Plan, Vote } from './vocabulary.ts';

/** Recorded, and shown as not yet counting. Said again in Slack it changes nothing. */
export function keepUnconfirmed(deploy: Deploy, plan: Plan, { input, by }: { readonly input: CastVote; readonly by: Person }): Receipt {
  const { key, at, reason } = input;
  if (!deploy.unconfirmed.some((vote) => isSamePerson(vote.by, by))) {
    const vote: Vote = { kind: 'approve', by, surface: input.by.surface, at, contract: plan.contract, reason, key };
    deploy.unconfirmed = [...deploy.unconfirmed, vote];
    deploy.isNews = true;
    tellWithin(deploy, 0);
  }
  const { pullRequest } = plan;
  return {
    kind: 'to-confirm',
    code: deploy.request.code,
    pullRequest: pullRequest === null ? null : { number: pullRequest.number, url: pullRequest.url },
  };
}

/** The person has said it on GitHub, or has taken it back. */
export function settleUnconfirmed(deploy: Deploy, by: Person): void {
  deploy.unconfirmed = votesOfOthers(deploy.unconfirmed, by);
}

/** Takes an approval back that waits for its confirmation; null: there is none of this account's owner. */
export function withdrawUnconfirmed(deploy: Deploy, account: Account): Receipt | null {
  const mine = deploy.unconfirmed.find((vote) => owns(vote.by, account));
  if (mine === undefined) return null;
  settleUnconfirmed(deploy, mine.by);
  deploy.isNews = true;
  tellWithin(deploy, 0);
  return { kind: 'withdrawn', have: deploy.tally?.have ?? 0, need: deploy.tally?.need ?? 0 };
}
