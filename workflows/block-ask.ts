// How the world is asked about block steps: queue, time-outs, retries and priority. The names are in block-activities.ts.
import { proxyActivities } from '@temporalio/workflow';
import { atLast, BRISK, forAPerson, heartbeatTimeout, notifying, onBuildkite, PERSISTENT } from './ask.ts';
import type { BlockBuildkiteActivities, BlockDecidingActivities, BlockMessages } from './block-activities.ts';

export const planningBlock = proxyActivities<Pick<BlockDecidingActivities, 'planBlock' | 'recheckBlock'>>({
  startToCloseTimeout: '30s',
  heartbeatTimeout,
  scheduleToCloseTimeout: '2m',
  retry: BRISK,
});

export const judgingBlock = forAPerson<Pick<BlockDecidingActivities, 'judgeBlockVote'>>();

export const readingHalt = proxyActivities<Pick<BlockBuildkiteActivities, 'readHalted'>>(onBuildkite('unblock'));
/** Decoration: what is asked can be configured, and who is named decides nothing. */
export const lookingUp = proxyActivities<Pick<BlockBuildkiteActivities, 'readManualSteps' | 'readMembers'>>({
  ...onBuildkite('unblock'),
  scheduleToCloseTimeout: '2m',
});
/** It is approved: what must arrive is tried again, and a second time changes nothing; for minutes, then everybody is looked at again. */
export const unblocking = proxyActivities<Pick<BlockBuildkiteActivities, 'unblockJob'>>({
  ...onBuildkite('unblock'),
  retry: { ...PERSISTENT, maximumInterval: '1m' },
});

export const tellingBlock = proxyActivities<BlockMessages>({ ...notifying, scheduleToCloseTimeout: '2m' });
export const tellingBlockAtLast = proxyActivities<BlockMessages>(atLast);
