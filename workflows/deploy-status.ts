// A request as it is seen from outside: on its cards, in answers, in its result.
import { nameOf } from './accounts.ts';
import { isApproved, type Deploy } from './deploy-state.ts';
import { sealIn } from './seal.ts';
import type { DeployStatus } from './status.ts';
import type { Plan } from './vocabulary.ts';

/** The request as everybody sees it: cards, `status`, the result. */
export function statusOf(deploy: Deploy): DeployStatus {
  const { laterPush, closure, escalated } = deploy;
  const canKeep = keepable(deploy);
  return {
    workflowId: deploy.id,
    request: deploy.request,
    plan: deploy.plan,
    phase: deploy.phase,
    votes: deploy.votes,
    ...(deploy.unconfirmed.length === 0 ? {} : { unconfirmed: deploy.unconfirmed }),
    tally: deploy.tally,
    voided: deploy.voided,
    ...(deploy.gone.length === 0 ? {} : { gone: deploy.gone }),
    revision: deploy.revision,
    laterPush: laterPush === null ? null : { sha: laterPush.sha, by: nameOf(laterPush.by) },
    build: deploy.build,
    closure: closure === null ? null : { number: closure.number, merged: closure.merged, by: nameOf(closure.by), at: closure.at },
    cards: deploy.cards,
    ...(canKeep === null ? {} : { keepable: canKeep.sha }),
    ...(deploy.keepRefused.length === 0 ? {} : { keepRefused: deploy.keepRefused }),
    ...(escalated === null ? {} : { escalated }),
    ...(deploy.doubles.length === 0 ? {} : { doubles: deploy.doubles }),
    ...(deploy.attested === null ? {} : { attested: deploy.attested }),
    ...sealIn(deploy.seal),
  };
}

/** The plan that the request could go back to just now; null: there is none, or policy keeps none. */
export function keepable(deploy: Deploy): Plan | null {
  const { plan, phase, moved, keeping, kept, beforePush } = deploy;
  if (plan === null || phase.kind !== 'waiting' || moved !== null || keeping !== null || kept || isApproved(deploy)) return null;
  return plan.rule.onPush?.keep === 'requester' ? beforePush : null;
}
