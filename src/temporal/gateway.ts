// Everything the front door asks of Temporal. No front end talks to Temporal except through here.
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { SignalDefinition, UpdateDefinition } from '@temporalio/common';
import type { Attestation, BuildToken } from '../../workflows/attest-contract.ts';
import { buildSeen } from '../../workflows/build-contract.ts';
import {
  actArrived,
  buildId,
  cancel,
  castVote,
  DEPLOY_TIMING,
  environmentId,
  extend,
  keep,
  headChanged,
  pullRequestClosed,
  replyAbout,
  replyId,
  strayBuildSeen,
  TASK_QUEUE,
  withdraw,
  type Act,
  type DeployInput,
  type HeadChange,
  type LateAct,
  type PullRequestClosure,
  type Receipt,
  type ReplyInput,
} from '../../workflows/contract.ts';
import { blockActArrived, castBlockVote, withdrawBlockVote, type LateBlockAct } from '../../workflows/block-contract.ts';
import { castReview, reviewArrived, type LateReview, type ReviewStatus } from '../../workflows/review-contract.ts';
import type { DeployStatus, EnvironmentState } from '../../workflows/status.ts';
import type { BuildFacts } from '../../workflows/build-vocabulary.ts';
import type { DeployCode, DeployRequest } from '../../workflows/vocabulary.ts';
import { parseTarget } from '../ids.ts';
import { isTrouble } from '../trouble.ts';
import { askToAttest } from './attest.ts';
import { createBlockStore, type BlockStore } from './blocks.ts';
import { isClosed, unlessClosed, unlessKnown, within } from './deadline.ts';
import { readEnvironment, type EnvironmentClient, type EnvironmentPlace } from './environments.ts';
import { codeQuery, findOwingReview, lookUp, openQuery, type FoundDeploy, type OpenWhere } from './find-deploys.ts';
import { createOutsideGateway, type OutsideGateway } from './outside.ts';
import { createPeopleStore, type PeopleStore } from './people.ts';
import { readReview, readStatus } from './read-status.ts';
import { readRetention } from './retention.ts';
import { startAttributes } from './search-attributes.ts';

/** An update gets this long; then a signal with the same key gets the rest. Both inside 2 s, under Slack's 3 s. */
const UPDATE_MS = 1_500;
const SIGNAL_MS = 400;
const START_MS = 1_500;

/** What became of an act: judged, recorded for later, or too late since the request is over (or was never there). */
export type ActOutcome = { readonly kind: 'receipt'; readonly receipt: Receipt } | { readonly kind: 'recorded' } | { readonly kind: 'over' };

export interface Gateway {
  /** Starts the request's workflow; `known`: this event has started it before. Throws `Trouble` (temporal). */
  startDeploy(workflowId: string, request: DeployRequest): Promise<'started' | 'known'>;
  /** Sends one answer to what was written, once. */
  startReply(input: ReplyInput): Promise<void>;
  act(workflowId: string, late: LateAct | LateReview | LateBlockAct): Promise<ActOutcome>;
  /** The review that this request owes, open or over; null: there is none (yet). */
  reviewStatus(deployId: string): Promise<ReviewStatus | null>;
  /** Requests of which the review is still owed, at most 20. */
  findOwingReview(): Promise<readonly string[]>;
  /** null: there is no such request (any more). */
  deployStatus(workflowId: string): Promise<DeployStatus | null>;
  /** `services`: only requests of these are looked for; null: of all. */
  findByCode(code: DeployCode, services: readonly string[] | null): Promise<FoundDeploy | null>;
  /** At most `most`, 20 unless given, the newest first. `lookAgain`: none is looked for again for 2 s, since an entry appears tens of milliseconds after its workflow. */
  findOpen(where: OpenWhere, lookAgain: boolean, most?: number): Promise<readonly FoundDeploy[]>;
  pushed(workflowId: string, change: HeadChange): Promise<void>;
  pullRequestClosed(workflowId: string, closure: PullRequestClosure): Promise<void>;
  buildSeen(build: BuildFacts): Promise<void>;
  /** Asks the request whether the build of this genuine token is its own. Throws `Trouble` (temporal). */
  attest(workflowId: string, token: BuildToken): Promise<Attestation>;
  /** null: the target has no environment workflow yet. `start`: then it is started, reads Buildkite first, and is asked again. */
  environmentState(where: EnvironmentPlace, start: boolean): Promise<EnvironmentState | null>;
  /** For how long the histories of closed requests are kept; null: it can't be read. */
  keptMs(): Promise<number | null>;
  /** Builds that wait at a block step. */
  readonly blocks: BlockStore;
  /** Builds that deploy though nobody asked for them. */
  readonly outside: OutsideGateway;
  /** Links and delegations. */
  readonly people: PeopleStore;
}

/** `isHome`: of the zone that writes to people about their own accounts; one does where there are several. */
export function createGateway(environments: EnvironmentClient, isHome = true): Gateway {
  const { client } = environments;
  return {
    startDeploy: (workflowId, request) => startDeploy(client, workflowId, request),
    startReply: (input) => startReply(client, input),
    act: (workflowId, late) => act(client, workflowId, late),
    deployStatus: (workflowId) => readStatus(client, workflowId),
    reviewStatus: (deployId) => readReview(client, deployId),
    findOwingReview: () => findOwingReview(client),
    async findByCode(code, services) {
      const found = await lookUp(client, codeQuery(code, services), true);
      return found.find((deploy) => deploy.open) ?? found[0] ?? null;
    },
    findOpen: (where, lookAgain, most) => lookUp(client, openQuery(where), lookAgain, most),
    pushed: (workflowId, change) => tellDeploy(client, { workflowId, doing: 'telling a request of a push' }, headChanged, change),
    pullRequestClosed: (workflowId, closure) =>
      tellDeploy(client, { workflowId, doing: 'telling a request of the end of its pull request' }, pullRequestClosed, closure),
    buildSeen: (build) => tellBuild(client, build),
    attest: (workflowId, token) => askToAttest(client, workflowId, token),
    environmentState: (where, start) => readEnvironment(environments, where, start),
    keptMs: () => readRetention(client),
    blocks: createBlockStore(client),
    outside: createOutsideGateway(client),
    people: createPeopleStore(client, !isHome),
  };
}

function startDeploy(client: Client, workflowId: string, request: DeployRequest): Promise<'started' | 'known'> {
  const input: DeployInput = { request, timing: DEPLOY_TIMING };
  return unlessKnown(
    within(client, { deadlineMs: START_MS, doing: 'starting the request' }, () =>
      client.workflow.start('deploy', {
        workflowId,
        taskQueue: TASK_QUEUE.workflows,
        args: [input],
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
        typedSearchAttributes: startAttributes(request),
        staticSummary: `${request.service} to ${request.environment} (${request.code})`,
      }),
    ),
  );
}

async function startReply(client: Client, input: ReplyInput): Promise<void> {
  const workflowId = replyId(input.to.repo.id, replyAbout(input));
  await unlessKnown(
    within(client, { deadlineMs: START_MS, doing: 'starting the reply' }, () =>
      client.workflow.start('reply', {
        workflowId,
        taskQueue: TASK_QUEUE.workflows,
        args: [input],
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        workflowIdConflictPolicy: 'USE_EXISTING',
      }),
    ),
  );
}

async function act(client: Client, workflowId: string, late: LateAct | LateReview | LateBlockAct): Promise<ActOutcome> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    return { kind: 'receipt', receipt: await within(client, { deadlineMs: UPDATE_MS, doing: `sending ${late.act}` }, () => update(handle, late)) };
  } catch (error) {
    if (isClosed(error)) return { kind: 'over' };
    if (!isTrouble(error, 'unavailable')) throw error;
  }
  // The deadline means unknown, not "not counted": the same act with the same key, now as a signal that needs no worker.
  try {
    await within(client, { deadlineMs: SIGNAL_MS, doing: `recording ${late.act}` }, () => record(handle, late));
    return { kind: 'recorded' };
  } catch (error) {
    if (!isClosed(error)) throw error;
    return storedReceipt(client, handle, late.input.key);
  }
}

function record(handle: WorkflowHandle, late: LateAct | LateReview | LateBlockAct): Promise<void> {
  if (late.act === 'castReview') return handle.signal(reviewArrived, late);
  return late.act === 'castBlockVote' || late.act === 'withdrawBlockVote' ? handle.signal(blockActArrived, late) : handle.signal(actArrived, late);
}

function update(handle: WorkflowHandle, late: LateAct | LateReview | LateBlockAct): Promise<Receipt> {
  switch (late.act) {
    case 'castVote':
      return execute(handle, castVote, late.input);
    case 'withdraw':
      return execute(handle, withdraw, late.input);
    case 'cancel':
      return execute(handle, cancel, late.input);
    case 'keep':
      return execute(handle, keep, late.input);
    case 'extend':
      return execute(handle, extend, late.input);
    case 'castBlockVote':
      return execute(handle, castBlockVote, late.input);
    case 'withdrawBlockVote':
      return execute(handle, withdrawBlockVote, late.input);
    case 'castReview':
      return execute(handle, castReview, late.input);
  }
}

function execute<T extends Act>(handle: WorkflowHandle, definition: UpdateDefinition<Receipt, [T]>, input: T): Promise<Receipt> {
  return handle.executeUpdate<Receipt, [T]>(definition, { args: [input], updateId: input.key });
}

async function storedReceipt(client: Client, handle: WorkflowHandle, key: string): Promise<ActOutcome> {
  try {
    const receipt = await within(client, { deadlineMs: SIGNAL_MS, doing: 'reading a stored receipt' }, () =>
      handle.getUpdateHandle<Receipt>(key).result(),
    );
    return { kind: 'receipt', receipt };
  } catch {
    return { kind: 'over' };
  }
}

async function tellBuild(client: Client, build: BuildFacts): Promise<void> {
  const target = parseTarget(build.target ?? '');
  if (target === null) return;
  const limits = { deadlineMs: START_MS, doing: 'telling of a build' };
  try {
    await within(client, limits, () =>
      client.workflow.getHandle(buildId(target)).signal(buildSeen, { deployId: build.deployId, build, by: 'webhook' }),
    );
  } catch (error) {
    if (!isClosed(error)) throw error;
    await unlessClosed(within(client, limits, () => client.workflow.getHandle(environmentId(target)).signal(strayBuildSeen, { build })));
  }
}

function tellDeploy<T>(
  client: Client,
  { workflowId, doing }: { readonly workflowId: string; readonly doing: string },
  fact: SignalDefinition<[T]>,
  told: T,
): Promise<void> {
  return unlessClosed(within(client, { deadlineMs: START_MS, doing }, () => client.workflow.getHandle(workflowId).signal(fact, told)));
}
