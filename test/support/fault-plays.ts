// The plays of the fault suite: what goes wrong, how often, and what must come of it. Small in the tests, large in the benchmark.
import { TROUBLE } from '../../src/sim/buildkite/faults.ts';
import type { FaultEffect } from '../../src/sim/http.ts';
import { ENDS, isToldRight, type Deployed, type FaultStage, type Requests } from './fault-stage.ts';

export interface Outcome {
  readonly deploys: number;
  readonly builds: number;
  /** Of how many deploys people were told what really became of them. */
  readonly right: number;
  /** Targets that are still held by somebody afterwards. */
  readonly held: number;
  readonly requests: Requests;
}

/** Answers to a create that do not say whether it was carried out. Where nothing was, it has to be sent again. */
const UNCLEAR: Readonly<Record<string, readonly FaultEffect[]>> = {
  cut: [TROUBLE.cutAfter, TROUBLE.cutBefore],
  'error-500': [TROUBLE.errorAfter, TROUBLE.errorBefore],
  hang: [TROUBLE.hangAfter, TROUBLE.hangBefore],
  html: [TROUBLE.htmlAfter],
  truncated: [TROUBLE.halfAfter, TROUBLE.truncatedAfter],
};
export const UNCLEAR_KINDS = Object.keys(UNCLEAR);

/** So many deploys for each kind of unclear answer, all at once. */
export async function playUnclear(stage: FaultStage, count: number): Promise<Readonly<Record<string, Outcome>>> {
  const playOne = async ([kind, effects]: readonly [string, readonly FaultEffect[]]): Promise<readonly [string, Outcome]> => {
    const pipeline = `unclear-${kind}`;
    const times = Math.ceil(count / effects.length);
    for (const effect of effects) stage.sim.fault({ method: 'POST', path: new RegExp(`/pipelines/${pipeline}/builds$`), times, effect });
    return [kind, await play(stage, [{ pipeline, end: 'passes', count }])];
  };
  return Object.fromEntries(await Promise.all(Object.entries(UNCLEAR).map(playOne)));
}

export type Weather = 'good' | 'lost' | 'late-doubled-shuffled' | 'none';

/** So many deploys of every end at once, while webhooks come like that. */
export async function playWebhooks(stage: FaultStage, weather: Weather, count: number): Promise<Outcome & { readonly late: number }> {
  const { sim } = stage;
  if (weather === 'lost') sim.webhookFaults({ lose: true });
  // Beyond the silence after which the shared poll stands in: most of them tell what is over by then.
  if (weather === 'late-doubled-shuffled') sim.webhookFaults({ delayMs: 120_000, copies: 2, reorder: true });
  const each = Math.ceil(count / ENDS.length);
  const counts = ENDS.map((end, at) => ({ pipeline: `${weather}-${end}`, end, count: Math.min(each, count - at * each) }));
  const outcome = await play(
    stage,
    counts.filter((wish) => wish.count > 0),
  );
  const before = stage.announcements();
  await sim.deliveriesSettled();
  sim.webhookFaults({ lose: false, delayMs: 0, copies: 1, reorder: false });
  return { ...outcome, late: stage.announcements() - before };
}

/** Requests of `count` passed deploys in fresh environments, all at once. `pipeline`: a new one. */
export function playPassed(stage: FaultStage, count: number, pipeline = 'passed'): Promise<Outcome> {
  return play(stage, [{ pipeline, end: 'passes', count }]);
}

async function play(stage: FaultStage, wishes: Parameters<FaultStage['deploy']>[0]): Promise<Outcome> {
  const mark = stage.mark();
  const deployed = await stage.deploy(wishes);
  const requests = stage.requests(
    mark,
    wishes.map(({ pipeline }) => pipeline),
  );
  return { ...(await judge(stage, deployed)), requests };
}

async function judge(stage: FaultStage, deployed: readonly Deployed[]): Promise<Omit<Outcome, 'requests'>> {
  const pipelines = [...new Set(deployed.map(({ pipeline }) => pipeline))];
  return {
    deploys: deployed.length,
    builds: pipelines.reduce((sum, pipeline) => sum + stage.sim.builds(pipeline).length, 0),
    right: deployed.filter((one) => isToldRight(stage, one)).length,
    held: await freed(stage, deployed),
  };
}

const FREE_WITHIN_MS = 60_000;

/** A target is free a moment after its request has ended. */
async function freed(stage: FaultStage, deployed: readonly Deployed[]): Promise<number> {
  const giveUpAt = Date.now() + FREE_WITHIN_MS;
  for (;;) {
    const held = await stage.held(deployed);
    if (held === 0 || Date.now() > giveUpAt) return held;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
