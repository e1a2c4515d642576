// How fast Buildkite may be asked, and for how long a request waits here before it goes back to Temporal.
import type { Millis } from '../../workflows/vocabulary.ts';

export interface Pace {
  /** Requests in a window, on average. */
  readonly perWindow: number;
  readonly windowMs: Millis;
  /** Requests at once after a pause; at least 3, or the most urgent lanes would find nothing kept for them. */
  readonly burst: number;
  readonly maxWaitMs: Millis;
  /** Requests of one lane that wait here at the same time. */
  readonly queueMax: number;
  readonly requestTimeoutMs: Millis;
}

const BURST = 3;
const MARGIN = 4;

/** The pace for a user's quota, 50 a minute unless Buildkite has raised it: then burst + perWindow = 46 in the worst window of 60 s. */
export function paceOf(requestsPerMinute: number): Pace {
  return { perWindow: requestsPerMinute - BURST - MARGIN, windowMs: 60_000, burst: BURST, maxWaitMs: 6_000, queueMax: 20, requestTimeoutMs: 10_000 };
}
export const PACE: Pace = paceOf(50);
