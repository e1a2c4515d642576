// Builds that wait at a block step, by what people see of them.
import type { BlockPhase, BlockPlan, BlockStatus } from '../../workflows/block-contract.ts';
import type { BlockField, HaltedBuild, ManualJob } from '../../workflows/block-vocabulary.ts';
import type { Contract, Person, Tally, Vote } from '../../workflows/vocabulary.ts';
import { digestOf } from '../../src/ids.ts';
import { nobodyKnown } from '../../src/policy/starter.ts';
import { ann, bea, carl, CODE, code, dan, NOW, plan } from './views.ts';

const MINUTE = 60_000;
export const FIELDS: readonly BlockField[] = [
  { key: 'release-name', label: 'Name of the release', hint: 'as in the notes', required: true, default: null, options: null, multiple: false },
  {
    key: 'stream',
    label: 'Stream',
    hint: null,
    required: false,
    default: 'beta',
    options: [
      { label: 'Beta', value: 'beta' },
      { label: 'Stable', value: 'stable' },
    ],
    multiple: false,
  },
];

const blockTally = (...by: readonly Person[]): Tally => tallyOf([bea, carl, dan], by);

/** Dan started that build. */
const foreignTally = (...by: readonly Person[]): Tally => tallyOf([bea, carl], by);

function tallyOf(members: readonly Person[], by: readonly Person[]): Tally {
  const waitingFor = members.filter((one) => !by.includes(one));
  const satisfied = by.length >= 2;
  return { satisfied, have: by.length, need: 2, tree: { kind: 'group', group: 'sre', count: 2, satisfied, by, waitingFor } };
}

const vote = (by: Person, at: number): Vote => ({
  kind: 'approve',
  by,
  surface: 'slack',
  at,
  contract: 'c0ffee' as Contract,
  reason: null,
  key: by.name,
});

const { environment, repo, sha, commitUrl, change } = plan;
const ownPlan: BlockPlan = {
  environment,
  repo,
  sha,
  commitUrl,
  change,
  requester: ann,
  requesters: [ann],
  ref: { kind: 'commit', name: 'api-deploy#512', branch: 'fix-retry' },
  rule: { tree: { kind: 'group', group: 'sre', count: 2 }, exclude: ['requester'], expireMs: 240 * MINUTE },
  contract: 'c0ffee' as Contract,
  code: code('9QRS-T3'),
  build: 512,
  subject: { kind: 'own', deployId: 'deploy:github:7001:9000', code: CODE, service: 'api', environment, pullRequest: plan.pullRequest },
  prompt: 'The backup is *done*? <!channel>',
  fields: [],
  knowsFields: true,
  onExpire: 'leave',
  slack: { channel: 'C0PAY' },
  github: { issue: 42 },
  policyDigest: digestOf('policy'),
};
const foreignPlan: BlockPlan = {
  ...ownPlan,
  environment: 'api-release',
  requesters: [dan],
  requester: dan,
  subject: { kind: 'foreign', starter: { name: 'Dan', known: true }, message: 'Release 1.2' },
  ref: { kind: 'commit', name: 'api-release#7', branch: 'main' },
  build: 7,
  prompt: null,
  fields: FIELDS,
  onExpire: 'cancel',
  github: null,
};

function own(phase: BlockPhase, more: Partial<BlockStatus> = {}): BlockStatus {
  return {
    workflowId: 'block:acme:0198c0de-0000-7000-8000-000000000512',
    build: {
      organization: 'acme',
      pipeline: 'api-deploy',
      number: 512,
      uuid: '0198c0de-0000-7000-8000-000000000512',
      url: 'https://buildkite.test/acme/api-deploy/builds/512',
    },
    job: { id: 'job-1', label: 'Migrate database?', key: 'migrate' },
    plan: ownPlan,
    contract: ownPlan.contract,
    phase,
    votes: [],
    tally: blockTally(),
    filled: null,
    voided: null,
    openedAt: NOW - 12 * MINUTE,
    ...more,
  };
}
function foreign(phase: BlockPhase, more: Partial<BlockStatus> = {}): BlockStatus {
  const uuid = '0198c0de-0000-7000-8000-000000000007';
  return own(phase, {
    workflowId: `block:acme:${uuid}`,
    build: { organization: 'acme', pipeline: 'api-release', number: 7, uuid, url: 'https://buildkite.test/acme/api-release/builds/7' },
    job: { id: 'job-7', label: 'Release?', key: null },
    plan: foreignPlan,
    tally: foreignTally(),
    ...more,
  });
}

const waiting: BlockPhase = { kind: 'waiting', expiresAt: NOW + 228 * MINUTE, remindAt: [] };
const half = { votes: [vote(bea, NOW - 5 * MINUTE)], tally: blockTally(bea) };
const foreignHalf = { ...half, tally: foreignTally(bea) };
const both = { votes: [...half.votes, vote(carl, NOW - MINUTE)], tally: blockTally(bea, carl) };
const filled = { values: { 'release-name': 'Ada <@U01>', stream: 'stable' }, by: bea };
const unknownPlan: BlockPlan = {
  ...foreignPlan,
  requester: nobodyKnown('ci-bot'),
  requesters: [],
  subject: { kind: 'foreign', starter: { name: 'ci-bot', known: false, others: [bea.key] }, message: '' },
  sha: 'HEAD' as BlockPlan['sha'],
  commitUrl: '',
  fields: [],
  knowsFields: false,
};
const at = NOW - MINUTE;

export const BLOCKS = {
  'block-waiting': own(waiting),
  'block-half': own(waiting, half),
  'block-foreign': foreign(waiting),
  'block-filled': foreign(waiting, { ...foreignHalf, filled, contract: 'c0ffee.1' as Contract }),
  'block-refilled': foreign(waiting, {
    votes: [vote(carl, at)],
    tally: foreignTally(carl),
    filled: { values: { 'release-name': 'Ada' }, by: carl },
    voided: { people: ['Bea'], why: 'other-values', by: 'Carl' },
    contract: 'c0ffee.2' as Contract,
  }),
  'block-unknown-starter': foreign(waiting, { plan: unknownPlan, tally: tallyOf([bea], []) }),
  'block-nobody-known': foreign(waiting, {
    plan: { ...unknownPlan, subject: { kind: 'foreign', starter: { name: 'ci-bot', known: false, others: [] }, message: '' } },
    tally: tallyOf([], []),
  }),
  'block-void': own(waiting, { voided: { people: ['Bea'], why: 'recheck', by: null } }),
  'block-unblocking': own({ kind: 'unblocking', unread: 'who is in sre', expiresAt: NOW + MINUTE }, both),
  'block-unblocked': own({ kind: 'unblocked', by: 'Carl', at }, both),
  'block-unblocked-filled': foreign({ kind: 'unblocked', by: null, at }, { ...both, filled }),
  'block-elsewhere': own({ kind: 'unblocked-elsewhere', by: 'Somebody', at }, half),
  'block-rejected': own({ kind: 'rejected', by: bea, reason: 'no backup', at }),
  'block-expired-cancel': foreign({ kind: 'expired', build: 'cancel', at }, foreignHalf),
  'block-expired-leave': own({ kind: 'expired', build: 'leave', at }, half),
  'block-gone': own({ kind: 'gone', state: 'canceled', at }),
  'block-not-unblocked': own({ kind: 'not-unblocked', answer: 'buildkite answered 403 Forbidden', at }, both),
} as const satisfies Readonly<Record<string, BlockStatus>>;

export const job = (label: string, change: Partial<ManualJob> = {}): ManualJob => ({
  id: `job-${label}`,
  label,
  key: label,
  state: 'blocked',
  unblockable: true,
  unblockedBy: null,
  unblockedAt: null,
  ...change,
});

/** A build of another pipeline that waits at its one step. */
export const halted = (uuid: string): HaltedBuild => ({
  uuid,
  number: 7,
  pipeline: 'api-release',
  url: 'https://buildkite.test/acme/api-release/builds/7',
  commit: 'a'.repeat(40),
  branch: 'main',
  message: 'Release',
  state: 'passed',
  blocked: true,
  isOver: false,
  source: 'ui',
  creator: null,
  author: null,
  manual: [job('release')],
});
