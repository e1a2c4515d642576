// Durations that workflows wait for, in milliseconds. Given with the input, so that tests need not wait, and frozen in the
// history, so that a new version changes nothing for what is under way. WIRE FORMAT.
import type { Millis } from './vocabulary.ts';

export interface DeployTiming {
  /** I10: no plan starts later than this after the event's own time. */
  readonly maxAgeMs: Millis;
  /** First and longest pause before `deploy` asks its environment again. */
  readonly askAgainMs: Millis;
  readonly askAgainMaxMs: Millis;
  /** A start of which nothing is heard for `askAgainMs` is told as waiting for Buildkite's quota. Absent in inputs of older versions: it is not. */
  readonly tellsQueued?: true;
  /** Its build carries a seal (seal.ts). Absent in inputs of older versions: its id alone tells it. */
  readonly seals?: true;
  /** Whoever is missing and can't be read for long is read less and less often. Absent in inputs of older versions: every minute. */
  readonly easesOff?: true;
  /** How long an unreadable gate is read again at the turn, and the first pause in between (doubled each time). */
  readonly unreadableMs: Millis;
  readonly unreadablePauseMs: Millis;
  /** Least time between two edits of a card for mere progress. */
  readonly progressMs: Millis;
  /** First and longest pause between two looks at gates that only time can open: 15 s and 2 min in inputs of older versions. */
  readonly pendingMs?: Millis;
  readonly pendingMaxMs?: Millis;
  /** A passing phase (queued as the next one, checking, starting) is told only if it lasts longer than this. */
  readonly settleMs: Millis;
}
export const DEPLOY_TIMING: DeployTiming = {
  maxAgeMs: 600_000,
  askAgainMs: 60_000,
  askAgainMaxMs: 600_000,
  tellsQueued: true,
  seals: true,
  easesOff: true,
  unreadableMs: 600_000,
  unreadablePauseMs: 5_000,
  progressMs: 15_000,
  pendingMs: 15_000,
  pendingMaxMs: 120_000,
  settleMs: 2_000,
};

export interface BuildTiming {
  /** Start-to-close of `createBuild`: this long after its start no create can be under way any more. */
  readonly createMs: Millis;
  /** Pause between the three look-ups after an unclear create. */
  readonly findPauseMs: Millis;
  /** First and longest pause between two rounds of looking and creating. */
  readonly roundMs: Millis;
  readonly roundMaxMs: Millis;
  /** Silence (no signed webhook) after which the shared poll is asked for; 0 without a webhook token. */
  readonly silentMs: Millis;
  /** First and longest pause before it is asked for again, or anything else that got no answer. */
  readonly askAgainMs: Millis;
  readonly askAgainMaxMs: Millis;
  /** Least time between two reports of mere progress. */
  readonly progressMs: Millis;
  /** That a step has failed is more than progress. Not in inputs of older versions. */
  readonly failingAtOnce?: true;
}
export const BUILD_TIMING: BuildTiming = {
  createMs: 30_000,
  findPauseMs: 7_500,
  roundMs: 15_000,
  roundMaxMs: 300_000,
  silentMs: 60_000,
  askAgainMs: 60_000,
  askAgainMaxMs: 600_000,
  progressMs: 15_000,
  failingAtOnce: true,
};

export interface EnvironmentTiming {
  /** First and longest pause before `environment` tries again what did not work. */
  readonly retryMs: Millis;
  readonly retryMaxMs: Millis;
  /** Continues as new after so many events even if the server does not suggest it yet. */
  readonly eventsMax?: number;
  /** `BuildInput.claimMs` of the builds it starts; absent: the usual one. */
  readonly claimMs?: Millis;
  readonly build: BuildTiming;
}
export const ENVIRONMENT_TIMING: EnvironmentTiming = { retryMs: 2_000, retryMaxMs: 300_000, build: BUILD_TIMING };

export interface BuildWatchTiming {
  readonly pollMs: Millis;
  /** Builds older than `slowAfterMs` are polled for this often. */
  readonly slowPollMs: Millis;
  readonly slowAfterMs: Millis;
  /** As in `EnvironmentTiming`. */
  readonly eventsMax?: number;
}
export const BUILD_WATCH_TIMING: BuildWatchTiming = { pollMs: 15_000, slowPollMs: 30_000, slowAfterMs: 600_000 };
