// The facts of an example: a good request, except for what the example says. Pure.
import type { Seen } from './conditions.ts';
import { commitSha, githubPersonKey } from '../ids.ts';
import type { EnvironmentPolicy } from './environment-policy.ts';
import type { Example } from './example.ts';
import type { ChangedFiles, CommitFacts, ComparisonFacts, Facts, PullRequestFacts, Read, RefFacts } from './facts.ts';
import { ALL_NEW } from './live.ts';
import { groupsOf, type Groups } from './people.ts';
import type { EnvironmentState } from '../../workflows/status.ts';
import type { CommitSha, Person } from '../../workflows/vocabulary.ts';

/** When examples happen: any moment serves, since only what lies between two moments decides. */
export const EXAMPLE_NOW = Date.UTC(2026, 0, 5, 12);
export const LIVE_SHA = commitSha('b'.repeat(40));
export const HEAD = commitSha('a'.repeat(40));
const OTHER = commitSha('c'.repeat(40));
const MINUTE = 60_000;
const UNREAD = { known: false, why: 'the example says so' } as const;

export function factsOf(policy: EnvironmentPolicy, example: Example, groups: Groups): Facts {
  const { facts } = example;
  const readable = <T>(what: 'checks' | 'ref' | 'live', value: T): Read<T> => (facts.unreadable.includes(what) ? UNREAD : { known: true, value });
  const isMoving = example.ref === 'pull-request' || example.ref === 'default-branch' || example.ref.startsWith('branch:');
  return {
    now: EXAMPLE_NOW,
    askedAt: EXAMPLE_NOW - MINUTE,
    revision: 1,
    requester: example.requester,
    requesterState: { known: true, value: { active: true, why: null } },
    requesterRole: { known: true, value: example.role },
    requesterGroups: groupsOf(groups, example.requester),
    unreadGroups: {},
    surface: example.surface,
    defaultBranch: 'main',
    ref: readable('ref', refOf(example)),
    onDefaultBranch: { known: true, value: example.ref === 'commit' ? true : null },
    pullRequest: { known: true, value: example.ref === 'pull-request' ? pullRequestOf(example, policy) : null },
    lastPush: { known: true, value: isMoving ? { sha: HEAD, at: EXAMPLE_NOW - (facts.pushedSince ? 0 : 60) * MINUTE, by: null } : null },
    expectedHead: null,
    checks: readable('checks', { passed: checks(facts.checks.passed), failed: checks(facts.checks.failed), pending: checks(facts.checks.pending) }),
    reviews: { known: true, value: { pullRequests: [1], unreviewed: facts.review === 'approved' ? [] : [HEAD] } },
    comparison: readable('live', facts.live === 'nothing' ? null : comparisonOf(example)),
    here: readable('live', stateOf(policy, policy.environment, facts.live === 'nothing' ? null : { sha: LIVE_SHA, since: 0 })),
    before: beforeOf(policy, example),
    parameters: example.parameters,
    emergency: example.emergency !== null,
  };
}

/** What conditions of the rule are judged by. */
export function seenOf(facts: Facts, { facts: given }: Example, groups: Groups): Seen {
  const { authors } = given;
  const keys = authors.length === 0 ? [NOBODY] : authors.map(({ key }) => key);
  const isVouchedFor = facts.pullRequest.known && facts.pullRequest.value !== null;
  const isFirst = given.live === 'nothing';
  const live: Seen['live'] = given.unreadable.includes('live') ? UNREAD : { known: true, value: isFirst ? null : LIVE_SHA };
  const authorship = { lead: keys.slice(0, 1), isVouchedFor, others: keys, unread: isFirst ? ALL_NEW : null };
  return { facts, live, changed: isFirst ? { known: true, value: null } : changedIn(given), authorship, people: authors, groups };
}

function changedIn({ files, lines }: Example['facts']): Read<ChangedFiles> {
  if (files === null) return { known: false, why: 'the example does not say which files change' };
  const changed = files.map((path, at) => ({ path, before: null, lines: at === 0 ? lines : 0 }));
  return { known: true, value: { files: changed, isComplete: true, isExact: true } };
}

const NOBODY = githubPersonKey(0);

const checks = (names: readonly string[]): readonly { readonly name: string; readonly url: null }[] => names.map((name) => ({ name, url: null }));

function refOf({ ref, facts }: Example): RefFacts {
  const authors = facts.authors.flatMap(accountOf);
  const common = { kind: 'found', sha: HEAD, title: 'A change', commitUrl: '', authors, hasUnknownAuthor: false } as const;
  if (ref === 'pull-request') return { ...common, type: 'pull-request', name: '#1', branch: 'a-change' };
  if (ref === 'tag') return { ...common, type: 'tag', name: 'v1', branch: 'main' };
  if (ref === 'commit') return { ...common, type: 'commit', name: HEAD, branch: 'main' };
  const branch = ref === 'default-branch' ? 'main' : ref.slice('branch:'.length);
  return { ...common, type: 'branch', name: branch, branch };
}

function pullRequestOf({ facts }: Example, { repo }: EnvironmentPolicy): PullRequestFacts {
  return {
    number: 1,
    title: 'A change',
    url: '',
    state: 'open',
    draft: facts.draft,
    headRepository: { id: facts.fork ? 2 : 1, slug: facts.fork ? 'somebody/fork' : repo },
    isFork: facts.fork,
    headRef: 'a-change',
    headSha: HEAD,
    baseRef: 'main',
    mergeSha: null,
    review: facts.review,
    behindBy: facts.behind,
    labels: facts.labels,
    author: facts.authors.flatMap(accountOf)[0] ?? null,
  };
}

function comparisonOf({ facts }: Example): ComparisonFacts {
  const added = facts.authors.length === 0 ? [commit(HEAD, null)] : facts.authors.map((author) => commit(HEAD, author));
  const isDiverged = facts.live === 'diverged';
  return {
    status: isDiverged ? 'diverged' : 'ahead',
    added,
    addedTotal: added.length,
    lost: isDiverged ? [commit(LIVE_SHA, null)] : [],
    compareUrl: '',
  };
}

function commit(sha: CommitSha, author: Person | null): CommitFacts {
  return {
    sha,
    title: 'A change',
    authors: author === null ? [] : accountOf(author),
    authorName: author?.name ?? 'somebody',
    hasUnknownAuthor: false,
  };
}

function accountOf({ github }: Person): readonly { readonly id: number; readonly login: string }[] {
  return github === null ? [] : [github];
}

/** Left out: this commit is live there for as long as it has to be. */
function beforeOf(policy: EnvironmentPolicy, { facts }: Example): Facts['before'] {
  return Object.fromEntries(
    policy.gates.after.map(({ environment, soakMs }) => {
      const age = facts.before[environment] ?? soakMs;
      const live = age < 0 ? { sha: OTHER, since: 0 } : { sha: HEAD, since: EXAMPLE_NOW - age };
      return [environment, { known: true, value: stateOf(policy, environment, live) }];
    }),
  );
}

function stateOf(policy: EnvironmentPolicy, environment: string, live: { readonly sha: CommitSha; readonly since: number } | null): EnvironmentState {
  const version = live === null ? [] : [{ ...live, service: policy.service, environment, code: null, buildUrl: null }];
  return { target: policy.target, known: true, live: version, holder: null, queue: [], history: [] };
}
