// What Buildkite may do to us: unclear answers, webhooks that are lost, late, doubled or out of order. And what following costs.
// All durations a tenth of the real ones, builds too; deploys are asked for a hundred at a time.
import { pino } from 'pino';
import { installRuntime } from '../src/temporal/worker.ts';
import { playPassed, playUnclear, playWebhooks, type Outcome, type Weather } from '../test/support/fault-plays.ts';
import { openFaultStage, type FaultStage, type Requests } from '../test/support/fault-stage.ts';
import { pause } from './stage.ts';
import { counted, type Row } from './table.ts';

const UNCLEAR_EACH = 20;
const WEBHOOKS = 30;
const PASSED = 30;
const MANY = 100;
/** Ten polls of the real 15 s. */
const POLLS_MS = 15_000;

const WEATHERS: readonly (readonly [weather: Weather, words: string])[] = [
  ['good', 'webhooks as they should be'],
  ['lost', 'all webhooks lost'],
  ['late-doubled-shuffled', 'webhooks 2 min late, doubled and shuffled'],
];

export async function measureFaults(options: {
  readonly address: string;
  readonly namespaces: readonly [heard: string, unheard: string];
  readonly tell: (line: string) => void;
}): Promise<readonly Row[]> {
  const { address, tell } = options;
  const [heard, unheard] = options.namespaces;
  const rows: Row[] = [];
  installRuntime(pino({ level: 'silent' }));
  const hearing = await openFaultStage({ address, namespace: heard, hears: true });
  try {
    tell('faults: unclear answers');
    rows.push(...unclearRows(await playUnclear(hearing, UNCLEAR_EACH)));
    for (const [weather, words] of WEATHERS) {
      tell(`faults: ${words}`);
      rows.push(webhookRow(words, await playWebhooks(hearing, weather, WEBHOOKS)));
    }
    tell('faults: what following costs');
    rows.push(costRow('requests of passed deploys on fresh targets, webhooks heard', await playPassed(hearing, PASSED), false));
  } finally {
    await hearing.close();
  }
  const deaf = await openFaultStage({ address, namespace: unheard, hears: false });
  try {
    rows.push(costRow('the same without webhooks set up', await playPassed(deaf, PASSED), true));
    rows.push(webhookRow('no webhooks set up', await playWebhooks(deaf, 'none', WEBHOOKS)));
    rows.push(await pollRow(deaf, tell));
  } finally {
    await deaf.close();
  }
  return rows;
}

function unclearRows(outcomes: Readonly<Record<string, Outcome>>): readonly Row[] {
  const all = Object.values(outcomes);
  const sum = (of: (outcome: Outcome) => number): number => all.reduce((total, outcome) => total + of(outcome), 0);
  const kinds = Object.entries(outcomes).map(([kind, { deploys, builds }]) => `${kind} ${deploys}/${builds}`);
  const [deploys, builds, right, held] = [sum((one) => one.deploys), sum((one) => one.builds), sum((one) => one.right), sum((one) => one.held)];
  return [
    counted(`unclear answers to the create, deploys/builds: ${kinds.join(', ')}`, {
      n: deploys,
      product: `${builds} builds, ${right} told right, ${held} targets held, ${sum((one) => one.requests.create)} creates, ${sum((one) => one.requests.look)} looks`,
      limit: `${deploys} builds`,
      holds: builds === deploys && right === deploys && held === 0,
    }),
  ];
}

function webhookRow(words: string, { deploys, builds, right, held, late, requests }: Awaited<ReturnType<typeof playWebhooks>>): Row {
  return counted(`deploys that pass, fail, are blocked or interrupted: ${words}`, {
    n: deploys,
    product: `${builds} builds, ${right} told right, ${held} targets held, ${late} messages after the end; ${requests.poll} polls, ${requests.read} reads in all`,
    limit: `${deploys} told right`,
    holds: builds === deploys && right === deploys && held === 0 && late === 0,
  });
}

function costRow(what: string, { deploys: n, right, requests }: Outcome, mayPoll: boolean): Row {
  const { create, read, annotate, list, look, log, poll } = requests;
  const isExact = [create, read, annotate, list].every((count) => count === n) && look === 0 && log === 0;
  return counted(what, {
    n,
    product: `${perDeploy(requests, n)}; ${poll} polls for all`,
    limit: `create, read, annotation, one look at a fresh target${mayPoll ? ' and the polls' : ', no poll'}`,
    holds: right === n && isExact && (mayPoll || poll === 0),
  });
}

const perDeploy = (requests: Requests, n: number): string =>
  Object.entries(requests)
    .filter(([kind, count]) => kind !== 'poll' && count > 0)
    .map(([kind, count]) => `${kind} ${(count / n).toFixed(2)}`)
    .join(', ');

/** One poll for all: its rate is the same for one running build and for a hundred. */
async function pollRow(stage: FaultStage, tell: (line: string) => void): Promise<Row> {
  const polls = async (): Promise<Requests> => {
    const mark = stage.mark();
    await pause(POLLS_MS);
    return stage.requests(mark, []);
  };
  await stage.run('first', 1);
  await pause(2_000);
  const one = await polls();
  tell(`faults: ${MANY} running builds`);
  await stage.run('others', MANY - 1);
  await pause(2_000);
  const many = await polls();
  return counted(`polls in ten times the pause between two of them, with 1 and with ${MANY} running builds`, {
    n: MANY,
    product: `${one.poll} and ${many.poll}`,
    limit: 'the same rate',
    holds: Math.abs(one.poll - many.poll) <= 1 && one.poll > 0,
  });
}
