// Golden histories: what a version wrote must be replayed by every later one. Recorded by
// `RECORD_HISTORIES=<version> npx vitest run --project server test/workflows/histories.test.ts`, never edited, never removed.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { History } from './temporal-stage.ts';

const FOLDER = fileURLToPath(new URL('../histories', import.meta.url));

export interface StoredHistory {
  /** `<version>.<story>.<workflow>`. */
  readonly name: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly history: unknown;
}

interface Stored {
  readonly workflowId: string;
  readonly history: {
    readonly events: readonly { readonly workflowExecutionStartedEventAttributes?: { readonly originalExecutionRunId: string } }[];
  };
}

export async function storedHistories(): Promise<readonly StoredHistory[]> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.json'));
  return Promise.all(
    files.toSorted().map(async (file) => {
      const { workflowId, history } = JSON.parse(await readFile(join(FOLDER, file), 'utf8')) as Stored;
      const runId = history.events[0]?.workflowExecutionStartedEventAttributes?.originalExecutionRunId ?? '';
      return { name: basename(file, '.json'), workflowId, runId, history };
    }),
  );
}

/**
 * Writes a history, without what would name the machine it was recorded on, and without what activities were asked: by far the
 * largest part, and nothing that a replay compares (it compares which activity was asked for, and reads what it answered).
 */
export async function storeHistory(name: string, workflowId: string, history: History): Promise<void> {
  const kept: unknown = JSON.parse(historyToJSON(history), (key, value: unknown) => {
    if (key === 'stackTrace') return '';
    return key === 'activityTaskScheduledEventAttributes' ? { ...(value as object), input: undefined } : value;
  });
  await mkdir(FOLDER, { recursive: true });
  await writeFile(join(FOLDER, `${name}.json`), `${JSON.stringify({ workflowId, history: kept })}\n`);
}
