// Facts against policy: every gate, always, in a fixed order, with every reason. Pure.
import type { Answer, Moment, Question } from './gates/gate.ts';
import { judgeKeepsLive, judgeOrder } from './gates/history.ts';
import { judgeChecks, judgeReview, judgeUpToDate } from './gates/quality.ts';
import { judgeDraft, judgeFork, judgeHead, judgeRef } from './gates/source.ts';
import { judgeIdentity, judgeParameters, judgePermission } from './gates/who.ts';
import { standAside } from './emergency.ts';
import type { EnvironmentPolicy } from './environment-policy.ts';
import type { Facts } from './facts.ts';
import type { GateReason } from '../../workflows/reasons.ts';
import type { GateName, GateResult } from '../../workflows/vocabulary.ts';

export interface Evaluation {
  /** Why the request can't go on; empty: every gate passes or does not apply. */
  readonly reasons: readonly GateReason[];
  readonly gates: readonly GateResult[];
}

// In the order people read them: who, what, how good, where it fits.
const GATES = {
  identity: judgeIdentity,
  permission: judgePermission,
  parameters: judgeParameters,
  ref: judgeRef,
  fork: judgeFork,
  draft: judgeDraft,
  head: judgeHead,
  checks: judgeChecks,
  review: judgeReview,
  'up-to-date': judgeUpToDate,
  order: judgeOrder,
  'keeps-live': judgeKeepsLive,
} satisfies Record<GateName, (question: Question) => Answer>;

/** All gates, whatever the others say. `moment` is `turn` for the re-check right before the build. */
export function evaluate(policy: EnvironmentPolicy, facts: Facts, moment: Moment = 'plan'): Evaluation {
  const judged = Object.values(GATES).map((judge) => judge({ policy, facts, moment }));
  const answers = facts.emergency === true ? judged.map((answer) => standAside(answer, policy.emergency)) : judged;
  return { reasons: distinct(answers.flatMap((answer) => answer.reasons)), gates: answers.map((answer) => answer.gate) };
}

// Several gates need the same read: if it fails, it is told once.
function distinct(reasons: readonly GateReason[]): readonly GateReason[] {
  return [...new Map(reasons.map((reason) => [JSON.stringify(reason), reason])).values()];
}
