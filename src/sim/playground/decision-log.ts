// The decision log of one request, told by its Temporal history alone: who asked, every act with its receipt, the claim, the build. Pure.
import { arrayFromPayloads, defaultPayloadConverter } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import { toldByActivity, toldBySignal, toldByStart, toldByUpdate, type Told } from './decision-words.ts';

export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
type Payloads = Parameters<typeof arrayFromPayloads>[1];

export interface LogLine extends Told {
  /** Number of the event in the history: where to look in Temporal's own page. */
  readonly event: number;
  readonly at: number;
}

export function decisionLog(events: readonly HistoryEvent[]): readonly LogLine[] {
  const asked = new Map<number, { readonly name: string; readonly input: unknown }>();
  const lines: LogLine[] = [];
  for (const event of events) {
    const told = tell(event, asked);
    // The same news twice (a build that runs and still runs) is one line.
    if (told !== null && lines.at(-1)?.text !== told.text) lines.push({ event: Number(event.eventId), at: timeOf(event), ...told });
  }
  return lines;
}

type Asked = Map<number, { readonly name: string; readonly input: unknown }>;

function tell(event: HistoryEvent, asked: Asked): Told | null {
  const started = event.workflowExecutionStartedEventAttributes;
  if (started) return toldByStart(first(started.input?.payloads));
  const scheduled = event.activityTaskScheduledEventAttributes;
  if (scheduled) asked.set(Number(event.eventId), { name: scheduled.activityType?.name ?? '', input: null });
  const completed = event.activityTaskCompletedEventAttributes;
  if (completed) return toldByActivity(asked.get(Number(completed.scheduledEventId))?.name ?? '', first(completed.result?.payloads));
  const accepted = event.workflowExecutionUpdateAcceptedEventAttributes;
  if (accepted) {
    const { input } = accepted.acceptedRequest ?? {};
    asked.set(Number(event.eventId), { name: input?.name ?? '', input: first(input?.args?.payloads) });
  }
  const answered = event.workflowExecutionUpdateCompletedEventAttributes;
  if (answered) {
    const act = asked.get(Number(answered.acceptedEventId));
    return act === undefined ? null : toldByUpdate(act.name, act.input, first(answered.outcome?.success?.payloads));
  }
  const signalled = event.workflowExecutionSignaledEventAttributes;
  if (signalled) return toldBySignal(signalled.signalName ?? '', first(signalled.input?.payloads));
  if (event.workflowExecutionCompletedEventAttributes) return { sign: '🏁', text: 'The request is over; its history stays', detail: null };
  if (event.workflowExecutionTerminatedEventAttributes) return { sign: '💥', text: 'Terminated from outside', detail: null };
  return null;
}

function first(payloads: Payloads): unknown {
  return arrayFromPayloads(defaultPayloadConverter, payloads)[0];
}

function timeOf({ eventTime }: HistoryEvent): number {
  return Number(eventTime?.seconds ?? 0) * 1_000 + Math.floor((eventTime?.nanos ?? 0) / 1_000_000);
}
