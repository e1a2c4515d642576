// Temporal's histories, decoded: what was scheduled, what people did, what was answered. Reads the server, knows nothing of the product.
import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';

type Event = temporal.api.history.v1.IHistoryEvent;
type Payloads = temporal.api.common.v1.IPayloads | null | undefined;
type Time = temporal.api.history.v1.IHistoryEvent['eventTime'];

/** One scheduled activity and what became of it. Times in milliseconds since 1970. */
export interface Scheduled {
  readonly name: string;
  readonly input: unknown;
  readonly scheduledAt: number;
  closedAt: number | null;
  /** Place in the history of what closed it. */
  closedBy: number;
  how: 'open' | 'completed' | 'failed' | 'timed-out' | 'cancelled';
  result: unknown;
}

/** An update that was accepted; `result` is null until it was answered. */
export interface Updated {
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
  result: unknown;
  /** Place in the history of its answer. */
  answeredBy: number;
}

export interface Signalled {
  readonly name: string;
  readonly input: unknown;
  readonly event: number;
}

export interface History {
  readonly workflowId: string;
  readonly type: string;
  readonly isOpen: boolean;
  readonly input: unknown;
  readonly result: unknown;
  readonly activities: readonly Scheduled[];
  readonly updates: readonly Updated[];
  readonly signals: readonly Signalled[];
  readonly events: readonly Event[];
}

/** Every history of the namespace, closed runs too. */
export async function readHistories(client: Client): Promise<readonly History[]> {
  const histories: History[] = [];
  for await (const { workflowId, runId, type, status } of client.workflow.list()) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    histories.push({ workflowId, type, isOpen: status.name === 'RUNNING', ...decode(events ?? []) });
  }
  return histories;
}

function decode(events: readonly Event[]): Omit<History, 'workflowId' | 'type' | 'isOpen'> {
  const activities = new Map<number, Scheduled>();
  const updates = new Map<string, Updated>();
  const signals: Signalled[] = [];
  let input: unknown = null;
  let result: unknown = null;
  for (const event of events) {
    input = valueOf(event.workflowExecutionStartedEventAttributes?.input) ?? input;
    result = valueOf(event.workflowExecutionCompletedEventAttributes?.result) ?? result;
    noteActivity(activities, event);
    noteUpdate(updates, event);
    const signal = event.workflowExecutionSignaledEventAttributes;
    if (signal) signals.push({ name: signal.signalName ?? '', input: valueOf(signal.input), event: Number(event.eventId) });
  }
  return { input, result, activities: [...activities.values()], updates: [...updates.values()], signals, events };
}

function noteActivity(activities: Map<number, Scheduled>, event: Event): void {
  const scheduled = event.activityTaskScheduledEventAttributes;
  if (scheduled) {
    activities.set(Number(event.eventId), {
      name: scheduled.activityType?.name ?? '',
      input: valueOf(scheduled.input),
      scheduledAt: millis(event.eventTime),
      closedAt: null,
      closedBy: Infinity,
      how: 'open',
      result: null,
    });
  }
  const completed = event.activityTaskCompletedEventAttributes;
  const ends = [
    ['completed', completed],
    ['failed', event.activityTaskFailedEventAttributes],
    ['timed-out', event.activityTaskTimedOutEventAttributes],
    ['cancelled', event.activityTaskCanceledEventAttributes],
  ] as const;
  for (const [how, end] of ends) {
    const activity = end ? activities.get(Number(end.scheduledEventId)) : undefined;
    if (activity === undefined) continue;
    const closed = { how, closedAt: millis(event.eventTime), closedBy: Number(event.eventId) };
    Object.assign(activity, closed, how === 'completed' ? { result: valueOf(completed?.result) } : {});
  }
}

function noteUpdate(updates: Map<string, Updated>, event: Event): void {
  const accepted = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest;
  const id = accepted?.meta?.updateId;
  if (accepted && id) {
    updates.set(id, { id, name: accepted.input?.name ?? '', input: valueOf(accepted.input?.args), result: null, answeredBy: Infinity });
  }
  const completed = event.workflowExecutionUpdateCompletedEventAttributes;
  const update = updates.get(completed?.meta?.updateId ?? '');
  if (completed && update) Object.assign(update, { result: valueOf(completed.outcome?.success), answeredBy: Number(event.eventId) });
}

/** The first of the values; null where there is none. */
function valueOf(payloads: Payloads): unknown {
  const [first] = payloads?.payloads ?? [];
  return first ? defaultPayloadConverter.fromPayload(first) : null;
}

function millis(time: Time): number {
  return Number(time?.seconds ?? 0) * 1_000 + Math.floor((time?.nanos ?? 0) / 1e6);
}

/** Every text in it, payloads as they are stored. */
export function* textsOf(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (value instanceof Uint8Array) yield new TextDecoder().decode(value);
  else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) yield* textsOf(part);
}
