// Reading and changing the `people` workflow: links and delegations.
import { QueryRejectedError, WithStartWorkflowOperation, WorkflowClient, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import type { QueryDefinition, UpdateDefinition } from '@temporalio/common';
import { TASK_QUEUE } from '../../workflows/contract.ts';
import {
  confirmLink,
  delegate,
  endDelegation,
  openLink,
  PEOPLE_ID,
  peopleState,
  revokeLink,
  signInToLink,
  tokenState,
  type PeopleInput,
  type PeopleState,
  type TokenState,
} from '../../workflows/people-contract.ts';
import { unlessKnown, within } from './deadline.ts';

const READ_MS = 1_500;
/** One that was just started has its first task still to do. */
const FRESH_READ_MS = 8_000;
const ACT_MS = 2_000;

type Ask<D> = D extends UpdateDefinition<infer Answer, [infer Input], string> ? (input: Input) => Promise<Answer> : never;

/** Every method throws `Trouble` (temporal) when there is no answer in time; an act is safe to repeat. */
export interface PeopleStore {
  /** As it is now; started if it is not there, and then empty. */
  readonly read: () => Promise<PeopleState>;
  /** By the token's digest. `open` may have run out since: the reader compares `expiresAt` with the time. */
  readonly tokenState: (token: string) => Promise<TokenState>;
  readonly openLink: Ask<typeof openLink>;
  readonly signInToLink: Ask<typeof signInToLink>;
  readonly confirmLink: Ask<typeof confirmLink>;
  readonly revokeLink: Ask<typeof revokeLink>;
  readonly delegate: Ask<typeof delegate>;
  readonly endDelegation: Ask<typeof endDelegation>;
}

/** `quiet`: people are not told of what they did; another zone tells them. */
export function createPeopleStore(client: Client, quiet = false): PeopleStore {
  const store: Store = { client, quiet };
  const act =
    <Answer, Input>(update: UpdateDefinition<Answer, [Input]>) =>
    (input: Input): Promise<Answer> =>
      actOn(store, update, input);
  return {
    read: () => query(store, peopleState, []),
    tokenState: (token) => query(store, tokenState, [token]),
    openLink: act(openLink),
    signInToLink: act(signInToLink),
    confirmLink: act(confirmLink),
    revokeLink: act(revokeLink),
    delegate: act(delegate),
    endDelegation: act(endDelegation),
  };
}

interface Store {
  readonly client: Client;
  readonly quiet: boolean;
}

// A new id for every act: the server would answer a known one from a closed run, too.
async function actOn<Answer, Input>({ client, quiet }: Store, update: UpdateDefinition<Answer, [Input]>, input: Input): Promise<Answer> {
  const startWorkflowOperation = new WithStartWorkflowOperation('people', {
    ...startOptions(quiet),
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
  });
  return within(client, { deadlineMs: ACT_MS, doing: `asking people: ${update.name}` }, () =>
    client.workflow.executeUpdateWithStart(update, { args: [input], updateId: randomUUID(), startWorkflowOperation }),
  );
}

/** A closed run would answer with what it knew then: it is never asked. */
async function query<Answer, Args extends readonly unknown[]>(
  store: Store,
  definition: QueryDefinition<Answer, [...Args]>,
  args: [...Args],
): Promise<Answer> {
  const { client } = store;
  const { connection, options } = client;
  const reader = new WorkflowClient({ connection, namespace: options.namespace, queryRejectCondition: 'NOT_OPEN' });
  const ask = (deadlineMs: number): Promise<Answer> =>
    within(client, { deadlineMs, doing: 'reading people' }, () => reader.getHandle(PEOPLE_ID).query(definition, ...args));
  try {
    return await ask(READ_MS);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError) && !(error instanceof QueryRejectedError)) throw error;
  }
  await start(store);
  return ask(FRESH_READ_MS);
}

async function start({ client, quiet }: Store): Promise<void> {
  await unlessKnown(within(client, { deadlineMs: READ_MS, doing: 'starting people' }, () => client.workflow.start('people', startOptions(quiet))));
}

function startOptions(quiet: boolean): { workflowId: string; taskQueue: string; args: [PeopleInput]; staticSummary: string } {
  return {
    workflowId: PEOPLE_ID,
    taskQueue: TASK_QUEUE.workflows,
    args: [{ carried: null, ...(quiet ? { quiet } : {}) }],
    staticSummary: 'account links and delegations',
  };
}
