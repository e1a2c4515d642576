// Which requests there are, asked of the visibility store. It lags behind, so no list decides anything.
import { deployOfReview } from '../../workflows/review-contract.ts';
import type { Client } from '@temporalio/client';
import type { CommitSha, DeployCode, Millis } from '../../workflows/vocabulary.ts';
import { deployCode } from '../ids.ts';
import { within } from './deadline.ts';
import { BUILD_ATTRIBUTE, CODE_ATTRIBUTE, STATE_ATTRIBUTE } from './search-attributes.ts';

const READ_MS = 1_500;
/** An entry of the visibility store appears within tens of milliseconds; a code that is not found is looked up again for this long. */
const NOT_FOUND_AGAIN_MS = 2_000;
const NOT_FOUND_PAUSE_MS = 100;
const LIST_MAX = 20;

export interface FoundDeploy {
  readonly workflowId: string;
  readonly code: DeployCode;
  readonly open: boolean;
  /** When its workflow was started. */
  readonly startedAt: Millis;
  /** Its build, `pipeline#number`, where it waits at a block step. */
  readonly blockedBuild?: string;
}

/** Where open requests are looked for. */
export type OpenWhere =
  /** `repository`: its id, which decides. */
  | {
      readonly kind: 'pull-request';
      readonly repository: number;
      readonly slug: string;
      readonly number: number;
      readonly environment: string | null;
    }
  | { readonly kind: 'services'; readonly services: readonly string[] }
  /** Those for this commit, and those of which the commit is not known yet. */
  | { readonly kind: 'environment'; readonly service: string; readonly environment: string; readonly sha: CommitSha }
  /** Those whose build this may be: for this commit, and not known to have another. */
  | { readonly kind: 'build'; readonly commit: string; readonly organization: string; readonly pipeline: string; readonly number: number }
  /** Whose approval is asked for, anywhere. */
  | { readonly kind: 'waiting' }
  /** Asked for by one of these accounts, by their keys, and those of which that is not known yet: nobody has looked at them. */
  | { readonly kind: 'asked-by'; readonly accounts: readonly string[] };

const DEPLOYS = `WorkflowType = 'deploy'`;
/** What has a code. */
const CODED = `WorkflowType IN ('deploy', 'block')`;
const OPEN = `${DEPLOYS} AND ExecutionStatus = 'Running'`;

const ofServices = (services: readonly string[]): string => ` AND DeployService IN (${services.map(quote).join(', ')})`;

export function codeQuery(code: DeployCode, services: readonly string[] | null): string {
  return `${CODED} AND DeployCode = ${quote(code)}${services === null ? '' : ofServices(services)}`;
}

export function openQuery(where: OpenWhere): string {
  if (where.kind === 'services') return OPEN + ofServices(where.services);
  if (where.kind === 'environment') {
    const { service, sha } = where;
    return `${OPEN}${ofServices([service])} AND DeployEnvironment = ${quote(where.environment)} AND (DeploySha = ${quote(sha)} OR DeploySha IS NULL)`;
  }
  if (where.kind === 'build') {
    const { commit, pipeline, number } = where;
    return `${OPEN} AND DeploySha = ${quote(commit)} AND (DeployBuild = ${quote(`${pipeline}#${number}`)} OR DeployBuild IS NULL)`;
  }
  if (where.kind === 'waiting') return `${OPEN} AND DeployState = 'waiting'`;
  if (where.kind === 'asked-by') return `${OPEN} AND (DeployRequester IN (${where.accounts.map(quote).join(', ')}) OR DeployRequester IS NULL)`;
  const environment = where.environment === null ? '' : ` AND DeployEnvironment = ${quote(where.environment)}`;
  return `${OPEN} AND DeployPr = ${quote(`${where.repository}#${where.number}`)}${environment}`;
}

// Visibility queries know no parameters; our names cannot hold a quote, and one that does finds nothing.
const quote = (text: string): string => `'${text.replaceAll(/['\\]/g, '')}'`;

/** The approval of a step that this build waits at, or waited at last. */
export const blockQuery = (build: string): string => `WorkflowType = 'block' AND ExecutionStatus = 'Running' AND DeployBuild = ${quote(build)}`;

/** Approvals of steps that builds wait at. */
export const WAITING_BLOCKS = `WorkflowType = 'block' AND ExecutionStatus = 'Running' AND DeployState = 'block: waiting'`;

/** The requests that owe a review still, the newest emergency first. They have ended long ago, perhaps: their reviews are what is open. */
export async function findOwingReview(client: Client): Promise<readonly string[]> {
  const found = await lookUp(client, `WorkflowType = 'review' AND ExecutionStatus = 'Running'`, false);
  return found.map(({ workflowId }) => deployOfReview(workflowId));
}

export async function lookUp(client: Client, query: string, lookAgain: boolean, most = LIST_MAX): Promise<readonly FoundDeploy[]> {
  const giveUpAt = Date.now() + (lookAgain ? NOT_FOUND_AGAIN_MS : 0);
  for (;;) {
    const found = await within(client, { deadlineMs: READ_MS, doing: 'listing requests' }, () => list(client, query, most));
    if (found.length > 0 || Date.now() >= giveUpAt) return found;
    await new Promise((resolve) => setTimeout(resolve, NOT_FOUND_PAUSE_MS));
  }
}

async function list(client: Client, query: string, most: number): Promise<readonly FoundDeploy[]> {
  const found: FoundDeploy[] = [];
  for await (const execution of client.workflow.list({ query, pageSize: most })) {
    const code = execution.typedSearchAttributes.get(CODE_ATTRIBUTE) ?? deployCode(execution.workflowId);
    const { workflowId, startTime, status } = execution;
    const build = execution.typedSearchAttributes.get(BUILD_ATTRIBUTE);
    const isBlocked = execution.typedSearchAttributes.get(STATE_ATTRIBUTE) === 'blocked' && build !== undefined;
    const blocked = isBlocked ? { blockedBuild: build } : {};
    found.push({ workflowId, code: code as DeployCode, open: status.name === 'RUNNING', startedAt: startTime.getTime(), ...blocked });
    if (found.length === most) break;
  }
  return found;
}
