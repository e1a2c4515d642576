// What goes wrong for long is tried again less and less often. The server ends a workflow whose history has 51,200 events, and an outage
// must not be what ends a request.
import { patched } from '@temporalio/workflow';
import type { Millis } from './vocabulary.ts';

/** Histories from before paused evenly. */
const PATCH = 'rarer';
/** Of the time that it has gone wrong for: so much later, at most, is it noticed that all is well again. */
const SHARE = 1 / 20;
const LONGEST_MS = 86_400_000;

/** The pause before the next try of what has gone wrong for `failingMs`, where `pauseMs` is enough at first. */
export const longer = (pauseMs: Millis, failingMs: Millis): Millis => Math.max(pauseMs, Math.min(Math.floor(failingMs * SHARE), LONGEST_MS));

/**
 * The same, where nothing in the input says of which version it is. Not to be asked right after the answer of a local activity: now and
 * then that comes in a workflow task of its own, and a replay, which has the answer before that, does not know of the patch yet.
 */
export function rarer(pauseMs: Millis, failingMs: Millis): Millis {
  const pause = longer(pauseMs, failingMs);
  return pause > pauseMs && patched(PATCH) ? pause : pauseMs;
}
