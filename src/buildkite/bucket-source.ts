// Which bucket a request is taken from: this process's own, or the one of all processes, or, while Redis is away, a part of it.
import type { Logger } from 'pino';
import { type Bucket, createBucket } from './bucket.ts';
import type { Pace } from './pace.ts';
import type { SharedBucket } from './shared-bucket.ts';

export interface BucketState {
  /** `own`: there is one process. `shared`: one bucket in Redis. `degraded`: Redis can't be reached, each process keeps to its part. */
  readonly mode: 'own' | 'shared' | 'degraded';
  /** That share the quota. */
  readonly processes: number;
  /** Redis was not reached yet: how many share it is a cautious guess. */
  readonly isGuessed: boolean;
}

export interface BucketSource {
  /** Settles when it is known whether Redis is there. */
  readonly ready: Promise<void>;
  current(): Bucket;
  /** Called whenever `current` becomes another one, until the answer is called. */
  onChange(listener: () => void): () => void;
  /** It failed. */
  doubt(bucket: Bucket): void;
  state(): BucketState;
  stop(): Promise<void>;
}

export function chooseBucket(options: { readonly pace: Pace; readonly log: Logger; readonly shared: SharedBucket | null }): BucketSource {
  return options.shared === null ? ownBucket(options) : sharedOrPart({ ...options, shared: options.shared });
}

function ownBucket({ pace, log }: { readonly pace: Pace; readonly log: Logger }): BucketSource {
  const own = createBucket({ id: 'own', pace, filled: pace.burst, log });
  return {
    ready: Promise.resolve(),
    current: () => own,
    onChange: () => () => undefined,
    doubt: () => undefined,
    state: () => ({ mode: 'own', processes: 1, isGuessed: false }),
    stop: () => own.stop(),
  };
}

/** Together the parts are no more than the whole, each with a burst of its own. */
export function partOf(pace: Pace, processes: number): Pace {
  return { ...pace, perWindow: Math.max((pace.perWindow + pace.burst) / processes - pace.burst, 1) };
}

function sharedOrPart({ pace, log, shared }: { readonly pace: Pace; readonly log: Logger; readonly shared: SharedBucket }): BucketSource {
  let part: Bucket | null = null;
  const listeners = new Set<() => void>();
  const leavePart = (): void => {
    void part?.stop().catch(() => undefined);
    part = null;
  };
  // One request at first, which is kept for what is urgent: what was sent before counts as well.
  const newPart = (): Bucket => createBucket({ id: 'part', pace: partOf(pace, shared.processes()), filled: 1, log });
  shared.onChange(() => {
    if (shared.bucket() !== null) leavePart();
    for (const listener of listeners) listener();
  });
  const current = (): Bucket => shared.bucket() ?? (part ??= newPart());
  return {
    ready: shared.looked,
    current,
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    doubt: (bucket) => {
      if (bucket !== part) shared.doubt(bucket);
    },
    state: () => ({ mode: shared.bucket() === null ? 'degraded' : 'shared', processes: shared.processes(), isGuessed: shared.isGuessing() }),
    stop: async () => {
      leavePart();
      await shared.stop();
    },
  };
}
