// Going back to the commit before a push: the requester's, where policy lets it. The commit is planned again, and voted on again.
import { authorised, refused, tooLate } from './approval.ts';
import type { KeepEarlier, Receipt } from './contract.ts';
import { isOver, tellWithin, type Deploy } from './deploy-state.ts';
import { keepable } from './deploy-status.ts';
import type { ActReason } from './reasons.ts';

export async function applyKeep(deploy: Deploy, input: KeepEarlier): Promise<Receipt> {
  const early = whyNotKeep(deploy, input);
  if (early !== null) return refused(deploy, early);
  const allowed = await authorised(deploy, input.by, 'keep');
  if (allowed.kind === 'refused') return refused(deploy, ...allowed.reasons);
  const late = whyNotKeep(deploy, input);
  const keep = keepable(deploy);
  if (late !== null || keep === null) return refused(deploy, late ?? { code: 'nothing-to-keep' });
  deploy.keeping = keep;
  tellWithin(deploy, deploy.timing.settleMs);
  return { kind: 'keeping', sha: keep.sha, instead: deploy.plan?.sha ?? keep.sha };
}

function whyNotKeep(deploy: Deploy, { contract, sha }: KeepEarlier): ActReason | null {
  const { plan, revision } = deploy;
  if (isOver(deploy)) return tooLate(deploy);
  if (plan === null) return { code: 'not-planned-yet' };
  // A button of an earlier card meant another commit.
  if (contract !== null && contract !== plan.contract)
    return { code: 'stale-card', seen: sha, now: plan.sha, compareUrl: revision?.compareUrl ?? null };
  if (plan.rule.onPush?.keep !== 'requester') return { code: 'keeps-nothing', environment: plan.environment };
  return keepable(deploy) === null ? { code: 'nothing-to-keep' } : null;
}
