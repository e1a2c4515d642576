// What a namespace needs before the first workflow: itself (dev server only), search attributes, enough retention.
import { Connection, type ConnectionLike } from '@temporalio/client';
import { Trouble } from '../trouble.ts';

const KEYWORD = 2;
const KEYWORD_LIST = 7;

/** The search attributes of design §5, with their types as Temporal numbers them. */
export const SEARCH_ATTRIBUTES: Readonly<Record<string, { readonly type: number; readonly cli: string }>> = {
  DeployService: { type: KEYWORD, cli: 'Keyword' },
  DeployEnvironment: { type: KEYWORD, cli: 'Keyword' },
  DeployState: { type: KEYWORD, cli: 'Keyword' },
  DeploySha: { type: KEYWORD, cli: 'Keyword' },
  DeployRequester: { type: KEYWORD, cli: 'Keyword' },
  DeployCode: { type: KEYWORD, cli: 'Keyword' },
  DeployBuild: { type: KEYWORD, cli: 'Keyword' },
  DeployPr: { type: KEYWORD, cli: 'Keyword' },
  DeployApprovers: { type: KEYWORD_LIST, cli: 'KeywordList' },
};

const RETENTION_DAYS = { least: 7, comfortable: 30 } as const;
const DAY_S = 86_400;

/** Registers what is missing. For servers that we start; elsewhere `prepareNamespace` reports instead. */
export async function registerSearchAttributes(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    await addMissing(connection, namespace);
  } finally {
    await connection.close();
  }
}

/**
 * Makes a namespace ready: registers missing search attributes if the credential may, and reads the retention.
 * Answers warnings. Throws `Trouble` (invalid) with the exact commands that mend it.
 */
export async function prepareNamespace(connection: ConnectionLike, namespace: string): Promise<readonly string[]> {
  try {
    await addMissing(connection, namespace);
  } catch (cause) {
    const missing = await missingAttributes(connection, namespace);
    const commands = missing.map(
      (name) => `temporal operator search-attribute create --namespace ${namespace} --name ${name} --type ${SEARCH_ATTRIBUTES[name]?.cli}`,
    );
    throw mend(`namespace ${namespace} lacks search attributes and our credential may not register them. Run:\n  ${commands.join('\n  ')}`, cause);
  }
  return checkRetention(connection, namespace);
}

async function addMissing(connection: ConnectionLike, namespace: string): Promise<void> {
  const missing = await missingAttributes(connection, namespace);
  if (missing.length === 0) return;
  const searchAttributes = Object.fromEntries(missing.map((name) => [name, SEARCH_ATTRIBUTES[name]?.type ?? KEYWORD]));
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
}

async function missingAttributes(connection: ConnectionLike, namespace: string): Promise<readonly string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return Object.keys(SEARCH_ATTRIBUTES).filter((name) => customAttributes?.[name] === undefined || customAttributes[name] === null);
}

/** For how many days the namespace keeps closed histories. */
export async function retentionDays(connection: ConnectionLike, namespace: string): Promise<number> {
  const { config } = await connection.workflowService.describeNamespace({ namespace });
  return Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) / DAY_S;
}

async function checkRetention(connection: ConnectionLike, namespace: string): Promise<readonly string[]> {
  const days = await retentionDays(connection, namespace);
  const command = `temporal operator namespace update --namespace ${namespace} --retention ${RETENTION_DAYS.comfortable}d`;
  if (days < RETENTION_DAYS.least) {
    throw mend(
      `namespace ${namespace} keeps histories for ${days} d; Countersign needs at least ${RETENTION_DAYS.least} d, or a late redelivery could start a deploy twice. Run:\n  ${command}`,
    );
  }
  if (days >= RETENTION_DAYS.comfortable) return [];
  return [`namespace ${namespace} keeps histories for ${days} d only: \`why\` and \`history\` end there. Longer: ${command}`];
}

/** For servers that we start: how long closed histories are kept. */
export async function setRetention(connection: ConnectionLike, namespace: string, days: number): Promise<void> {
  await connection.workflowService.updateNamespace({
    namespace,
    config: { workflowExecutionRetentionTtl: { seconds: toLong(days * DAY_S) } },
  });
}

// protobufjs takes numbers for 64-bit fields at run time; its typings ask for Long.
const toLong = (value: number): never => value as never;

function mend(found: string, cause?: unknown): Trouble {
  return new Trouble({ source: 'temporal', kind: 'invalid', doing: 'preparing the namespace', found, cause });
}
