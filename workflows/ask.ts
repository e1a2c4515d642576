// How the world is asked: queue, time-outs, retries and priority of every activity. The names are in activities.ts.
import { proxyActivities, type ActivityOptions, type RetryPolicy } from '@temporalio/workflow';
import { local, nearby } from './at-once.ts';
import type { BuildkiteActivities } from './buildkite-activities.ts';
import type { DecidingActivities, NotifyActivities, PeerActivities } from './activities.ts';
import type { ReviewActivities } from './review-activities.ts';
import { TASK_QUEUE } from './contract.ts';
import type { OutsideJudging, OutsideReading, OutsideTelling } from './outside-activities.ts';
import type { Millis } from './vocabulary.ts';

/** Failures that another attempt would only repeat. */
const nonRetryableErrorTypes = ['Invalid', 'Unauthorised', 'NotFound'];
/** A token that is being changed is refused for a moment: what must arrive is tried again. */
export const PERSISTENT: RetryPolicy = {
  initialInterval: '1s',
  backoffCoefficient: 2,
  maximumInterval: '30s',
  nonRetryableErrorTypes: ['Invalid', 'NotFound'],
};
const PATIENT: RetryPolicy = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s', nonRetryableErrorTypes };
/**
 * A killed worker's activity is tried again after so much silence; the workers see to the signs of life. Not for `createBuild`: there a
 * second try has to wait in any case.
 */
export const heartbeatTimeout = '6s';
export const BRISK: RetryPolicy = { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '5s', nonRetryableErrorTypes };

// ---- deciding, on the workflows' own queue ---------------------------------------------------------------------

/** Reads GitHub, the environment and the policy. */
export const deciding = proxyActivities<Pick<DecidingActivities, 'makePlan' | 'recheck' | 'readGates'>>({
  startToCloseTimeout: '45s',
  heartbeatTimeout,
  scheduleToCloseTimeout: '2m',
  retry: BRISK,
});

/** A person waits for the answer: short, and read-only. */
export const forAPerson = <T extends object>(): T => nearby<T>(3_000, { startToCloseTimeout: '3s', scheduleToCloseTimeout: '5s', retry: BRISK });
export const judging = forAPerson<Pick<DecidingActivities, 'judgeVote' | 'authorise' | 'surveyWaiting'>>();
export const judgingOutside = forAPerson<OutsideJudging>();

/** It asks nobody, so it fails with its worker alone. */
export const timing = nearby<Pick<DecidingActivities, 'planWaiting'>>(3_000, {
  startToCloseTimeout: '5s',
  scheduleToCloseTimeout: '1m',
  retry: BRISK,
});

// ---- peers -----------------------------------------------------------------------------------------------------

export const peers = proxyActivities<Pick<PeerActivities, 'registerWatch'>>({
  startToCloseTimeout: '15s',
  heartbeatTimeout,
  scheduleToCloseTimeout: '1m',
  retry: BRISK,
});

/**
 * Waits for the request's re-check, which may read an unreadable gate again for minutes: each attempt attaches to the same
 * update. No end to the attempts: a request that is gone is an answer (`no`), and the turn is not given back without one.
 */
export const claiming = proxyActivities<Pick<PeerActivities, 'claim'>>({ startToCloseTimeout: '30s', heartbeatTimeout, retry: BRISK });
/** Local, for the usual claim, which is answered at once: five events fewer. One that takes longer goes on by `claiming`, attached to the same update. */
export const claimingAtOnce = (withinMs: Millis): Pick<PeerActivities, 'claim'> => local(withinMs + 500);

const SOON_MS = 2_000;
const patiently = { startToCloseTimeout: '6s', scheduleToCloseTimeout: '20s', retry: BRISK } as const;

/** Two reads of Temporal, before every grant. */
export const looking = nearby<Pick<PeerActivities, 'describeHolders'>>(SOON_MS, patiently);
/** One signal, which needs the server alone and no other worker. */
export const reporting = nearby<Pick<PeerActivities, 'reportBuild'>>(SOON_MS, patiently);
/** One short update of the environment. */
export const joiningAtOnce = local<Pick<PeerActivities, 'joinQueue'>>(SOON_MS);
export const joining = proxyActivities<Pick<PeerActivities, 'joinQueue'>>(patiently);

// ---- Buildkite: one request each, by priority where a backlog forms ----------------------------------------------

/** The order in which the queue of requests is worked off: that of the limiter's lanes (src/buildkite/shares.ts). */
const PRIORITY = { rollback: 1, cancel: 2, create: 3, unblock: 4, status: 5 } as const;

export const onBuildkite = (lane: keyof typeof PRIORITY): ActivityOptions => ({
  taskQueue: TASK_QUEUE.buildkite,
  startToCloseTimeout: '30s',
  heartbeatTimeout,
  scheduleToCloseTimeout: '10m',
  retry: { ...PATIENT, maximumInterval: '1m' },
  priority: { priorityKey: PRIORITY[lane] },
});

export const cancelling = proxyActivities<Pick<BuildkiteActivities, 'cancelBuild'>>({
  ...onBuildkite('cancel'),
  scheduleToCloseTimeout: '24h',
  retry: { ...PERSISTENT, maximumInterval: '1m' },
});

/** One attempt: a second one could build twice. No schedule-to-close: waiting in the queue is harmless. */
export const creating = ({ createMs, lane }: { readonly createMs: number; readonly lane: 'rollback' | 'create' }) =>
  proxyActivities<Pick<BuildkiteActivities, 'createBuild'>>({
    taskQueue: TASK_QUEUE.buildkite,
    startToCloseTimeout: createMs,
    retry: { maximumAttempts: 1 },
    priority: { priorityKey: PRIORITY[lane] },
    summary: 'the one create of this request',
  });

/** What a create or a turn waits for. */
export const reading = proxyActivities<Pick<BuildkiteActivities, 'findBuild' | 'listTargetBuilds'>>(onBuildkite('create'));
export const confirming = proxyActivities<Pick<BuildkiteActivities, 'readBuild'>>(onBuildkite('status'));
export const readingOutside = proxyActivities<OutsideReading>({ ...onBuildkite('status'), scheduleToCloseTimeout: '24h' });
/** Retried as a read is: a second time it replaces the first. */
export const annotating = proxyActivities<Pick<BuildkiteActivities, 'annotateBuild'>>({ ...onBuildkite('status'), scheduleToCloseTimeout: '2m' });
/** Decoration of a bad end: never worth a long wait. */
export const excerpting = proxyActivities<Pick<BuildkiteActivities, 'readLogTail'>>({ ...onBuildkite('status'), scheduleToCloseTimeout: '45s' });
export const polling = proxyActivities<Pick<BuildkiteActivities, 'listRunningBuilds' | 'listRunningPage'>>({
  ...onBuildkite('status'),
  scheduleToCloseTimeout: '1m',
});

// ---- telling people --------------------------------------------------------------------------------------------

export const notifying: ActivityOptions = { taskQueue: TASK_QUEUE.notify, startToCloseTimeout: '30s', heartbeatTimeout, retry: PATIENT };

/** While the request goes on: a message that can't be delivered soon is overtaken by a newer one. */
export const telling = proxyActivities<Pick<NotifyActivities, 'postSlackCard' | 'postGithubCard' | 'announce'>>({
  ...notifying,
  scheduleToCloseTimeout: '2m',
});
/** The last word is tried for long. */
export const atLast: ActivityOptions = { ...notifying, scheduleToCloseTimeout: '24h', retry: { ...PERSISTENT, maximumInterval: '5m' } };
export const tellingAtLast =
  proxyActivities<Pick<NotifyActivities, 'postSlackCard' | 'postGithubCard' | 'announce' | 'raiseAlarm' | 'tellRequester' | 'closeCards'>>(atLast);
export const tellingReview = proxyActivities<ReviewActivities>({ ...notifying, scheduleToCloseTimeout: '2m' });
export const tellingReviewAtLast = proxyActivities<ReviewActivities>(atLast);
export const tellingOutside = proxyActivities<OutsideTelling>({ ...notifying, scheduleToCloseTimeout: '2m' });
export const tellingOutsideAtLast = proxyActivities<OutsideTelling>(atLast);
/** Behind many others for a while, perhaps; it asks by itself whether it is still true. */
export const reminding = proxyActivities<Pick<NotifyActivities, 'remind'>>({
  ...notifying,
  scheduleToCloseTimeout: '2h',
  retry: PERSISTENT,
});
export const answering = proxyActivities<Pick<NotifyActivities, 'sendReceipt' | 'reply'>>({
  ...notifying,
  scheduleToCloseTimeout: '10m',
  retry: PERSISTENT,
});
/** About one's own accounts: whoever lost a link or got one must hear of it, also after an outage of Slack. */
export const writingTo = proxyActivities<Pick<NotifyActivities, 'tellPerson'>>({
  ...notifying,
  scheduleToCloseTimeout: '24h',
  retry: { ...PERSISTENT, maximumInterval: '5m' },
});
