// The `buildkite` queue of a real server: what is urgent overtakes what waits there.
import type { Client, WorkflowHandle } from '@temporalio/client';
import { expect, it, onTestFinished } from 'vitest';
import { commitSha, target } from '../../src/ids.ts';
import type { BuildInput, BuildWatchInput } from '../../workflows/build-contract.ts';
import type { BuildOrder } from '../../workflows/build-vocabulary.ts';
import { TASK_QUEUE } from '../../workflows/contract.ts';
import { BUILD_TIMING } from '../../workflows/timing.ts';
import { ORDER } from '../support/build-order.ts';
import { openStage } from '../support/temporal-stage.ts';

const READS = 60;

it('sixty reads wait for the quota: a rollback and a deploy overtake them', async () => {
  const asked: string[] = [];
  const orders: Readonly<Record<string, BuildOrder>> = {
    deploy: { ...ORDER, deployId: 'deploy' },
    rollback: { ...ORDER, deployId: 'rollback', emergency: { reason: 'it burns' } },
  };
  const stage = await openStage({
    holdsBuildkite: true,
    activities: () => ({
      listRunningBuilds: async () => (asked.push('read'), []),
      createBuild: async ({ deployId }: BuildOrder) => (asked.push(deployId), { kind: 'refused', status: 422, answer: 'enough is seen' }),
      claim: async ({ deployId }: { deployId: string }) => ({ kind: 'go', order: orders[deployId], again: false, cancel: false }),
      reportBuild: async () => undefined,
    }),
  });
  onTestFinished(() => stage.stop());
  const waiting = async (workflows: readonly WorkflowHandle[]): Promise<void> => {
    for (const workflow of workflows) await until(async () => ((await workflow.describe()).raw.pendingActivities ?? []).length > 0);
  };
  await waiting(await Promise.all(Array.from({ length: READS }, (_, index) => startWatch(stage.client, `org-${index}`))));
  for (const deployId of Object.keys(orders)) await waiting([await startBuild(stage.client, deployId)]);
  await stage.release();
  await until(() => asked.length === READS + 2);
  // What the server had in its hand already when the first worker came goes before them.
  expect(asked.slice(0, 6)).toEqual(expect.arrayContaining(['rollback', 'deploy']));
});

function startWatch(client: Client, organization: string) {
  const watched = {
    target: target(`${organization}/production`),
    deployId: null,
    pipeline: 'deploy',
    number: 1,
    uuid: commitSha('0'.repeat(40)),
    since: Date.now(),
  };
  const input: BuildWatchInput = { organization, carried: [watched] };
  return client.workflow.start('buildWatch', { workflowId: `build-watch:${organization}`, taskQueue: TASK_QUEUE.workflows, args: [input] });
}

function startBuild(client: Client, deployId: string) {
  const input: BuildInput = {
    target: target(`${deployId}/production`),
    environmentId: `environment:${deployId}/production`,
    organization: ORDER.organization,
    pipeline: ORDER.pipeline,
    pipelines: [ORDER.pipeline],
    deployId,
    code: null,
    turn: 1,
    look: null,
    follow: null,
    timing: BUILD_TIMING,
  };
  return client.workflow.start('build', { workflowId: `build:${deployId}/production`, taskQueue: TASK_QUEUE.workflows, args: [input] });
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it never came');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
