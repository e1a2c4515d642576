// One or more answers of every kind, and every reason.
import { commitSha } from '../../src/ids.ts';
import type { Reply } from '../../src/render/reply.ts';
import type { Reason, ReasonCode } from '../../workflows/reasons.ts';
import type { EnvironmentState } from '../../workflows/status.ts';
import type { Delegation, Link, PeopleNews } from '../../workflows/people-contract.ts';
import type { Person } from '../../workflows/vocabulary.ts';
import { githubPersonKey } from '../../src/ids.ts';
import { BLOCKS } from './block-views.ts';
import { EXAMPLES } from './examples.ts';
import { ALL_READ, CODE, LIVE, PARTLY_READ, NOW, PUSHED, SHA, ann, bea, code, dan } from './views.ts';
import { EMERGENCIES, HISTORY_REPLIES, REVIEWS } from './review-views.ts';

const MINUTE = 60_000;
const compareUrl = `https://github.test/acme/api/compare/${SHA}...${PUSHED}`;

/** Every reason that a person can be told, one example each. */
export const REASONS: { readonly [C in ReasonCode]: Extract<Reason, { code: C }> } = {
  'unknown-service': { code: 'unknown-service', service: 'billing', known: ['api', 'web'] },
  'unknown-environment': { code: 'unknown-environment', service: 'api', environment: 'moon', known: ['staging', 'production'] },
  'service-needed': { code: 'service-needed', known: ['api', 'web'] },
  'wrong-repository': { code: 'wrong-repository', service: 'web', expected: 'acme/web', found: 'acme/api' },
  'unmapped-requester': { code: 'unmapped-requester', surface: 'github', environment: 'production' },
  'inactive-person': { code: 'inactive-person', name: 'Gus', why: 'guest' },
  'no-permission': { code: 'no-permission', needed: ['write', 'release-managers'], found: 'read' },
  'unknown-ref': { code: 'unknown-ref', ref: 'fix-rety' },
  'ambiguous-ref': { code: 'ambiguous-ref', ref: '4f5a6b7', matches: ['4f5a6b7c8d9e', '4f5a6b7aa001'] },
  'ref-not-allowed': { code: 'ref-not-allowed', ref: 'spike', allowed: ['default-branch', 'branch:release/*'] },
  'pull-request-closed': { code: 'pull-request-closed', number: 42 },
  'pull-request-merged': { code: 'pull-request-merged', number: 42, head: commitSha('9c1d2e3f'.repeat(5)), sha: commitSha('4f5a6b7c'.repeat(5)) },
  fork: { code: 'fork', number: 42, head: 'mallory/api' },
  draft: { code: 'draft', number: 42 },
  'head-moved': { code: 'head-moved', sha: PUSHED, pushedAt: NOW - MINUTE, by: 'carl' },
  'comment-changed': { code: 'comment-changed', how: 'edited' },
  'checks-failed': { code: 'checks-failed', passed: 12, total: 14, failed: [{ name: 'e2e', url: 'https://ci.test/77' }, { name: 'lint', url: null }] }, // oxfmt-ignore
  'checks-pending': { code: 'checks-pending', passed: 13, total: 14, pending: [{ name: 'e2e', url: null }] },
  'checks-missing': { code: 'checks-missing', sha: SHA },
  'review-needed': { code: 'review-needed', found: 'changes-requested' },
  'unreviewed-commits': { code: 'unreviewed-commits', commits: [SHA, PUSHED] },
  behind: { code: 'behind', by: 1, base: 'main' },
  'not-deployed-before': { code: 'not-deployed-before', environment: 'staging', sha: SHA },
  soaking: { code: 'soaking', environment: 'staging', since: NOW - 12 * MINUTE, neededMs: 30 * MINUTE, openAt: NOW + 18 * MINUTE },
  'would-lose-live': { code: 'would-lose-live', live: LIVE, commits: [{ sha: LIVE, author: 'Dan', title: 'Hotfix the login' }] },
  'bad-parameter': { code: 'bad-parameter', name: 'migrate', value: 'maybe', allowed: ['yes', 'no'] },
  'unknown-parameter': { code: 'unknown-parameter', name: 'migrat', known: ['migrate'] },
  'missing-parameter': { code: 'missing-parameter', name: 'migrate', allowed: ['yes', 'no'] },
  unreadable: { code: 'unreadable', what: 'the checks of 4f5a6b7', why: 'github answered 502' },
  'too-old': { code: 'too-old', askedAt: NOW - 26 * 60 * MINUTE },
  'same-wish-open': {
    code: 'same-wish-open',
    other: code('9QRS-T3'),
    by: 'Bea',
    isWaiting: true,
    cards: { slack: 'https://acme.slack.test/archives/C0PAY/p2', github: null },
  },
  'rule-unsatisfiable': { code: 'rule-unsatisfiable', group: 'api-owners', needed: 2, could: 1 },
  'own-request': { code: 'own-request', name: 'Ann' },
  'pushed-to-it': { code: 'pushed-to-it', name: 'Carl' },
  'commit-author': { code: 'commit-author', wrote: 2, of: 4, environment: 'production' },
  'not-in-group': { code: 'not-in-group', groups: ['sre', 'api-owners'], yours: ['web'], environment: 'production' },
  'unmapped-voter': { code: 'unmapped-voter', surface: 'slack' },
  'matched-by-email': { code: 'matched-by-email', environment: 'production' },
  'already-voted': { code: 'already-voted', kind: 'approve', at: NOW - 17 * MINUTE, surface: 'slack' },
  'nothing-to-withdraw': { code: 'nothing-to-withdraw' },
  'stale-card': { code: 'stale-card', seen: '4f5a6b7', now: PUSHED, compareUrl },
  'not-planned-yet': { code: 'not-planned-yet' },
  'no-approval-needed': { code: 'no-approval-needed', environment: 'staging' },
  'already-approved': { code: 'already-approved', at: NOW - 9 * MINUTE },
  'too-late': { code: 'too-late', ended: 'expired', at: NOW - 20 * MINUTE, service: 'api', environment: 'production' },
  'already-starting': { code: 'already-starting' },
  'build-over': { code: 'build-over', build: 34 },
  'may-not-cancel': { code: 'may-not-cancel', allowed: ['requester', 'approvers', 'admin', 'release-managers'] },
  'may-not-extend': { code: 'may-not-extend', allowed: ['requester', 'approvers'] },
  'may-not-keep': { code: 'may-not-keep', allowed: ['requester'] },
  'keeps-nothing': { code: 'keeps-nothing', environment: 'production' },
  'nothing-to-keep': { code: 'nothing-to-keep' },
  'nothing-to-extend': { code: 'nothing-to-extend' },
  'extension-too-long': { code: 'extension-too-long', byMs: 600 * MINUTE, mostMs: 240 * MINUTE },
  'extended-enough': { code: 'extended-enough', extendedMs: 166 * 60 * MINUTE, mostMs: 168 * 60 * MINUTE },
  'reason-needed': { code: 'reason-needed' },
  'unknown-request': { code: 'unknown-request', named: '7F3K-QQ' },
  'no-open-request': { code: 'no-open-request', where: '#42' },
  'no-emergency': { code: 'no-emergency', service: 'api', environment: 'production', needed: ['oncall'], found: 'write, web' },
  'emergency-runs': { code: 'emergency-runs' },
  'not-an-emergency': { code: 'not-an-emergency' },
  'review-not-open': { code: 'review-not-open' },
  'already-reviewed': { code: 'already-reviewed', how: 'signed', by: ['Bea'], at: NOW - 9 * MINUTE },
  'several-open-requests': { code: 'several-open-requests', codes: [CODE, code('9QRS-T3')] },
  'started-it': { code: 'started-it', build: 7 },
  'may-have-started': { code: 'may-have-started', build: 7, starter: 'ci-bot' },
  'other-step': { code: 'other-step', step: 'Release?' },
  'other-values': { code: 'other-values', by: 'Bea' },
  'bad-field': { code: 'bad-field', field: 'Stream', allowed: ['beta', 'stable'] },
  'only-on-github': { code: 'only-on-github', environment: 'production', named: CODE },
  'step-over': { code: 'step-over', how: 'unblocked-elsewhere', by: 'Dan', at: NOW - 9 * MINUTE, build: 7 },
  'only-a-step': { code: 'only-a-step' },
  'not-retryable': { code: 'not-retryable', other: CODE, why: 'still-open' },
  'retry-elsewhere': { code: 'retry-elsewhere', other: CODE, service: 'api', environment: 'production' },
  'links-off': { code: 'links-off' },
  'link-in-slack': { code: 'link-in-slack' },
  'link-overruled': { code: 'link-overruled' },
  'nothing-linked': { code: 'nothing-linked' },
  'link-reviewed': { code: 'link-reviewed', name: 'Ann' },
  'unmapped-delegator': { code: 'unmapped-delegator', surface: 'slack' },
  'unknown-person': { code: 'unknown-person', named: 'beaa' },
  'several-people': { code: 'several-people', named: 'bea', logins: ['bea', 'bea-two'] },
  'delegate-self': { code: 'delegate-self' },
  'delegate-too-long': { code: 'delegate-too-long', maxMs: 30 * 24 * 60 * MINUTE },
  'delegate-over': { code: 'delegate-over' },
  'nothing-delegated': { code: 'nothing-delegated' },
};

const LINK: Link = {
  slack: { surface: 'slack', team: 'T01ACME', user: 'U07ZOE', name: 'zoe' },
  github: { surface: 'github', id: 4711, login: 'zoe-gh' },
  since: NOW - 3 * MINUTE,
};
const zoe: Person = {
  key: githubPersonKey(4711),
  name: 'zoe-gh',
  mapped: true,
  github: { id: 4711, login: 'zoe-gh' },
  slack: { team: 'T01ACME', user: 'U07ZOE' },
  binding: 'linked',
};
const delegation: Delegation = { from: ann, to: bea, since: NOW, until: NOW + 2 * 24 * 60 * MINUTE, reason: 'on holiday' };

/** What people are told directly about their own accounts. */
export const NEWS: readonly PeopleNews[] = [
  { kind: 'linked', to: LINK.slack, link: LINK },
  { kind: 'unlinked', to: LINK.slack, link: LINK },
  { kind: 'delegated', to: { team: 'T01ACME', user: 'U01BEA' }, delegation },
  { kind: 'delegation-ended', to: { team: 'T01ACME', user: 'U01BEA' }, delegation },
];

const live: EnvironmentState = {
  target: 'api/production',
  known: true,
  live: [
    {
      service: 'api',
      environment: 'production',
      sha: LIVE,
      since: NOW - 26 * 60 * MINUTE,
      code: code('4GHT-W9'),
      buildUrl: 'https://buildkite.test/acme/api-deploy/builds/498',
    },
  ],
  holder: { deployId: 'deploy:github:7001:9000', code: CODE, since: NOW - 2 * MINUTE },
  queue: [{ deployId: 'deploy:github:7001:9002', code: '9QRS-T3', turn: 1, service: 'api', environment: 'production', joinedAt: NOW - MINUTE }],
  history: [],
};
const services = [
  { name: 'api', environments: ['staging', 'production'] },
  { name: 'web', environments: ['staging', 'production'] },
];

/** By kind; every name is a golden file. */
export const REPLIES = {
  started: {
    started: { kind: 'started', code: CODE, service: 'api', environment: 'production', channel: 'C0PAY', dryRun: false },
    'started-emergency': { kind: 'started', code: CODE, service: 'api', environment: 'production', channel: 'C0PAY', dryRun: false, emergency: true },
    'started-plan': { kind: 'started', code: CODE, service: 'api', environment: 'production', channel: null, dryRun: true },
  },
  receipt: {
    counted: {
      kind: 'receipt',
      act: 'approve',
      receipt: { kind: 'counted', vote: 'approve', have: 1, need: 2, missing: [{ group: 'api-owners', count: 1, people: [dan] }], last: false },
    },
    'counted-by-email': {
      kind: 'receipt',
      act: 'approve',
      receipt: { kind: 'counted', vote: 'approve', have: 2, need: 2, missing: [], last: true, isMatchedByEmail: true },
    },
    'to-confirm': {
      kind: 'receipt',
      act: 'approve',
      receipt: { kind: 'to-confirm', code: CODE, pullRequest: { number: 42, url: 'https://github.test/acme/api/pull/42' } },
    },
    'signed-receipt': { kind: 'receipt', act: 'sign', receipt: { kind: 'signed', have: 1, need: 1, last: true } },
    'disputed-receipt': { kind: 'receipt', act: 'dispute', receipt: { kind: 'disputed' } },
    'dispute-without-reason': { kind: 'receipt', act: 'dispute', receipt: { kind: 'refused', code: CODE, reasons: [{ code: 'reason-needed' }] } },
    'counted-unblocks': {
      kind: 'receipt',
      act: 'approve',
      receipt: { kind: 'counted', vote: 'approve', have: 2, need: 2, missing: [], last: true, unblocks: 512 },
    },
    'block-rejected': { kind: 'receipt', act: 'reject', receipt: { kind: 'block-rejected', build: 512, step: 'Migrate database?' } },
    'counted-last': { kind: 'receipt', act: 'approve', receipt: { kind: 'counted', vote: 'approve', have: 2, need: 2, missing: [], last: true } },
    'counted-undo': {
      kind: 'receipt',
      act: 'approve',
      receipt: { kind: 'counted', vote: 'approve', have: 2, need: 2, missing: [], last: true, undoMs: 20_000 },
    },
    keeping: { kind: 'receipt', act: 'keep', receipt: { kind: 'keeping', sha: SHA, instead: PUSHED } },
    extended: { kind: 'receipt', act: 'extend', receipt: { kind: 'extended', expiresAt: NOW + 340 * MINUTE, byMs: 120 * MINUTE } },
    'rejected-receipt': { kind: 'receipt', act: 'reject', receipt: { kind: 'rejected', service: 'api', environment: 'production' } },
    withdrawn: { kind: 'receipt', act: 'withdraw', receipt: { kind: 'withdrawn', have: 1, need: 2 } },
    'cancelled-receipt': { kind: 'receipt', act: 'cancel', receipt: { kind: 'cancelled', during: 'waiting' } },
    cancelling: { kind: 'receipt', act: 'cancel', receipt: { kind: 'cancelling', build: 512 } },
    'not-counted': {
      kind: 'receipt',
      act: 'approve',
      receipt: { kind: 'refused', code: CODE, reasons: [REASONS['commit-author'], REASONS['not-in-group']] },
    },
  },
  recorded: { recorded: { kind: 'recorded', act: 'approve' } },
  unreachable: { 'unreachable-command': { kind: 'unreachable', what: 'command' }, 'unreachable-click': { kind: 'unreachable', what: 'click' } },
  'not-understood': {
    'not-understood': {
      kind: 'not-understood',
      failure: {
        kind: 'not-understood',
        problem: 'I know no environment `prodution` of `api`.',
        suggestion: '/deploy api to production',
        topic: 'deploy',
      },
    },
    'not-in-this-version': {
      kind: 'not-understood',
      failure: {
        kind: 'not-understood',
        problem: '`rollback` is not in this version yet.',
        suggestion: null,
        topic: null,
      },
    },
  },
  refused: {
    'refused-command': { kind: 'refused', reasons: [REASONS['unknown-service']] },
    'refused-late': { kind: 'refused', reasons: [REASONS['too-late']] },
  },
  help: {
    'help-github': { kind: 'help', topic: null, surface: 'github', services },
    'help-slack': { kind: 'help', topic: null, surface: 'slack', services },
    'help-approve': { kind: 'help', topic: 'approve', surface: 'github', services },
  },
  'open-requests': {
    'open-none': { kind: 'open-requests', where: 'acme/api', requests: [], reviews: [], isPartial: false, unread: ALL_READ },
    'open-none-unread': { kind: 'open-requests', where: 'this channel', requests: [], reviews: [], isPartial: false, unread: PARTLY_READ },
    'open-some-unread': { kind: 'open-requests', where: 'this channel', requests: [EXAMPLES.queued.queued], reviews: [], isPartial: false, unread: { ...PARTLY_READ, others: 1 } }, // oxfmt-ignore

    'open-review-owed': {
      kind: 'open-requests',
      where: 'acme/api',
      requests: [],
      reviews: [REVIEWS['review-half']],
      isPartial: false,
      unread: ALL_READ,
    },
    'open-requests': {
      kind: 'open-requests',
      where: 'acme/api',
      requests: [EXAMPLES.waiting['waiting-half'], EXAMPLES.queued.queued, EXAMPLES.building.building, EXAMPLES.blocked.blocked],
      reviews: [REVIEWS['review-owed']],
      isPartial: false,
      unread: ALL_READ,
    },
    'open-many': { kind: 'open-requests', where: 'this channel', requests: [EXAMPLES.queued.queued], reviews: [], isPartial: true, unread: ALL_READ },
  },
  'one-request': { 'one-request': { kind: 'one-request', status: EXAMPLES.waiting['waiting-half'] } },
  why: {
    why: { kind: 'why', status: EXAMPLES.waiting['waiting-half'] },
    'why-emergency': { kind: 'why', status: EMERGENCIES['emergency-succeeded'] },
  },
  'what-is-live': {
    'what-is-live': {
      kind: 'what-is-live',
      environments: [
        { service: 'api', environment: 'production', state: live },
        { service: 'api', environment: 'staging', state: { ...live, holder: null, queue: [] } },
        { service: 'web', environment: 'production', state: { ...live, known: false, live: [], queue: [], holder: { deployId: null, code: null, since: NOW - MINUTE } } }, // oxfmt-ignore
        { service: 'web', environment: 'staging', state: null },
        { service: 'shop', environment: 'production', state: 'unread' },
      ],
    },
  },
  'wrong-place': { 'wrong-place': { kind: 'wrong-place', line: '/deploy api to production' } },
  'review-is-no-vote': {
    'review-is-no-vote': { kind: 'review-is-no-vote', status: EXAMPLES.waiting['waiting-half'], several: false },
    'review-is-no-vote-several': { kind: 'review-is-no-vote', status: EXAMPLES.waiting['waiting-half'], several: true },
  },
  'link-offer': {
    'link-offer': {
      kind: 'link-offer',
      url: 'https://countersign.test/github/link?token=MC4yNTYgYml0IG9mIG5vdGhpbmcgaW4gcGFydGljdWxhcg',
      expiresAt: NOW + 10 * MINUTE,
    },
  },
  accounts: {
    'accounts-reviewed': { kind: 'accounts', person: ann, linkedSince: null, given: delegation, received: [] },
    'accounts-by-email': { kind: 'accounts', person: { ...ann, binding: 'email' }, linkedSince: null, given: null, received: [] },
    'accounts-linked': { kind: 'accounts', person: zoe, linkedSince: LINK.since, given: null, received: [{ ...delegation, to: zoe }] },
  },
  unlinked: { unlinked: { kind: 'unlinked', link: LINK } },
  delegated: { delegated: { kind: 'delegated', delegation } },
  'delegation-ended': { 'delegation-ended': { kind: 'delegation-ended', delegation } },
  history: HISTORY_REPLIES,
  'one-block': { 'one-block': { kind: 'one-block', block: BLOCKS['block-half'] } },
  'one-review': { 'one-review': { kind: 'one-review', review: REVIEWS['review-half'] } },
  broken: { broken: { kind: 'broken', reference: 'e5a1c0' } },
  silence: { silence: { kind: 'silence' } },
} as const satisfies Record<Reply['kind'], Readonly<Record<string, Reply>>>;

export const REPLY_LIST: readonly (readonly [name: string, reply: Reply])[] = Object.values(REPLIES).flatMap((replies) =>
  Object.entries<Reply>(replies),
);
