// A runtime for one workflow at a time, in this process and on virtual time: fast enough for tens of thousands of histories.
// It stands in for Temporal's sandbox only where the number of runs is the point; the same lists of acts run on the real one as well
// (test/workflows/model.test.ts).
import type * as sdk from '@temporalio/workflow';

type Handler = (...args: readonly unknown[]) => unknown;
interface Waiting {
  readonly holds: () => boolean;
  readonly resolve: () => void;
}
interface Timer {
  readonly at: number;
  readonly fire: () => void;
}
export type Implementations = Readonly<Record<string, (...args: readonly never[]) => unknown>>;

interface Run {
  readonly id: string;
  readonly runId: string;
  readonly activities: Implementations;
  readonly handlers: Map<string, Handler>;
  readonly waiting: Set<Waiting>;
  readonly timers: Set<Timer>;
  now: number;
  /** Handlers of updates and signals under way. */
  open: number;
  uuids: number;
  /** The workflow itself threw: whoever looks at it next is told. */
  failure: { readonly error: unknown } | null;
}

let current: Run | null = null;
let runs = 0;

function run(): Run {
  if (current === null) throw new Error('no workflow runs');
  return current;
}

/** What a test does to the running workflow. */
export interface Driver {
  /** Delivers an update; settles with its answer. */
  update(name: string, input: unknown): Promise<unknown>;
  signal(name: string, input: unknown): void;
  query(name: string): Promise<unknown>;
  /** Lets everything happen that can happen now. */
  settle(): Promise<void>;
  /** Moves the time, firing each timer at its own moment. */
  pass(ms: number): Promise<void>;
  readonly now: () => number;
}

/** How a story's workflow is started, here or on a server. */
export type Start = (activities: Implementations) => Promise<Driver>;

/** Starts the workflow. One at a time: the one before is forgotten. */
export function start(options: {
  readonly id: string;
  readonly at: number;
  readonly activities: Implementations;
  readonly workflow: () => Promise<unknown>;
}): Driver {
  const { id, at, activities, workflow } = options;
  runs += 1;
  const mine: Run = {
    id,
    runId: `run-${runs}`,
    activities,
    handlers: new Map(),
    waiting: new Set(),
    timers: new Set(),
    now: at,
    open: 0,
    uuids: 0,
    failure: null,
  };
  current = mine;
  workflow().catch((error: unknown) => (mine.failure = { error }));
  return driverOf(mine);
}

function driverOf(mine: Run): Driver {
  const call = (name: string, input: unknown): unknown => {
    const handler = mine.handlers.get(name);
    if (handler === undefined) throw new Error(`no handler of ${name}`);
    return handler(input);
  };
  const tracked = async (name: string, input: unknown): Promise<unknown> => {
    mine.open += 1;
    try {
      return await call(name, input);
    } finally {
      mine.open -= 1;
    }
  };
  return {
    update: tracked,
    signal: (name, input) => void tracked(name, input),
    query: async (name) => {
      if (mine.failure !== null) throw mine.failure.error;
      return mine.handlers.get(name)?.();
    },
    settle: () => settle(mine),
    pass: (ms) => pass(mine, ms),
    now: () => mine.now,
  };
}

/** Until no condition holds that somebody waits for. */
async function settle(mine: Run): Promise<void> {
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve));
    const ready = [...mine.waiting].filter(({ holds }) => holds());
    if (ready.length === 0) return;
    for (const waiting of ready) {
      mine.waiting.delete(waiting);
      waiting.resolve();
    }
  }
}

async function pass(mine: Run, ms: number): Promise<void> {
  const until = mine.now + ms;
  for (;;) {
    await settle(mine);
    const next = [...mine.timers].sort((one, two) => one.at - two.at)[0];
    if (next === undefined || next.at > until) break;
    mine.timers.delete(next);
    mine.now = Math.max(mine.now, next.at);
    next.fire();
  }
  mine.now = until;
  await settle(mine);
}

/** `Date.now` of whatever runs in here. */
export const virtualNow = (): number => current?.now ?? 0;

/** Stands in for the parts of `@temporalio/workflow` that need a sandbox; the rest (definitions, errors) is the real one. */
export function standIns(real: typeof sdk): Readonly<Record<string, unknown>> {
  const proxy = (): unknown => new Proxy({}, { get: (_target, name) => activity(String(name)) });
  class Scope {
    isCancelled = false;
    readonly reject: (() => void)[] = [];
    async run<T>(story: () => Promise<T>): Promise<T> {
      return Scope.within(this, story);
    }
    cancel(): void {
      this.isCancelled = true;
      for (const reject of this.reject) reject();
    }
    static present: Scope | null = null;
    static nonCancellable<T>(story: () => Promise<T>): Promise<T> {
      return story();
    }
    static within<T>(scope: Scope, story: () => Promise<T>): Promise<T> {
      const before = Scope.present;
      Scope.present = scope;
      try {
        return story();
      } finally {
        Scope.present = before;
      }
    }
  }
  return {
    ...real,
    CancellationScope: Scope,
    isCancellation: (error: unknown) => error instanceof real.CancelledFailure,
    proxyActivities: proxy,
    proxyLocalActivities: proxy,
    setHandler: (definition: { readonly name: string }, handler: Handler) => void run().handlers.set(definition.name, handler),
    allHandlersFinished: () => run().open === 0,
    condition: (holds: () => boolean) => {
      const mine = run();
      return holds() ? Promise.resolve() : new Promise<void>((resolve) => void mine.waiting.add({ holds, resolve }));
    },
    sleep: (ms: number) => sleepIn(run(), ms, Scope.present, () => new real.CancelledFailure('the timer was taken back')),
    patched: () => true,
    workflowInfo: () => ({ workflowId: run().id, runId: run().runId, historyLength: run().now, typedSearchAttributes: { get: () => undefined } }),
    setCurrentDetails: () => undefined,
    upsertSearchAttributes: () => undefined,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined },
    uuid4: () => `uuid-${(run().uuids += 1)}`,
    startChild: async () => ({ signal: async () => undefined }),
    getExternalWorkflowHandle: () => ({ signal: async () => undefined }),
  };
}

function sleepIn(mine: Run, ms: number, scope: { readonly reject: (() => void)[] } | null, cancelled: () => Error): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer: Timer = { at: mine.now + ms, fire: resolve };
    mine.timers.add(timer);
    scope?.reject.push(() => {
      mine.timers.delete(timer);
      reject(cancelled());
    });
  });
}

function activity(name: string): Handler {
  const call = async (input: unknown): Promise<unknown> => {
    const implementation = run().activities[name] as ((input: unknown) => unknown) | undefined;
    if (implementation === undefined) throw new Error(`no activity ${name}`);
    return implementation(input);
  };
  return Object.assign(call, { executeWithOptions: (_options: unknown, args: readonly unknown[]) => call(args[0]) });
}
