// What it costs to show a build whose steps change all the time: the card is edited now and then only, and each edit costs few events.
// The product is started without a Buildkite webhook token, so that it hears of steps by the shared poll from the start.
import { PIPELINE, REPOSITORY } from '../src/sim/world.ts';
import { addedSince, countEvents, perWorkflow, total, type Events } from './histories.ts';
import { eventually, pause, setStage, type Stage } from './stage.ts';
import { counted, information, type Row } from './table.ts';

const STEP_MS = 1_000;
const STEPS = 90;
const LEAST_PAUSE_MS = 15_000;
const EVENTS_MAX = 20;
/** The poll belongs to all running builds together. */
const SHARED = 'buildWatch';
/** Timers may be early or late by this much when seen from outside. */
const TOLERANCE_MS = 250;
const SETTLE_MS = 3_000;

export async function measureSteps(options: {
  readonly address: string;
  readonly namespace: string;
  readonly edits: number;
  readonly tell: (line: string) => void;
}): Promise<readonly Row[]> {
  const { address, namespace, edits, tell } = options;
  const steps = Array.from({ length: STEPS }, (_, index) => [
    { type: 'command' as const, label: `step ${index + 1}`, durationMs: STEP_MS },
    { type: 'wait' as const },
  ]).flat();
  const stage = await setStage({ address, namespace, world: { steps }, without: ['BUILDKITE_WEBHOOK_TOKEN'] });
  try {
    await stage.world.github.comment(REPOSITORY, stage.world.pullRequest, 'ann', '/deploy api to staging');
    await eventually('the running build', () => stage.world.buildkite.builds(PIPELINE)[0]?.state === 'running');
    const first = await nextEdits(stage, 1);
    const before = await countEvents(stage.client);
    tell(`steps: waiting for ${edits} edits of a card`);
    const later = await nextEdits(stage, edits);
    const added = addedSince(before, await countEvents(stage.client));
    return rowsOf([...first, ...later], edits, added);
  } finally {
    await stage.close();
  }
}

/** The times of the next so many edits of the Slack card; returns when what the last one set off has settled. */
async function nextEdits({ world }: Stage, count: number): Promise<readonly number[]> {
  const from = world.slack.requests.length;
  const edits = (): readonly number[] =>
    world.slack.requests
      .slice(from)
      .filter(({ path }) => path.endsWith('/chat.update'))
      .map(({ at }) => at);
  await eventually(`${count} edits of the card`, () => edits().length >= count, count * 30_000);
  await pause(SETTLE_MS);
  return edits();
}

function rowsOf(times: readonly number[], edits: number, added: Events): readonly Row[] {
  const pauses = times.slice(1).map((at, index) => at - (times[index] ?? at));
  const shortest = Math.min(...pauses);
  const own = new Map([...added].filter(([type]) => type !== SHARED));
  const each = total(own) / edits;
  return [
    counted('pause between two edits of a card while steps change every second, the shortest of n', {
      n: pauses.length,
      product: `${(shortest / 1_000).toFixed(1)} s`,
      limit: `≥ ${LEAST_PAUSE_MS / 1_000} s`,
      holds: shortest >= LEAST_PAUSE_MS - TOLERANCE_MS,
    }),
    counted('events of each such edit, in the workflows of the deploy', {
      n: edits,
      product: `${each.toFixed(1)}: ${perWorkflow(own)} in all`,
      limit: `≤ ${EVENTS_MAX}`,
      holds: each <= EVENTS_MAX,
    }),
    information('events of the shared poll meanwhile, for all running builds together', edits, `${added.get(SHARED) ?? 0} in all`),
  ];
}
