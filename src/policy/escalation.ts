// A rule after its escalation: one missing place of any group may be filled by one of the group that was called. Pure.
import { doesApply } from './conditions.ts';
import type { ApprovalRule, Plan, RuleNode } from '../../workflows/vocabulary.ts';

/** The plan as it is judged: with the rule as it reads once the request is escalated, if the rule lets the others approve. */
export function effectivePlan<P extends Pick<Plan, 'rule'>>(plan: P, escalated: boolean): P {
  return escalated ? { ...plan, rule: escalatedRule(plan.rule) } : plan;
}

/**
 * The rule itself, or one of it with one place less and one of the group that is called. An ordinary rule: whoever evaluates and explains
 * rules evaluates and explains this one, and nobody fills two places.
 */
export function escalatedRule(rule: ApprovalRule): ApprovalRule {
  const { tree, escalate } = rule;
  if (tree === null || escalate?.may !== 'approve') return rule;
  const called: RuleNode = { kind: 'group', group: escalate.to, count: 1 };
  const others = oneLess(tree, 'all').map((rest): RuleNode => {
    if (rest === null) return called;
    return { kind: 'all', of: rest.kind === 'all' && rest.when === undefined ? [...rest.of, called] : [rest, called] };
  });
  const ways = tree.kind === 'any' && tree.when === undefined ? tree.of : [tree];
  return { ...rule, tree: { kind: 'any', of: [...ways, ...others] } };
}

/** Every way to ask for one person less; null: for nobody any more. What a rule skips gives no way: nobody is asked there. */
function oneLess(node: RuleNode, parent: 'all' | 'any'): readonly (RuleNode | null)[] {
  if (node.kind === 'auto' || !doesApply(node, parent)) return [];
  if (node.kind === 'group') return [node.count > 1 ? { ...node, count: node.count - 1 } : null];
  if (node.kind === 'any') return node.of.flatMap((child) => oneLess(child, 'any'));
  const asked = node.of.filter((child) => doesApply(child, 'all'));
  return asked.flatMap((child, at) =>
    oneLess(child, 'all').map((less): RuleNode | null => {
      const of = asked.flatMap((other, place) => (place !== at ? [other] : less === null ? [] : [less]));
      return of.length === 0 ? null : { kind: 'all', of };
    }),
  );
}
