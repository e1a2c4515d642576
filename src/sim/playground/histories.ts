// What Temporal knows, read again whenever something happened and every few seconds while a request is open.
import type { Client } from '@temporalio/client';
import { decisionLog, type LogLine } from './decision-log.ts';

export interface WorkflowRow {
  readonly type: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly status: string;
  readonly events: number;
  readonly startedAt: number;
}
export interface Histories {
  readonly workflows: readonly WorkflowRow[];
  /** The newest request. */
  readonly newest: { readonly row: WorkflowRow; readonly log: readonly LogLine[] } | null;
  /** Why this is old, or null. */
  readonly problem: string | null;
}
export interface HistoryReader {
  current(): Histories;
  /** Reads soon; many calls are one read. */
  refresh(): void;
  /** Resolves when no read is under way: a client whose connection is closed meanwhile would throw. */
  stop(): Promise<void>;
}

const PAUSE_MS = 400;
const SHOWN_MAX = 40;
const READ_WITHIN_MS = 2_000;

export function createHistoryReader(client: Client, changed: () => void): HistoryReader {
  let current: Histories = { workflows: [], newest: null, problem: null };
  let seen = '';
  let timer: NodeJS.Timeout | null = null;
  let again = false;
  let stopped = false;
  let reading = Promise.resolve();

  const read = async (): Promise<void> => {
    again = false;
    const next = await client
      .withDeadline(Date.now() + READ_WITHIN_MS, () => readHistories(client))
      .catch((error: unknown) => ({
        ...current,
        problem: error instanceof Error ? error.message : String(error),
      }));
    const picture = JSON.stringify(next);
    if (picture !== seen && !stopped) {
      seen = picture;
      current = next;
      changed();
    }
    timer = null;
    if (again) schedule();
  };
  const schedule = (): void => {
    again = true;
    if (stopped || timer !== null) return;
    timer = setTimeout(() => void (reading = read()), PAUSE_MS);
    timer.unref();
  };
  return {
    current: () => current,
    refresh: schedule,
    stop: () => {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      return reading;
    },
  };
}

async function readHistories(client: Client): Promise<Histories> {
  const rows: WorkflowRow[] = [];
  for await (const { type, workflowId, runId, status, historyLength, startTime } of client.workflow.list({ pageSize: SHOWN_MAX })) {
    rows.push({ type, workflowId, runId, status: status.name.toLowerCase(), events: historyLength, startedAt: startTime.getTime() });
    if (rows.length >= SHOWN_MAX) break;
  }
  const workflows = rows.toSorted((a, b) => b.startedAt - a.startedAt);
  const row = workflows.find(({ type }) => type === 'deploy');
  if (row === undefined) return { workflows, newest: null, problem: null };
  const { events } = await client.workflow.getHandle(row.workflowId, row.runId).fetchHistory();
  // The list lags behind: the history itself says how long it is.
  const fresh = { ...row, events: events?.length ?? row.events };
  return { workflows: workflows.map((each) => (each === row ? fresh : each)), newest: { row: fresh, log: decisionLog(events ?? []) }, problem: null };
}
