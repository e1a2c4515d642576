// Activities by which one workflow speaks to another where it needs an answer.
import { WorkflowNotFoundError, type Client, type WorkflowHandle } from '@temporalio/client';
import type { HolderFacts, PeerActivities } from '../../workflows/activities.ts';
import { watchAsked, type BuildResult, type BuildWatchInput } from '../../workflows/build-contract.ts';
import { buildId, buildReported, buildWatchId, claimStart, TASK_QUEUE } from '../../workflows/contract.ts';
import { isClosed, unlessClosed, within } from './deadline.ts';
import { joinEnvironment, type EnvironmentClient } from './environments.ts';

/** A claim waits for the whole re-check, which may read unreadable gates again: the caller's activity is retried meanwhile. */
const CLAIM_MS = 25_000;
const DESCRIBE_MS = 5_000;
/** A local activity: it holds the workflow task. */
const REPORT_MS = 2_000;

export function createPeers(environments: EnvironmentClient): PeerActivities {
  const { client } = environments;
  return {
    joinQueue: (input) => joinEnvironment(environments, input),
    async claim({ deployId, claim, withinMs = CLAIM_MS }) {
      try {
        const handle = client.workflow.getHandle(deployId);
        return await within(client, { deadlineMs: withinMs, doing: 'claiming the start' }, () =>
          handle.executeUpdate(claimStart, { args: [claim], updateId: claim.run }),
        );
      } catch (error) {
        if (isClosed(error)) return { kind: 'no', reason: 'ended' };
        throw error;
      }
    },
    async describeHolders({ deployId, target }) {
      const [deploy, build] = await Promise.all([deployId === null ? 'missing' : describe(client, deployId), describe(client, buildId(target))]);
      return {
        deploy: typeof deploy === 'string' ? deploy : deploy.status,
        build: typeof build === 'string' ? { status: build, closedAt: null, deployId: null } : build,
      };
    },
    async reportBuild({ deployId, turn, report }) {
      const limits = { deadlineMs: REPORT_MS, doing: 'reporting to the request' };
      await unlessClosed(within(client, limits, () => client.workflow.getHandle(deployId).signal(buildReported, { turn, report })));
    },
    async registerWatch({ organization, watched }) {
      const args: [BuildWatchInput] = [{ organization, carried: [], pages: true }];
      await within(client, { deadlineMs: DESCRIBE_MS, doing: 'registering with the shared poll' }, () =>
        client.workflow.signalWithStart('buildWatch', {
          workflowId: buildWatchId(organization),
          taskQueue: TASK_QUEUE.workflows,
          args,
          signal: watchAsked,
          signalArgs: [watched],
          staticSummary: `one poll for all running builds of ${organization}`,
        }),
      );
    },
  };
}

async function describe(client: Client, workflowId: string): Promise<'missing' | HolderFacts['build']> {
  try {
    const handle = client.workflow.getHandle(workflowId);
    const { status, closeTime, memo } = await within(client, { deadlineMs: DESCRIBE_MS, doing: 'describing a workflow' }, () => handle.describe());
    const deployId = memo?.['deployId'];
    const result = status.name === 'COMPLETED' && workflowId.startsWith('build:') ? await readResult(client, handle) : null;
    return {
      status: status.name.toLowerCase(),
      closedAt: closeTime?.getTime() ?? null,
      deployId: typeof deployId === 'string' ? deployId : null,
      result,
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'missing';
    throw error;
  }
}

function readResult(client: Client, handle: WorkflowHandle): Promise<BuildResult> {
  return within(client, { deadlineMs: DESCRIBE_MS, doing: 'reading how a build ended' }, () => handle.result() as Promise<BuildResult>);
}
