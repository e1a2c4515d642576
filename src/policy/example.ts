// What the policy makes of an example request: the same gates, rule and judge as for a real one, on facts that a file states. Pure.
import { planContract, policyDigest } from './contract.ts';
import type { EnvironmentPolicy, Role } from './environment-policy.ts';
import { evaluate, type Evaluation } from './evaluate.ts';
import { judgeConditions } from './conditions.ts';
import { reviewPlan } from './emergency.ts';
import { EXAMPLE_NOW, factsOf, HEAD, LIVE_SHA, seenOf } from './example-facts.ts';
import { excludedFrom, judgeVote, tallyPlan } from './judge.ts';
import { resolveParameters } from './parameters.ts';
import type { Groups } from './people.ts';
import { missingOf, unsatisfiable, type Missing } from './rule.ts';
import type { ReasonCode } from '../../workflows/reasons.ts';
import type { Person, PersonKey, Plan, Tally, Vote } from '../../workflows/vocabulary.ts';

/** What is told of the world; see `example-schema.ts` for each. */
export interface ExampleFacts {
  readonly checks: { readonly passed: readonly string[]; readonly failed: readonly string[]; readonly pending: readonly string[] };
  readonly review: 'approved' | 'changes-requested' | 'review-required';
  readonly behind: number;
  readonly draft: boolean;
  readonly fork: boolean;
  readonly pushedSince: boolean;
  readonly authors: readonly Person[];
  /** Paths; null: not known. */
  readonly files: readonly string[] | null;
  /** Of all files together. */
  readonly lines: number;
  readonly labels: readonly string[];
  readonly live: 'ancestor' | 'nothing' | 'diverged';
  /** Milliseconds since when this commit is live in other environments. */
  readonly before: Readonly<Record<string, number>>;
  readonly unreadable: readonly ('checks' | 'ref' | 'live')[];
}

export interface Example {
  readonly name: string;
  readonly requester: Person;
  readonly role: Role;
  readonly surface: 'github' | 'slack';
  readonly ref: 'pull-request' | 'default-branch' | 'tag' | 'commit' | `branch:${string}`;
  readonly parameters: Readonly<Record<string, string>>;
  readonly facts: ExampleFacts;
  /** Why it can't wait for approvals; null: it is an ordinary request. */
  readonly emergency: string | null;
  /** Of an emergency: what its reviewers say. */
  readonly votes: readonly { readonly by: Person; readonly reject: string | null; readonly surface: 'github' | 'slack' }[];
}

export interface JudgedVote {
  readonly by: Person;
  readonly kind: Vote['kind'];
  /** Why it does not count; empty: it does. */
  readonly reasons: readonly ReasonCode[];
  /** Kept until the same person says so on GitHub, and counts for nothing before. */
  readonly isToConfirm: boolean;
}

export interface Verdict extends Evaluation {
  readonly outcome: 'approved' | 'waiting' | 'refused' | 'rejected';
  readonly votes: readonly JudgedVote[];
  /** null: refused before anybody is asked. Of an emergency: of its review. */
  readonly tally: Tally | null;
  readonly missing: readonly Missing[];
  /** Who has to look at it afterwards; null: nobody, it is no emergency. */
  readonly owes: readonly Missing[] | null;
}

/** Plays the example from the request to its last vote. */
export function judgeExample(policy: EnvironmentPolicy, example: Example, groups: Groups): Verdict {
  const facts = factsOf(policy, example, groups);
  const { reasons, gates } = evaluate(policy, facts);
  const isEmergency = example.emergency !== null;
  const tree = isEmergency ? null : policy.approvals.tree;
  const judged = tree === null ? null : judgeConditions(tree, seenOf(facts, example, groups));
  const plan = { ...planOf(policy, example, gates), rule: { ...policy.approvals, tree: judged } };
  const impossible = unsatisfiable({ rule: plan.rule, groups, excluded: excludedFrom(plan, groups) });
  const refusals = reasons.length > 0 || impossible === null ? reasons : [impossible];
  if (refusals.length > 0) return { outcome: 'refused', reasons: refusals, gates, votes: [], tally: null, missing: [], owes: null };
  if (isEmergency) return judgeReview(plan, { policy, example, groups, gates });
  const { judged: votes, counted } = playVotes(plan, example, groups);
  const tally = tallyPlan({ plan, votes: counted, groups });
  const isRejected = counted.some(({ kind }) => kind === 'reject');
  const outcome = isRejected ? 'rejected' : tally.satisfied ? 'approved' : 'waiting';
  return { outcome, reasons: [], gates, votes, tally, missing: isRejected ? [] : missingOf(tally), owes: null };
}

interface Started extends Pick<Evaluation, 'gates'> {
  readonly policy: EnvironmentPolicy;
  readonly example: Example;
  readonly groups: Groups;
}

/** It has started at once: the votes are those of its review. */
function judgeReview(started: Plan, { policy, example, groups, gates }: Started): Verdict {
  if (policy.emergency === undefined) throw new Error(`${policy.environment} admits emergencies, and nobody reviews them`);
  const plan = reviewPlan(started, policy.emergency);
  const { judged: votes, counted } = playVotes(plan, example, groups);
  const tally = tallyPlan({ plan, votes: counted, groups });
  const isDisputed = counted.some(({ kind }) => kind === 'reject');
  return { outcome: 'approved', reasons: [], gates, votes, tally, missing: [], owes: isDisputed ? [] : missingOf(tally) };
}

interface Played {
  readonly judged: readonly JudgedVote[];
  readonly counted: readonly Vote[];
}

/** One after the other, as in a real request; a reject ends it. */
function playVotes(plan: Plan, { votes }: Example, groups: Groups): Played {
  const judged: JudgedVote[] = [];
  let counted: readonly Vote[] = [];
  for (const [at, { by, reject, surface }] of votes.entries()) {
    const kind = reject === null ? 'approve' : 'reject';
    const act = { kind, contract: plan.contract, sha: plan.sha, reason: reject } as const;
    const voterState = { known: true, value: { active: true, why: null } } as const;
    const verdict = judgeVote({ plan, votes: counted, act, surface, voter: by, voterState, groups, unread: {} });
    const reasons = verdict.kind === 'refused' ? verdict.reasons.map(({ code }) => code) : [];
    judged.push({ by, kind, reasons, isToConfirm: verdict.kind === 'to-confirm' });
    if (verdict.kind !== 'counts') continue;
    const vote: Vote = { kind, by, surface, at: EXAMPLE_NOW + at, contract: plan.contract, reason: reject, key: `example-${at}` };
    counted = [...counted.filter((earlier) => earlier.by.key !== by.key), vote];
    if (kind === 'reject') break;
  }
  return { judged, counted };
}

function planOf(policy: EnvironmentPolicy, example: Example, gates: Plan['gates']): Plan {
  const { requester, facts } = example;
  const authors = facts.authors.map(({ key }) => key);
  const terms = {
    repo: { id: 1, slug: policy.repo as Plan['repo']['slug'], installation: 1 },
    sha: HEAD,
    service: policy.service,
    environment: policy.environment,
    target: policy.target,
    organization: policy.organization,
    pipeline: policy.pipeline,
    parameters: resolveParameters(policy, example.parameters).values,
    requester,
    policyDigest: policyDigest(policy),
  };
  return {
    ...terms,
    contract: planContract({ ...terms, workflowId: `example:${example.name}` }),
    revision: 1,
    zone: policy.zone,
    title: example.name,
    commitUrl: `https://github.com/${policy.repo}/commit/${HEAD}`,
    ref: { kind: 'commit', name: HEAD, branch: 'main' },
    pullRequest: null,
    requesters: [requester],
    live: facts.live === 'nothing' ? null : { sha: LIVE_SHA, since: 0, code: null, buildUrl: null },
    change: { commits: Math.max(1, authors.length), pullRequests: [], authors, commitsBy: countOf(authors), compareUrl: null },
    gates,
    rule: policy.approvals,
    tally: { satisfied: false, have: 0, need: 0, tree: null },
    isProtected: policy.isProtected,
    policy: {},
    usualMs: null,
    environmentUrl: policy.environmentUrl,
    slack: policy.slack,
    promotesTo: [],
  };
}

function countOf(authors: readonly PersonKey[]): Readonly<Record<string, number>> {
  return Object.fromEntries(authors.map((key) => [key, authors.filter((other) => other === key).length]));
}
