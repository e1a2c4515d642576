// One or more example requests per phase: for golden files, laws and the gallery.
import { contractOf } from '../../src/ids.ts';
import type { BuildFacts } from '../../workflows/build-vocabulary.ts';
import type { DeployPhase, DeployStatus, PhaseKind } from '../../workflows/status.ts';
import type { GateName, GateResult, Plan, TallyNode } from '../../workflows/vocabulary.ts';
import {
  ASKED,
  NOW,
  PUSHED,
  SHA,
  ann,
  approvedByBea,
  approvedByBoth,
  bea,
  build,
  carl,
  dan,
  eve,
  first,
  fromSlack,
  gates,
  group,
  plan,
  status,
  tally,
  tree,
  vote,
} from './views.ts';

const MINUTE = 60_000;
const ended = (state: string): BuildFacts => ({ ...build, state, startedAt: NOW - 372_000, finishedAt: NOW, steps: [] });
const failing: BuildFacts = {
  ...build,
  state: 'failing',
  steps: build.steps.map((step) => (step.label === 'push image' ? { ...step, state: 'failed' } : step)),
};
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

/** By phase; every name is a golden file. */
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
    'starting-credential': status({ kind: 'starting', waitingFor: 'credential', until: NOW + MINUTE }, approvedByBoth),
    'starting-unreachable': status({ kind: 'starting', waitingFor: 'unreachable', until: NOW + 2 * MINUTE }, approvedByBoth),
    'starting-unclear': status({ kind: 'starting', waitingFor: 'unclear', until: NOW + 2 * MINUTE }, approvedByBoth),
  },
  building: {
    building: status({ kind: 'building', build, cancelling: null }, { ...approvedByBoth, build }),
    'building-later-push': status(
      { kind: 'building', build: { ...build, state: 'scheduled', startedAt: null, steps: [] }, cancelling: null },
      { ...approvedByBoth, build, laterPush: { sha: PUSHED, by: 'Carl' } },
    ),
    'building-doubled': status({ kind: 'building', build, cancelling: null }, { ...approvedByBoth, build, doubles: [{ kept: 512, other: 513 }] }),
    'building-failing': status({ kind: 'building', build: failing, cancelling: null }, { ...approvedByBoth, build: failing }),
    'building-cancelling': status({ kind: 'building', build, cancelling: dan }, { ...approvedByBoth, build }),
  },
  blocked: {
    blocked: status({ kind: 'blocked', build: { ...build, blocked: true }, step: 'Migrate database?' }, { ...approvedByBoth, build }),
    'blocked-asking': status(
      { kind: 'blocked', build: { ...build, blocked: true }, step: 'Migrate database?' },
      { ...approvedByBoth, build, plan: { ...plan, blocks: true } },
    ),
  },
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
    'stopped-at-block': status(
      {
        kind: 'ended-badly',
        how: 'canceled',
        build: ended('canceled'),
        log: null,
        cancelledBy: null,
        at: NOW,
        block: { kind: 'rejected', step: 'Migrate database?', by: bea, reason: 'the *backup* failed' },
      },
      approvedByBoth,
    ),
    'stopped-at-stale-block': status(
      {
        kind: 'ended-badly',
        how: 'canceled',
        build: ended('canceled'),
        log: null,
        cancelledBy: null,
        at: NOW,
        block: { kind: 'expired', step: 'Migrate database?' },
      },
      approvedByBoth,
    ),
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
