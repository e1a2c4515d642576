// The decision record of a request that has ended, from what its history says. Pure: the same history always gives the same bytes.
import { contractParts } from '../policy/contract.ts';
import { digestOf } from '../ids.ts';
import type { ReviewStatus } from '../../workflows/review-contract.ts';
import type { DeployPhase, DeployStatus } from '../../workflows/status.ts';
import type { Millis, Person, Plan, Vote } from '../../workflows/vocabulary.ts';
import { PREDICATE_TYPE, STATEMENT_TYPE, type Decision, type Statement } from './schema.ts';

/** What a closed request's history says. */
export interface EndedRequest {
  readonly status: DeployStatus;
  readonly namespace: string;
  readonly runId: string;
  readonly startedAt: Millis;
  readonly closedAt: Millis;
  /** The point of no return: when, and whose approval the build was told of. */
  readonly granted: { readonly at: Millis; readonly approvers: readonly string[] } | null;
  /** Of an emergency. */
  readonly review: ReviewStatus | null;
}

export function statementOf(ended: EndedRequest): Statement {
  const { plan } = ended.status;
  return {
    _type: STATEMENT_TYPE,
    subject: [subjectOf(ended.status.workflowId, plan === null ? null : { slug: plan.repo.slug, sha: plan.sha })],
    predicateType: PREDICATE_TYPE,
    predicate: decisionOf(ended),
  };
}

/** The commit; a request that came to nothing before there was one is its own subject. */
export function subjectOf(workflowId: string, commit: { readonly slug: string; readonly sha: string } | null): Statement['subject'][number] {
  if (commit === null) return { name: workflowId, digest: { sha256: digestOf(workflowId) } };
  return { name: commit.slug, digest: { gitCommit: commit.sha } };
}

function decisionOf(ended: EndedRequest): Decision {
  const { status, granted, review } = ended;
  const { plan, tally, escalated, gone = [] } = status;
  return {
    request: requestOf(ended),
    plan: plan === null ? null : planOf(plan, status.workflowId),
    votes: status.votes.map(voteOf),
    gone: gone.map(({ vote, why, detail, at }) => ({ vote: voteOf(vote), why, detail, at: time(at) })),
    // Cast at the boundary: our own tree, read back by its schema.
    tally: tally as Decision['tally'],
    escalated: escalated === undefined ? null : { at: time(escalated.at), group: escalated.group },
    granted: granted === null ? null : { at: time(granted.at), approvers: [...granted.approvers] },
    build: buildOf(status),
    review: review === null ? null : { state: review.phase.kind, votes: review.votes.map(voteOf) },
    result: resultOf(status.phase),
    times: { started: time(ended.startedAt), closed: time(ended.closedAt) },
  };
}

function requestOf({ status, namespace, runId }: EndedRequest): Decision['request'] {
  const { workflowId, request } = status;
  const { origin } = request;
  return {
    code: request.code,
    workflowId,
    runId,
    namespace,
    service: request.service,
    environment: request.environment,
    ref: request.ref.kind === 'named' ? request.ref.name : null,
    parameters: { ...request.parameters },
    dryRun: request.dryRun,
    emergency: request.emergency?.reason ?? null,
    retryOf: request.retryOf,
    askedBy: request.requester,
    askedAt: time(request.askedAt),
    from:
      origin.surface === 'slack'
        ? { surface: 'slack', team: origin.team, channel: origin.channel, user: origin.user }
        : { surface: 'github', repo: { id: origin.repo.id, slug: origin.repo.slug }, issue: origin.issue, comment: origin.comment },
  };
}

function planOf(plan: Plan, workflowId: string): NonNullable<Decision['plan']> {
  const { revision, service, environment, zone, target, sha, title, organization, pipeline, policyDigest } = plan;
  const { repo, ref, pullRequest, live, change } = plan;
  return {
    revision,
    service,
    environment,
    zone,
    target,
    repo: { id: repo.id, slug: repo.slug },
    sha,
    title,
    ref: { kind: ref.kind, name: ref.name, branch: ref.branch },
    pullRequest: pullRequest === null ? null : { number: pullRequest.number, url: pullRequest.url },
    organization,
    pipeline,
    parameters: { ...plan.parameters },
    requester: personOf(plan.requester),
    requesters: plan.requesters.map(personOf),
    live: live === null ? null : { sha: live.sha, since: time(live.since) },
    change: { commits: change.commits, authors: [...change.authors], compareUrl: change.compareUrl },
    gates: [...plan.gates],
    // Casts at the boundary: rule and policy are kept word for word, so that both can be put to the test again.
    rule: plan.rule as unknown as NonNullable<Decision['plan']>['rule'],
    policy: { ...plan.policy },
    policyDigest,
    contract: { digest: plan.contract, parts: contractParts({ ...plan, workflowId }) },
  };
}

function buildOf({ build, attested }: DeployStatus): Decision['build'] {
  if (build === null) return null;
  const { uuid, number, pipeline, url, commit, state, createdAt, startedAt, finishedAt } = build;
  const times = { createdAt: timeOrNull(createdAt), startedAt: timeOrNull(startedAt), finishedAt: timeOrNull(finishedAt) };
  const proof = attested === undefined ? {} : { attested: attested.uuid === uuid };
  return { uuid, number, pipeline, url, commit, state, ...proof, ...times };
}

function resultOf(phase: DeployPhase): Decision['result'] {
  const by = 'by' in phase ? phase.by : 'cancelledBy' in phase ? phase.cancelledBy : null;
  return {
    kind: phase.kind,
    how: 'how' in phase ? phase.how : null,
    by: by === null ? null : personOf(by),
    reason: 'reason' in phase ? phase.reason : 'answer' in phase ? phase.answer : null,
    reasons: 'reasons' in phase ? phase.reasons.map((reason) => ({ ...reason })) : [],
    at: 'at' in phase ? time(phase.at) : null,
  };
}

function voteOf({ kind, by, surface, at, contract, reason, key }: Vote): Decision['votes'][number] {
  return { kind, by: personOf(by), surface, at: time(at), contract, reason, event: key };
}

function personOf({ key, name, mapped, binding, github, slack }: Person): Decision['votes'][number]['by'] {
  return { key, name, mapped, ...(binding === undefined ? {} : { binding }), github, slack };
}

const time = (at: Millis): string => new Date(at).toISOString();
const timeOrNull = (at: Millis | null): string | null => (at === null ? null : time(at));
