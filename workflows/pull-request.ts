// The end of the pull request before the build was started: closed means that nobody wants it any more, merged is as good as open
// where its head is what is to be built; by policy otherwise.
import { setHandler } from '@temporalio/workflow';
import { unmappedPerson } from './accounts.ts';
import { pullRequestClosed, type PullRequestClosure } from './contract.ts';
import { enter, followsPushes, isOver, tellWithin, type Deploy } from './deploy-state.ts';
import { heard } from './guarded.ts';
import type { Millis, Plan } from './vocabulary.ts';

/** Registers the handler. One that arrives before the plan, or while a push is planned, is obeyed afterwards. */
export function hearPullRequest(deploy: Deploy): void {
  const note = heard((closure: PullRequestClosure) => {
    if (isOver(deploy) || deploy.go !== null || deploy.build !== null) return;
    deploy.closure = closure;
    const { plan, moved } = deploy;
    // Merged right after a push: the plan under way may be exactly of what was merged.
    const isBeingPlanned = moved !== null && moved.sha === closure.head;
    if (plan !== null && !isBeingPlanned) obeyClosure(deploy, plan);
  });
  setHandler(pullRequestClosed, note, { description: 'The pull request of the request was closed or merged.' });
}

/** Ends the request, or keeps it and says so. Plans of older versions have no say in it: their turn finds out. */
export function obeyClosure(deploy: Deploy, plan: Plan): void {
  const { closure, request, clock } = deploy;
  const { onClose, onMerge } = plan.rule;
  if (closure === null || onClose === undefined || onMerge === undefined) return;
  if (!followsPushes(plan) || plan.pullRequest?.number !== closure.number) return;
  const { number, merged, head } = closure;
  // Asked for after the merge: that is its commit, and no news.
  if (merged && (plan.sha === closure.mergeSha || isClearlyBefore(closure.at, request.askedAt))) return;
  const isKept = merged ? onMerge === 'keep' && plan.sha === head : onClose === 'keep';
  if (isKept) return tellWithin(deploy, deploy.timing.settleMs);
  const pullRequest = { number, merged, head };
  // Whoever closed a pull request needs no rights here, and decides nothing but that.
  enter(deploy, { kind: 'cancelled', by: unmappedPerson(closure.by), reason: null, during: deploy.phase.kind, at: clock.now(), pullRequest });
}

/** GitHub's times have whole seconds: within the same one nobody knows what came first, and nothing may be missed. */
const isClearlyBefore = (at: Millis, askedAt: Millis): boolean => at < askedAt - (askedAt % 1_000);
