// The judge of block steps: who unblocks them, whether somebody's approval counts, and whether all of them still do.
import type { DecidingActivities } from '../../workflows/activities.ts';
import type {
  BlockDecidingActivities,
  BlockRecheck,
  BlockVerdict,
  JudgeBlockInput,
  PlanBlockInput,
  PlanBlockResult,
  RecheckBlockInput,
} from '../../workflows/block-activities.ts';
import type { BlockPlan } from '../../workflows/block-contract.ts';
import type { ActReason } from '../../workflows/reasons.ts';
import type { Account, Person } from '../../workflows/vocabulary.ts';
import type { Config } from '../config/config.ts';
import { checkFields, defaultsOf, sameValues } from '../policy/block-fields.ts';
import { tallyPlan } from '../policy/judge.ts';
import { areMembers, isReviewed } from '../policy/people.ts';
import { groupsOfRule } from '../policy/rule.ts';
import { withStandIns } from '../policy/stand-ins.ts';
import { foreignDraft, ownDraft } from './block-plan.ts';
import { accountInSlack, recheckPeople } from './decide.ts';
import type { FactsDeps } from './gather-facts.ts';
import { readMembership } from './groups.ts';
import { LINKS } from './known-people.ts';
import { createReader } from './reading.ts';

export function createBlockActivities(deps: FactsDeps, deciding: Pick<DecidingActivities, 'judgeVote'>): BlockDecidingActivities {
  return {
    planBlock: (input) => planBlock(deps, input),
    judgeBlockVote: (input) => judge(deps.config, deciding, input),
    recheckBlock: (input) => recheck(deps, input),
  };
}

async function planBlock(deps: FactsDeps, input: PlanBlockInput): Promise<PlanBlockResult> {
  const drafted = input.deployId === null ? await foreignDraft(deps, input) : await ownDraft(deps, input);
  if ('left' in drafted) return { kind: 'left', why: drafted.left };
  const { plan } = drafted;
  const reader = createReader();
  const { people, delegations } = await deps.known.read(60_000);
  const names = groupsOfRule(plan.rule.tree);
  const membership = await readMembership(deps.groups, { names, maxAgeMs: 60_000, people, read: (what, call) => reader.read(what, call) });
  reader.throwIfWorthRetrying();
  return {
    kind: 'planned',
    plan,
    tally: tallyPlan({ plan: strict(deps.config, plan), votes: [], ...withStandIns(membership, delegations, people) }),
  };
}

async function judge(config: Config, deciding: Pick<DecidingActivities, 'judgeVote'>, input: JudgeBlockInput): Promise<BlockVerdict> {
  const { plan, act, filled } = input;
  const asIs = filled?.values ?? defaultsOf(plan.fields);
  const { values, reasons: unanswered } = act.kind === 'approve' ? checkFields(plan.fields, input.fields ?? asIs) : { values: asIs, reasons: [] };
  const isChanged = act.kind === 'approve' && filled !== null && !sameValues(filled.values, values);
  const verdict = await deciding.judgeVote({ plan: strict(config, plan), votes: isChanged ? [] : input.votes, act });
  if (verdict.kind === 'to-confirm')
    return { kind: 'refused', reasons: [{ code: 'only-on-github', environment: plan.environment, named: plan.code }] };
  if (verdict.kind === 'refused') return { kind: 'refused', reasons: verdict.reasons.map((reason) => inOurWords(input, act.by, reason)) };
  const mayBe = act.kind !== 'withdraw' && mayHaveStarted(config, plan, verdict.person);
  const reasons = [...(mayBe ? [mightBeStarter(plan)] : []), ...unanswered];
  return reasons.length > 0 ? { kind: 'refused', reasons } : { ...verdict, values, isChanged };
}

/** Where nobody knows who started the build, only members under another id can be told from them. `voters`: who may be in no configuration any more. */
function strict(config: Config, plan: BlockPlan, voters: readonly Person[] = []): BlockPlan {
  const unknown = [...config.people, ...voters].filter((person) => mayHaveStarted(config, plan, person));
  return unknown.length === 0 ? plan : { ...plan, requesters: [...plan.requesters, ...unknown] };
}

/** As it was frozen, and by the configuration of today. People who linked their accounts themselves are in no configuration. */
function mayHaveStarted(config: Config, { subject }: BlockPlan, { key }: Person): boolean {
  if (subject.kind === 'own' || subject.starter.known) return false;
  return !subject.starter.others.includes(key) || !Object.hasOwn(config.buildkite, key);
}

/** Of a build that nobody asked Countersign for: whoever counts as a requester there has started it, or might have. */
function inOurWords({ plan }: JudgeBlockInput, by: Account, reason: ActReason): ActReason {
  const { subject } = plan;
  if (subject.kind === 'own' || (reason.code !== 'own-request' && reason.code !== 'pushed-to-it')) return reason;
  const isStarter = [plan.requester, ...plan.requesters].some((person) =>
    by.surface === 'github' ? person.github?.id === by.id : person.slack?.team === by.team && person.slack.user === by.user,
  );
  return isStarter ? { code: 'started-it', build: plan.build } : mightBeStarter(plan);
}

function mightBeStarter({ subject, build }: BlockPlan): ActReason {
  return { code: 'may-have-started', build, starter: subject.kind === 'own' ? 'somebody' : subject.starter.name };
}

/** Everybody who approved, read afresh, no cache; unknown is never good. */
async function recheck(deps: FactsDeps, { plan: frozen, votes, tally }: RecheckBlockInput): Promise<BlockRecheck> {
  const voters = votes.map(({ by }) => by);
  const plan = strict(deps.config, frozen, voters);
  const reader = createReader();
  const links = await reader.read(LINKS, () => deps.known.read(0, votes.flatMap(accountInSlack)));
  const people = links.known ? links.value.people : deps.config.people;
  const names = groupsOfRule(plan.rule.tree);
  const membership = await readMembership(deps.groups, { names, maxAgeMs: 0, people, read: (what, call) => reader.read(what, call) });
  if (!links.known && (voters.some((voter) => !isReviewed(voter)) || !areMembers(voters, membership.groups, names)))
    return { kind: 'unknown', what: LINKS };
  const delegations = links.known ? links.value.delegations : [];
  const checked = await recheckPeople(deps, reader, { plan, votes, tally, people, delegations, membership });
  if (checked.kind === 'unknown') return checked;
  return checked.voided.length > 0 || !checked.tally.satisfied
    ? { kind: 'void', votes: checked.voided, tally: checked.tally }
    : { kind: 'good', tally: checked.tally };
}
