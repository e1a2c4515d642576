// Break glass: which gates stand aside, and what is owed afterwards. Pure.
import type { Answer } from './gates/gate.ts';
import type { EmergencyPolicy, EnvironmentPolicy } from './environment-policy.ts';
import type { ApprovalRule, DeployRequest, Plan } from '../../workflows/vocabulary.ts';
import { tallyPlan } from './judge.ts';

/** Where the environment lets an emergency skip this gate, what it found is told and stops nobody. */
export function standAside(answer: Answer, policy: EmergencyPolicy | undefined): Answer {
  const isSkipped = answer.reasons.length > 0 && policy?.skip.some((name) => name === answer.gate.gate) === true;
  return isSkipped ? { gate: { ...answer.gate, skipped: true }, reasons: [] } : answer;
}

/** Nobody is asked before. */
export function emergencyRule(rule: ApprovalRule): ApprovalRule {
  return { ...rule, tree: null };
}

/** The plan as its review judges by it: the same request, another rule. Whoever asked never signs. */
export function reviewPlan(plan: Plan, { review }: Pick<EmergencyPolicy, 'review'>): Plan {
  return { ...plan, rule: { tree: review, exclude: ['requester'], expireMs: 0 } };
}

/** The plan with what an emergency owes: why it is one, and who will have to sign it off. */
export function withEmergency(
  plan: Plan,
  given: { request: DeployRequest; policy: EnvironmentPolicy; membership: Pick<Parameters<typeof tallyPlan>[0], 'groups' | 'unread' | 'standIns'> },
): Plan {
  const { request, policy, membership } = given;
  if (request.emergency === undefined || policy.emergency === undefined) return plan;
  const { review, remindMs } = policy.emergency;
  const tally = tallyPlan({ plan: reviewPlan(plan, policy.emergency), votes: [], ...membership });
  return { ...plan, emergency: { reason: request.emergency.reason, review, remindMs, tally } };
}

/** Who approves in general: an emergency skips them, and they may stop it all the same. */
export function ruleOfCancel(plan: Plan | null, policy: EnvironmentPolicy | null): ApprovalRule | null {
  if (plan === null) return null;
  return plan.emergency === undefined || policy === null ? plan.rule : policy.approvals;
}
