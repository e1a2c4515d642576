// Good facts, a policy, a plan; every test changes what it is about.
import { commitSha, githubPersonKey, target } from '../../src/ids.ts';
import type { Contract, DeployCode, Person, Plan, RepoSlug, RuleNode, Vote } from '../../workflows/vocabulary.ts';
import type { EnvironmentState } from '../../workflows/status.ts';
import type { EnvironmentPolicy } from '../../src/policy/environment-policy.ts';
import type { Config, Service } from '../../src/config/config.ts';
import { productionPolicy } from '../support/policy-examples.ts';
import type { CommitFacts, ComparisonFacts, Facts, PullRequestFacts, Read, RefFacts } from '../../src/policy/facts.ts';

export const NOW = 1_800_000_000_000;
export const MINUTE = 60_000;
export const sha = (digit: string): ReturnType<typeof commitSha> => commitSha(digit.repeat(40));
export const HEAD = sha('a');
export const LIVE = sha('b');
export const MERGE = sha('c');

export function known<T>(value: T): Read<T> {
  return { known: true, value };
}
export const UNREAD: Read<never> = { known: false, why: 'github answered 502' };

const IDS = { Ann: 1, Bea: 2, Carl: 3, Dan: 4, Eve: 5, Fay: 6 } as const;
export type Name = keyof typeof IDS;

export function person(name: Name): Person {
  const id = IDS[name];
  return { key: githubPersonKey(id), name, mapped: true, github: { id, login: name.toLowerCase() }, slack: { team: 'T1', user: `U${id}` } };
}
export const PEOPLE = Object.keys(IDS).map((name) => person(name as Name));
/** Somebody on GitHub whom the configuration does not know. */
export const STRANGER: Person = { key: githubPersonKey(99), name: 'sly', mapped: false, github: { id: 99, login: 'sly' }, slack: null };

export const ANY_OF = (...of: readonly RuleNode[]): RuleNode => ({ kind: 'any', of });
export const ALL_OF = (...of: readonly RuleNode[]): RuleNode => ({ kind: 'all', of });
export const GROUP = (group: string, count = 1): RuleNode => ({ kind: 'group', group, count });

export function policy(change: Partial<EnvironmentPolicy> = {}): EnvironmentPolicy {
  return {
    ...productionPolicy,
    target: target('api/production'),
    parameters: [],
    approvals: { tree: ALL_OF(GROUP('sre'), GROUP('owners')), exclude: ['requester'], expireMs: 3_600_000 },
    slack: { channel: 'C1', also: [] },
    ...change,
  };
}

export function gates(change: Partial<EnvironmentPolicy['gates']>): EnvironmentPolicy {
  return policy({ gates: { ...policy().gates, ...change } });
}

export function ref(change: Partial<Extract<RefFacts, { kind: 'found' }>> = {}): Extract<RefFacts, { kind: 'found' }> {
  return {
    kind: 'found',
    type: 'pull-request',
    name: '#42',
    branch: 'fix',
    sha: HEAD,
    title: 'Fix',
    commitUrl: 'https://g/acme/api/commit/a',
    authors: [],
    hasUnknownAuthor: false,
    ...change,
  };
}
export const onMain = ref({ type: 'branch', name: 'main', branch: 'main' });

export function pullRequest(change: Partial<PullRequestFacts> = {}): PullRequestFacts {
  return {
    number: 42,
    title: 'Fix',
    url: 'https://g/acme/api/pull/42',
    state: 'open',
    draft: false,
    headRepository: { id: 7, slug: 'acme/api' },
    isFork: false,
    headRef: 'fix',
    headSha: HEAD,
    baseRef: 'main',
    mergeSha: null,
    review: 'approved',
    behindBy: 0,
    labels: [],
    author: { id: 1, login: 'ann' },
    ...change,
  };
}

export function state(live: { readonly sha: string; readonly since: number } | null, isKnown = true): EnvironmentState {
  const version = (service: string, environment: string, { sha: full, since }: { readonly sha: string; readonly since: number }) => ({
    service,
    environment,
    sha: commitSha(full),
    since,
    code: 'ABCD-EF' as DeployCode,
    buildUrl: null,
  });
  // Another repository's service on the same target: its commits are none of ours.
  const other = version('web', 'production', { sha: 'c'.repeat(40), since: 0 });
  const ours = live === null ? [] : [version('api', 'staging', live), version('api', 'production', live)];
  return { target: 'cluster', known: isKnown, live: [other, ...ours], holder: null, queue: [], history: [] };
}

export function commit(digit: string): CommitFacts {
  return { sha: sha(digit), title: `change ${digit}`, authors: [{ id: 1, login: 'ann' }], authorName: 'Ann', hasUnknownAuthor: false };
}

export function comparison(change: Partial<ComparisonFacts> = {}): ComparisonFacts {
  const added = change.added ?? [commit('a')];
  return { status: 'ahead', added, addedTotal: added.length, lost: [], compareUrl: 'https://g/compare', ...change };
}

/** An open pull request by Ann on which everything is good. */
export function facts(change: Partial<Facts> = {}): Facts {
  return {
    now: NOW,
    askedAt: NOW - MINUTE,
    revision: 1,
    requester: person('Ann'),
    requesterState: known({ active: true, why: null }),
    requesterRole: known('write'),
    requesterGroups: [],
    unreadGroups: {},
    surface: 'github',
    defaultBranch: 'main',
    ref: known(ref()),
    onDefaultBranch: known(null),
    pullRequest: known(pullRequest()),
    lastPush: known({ sha: HEAD, at: NOW - 60 * MINUTE, by: { id: 1, login: 'ann' } }),
    expectedHead: null,
    checks: known({ passed: [{ name: 'unit', url: null }], failed: [], pending: [] }),
    reviews: known(null),
    comparison: known(comparison()),
    here: known(state({ sha: LIVE, since: NOW - 600 * MINUTE })),
    before: { staging: known(state({ sha: HEAD, since: NOW - 31 * MINUTE })) },
    parameters: {},
    ...change,
  };
}

export const GROUPS = { sre: [person('Bea'), person('Carl')], owners: [person('Dan'), person('Bea')] };
export const CONTRACT = 'c0ffee' as Contract;

export function vote(name: Name, change: Partial<Vote> = {}): Vote {
  return { kind: 'approve', by: person(name), surface: 'slack', at: NOW, contract: CONTRACT, reason: null, key: `key-${name}`, ...change };
}

export function plan(change: Partial<Plan> = {}): Plan {
  return {
    revision: 1,
    service: 'api',
    environment: 'production',
    zone: 'default',
    target: target('api/production'),
    repo: { id: 7, slug: 'acme/api' as RepoSlug, installation: 1 },
    sha: HEAD,
    title: 'Fix',
    commitUrl: `https://g/acme/api/commit/${HEAD}`,
    ref: { kind: 'pull-request', name: '#42', branch: 'fix' },
    pullRequest: null,
    organization: 'acme',
    pipeline: 'api-deploy',
    parameters: {},
    requester: person('Ann'),
    requesters: [person('Ann')],
    live: null,
    change: { commits: 4, pullRequests: [], authors: [], compareUrl: null },
    gates: [],
    rule: { tree: ALL_OF(GROUP('sre'), GROUP('owners')), exclude: ['requester'], expireMs: 3_600_000 },
    tally: { satisfied: false, have: 0, need: 2, tree: null },
    isProtected: true,
    policy: {},
    policyDigest: 'digest',
    contract: CONTRACT,
    usualMs: null,
    environmentUrl: null,
    slack: { channel: 'C1', also: [] },
    promotesTo: [],
    ...change,
  };
}

/** A configuration of these services and nothing else. */
export const configOf = (services: readonly Service[], slack: Config['slack'] = { team: 'T1', channel: 'C1', command: '/deploy' }): Config => ({
  slack,
  people: PEOPLE,
  byEmail: new Map(),
  groups: {},
  zones: {},
  pipelines: [],
  buildkite: {},
  services,
});

/** One service, with production alone. */
export const API: Service = {
  name: 'api',
  aliases: [],
  repo: 'acme/api',
  zone: 'default',
  environments: { production: policy({ service: 'api' }) },
  order: ['production'],
};
