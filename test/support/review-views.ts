// Emergencies by what people see of them: cards, the review they owe, and the history of an environment.
import type { ReviewStatus } from '../../workflows/review-contract.ts';
import type { DeployRecord, DeployStatus, EnvironmentState } from '../../workflows/status.ts';
import type { GateResult, Plan, Tally } from '../../workflows/vocabulary.ts';
import type { Reply } from '../../src/render/reply.ts';
import { ann, bea, build, carl, code, dan, LIVE, NOW, plan, SHA, status, vote } from './views.ts';

const MINUTE = 60_000;
const REASON = 'the shop is down, *every* order fails <!channel>';

const review = { kind: 'group', group: 'sre', count: 2 } as const;
function tally(...by: readonly (typeof bea)[]): Tally {
  const waitingFor = [bea, carl].filter((one) => !by.includes(one));
  const satisfied = by.length >= 2;
  return { satisfied, have: by.length, need: 2, tree: { kind: 'group', group: 'sre', count: 2, satisfied, by, waitingFor } };
}

const gates = plan.gates.map((gate): GateResult => {
  if (gate.gate === 'checks') return { gate: 'checks', state: 'fail', note: '13 of 14', skipped: true };
  return gate.gate === 'review' ? { gate: 'review', state: 'fail', note: 'pull request 42 has no approving review', skipped: true } : gate;
});
const urgentPlan: Plan = {
  ...plan,
  gates,
  rule: { ...plan.rule, tree: null },
  tally: { satisfied: true, have: 0, need: 0, tree: null },
  emergency: { reason: REASON, review, remindMs: 60 * MINUTE, tally: tally() },
};

function urgent(phase: DeployStatus['phase'], more: Partial<DeployStatus> = {}): DeployStatus {
  const { request } = status(phase);
  return status(phase, { plan: urgentPlan, request: { ...request, emergency: { reason: REASON } }, ...more });
}
const ended = { ...build, state: 'passed', startedAt: NOW - 372_000, finishedAt: NOW, steps: [] };
const log = { step: 'smoke test', url: 'https://buildkite.test/acme/api-deploy/builds/512#0198c0de', lines: ['expected 200, got 502'] };

export const EMERGENCIES = {
  'emergency-refused': urgent(
    {
      kind: 'refused',
      sha: SHA,
      gates: [],
      reasons: [{ code: 'no-emergency', service: 'api', environment: 'production', needed: [], found: 'write' }],
    },
    { plan: null },
  ),
  'emergency-queued': urgent({ kind: 'queued', position: 1, ahead: '9QRS-T3' }),
  'emergency-building': urgent({ kind: 'building', build, cancelling: null }, { build }),
  'emergency-succeeded': urgent({ kind: 'succeeded', build: ended, at: NOW }, { build: ended }),
  'emergency-failed': urgent({ kind: 'ended-badly', how: 'failed', build: { ...ended, state: 'failed' }, log, cancelledBy: null, at: NOW }),
  'emergency-stopped': urgent({ kind: 'stopped', at: NOW, reasons: [{ code: 'head-moved', sha: LIVE, pushedAt: NOW - MINUTE, by: 'carl' }] }),
} as const satisfies Readonly<Record<string, DeployStatus>>;

const succeeded = urgent({ kind: 'succeeded', build: ended, at: NOW - 8 * MINUTE }, { build: ended });
const owed: ReviewStatus = {
  workflowId: `review:${succeeded.workflowId}`,
  deploy: succeeded,
  phase: { kind: 'owed', remindAt: NOW + 52 * MINUTE },
  votes: [],
  tally: tally(),
  reminders: 0,
};
const byBea = vote(bea, 'slack', 4, { reason: 'saw the alert' });

export const REVIEWS = {
  'review-owed': owed,
  'review-half': { ...owed, votes: [byBea], tally: tally(bea), reminders: 2 },
  'review-nobody-left': { ...owed, tally: { ...tally(), tree: { ...review, satisfied: false, by: [], waitingFor: [] } }, reminders: 1 },
  'review-signed': { ...owed, phase: { kind: 'signed', at: NOW }, votes: [byBea, vote(carl, 'github', 0)], tally: tally(bea, carl) },
  'review-disputed': {
    ...owed,
    phase: { kind: 'disputed', by: carl, reason: 'a rollback would have done', at: NOW },
    votes: [vote(carl, 'github', 0, { kind: 'reject', reason: 'a rollback would have done' })],
  },
} as const satisfies Readonly<Record<string, ReviewStatus>>;

const record = (number: number, minutesAgo: number, more: Partial<DeployRecord> = {}): DeployRecord => ({
  workflowId: `deploy:github:7001:${number}`,
  code: code('7F3K-Q2'),
  service: 'api',
  environment: 'production',
  sha: SHA,
  how: 'passed',
  build: number,
  buildUrl: `https://buildkite.test/acme/api-deploy/builds/${number}`,
  startedAt: NOW - minutesAgo * MINUTE,
  endedAt: NOW - minutesAgo * MINUTE + 372_000,
  requester: ann.name,
  approvers: [bea.name, dan.name],
  ...more,
});
const signed = { state: 'signed', by: ['Bea'], reason: null, at: NOW - 30 * MINUTE } as const;
const disputed = { state: 'disputed', by: ['Carl'], reason: 'a rollback would have done', at: NOW - 30 * MINUTE } as const;
const state = (history: readonly DeployRecord[]): EnvironmentState => ({
  target: 'eu-cluster',
  known: true,
  live: [{ service: 'api', environment: 'production', sha: SHA, since: NOW, code: code('7F3K-Q2'), buildUrl: record(512, 8).buildUrl }],
  holder: null,
  queue: [],
  history,
});
const place = { kind: 'history', service: 'api', environment: 'production' } as const;

export const HISTORY_REPLIES = {
  history: {
    ...place,
    state: state([
      record(498, 26 * 60, { code: '', startedAt: null, sha: LIVE }),
      record(503, 300, { service: 'web' }),
      record(505, 200, { how: 'failed' }),
      record(507, 120, { how: 'canceled', approvers: [], emergency: { reason: REASON, review: disputed } }),
      record(510, 60, { approvers: [], emergency: { reason: REASON, review: signed } }),
      record(512, 8, { approvers: [], emergency: { reason: REASON, review: { state: 'owed' } } }),
    ]),
  },
  'history-long': { ...place, state: state(Array.from({ length: 20 }, (_, i) => record(490 + i, 60 * (21 - i)))) },
  'history-empty': { ...place, state: state([record(503, 300, { service: 'web' })]) },
  'history-unknown': { ...place, state: null },
} as const satisfies Readonly<Record<string, Reply>>;
