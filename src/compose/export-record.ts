// `countersign export`: the signed record of a request that has ended, read from its history.
import type { Client } from '@temporalio/client';
import { isBlockId } from '../../workflows/block-contract.ts';
import { reviewId, reviewStatus, type ReviewStatus } from '../../workflows/review-contract.ts';
import { configPathOf, homeZone } from '../config/env.ts';
import { loadConfig } from '../config/load.ts';
import { describeProblem } from '../config/problem.ts';
import { readFile } from '../config/read-file.ts';
import { readSecret, type Variables } from '../config/read-secret.ts';
import { apiKeyRule, SIGNING_KEY, zoneSuffix } from '../config/secret-rules.ts';
import { parseDeployCode } from '../ids.ts';
import { seal } from '../record/dsse.ts';
import { statementOf } from '../record/statement.ts';
import { retentionDays } from '../temporal/bootstrap.ts';
import { createClient, readTemporalAddress } from '../temporal/connect.ts';
import { codeQuery, lookUp } from '../temporal/find-deploys.ts';
import { readClosedRun, type ClosedRun } from '../temporal/read-history.ts';
import { readStatus } from '../temporal/read-status.ts';
import { isTrouble } from '../trouble.ts';

export type Exported = { readonly kind: 'record'; readonly json: string } | { readonly kind: 'refused'; readonly why: string };

const refused = (why: string): Exported => ({ kind: 'refused', why });

/** `named`: a code or a workflow id. `zone`: whose namespace holds it. */
export async function exportRecord(named: string, env: Variables, zone = 'default'): Promise<Exported> {
  const suffix = zoneSuffix(zone);
  // Nothing is read that could not be signed.
  const key = readSecret(SIGNING_KEY, env, readFile);
  const apiKey = readSecret(apiKeyRule(suffix), env, readFile);
  const problems = [...key.problems, ...apiKey.problems];
  if (key.secret === null || problems.length > 0) return refused(problems.map(describeProblem).join(' '));
  try {
    const where = readTemporalAddress(env, { suffix, apiKey: apiKey.secret?.reveal ?? null });
    if (where === null) return refused('TEMPORAL_ADDRESS: found nothing. Set it to the server that holds the histories');
    const namespace = where.namespace ?? configuredNamespace(env, zone);
    if (namespace === null) return refused(`--zone: the configuration has no zone "${zone}"`);
    const client = createClient(where, namespace);
    return await sealedRecord(client, { named, namespace, pem: key.secret.reveal() });
  } catch (error) {
    if (isTrouble(error)) return refused(error.message);
    throw error;
  }
}

/** Where the product would look; a configuration that is not there, or wrong, says nothing. */
function configuredNamespace(env: Variables, zone: string): string | null {
  const home = homeZone(env);
  const loaded = loadConfig({ path: configPathOf(env), read: readFile, home });
  const written = loaded.kind === 'config' ? loaded.config.zones[zone]?.namespace : undefined;
  return written ?? (zone === 'default' ? home.namespace : null);
}

async function sealedRecord(client: Client, wish: { readonly named: string; readonly namespace: string; readonly pem: string }): Promise<Exported> {
  const { named, namespace, pem } = wish;
  const missing = async (): Promise<Exported> =>
    refused(
      `there is no request ${named} in namespace ${namespace}, which keeps histories for ${await retentionDays(client.connection, namespace)} d`,
    );
  const workflowId = await workflowIdOf(client, named);
  if (workflowId === null) return missing();
  const run = await readClosedRun(client, workflowId);
  if (run === null) return missing();
  if (run === 'open') return refused(`${named} has not ended yet. Its record can be written once it has, for as long as its history is kept`);
  const status = run.status ?? (await statusOfEnded(client, workflowId));
  if (status === null) return refused(`${named} was ended from outside, and no worker is there to say what it knew. Start Countersign and try again`);
  const review = status.plan?.emergency === undefined ? null : await reviewOf(client, workflowId);
  const statement = statementOf({ ...run, status, namespace, review });
  return { kind: 'record', json: `${JSON.stringify(await seal(Buffer.from(JSON.stringify(statement)), pem), null, 2)}\n` };
}

async function workflowIdOf(client: Client, named: string): Promise<string | null> {
  const code = parseDeployCode(named);
  if (code === null) return named;
  const found = (await lookUp(client, codeQuery(code, null), false)).find(({ workflowId }) => !isBlockId(workflowId));
  return found?.workflowId ?? null;
}

/** A run without a result is asked by replaying its history, which takes a worker. */
async function statusOfEnded(client: Client, workflowId: string): Promise<ClosedRun['status']> {
  try {
    return await readStatus(client, workflowId);
  } catch (error) {
    if (isTrouble(error, 'unavailable')) return null;
    throw error;
  }
}

/** The debt of an emergency as it stands now; null: it can't be read. */
async function reviewOf(client: Client, workflowId: string): Promise<ReviewStatus | null> {
  const handle = client.workflow.getHandle(reviewId(workflowId));
  try {
    const { status } = await handle.describe();
    return status.name === 'COMPLETED' ? ((await handle.result()) as ReviewStatus) : await handle.query(reviewStatus);
  } catch {
    return null;
  }
}
