// Who approved what, worked out from a request's history alone.
import { PEOPLE } from '../../src/sim/world.ts';
import type { Claim, LateAct, Receipt } from '../../workflows/contract.ts';
import type { PlanResult, Recheck } from '../../workflows/activities.ts';
import type { Account, Plan, ReplyTo, RuleNode } from '../../workflows/vocabulary.ts';
import type { History } from './histories.ts';

export type Groups = Readonly<Record<string, readonly string[]>>;

export interface Approval {
  /** The last plan, as its activity answered it; null: there was none. */
  readonly plan: Plan | null;
  /** The approved commit: that of the plan which the votes are for. */
  readonly sha: string | null;
  /** Approved, never cancelled, and not stopped by the last check. */
  readonly mustBuild: boolean;
  /** What the votes that stood when the start was granted lacked; null: nothing, or nothing was granted. */
  readonly lacks: string | null;
}

interface Counted {
  readonly human: string;
  readonly contract: string | null;
}

type Step =
  | { readonly kind: 'plan'; readonly plan: Plan }
  | { readonly kind: 'act'; readonly act: LateAct; readonly receipt: Receipt }
  | { readonly kind: 'recheck'; readonly recheck: Recheck }
  | { readonly kind: 'granted' };

export function tellApproval(history: History, groups: Groups): Approval {
  let plan: Plan | null = null;
  let votes: readonly Counted[] = [];
  let isStopped = false;
  let lacks: string | null = null;
  for (const step of stepsOf(history)) {
    switch (step.kind) {
      case 'plan':
        plan = step.plan;
        votes = [];
        break;
      case 'act':
        votes = afterAct(votes, step.act, step.receipt);
        isStopped ||= step.receipt.kind === 'cancelled' || step.receipt.kind === 'cancelling' || step.receipt.kind === 'rejected';
        break;
      case 'recheck':
        votes = afterRecheck(votes, step.recheck);
        isStopped ||= step.recheck.kind === 'gates';
        break;
      case 'granted':
        lacks = whatLacks(plan, votes, groups);
    }
  }
  const isApproved = plan !== null && whatLacks(plan, votes, groups) === null;
  return { plan, sha: plan?.sha ?? null, mustBuild: isApproved && !isStopped, lacks };
}

/** Everything that decides, in the order of the history. */
function stepsOf(history: History): readonly Step[] {
  const { activities, updates } = history;
  const steps: { readonly at: number; readonly step: Step }[] = [];
  for (const { name, closedBy: at, how, result } of activities) {
    if (how !== 'completed') continue;
    const planned = result as PlanResult;
    if (name === 'makePlan' && planned.kind === 'planned') steps.push({ at, step: { kind: 'plan', plan: planned.plan } });
    if (name === 'recheck') steps.push({ at, step: { kind: 'recheck', recheck: result as Recheck } });
  }
  for (const { act, receipt, at } of actsOf(history)) steps.push({ at, step: { kind: 'act', act, receipt } });
  for (const { name, result, answeredBy: at } of updates)
    if (name === 'claimStart' && (result as Claim | null)?.kind === 'go') steps.push({ at, step: { kind: 'granted' } });
  return steps.toSorted((one, two) => one.at - two.at).map(({ step }) => step);
}

const ACTS = ['castVote', 'withdraw', 'cancel'];

/** Acts that were answered: by Update, or by Signal with the receipt sent afterwards. Each key once. */
function actsOf({ updates, signals, activities }: History): readonly { readonly act: LateAct; readonly receipt: Receipt; readonly at: number }[] {
  const answered = updates.flatMap(({ name, input, result, answeredBy: at }) =>
    ACTS.includes(name) && result !== null ? [{ act: { act: name, input } as LateAct, receipt: result as Receipt, at }] : [],
  );
  const keys = new Set(answered.map(({ act }) => act.input.key));
  const sent = activities
    .filter(({ name }) => name === 'sendReceipt')
    .map(({ input }) => input as { readonly to: ReplyTo; readonly act: string; readonly receipt: Receipt });
  for (const { name, input, event: at } of signals) {
    const act = input as LateAct;
    if (name !== 'actArrived' || keys.has(act.input.key)) continue;
    keys.add(act.input.key);
    const index = sent.findIndex(({ to, act: kind }) => kind === kindOf(act) && JSON.stringify(to) === JSON.stringify(act.input.replyTo));
    const [own] = index === -1 ? [] : sent.splice(index, 1);
    if (own !== undefined) answered.push({ act, receipt: own.receipt, at });
  }
  return answered;
}

const kindOf = (act: LateAct): string => (act.act === 'castVote' ? act.input.kind : act.act);

function afterAct(votes: readonly Counted[], { act, input }: LateAct, receipt: Receipt): readonly Counted[] {
  const human = humanOf(input.by);
  if (act === 'castVote' && receipt.kind === 'counted') return [...votes, { human, contract: input.contract }];
  return receipt.kind === 'withdrawn' ? votes.filter((vote) => vote.human !== human) : votes;
}

function afterRecheck(votes: readonly Counted[], recheck: Recheck): readonly Counted[] {
  return recheck.kind === 'void' ? votes.filter(({ human }) => !recheck.votes.some(({ by }) => by.name === human)) : votes;
}

/** The human behind an account, by the ids of Acme's people. */
function humanOf(account: Account): string {
  const human = Object.values(PEOPLE).find(({ github, slack }) =>
    account.surface === 'github' ? github?.id === account.id : slack === account.user,
  );
  return human?.name ?? 'nobody we know';
}

function whatLacks(plan: Plan | null, votes: readonly Counted[], groups: Groups): string | null {
  if (plan === null) return 'there is no plan';
  const humans = votes.map(({ human }) => human);
  const requesters = plan.requesters.map(({ name }) => name);
  if (new Set(humans).size !== humans.length) return `somebody was counted twice: ${humans.join(', ')}`;
  if (humans.some((human) => requesters.includes(human))) return `a requester was counted: ${humans.join(', ')}`;
  if (votes.some(({ contract }) => contract !== null && contract !== plan.contract)) return 'a vote is for another contract';
  const { tree } = plan.rule;
  return tree === null || waysToFill(tree, humans, groups).length > 0 ? null : `${humans.join(', ') || 'nobody'} does not satisfy the rule`;
}

const isAsked = ({ judged }: RuleNode): boolean => judged?.applies !== false;

/** For each way to fill the rule: who is left over. One human fills one slot only. */
function waysToFill(node: RuleNode, free: readonly string[], groups: Groups): readonly (readonly string[])[] {
  if (node.kind === 'auto') return node.judged?.applies === true ? [free] : [];
  if (node.kind === 'any') return node.of.filter(isAsked).flatMap((part) => waysToFill(part, free, groups));
  const parts = node.kind === 'all' ? node.of.filter(isAsked) : [];
  if (node.kind === 'all')
    return parts.reduce<readonly (readonly string[])[]>((ways, part) => ways.flatMap((left) => waysToFill(part, left, groups)), [free]);
  if (node.count === 0) return [free];
  const members = free.filter((human) => groups[node.group]?.includes(human));
  return members.flatMap((human) =>
    waysToFill(
      { ...node, count: node.count - 1 },
      free.filter((other) => other !== human),
      groups,
    ),
  );
}
