// People, a plan and a request, as small as they can be.
import { commitSha, contractOf, deployCode, digestOf, githubPersonKey, repoSlug, slackPersonKey, target } from '../../src/ids.ts';
import type { PlanInput } from '../../workflows/activities.ts';
import type { CastVote, DeployInput } from '../../workflows/contract.ts';
import type { DeployTiming } from '../../workflows/timing.ts';
import type { Account, DeployRequest, Person, Plan, ReplyTo, Tally } from '../../workflows/vocabulary.ts';

const NAMES = ['ann', 'bea', 'carl', 'dan', 'eve', 'fay', 'gil', 'hal', 'ida', 'jon', 'kim', 'zoe'] as const;
export type Name = (typeof NAMES)[number];

export const PEOPLE = Object.fromEntries(
  NAMES.map((name, index): [Name, Person] => [
    name,
    { key: githubPersonKey(100 + index), name, mapped: true, github: { id: 100 + index, login: name }, slack: { team: 'T1', user: `U-${name}` } },
  ]),
) as Record<Name, Person>;

export const onSlack = (name: Name): Account => ({ surface: 'slack', team: 'T1', user: `U-${name}`, name });
export const onGithub = (name: Name): Account => ({ surface: 'github', id: PEOPLE[name].github?.id ?? 0, login: name });

export function personOf(account: Account): Person {
  const found = Object.values(PEOPLE).find(({ github, slack }) =>
    account.surface === 'github' ? github?.id === account.id : slack?.user === account.user,
  );
  const key = account.surface === 'github' ? githubPersonKey(account.id) : slackPersonKey(account.team, account.user);
  return found ?? { key, name: 'stranger', mapped: false, github: null, slack: null };
}

const NEEDED = 2;

/** Two different approvers are needed. */
export function tallyOf(approvers: readonly Person[]): Tally {
  const by = [...new Map(approvers.map((person) => [person.key, person])).values()];
  const satisfied = by.length >= NEEDED;
  return { satisfied, have: by.length, need: NEEDED, tree: { kind: 'group', group: 'sre', count: NEEDED, satisfied, by, waitingFor: [] } };
}

export const SHA = commitSha('4f5a6b7'.padEnd(40, '0'));
export const NEXT_SHA = commitSha('9c1d2e3'.padEnd(40, '0'));

/** The plan of a request: rule "2 of sre", a pull request, the commit to go back to, the head that was told or the first one. */
export function planFor({ request, revision, expectedHead, pushers, keep }: PlanInput, change: Partial<Plan> = {}): Plan {
  const sha = keep?.sha ?? (expectedHead === null ? SHA : commitSha(expectedHead));
  const requester = personOf(request.requester);
  return {
    revision,
    service: request.service,
    environment: request.environment,
    zone: 'default',
    target: target(`${request.service}/${request.environment}`),
    repo: { id: 7, slug: repoSlug('acme/api'), installation: 1 },
    sha,
    title: 'Fix retry loop',
    commitUrl: `https://github.test/acme/api/commit/${sha}`,
    ref: { kind: 'pull-request', name: 'fix', branch: 'fix' },
    pullRequest: { number: 42, title: 'Fix', url: 'https://github.test/acme/api/pull/42' },
    organization: 'acme',
    pipeline: 'api-deploy',
    parameters: request.parameters,
    requester,
    requesters: [requester, ...pushers.map(personOf)],
    live: null,
    change: { commits: 1, pullRequests: [42], authors: [], compareUrl: null },
    gates: [],
    rule: { tree: { kind: 'group', group: 'sre', count: NEEDED }, exclude: ['requester'], expireMs: 4 * 3_600_000 },
    tally: tallyOf([]),
    isProtected: true,
    policy: {},
    policyDigest: digestOf('policy'),
    contract: keep?.contract ?? contractOf({ code: request.code, sha, pushers: pushers.length }),
    environmentUrl: null,
    slack: { channel: 'C0DEPLOYS', also: [] },
    usualMs: null,
    promotesTo: [],
    annotates: true,
    ...change,
  };
}

export const githubReply = (comment: number): ReplyTo => ({
  surface: 'github',
  repo: { id: 7, slug: repoSlug('acme/api') },
  installation: 1,
  issue: 42,
  comment,
});
export const slackReply = (name: Name): ReplyTo => ({ surface: 'slack', team: 'T1', channel: 'C0DEPLOYS', user: `U-${name}` });

export function requestOf(workflowId: string, change: Partial<DeployRequest> = {}): DeployRequest {
  return {
    code: deployCode(workflowId),
    service: 'api',
    environment: 'production',
    ref: { kind: 'head' },
    parameters: {},
    requester: onGithub('ann'),
    origin: githubReply(1),
    askedAt: Date.now(),
    retryOf: null,
    dryRun: false,
    ...change,
  };
}

export const deployInput = (workflowId: string, timing: DeployTiming, change: Partial<DeployRequest> = {}): DeployInput => ({
  request: requestOf(workflowId, change),
  timing,
});

let clicks = 0;

/** A click in Slack or a comment on GitHub, with a key of its own. */
export function voteOf(name: Name, surface: 'slack' | 'github', change: Partial<CastVote> = {}): CastVote {
  clicks += 1;
  return {
    key: `click-${clicks}`,
    by: surface === 'slack' ? onSlack(name) : onGithub(name),
    at: Date.now(),
    replyTo: surface === 'slack' ? slackReply(name) : githubReply(1_000 + clicks),
    kind: 'approve',
    contract: null,
    sha: null,
    reason: null,
    ...change,
  };
}
