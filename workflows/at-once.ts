// A call that is usually over at once is a local activity: one event instead of six. Two things would make a history that can't be
// replayed, and are kept from happening (docs/adr/0030). Of two local activities at the same time a replay may tell both answers
// together, whichever came first: so there is one at a time. And the answer of one that outlives its workflow task, which is renewed
// after 8 s, comes in a replay together with whatever arrived since: so each has one attempt, and none begins late in its task.
// A query ends a workflow task, too: `interceptors.ts` sees to that.
import { patched, proxyActivities, proxyLocalActivities, workflowInfo, type ActivityOptions } from '@temporalio/workflow';
import type { Millis } from './vocabulary.ts';

/** What begins before that takes 3.5 s at most. */
const LATE_MS = 2_000;
/** Histories from before had several at a time and several attempts. */
const PATCH = 'at-once';

interface Task {
  readonly runId: string;
  /** Tells a workflow task from the one before. */
  readonly historyLength: number;
  readonly since: Millis;
}
let task: Task = { runId: '', historyLength: -1, since: 0 };
let underWay: { readonly runId: string; readonly historyLength: number; readonly over: Promise<void> } | null = null;

type Calls = Readonly<Record<string | symbol, (...args: readonly unknown[]) => Promise<unknown>>>;

/** Activities that are asked locally, and otherwise, where that gave no answer, as ordinary ones. `within`: how long the local attempt may take. */
export function nearby<T extends object>(within: Millis, otherwise: ActivityOptions): T {
  const here = local<T>(within) as unknown as Calls;
  const there = proxyActivities(otherwise) as unknown as Calls;
  return calls((name, args) => atOnce({ soon: async () => here[name]?.(...args), patiently: async () => there[name]?.(...args) }));
}

/** `soon`: asks by one of the local activities below. */
export async function atOnce<T>({ soon, patiently }: { readonly soon: () => Promise<T>; readonly patiently: () => Promise<T> }): Promise<T> {
  try {
    return await soon();
  } catch (error) {
    if (!patched(PATCH)) throw error;
  }
  return patiently();
}

/** Local activities, one at a time, of one attempt each. Rejects, too, where it is too late in the workflow task to begin. */
export function local<T extends object>(within: Millis): T {
  const here = proxyLocalActivities({ startToCloseTimeout: within, retry: { maximumAttempts: 1 } }) as unknown as Calls;
  return calls((name, args) => alone(async () => here[name]?.(...args)));
}

function calls<T extends object>(call: (name: string | symbol, args: readonly unknown[]) => Promise<unknown>): T {
  const methods = {
    get:
      (_target: object, name: string | symbol) =>
      (...args: readonly unknown[]) =>
        call(name, args),
  };
  return new Proxy({}, methods) as T;
}

async function alone<T>(ask: () => Promise<T>): Promise<T> {
  const { runId } = workflowInfo();
  for (let other = othersOf(runId); other !== null && patched(PATCH); other = othersOf(runId)) await other;
  if (isLate() && patched(PATCH)) throw new Error('too late in its workflow task for a local activity');
  const asked = ask();
  const mine = { runId, historyLength: workflowInfo().historyLength, over: asked.then(nothing, nothing) };
  underWay = mine;
  try {
    return await asked;
  } finally {
    if (underWay === mine) underWay = null;
  }
}

/** Settles when what is under way is over; null: nothing is. */
const othersOf = (runId: string): Promise<void> | null => (underWay?.runId === runId ? underWay.over : null);

export const isUnderWay = (): boolean => othersOf(workflowInfo().runId) !== null;

/** Whether a local activity is under way that was asked for in an earlier workflow task. */
export function isFromEarlierTask(): boolean {
  const { runId, historyLength } = workflowInfo();
  return underWay?.runId === runId && underWay.historyLength !== historyLength;
}

const nothing = (): void => undefined;

/** By the history's time, in which a local activity takes as long as it took. */
function isLate(): boolean {
  const { runId, historyLength } = workflowInfo();
  if (task.runId !== runId || task.historyLength !== historyLength) task = { runId, historyLength, since: Date.now() };
  return Date.now() - task.since > LATE_MS;
}
