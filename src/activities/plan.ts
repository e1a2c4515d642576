// Facts and policy become a plan, frozen; or a refusal with every reason.
import type { PlanInput, PlanResult } from '../../workflows/activities.ts';
import type { GateReason } from '../../workflows/reasons.ts';
import type { DeployRecord } from '../../workflows/status.ts';
import type { Account, ChangeSummary, Person, Plan, PullRequestRef } from '../../workflows/vocabulary.ts';
import { findService, policyOf, promotesTo, type Config } from '../config/config.ts';
import { sealOf } from '../ids.ts';
import { planContract, policyDigest } from '../policy/contract.ts';
import type { EnvironmentPolicy } from '../policy/environment-policy.ts';
import { emergencyRule, withEmergency } from '../policy/emergency.ts';
import { evaluate } from '../policy/evaluate.ts';
import type { Facts, PullRequestFacts, RefFacts, RepositoryFacts } from '../policy/facts.ts';
import { excludedFrom, tallyPlan } from '../policy/judge.ts';
import { liveOf } from '../policy/live.ts';
import { opensBlocks } from '../policy/block-policy.ts';
import { whyUnread } from '../policy/membership.ts';
import { isOnlyPending } from '../policy/pending.ts';
import { distinct, resolvePerson } from '../policy/people.ts';
import { groupsOfRule, unsatisfiable } from '../policy/rule.ts';
import { resolveParameters } from '../policy/parameters.ts';
import { withStandIns } from '../policy/stand-ins.ts';
import { gatherFacts, whyElsewhere, type FactsDeps, type Gathered, type Question } from './gather-facts.ts';
import { ruleOf } from './judge-conditions.ts';
import { readKnown } from './known-people.ts';
import { subjectOf as plannedSubject } from './look-again.ts';
import { readChange } from './read-change.ts';
import type { Subject } from './read-target.ts';
import { createReader, type Reader } from './reading.ts';
import { judgePush } from './revision.ts';
import { findSameWish } from './same-wish.ts';
import { headSeen, whyWritingChanged } from './writing.ts';

export async function makePlan(deps: FactsDeps, input: PlanInput): Promise<PlanResult> {
  const result = await planOf(deps, input);
  if (result.kind === 'refused' || input.firstRun === undefined) return result;
  return { ...result, seal: sealOf(input.workflowId, input.firstRun) };
}

async function planOf(deps: FactsDeps, input: PlanInput): Promise<PlanResult> {
  const { request } = input;
  const policy = policyOf(deps.config, request.service, request.environment);
  if (policy === null) return refused([unknownPlace(deps.config, request.service, request.environment)], null);
  const reader = createReader();
  const { people, delegations } = await readKnown(deps, reader, [request.requester, ...input.pushers]);
  const requester = resolvePerson(people, request.requester);
  const question = questionOf(input, { policy, requester, people });
  const gathered = await gatherFacts(deps, reader, question);
  const { repository, facts } = gathered;
  const { origin } = request;
  const changed = await whyWritingChanged(deps, reader, origin);
  if (changed !== null) return refused([changed], policy.target);
  const elsewhere = origin.surface === 'github' ? whyElsewhere(policy.service, origin.repo, repository) : null;
  if (elsewhere !== null) return refused([elsewhere], policy.target);
  // What is kept is not the head any more, which GitHub's review decision speaks of.
  const { reasons, gates } = evaluate(policy, facts, input.keep === undefined ? 'plan' : 'turn');
  const ref = facts.ref.known && facts.ref.value.kind === 'found' ? facts.ref.value : null;
  // A push must not end a request that people have looked at only because its checks have just begun.
  const pending = input.revision > 1 && isOnlyPending(reasons) ? reasons : [];
  if (reasons.length > pending.length || !repository.known || ref === null) {
    reader.throwIfWorthRetrying();
    return { kind: 'refused', reasons, gates, sha: ref?.sha ?? null, target: policy.target };
  }
  if (!facts.here.known) {
    // Even where no gate asks: what is live is shown, signed next to and built upon. Unknown is not "nothing".
    reader.throwIfWorthRetrying();
    const reason: GateReason = { code: 'unreadable', what: `what is live on ${policy.environment}`, why: facts.here.why };
    return { kind: 'refused', reasons: [reason], gates, sha: ref.sha, target: policy.target };
  }
  return complete(deps, reader, { input, policy, requester, people, delegations, gathered, repository: repository.value, ref, gates, pending });
}

interface Judged extends Omit<Draft, 'change' | 'rule'> {
  readonly pending: readonly GateReason[];
  readonly delegations: Awaited<ReturnType<typeof readKnown>>['delegations'];
}

/** The gates are open, or only wait: who wrote what, who has to approve, and whether they could. */
async function complete(deps: FactsDeps, reader: Reader, judged: Judged): Promise<PlanResult> {
  const { policy, gathered, repository, ref, gates, people, pending } = judged;
  const { facts } = gathered;
  const { emergency } = judged.input.request;
  const refuse = (reason: GateReason): PlanResult => ({ kind: 'refused', reasons: [reason], gates, sha: ref.sha, target: policy.target });
  const pushedBy = untoldPusher(judged.input, facts, ref);
  const input = pushedBy === null ? judged.input : { ...judged.input, pushers: [...judged.input.pushers, pushedBy] };
  const { change, unread } = await readChange(deps, reader, { gathered, repository, ref });
  if (unread !== null && policy.isProtected && emergency === undefined && policy.approvals.exclude.includes('commit-authors')) {
    reader.throwIfWorthRetrying();
    return refuse({ code: 'unreadable', what: 'who wrote the commits', why: unread });
  }
  const conditional = { policy, facts, repository, ref, change, unread, people, membership: gathered.membership };
  const rule = emergency === undefined ? await ruleOf(deps, reader, conditional) : emergencyRule(policy.approvals);
  const hidden = whyUnread(groupsOfRule(rule.tree), gathered.membership.unread);
  if (hidden.length > 0) {
    reader.throwIfWorthRetrying();
    return { kind: 'refused', reasons: hidden, gates, sha: ref.sha, target: policy.target };
  }
  const plan = draft(deps, { ...judged, input, change, rule });
  const membership = withStandIns(gathered.membership, judged.delegations, people);
  const { groups } = membership;
  const impossible = unsatisfiable({ rule: plan.rule, groups, excluded: excludedFrom(plan, groups) });
  if (impossible !== null) return refuse(impossible);
  const isAlone = input.revision > 1 || input.request.dryRun || emergency !== undefined;
  const same = isAlone ? null : await findSameWish(deps, { ...plan, workflowId: input.workflowId });
  if (same !== null) return refuse(same);
  const tallied: Plan = { ...plan, tally: tallyPlan({ plan, votes: [], ...membership }) };
  const planned = withEmergency(tallied, { request: input.request, policy, membership });
  const push = await judgePush(deps, reader, { plan: planned, input, people, membership });
  return { kind: 'planned', plan: planned, pending, ...push, ...(pushedBy === null ? {} : { pushedBy }) };
}

function questionOf(input: PlanInput, { policy, ...who }: Pick<Question, 'policy' | 'requester' | 'people'>): Question {
  const { origin, askedAt, parameters, emergency } = input.request;
  return {
    policy,
    subject: subjectOf(input),
    revision: input.revision,
    askedAt,
    surface: origin.surface,
    ...who,
    groups: groupsOfRule(policy.approvals.tree),
    parameters,
    emergency: emergency !== undefined,
  };
}

function subjectOf({ request, expectedHead, keep }: PlanInput): Subject {
  if (keep !== undefined) return plannedSubject(keep);
  const issue = request.origin.surface === 'github' ? request.origin.issue : null;
  return { kind: 'wish', ref: request.ref, issue, expectedHead: expectedHead ?? headSeen(request) };
}

/** Whoever pushed the head that is planned, if no push event told of it: a requester like every pusher. */
function untoldPusher({ expectedHead }: PlanInput, { lastPush }: Facts, { sha }: Found): Account | null {
  if (expectedHead === null || sha === expectedHead || !lastPush.known || lastPush.value?.by == null) return null;
  return { surface: 'github', ...lastPush.value.by };
}

type Found = Extract<RefFacts, { kind: 'found' }>;
interface Draft {
  readonly input: PlanInput;
  readonly policy: EnvironmentPolicy;
  readonly requester: Person;
  /** Everybody whose accounts are tied together. */
  readonly people: readonly Person[];
  readonly gathered: Gathered;
  readonly repository: RepositoryFacts;
  readonly ref: Found;
  readonly change: ChangeSummary;
  readonly gates: Plan['gates'];
  readonly rule: Plan['rule'];
}

function draft(deps: FactsDeps, { input, policy, requester, people, gathered, repository, ref, change, gates, rule }: Draft): Plan {
  const { facts, pullRequest } = gathered;
  const service = findService(deps.config, policy.service);
  const here = facts.here.known ? facts.here.value : null;
  const terms = {
    repo: { id: repository.id, slug: repository.slug as Plan['repo']['slug'], installation: repository.installation },
    sha: ref.sha,
    service: policy.service,
    environment: policy.environment,
    target: policy.target,
    organization: policy.organization,
    pipeline: policy.pipeline,
    parameters: resolveParameters(policy, input.request.parameters).values,
    requester,
    policyDigest: policyDigest(policy),
  };
  return {
    ...terms,
    contract: planContract({ ...terms, workflowId: input.workflowId, emergency: input.request.emergency }),
    revision: input.revision,
    zone: policy.zone,
    title: ref.title,
    commitUrl: ref.commitUrl,
    ref: { kind: ref.type, name: ref.name, branch: ref.branch },
    pullRequest: pullRequest === null ? null : toRef(pullRequest),
    requesters: distinct([requester, ...input.pushers.map((account) => resolvePerson(people, account))]),
    live: here === null ? null : liveOf(here, policy.service, policy.environment),
    change,
    gates,
    rule,
    tally: { satisfied: policy.approvals.tree === null, have: 0, need: 0, tree: null },
    isProtected: policy.isProtected,
    policy: { ...policy },
    usualMs: usualDuration(here?.history ?? [], policy),
    environmentUrl: policy.environmentUrl,
    slack: policy.slack,
    promotesTo: service === null ? [] : promotesTo(service, policy.environment),
    annotates: true,
    ...(input.request.emergency === undefined && opensBlocks(policy, rule) ? { blocks: true as const } : {}),
  };
}

function usualDuration(history: readonly DeployRecord[], { service, environment }: EnvironmentPolicy): number | null {
  const durations = history
    .filter((record) => record.service === service && record.environment === environment)
    .filter((record) => record.how === 'passed' && record.startedAt !== null)
    .map((record) => record.endedAt - (record.startedAt ?? record.endedAt))
    .toSorted((a, b) => a - b);
  return durations[Math.floor(durations.length / 2)] ?? null;
}

function toRef({ number, title, url }: PullRequestFacts): PullRequestRef {
  return { number, title, url };
}

/** The configuration may have changed between the command and the plan. */
function unknownPlace(config: Config, service: string, environment: string): GateReason {
  const found = findService(config, service);
  if (found === null) return { code: 'unknown-service', service, known: config.services.map(({ name }) => name) };
  return { code: 'unknown-environment', service: found.name, environment, known: found.order };
}

function refused(reasons: readonly GateReason[], target: string | null): PlanResult {
  return { kind: 'refused', reasons, gates: [], sha: null, target };
}
