// What a workflow did once, it does again from its history alone.
import type { temporal } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { inject } from 'vitest';
import { eventually } from './acme.ts';
import type { History, Stage } from './temporal-stage.ts';

type Event = temporal.api.history.v1.IHistoryEvent;

/** Replays the last run of a workflow and answers its history. Throws with that history, a line for each event, when it goes another way. */
export async function replayed(stage: Pick<Stage, 'history'>, workflowId: string): Promise<History> {
  // A run that has just begun has done nothing yet.
  const history = await eventually(`something that ${workflowId} did`, async () => {
    const read = await stage.history(workflowId);
    return read.events?.some((event) => event.workflowTaskCompletedEventAttributes != null) === true && read;
  });
  try {
    await Worker.runReplayHistory({ workflowBundle: { codePath: inject('workflowBundlePath') } }, history, workflowId);
  } catch (error) {
    if (!(error instanceof DeterminismViolationError)) throw error;
    throw new Error(`${workflowId}: ${error.message}\n${(history.events ?? []).map(asLine).join('\n')}`, { cause: error });
  }
  return history;
}

function asLine(event: Event): string {
  const [kind = '', attributes] = Object.entries(event).find(([key, value]) => key.endsWith('EventAttributes') && value != null) ?? [];
  return `${String(event.eventId)} ${timeOf(event)} ${kind.replace('EventAttributes', '')} ${detailsOf(attributes as object)}`.trimEnd();
}

function timeOf({ eventTime }: Event): string {
  const milliseconds = Number(eventTime?.seconds ?? 0) * 1_000 + (eventTime?.nanos ?? 0) / 1e6;
  return new Date(milliseconds).toISOString().slice(11, -1);
}

/** What tells two events of the same kind apart. */
function detailsOf(attributes: object): string {
  const NAMES = [
    'activityType',
    'markerName',
    'details',
    'signalName',
    'timerId',
    'startToFireTimeout',
    'acceptedEventId',
    'acceptedRequest',
    'scheduledEventId',
  ];
  const known = Object.entries(attributes).filter(([name, value]) => NAMES.includes(name) && value != null);
  return known.map(([name, value]) => `${name}=${short(value)}`).join(' ');
}

function short(value: unknown): string {
  const decoded = JSON.stringify(value, (key, inner: unknown) => {
    if (key === 'metadata') return undefined;
    return inner instanceof Uint8Array ? Buffer.from(inner).toString('utf8') : inner;
  });
  return decoded.slice(0, 300);
}
