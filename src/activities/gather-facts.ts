// Reads everything that policy decides on. Decides nothing.
import type { GateReason } from '../../workflows/reasons.ts';
import type { EnvironmentState } from '../../workflows/status.ts';
import type { Account, Millis, Person } from '../../workflows/vocabulary.ts';
import { placeOf, policyOf, type Config } from '../config/config.ts';
import type { GithubApi } from '../github/api.ts';
import { authorsNamed } from '../policy/conditions.ts';
import type { EnvironmentPolicy } from '../policy/environment-policy.ts';
import type { ComparisonFacts, Facts, PullRequestFacts, Read, RepositoryFacts, ReviewFacts } from '../policy/facts.ts';
import { liveOf } from '../policy/live.ts';
import type { Membership } from '../policy/membership.ts';
import { groupsOf } from '../policy/people.ts';
import { groupsOfRule } from '../policy/rule.ts';
import type { Gateway } from '../temporal/gateway.ts';
import { readMembership, type GroupDirectory } from './groups.ts';
import { andThen, known, type Reader } from './reading.ts';
import { readTarget, type Subject, type Target } from './read-target.ts';
import type { KnownPeople } from './known-people.ts';
import type { People } from './people.ts';

export interface FactsDeps {
  readonly config: Config;
  readonly github: GithubApi;
  readonly gateway: Pick<Gateway, 'environmentState' | 'findOpen' | 'deployStatus'>;
  readonly people: People;
  readonly known: KnownPeople;
  readonly groups: GroupDirectory;
  readonly now: () => number;
}

export interface Question {
  readonly policy: EnvironmentPolicy;
  readonly subject: Subject;
  readonly revision: number;
  readonly askedAt: Millis;
  readonly surface: Account['surface'];
  readonly requester: Person;
  /** Everybody whose accounts are tied together. */
  readonly people: readonly Person[];
  /** Names of the groups that approve. */
  readonly groups: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
  readonly emergency: boolean;
}

/** The facts, and the repository they are about (unknown when it cannot be read). */
export interface Gathered {
  readonly facts: Facts;
  readonly repository: Read<RepositoryFacts>;
  readonly pullRequest: PullRequestFacts | null;
  /** The groups that the rule and `may` name. */
  readonly membership: Membership;
}

/** A plan may go by what was read for a click; the votes are judged again before the build. */
const PLAN_AGE_MS = 60_000;

export async function gatherFacts(deps: FactsDeps, reader: Reader, question: Question): Promise<Gathered> {
  const { policy, subject } = question;
  const repository = await reader.read('the repository', () => deps.github.readRepository(policy.repo));
  const [target, here, before, requester, membership] = await Promise.all([
    readTarget(deps.github, reader, repository, subject),
    readState(deps, reader, policy),
    readBefore(deps, reader, policy),
    readRequester(deps, reader, repository, question.requester),
    readMembership(deps.groups, {
      names: question.emergency
        ? groupsOfEmergency(policy)
        : [...question.groups, ...authorsNamed(policy.approvals.tree), ...policy.may.request.groups],
      maxAgeMs: subject.kind === 'wish' ? PLAN_AGE_MS : 0,
      people: question.people,
      read: (what, call) => reader.read(what, call),
    }),
  ]);
  const history = await readHistory(deps, reader, { repository, policy, target, here });
  const facts: Facts = {
    now: deps.now(),
    askedAt: question.askedAt,
    revision: question.revision,
    requester: question.requester,
    ...requester,
    requesterGroups: groupsOf(membership.groups, question.requester),
    unreadGroups: membership.unread,
    surface: question.surface,
    defaultBranch: repository.known ? repository.value.defaultBranch : '',
    ...target,
    expectedHead: subject.kind === 'wish' ? subject.expectedHead : null,
    ...history,
    here,
    before,
    parameters: question.parameters,
    emergency: question.emergency,
  };
  return { facts, repository, pullRequest: target.pullRequest.known ? target.pullRequest.value : null, membership };
}

/** Who may start it, and who will sign it off. */
function groupsOfEmergency({ approvals, may, emergency }: EnvironmentPolicy): readonly string[] {
  const approvers = may.emergency?.approvers === true ? groupsOfRule(approvals.tree) : [];
  return [...approvers, ...(may.emergency?.groups ?? []), ...groupsOfRule(emergency?.review ?? null)];
}

/** A name can pass to another repository: only the id that the command or the plan came with counts. */
export function whyElsewhere(
  service: string,
  expected: { readonly id: number; readonly slug: string },
  repository: Read<RepositoryFacts>,
): GateReason | null {
  if (!repository.known || repository.value.id === expected.id) return null;
  const told = ({ slug, id }: { readonly id: number; readonly slug: string }): string => `${slug} (${id})`;
  return { code: 'wrong-repository', service, expected: told(expected), found: told(repository.value) };
}

type History = Pick<Facts, 'checks' | 'comparison' | 'reviews'>;

async function readHistory(
  deps: FactsDeps,
  reader: Reader,
  input: { repository: Read<RepositoryFacts>; policy: EnvironmentPolicy; target: Target; here: Read<EnvironmentState> },
): Promise<History> {
  const { repository, policy, target, here } = input;
  const unread: Read<never> = { known: false, why: 'the commit is not known' };
  const found = target.ref.known && target.ref.value.kind === 'found' ? target.ref.value : null;
  if (!repository.known || found === null) return { checks: unread, comparison: unread, reviews: unread };
  const repo = repository.value;
  const [checks, comparison] = await Promise.all([
    reader.read('the checks', () => deps.github.readChecks(repo, found.sha)),
    andThen(here, (state) => {
      const live = liveOf(state, policy.service, policy.environment);
      if (live === null) return known(null);
      return reader.read('the comparison with the live version', () => deps.github.compare(repo, live.sha, found.sha));
    }),
  ]);
  return { checks, comparison, reviews: await readReviews(deps, reader, { repo, policy, target, comparison }) };
}

async function readReviews(
  deps: FactsDeps,
  reader: Reader,
  input: { repo: RepositoryFacts; policy: EnvironmentPolicy; target: Target; comparison: Read<ComparisonFacts | null> },
): Promise<Read<ReviewFacts | null>> {
  const { repo, policy, target, comparison } = input;
  // An open pull request is judged by its own decision; of a merged one only its commits tell whether all were reviewed.
  const onPullRequest = target.pullRequest.known && target.pullRequest.value !== null && target.pullRequest.value.state !== 'merged';
  if (!policy.gates.review || onPullRequest) return known(null);
  return andThen(comparison, (compared) =>
    compared === null ? known(null) : reader.read('the reviews of the commits', () => deps.github.readReviews(repo, compared.added)),
  );
}

async function readState(deps: FactsDeps, reader: Reader, policy: EnvironmentPolicy): Promise<Read<EnvironmentState>> {
  const state = await reader.read(`the state of ${policy.environment}`, () => deps.gateway.environmentState(placeOf(deps.config, policy), true));
  if (!state.known) return state;
  if (state.value === null || !state.value.known)
    return { known: false, why: `the state of ${policy.environment}: it has not been read from Buildkite yet` };
  return known(state.value);
}

async function readBefore(deps: FactsDeps, reader: Reader, policy: EnvironmentPolicy): Promise<Facts['before']> {
  const entries = policy.gates.after.map(async ({ environment }): Promise<[string, Read<EnvironmentState>]> => {
    const earlier = policyOf(deps.config, policy.service, environment);
    return [environment, earlier === null ? { known: false, why: `${environment} is no longer configured` } : await readState(deps, reader, earlier)];
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function readRequester(
  deps: FactsDeps,
  reader: Reader,
  repository: Read<RepositoryFacts>,
  requester: Person,
): Promise<Pick<Facts, 'requesterState' | 'requesterRole'>> {
  if (!repository.known) return { requesterState: repository, requesterRole: repository };
  const repo = repository.value;
  const [requesterState, requesterRole] = await Promise.all([
    reader.read('whether the requester is active', () => deps.people.stateOf(repo, requester, 0)),
    reader.read('the role of the requester', () => deps.people.roleOf(repo, requester, 0)),
  ]);
  return { requesterState, requesterRole };
}
