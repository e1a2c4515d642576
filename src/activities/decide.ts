// The judge's activities: plan, vote, authorisation, re-check. They read; `src/policy` decides.
import type { AuthoriseInput, Authorised, DecidingActivities, JudgeInput, Recheck, RecheckInput, Verdict } from '../../workflows/activities.ts';
import type { Account, JudgedPlan, Person, PersonKey, Tally, Vote } from '../../workflows/vocabulary.ts';
import { policyOf } from '../config/config.ts';
import type { Repo } from '../github/api.ts';
import type { EnvironmentPolicy, MayRule, Role } from '../policy/environment-policy.ts';
import { ruleOfCancel } from '../policy/emergency.ts';
import { effectivePlan } from '../policy/escalation.ts';
import { evaluate } from '../policy/evaluate.ts';
import type { AccountState, Read } from '../policy/facts.ts';
import type { Membership } from '../policy/membership.ts';
import { judgeMay, judgeVote } from '../policy/judge.ts';
import { recheckVotes, type RecheckedVotes } from '../policy/recheck.ts';
import { waitingTimes } from '../policy/waiting.ts';
import { liveOf } from '../policy/live.ts';
import { areMembers, isReviewed, resolvePerson } from '../policy/people.ts';
import { groupsOfRule } from '../policy/rule.ts';
import { withStandIns } from '../policy/stand-ins.ts';
import { whyElsewhere, type FactsDeps } from './gather-facts.ts';
import { LINKS, type Known } from './known-people.ts';
import { gatherAgain, readGates } from './look-again.ts';
import { makePlan } from './plan.ts';
import { surveyWaiting } from './survey.ts';
import { createReader, type Reader } from './reading.ts';
import { CLICK_AGE_MS, readGroupsSoon, readLinksSoon, soon, withStandInsSoon, type Links, UNKNOWN_AGE_MS } from './soon.ts';
import { holdingDelegations } from './stand-ins.ts';

type Unread = Extract<Read<unknown>, { known: false }>;

export function createDecidingActivities(deps: FactsDeps): DecidingActivities {
  return {
    makePlan: (input) => makePlan(deps, input),
    judgeVote: (input) => judge(deps, input),
    authorise: (input) => authorise(deps, input),
    planWaiting: (input) => Promise.resolve(waitingTimes(input)),
    surveyWaiting: (input) => surveyWaiting(deps, input),
    recheck: (input) => recheck(deps, input),
    readGates: (input) => readGates(deps, input),
  };
}

async function judge(deps: FactsDeps, { plan: frozen, votes, act, escalated }: JudgeInput): Promise<Verdict> {
  const plan = effectivePlan(frozen, escalated === true);
  const reading = readLinksSoon(deps, [act.by]);
  const [{ person: voter, voterState }, membership, links] = await Promise.all([
    readVoter(deps, { repo: plan.repo, account: act.by, links: reading }),
    readGroupsSoon(deps, groupsOfRule(plan.rule.tree), reading),
    reading,
  ]);
  const voters = [voter, ...votes.map(({ by }) => by)];
  const seen = await withStandInsSoon(deps, { repo: plan.repo, links, membership, voters });
  // Whoever has just been asked to stand in for somebody approves at once.
  const isNew = links.known && !areMembers([voter], seen.standing.groups, groupsOfRule(plan.rule.tree));
  const newest = isNew ? await soon(deps.known.read(UNKNOWN_AGE_MS, [act.by])) : links;
  const { standing, doubt } = isNew ? await withStandInsSoon(deps, { repo: plan.repo, links: newest, membership, voters }) : seen;
  return judgeVote({ plan, votes, act, surface: act.by.surface, voter, voterState, ...standing, doubt });
}

async function authorise(deps: FactsDeps, { request, plan: frozen, by, act, escalated, inUndoWindow }: AuthoriseInput): Promise<Authorised> {
  const plan = frozen === null ? null : effectivePlan(frozen, escalated === true);
  const links = readLinksSoon(deps, [by, request.requester]);
  const [{ person }, { person: requester }] = await Promise.all([whoClicks(deps, by, links), whoClicks(deps, request.requester, links)]);
  const policy = plan === null ? policyOf(deps.config, request.service, request.environment) : (plan.policy as unknown as EnvironmentPolicy);
  const repo: Repo | null =
    plan?.repo ?? (await soon(deps.github.readRepository(policy?.repo ?? '')).then((read) => (read.known ? read.value : null)));
  const may = whoMay(policy, act, inUndoWindow === true);
  const rule = ruleOfCancel(plan, policy);
  const [[state, role], membership] = await Promise.all([
    readPerson(deps, repo, person),
    readGroupsSoon(deps, [...may.groups, ...(may.approvers ? groupsOfRule(rule?.tree ?? null) : [])], links),
  ]);
  return judgeMay({
    act,
    may,
    rule,
    requesters: plan?.requesters ?? [requester],
    person,
    state,
    role,
    ...membership,
  });
}

interface Clicker {
  readonly person: Person;
  /** Why nobody can tell who that is; null: it is known. */
  readonly unread: Unread | null;
}

/** Where links can't be read, whoever is not in the configuration is nobody we know. */
export async function whoClicks(deps: FactsDeps, account: Account, links: Links): Promise<Clicker> {
  const reviewed = deps.known.reviewed(account);
  if (reviewed !== null) return { person: reviewed, unread: null };
  const read = await links;
  return { person: resolvePerson(read.known ? read.value.people : [], account), unread: read.known ? null : read };
}

interface Voter {
  readonly person: Person;
  readonly voterState: Read<AccountState>;
}

async function readVoter(
  deps: FactsDeps,
  { repo, account, links }: { readonly repo: Repo; readonly account: Account; readonly links: Links },
): Promise<Voter> {
  const { person, unread } = await whoClicks(deps, account, links);
  return { person, voterState: unread ?? (await soon(deps.people.stateOf(repo, person, CLICK_AGE_MS))) };
}

const THEIRS: MayRule = { roles: [], groups: [], requester: true, approvers: false };

function whoMay(policy: EnvironmentPolicy | null, act: AuthoriseInput['act'], inUndoWindow: boolean): MayRule {
  if (policy === null || act === 'keep') return THEIRS;
  if (act === 'extend') return policy.may.extend ?? { ...THEIRS, approvers: true };
  // Whoever can give the last approval can also stop what it is about to start.
  return inUndoWindow ? { ...policy.may.cancel, approvers: true } : policy.may.cancel;
}

export async function readPerson(deps: FactsDeps, repo: Repo | null, person: Person): Promise<readonly [Read<AccountState>, Read<Role>]> {
  if (repo === null) {
    const unread = { known: false, why: 'the repository cannot be read' } as const;
    return [unread, unread];
  }
  return Promise.all([soon(deps.people.stateOf(repo, person, CLICK_AGE_MS)), soon(deps.people.roleOf(repo, person, CLICK_AGE_MS))]);
}

/** Everything afresh, right before the build: gates by the frozen policy, people as they are now. */
async function recheck(deps: FactsDeps, { plan: frozen, request, votes, tally, escalated }: RecheckInput): Promise<Recheck> {
  const plan = effectivePlan(frozen, escalated === true);
  const policy = plan.policy as unknown as EnvironmentPolicy;
  const reader = createReader();
  const links = await reader.read(LINKS, () => deps.known.read(0, [request.requester, ...votes.flatMap(accountInSlack)]));
  const needsLinks = deps.known.reviewed(request.requester) === null || votes.some(({ by }) => !isReviewed(by));
  if (!links.known && needsLinks) return { kind: 'unknown', what: LINKS };
  const people = links.known ? links.value.people : deps.config.people;
  const { facts, repository, membership } = await gatherAgain(deps, reader, { plan, request, people, groups: groupsOfRule(plan.rule.tree) });
  const elsewhere = whyElsewhere(plan.service, plan.repo, repository);
  if (elsewhere !== null) return { kind: 'gates', reasons: [elsewhere] };
  const { reasons } = evaluate(policy, facts, 'turn');
  const unread = reasons.find((reason) => reason.code === 'unreadable');
  if (unread !== undefined) return { kind: 'unknown', what: unread.what };
  if (reasons.length > 0) return { kind: 'gates', reasons };
  const voters = votes.map((vote) => vote.by);
  // A vote in somebody's place, too, rests on what only `people` knows.
  if (!links.known && !areMembers(voters, membership.groups, groupsOfRule(plan.rule.tree))) return { kind: 'unknown', what: LINKS };
  const delegations = links.known ? links.value.delegations : [];
  const checked = await recheckPeople(deps, reader, { plan, votes, tally: tally ?? null, people, delegations, membership });
  if (checked.kind === 'unknown') return checked;
  const live = facts.here.known ? { live: liveOf(facts.here.value, plan.service, plan.environment) } : {};
  // Also when enough votes are left without them: whoever lost a vote is told, and is no approver of the build.
  if (!checked.tally.satisfied || checked.voided.length > 0) return { kind: 'void', votes: checked.voided, tally: checked.tally, ...live };
  return { kind: 'good', tally: checked.tally, ...live };
}

interface Voted extends Pick<Known, 'people' | 'delegations'> {
  readonly plan: JudgedPlan;
  readonly votes: readonly Vote[];
  readonly tally: Tally | null;
  readonly membership: Membership;
}

/** Everybody who voted, as they are now: their accounts, and whose place they take. */
export async function recheckPeople(deps: FactsDeps, reader: Reader, voted: Voted): Promise<RecheckedVotes> {
  const { plan, votes, tally, people, delegations, membership } = voted;
  const voters = votes.map(({ by }) => by);
  const { holding, doubt } = await holdingDelegations(deps.people, {
    repo: plan.repo,
    delegations,
    voters,
    maxAgeMs: 0,
    read: (what, call) => reader.read(what, call),
  });
  if (doubt !== null) return { kind: 'unknown', what: doubt.what };
  const states = await readVoters(deps, plan.repo, voters);
  return recheckVotes({ plan, votes, ...withStandIns(membership, holding, people), told: tally, states, people });
}

/** What has to lead to the same person again. */
export function accountInSlack({ by: { name, slack } }: Vote): readonly Account[] {
  return slack === null ? [] : [{ surface: 'slack', ...slack, name }];
}

async function readVoters(deps: FactsDeps, repo: Repo, people: readonly Person[]): Promise<ReadonlyMap<PersonKey, Read<AccountState>>> {
  const reader = createReader();
  const read = people.map(
    async (person) => [person.key, await reader.read(`the account of ${person.name}`, () => deps.people.stateOf(repo, person, 0))] as const,
  );
  return new Map(await Promise.all(read));
}
