// The product's own decisions over a small world in memory: what the activities would read is at hand, what they decide with is the real thing.
import { commitSha, contractOf, githubPersonKey } from '../../src/ids.ts';
import { judgeMay, judgeVote, tallyPlan } from '../../src/policy/judge.ts';
import { recheckVotes } from '../../src/policy/recheck.ts';
import type { Groups } from '../../src/policy/people.ts';
import type { AccountState, Read } from '../../src/policy/facts.ts';
import type { AuthoriseInput, JudgeInput, PlanInput, Recheck, RecheckInput } from '../../workflows/activities.ts';
import type { Account, Person, Plan } from '../../workflows/vocabulary.ts';
import { onGithub, onSlack, PEOPLE, personOf, planFor } from '../support/deploy-examples.ts';
import { GROUPS, type Group, type Story, type Who } from './acts.ts';
import { EXPIRE_MINUTES } from './model.ts';

export interface SmallWorld {
  readonly groups: Record<Group, Who[]>;
  readonly inactive: Set<Who>;
  readonly unread: Set<Who>;
  /** What the next look at everything finds, besides the people. */
  gates: 'pass' | 'fail' | 'unknown';
}

export function smallWorld({ groups }: Story): SmallWorld {
  return {
    groups: { sre: [...groups.sre], owners: [...groups.owners], oncall: [...groups.oncall] },
    inactive: new Set(),
    unread: new Set(),
    gates: 'pass',
  };
}

const SLY_ID = 666;
const SLY: Record<'slack' | 'github', Account> = {
  slack: { surface: 'slack', team: 'T1', user: 'U-sly', name: 'sly' },
  github: { surface: 'github', id: SLY_ID, login: 'sly' },
};
const MAPPED = Object.values(PEOPLE);

export function accountOf(who: Who, surface: 'slack' | 'github'): Account {
  if (who === 'sly') return SLY[surface];
  return surface === 'slack' ? onSlack(who) : onGithub(who);
}

const isWho = (world: Set<Who>, person: Person): boolean => [...world].some((who) => who === person.name);

function stateOf(world: SmallWorld, person: Person): Read<AccountState> {
  if (isWho(world.unread, person)) return { known: false, why: 'no answer' };
  return { known: true, value: isWho(world.inactive, person) ? { active: false, why: 'deactivated' } : { active: true, why: null } };
}

function groupsOf({ groups }: SmallWorld): Groups {
  return Object.fromEntries(GROUPS.map((name) => [name, groups[name].flatMap((who) => (who === 'sly' ? [] : PEOPLE[who]))]));
}

/** As the acts' judge calls somebody: a stranger by their account alone. */
function resolve(account: Account): Person {
  const person = personOf(account);
  return person.mapped ? person : { ...person, name: 'sly', github: account.surface === 'github' ? { id: SLY_ID, login: 'sly' } : null };
}

export function makePlan(story: Story, world: SmallWorld, input: PlanInput): Plan {
  const authors = story.authors.map((who) => githubPersonKey(PEOPLE[who as 'bea'].github?.id ?? 0));
  const plan = planFor(input, {
    rule: { tree: story.tree, exclude: story.excludesAuthors ? ['requester', 'commit-authors'] : ['requester'], expireMs: EXPIRE_MINUTES * 60_000 },
    requesters: [resolve(input.request.requester), ...input.pushers.map(resolve)],
    change: { commits: 3, pullRequests: [], authors, compareUrl: null },
    contract: contractOf({ revision: input.revision, pushers: input.pushers.length }),
    sha: commitSha(String(input.revision).padStart(40, '0')),
  });
  return { ...plan, tally: tallyPlan({ plan, votes: [], groups: groupsOf(world) }) };
}

export function judge(world: SmallWorld, { plan, votes, act }: JudgeInput): ReturnType<typeof judgeVote> {
  const voter = resolve(act.by);
  return judgeVote({ plan, votes, act, surface: act.by.surface, voter, voterState: stateOf(world, voter), groups: groupsOf(world), unread: {} });
}

export function authorise(world: SmallWorld, { plan, request, by, act }: AuthoriseInput): ReturnType<typeof judgeMay> {
  const person = resolve(by);
  return judgeMay({
    act,
    may: { roles: [], groups: [], requester: true, approvers: true },
    rule: plan?.rule ?? null,
    requesters: plan?.requesters ?? [resolve(request.requester)],
    person,
    state: stateOf(world, person),
    role: { known: true, value: 'read' },
    groups: groupsOf(world),
    unread: {},
  });
}

/** Everything once more. */
export function recheckAll(world: SmallWorld, { plan, votes, tally }: RecheckInput): Recheck {
  if (world.gates === 'fail') return { kind: 'gates', reasons: [{ code: 'draft', number: 42 }] };
  if (world.gates === 'unknown') return { kind: 'unknown', what: 'the checks' };
  const states = new Map(votes.map(({ by }) => [by.key, stateOf(world, by)]));
  const checked = recheckVotes({ plan, votes, groups: groupsOf(world), states, people: MAPPED, unread: {}, told: tally ?? null });
  if (checked.kind === 'unknown') return checked;
  if (!checked.tally.satisfied || checked.voided.length > 0) return { kind: 'void', votes: checked.voided, tally: checked.tally };
  return { kind: 'good', tally: checked.tally };
}
