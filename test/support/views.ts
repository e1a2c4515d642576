// People, a plan, a build and a request, as they are shown: what the examples of examples.ts and others are made of.
import { commitSha, contractOf, deployCode, digestOf, githubPersonKey, parseDeployCode, repoSlug, target } from '../../src/ids.ts';
import type { RenderContext } from '../../src/render/context.ts';
import type { Unread } from '../../src/render/unread.ts';
import type { DeployPhase, DeployStatus, ToldSoFar } from '../../workflows/status.ts';
import type { BuildFacts, BuildStep } from '../../workflows/build-vocabulary.ts';
import type { DeployCode, GateResult, Person, Plan, TallyNode, Vote } from '../../workflows/vocabulary.ts';

const MINUTE = 60_000;
export const ALL_READ: Unread = { zones: [], others: 0 };
/** A zone is away, and of another two can't be read. */
export const PARTLY_READ: Unread = { zones: [{ name: 'eu', services: ['shop', 'web'] }], others: 2 };
/** 23 November 2026, 14:20 UTC. */
export const NOW = Date.UTC(2026, 10, 23, 14, 20);
export const ASKED = NOW - 22 * MINUTE;

export const exampleContext: RenderContext = {
  now: NOW,
  prefix: '/deploy',
  cards: {
    githubUrl: 'https://github.test/acme/api/pull/42#issuecomment-9001',
    slackUrl: 'https://acme.slack.test/archives/C0PAY/p1795443600000100',
  },
  usualMs: 6 * MINUTE,
  temporalUrl: 'https://temporal.test/namespaces/countersign/workflows/deploy%3Agithub%3A7001%3A9000',
};

export function person(name: string, id: number): Person {
  const login = name.toLowerCase();
  return {
    key: githubPersonKey(id),
    name,
    mapped: true,
    github: { id, login },
    slack: { team: 'T01ACME', user: `U01${login.toUpperCase()}` },
  };
}
export const ann = person('Ann', 11);
export const bea = person('Bea', 12);
export const carl = person('Carl', 13);
export const dan = person('Dan', 14);
export const eve = person('Eve', 15);

export const SHA = commitSha('4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6');
export const LIVE = commitSha('1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d');
export const PUSHED = commitSha('9c1d2e3f4a5b6c7d8e9f00112233445566778899');
export const code = (text: string): DeployCode => parseDeployCode(text) ?? deployCode(text);
export const CODE = code('7F3K-Q2');
const workflowId = 'deploy:github:7001:9000';
const contract = contractOf({ sha: SHA });

export const gates: readonly GateResult[] = [
  { gate: 'identity', state: 'pass', note: 'Ann is known on both surfaces' },
  { gate: 'permission', state: 'pass', note: 'Ann has write' },
  { gate: 'ref', state: 'pass', note: 'fix-retry at 4f5a6b7' },
  { gate: 'head', state: 'pass', note: 'nobody pushed to fix-retry since the command' },
  { gate: 'fork', state: 'pass', note: 'pull request 42 is from this repository' },
  { gate: 'draft', state: 'pass', note: 'pull request 42 is ready' },
  { gate: 'checks', state: 'pass', note: '14 of 14' },
  { gate: 'review', state: 'pass', note: 'pull request 42 is approved' },
  { gate: 'up-to-date', state: 'pass', note: 'has all of main' },
  { gate: 'order', state: 'pass', note: 'on staging since 35 min' },
  { gate: 'keeps-live', state: 'pass', note: 'has all of 1a2b3c4' },
  { gate: 'parameters', state: 'not-applicable', note: 'production takes none' },
];

export function group(name: string, by: readonly Person[], waitingFor: readonly Person[]): Extract<TallyNode, { kind: 'group' }> {
  return { kind: 'group', group: name, count: 1, satisfied: by.length > 0, by, waitingFor };
}
/** One of sre and one of api-owners, as far as they have approved. */
export function tree(...approved: readonly Person[]): TallyNode {
  const sre = group('sre', approved.filter((one) => one !== dan), [bea, carl]); // oxfmt-ignore
  const owners = group('api-owners', approved.filter((one) => one === dan), [dan]); // oxfmt-ignore
  return { kind: 'all', satisfied: sre.satisfied && owners.satisfied, of: [sre, owners] };
}
export function tally(...approved: readonly Person[]): Plan['tally'] {
  return { satisfied: approved.length > 1, have: approved.length, need: 2, tree: tree(...approved) };
}

export const plan: Plan = {
  revision: 1,
  service: 'api',
  environment: 'production',
  zone: 'default',
  target: target('eu-cluster'),
  repo: { id: 7001, slug: repoSlug('acme/api'), installation: 1 },
  sha: SHA,
  title: 'Fix retry loop',
  commitUrl: `https://github.test/acme/api/commit/${SHA}`,
  ref: { kind: 'pull-request', name: 'fix-retry', branch: 'fix-retry' },
  pullRequest: { number: 42, title: 'Fix retry loop', url: 'https://github.test/acme/api/pull/42' },
  organization: 'acme',
  pipeline: 'api-deploy',
  parameters: {},
  requester: ann,
  requesters: [ann],
  live: { sha: LIVE, since: NOW - 26 * 60 * MINUTE, code: code('4GHT-W9'), buildUrl: 'https://buildkite.test/acme/api-deploy/builds/498' },
  change: { commits: 4, pullRequests: [40, 41, 42], authors: [ann.key], compareUrl: `https://github.test/acme/api/compare/${LIVE}...${SHA}` },
  gates,
  rule: {
    tree: {
      kind: 'all',
      of: [
        { kind: 'group', group: 'sre', count: 1 },
        { kind: 'group', group: 'api-owners', count: 1 },
      ],
    },
    exclude: ['requester', 'commit-authors'],
    expireMs: 240 * MINUTE,
  },
  tally: tally(),
  isProtected: true,
  policy: {},
  policyDigest: digestOf('policy'),
  contract,
  environmentUrl: 'https://api.acme.test',
  slack: { channel: 'C0PAY', also: ['C0DEPLOYS'] },
  usualMs: 6 * MINUTE,
  promotesTo: [],
};

export function vote(by: Person, surface: Vote['surface'], minutesAgo: number, more: Partial<Vote> = {}): Vote {
  return { kind: 'approve', by, surface, at: NOW - minutesAgo * MINUTE, contract, reason: null, key: `vote-${by.name}`, ...more };
}
export const approvedByBea: Partial<DeployStatus> = { votes: [vote(bea, 'slack', 17)], tally: tally(bea) };
export const approvedByBoth: Partial<DeployStatus> = { votes: [vote(bea, 'slack', 17), vote(dan, 'github', 9)], tally: tally(bea, dan) };

function step(label: string, state: string, type: BuildStep['type'] = 'command'): BuildStep {
  return { label, type, state, jobId: null };
}
export const build: BuildFacts = {
  uuid: '0198c0de-0000-4000-8000-000000000512',
  number: 512,
  pipeline: 'api-deploy',
  state: 'running',
  blocked: false,
  url: 'https://buildkite.test/acme/api-deploy/builds/512',
  commit: SHA,
  createdAt: NOW - 140_000,
  startedAt: NOW - 130_000,
  finishedAt: null,
  steps: [
    step('build image', 'passed'),
    step('push image', 'passed'),
    step('', 'finished', 'wait'),
    step('migrate', 'running'),
    step('roll out', 'scheduled'),
    step('smoke test', 'scheduled'),
  ],
  deployId: workflowId,
  target: 'eu-cluster',
  service: 'api',
  environment: 'production',
};

export function status(phase: DeployPhase, more: Partial<DeployStatus> = {}): DeployStatus {
  return {
    workflowId,
    request: {
      code: CODE,
      service: 'api',
      environment: 'production',
      ref: { kind: 'head' },
      parameters: {},
      requester: { surface: 'github', id: 11, login: 'ann' },
      origin: { surface: 'github', repo: { id: 7001, slug: repoSlug('acme/api') }, installation: 1, issue: 42, comment: 9000 },
      askedAt: ASKED,
      retryOf: null,
      dryRun: false,
    },
    plan,
    phase,
    votes: [],
    tally: null,
    voided: [],
    revision: null,
    laterPush: null,
    build: null,
    ...more,
  };
}
export const first = status({ kind: 'planning' }, { plan: null });
export const fromSlack: DeployStatus['request'] = {
  ...first.request,
  ref: { kind: 'named', name: 'v1.4.2' },
  requester: { surface: 'slack', team: 'T01ACME', user: 'U01ANN', name: 'ann' },
  origin: { surface: 'slack', team: 'T01ACME', channel: 'C0GENERAL', user: 'U01ANN' },
};
/** Of a timeline that has not said anything yet. */
export const NOTHING_TOLD: ToldSoFar = { phase: 'planning', revision: 0, votes: [], voided: [], laterPush: null };
