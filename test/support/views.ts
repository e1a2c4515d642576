// One or more example requests per phase, and one or more answers per kind: for golden files, laws and the gallery.
import { commitSha, contractOf, deployCode, digestOf, githubPersonKey, parseDeployCode, repoSlug, target } from '../../src/ids.ts';
import type { RenderContext } from '../../src/render/context.ts';
import type { DeployPhase, DeployStatus, PhaseKind, ToldSoFar } from '../../workflows/status.ts';
import type { BuildFacts, BuildStep } from '../../workflows/build-vocabulary.ts';
import type { DeployCode, GateName, GateResult, Person, Plan, TallyNode, Vote } from '../../workflows/vocabulary.ts';

const MINUTE = 60_000;
/** 23 November 2026, 14:20 UTC. */
export const NOW = Date.UTC(2026, 10, 23, 14, 20);
const ASKED = NOW - 22 * MINUTE;

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

const gates: readonly GateResult[] = [
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

function group(name: string, by: readonly Person[], waitingFor: readonly Person[]): Extract<TallyNode, { kind: 'group' }> {
  return { kind: 'group', group: name, count: 1, satisfied: by.length > 0, by, waitingFor };
}
/** One of sre and one of api-owners, as far as they have approved. */
export function tree(...approved: readonly Person[]): TallyNode {
  const sre = group('sre', approved.filter((one) => one !== dan), [bea, carl]); // oxfmt-ignore
  const owners = group('api-owners', approved.filter((one) => one === dan), [dan]); // oxfmt-ignore
  return { kind: 'all', satisfied: sre.satisfied && owners.satisfied, of: [sre, owners] };
}
function tally(...approved: readonly Person[]): Plan['tally'] {
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
const ended = (state: string): BuildFacts => ({ ...build, state, startedAt: NOW - 372_000, finishedAt: NOW, steps: [] });

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
const first = status({ kind: 'planning' }, { plan: null });
export const fromSlack: DeployStatus['request'] = {
  ...first.request,
  ref: { kind: 'named', name: 'v1.4.2' },
  requester: { surface: 'slack', team: 'T01ACME', user: 'U01ANN', name: 'ann' },
  origin: { surface: 'slack', team: 'T01ACME', channel: 'C0GENERAL', user: 'U01ANN' },
};
/** Of a timeline that has not said anything yet. */
export const NOTHING_TOLD: ToldSoFar = { phase: 'planning', revision: 0, votes: [], voided: [], laterPush: null };
const expiresAt = ASKED + 240 * MINUTE - 18 * MINUTE;
const waiting: DeployPhase = { kind: 'waiting', expiresAt };
const log = {
  step: 'smoke test',
  url: 'https://buildkite.test/acme/api-deploy/builds/512#0198c0de',
  lines: [
    '$ ./smoke.sh https://api.acme.test',
    'GET /healthz 200',
    'GET /v1/orders 502',
    'expected 200, got 502',
    '🚨 Error: The command exited with status 1',
  ],
};

const BERLIN = { zone: 'Europe/Berlin', days: [1, 2, 3, 4, 5], from: 540, to: 1_080 };
const ONCALL = { afterMs: 60 * MINUTE, to: 'oncall', may: 'approve' } as const;
const timed = (rule: Partial<Plan['rule']>): Plan => ({ ...plan, rule: { ...plan.rule, ...rule } });
/** Bea has signed for sre: Dan may for the owners, or Eve instead. */
const escalatedTree: TallyNode = {
  kind: 'any',
  satisfied: false,
  nearest: 0,
  of: [tree(bea), { kind: 'all', satisfied: false, of: [group('sre', [bea], []), group('oncall', [], [eve])] }],
};

/** By phase; every name is a golden file. */
/** What the gates of the refused example found. */
const CLOSED: Partial<Record<GateName, Pick<GateResult, 'state' | 'note'>>> = {
  checks: { state: 'fail', note: '13 of 14' },
  order: { state: 'pending', note: 'on staging since 12 min of 30' },
  'up-to-date': { state: 'fail', note: '3 commits behind main' },
};

const byClosure = { kind: 'cancelled', by: carl, reason: null, during: 'waiting', at: NOW } as const;

const pushNote = {
  from: SHA,
  to: PUSHED,
  by: 'Carl',
  compareUrl: `https://github.test/acme/api/compare/${SHA}...${PUSHED}`,
  delta: { commits: 2, files: ['src/retry.ts', 'src/retry.test.ts', 'docs/retry.md', 'package.json'], filesTotal: 7, lines: 61, isWhole: true },
} as const;
const pushed = { plan: { ...plan, revision: 2, sha: PUSHED, contract: contractOf({ sha: PUSHED }), requesters: [ann, carl] } } as const;
const checksPending = { code: 'checks-pending', passed: 3, total: 14, pending: [{ name: 'e2e', url: 'https://ci.test/e2e/78' }] } as const;
const soaking = { code: 'soaking', environment: 'staging', since: NOW - 12 * MINUTE, neededMs: 30 * MINUTE, openAt: NOW + 18 * MINUTE } as const;

export const EXAMPLES = {
  planning: { planning: first },
  refused: {
    refused: status(
      {
        kind: 'refused',
        sha: SHA,
        gates: gates.map((gate): GateResult => ({ ...gate, ...CLOSED[gate.gate] })),
        reasons: [
          { code: 'checks-failed', passed: 13, total: 14, failed: [{ name: 'e2e', url: 'https://ci.test/e2e/77' }] },
          { code: 'soaking', environment: 'staging', since: NOW - 12 * MINUTE, neededMs: 30 * MINUTE, openAt: NOW + 18 * MINUTE },
          { code: 'behind', by: 3, base: 'main' },
        ],
      },
      { plan: null },
    ),
    'refused-unmapped': status(
      {
        kind: 'refused',
        sha: SHA,
        gates,
        reasons: [
          { code: 'rule-unsatisfiable', group: 'sre', needed: 1, could: 0, unmapped: ['zoe', 'max'] },
          { code: 'unreadable', what: 'who is in oncall', why: 'reading user group S01ONCALL: slack answered missing_scope (usergroups:read)' },
        ],
      },
      { plan: null },
    ),
    'refused-unknown-service': status(
      { kind: 'refused', sha: null, gates: [], reasons: [{ code: 'service-needed', known: ['api', 'web'] }] },
      { plan: null, request: { ...first.request, service: '' } },
    ),
  },
  planned: { planned: status({ kind: 'planned' }, { request: { ...first.request, dryRun: true } }) },
  waiting: {
    waiting: status(waiting),
    'waiting-half': status(waiting, approvedByBea),
    'waiting-to-confirm': status(waiting, {
      votes: [vote(bea, 'github', 17)],
      tally: tally(bea),
      plan: { ...plan, rule: { ...plan.rule, stepUp: 'github' } },
      unconfirmed: [vote(dan, 'slack', 2)],
    }),
    'waiting-merged': status(waiting, { ...approvedByBea, closure: { number: 42, merged: true, by: 'carl', at: NOW } }),
    'waiting-from-slack': status(waiting, {
      request: { ...fromSlack, parameters: { migrate: 'yes' } },
      plan: { ...plan, ref: { kind: 'tag', name: 'v1.4.2', branch: 'main' }, pullRequest: null, parameters: { migrate: 'yes' }, live: null },
    }),
    'waiting-new-revision': status(waiting, {
      plan: { ...plan, revision: 2, sha: PUSHED, contract: contractOf({ sha: PUSHED }), requesters: [ann, carl], title: 'Fix retry loop for real' },
      votes: [vote(bea, 'slack', 17)],
      voided: [{ by: bea, why: 'new-revision', detail: null }],
      revision: { ...pushNote, askedAgain: [bea] },
    }),
    'waiting-keepable': status(waiting, { ...pushed, revision: { ...pushNote, askedAgain: [bea] }, keepable: SHA }),
    'waiting-keep-refused': status(waiting, {
      ...pushed,
      revision: pushNote,
      keepRefused: [{ code: 'rule-unsatisfiable', group: 'sre', needed: 2, could: 1 }],
    }),
    'waiting-for-checks': status(
      { ...waiting, pending: [checksPending] },
      { ...pushed, votes: [], voided: [], revision: { ...pushNote, delta: null } },
    ),
    'waiting-for-checks-approved': status({ ...waiting, pending: [checksPending, soaking] }, approvedByBoth),
    'waiting-small-push': status(waiting, {
      ...pushed,
      votes: [{ ...vote(bea, 'slack', 17), contract: contractOf({ sha: PUSHED }) }],
      revision: { ...pushNote, delta: { commits: 1, files: ['docs/operations.md'], filesTotal: 1, lines: 4, isWhole: true }, stands: [bea] },
    }),
    'waiting-kept': status(waiting, {
      revision: { from: PUSHED, to: SHA, by: 'Ann', compareUrl: null, how: 'keep' },
      laterPush: { sha: PUSHED, by: 'Carl' },
    }),
    'waiting-hours': status({ ...waiting, escalateAt: NOW + 40 * MINUTE, remindAt: [] }, { plan: timed({ hours: BERLIN, escalate: ONCALL }) }),
    'waiting-escalated': status(waiting, {
      ...approvedByBea,
      plan: timed({ escalate: ONCALL }),
      tally: { satisfied: false, have: 1, need: 2, tree: escalatedTree },
      escalated: { at: NOW - 2 * MINUTE, group: 'oncall', may: 'approve', people: [eve] },
    }),
    'waiting-escalated-call': status(waiting, {
      plan: timed({ escalate: { ...ONCALL, may: 'call' } }),
      escalated: { at: NOW - 2 * MINUTE, group: 'oncall', may: 'call', people: [eve] },
    }),
    'waiting-extended': status({ ...waiting, expiresAt: expiresAt + 120 * MINUTE, extendedMs: 120 * MINUTE, extendedBy: dan }, approvedByBea),
    'waiting-stand-in': status(waiting, {
      votes: [vote(eve, 'slack', 17)],
      tally: {
        ...tally(),
        have: 1,
        tree: {
          kind: 'all',
          satisfied: false,
          of: [
            { ...group('sre', [eve], []), standIns: { [eve.key]: 'Bea' } },
            { ...group('api-owners', [], [dan, carl]), standIns: { [carl.key]: 'Dan' }, unmapped: 2 },
          ],
        },
      },
      voided: [{ by: carl, why: 'delegation-over', detail: 'Bea' }],
    }),
    'waiting-unread': status(waiting, {
      tally: {
        ...tally(),
        tree: {
          kind: 'all',
          satisfied: false,
          of: [
            { ...group('sre', [], []), unread: true },
            { ...group('api-owners', [], []), unmapped: 3 },
          ],
        },
      },
    }),
    'waiting-votes-void': status(waiting, {
      ...approvedByBoth,
      tally: tally(dan),
      voided: [{ by: bea, why: 'left-group', detail: 'sre' }],
    }),
  },
  approved: { approved: status({ kind: 'approved', startsAt: NOW + 20_000 }, { ...approvedByBoth, plan: timed({ undoMs: 20_000 }) }) },
  queued: { queued: status({ kind: 'queued', position: 2, ahead: '9QRS-T3' }, approvedByBoth) },
  checking: {
    checking: status({ kind: 'checking', unread: null }, approvedByBoth),
    'checking-unread': status({ kind: 'checking', unread: 'the checks of 4f5a6b7' }, approvedByBoth),
  },
  starting: {
    starting: status({ kind: 'starting', waitingFor: 'nothing', until: null }, approvedByBoth),
    'starting-quota': status({ kind: 'starting', waitingFor: 'quota', until: NOW + 12_000 }, approvedByBoth),
    'starting-unreachable': status({ kind: 'starting', waitingFor: 'unreachable', until: NOW + 2 * MINUTE }, approvedByBoth),
    'starting-unclear': status({ kind: 'starting', waitingFor: 'unclear', until: NOW + 2 * MINUTE }, approvedByBoth),
  },
  building: {
    building: status({ kind: 'building', build, cancelling: null }, { ...approvedByBoth, build }),
    'building-later-push': status(
      { kind: 'building', build: { ...build, state: 'scheduled', startedAt: null, steps: [] }, cancelling: null },
      { ...approvedByBoth, build, laterPush: { sha: PUSHED, by: 'Carl' } },
    ),
    'building-cancelling': status({ kind: 'building', build, cancelling: dan }, { ...approvedByBoth, build }),
  },
  blocked: { blocked: status({ kind: 'blocked', build: { ...build, blocked: true }, step: 'Migrate database?' }, { ...approvedByBoth, build }) },
  succeeded: {
    succeeded: status({ kind: 'succeeded', build: ended('passed'), at: NOW }, approvedByBoth),
    'succeeded-staging': status(
      { kind: 'succeeded', build: ended('passed'), at: NOW },
      {
        request: { ...first.request, environment: 'staging' },
        plan: {
          ...plan,
          environment: 'staging',
          isProtected: false,
          tally: { satisfied: true, have: 0, need: 0, tree: null },
          promotesTo: ['production'],
        },
      },
    ),
  },
  'ended-badly': {
    failed: status({ kind: 'ended-badly', how: 'failed', build: ended('failed'), log, cancelledBy: null, at: NOW }, approvedByBoth),
    'cancelled-in-build': status(
      { kind: 'ended-badly', how: 'canceled', build: ended('canceled'), log: null, cancelledBy: dan, at: NOW },
      approvedByBoth,
    ),
    interrupted: status({ kind: 'ended-badly', how: 'canceled', build: ended('canceled'), log: null, cancelledBy: null, at: NOW }, approvedByBoth),
    skipped: status({ kind: 'ended-badly', how: 'skipped', build: ended('skipped'), log: null, cancelledBy: null, at: NOW }, approvedByBoth),
    'not-run': status({ kind: 'ended-badly', how: 'not_run', build: ended('not_run'), log: null, cancelledBy: null, at: NOW }, approvedByBoth),
  },
  stopped: {
    stopped: status(
      {
        kind: 'stopped',
        at: NOW,
        reasons: [{ code: 'checks-pending', passed: 13, total: 14, pending: [{ name: 'e2e', url: 'https://ci.test/e2e/78' }] }],
      },
      approvedByBoth,
    ),
  },
  'not-built': {
    'not-built': status({ kind: 'not-built', answer: '422: Branch is not allowed by the filter of this pipeline', at: NOW }, approvedByBoth),
  },
  rejected: { rejected: status({ kind: 'rejected', by: bea, reason: 'the migration is not reviewed', at: NOW }) },
  expired: {
    'expired-pending': status({ kind: 'expired', at: NOW, pending: [checksPending] }, approvedByBoth),
    expired: status({ kind: 'expired', at: NOW }, { ...approvedByBea, request: { ...first.request, askedAt: NOW - 240 * MINUTE } }),
  },
  cancelled: {
    cancelled: status({ kind: 'cancelled', by: dan, reason: 'wrong branch', during: 'waiting', at: NOW, surface: 'github' }, approvedByBea),
    'cancelled-closed': status({ ...byClosure, pullRequest: { number: 42, merged: false, head: SHA } }, approvedByBea),
    'cancelled-merged': status({ ...byClosure, pullRequest: { number: 42, merged: true, head: PUSHED } }, approvedByBea),
  },
  terminated: {
    terminated: status({ kind: 'terminated', how: 'terminated', during: 'waiting', at: NOW }, approvedByBea),
    'terminated-at-start': status({ kind: 'terminated', how: 'terminated', during: 'starting', at: NOW }, approvedByBoth),
    'terminated-in-build': status({ kind: 'terminated', how: 'failed', during: 'building', at: NOW }, { ...approvedByBoth, build }),
  },
} as const satisfies Record<PhaseKind, Readonly<Record<string, DeployStatus>>>;

export const EXAMPLE_LIST: readonly (readonly [name: string, status: DeployStatus])[] = Object.values(EXAMPLES).flatMap((examples) =>
  Object.entries<DeployStatus>(examples),
);
