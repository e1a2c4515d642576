// Is a decision record to be believed? Offline: the signature over the bytes first, then the shape, then whether it agrees with itself:
// digests are computed again, and the votes are put to the rule again by the code that judged them.
import type { KeyObject } from 'node:crypto';
import { contractOf, deployCode, digestOf } from '../ids.ts';
import { contractParts, policyDigest, type ContractTerms } from '../policy/contract.ts';
import type { EnvironmentPolicy } from '../policy/environment-policy.ts';
import { effectivePlan } from '../policy/escalation.ts';
import { excludedFrom, standingVotes } from '../policy/judge.ts';
import { isSamePerson, type Groups } from '../policy/people.ts';
import { tallyVotes } from '../policy/rule.ts';
import type { Person, Plan, Vote } from '../../workflows/vocabulary.ts';
import { parseJson } from '../parse-json.ts';
import { open, PAYLOAD_TYPE } from './dsse.ts';
import { Envelope, Statement, type Decision, type TallyNode } from './schema.ts';
import { subjectOf } from './statement.ts';

/** A record of a request with hundreds of votes has a tenth of it. */
const RECORD_MAX_BYTES = 1 << 20;

export interface Check {
  /** What holds, in words for people. */
  readonly claim: string;
  /** Why it does not; null: it does. */
  readonly flaw: string | null;
}
export type Verified =
  /** Nobody whose key was given vouches for what the file says, or it can't be read: nothing of it is shown. */
  | { readonly kind: 'unknown'; readonly why: string }
  | { readonly kind: 'checked'; readonly decision: Decision; readonly key: KeyObject; readonly checks: readonly Check[]; readonly isGood: boolean };

/** `file`: its bytes. `keys`: the public keys of those who may sign, several while one is being replaced. */
export function verifyRecord(file: Uint8Array, keys: readonly KeyObject[]): Verified {
  const unknown = (why: string): Verified => ({ kind: 'unknown', why });
  if (file.byteLength > RECORD_MAX_BYTES) return unknown('it is larger than any record');
  const envelope = Envelope.safeParse(jsonIn(file));
  if (!envelope.success) return unknown('it is no signed record: no DSSE envelope with a payload and signatures');
  if (envelope.data.payloadType !== PAYLOAD_TYPE)
    return unknown(`its payload is no in-toto statement, but ${JSON.stringify(envelope.data.payloadType.slice(0, 80))}`);
  const opened = open(envelope.data, keys);
  if (opened === null) return unknown('none of the keys given has signed it as it is now');
  const statement = Statement.safeParse(jsonIn(opened.payload));
  if (!statement.success)
    return unknown(
      `what was signed has another shape: ${statement.error.issues[0]?.path.join('.') ?? ''} ${statement.error.issues[0]?.message ?? ''}`,
    );
  const checks = checksOf(statement.data);
  return { kind: 'checked', decision: statement.data.predicate, key: opened.key, checks, isGood: checks.every(({ flaw }) => flaw === null) };
}

const jsonIn = (bytes: Uint8Array): unknown => parseJson(Buffer.from(bytes).toString('utf8'));

type PlanRecord = NonNullable<Decision['plan']>;

function checksOf({ subject, predicate }: Statement): readonly Check[] {
  const { request, plan } = predicate;
  const [about] = subject;
  const expected = subjectOf(request.workflowId, plan === null ? null : { slug: plan.repo.slug, sha: plan.sha });
  return [
    check(
      'the code is that of the request',
      deployCode(request.workflowId) === request.code,
      `its request has the code ${deployCode(request.workflowId)}`,
    ),
    check(
      'the record is about what was planned',
      about !== undefined && digestOf(about) === digestOf(expected),
      `it is about ${about?.name ?? 'nothing'}`,
    ),
    ...(plan === null
      ? withoutPlan(predicate)
      : [...plannedChecks(predicate, plan), ...voteChecks(predicate, plan), ...reviewChecks(predicate, plan), ...buildChecks(predicate, plan)]),
  ];
}

const check = (claim: string, holds: boolean, flaw: string): Check => ({ claim, flaw: holds ? null : flaw });

function withoutPlan({ votes, granted, build }: Decision): readonly Check[] {
  return [check('nothing was planned, signed or built', votes.length === 0 && granted === null && build === null, 'it tells of votes or of a build')];
}

function plannedChecks({ request }: Decision, plan: PlanRecord): readonly Check[] {
  const { contract, rule, policy, requesters, requester } = plan;
  const terms = { ...plan, workflowId: request.workflowId, emergency: request.emergency === null ? undefined : { reason: request.emergency } };
  const parts = contractParts(terms as unknown as ContractTerms);
  const approvals = (policy as unknown as Partial<EnvironmentPolicy>).approvals ?? null;
  const frozen = { ...rule, tree: withoutFindings(rule.tree) };
  const expected = request.emergency === null ? approvals : { ...approvals, tree: null };
  return [
    check('the contract is the digest of its parts', contractOf(contract.parts) === contract.digest, `they give ${contractOf(contract.parts)}`),
    check('the parts of the contract are those of the plan', digestOf(parts) === digestOf(contract.parts), 'the plan says something else'),
    check(
      'service and environment are those asked for',
      plan.service === request.service && plan.environment === request.environment,
      'something else was planned',
    ),
    check(
      'the policy has the digest that was signed',
      policyDigest(policy as unknown as EnvironmentPolicy) === plan.policyDigest,
      'it is another policy',
    ),
    check('the rule is the one of the policy', digestOf(frozen) === digestOf(expected), 'it is another rule'),
    check(
      'whoever asked counts as a requester',
      requesters.some((one) => isSame(one, requester)) && asked(request, requester),
      'it was somebody else',
    ),
  ];
}

/** The rule as it is configured: what a plan found out about its conditions is no part of it. */
function withoutFindings(node: PlanRecord['rule']['tree']): unknown {
  if (node === null) return null;
  const { judged: _judged, ...rest } = { judged: null, ...node };
  return 'of' in rest ? { ...rest, of: rest.of.map(withoutFindings) } : rest;
}

// Casts at the boundary: people of a record, as the policy knows them.
const isSame = (one: PlanRecord['requester'], other: PlanRecord['requester']): boolean => isSamePerson(one as Person, other as Person);

function asked({ askedBy }: Decision['request'], { github, slack }: PlanRecord['requester']): boolean {
  if (askedBy.surface === 'github') return github?.id === askedBy.id;
  return slack?.team === askedBy.team && slack.user === askedBy.user;
}

function voteChecks(predicate: Decision, plan: PlanRecord): readonly Check[] {
  const { votes, granted, build, tally } = predicate;
  const approvals = votes.filter(({ kind }) => kind === 'approve');
  const twice = approvals.find((one, at) => approvals.slice(0, at).some((other) => isSame(one.by, other.by)));
  const own = approvals.find((one) => plan.requesters.some((requester) => isSame(one.by, requester)));
  const elsewhere = approvals.find(({ contract }) => contract !== plan.contract.digest);
  const faceless = votes.find(({ by, surface }) => by[surface] === null);
  const wasStarted = granted !== null || build !== null;
  const names = approvals.map(({ by }) => by.name);
  return [
    check('every approval is for this very contract', elsewhere === undefined, `${elsewhere?.by.name}'s is for ${elsewhere?.contract}`),
    check('nobody approved twice', twice === undefined, `${twice?.by.name} did`),
    check('no requester is among the approvers', own === undefined, `${own?.by.name} asked for it`),
    check('every vote comes from an account of the person', faceless === undefined, `${faceless?.by.name} has no account there`),
    ...(wasStarted
      ? [
          check('the votes satisfy the rule, judged again', tally?.satisfied === true && isSatisfied(predicate, plan), 'they do not'),
          check(
            'the build was told exactly these approvers',
            granted === null || digestOf(granted.approvers) === digestOf(names),
            'it was told others',
          ),
        ]
      : []),
  ];
}

/** Of an emergency: nobody signs off what they asked for. */
function reviewChecks({ review }: Decision, { requesters, contract }: PlanRecord): readonly Check[] {
  if (review === null) return [];
  const own = review.votes.find(({ by }) => requesters.some((requester) => isSame(by, requester)));
  const elsewhere = review.votes.find((one) => one.contract !== contract.digest);
  return [
    check(
      'it was reviewed by others, for this very contract',
      own === undefined && elsewhere === undefined,
      `${(own ?? elsewhere)?.by.name} did not`,
    ),
  ];
}

/** Whoever is said to have filled a place of a group was in it then: that much is the signer's word. That it suffices is judged again. */
function isSatisfied({ votes, tally, escalated }: Decision, record: PlanRecord): boolean {
  const { rule, requesters, requester, change } = record;
  // Casts at the boundary: a plan as far as the policy looks at it.
  const asPlanned = { rule, requesters, requester, change, contract: record.contract.digest } as unknown as Plan;
  const plan = effectivePlan(asPlanned, escalated !== null);
  const groups = groupsIn(tally?.tree ?? null);
  const cast = votes.map((vote) => ({ ...vote, key: vote.event, at: Date.parse(vote.at) })) as unknown as readonly Vote[];
  return tallyVotes({ rule: plan.rule, votes: standingVotes({ plan, votes: cast }), groups, excluded: excludedFrom(plan, groups) }).satisfied;
}

function groupsIn(node: TallyNode | null): Groups {
  const groups: Record<string, Person[]> = Object.create(null) as Record<string, Person[]>;
  const collect = ({ group, by = [], of = [] }: TallyNode): void => {
    if (group !== undefined) groups[group] = [...(groups[group] ?? []), ...(by as unknown as Person[])];
    of.forEach(collect);
  };
  if (node !== null) collect(node);
  return groups;
}

/** Ends by which something was built. */
const BUILT = new Set(['succeeded', 'ended-badly']);

function buildChecks({ build, granted, result }: Decision, plan: PlanRecord): readonly Check[] {
  if (build === null) return [check('nothing was built', !BUILT.has(result.kind), `it ended as ${result.kind}`)];
  const isRight = build.commit === plan.sha && build.pipeline === plan.pipeline;
  return [
    check('the start was granted before it was built', granted !== null, 'nobody granted it'),
    check('the build is of the commit and pipeline that were approved', isRight, `it is ${build.pipeline} at ${build.commit}`),
    ...(build.attested === undefined ? [] : [check('it is this build that proved to be the approved one', build.attested, 'another one did')]),
    check('the result is that of the build', result.kind !== 'succeeded' || build.state === 'passed', `the build ${build.state}`),
  ];
}
