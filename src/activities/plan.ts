// Facts and policy become a plan, frozen; or a refusal with every reason.
import type { PlanInput, PlanResult } from '../../workflows/activities.ts';
import type { GateReason } from '../../workflows/reasons.ts';
import type { DeployRecord } from '../../workflows/status.ts';
import type { ChangeSummary, Person, PersonKey, Plan, PullRequestRef, ReplyTo } from '../../workflows/vocabulary.ts';
import { findService, policyOf, promotesTo, type Config } from '../config/config.ts';
import { githubPersonKey } from '../ids.ts';
import { planContract, policyDigest } from '../policy/contract.ts';
import type { EnvironmentPolicy } from '../policy/environment-policy.ts';
import { evaluate } from '../policy/evaluate.ts';
import type { CommitFacts, ComparisonFacts, Facts, PullRequestFacts, RefFacts, RepositoryFacts } from '../policy/facts.ts';
import { excludedFrom, tallyPlan } from '../policy/judge.ts';
import { liveOf } from '../policy/live.ts';
import { whyUnread } from '../policy/membership.ts';
import { isSamePerson, resolvePerson } from '../policy/people.ts';
import { groupsOfRule, unsatisfiable } from '../policy/rule.ts';
import { resolveParameters } from '../policy/parameters.ts';
import { withStandIns } from '../policy/stand-ins.ts';
import { gatherFacts, whyElsewhere, type FactsDeps, type Gathered, type Question } from './gather-facts.ts';
import { ruleOf } from './judge-conditions.ts';
import { readKnown } from './known-people.ts';
import { createReader, type Reader } from './reading.ts';
import { findSameWish } from './same-wish.ts';

export async function makePlan(deps: FactsDeps, input: PlanInput): Promise<PlanResult> {
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
  const changed = await whyCommentChanged(deps, reader, origin);
  if (changed !== null) return refused([changed], policy.target);
  const elsewhere = origin.surface === 'github' ? whyElsewhere(policy.service, origin.repo, repository) : null;
  if (elsewhere !== null) return refused([elsewhere], policy.target);
  const { reasons, gates } = evaluate(policy, facts);
  const ref = facts.ref.known && facts.ref.value.kind === 'found' ? facts.ref.value : null;
  if (reasons.length > 0 || !repository.known || ref === null) {
    reader.throwIfWorthRetrying();
    return { kind: 'refused', reasons, gates, sha: ref?.sha ?? null, target: policy.target };
  }
  if (!facts.here.known) {
    // Even where no gate asks: what is live is shown, signed next to and built upon. Unknown is not "nothing".
    reader.throwIfWorthRetrying();
    const reason: GateReason = { code: 'unreadable', what: `what is live on ${policy.environment}`, why: facts.here.why };
    return { kind: 'refused', reasons: [reason], gates, sha: ref.sha, target: policy.target };
  }
  const { change, unread } = await readChange(deps, reader, { gathered, repository: repository.value, ref });
  if (unread !== null && policy.isProtected && policy.approvals.exclude.includes('commit-authors')) {
    reader.throwIfWorthRetrying();
    const reason: GateReason = { code: 'unreadable', what: 'who wrote the commits', why: unread };
    return { kind: 'refused', reasons: [reason], gates, sha: ref.sha, target: policy.target };
  }
  const conditional = { policy, facts, repository: repository.value, ref, change, unread, people, membership: gathered.membership };
  const rule = await ruleOf(deps, reader, conditional);
  const hidden = whyUnread(groupsOfRule(rule.tree), gathered.membership.unread);
  if (hidden.length > 0) {
    reader.throwIfWorthRetrying();
    return { kind: 'refused', reasons: hidden, gates, sha: ref.sha, target: policy.target };
  }
  const plan = draft(deps, { input, policy, requester, people, gathered, repository: repository.value, ref, change, gates, rule });
  const membership = withStandIns(gathered.membership, delegations, people);
  const { groups } = membership;
  const impossible = unsatisfiable({ rule: plan.rule, groups, excluded: excludedFrom(plan, groups) });
  if (impossible !== null) return { kind: 'refused', reasons: [impossible], gates, sha: ref.sha, target: policy.target };
  const same = input.revision > 1 || request.dryRun ? null : await findSameWish(deps, { ...plan, workflowId: input.workflowId });
  if (same !== null) return { kind: 'refused', reasons: [same], gates, sha: ref.sha, target: policy.target };
  return { kind: 'planned', plan: { ...plan, tally: tallyPlan({ plan, votes: [], ...membership }) } };
}

function questionOf({ request, revision, expectedHead }: PlanInput, { policy, ...who }: Pick<Question, 'policy' | 'requester' | 'people'>): Question {
  const { ref, origin, askedAt, parameters } = request;
  const issue = origin.surface === 'github' ? origin.issue : null;
  return {
    policy,
    subject: { kind: 'wish', ref, issue, expectedHead },
    revision,
    askedAt,
    surface: origin.surface,
    ...who,
    groups: groupsOfRule(policy.approvals.tree),
    parameters,
  };
}

/** Only a comment as it was posted is a command. One that can't be read has been verified when it arrived; nothing hangs on it. */
async function whyCommentChanged(deps: FactsDeps, reader: Reader, origin: ReplyTo): Promise<GateReason | null> {
  if (origin.surface !== 'github') return null;
  const repo = { ...origin.repo, installation: origin.installation };
  const { comment: id, issue, written } = origin;
  // Nothing is ever started from a thread.
  const comment = await reader.read('the comment', () =>
    written?.kind === 'review' ? deps.github.readReview(repo, { issue, review: id, digest: written.digest }) : deps.github.readComment(repo, id),
  );
  if (!comment.known || comment.value?.edited === false) return null;
  return { code: 'comment-changed', how: comment.value === null ? 'deleted' : 'edited' };
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
    contract: planContract({ ...terms, workflowId: input.workflowId }),
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
  };
}

interface Change {
  readonly change: ChangeSummary;
  /** Why some of its authors are not known; null: all are that GitHub knows. */
  readonly unread: string | null;
}

/** What lies between the live version and this one; while nothing is live, what the pull request adds, else the commit itself. */
async function readChange(deps: FactsDeps, reader: Reader, input: { gathered: Gathered; repository: RepositoryFacts; ref: Found }): Promise<Change> {
  const { facts, pullRequest } = input.gathered;
  const live = facts.comparison.known ? facts.comparison.value : null;
  if (live !== null) return { change: summarise(live, facts), unread: unlisted(live) };
  let unread = facts.comparison.known ? null : facts.comparison.why;
  if (pullRequest !== null && pullRequest.state === 'open') {
    const added = await reader.read('the commits of the pull request', () =>
      deps.github.compare(input.repository, pullRequest.baseRef, input.ref.sha),
    );
    reader.throwIfWorthRetrying();
    if (added.known) return { change: { ...summarise(added.value, facts), compareUrl: null }, unread: unread ?? unlisted(added.value) };
    unread ??= added.why;
  }
  const authors = input.ref.authors.map(({ id }) => githubPersonKey(id));
  const commitsBy = Object.fromEntries(authors.map((key) => [key, 1]));
  const unknownAuthors = input.ref.hasUnknownAuthor ? 1 : 0;
  return { change: { commits: 1, pullRequests: [], authors, commitsBy, unknownAuthors, compareUrl: null }, unread };
}

/** GitHub lists at most 250 commits. */
function unlisted({ added, addedTotal }: ComparisonFacts): string | null {
  return added.length < addedTotal ? `GitHub lists ${added.length} of ${addedTotal} commits; deploy in smaller steps` : null;
}

function summarise(comparison: ComparisonFacts, facts: Facts): ChangeSummary {
  const commitsBy = countByAuthor(comparison.added);
  const reviewed = facts.reviews.known ? facts.reviews.value : null;
  return {
    commits: comparison.addedTotal,
    pullRequests: reviewed?.pullRequests ?? pullRequestsByTitle(comparison.added),
    authors: Object.keys(commitsBy) as PersonKey[],
    commitsBy,
    unknownAuthors: comparison.added.filter(({ hasUnknownAuthor }) => hasUnknownAuthor).length,
    compareUrl: comparison.compareUrl,
  };
}

function countByAuthor(commits: readonly CommitFacts[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const commit of commits) {
    for (const key of new Set(commit.authors.map(({ id }) => githubPersonKey(id)))) counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

/** GitHub's merge and squash titles name their pull request; for display only. */
function pullRequestsByTitle(commits: readonly CommitFacts[]): readonly number[] {
  const numbers = commits.flatMap(({ title }) => {
    const match = /^Merge pull request #(\d+) |\(#(\d+)\)$/.exec(title);
    return match === null ? [] : [Number(match[1] ?? match[2])];
  });
  return [...new Set(numbers)];
}

function usualDuration(history: readonly DeployRecord[], { service, environment }: EnvironmentPolicy): number | null {
  const durations = history
    .filter((record) => record.service === service && record.environment === environment)
    .filter((record) => record.how === 'passed' && record.startedAt !== null)
    .map((record) => record.endedAt - (record.startedAt ?? record.endedAt))
    .toSorted((a, b) => a - b);
  return durations[Math.floor(durations.length / 2)] ?? null;
}

function distinct(people: readonly Person[]): readonly Person[] {
  return people.filter((person, at) => people.findIndex((other) => isSamePerson(other, person)) === at);
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
