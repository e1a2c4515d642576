// Everything that happened, in order: to be read, compared with a golden file, or given away as it is.
import type { BuildkiteEvent } from './engine.ts';
import type { SimBuild, SimJob } from './state.ts';

export interface LoggedEvent {
  readonly at: number;
  /** null: the build's state changed, and there is no webhook for it. */
  readonly event: BuildkiteEvent | null;
  readonly pipeline: string;
  readonly number: number;
  /** `blocked` stands before what a blocked build pretends to be. */
  readonly state: string;
  /** The step that the event is about, and the state of its job. */
  readonly step: string | null;
  readonly jobState: string | null;
}

export interface EventLog {
  readonly events: readonly LoggedEvent[];
  record(event: BuildkiteEvent | null, build: SimBuild, job: SimJob | null): void;
}

export function createEventLog(now: () => number): EventLog {
  const events: LoggedEvent[] = [];
  const states = new Map<SimBuild, string>();
  return {
    events,
    record: (event, build, job) => {
      const state = build.blocked ? `blocked ${build.state}` : build.state;
      const isNew = states.get(build) !== state;
      states.set(build, state);
      if (event === null && !isNew) return;
      const step = job === null || job.step.type === 'wait' ? null : job.step.label;
      events.push({ at: now(), event, pipeline: build.pipeline.slug, number: build.number, state, step, jobState: job?.state ?? null });
    },
  };
}

/** One line an event, with the seconds since the first one. */
export function eventLines(events: readonly LoggedEvent[]): readonly string[] {
  const start = events[0]?.at ?? 0;
  return events.map(({ at, event, pipeline, number, state, step, jobState }) => {
    const when = ((at - start) / 1000).toFixed(1).padStart(6);
    return `${when}  ${pipeline} #${number} ${state}  ${[event ?? '-', step, jobState].filter((part) => part !== null).join(' ')}`;
  });
}
