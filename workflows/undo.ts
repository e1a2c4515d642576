// The undo window: after the last approval the start can still be stopped for a moment, by a click instead of a cancelled build.
import { enter, isApproved, isOver, type Deploy } from './deploy-state.ts';
import type { Plan } from './vocabulary.ts';

/** Once for each last approval. Where nobody had to sign there is nothing to regret. */
export function canBeUndone({ votes, votesVersion, undonePast }: Deploy, { rule }: Plan): boolean {
  return rule.undoMs !== undefined && votes.some(({ kind }) => kind === 'approve') && undonePast !== votesVersion;
}

/** Waits until the window closes, or somebody stops the request or takes the approval back. */
export async function holdBack(deploy: Deploy, { rule }: Plan): Promise<void> {
  const startsAt = deploy.clock.now() + (rule.undoMs ?? 0);
  enter(deploy, { kind: 'approved', startsAt });
  const isStopped = (): boolean => isOver(deploy) || !isApproved(deploy);
  if (!(await deploy.clock.until(isStopped, startsAt, 'the undo window closes'))) deploy.undonePast = deploy.votesVersion;
}
