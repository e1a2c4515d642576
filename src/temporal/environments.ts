// Reading and joining the `environment` workflows.
import { QueryRejectedError, WithStartWorkflowOperation, WorkflowClient, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { environmentId, environmentState, join, TASK_QUEUE, type EnvironmentInput, type Join, type JoinAnswer } from '../../workflows/contract.ts';
import type { EnvironmentState } from '../../workflows/status.ts';
import type { EnvironmentTiming } from '../../workflows/timing.ts';
import type { Target } from '../../workflows/vocabulary.ts';
import { unlessKnown, within } from './deadline.ts';

const READ_MS = 1_500;
/** A fresh environment reads Buildkite first; a reader waits this long for it to know. */
const KNOWN_WITHIN_MS = 8_000;
const PAUSE_MS = 100;
/** A local activity: it holds the request's workflow task. */
const JOIN_MS = 4_000;

/** A target and where its builds are. */
export interface EnvironmentPlace {
  readonly target: Target;
  readonly organization: string;
  readonly pipelines: readonly string[];
}

/** With the durations a fresh environment waits for; they depend on how this installation hears of builds. */
export interface EnvironmentClient {
  readonly client: Client;
  readonly timing: EnvironmentTiming;
}

/** The state of a target's environment; a closed run's old answer is never taken. Throws `Trouble` (temporal). */
export async function readEnvironment(environments: EnvironmentClient, place: EnvironmentPlace, start: boolean): Promise<EnvironmentState | null> {
  const { client } = environments;
  const state = await queryOpen(client, place.target);
  if (state !== null && (state.known || !start)) return state;
  if (!start) return null;
  if (state === null) await startEnvironment(environments, place);
  const giveUpAt = Date.now() + KNOWN_WITHIN_MS;
  for (;;) {
    const again = await queryOpen(client, place.target);
    if (again?.known === true || Date.now() > giveUpAt) return again;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** Update-with-start: joins the queue of a target, starting its environment where there is none. */
export async function joinEnvironment(
  environments: EnvironmentClient,
  request: { join: Join; target: Target; updateId: string },
): Promise<JoinAnswer> {
  const place = { target: request.target, organization: request.join.organization, pipelines: [request.join.pipeline] };
  const startWorkflowOperation = new WithStartWorkflowOperation('environment', {
    ...startOptions(environments, place),
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
  });
  return within(environments.client, { deadlineMs: JOIN_MS, doing: 'joining the queue' }, () =>
    environments.client.workflow.executeUpdateWithStart(join, { args: [request.join], updateId: request.updateId, startWorkflowOperation }),
  );
}

function startOptions(
  { timing }: EnvironmentClient,
  place: EnvironmentPlace,
): { workflowId: string; taskQueue: string; args: [EnvironmentInput]; staticSummary: string } {
  const args: [EnvironmentInput] = [{ ...place, carried: null, timing }];
  return {
    workflowId: environmentId(place.target),
    taskQueue: TASK_QUEUE.workflows,
    args,
    staticSummary: `queue and live version of ${place.target}`,
  };
}

async function startEnvironment(environments: EnvironmentClient, place: EnvironmentPlace): Promise<void> {
  await unlessKnown(
    within(environments.client, { deadlineMs: READ_MS, doing: 'starting the environment' }, () =>
      environments.client.workflow.start('environment', startOptions(environments, place)),
    ),
  );
}

async function queryOpen(client: Client, target: Target): Promise<EnvironmentState | null> {
  // A client of its own: the reject condition is a setting of the client, and requests are read after they closed, too.
  const reader = new WorkflowClient({ connection: client.connection, namespace: client.options.namespace, queryRejectCondition: 'NOT_OPEN' });
  try {
    return await within(client, { deadlineMs: READ_MS, doing: 'reading the environment' }, () =>
      reader.getHandle(environmentId(target)).query(environmentState),
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || error instanceof QueryRejectedError) return null;
    throw error;
  }
}
