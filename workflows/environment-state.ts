// What an `environment` knows and uses. No waiting here.
import { createClock, type Clock } from './clock.ts';
import type { EnvironmentInput } from './contract.ts';
import { createLine, type Line } from './line.ts';
import { openQueue, type Queue } from './queue.ts';
import { ENVIRONMENT_TIMING, type EnvironmentTiming } from './timing.ts';
import type { Millis } from './vocabulary.ts';

export interface Environment extends Pick<EnvironmentInput, 'target' | 'organization'> {
  readonly timing: EnvironmentTiming;
  readonly queue: Queue;
  readonly clock: Clock;
  /** Signals to other workflows. */
  readonly errands: Line;
  /** What each request in the queue was told of its place. */
  readonly told: Map<string, string>;
  /** The holder's `build` was not started by this run, which therefore is not told its end unless it asks. */
  hasForeignHolder: boolean;
  /** Pause before the next try, growing while things go wrong. */
  retryMs: Millis;
}

export function openEnvironment(input: EnvironmentInput): Environment {
  const { target, organization, timing = ENVIRONMENT_TIMING } = input;
  const queue = openQueue(input);
  const hasForeignHolder = queue.holder !== null;
  return {
    target,
    organization,
    timing,
    queue,
    clock: createClock(),
    errands: createLine(),
    told: new Map(),
    hasForeignHolder,
    retryMs: timing.retryMs,
  };
}
